/* SPDX-License-Identifier: MIT */
#include "test.h"

#include <stdio.h>
#include <string.h>

#include "entries.h"
#include "fail_malloc.h"

static bool add(struct s3a_answer *answer, const char *name, bool is_prefix)
{
    struct s3a_entry entry = {.name = s3a_str_of(name), .is_prefix = is_prefix, .size = 7};
    return s3a_entries_add(answer, &entry);
}

static void lines_stay_however_many_follow(void **state)
{
    (void)state;
    struct s3a_answer answer;
    char name[16];

    s3a_answer_init(&answer, 0);
    for (int i = 0; i < 1000; i++) {
        snprintf(name, sizeof(name), "key-%d", i);
        assert_true(add(&answer, name, i % 2));
    }
    assert_int_equal(answer.entry_count, 1000);
    for (int i = 0; i < 1000; i++) {
        snprintf(name, sizeof(name), "key-%d", i);
        assert_str(answer.entries[i].name, name);
        assert_int_equal(answer.entries[i].is_prefix, i % 2);
        assert_int_equal(answer.entries[i].size, 7);
    }
    s3a_answer_fini(&answer);
}

static void assert_token_names(const char *name, bool is_prefix)
{
    struct s3a_answer answer;
    struct s3a_str back;
    bool back_is_prefix;

    s3a_answer_init(&answer, 0);
    assert_true(add(&answer, name, is_prefix));
    assert_true(s3a_entries_truncate(&answer));
    assert_true(answer.truncated);
    for (size_t i = 0; i < answer.next_continuation.size; i++) {
        assert_non_null(strchr("kp0123456789abcdef", answer.next_continuation.data[i]));
    }
    assert_true(s3a_token_decode(&answer.pool, answer.next_continuation, &back, &back_is_prefix));
    assert_str(back, name);
    assert_int_equal(back_is_prefix, is_prefix);
    s3a_answer_fini(&answer);
}

static void a_token_names_the_last_line(void **state)
{
    (void)state;
    char longest[S3A_KEY_SIZE_MAX + 1];

    memset(longest, 'x', S3A_KEY_SIZE_MAX);
    longest[S3A_KEY_SIZE_MAX] = '\0';
    assert_token_names("k", false);
    assert_token_names("p/", true);
    assert_token_names("\xc3\xa9 & <\x01>", false);
    assert_token_names(longest, false);
}

static void what_was_made_up_is_no_token(void **state)
{
    (void)state;
    static const char *const not_tokens[] = {
        "", "k", "p", "x61", "k6", "k6G", "k6A", "61", "kff", "k61 ", "k-1", "kc3", "k61c328",
    };
    struct s3a_pool pool = {0};
    struct s3a_str name;
    bool is_prefix;
    char too_long[2 * S3A_KEY_SIZE_MAX + 4] = "k";

    for (size_t i = 0; i < sizeof(not_tokens) / sizeof(not_tokens[0]); i++) {
        assert_false(s3a_token_decode(&pool, s3a_str_of(not_tokens[i]), &name, &is_prefix));
    }
    memset(too_long + 1, '6', 2 * S3A_KEY_SIZE_MAX + 2);
    too_long[2 * S3A_KEY_SIZE_MAX + 3] = '\0';
    assert_false(s3a_token_decode(&pool, s3a_str_of(too_long), &name, &is_prefix));
    s3a_pool_fini(&pool);
}

static void a_name_begins_with_all_of_a_prefix_or_not_at_all(void **state)
{
    (void)state;
    assert_true(s3a_name_starts_with(S3A_STR("abc"), S3A_STR("")));
    assert_true(s3a_name_starts_with(S3A_STR("abc"), S3A_STR("abc")));
    assert_false(s3a_name_starts_with(S3A_STR("abc"), S3A_STR("abcd")));
    assert_false(s3a_name_starts_with(S3A_STR("abc"), S3A_STR("b")));
    assert_false(s3a_name_starts_with(S3A_STR(""), S3A_STR("b")));
}

static void gather_without_memory(void *arg)
{
    struct s3a_answer answer;
    struct s3a_str name;
    char key[200];
    bool is_prefix;
    bool goes_on = true;

    (void)arg;
    s3a_answer_init(&answer, 0);
    for (int i = 0; goes_on && i < 40; i++) {
        snprintf(key, sizeof(key), "%0150d", i);
        goes_on = add(&answer, key, false);
        assert_int_equal(answer.entry_count, i + goes_on);
    }
    if (goes_on && s3a_entries_truncate(&answer)) {
        struct s3a_pool pool = {0};
        if (s3a_token_decode(&pool, answer.next_continuation, &name, &is_prefix)) {
            assert_str(name, key);
        }
        s3a_pool_fini(&pool);
    } else {
        assert_false(answer.truncated);
    }
    s3a_answer_fini(&answer);
}

static void without_memory_nothing_is_added(void **state)
{
    (void)state;
    fail_malloc_sweep(gather_without_memory, NULL);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(lines_stay_however_many_follow),
        cmocka_unit_test(a_token_names_the_last_line),
        cmocka_unit_test(what_was_made_up_is_no_token),
        cmocka_unit_test(a_name_begins_with_all_of_a_prefix_or_not_at_all),
        cmocka_unit_test(without_memory_nothing_is_added),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
