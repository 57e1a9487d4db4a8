/* SPDX-License-Identifier: MIT */
#include "store_fixture.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "fail_malloc.h"
#include "fail_vfs.h"

/* Lists page by page and writes the names down: "a b/ c", with ';' between pages. */
static void list(struct store *store, struct s3a_op op, char *ret_text, size_t size)
{
    struct s3a_answer answer;
    char token[4096] = "";
    size_t used = 0;

    ret_text[0] = '\0';
    op.kind = S3A_OP_LIST_OBJECTS;
    op.bucket = S3A_STR(BUCKET);
    for (;;) {
        assert_int_equal(store_call(store, &op, s3a_str_of(NULL), &answer), S3A_OK);
        for (size_t i = 0; i < answer.entry_count; i++) {
            const struct s3a_entry *entry = &answer.entries[i];
            used += (size_t)snprintf(ret_text + used, size - used, "%s%.*s", i ? " " : "",
                                     S3A_STR_ARG(entry->name));
            assert_true(used < size);
            assert_int_equal(entry->etag.size, entry->is_prefix ? 0 : 34);
        }
        bool is_truncated = answer.truncated;
        snprintf(token, sizeof(token), "%.*s", S3A_STR_ARG(answer.next_continuation));
        s3a_answer_fini(&answer);
        if (!is_truncated) {
            assert_string_equal(token, "");
            return;
        }
        used += (size_t)snprintf(ret_text + used, size - used, ";");
        op.continuation = s3a_str_of(token);
    }
}

static void assert_list(struct store *store, struct s3a_op op, const char *expected)
{
    char text[8192];

    list(store, op, text, sizeof(text));
    assert_string_equal(text, expected);
}

static const char *const tree[] = {"a", "b/1", "b/2", "b/c/3", "b0", "d/1", "e", "\xc3\xa9", "Z"};

static int open_tree(void **state)
{
    static struct store store;

    store_open(&store);
    for (size_t i = 0; i < sizeof(tree) / sizeof(tree[0]); i++) {
        assert_int_equal(store_put(&store, tree[i], "x"), S3A_OK);
    }
    *state = &store;
    return 0;
}

static int close_tree(void **state)
{
    store_close(*state);
    return 0;
}

static void keys_come_in_the_order_of_their_bytes(void **state)
{
    assert_list(*state, (struct s3a_op){0}, "Z a b/1 b/2 b/c/3 b0 d/1 e \xc3\xa9");
}

static void a_prefix_selects(void **state)
{
    assert_list(*state, (struct s3a_op){.prefix = S3A_STR("b")}, "b/1 b/2 b/c/3 b0");
    assert_list(*state, (struct s3a_op){.prefix = S3A_STR("b/")}, "b/1 b/2 b/c/3");
    assert_list(*state, (struct s3a_op){.prefix = S3A_STR("b/1")}, "b/1");
    assert_list(*state, (struct s3a_op){.prefix = S3A_STR("nothing")}, "");
    assert_list(*state, (struct s3a_op){.prefix = S3A_STR("\xff")}, "");
    assert_list(*state, (struct s3a_op){.prefix = S3A_STR("\xc3")}, "\xc3\xa9");
}

static void a_delimiter_rolls_up(void **state)
{
    assert_list(*state, (struct s3a_op){.delimiter = S3A_STR("/")}, "Z a b/ b0 d/ e \xc3\xa9");
    assert_list(*state, (struct s3a_op){.delimiter = S3A_STR("/"), .prefix = S3A_STR("b/")},
                "b/1 b/2 b/c/");
    assert_list(*state, (struct s3a_op){.delimiter = S3A_STR("/"), .prefix = S3A_STR("b")},
                "b/ b0");
    assert_list(*state, (struct s3a_op){.delimiter = S3A_STR("/c/")},
                "Z a b/1 b/2 b/c/ b0 d/1 e \xc3\xa9");
    assert_list(*state, (struct s3a_op){.delimiter = S3A_STR("")},
                "Z a b/1 b/2 b/c/3 b0 d/1 e \xc3\xa9");
    assert_list(*state, (struct s3a_op){.delimiter = S3A_STR("1")},
                "Z a b/1 b/2 b/c/3 b0 d/1 e \xc3\xa9");
}

