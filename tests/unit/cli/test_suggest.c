/* SPDX-License-Identifier: MIT */
#include "suggest.h"

#include <string.h>

#include "test.h"

static const char *meant_by(const char *typed)
{
    static const char *const words[] = {"lock", "status", "get", "put", "serve", "heartbeat"};
    struct s3a_suggestion suggestion = {0};

    for (size_t i = 0; i < sizeof(words) / sizeof(words[0]); i++) {
        s3a_suggest(&suggestion, typed, strlen(typed), words[i]);
    }
    return suggestion.word ? suggestion.word : "nothing";
}

static void slips_of_the_fingers_are_understood(void **state)
{
    (void)state;
    assert_string_equal(meant_by("lokc"), "lock");
    assert_string_equal(meant_by("locks"), "lock");
    assert_string_equal(meant_by("staus"), "status");
    assert_string_equal(meant_by("heartbaet"), "heartbeat");
    assert_string_equal(meant_by("heratbaet"), "heartbeat");
    assert_string_equal(meant_by("pt"), "put");
}

static void what_is_far_from_all_is_not(void **state)
{
    (void)state;
    assert_string_equal(meant_by("elephant"), "nothing");
    assert_string_equal(meant_by("xyz"), "nothing");
    assert_string_equal(meant_by(""), "nothing");
    assert_string_equal(meant_by("a-word-that-is-longer-than-any-word-may-be"), "nothing");
}

static void the_nearest_wins(void **state)
{
    struct s3a_suggestion suggestion = {0};

    (void)state;
    s3a_suggest(&suggestion, "lease", 5, "least");
    s3a_suggest(&suggestion, "lease", 5, "lease");
    s3a_suggest(&suggestion, "lease", 5, "leash");
    assert_string_equal(suggestion.word, "lease");
    assert_int_equal(suggestion.slips, 0);
}

static void only_the_typed_part_counts(void **state)
{
    struct s3a_suggestion suggestion = {0};

    (void)state;
    s3a_suggest(&suggestion, "wiat=5", 4, "wait");
    assert_string_equal(suggestion.word, "wait");
    assert_int_equal(suggestion.slips, 1);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(slips_of_the_fingers_are_understood),
        cmocka_unit_test(what_is_far_from_all_is_not),
        cmocka_unit_test(the_nearest_wins),
        cmocka_unit_test(only_the_typed_part_counts),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
