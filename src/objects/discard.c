/* SPDX-License-Identifier: MIT */
#include "discard.h"

#include <stdlib.h>
#include <string.h>

/* Without memory it stays on record only, and the next open removes it. */
static void remember(struct s3a_commit *commit, struct s3a_str blob, const char *anchor)
{
    struct s3a_removal *removal = calloc(1, sizeof(*removal));

    if (removal) {
        memcpy(removal->blob, blob.data, blob.size);
        strcpy(removal->anchor, anchor);
        s3a_list_append(&commit->replaced, &removal->link);
    }
}

static int discard(struct s3a_commit *commit, struct s3a_str blob, const char *anchor)
{
    if (blob.size != S3A_BLOB_ID_SIZE) {
        return SQLITE_CORRUPT;
    }
    int rc = s3a_database_run(
        &commit->ledger->database, S3A_SQL_GARBAGE_ADD,
        S3A_PARAMS(s3a_param_text(blob),
                   anchor[0] == '\0' ? s3a_param_null() : s3a_param_text(s3a_str_of(anchor))));
    if (rc == SQLITE_OK) {
        remember(commit, blob, anchor);
    }
    return rc;
}

int s3a_discard_file(struct s3a_commit *commit, struct s3a_str blob)
{
    return discard(commit, blob, "");
}

int s3a_discard_parts(struct s3a_commit *commit, struct s3a_str upload_id, bool is_object)
{
    struct s3a_database *database = &commit->ledger->database;
    enum s3a_sql sql = S3A_SQL_PARTS_OF;
    char anchor[S3A_BLOB_ID_SIZE + 1] = "";
    int rc = s3a_database_query(database, sql,
                                S3A_PARAMS(s3a_param_text(upload_id), s3a_param_number(0)));

    while (rc == SQLITE_ROW) {
        struct s3a_str blob = s3a_column_bytes(database, sql, S3A_PART_BLOB);
        if (is_object && anchor[0] == '\0' && blob.size == S3A_BLOB_ID_SIZE) {
            memcpy(anchor, blob.data, blob.size);
            anchor[blob.size] = '\0';
        }
        rc = discard(commit, blob, anchor);
        if (rc == SQLITE_OK) {
            rc = s3a_database_next(database, sql);
        }
    }
    s3a_database_reset(database, sql);
    return rc != SQLITE_DONE ? rc
                             : s3a_database_run(database, S3A_SQL_PARTS_REMOVE,
                                                S3A_PARAMS(s3a_param_text(upload_id)));
}

/* Does an object name it? */
static int ask_shared(struct s3a_database *database, struct s3a_str blob, bool *ret_is_shared)
{
    int rc = s3a_database_query(database, S3A_SQL_BLOB_SHARED, S3A_PARAMS(s3a_param_text(blob)));

    *ret_is_shared = false;
    if (rc == SQLITE_ROW) {
        *ret_is_shared = s3a_column_number(database, S3A_SQL_BLOB_SHARED, 0) != 0;
        s3a_database_reset(database, S3A_SQL_BLOB_SHARED);
    }
    return rc == SQLITE_ROW ? SQLITE_OK : rc;
}

int s3a_discard_object(struct s3a_commit *commit, const struct s3a_found *found)
{
    struct s3a_str blob = s3a_str_of(found->blob);
    bool is_shared;

    if (blob.size == 0) {
        return SQLITE_OK;
    }
    int rc = ask_shared(&commit->ledger->database, blob, &is_shared);
    if (rc != SQLITE_OK || is_shared) {
        return rc;
    }
    return found->parts > 0 ? s3a_discard_parts(commit, blob, true)
                            : s3a_discard_file(commit, blob);
}

int s3a_discard_uploads(struct s3a_commit *commit, int64_t bucket)
{
    struct s3a_database *database = &commit->ledger->database;
    char id[S3A_BLOB_ID_SIZE + 1];
    int rc;

    for (;;) {
        rc = s3a_database_query(database, S3A_SQL_UPLOAD_ANY, S3A_PARAMS(s3a_param_number(bucket)));
        if (rc != SQLITE_ROW) {
            return rc == SQLITE_DONE ? SQLITE_OK : rc;
        }
        struct s3a_str found = s3a_column_bytes(database, S3A_SQL_UPLOAD_ANY, 0);
        bool is_sound = found.size == S3A_BLOB_ID_SIZE;
        if (is_sound) {
            memcpy(id, found.data, found.size);
            id[found.size] = '\0';
        }
        s3a_database_reset(database, S3A_SQL_UPLOAD_ANY);
        rc = is_sound ? s3a_discard_parts(commit, s3a_str_of(id), false) : SQLITE_CORRUPT;
        if (rc == SQLITE_OK) {
            rc = s3a_database_run(database, S3A_SQL_UPLOAD_REMOVE,
                                  S3A_PARAMS(s3a_param_text(s3a_str_of(id))));
        }
        if (rc != SQLITE_OK) {
            return rc;
        }
    }
}
