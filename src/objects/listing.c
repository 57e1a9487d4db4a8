/* SPDX-License-Identifier: MIT */
#include "listing.h"

#include "access.h"
#include "entries.h"
#include "failure.h"
#include "places.h"

struct listing {
    struct s3a_database *database;
    const struct s3a_op *op;
    struct s3a_answer *answer;
    int64_t bucket;
    size_t count_max;
    struct s3a_place from; /* the first key that may be listed */
    struct s3a_place end;  /* the first that may not */
};

static void go_on_from(struct listing *listing, const struct s3a_place *place)
{
    if (s3a_str_compare(s3a_place_str(place), s3a_place_str(&listing->from)) > 0) {
        listing->from = *place;
    }
}

/* Where does it begin? False: the token is none of ours. */
static bool set_start(struct listing *listing)
{
    const struct s3a_op *op = listing->op;
    struct s3a_place start;
    struct s3a_str name;
    bool is_prefix;

    s3a_place_set(&listing->from, op->prefix);
    s3a_place_set_behind_prefix(&listing->end, op->prefix);
    if (op->continuation.data) {
        if (!s3a_token_decode(&listing->answer->pool, op->continuation, &name, &is_prefix)) {
            return false;
        }
    } else if (op->start_after.size > 0) {
        name = op->start_after;
        is_prefix = s3a_name_starts_with(name, op->prefix) &&
                    s3a_str_equal(s3a_common_prefix(op, name), name);
    } else {
        return true;
    }
    if (is_prefix) {
        s3a_place_set_behind_prefix(&start, name);
    } else {
        s3a_place_set_behind_key(&start, name);
    }
    go_on_from(listing, &start);
    return true;
}

static int seek(struct listing *listing)
{
    return s3a_database_query(listing->database, S3A_SQL_OBJECT_LIST,
                              S3A_PARAMS(s3a_param_number(listing->bucket),
                                         s3a_param_bytes(s3a_place_str(&listing->from)),
                                         s3a_param_bytes(s3a_place_str(&listing->end))));
}

static struct s3a_entry read_entry(struct listing *listing)
{
    struct s3a_database *database = listing->database;
    struct s3a_str key = s3a_column_bytes(database, S3A_SQL_OBJECT_LIST, 0);
    struct s3a_str prefix = s3a_common_prefix(listing->op, key);

    if (prefix.data) {
        return (struct s3a_entry){.name = prefix, .is_prefix = true};
    }
    return (struct s3a_entry){
        .name = key,
        .modified_ms = s3a_column_number(database, S3A_SQL_OBJECT_LIST, 1),
        .size = (uint64_t)s3a_column_number(database, S3A_SQL_OBJECT_LIST, 2),
        .etag = s3a_column_bytes(database, S3A_SQL_OBJECT_LIST, 3),
    };
}

static int gather(struct listing *listing)
{
    struct s3a_answer *answer = listing->answer;
    int rc = seek(listing);

    while (rc == SQLITE_ROW) {
        struct s3a_entry entry = read_entry(listing);
        if (answer->entry_count == listing->count_max) {
            rc = s3a_entries_truncate(answer) ? SQLITE_DONE : SQLITE_NOMEM;
            break;
        }
        if (!s3a_entries_add(answer, &entry)) {
            rc = SQLITE_NOMEM;
            break;
        }
        if (entry.is_prefix) {
            s3a_place_set_behind_prefix(&listing->from, entry.name);
            s3a_database_reset(listing->database, S3A_SQL_OBJECT_LIST);
            rc = seek(listing);
        } else {
            rc = s3a_database_next(listing->database, S3A_SQL_OBJECT_LIST);
        }
    }
    s3a_database_reset(listing->database, S3A_SQL_OBJECT_LIST);
    return rc == SQLITE_DONE ? SQLITE_OK : rc;
}

static size_t count_max_of(const struct s3a_op *op)
{
    bool is_given = op->has_keys_max || op->keys_max != 0;

    return is_given && op->keys_max < S3A_LIST_KEYS_MAX ? op->keys_max : S3A_LIST_KEYS_MAX;
}

/* Within one read transaction, so that all steps see the same moment. */
static int list(struct listing *listing)
{
    struct s3a_database *database = listing->database;
    const struct s3a_op *op = listing->op;
    int rc =
        s3a_database_query(database, S3A_SQL_BUCKET_FIND, S3A_PARAMS(s3a_param_text(op->bucket)));

    if (rc == SQLITE_DONE) {
        s3a_fail_code(listing->answer, S3A_CODE_NO_SUCH_BUCKET);
        return SQLITE_OK;
    }
    if (rc != SQLITE_ROW) {
        return rc;
    }
    listing->bucket = s3a_column_number(database, S3A_SQL_BUCKET_FIND, 0);
    enum s3a_code code =
        s3a_access_to_bucket(op, s3a_column_bytes(database, S3A_SQL_BUCKET_FIND, 1));
    s3a_database_reset(database, S3A_SQL_BUCKET_FIND);
    if (code != S3A_CODE_NONE) {
        s3a_fail_code(listing->answer, code);
        return SQLITE_OK;
    }
    if (!set_start(listing)) {
        s3a_fail_code(listing->answer, S3A_CODE_INVALID_ARGUMENT);
        return SQLITE_OK;
    }
    /* Nothing was asked for, or no key is that long. */
    if (listing->count_max == 0 || op->prefix.size > S3A_KEY_SIZE_MAX) {
        return SQLITE_OK;
    }
    return gather(listing);
}

int s3a_object_list(struct s3a_database *database, const struct s3a_op *op,
                    struct s3a_answer *answer)
{
    struct listing listing = {
        .database = database, .op = op, .answer = answer, .count_max = count_max_of(op)};
    int rc = s3a_database_run(database, S3A_SQL_BEGIN_READ, S3A_NO_PARAMS);

    if (rc == SQLITE_OK) {
        rc = list(&listing);
    }
    s3a_database_rollback(database);
    return rc;
}
