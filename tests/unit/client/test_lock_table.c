/* SPDX-License-Identifier: MIT */
#include "test.h"

#include <stdio.h>
#include <string.h>

#include "fail_malloc.h"
#include "lock_table.h"

static struct s3a_lock_name name_of(const char *bucket, const char *key)
{
    return (struct s3a_lock_name){s3a_str_of(bucket), s3a_str_of(key)};
}

static enum s3a_status take(struct s3a_lock_table *table, const char *bucket, const char *key,
                            struct s3a_lock_entry **ret_entry, bool *ret_has_view)
{
    struct s3a_lock_name name = name_of(bucket, key);
    struct s3a_lock_view view;

    return s3a_lock_table_take(table, &name, ret_entry, &view, ret_has_view);
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
    struct s3a_lock_entry *entry, *other;
    bool has_view;

    assert_int_equal(s3a_lock_table_init(&table), S3A_OK);
    assert_int_equal(take(&table, "bucket", "key", &entry, &has_view), S3A_OK);
    assert_false(has_view);
    assert_int_equal(take(&table, "bucket", "key", &other, &has_view), S3A_BUSY);
    assert_null(other);
    /* The same letters, otherwise divided. */
    assert_int_equal(take(&table, "bucke", "tkey", &other, &has_view), S3A_OK);
    s3a_lock_table_leave(&table, entry, NULL);
    assert_int_equal(take(&table, "bucket", "key", &entry, &has_view), S3A_OK);
    s3a_lock_table_leave(&table, entry, NULL);
    s3a_lock_table_leave(&table, other, NULL);
    s3a_lock_table_fini(&table);
}

static void what_was_left_free_is_remembered_once(void **state)
{
    (void)state;
    struct s3a_lock_table table;
    struct s3a_lock_entry *entry;
    struct s3a_lock_view left = free_view("\"e1\"");
    struct s3a_lock_view view;
    struct s3a_lock_name name = name_of("bucket", "key");
    bool has_view;

    assert_int_equal(s3a_lock_table_init(&table), S3A_OK);
    assert_int_equal(take(&table, "bucket", "key", &entry, &has_view), S3A_OK);
    s3a_lock_table_leave(&table, entry, &left);
    assert_int_equal(s3a_lock_table_take(&table, &name, &entry, &view, &has_view), S3A_OK);
    assert_true(has_view);
    assert_string_equal(view.etag, "\"e1\"");
    assert_int_equal(view.record.grant.token, 5);
    assert_int_equal(view.kind, S3A_LOCK_OBJECT_RECORD);
    s3a_lock_table_leave(&table, entry, NULL);
    assert_int_equal(take(&table, "bucket", "key", &entry, &has_view), S3A_OK);
    assert_false(has_view);
    s3a_lock_table_leave(&table, entry, NULL);
    s3a_lock_table_fini(&table);
}

static void the_oldest_memories_go_first_and_taken_places_never(void **state)
{
    (void)state;
    struct s3a_lock_table table;
    struct s3a_lock_entry *taken, *entry;
    struct s3a_lock_view left = free_view("\"e\"");
    char key[32];
    bool has_view;

    assert_int_equal(s3a_lock_table_init(&table), S3A_OK);
    assert_int_equal(take(&table, "bucket", "taken", &taken, &has_view), S3A_OK);
    for (int i = 0; i < S3A_LOCKS_REMEMBERED_MAX + 10; i++) {
        snprintf(key, sizeof(key), "key-%d", i);
        assert_int_equal(take(&table, "bucket", key, &entry, &has_view), S3A_OK);
        s3a_lock_table_leave(&table, entry, &left);
    }
    assert_int_equal(table.entry_count, S3A_LOCKS_REMEMBERED_MAX + 1);
    assert_int_equal(take(&table, "bucket", "key-9", &entry, &has_view), S3A_OK);
    assert_false(has_view);
    s3a_lock_table_leave(&table, entry, NULL);
    assert_int_equal(take(&table, "bucket", "key-10", &entry, &has_view), S3A_OK);
    assert_true(has_view);
    s3a_lock_table_leave(&table, entry, NULL);
    assert_int_equal(take(&table, "bucket", "taken", &entry, &has_view), S3A_BUSY);
    s3a_lock_table_leave(&table, taken, NULL);
    s3a_lock_table_fini(&table);
}

static void grow_without_memory(void *arg)
{
    (void)arg;
    struct s3a_lock_table table;
    struct s3a_lock_entry *entries[200] = {0};
    char key[32];
    bool has_view;

    if (s3a_lock_table_init(&table) != S3A_OK) {
        return;
    }
    for (int i = 0; i < 200; i++) {
        snprintf(key, sizeof(key), "key-%d", i);
        enum s3a_status status = take(&table, "bucket", key, &entries[i], &has_view);
        assert_true(status == S3A_OK || (status == S3A_NO_MEMORY && !entries[i]));
    }
    for (int i = 0; i < 200; i++) {
        struct s3a_lock_entry *other;
        snprintf(key, sizeof(key), "key-%d", i);
        if (entries[i]) {
            assert_int_equal(take(&table, "bucket", key, &other, &has_view), S3A_BUSY);
            s3a_lock_table_leave(&table, entries[i], NULL);
        }
    }
    assert_int_equal(table.entry_count, 0);
    s3a_lock_table_fini(&table);
}

static void it_grows_or_stays_right_without_memory(void **state)
{
    (void)state;
    fail_malloc_sweep(grow_without_memory, NULL);
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
