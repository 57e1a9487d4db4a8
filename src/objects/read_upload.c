/* SPDX-License-Identifier: MIT */
#include "uploads.h"

#include <string.h>

#include "entries.h"
#include "failure.h"
#include "places.h"

static size_t lines_max(const struct s3a_op *op)
{
    bool is_given = op->has_keys_max || op->keys_max != 0;

    return is_given && op->keys_max < S3A_LIST_KEYS_MAX ? op->keys_max : S3A_LIST_KEYS_MAX;
}

int s3a_list_object_parts(struct s3a_database *database, const struct s3a_op *op,
                          struct s3a_str upload_id, struct s3a_answer *answer)
{
    enum s3a_sql sql = S3A_SQL_PARTS_OF;
    size_t count_max = lines_max(op);
    bool has_memory = true;
    int rc = s3a_database_query(
        database, sql, S3A_PARAMS(s3a_param_text(upload_id), s3a_param_number(op->part_marker)));

    answer->next_part_marker = op->part_marker;
    while (rc == SQLITE_ROW && has_memory) {
        struct s3a_entry entry = {
            .part_number = (uint32_t)s3a_column_number(database, sql, S3A_PART_NUMBER),
            .size = (uint64_t)s3a_column_number(database, sql, S3A_PART_SIZE),
            .etag = s3a_column_bytes(database, sql, S3A_PART_ETAG),
            .checksums = s3a_column_bytes(database, sql, S3A_PART_CHECKSUMS),
            .modified_ms = s3a_column_number(database, sql, S3A_PART_MODIFIED),
        };
        if (answer->entry_count == count_max) {
            answer->truncated = count_max > 0;
            break;
        }
        has_memory = s3a_entries_add(answer, &entry);
        answer->next_part_marker = entry.part_number;
        rc = s3a_database_next(database, sql);
    }
    s3a_database_reset(database, sql);
    if (!has_memory) {
        return SQLITE_NOMEM;
    }
    return rc == SQLITE_ROW || rc == SQLITE_DONE ? SQLITE_OK : rc;
}

bool s3a_part_checksum_read(struct s3a_str stored, struct s3a_answer *answer)
{
    struct s3a_checksum_value checksum;
    bool is_sound = s3a_checksum_value_read(stored, &checksum);

    if (!is_sound || checksum.kind != answer->checksum_choice.kind) {
        checksum.kind = S3A_CHECKSUM_NONE;
    }
    answer->checksum = checksum;
    return is_sound;
}

int s3a_list_parts(struct s3a_database *database, const struct s3a_op *op,
                   struct s3a_answer *answer)
{
    struct s3a_upload upload;
    int rc = s3a_database_run(database, S3A_SQL_BEGIN_READ, S3A_NO_PARAMS);

    if (rc == SQLITE_OK) {
        rc = s3a_find_upload(database, op, &upload);
    }
    if (rc == SQLITE_OK) {
        answer->checksum_choice = upload.checksum_choice;
        rc = upload.is_there ? s3a_list_object_parts(database, op, op->upload_id, answer)
                             : s3a_refuse_upload(database, op, answer);
    }
    s3a_database_rollback(database);
    return rc;
}

/* Behind every upload of a key: no id begins so. */
#define BEHIND_ALL_IDS S3A_STR("~")

struct listing {
    struct s3a_database *database;
    const struct s3a_op *op;
    struct s3a_answer *answer;
    int64_t bucket;
    struct s3a_place from; /* the uploads of this key and behind from_id, and those behind it */
    char from_id[S3A_BLOB_ID_SIZE + 1];
    struct s3a_place end; /* not those of this key, nor behind it */
};

static int seek(struct listing *listing)
{
    return s3a_database_query(listing->database, S3A_SQL_UPLOAD_LIST,
                              S3A_PARAMS(s3a_param_number(listing->bucket),
                                         s3a_param_bytes(s3a_place_str(&listing->from)),
                                         s3a_param_text(s3a_str_of(listing->from_id)),
                                         s3a_param_bytes(s3a_place_str(&listing->end))));
}

