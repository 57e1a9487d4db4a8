/* SPDX-License-Identifier: MIT */
#include "listing.h"

#include <string.h>

#include "entries.h"
#include "failure.h"

/* A place in the order of keys: a key, and what comes before the next one. */
#define PLACE_SIZE_MAX (S3A_KEY_SIZE_MAX + 1)

struct place {
    char bytes[PLACE_SIZE_MAX];
    size_t size;
};

/* Behind all keys: no key begins with this byte, since it is not UTF-8. */
static const struct place the_end = {"\xff", 1};

struct listing {
    struct s3a_database *database;
    const struct s3a_op *op;
    struct s3a_answer *answer;
    int64_t bucket;
    size_t count_max;
    struct place from; /* the first key that may be listed */
    struct place end;  /* the first that may not */
};

static struct s3a_str str_of(const struct place *place)
{
    return s3a_str_make(place->bytes, place->size);
}

static void set(struct place *place, struct s3a_str bytes)
{
    place->size = bytes.size < PLACE_SIZE_MAX ? bytes.size : PLACE_SIZE_MAX;
    if (place->size > 0) {
        memcpy(place->bytes, bytes.data, place->size);
    }
}

/* Right behind a key: nothing lies between it and the same with a NUL. */
static void set_behind_key(struct place *place, struct s3a_str key)
{
    set(place, key);
    if (place->size < PLACE_SIZE_MAX) {
        place->bytes[place->size++] = '\0';
    }
}

/* Right behind all keys with a prefix. */
static void set_behind_prefix(struct place *place, struct s3a_str prefix)
{
    set(place, prefix);
    while (place->size > 0 && place->bytes[place->size - 1] == '\xff') {
        place->size--;
    }
    if (place->size == 0) {
        *place = the_end;
    } else {
        place->bytes[place->size - 1]++;
    }
}

static void go_on_from(struct listing *listing, const struct place *place)
{
    if (s3a_str_compare(str_of(place), str_of(&listing->from)) > 0) {
        listing->from = *place;
    }
}

/* The common prefix that stands for a key; data NULL where it stands for itself. */
static struct s3a_str common_prefix(const struct s3a_op *op, struct s3a_str key)
{
    struct s3a_str rest = s3a_str_skip(key, op->prefix.size);
    const char *at = op->delimiter.size == 0 || rest.size == 0
                         ? NULL
                         : memmem(rest.data, rest.size, op->delimiter.data, op->delimiter.size);

    return s3a_str_make(at ? key.data : NULL,
                        at ? (size_t)(at - key.data) + op->delimiter.size : 0);
}

/* Where does it begin? False: the token is none of ours. */
static bool set_start(struct listing *listing)
{
    const struct s3a_op *op = listing->op;
    struct place start;
    struct s3a_str name;
    bool is_prefix;

    set(&listing->from, op->prefix);
    set_behind_prefix(&listing->end, op->prefix);
    if (op->continuation.data) {
        if (!s3a_token_decode(&listing->answer->pool, op->continuation, &name, &is_prefix)) {
            return false;
        }
    } else if (op->start_after.size > 0) {
        name = op->start_after;
        is_prefix =
            s3a_name_starts_with(name, op->prefix) && s3a_str_equal(common_prefix(op, name), name);
    } else {
        return true;
    }
    if (is_prefix) {
        set_behind_prefix(&start, name);
    } else {
        set_behind_key(&start, name);
    }
    go_on_from(listing, &start);
    return true;
}

static int seek(struct listing *listing)
{
    return s3a_database_query(listing->database, S3A_SQL_OBJECT_LIST,
                              S3A_PARAMS(s3a_param_number(listing->bucket),
                                         s3a_param_bytes(str_of(&listing->from)),
                                         s3a_param_bytes(str_of(&listing->end))));
}

static struct s3a_entry read_entry(struct listing *listing)
{
    struct s3a_database *database = listing->database;
    struct s3a_str key = s3a_column_bytes(database, S3A_SQL_OBJECT_LIST, 0);
    struct s3a_str prefix = common_prefix(listing->op, key);

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
            set_behind_prefix(&listing->from, entry.name);
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
    s3a_database_reset(database, S3A_SQL_BUCKET_FIND);
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
