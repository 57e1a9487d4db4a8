/* SPDX-License-Identifier: MIT */
#ifndef S3A_SPOOL_H
#define S3A_SPOOL_H

/*
 * A body on its way into the store: in memory while it is small, in a file of DIR/incoming once it
 * is not. Its MD5 is taken on the way, or behind it (follower.h). Appending a large body writes to
 * the page cache and may so wait for the disk; making it durable is the writer's work.
 */

#include "buf.h"
#include "digest.h"

struct s3a_objects;
struct s3a_follower;

/*
 * Bodies up to this size live in the database. Measured on two cores, in bodies per second, one
 * writer and sixteen, database against file:
 *
 *              put, 1 at a time      put, 16 at a time       get
 *      8 KiB     4 460   1 200        28 100   1 480     215 000  117 000
 *     16 KiB     3 310   1 120        21 300   1 540     159 000  107 000
 *     32 KiB     2 580     730        14 200   1 030     109 000   83 000
 *     64 KiB     1 780     810         4 900   1 250      46 000   82 000
 *    128 KiB     1 280     670         2 500     960      22 000   59 000
 */
#define S3A_INLINE_SIZE_MAX (64 * 1024)
/* "A single PUT operation: 5 GB" (Amazon S3 User Guide, upload-objects). */
#define S3A_BODY_SIZE_MAX (UINT64_C(5) * 1024 * 1024 * 1024)

struct s3a_spool {
    struct s3a_objects *objects;
    struct s3a_buf memory;
    enum s3a_status status; /* the first failure: nothing is added after it */
    int fd;                 /* -1 while in memory */
    char id[33];
    uint64_t size;
    struct s3a_digest md5;
    bool may_be_followed;
    struct s3a_follower *follower; /* it has the MD5, now; NULL: none */
    uint8_t md5_bytes[S3A_MD5_SIZE];
    bool staged; /* the file has its place among the blobs, but no object names it yet */
    bool kept;   /* the store has taken the file over */
};

S3A_MUST_CHECK enum s3a_status s3a_spool_init(struct s3a_spool *spool, struct s3a_objects *objects);

/* S3A_OK; S3A_TOO_LARGE past S3A_BODY_SIZE_MAX; S3A_FULL, S3A_SYSTEM, S3A_NO_MEMORY. Having failed
 * once it fails again, and the body must not be submitted. */
S3A_MUST_CHECK enum s3a_status s3a_spool_append(struct s3a_spool *spool, struct s3a_str bytes);

/* The body is large, and nobody asks for its MD5 before the write is done: another thread may take
 * it. Before anything is appended. */
void s3a_spool_follow(struct s3a_spool *spool);

/* No more bytes: md5_bytes is valid now, unless the body is followed. */
void s3a_spool_end(struct s3a_spool *spool);

/* After its end, with the store's mutex held: is there an MD5 to be taken? */
bool s3a_spool_is_digested(const struct s3a_spool *spool);

/* Then: md5_bytes is valid now. S3A_SYSTEM where the file could not be read back. */
S3A_MUST_CHECK enum s3a_status s3a_spool_take_md5(struct s3a_spool *spool);

/* Moves what is still in memory into a file, however small it is, after its end. S3A_OK; S3A_FULL,
 * S3A_SYSTEM. */
S3A_MUST_CHECK enum s3a_status s3a_spool_move_to_file(struct s3a_spool *spool);

/* Reads back all of it, spool->size bytes, after its end. */
S3A_MUST_CHECK enum s3a_status s3a_spool_read(const struct s3a_spool *spool, char *ret_bytes);

/* Removes the file unless the store has taken it over. All zero is accepted. */
void s3a_spool_fini(struct s3a_spool *spool);

#endif
