/* SPDX-License-Identifier: MIT */
#ifndef S3A_FAIL_VFS_H
#define S3A_FAIL_VFS_H

/*
 * A disk that fails on purpose: a layer between SQLite and the operating system's files. It counts
 * what is written and synced, makes the nth of these fail, and remembers what a power loss would
 * leave of each file.
 */

#include "test.h"

enum fail_kind {
    FAIL_NOTHING,
    FAIL_FULL,  /* no space: nothing is written */
    FAIL_WRITE, /* half is written */
    FAIL_READ,  /* nothing is read */
    FAIL_SYNC,  /* the write is there, but may not survive; nobody knows */
    FAIL_SHM,   /* the shared memory of the log cannot grow */
};

/* Becomes the file system that SQLite uses in this process. Once. */
void fail_vfs_install(void);

/* The nth write (or read, or sync, or growth of the shared memory, by kind) from now on fails; so
 * do the next times - 1 of that kind. nth 1 is the next one. */
void fail_vfs_at(enum fail_kind kind, int nth, int times);

/* No more failures; how many there were. */
int fail_vfs_end(void);

/* Keeps what each file held when it was last synced, from now on. */
void fail_vfs_watch_syncs(bool watch);

/* Makes another directory of what a power loss would leave now: of the database and its log,
 * their content at the last sync. Files that were never synced are not there. */
void fail_vfs_copy_synced(const char *from_directory, const char *to_directory);

/* The same for the end of all processes: the files as they are, without the shared memory. */
void fail_vfs_copy_killed(const char *from_directory, const char *to_directory);

#endif
