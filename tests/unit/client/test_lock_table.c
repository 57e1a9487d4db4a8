/* SPDX-License-Identifier: MIT */
#include "test.h"

#include <stdio.h>
#include <string.h>

#include "fail_malloc.h"
#include "lock_table.h"

#define KEYS_MAX 200

/* Somebody who is at a place, or wants to be. */
struct place {
    struct s3a_lock_entry entry;
    char text[64];
};

static enum s3a_status take(struct s3a_lock_table *table, const char *bucket, const char *key,
                            struct place *ret_place, struct s3a_lock_view *ret_view,
                            bool *ret_has_view)
{
    assert_true(s3a_lock_entry_size(strlen(bucket), strlen(key)) <= sizeof(*ret_place));
    s3a_lock_entry_init(&ret_place->entry, bucket, key);
    return s3a_lock_table_take(table, &ret_place->entry, ret_view, ret_has_view);
}

static struct s3a_lock_view free_view(const char *etag)
{
    struct s3a_lock_view view = {.kind = S3A_LOCK_OBJECT_RECORD, .record.grant.token = 5};

    strcpy(view.etag, etag);
    return view;
}

static void a_place_is_taken_once(void **state)
{
    (void)state;
    struct s3a_lock_table table;
    struct place place, other;
    struct s3a_lock_view view;
    bool has_view;

    assert_int_equal(s3a_lock_table_init(&table), S3A_OK);
    assert_int_equal(take(&table, "bucket", "key", &place, &view, &has_view), S3A_OK);
    assert_false(has_view);
    assert_int_equal(take(&table, "bucket", "key", &other, &view, &has_view), S3A_BUSY);
    /* The same letters, otherwise divided. */
    assert_int_equal(take(&table, "bucke", "tkey", &other, &view, &has_view), S3A_OK);
    s3a_lock_table_leave(&table, &place.entry, NULL);
    assert_int_equal(take(&table, "bucket", "key", &place, &view, &has_view), S3A_OK);
    s3a_lock_table_leave(&table, &place.entry, NULL);
    s3a_lock_table_leave(&table, &other.entry, NULL);
    s3a_lock_table_fini(&table);
}

static void what_was_left_free_is_remembered_once(void **state)
{
    (void)state;
    struct s3a_lock_table table;
    struct place place;
    struct s3a_lock_view left = free_view("\"e1\"");
    struct s3a_lock_view view;
    bool has_view;

    assert_int_equal(s3a_lock_table_init(&table), S3A_OK);
    assert_int_equal(take(&table, "bucket", "key", &place, &view, &has_view), S3A_OK);
    s3a_lock_table_leave(&table, &place.entry, &left);
    assert_int_equal(take(&table, "bucket", "key", &place, &view, &has_view), S3A_OK);
    assert_true(has_view);
    assert_string_equal(view.etag, "\"e1\"");
    assert_int_equal(view.record.grant.token, 5);
    assert_int_equal(view.kind, S3A_LOCK_OBJECT_RECORD);
    s3a_lock_table_leave(&table, &place.entry, NULL);
    assert_int_equal(take(&table, "bucket", "key", &place, &view, &has_view), S3A_OK);
    assert_false(has_view);
    s3a_lock_table_leave(&table, &place.entry, NULL);
    s3a_lock_table_fini(&table);
}

static void the_oldest_memories_go_first_and_taken_places_never(void **state)
{
    (void)state;
    struct s3a_lock_table table;
    struct place taken, place;
    struct s3a_lock_view view;
    struct s3a_lock_view left = free_view("\"e\"");
    char key[32];
    bool has_view;

    assert_int_equal(s3a_lock_table_init(&table), S3A_OK);
    assert_int_equal(take(&table, "bucket", "taken", &taken, &view, &has_view), S3A_OK);
    for (int i = 0; i < S3A_LOCKS_REMEMBERED_MAX + 10; i++) {
        snprintf(key, sizeof(key), "key-%d", i);
        assert_int_equal(take(&table, "bucket", key, &place, &view, &has_view), S3A_OK);
        s3a_lock_table_leave(&table, &place.entry, &left);
    }
    assert_int_equal(table.entry_count, S3A_LOCKS_REMEMBERED_MAX + 1);
    assert_int_equal(take(&table, "bucket", "key-9", &place, &view, &has_view), S3A_OK);
    assert_false(has_view);
    s3a_lock_table_leave(&table, &place.entry, NULL);
    assert_int_equal(take(&table, "bucket", "key-10", &place, &view, &has_view), S3A_OK);
    assert_true(has_view);
    s3a_lock_table_leave(&table, &place.entry, NULL);
    assert_int_equal(take(&table, "bucket", "taken", &place, &view, &has_view), S3A_BUSY);
    s3a_lock_table_leave(&table, &taken.entry, NULL);
    s3a_lock_table_fini(&table);
}

static void grow_and_remember_without_memory(void *arg)
{
    (void)arg;
    static struct place places[KEYS_MAX];
    struct s3a_lock_table table;
    struct s3a_lock_view left = free_view("\"e\"");
    struct s3a_lock_view view;
    struct place other;
    char key[32];
    bool has_view;

    if (s3a_lock_table_init(&table) != S3A_OK) {
        return;
    }
    for (int i = 0; i < KEYS_MAX; i++) {
        snprintf(key, sizeof(key), "key-%d", i);
        assert_int_equal(take(&table, "bucket", key, &places[i], &view, &has_view), S3A_OK);
    }
    for (int i = 0; i < KEYS_MAX; i++) {
        snprintf(key, sizeof(key), "key-%d", i);
        assert_int_equal(take(&table, "bucket", key, &other, &view, &has_view), S3A_BUSY);
        s3a_lock_table_leave(&table, &places[i].entry, i % 2 ? &left : NULL);
    }
    assert_int_equal(table.entry_count, table.remembered_count);
    s3a_lock_table_fini(&table);
}

static void it_grows_or_stays_right_without_memory(void **state)
{
    (void)state;
    fail_malloc_sweep(grow_and_remember_without_memory, NULL);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_place_is_taken_once),
        cmocka_unit_test(what_was_left_free_is_remembered_once),
        cmocka_unit_test(the_oldest_memories_go_first_and_taken_places_never),
        cmocka_unit_test(it_grows_or_stays_right_without_memory),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
