/* SPDX-License-Identifier: MIT */
#include "snapshot.h"

#include <string.h>

/* The first word of the header; it has been the same since there is a WAL. */
#define WAL_INDEX_VERSION 3007000
#define WAL_INDEX_BLOCK_SIZE 32768

static bool is_open(const struct s3a_snapshot *snapshot)
{
    return !sqlite3_get_autocommit(snapshot->database->sqlite);
}

int s3a_snapshot_init(struct s3a_snapshot *snapshot, struct s3a_database *database)
{
    volatile void *header = NULL;
    sqlite3_file *file = NULL;

    *snapshot = (struct s3a_snapshot){.database = database};
    /* Reads the file, which is what makes SQLite open the WAL-index. */
    int rc = sqlite3_exec(database->sqlite, "PRAGMA user_version", NULL, NULL, NULL);
    if (rc == SQLITE_OK) {
        rc = sqlite3_file_control(database->sqlite, "main", SQLITE_FCNTL_FILE_POINTER, &file);
    }
    if (rc == SQLITE_OK && file && file->pMethods->iVersion >= 2 && file->pMethods->xShmMap) {
        rc = file->pMethods->xShmMap(file, 0, WAL_INDEX_BLOCK_SIZE, 0, &header);
    }
    snapshot->header = header;
    return rc;
}

/* Others may write it meanwhile. What is then neither the old nor the new one is not taken for
 * either. */
static bool is_last(const struct s3a_snapshot *snapshot)
{
    for (int i = 0; i < S3A_WAL_HEADER_WORDS; i++) {
        if (__atomic_load_n(&snapshot->header[i], __ATOMIC_ACQUIRE) != snapshot->seen[i]) {
            return false;
        }
    }
    return true;
}

/* Before the transaction begins: a commit that comes in between makes it look older than it is,
 * never newer. */
static void look(struct s3a_snapshot *snapshot)
{
    for (int i = 0; i < S3A_WAL_HEADER_WORDS; i++) {
        snapshot->seen[i] = __atomic_load_n(&snapshot->header[i], __ATOMIC_ACQUIRE);
    }
}

int s3a_snapshot_renew(struct s3a_snapshot *snapshot)
{
    if (!snapshot->header) {
        return SQLITE_OK;
    }
    if (is_open(snapshot)) {
        if (is_last(snapshot)) {
            return SQLITE_OK;
        }
        s3a_snapshot_end(snapshot);
    }
    look(snapshot);
    if (snapshot->seen[0] != WAL_INDEX_VERSION) {
        return SQLITE_OK;
    }
    return s3a_database_run(snapshot->database, S3A_SQL_BEGIN_READ, S3A_NO_PARAMS);
}

void s3a_snapshot_end(struct s3a_snapshot *snapshot)
{
    if (!is_open(snapshot)) {
        return;
    }
    if (s3a_database_run(snapshot->database, S3A_SQL_COMMIT, S3A_NO_PARAMS) != SQLITE_OK) {
        s3a_database_rollback(snapshot->database);
    }
}
