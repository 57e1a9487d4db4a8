/* SPDX-License-Identifier: MIT */
#ifndef S3A_SNAPSHOT_H
#define S3A_SNAPSHOT_H

/*
 * A read transaction that serves many reads, for as long as nobody commits.
 *
 * To begin and to end a transaction takes two calls of the kernel for locks on SQLite's files, with
 * a lock of all threads around them: more than a small read itself. But a transaction that is still
 * at the last commit of all is as good as a new one. Whether it is, is told by what SQLite itself
 * looks at when it begins one: the header of the WAL-index, in memory that all processes share.
 * Each commit changes it before it is visible to anybody, so a read here returns nothing older than
 * what any process has been told, or has read, before the read began.
 *
 * The header is the first 48 bytes of the WAL-index, its address given by xShmMap() of the
 * connection's file (https://www.sqlite.org/walformat.html, section 2.1, and
 * https://www.sqlite.org/c3ref/io_methods.html). Where it is not of the version known here, each
 * read is a transaction of its own.
 *
 * While it is open the log cannot begin anew: it is for reads in quick succession.
 */

#include "database.h"

#define S3A_WAL_HEADER_WORDS 12

struct s3a_snapshot {
    struct s3a_database *database;
    const volatile uint32_t *header; /* the live one; NULL: not known */
    uint32_t seen[S3A_WAL_HEADER_WORDS];
};

/* Of a connection that stays where it is. SQLITE_OK, or an error of SQLite. */
int s3a_snapshot_init(struct s3a_snapshot *snapshot, struct s3a_database *database);

/* Before each read that is to share it: makes it one of the last commit. SQLITE_OK, or an error and
 * it is not open. */
int s3a_snapshot_renew(struct s3a_snapshot *snapshot);

/* Ends it, if it is open: whatever is read then is a transaction of its own. */
void s3a_snapshot_end(struct s3a_snapshot *snapshot);

#endif
