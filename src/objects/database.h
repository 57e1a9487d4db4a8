/* SPDX-License-Identifier: MIT */
#ifndef S3A_DATABASE_H
#define S3A_DATABASE_H

/*
 * One connection to the database with its prepared statements. One thread at a time.
 *
 * Results are those of SQLite (SQLITE_OK, SQLITE_ROW, ..., extended codes included); failure.h
 * turns them into a status or an answer.
 */

#include <sqlite3.h>

#include "statements.h"
#include "str.h"

/* How long a connection waits for a lock that SQLite itself holds against it: recovery after a
 * crash, or a foreign program that writes to the database. */
#define S3A_DATABASE_WAIT_MS 5000

struct s3a_database {
    sqlite3 *sqlite; /* NULL: not open */
    sqlite3_stmt *statements[S3A_SQL_COUNT];
};

/* Opens a file that must exist, for reading and writing, durably; cache_kib of its pages are kept
 * in memory. The log is never copied into the database unless asked, not even by the last one who
 * closes it. After a failure it needs no s3a_database_close(). */
int s3a_database_open(struct s3a_database *database, const char *path, int cache_kib);

/* All zero is accepted. */
void s3a_database_close(struct s3a_database *database);

/* A value to be put in the place of a ?. Texts and bytes must stay valid until the statement is
 * run again or reset. */
struct s3a_param {
    enum {
        S3A_PARAM_NULL,
        S3A_PARAM_NUMBER,
        S3A_PARAM_TEXT,
        S3A_PARAM_BYTES,
    } kind;
    int64_t number;
    struct s3a_str bytes;
};

static inline struct s3a_param s3a_param_null(void)
{
    return (struct s3a_param){.kind = S3A_PARAM_NULL};
}

static inline struct s3a_param s3a_param_number(int64_t number)
{
    return (struct s3a_param){.kind = S3A_PARAM_NUMBER, .number = number};
}

static inline struct s3a_param s3a_param_text(struct s3a_str text)
{
    return (struct s3a_param){.kind = S3A_PARAM_TEXT, .bytes = text};
}

static inline struct s3a_param s3a_param_bytes(struct s3a_str bytes)
{
    return (struct s3a_param){.kind = S3A_PARAM_BYTES, .bytes = bytes};
}

/* A list of them, as the last two arguments below. */
#define S3A_PARAMS(...)                                                                            \
    (const struct s3a_param[]){__VA_ARGS__},                                                       \
        (int)(sizeof((const struct s3a_param[]){__VA_ARGS__}) / sizeof(struct s3a_param))
#define S3A_NO_PARAMS NULL, 0

/* Starts a statement and takes its first step: SQLITE_ROW, SQLITE_DONE or an error. After
 * SQLITE_ROW the columns are there, and s3a_database_reset() must follow. */
int s3a_database_query(struct s3a_database *database, enum s3a_sql sql,
                       const struct s3a_param *params, int param_count);

/* The next row of a statement that gave one. */
int s3a_database_next(struct s3a_database *database, enum s3a_sql sql);

void s3a_database_reset(struct s3a_database *database, enum s3a_sql sql);

/* Runs a statement without results: SQLITE_OK or an error. */
int s3a_database_run(struct s3a_database *database, enum s3a_sql sql,
                     const struct s3a_param *params, int param_count);

/* Ends a transaction, whatever is left of it. */
void s3a_database_rollback(struct s3a_database *database);

/* Columns of the current row; the views end with the row. */
int64_t s3a_column_number(const struct s3a_database *database, enum s3a_sql sql, int column);
struct s3a_str s3a_column_bytes(const struct s3a_database *database, enum s3a_sql sql, int column);
bool s3a_column_is_null(const struct s3a_database *database, enum s3a_sql sql, int column);

#endif
