/* SPDX-License-Identifier: MIT */
#ifndef S3A_SCHEMA_H
#define S3A_SCHEMA_H

/* The database of a store: its tables, and what marks the file as ours. */

#include "database.h"
#include "gate.h"

#define S3A_DATABASE_NAME "s3atomic.db"

/*
 * Opens the database of a directory, and makes it where there is none. One of an older format is
 * brought up to this one (schema_tables.h), in one transaction: the time and the space that it
 * takes are those of copying the database. What is readable afterwards is durable: a commit that
 * some crashed process wrote but did not live to sync is synced.
 *
 * S3A_FORMAT: the file is a database of some other program. S3A_CORRUPT: it is no database, or a
 * damaged one. S3A_UNSUPPORTED: a newer version made it. S3A_LATER: other processes were in the
 * way for too long. S3A_FULL, S3A_NO_MEMORY, S3A_SYSTEM.
 */
S3A_MUST_CHECK enum s3a_status s3a_schema_open(struct s3a_database *database,
                                               const struct s3a_directory *directory,
                                               struct s3a_gate *gate, int cache_kib,
                                               struct s3a_error *error);

/* Is there a store? S3A_NOT_FOUND where there is none; nothing is made. S3A_INVALID, S3A_SYSTEM. */
S3A_MUST_CHECK enum s3a_status s3a_schema_find(const char *directory, struct s3a_error *error);

/* How long opening waits for other processes. */
#define S3A_OPEN_WAIT_MS 5000

#endif
