/* SPDX-License-Identifier: MIT */
#ifndef S3A_CRASH_DISK_NOTES_H
#define S3A_CRASH_DISK_NOTES_H

/* Within the library: the calls themselves, which of them are for our directory, which are to fail,
 * and what is written down of them. */

#undef _FILE_OFFSET_BITS /* each call is to have the very name that is written here */

#include <limits.h>
#include <stdbool.h>
#include <sys/stat.h>
#include <sys/types.h>

#include "crash_disk.h"

struct crash_calls {
    ssize_t (*write)(int, const void *, size_t);
    ssize_t (*pwrite64)(int, const void *, size_t, off64_t);
    int (*fsync)(int);
    int (*fdatasync)(int);
    int (*ftruncate64)(int, off64_t);
    int (*openat64)(int, const char *, int, ...);
    int (*close)(int);
    int (*linkat)(int, const char *, int, const char *, int);
    int (*unlinkat)(int, const char *, int);
    int (*mkdirat)(int, const char *, mode_t);
};

extern struct crash_calls crash_calls;

/* Around a change and its record. */
void crash_disk_lock(void);
void crash_disk_unlock(void);

/* True: the call fails, errno is set. */
bool crash_disk_strikes(void);

/* The whole path; false where it is not below the root. */
bool crash_disk_locate(int at_fd, const char *path, char ret_path[PATH_MAX]);

/* Of an open file below the root; 0: it is none. */
uint64_t crash_disk_ino(int fd);
void crash_disk_remember(int fd);
void crash_disk_forget(int fd);

/* Writes a record down, with the mutex held; and one for a name that is there now, or no more. */
void crash_disk_note(const struct crash_record *record, const void *bytes);
void crash_disk_note_name(enum crash_record_kind kind, const char *path);

/* Of the next record. */
uint64_t crash_disk_position(void);

#endif