static void pages_are_whole_and_end_exactly(void **state)
{
    assert_list(*state, (struct s3a_op){.keys_max = 3}, "Z a b/1;b/2 b/c/3 b0;d/1 e \xc3\xa9");
    assert_list(*state, (struct s3a_op){.keys_max = 2, .delimiter = S3A_STR("/")},
                "Z a;b/ b0;d/ e;\xc3\xa9");
    assert_list(*state, (struct s3a_op){.keys_max = 1, .prefix = S3A_STR("b/c/")}, "b/c/3");
    assert_list(*state,
                (struct s3a_op){.keys_max = 1, .prefix = S3A_STR("b/"), .delimiter = S3A_STR("/")},
                "b/1;b/2;b/c/");
}

static void zero_keys_are_none_and_no_more(void **state)
{
    assert_list(*state, (struct s3a_op){.keys_max = 0, .has_keys_max = true}, "");
}

static void start_after_begins_behind_a_key(void **state)
{
    assert_list(*state, (struct s3a_op){.start_after = S3A_STR("b/2")}, "b/c/3 b0 d/1 e \xc3\xa9");
    assert_list(*state, (struct s3a_op){.start_after = S3A_STR("b/20")}, "b/c/3 b0 d/1 e \xc3\xa9");
    assert_list(*state, (struct s3a_op){.start_after = S3A_STR("\xc3\xa9")}, "");
    assert_list(*state, (struct s3a_op){.start_after = S3A_STR("A"), .prefix = S3A_STR("b0")},
                "b0");
    assert_list(*state, (struct s3a_op){.start_after = S3A_STR("c"), .prefix = S3A_STR("b0")}, "");
}

static void start_after_counts_before_keys_are_rolled_up(void **state)
{
    struct s3a_op op = {.delimiter = S3A_STR("/")};

    op.start_after = S3A_STR("b/1"); /* b/2 lies behind it */
    assert_list(*state, op, "b/ b0 d/ e \xc3\xa9");
    op.start_after = S3A_STR("b/c/3"); /* nothing of b/ does */
    assert_list(*state, op, "b0 d/ e \xc3\xa9");
    op.start_after = S3A_STR("b/"); /* the common prefix itself has been seen */
    assert_list(*state, op, "b0 d/ e \xc3\xa9");
}

static void a_token_beats_start_after_and_a_wrong_one_is_refused(void **state)
{
    static const char *const wrong[] = {"", "k", "k6", "kzz", "x61", "k6G", "kff", "p6"};
    struct s3a_op op = op_of(S3A_OP_LIST_OBJECTS, NULL);

    op.start_after = S3A_STR("a");
    op.continuation = S3A_STR("k65"); /* "e" */
    assert_list(*state, op, "\xc3\xa9");
    for (size_t i = 0; i < sizeof(wrong) / sizeof(wrong[0]); i++) {
        struct s3a_answer answer;
        op.continuation = s3a_str_of(wrong[i]);
        (void)store_call(*state, &op, s3a_str_of(NULL), &answer);
        assert_int_equal(answer.code, S3A_CODE_INVALID_ARGUMENT);
        assert_int_equal(answer.entry_count, 0);
        s3a_answer_fini(&answer);
    }
}

static void names_of_any_length_are_no_danger(void **state)
{
    char name[3000];

    memset(name, 'b', sizeof(name));
    assert_list(*state, (struct s3a_op){.prefix = s3a_str_make(name, sizeof(name))}, "");
    assert_list(*state, (struct s3a_op){.delimiter = s3a_str_make(name, sizeof(name))},
                "Z a b/1 b/2 b/c/3 b0 d/1 e \xc3\xa9");
    assert_list(*state, (struct s3a_op){.start_after = s3a_str_make(name, sizeof(name))},
                "d/1 e \xc3\xa9");
}

static void a_bucket_that_is_not_there_is_no_empty_one(void **state)
{
    struct s3a_op op = {.kind = S3A_OP_LIST_OBJECTS, .bucket = S3A_STR("another")};

    assert_int_equal(store_do(*state, &op, s3a_str_of(NULL)), S3A_NO_BUCKET);
}

static void many_keys_of_the_greatest_size(void **state)
{
    (void)state;
    struct store store;
    struct s3a_answer answer;
    struct s3a_op op = op_of(S3A_OP_LIST_OBJECTS, NULL);
    char key[S3A_KEY_SIZE_MAX + 1];
    char token[2 * S3A_KEY_SIZE_MAX + 2];

    store_open(&store);
    memset(key, '~', sizeof(key) - 1);
    key[S3A_KEY_SIZE_MAX] = '\0';
    for (int i = 0; i < 30; i++) {
        key[S3A_KEY_SIZE_MAX - 1] = (char)('A' + i);
        assert_int_equal(store_put(&store, key, "x"), S3A_OK);
    }
    op.keys_max = 29;
    assert_int_equal(store_call(&store, &op, s3a_str_of(NULL), &answer), S3A_OK);
    assert_true(answer.truncated);
    assert_int_equal(answer.entry_count, 29);
    snprintf(token, sizeof(token), "%.*s", S3A_STR_ARG(answer.next_continuation));
    s3a_answer_fini(&answer);
    op.continuation = s3a_str_of(token);
    assert_int_equal(store_call(&store, &op, s3a_str_of(NULL), &answer), S3A_OK);
    assert_int_equal(answer.entry_count, 1);
    assert_str(answer.entries[0].name, key);
    s3a_answer_fini(&answer);
    store_close(&store);
}