static void set_start(struct listing *listing)
{
    const struct s3a_op *op = listing->op;
    struct s3a_str marker = op->start_after;

    s3a_place_set(&listing->from, op->prefix);
    s3a_place_set_behind_prefix(&listing->end, op->prefix);
    if (marker.size == 0 || s3a_str_compare(marker, op->prefix) < 0) {
        return;
    }
    struct s3a_str prefix = s3a_name_starts_with(marker, op->prefix) ? s3a_common_prefix(op, marker)
                                                                     : s3a_str_make(NULL, 0);
    if (prefix.data && s3a_str_equal(prefix, marker)) {
        s3a_place_set_behind_prefix(&listing->from, prefix);
        return;
    }
    s3a_place_set(&listing->from, marker);
    struct s3a_str id = op->upload_id.size > 0 ? op->upload_id : BEHIND_ALL_IDS;
    size_t size = id.size < S3A_BLOB_ID_SIZE ? id.size : S3A_BLOB_ID_SIZE;
    memcpy(listing->from_id, id.data, size);
}

static int gather(struct listing *listing)
{
    struct s3a_database *database = listing->database;
    struct s3a_answer *answer = listing->answer;
    enum s3a_sql sql = S3A_SQL_UPLOAD_LIST;
    int rc = seek(listing);

    while (rc == SQLITE_ROW) {
        struct s3a_str key = s3a_column_bytes(database, sql, 0);
        struct s3a_str prefix = s3a_common_prefix(listing->op, key);
        struct s3a_entry entry = {
            .name = prefix.data ? prefix : key,
            .is_prefix = prefix.data != NULL,
            .upload_id = s3a_column_bytes(database, sql, 1),
            .modified_ms = s3a_column_number(database, sql, 2),
            .checksums = s3a_column_bytes(database, sql, 3),
        };
        if (answer->entry_count == lines_max(listing->op)) {
            answer->truncated = true;
            break;
        }
        if (!s3a_entries_add(answer, &entry)) {
            rc = SQLITE_NOMEM;
            break;
        }
        if (entry.is_prefix) {
            s3a_place_set_behind_prefix(&listing->from, prefix);
            listing->from_id[0] = '\0';
            s3a_database_reset(database, sql);
            rc = seek(listing);
        } else {
            rc = s3a_database_next(database, sql);
        }
    }
    s3a_database_reset(database, sql);
    return rc == SQLITE_DONE || rc == SQLITE_ROW ? SQLITE_OK : rc;
}

int s3a_list_uploads(struct s3a_database *database, const struct s3a_op *op,
                     struct s3a_answer *answer)
{
    struct listing listing = {.database = database, .op = op, .answer = answer};
    int rc = s3a_database_run(database, S3A_SQL_BEGIN_READ, S3A_NO_PARAMS);

    if (rc == SQLITE_OK) {
        rc = s3a_database_query(database, S3A_SQL_BUCKET_FIND,
                                S3A_PARAMS(s3a_param_text(op->bucket)));
    }
    if (rc == SQLITE_ROW) {
        listing.bucket = s3a_column_number(database, S3A_SQL_BUCKET_FIND, 0);
        s3a_database_reset(database, S3A_SQL_BUCKET_FIND);
        set_start(&listing);
        /* Nothing was asked for, or no key is that long. */
        rc =
            lines_max(op) == 0 || op->prefix.size > S3A_KEY_SIZE_MAX ? SQLITE_OK : gather(&listing);
    } else if (rc == SQLITE_DONE) {
        s3a_fail_code(answer, S3A_CODE_NO_SUCH_BUCKET);
        rc = SQLITE_OK;
    }
    s3a_database_rollback(database);
    return rc;
}
