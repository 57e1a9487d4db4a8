/* SPDX-License-Identifier: MIT */
#ifndef S3A_FAIL_CALLS_H
#define S3A_FAIL_CALLS_H

/*
 * System calls that fail on purpose, or at which something happens first. Only those of code that
 * is linked into the test itself are counted, from whichever thread, not those of SQLite: for these
 * see fail_vfs.h.
 */

#include "test.h"

enum fail_call {
    FAIL_CALL_SYNC = 1,     /* fsync, fdatasync, syncfs */
    FAIL_CALL_LINK = 2,     /* linkat */
    FAIL_CALL_UNLINK = 4,   /* unlinkat */
    FAIL_CALL_OPEN = 8,     /* open, openat */
    FAIL_CALL_MKDIR = 16,   /* mkdir, mkdirat */
    FAIL_CALL_WRITE = 32,   /* write */
    FAIL_CALL_LOCK = 64,    /* flock, but not to unlock */
    FAIL_CALL_THREAD = 128, /* pthread_create */
    FAIL_CALL_EVENT = 256,  /* eventfd */
    FAIL_CALL_ANY = 511,
};

/* The nth of these calls from now on fails with this errno; so do the next times - 1. */
void fail_calls_at(unsigned calls, int nth, int times, int error);

/* hook(arg) is called before the nth of these calls goes on, in the thread that makes it. */
void fail_calls_hook(unsigned calls, int nth, void (*hook)(void *arg), void *arg);

/* No more of that; how many failed (or hooks were called). */
int fail_calls_end(void);

/* Somebody sets the machine's time, so many milliseconds off what it is. */
void fail_calls_wall_clock(int64_t ahead_ms);

/* What statfs says of every file system; 0: the truth. */
void fail_calls_file_system(long type);

#endif