static void a_page_has_a_thousand_keys_at_the_most(void **state)
{
    (void)state;
    struct store store;
    struct s3a_answer answer;
    struct s3a_op op = op_of(S3A_OP_LIST_OBJECTS, NULL);
    char key[32];

    store_open(&store);
    for (int i = 0; i < S3A_LIST_KEYS_MAX + 1; i++) {
        snprintf(key, sizeof(key), "key-%05d", i);
        assert_int_equal(store_put(&store, key, "x"), S3A_OK);
    }
    op.keys_max = 5000;
    assert_int_equal(store_call(&store, &op, s3a_str_of(NULL), &answer), S3A_OK);
    assert_int_equal(answer.entry_count, S3A_LIST_KEYS_MAX);
    assert_true(answer.truncated);
    s3a_answer_fini(&answer);
    op.start_after = S3A_STR("key-00000");
    assert_int_equal(store_call(&store, &op, s3a_str_of(NULL), &answer), S3A_OK);
    assert_int_equal(answer.entry_count, S3A_LIST_KEYS_MAX);
    assert_false(answer.truncated);
    s3a_answer_fini(&answer);
    store_close(&store);
}

/* All of it, or an error without a single line. */
static bool list_whole_or_not_at_all(struct store *store, size_t count)
{
    struct s3a_op op = op_of(S3A_OP_LIST_OBJECTS, NULL);
    struct s3a_answer answer;
    enum s3a_status status = store_call(store, &op, s3a_str_of(NULL), &answer);

    assert_int_equal(answer.entry_count, status == S3A_OK ? count : 0);
    assert_false(answer.truncated);
    s3a_answer_fini(&answer);
    return status == S3A_OK;
}

static void a_disk_that_cannot_be_read_makes_no_short_listing(void **state)
{
    (void)state;
    struct store store;
    char key[200];
    int failures = 1;
    int nth;

    store_open(&store);
    for (int i = 0; i < 100; i++) {
        snprintf(key, sizeof(key), "key-%0150d", i);
        assert_int_equal(store_put(&store, key, "x"), S3A_OK);
    }
    for (nth = 1; failures > 0; nth++) {
        store_reopen(&store); /* with nothing in memory */
        fail_vfs_at(FAIL_READ, nth, 1);
        bool is_whole = list_whole_or_not_at_all(&store, 100);
        failures = fail_vfs_end();
        assert_true(is_whole || failures > 0);
    }
    assert_true(nth > 10);
    store_close(&store);
}

static void list_without_memory(void *store)
{
    (void)list_whole_or_not_at_all(store, sizeof(tree) / sizeof(tree[0]));
}

static void without_memory_there_is_no_short_listing(void **state)
{
    fail_malloc_sweep(list_without_memory, *state);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(keys_come_in_the_order_of_their_bytes),
        cmocka_unit_test(a_prefix_selects),
        cmocka_unit_test(a_delimiter_rolls_up),
        cmocka_unit_test(pages_are_whole_and_end_exactly),
        cmocka_unit_test(zero_keys_are_none_and_no_more),
        cmocka_unit_test(start_after_begins_behind_a_key),
        cmocka_unit_test(start_after_counts_before_keys_are_rolled_up),
        cmocka_unit_test(a_token_beats_start_after_and_a_wrong_one_is_refused),
        cmocka_unit_test(names_of_any_length_are_no_danger),
        cmocka_unit_test(a_bucket_that_is_not_there_is_no_empty_one),
        cmocka_unit_test(many_keys_of_the_greatest_size),
        cmocka_unit_test(a_page_has_a_thousand_keys_at_the_most),
        cmocka_unit_test(a_disk_that_cannot_be_read_makes_no_short_listing),
        cmocka_unit_test(without_memory_there_is_no_short_listing),
    };
    fail_vfs_install();
    return cmocka_run_group_tests(tests, open_tree, close_tree);
}
