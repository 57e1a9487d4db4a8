/* SPDX-License-Identifier: MIT */
#ifndef S3A_CRASH_DISK_H
#define S3A_CRASH_DISK_H

/*
 * A library for LD_PRELOAD that stands between a server, SQLite included, and its directory: makes
 * calls fail on request, and writes down each change, so that it can be told what would be left
 * after a power loss.
 *
 * Whoever starts the server makes a file with a struct crash_disk in it, which both map.
 */

#include <pthread.h>
#include <stdatomic.h>
#include <stdint.h>

/* In the environment: the file, the directory (absolute, without symbolic links), and where changes
 * are written down; not set: they are not. */
#define CRASH_DISK_CONTROL "S3A_CRASH_DISK"
#define CRASH_DISK_ROOT "S3A_CRASH_ROOT"
#define CRASH_DISK_LOG "S3A_CRASH_LOG"

struct crash_disk {
    /* Of all processes: a change and its record are one. Whoever kills the server holds it, for
     * what was changed and not written down would not be known of. */
    pthread_mutex_t mutex;

    atomic_int error;              /* errno that calls fail with; 0: they do not */
    atomic_uint one_in;            /* of so many calls one fails */
    atomic_uint_fast64_t failures; /* so far */
    atomic_uint_fast64_t position; /* records that have been written down */
    atomic_uint_fast64_t attached; /* processes that had the library */
};

enum crash_record_kind {
    CRASH_RECORD_ROOT,     /* ino */
    CRASH_RECORD_CREATE,   /* ino, parent, name: a new file, and empty */
    CRASH_RECORD_MKDIR,    /* ino, parent, name */
    CRASH_RECORD_LINK,     /* ino, parent, name: one more */
    CRASH_RECORD_UNLINK,   /* parent, name */
    CRASH_RECORD_WRITE,    /* ino, offset, bytes */
    CRASH_RECORD_TRUNCATE, /* ino, offset: the new size */
    CRASH_RECORD_SYNC,     /* ino; offset: of the records before this position, all are durable */
};

/* size bytes follow: a name, or what was written. */
struct crash_record {
    uint32_t kind;
    uint32_t size;
    uint64_t ino;
    uint64_t parent;
    uint64_t offset;
};

#endif
