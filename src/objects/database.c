/* SPDX-License-Identifier: MIT */
#include "database.h"

#include <stdio.h>

static const char *const texts[] = {
#define TEXT(name, sql) sql,
    S3A_SQL_MAP(TEXT)
#undef TEXT
};

/* FULL: a commit is on the disk when it returns. Deleted content need not be wiped, which a build
 * of SQLite may have as its default. Checkpoints are the writer's decision. */
static const char pragmas[] = "PRAGMA synchronous = FULL;"
                              "PRAGMA secure_delete = OFF;"
                              "PRAGMA temp_store = MEMORY;"
                              "PRAGMA trusted_schema = OFF;"
                              "PRAGMA cell_size_check = ON;"
                              "PRAGMA wal_autocheckpoint = 0;";

static int set_up(struct s3a_database *database, int cache_kib)
{
    char cache[64];

    snprintf(cache, sizeof(cache), "PRAGMA cache_size = -%d", cache_kib);
    sqlite3_extended_result_codes(database->sqlite, 1);
    int rc = sqlite3_busy_timeout(database->sqlite, S3A_DATABASE_WAIT_MS);
    if (rc == SQLITE_OK) {
        rc = sqlite3_db_config(database->sqlite, SQLITE_DBCONFIG_DEFENSIVE, 1, NULL);
    }
    if (rc == SQLITE_OK) {
        rc = sqlite3_db_config(database->sqlite, SQLITE_DBCONFIG_NO_CKPT_ON_CLOSE, 1, NULL);
    }
    if (rc == SQLITE_OK) {
        rc = sqlite3_exec(database->sqlite, pragmas, NULL, NULL, NULL);
    }
    if (rc == SQLITE_OK) {
        rc = sqlite3_exec(database->sqlite, cache, NULL, NULL, NULL);
    }
    return rc;
}

int s3a_database_open(struct s3a_database *database, const char *path, int cache_kib)
{
    *database = (struct s3a_database){0};
    int rc =
        sqlite3_open_v2(path, &database->sqlite, SQLITE_OPEN_READWRITE | SQLITE_OPEN_NOMUTEX, NULL);

    if (rc == SQLITE_OK) {
        rc = set_up(database, cache_kib);
    } else if (database->sqlite) {
        rc = sqlite3_extended_errcode(database->sqlite);
    }
    if (rc != SQLITE_OK) {
        s3a_database_close(database);
    }
    return rc;
}

void s3a_database_close(struct s3a_database *database)
{
    for (int i = 0; i < S3A_SQL_COUNT; i++) {
        sqlite3_finalize(database->statements[i]);
    }
    sqlite3_close(database->sqlite);
    *database = (struct s3a_database){0};
}

static int bind(sqlite3_stmt *statement, int at, const struct s3a_param *param)
{
    const char *data = param->bytes.data ? param->bytes.data : "";

    switch (param->kind) {
    case S3A_PARAM_NUMBER:
        return sqlite3_bind_int64(statement, at, param->number);
    case S3A_PARAM_TEXT:
        return sqlite3_bind_text64(statement, at, data, param->bytes.size, SQLITE_STATIC,
                                   SQLITE_UTF8);
    case S3A_PARAM_BYTES:
        return sqlite3_bind_blob64(statement, at, data, param->bytes.size, SQLITE_STATIC);
    default:
        return sqlite3_bind_null(statement, at);
    }
}

int s3a_database_query(struct s3a_database *database, enum s3a_sql sql,
                       const struct s3a_param *params, int param_count)
{
    sqlite3_stmt **statement = &database->statements[sql];
    int rc = SQLITE_OK;

    if (!*statement) {
        rc = sqlite3_prepare_v3(database->sqlite, texts[sql], -1, SQLITE_PREPARE_PERSISTENT,
                                statement, NULL);
    }
    for (int i = 0; rc == SQLITE_OK && i < param_count; i++) {
        rc = bind(*statement, i + 1, &params[i]);
    }
    return rc == SQLITE_OK ? s3a_database_next(database, sql) : rc;
}

int s3a_database_next(struct s3a_database *database, enum s3a_sql sql)
{
    int rc = sqlite3_step(database->statements[sql]);

    if (rc != SQLITE_ROW) {
        s3a_database_reset(database, sql);
    }
    return rc;
}

void s3a_database_reset(struct s3a_database *database, enum s3a_sql sql)
{
    /* Its result is that of the last step, which is known. */
    sqlite3_reset(database->statements[sql]);
}

int s3a_database_run(struct s3a_database *database, enum s3a_sql sql,
                     const struct s3a_param *params, int param_count)
{
    int rc = s3a_database_query(database, sql, params, param_count);

    if (rc == SQLITE_ROW) {
        s3a_database_reset(database, sql);
    }
    return rc == SQLITE_ROW || rc == SQLITE_DONE ? SQLITE_OK : rc;
}

void s3a_database_rollback(struct s3a_database *database)
{
    /* A grave error has rolled back by itself already. Where this one fails, the transaction is
     * gone all the same. */
    if (!sqlite3_get_autocommit(database->sqlite)) {
        (void)s3a_database_run(database, S3A_SQL_ROLLBACK, S3A_NO_PARAMS);
    }
}

int64_t s3a_column_number(const struct s3a_database *database, enum s3a_sql sql, int column)
{
    return sqlite3_column_int64(database->statements[sql], column);
}

struct s3a_str s3a_column_bytes(const struct s3a_database *database, enum s3a_sql sql, int column)
{
    const void *data = sqlite3_column_blob(database->statements[sql], column);
    return s3a_str_make(data, (size_t)sqlite3_column_bytes(database->statements[sql], column));
}

bool s3a_column_is_null(const struct s3a_database *database, enum s3a_sql sql, int column)
{
    return sqlite3_column_type(database->statements[sql], column) == SQLITE_NULL;
}
