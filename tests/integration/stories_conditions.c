/* SPDX-License-Identifier: MIT */
#include "arena.h"
#include "stories.h"

#include <stdatomic.h>
#include <stdio.h>

#define CONTENDERS 16
#define ROUNDS 10

static enum s3a_status overwrite(const char *key, const char *text, char etag[129])
{
    struct s3a_bytes bytes = {text, strlen(text)};
    struct s3a_object object = {.bucket = arena.bucket, .key = key, .value = &bytes};
    enum s3a_status status = s3a_store_overwrite(arena.store, &object, NULL);

    memcpy(etag, object.etag, sizeof(object.etag));
    return status;
}

static enum s3a_status remove_one(const char *key, const char *etag)
{
    return s3a_store_delete(arena.store, arena.bucket, key, etag, NULL);
}

void a_put_without_etag_creates_and_nothing_else(void **state)
{
    char etag[129] = "";
    char none[129] = "";

    (void)state;
    assert_int_equal(put_text("create", "one", etag), S3A_OK);
    assert_string_not_equal(etag, "");
    assert_int_equal(put_text("create", "two", none), S3A_CONFLICT);
    assert_string_equal(none, "");
    /* The very same bytes are no better. */
    assert_int_equal(put_text("create", "one", none), S3A_CONFLICT);
    assert_has_text("create", "one");
}

void a_put_replaces_only_what_it_names(void **state)
{
    char etag[129] = "";
    char stale[129];

    (void)state;
    assert_int_equal(put_text("replace", "one", etag), S3A_OK);
    memcpy(stale, etag, sizeof(stale));
    assert_int_equal(put_text("replace", "two", etag), S3A_OK);
    assert_string_not_equal(etag, stale);
    assert_int_equal(put_text("replace", "three", stale), S3A_CONFLICT);
    assert_has_text("replace", "two");
    assert_int_equal(put_text("replace", "three", etag), S3A_OK);
    assert_has_text("replace", "three");
}

void a_put_over_what_was_deleted_is_a_conflict(void **state)
{
    char etag[129] = "";

    (void)state;
    assert_int_equal(put_text("deleted", "one", etag), S3A_OK);
    assert_int_equal(remove_one("deleted", NULL), S3A_OK);
    assert_int_equal(put_text("deleted", "two", etag), S3A_CONFLICT);
    assert_absent("deleted");
    strcpy(etag, "\"0123456789abcdef0123456789abcdef\"");
    assert_int_equal(put_text("never-was", "one", etag), S3A_CONFLICT);
    assert_absent("never-was");
}

void an_overwrite_takes_whatever_lies_there(void **state)
{
    char etag[129] = "";
    char other[129] = "";

    (void)state;
    assert_int_equal(overwrite("overwrite", "one", etag), S3A_OK);
    assert_has_text("overwrite", "one");
    assert_int_equal(overwrite("overwrite", "two", other), S3A_OK);
    assert_string_not_equal(etag, other);
    assert_int_equal(put_text("overwrite", "three", other), S3A_OK);
    assert_has_text("overwrite", "three");
}

void a_delete_may_name_what_it_removes(void **state)
{
    char etag[129] = "";
    char stale[129];

    (void)state;
    assert_int_equal(put_text("delete", "one", etag), S3A_OK);
    memcpy(stale, etag, sizeof(stale));
    assert_int_equal(put_text("delete", "two", etag), S3A_OK);
    if (store_differs("blind-delete")) {
        assert_int_equal(remove_one("delete", stale), S3A_UNSUPPORTED);
        assert_int_equal(remove_one("delete", etag), S3A_UNSUPPORTED);
        assert_has_text("delete", "two");
        return;
    }
    assert_int_equal(remove_one("delete", stale), S3A_CONFLICT);
    assert_has_text("delete", "two");
    assert_int_equal(remove_one("delete", etag), S3A_OK);
    assert_absent("delete");
    assert_int_equal(remove_one("delete", etag), S3A_NOT_FOUND);
    assert_int_equal(remove_one("delete", NULL), S3A_OK);
    assert_int_equal(remove_one("delete", ""), S3A_OK);
}

struct race {
    char key[64];
    char etag[129]; /* "": to create */
    atomic_uint winners;
    atomic_uint losers;
    atomic_uint in_doubt; /* losers who were not told so */
    size_t winner;
};

static void take_part(size_t index, void *arg)
{
    struct race *race = arg;
    char text[32];
    char etag[129];

    snprintf(text, sizeof(text), "contender %zu", index);
    memcpy(etag, race->etag, sizeof(etag));
    enum s3a_status status = put_text(race->key, text, etag);
    if (status == S3A_OK) {
        race->winner = index;
        atomic_fetch_add(&race->winners, 1);
    } else if (status == S3A_CONFLICT) {
        atomic_fetch_add(&race->losers, 1);
    } else if (status == S3A_IN_DOUBT && store_differs("losers-in-doubt")) {
        atomic_fetch_add(&race->losers, 1);
        atomic_fetch_add(&race->in_doubt, 1);
    }
}

static void run_race(struct race *race)
{
    char text[32];

    together(CONTENDERS, take_part, race);
    assert_int_equal(atomic_load(&race->winners), 1);
    assert_int_equal(atomic_load(&race->losers), CONTENDERS - 1);
    snprintf(text, sizeof(text), "contender %zu", race->winner);
    assert_has_text(race->key, text);
}

void of_many_that_create_one_wins(void **state)
{
    (void)state;
    for (int i = 0; i < ROUNDS; i++) {
        struct race race = {.etag = ""};
        snprintf(race.key, sizeof(race.key), "race-to-create/%d", i);
        run_race(&race);
    }
}

void of_many_that_replace_one_wins(void **state)
{
    unsigned in_doubt = 0;

    (void)state;
    for (int i = 0; i < ROUNDS; i++) {
        struct race race = {.etag = ""};
        snprintf(race.key, sizeof(race.key), "race-to-replace/%d", i);
        assert_int_equal(put_text(race.key, "before", race.etag), S3A_OK);
        run_race(&race);
        in_doubt += atomic_load(&race.in_doubt);
    }
    assert_true((in_doubt > 0) == store_differs("losers-in-doubt"));
}

void an_etag_is_taken_bare_or_quoted(void **state)
{
    char etag[129] = "";
    char bare[129];

    (void)state;
    assert_int_equal(put_text("etag", "one", etag), S3A_OK);
    assert_int_equal(etag[0], '"');
    snprintf(bare, sizeof(bare), "%.*s", (int)strlen(etag) - 2, etag + 1);
    assert_int_equal(put_text("etag", "two", bare), S3A_OK);
    assert_int_equal(bare[0], '"');
    snprintf(etag, sizeof(etag), "%.*s", (int)strlen(bare) - 2, bare + 1);
    assert_int_equal(remove_one("etag", removable(etag)), S3A_OK);
}
