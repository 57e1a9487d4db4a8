/* SPDX-License-Identifier: MIT */
#ifndef S3ATOMIC_UPKEEP_H
#define S3ATOMIC_UPKEEP_H

/*
 * Looking after the directory of an embedded store (the one that file:///DIRECTORY and s3a_server
 * use), also while other processes read and write there. What is here blocks for as long as it
 * takes, calls back in the calling thread, and brings a store of an older format up to this one, as
 * everything does that opens it.
 */

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <s3atomic/status.h>

#ifdef __cplusplus
extern "C" {
#endif

enum s3a_finding_kind {
    /* Damage: something that was stored cannot be given back as it was, or soon will not. */
    S3A_FINDING_DATABASE, /* the database contradicts itself, or cannot be read */
    S3A_FINDING_MISSING,  /* the file that holds an object, or a part of one, is not there */
    S3A_FINDING_SIZE,     /* it has another size than was stored */
    S3A_FINDING_CONTENT,  /* it has another MD5 than was stored */

    /* No damage: a file that nothing needs, left behind by a process that was killed, or by a power
     * loss. It costs space, no more. */
    S3A_FINDING_LEFTOVER,
};

struct s3a_finding {
    enum s3a_finding_kind kind;
    const char *text;   /* a sentence about it */
    const char *bucket; /* of the object that suffers; NULL: none, or not known */
    const char *key;    /* key_size bytes and a NUL */
    size_t key_size;
    const char *file; /* "blobs/ab/ab12...", below the directory; NULL: none */
    bool is_removed;  /* S3A_FINDING_LEFTOVER: it was, by this call */
};

/* So far, or in the end. */
struct s3a_check_report {
    uint64_t buckets;
    uint64_t objects;
    uint64_t uploads; /* under way */
    uint64_t files;   /* of large objects and of parts: looked at */
    uint64_t files_in_all;
    uint64_t bytes_read;
    uint64_t damages;
    uint64_t leftovers; /* found and not removed */
    uint64_t removed;
};

struct s3a_check_options {
    /* Looks only at the sizes of files, and at no content: for directories that take too long to
     * be read whole. */
    bool sizes_only;

    /* Removes what nothing needs, where the database is sound. Damage is not repaired: only a
     * backup has what is lost. */
    bool repair;

    /* Each may be NULL. What they are given ends with the call. Where progress returns false, the
     * check ends with S3A_CANCELLED. */
    void (*found)(const struct s3a_finding *finding, void *user);
    bool (*progress)(const struct s3a_check_report *report, void *user);
    void *user;
};

/*
 * Checks a directory: the database by itself and its tables against each other, every object and
 * part against its bytes, and the files for such as nothing needs. options may be NULL; the report
 * is always filled.
 *
 * S3A_OK: it is sound, though there may be leftovers. S3A_CORRUPT: it is not, the report counts the
 * damages. S3A_NOT_FOUND: there is no store. S3A_LATER: another process is in the way. S3A_SYSTEM,
 * S3A_NO_MEMORY, S3A_CANCELLED: the check could not be brought to its end.
 */
S3A_API S3A_MUST_CHECK enum s3a_status s3a_directory_check(const char *directory,
                                                           const struct s3a_check_options *options,
                                                           struct s3a_check_report *ret_report,
                                                           struct s3a_error *error);

struct s3a_backup_report {
    uint64_t files;        /* of large objects and of parts: there by now */
    uint64_t files_linked; /* those of them that are hard links */
    uint64_t bytes_copied;
    uint64_t pages; /* of the database, copied */
    uint64_t pages_in_all;
};

struct s3a_backup_options {
    /* Copies every file. Otherwise files are hard links where the file system allows it: no time
     * and no space, but the bytes on the disk are the same for both. */
    bool copy;

    /* How long it waits at the most for the moment when no other process writes; 0: 30 000. They
     * take turns of some milliseconds; one that was stopped in the middle of its own (SIGSTOP)
     * keeps everybody waiting. */
    uint32_t wait_ms;

    /* As above. */
    bool (*progress)(const struct s3a_backup_report *report, void *user);
    void *user;
};

/*
 * Makes target a store of its own that holds what the directory holds at one moment during the
 * call. Writes by others are held up for a moment
 * near its end: while the names of files are read. It
 * is put together in a directory beside target, named target with ".partial-" and six characters
 * behind it, and gets its name when it is whole and on the disk; a process that is killed before
 * leaves that directory, which can be removed.
 *
 * S3A_CONFLICT: target exists and is not an empty directory. S3A_NOT_FOUND: there is no store in
 * directory. S3A_CORRUPT: a file is missing; s3a_directory_check() tells more.
 * S3A_LATER: the moment did not come within wait_ms. S3A_FULL, S3A_SYSTEM, S3A_NO_MEMORY,
 * S3A_CANCELLED.
 */
S3A_API S3A_MUST_CHECK enum s3a_status s3a_directory_backup(
    const char *directory, const char *target, const struct s3a_backup_options *options,
    struct s3a_backup_report *ret_report, struct s3a_error *error);

#ifdef __cplusplus
}
#endif

#endif
