/* SPDX-License-Identifier: MIT */
#include "test.h"

#include <string.h>

#include <s3atomic/status.h>

static const enum s3a_status all[] = {
#define ITEM(name, number, action, text) S3A_##name,
    S3A_STATUS_MAP(ITEM)
#undef ITEM
};

#define COUNT (sizeof(all) / sizeof(all[0]))

static void every_status_has_a_name_a_text_and_a_number_of_its_own(void **state)
{
    (void)state;
    for (size_t i = 0; i < COUNT; i++) {
        assert_true(strlen(s3a_status_name(all[i])) > 1);
        assert_true(strlen(s3a_status_text(all[i])) > 3);
        for (size_t k = 0; k < i; k++) {
            assert_int_not_equal(all[i], all[k]);
            assert_string_not_equal(s3a_status_text(all[i]), s3a_status_text(all[k]));
        }
    }
}

static void not_sent_and_no_answer_are_never_the_same(void **state)
{
    (void)state;
    assert_int_equal(s3a_status_action(S3A_UNREACHABLE), S3A_ACTION_RETRY);
    assert_int_equal(s3a_status_action(S3A_IN_DOUBT), S3A_ACTION_IN_DOUBT);
    for (size_t i = 0; i < COUNT; i++) {
        if (all[i] != S3A_IN_DOUBT) {
            assert_int_not_equal(s3a_status_action(all[i]), S3A_ACTION_IN_DOUBT);
        }
    }
}

static void a_number_that_is_none_is_fatal_and_has_a_text(void **state)
{
    (void)state;
    enum s3a_status none = (enum s3a_status)9999;

    assert_string_equal(s3a_status_name(none), "UNKNOWN");
    assert_non_null(s3a_status_text(none));
    assert_int_equal(s3a_status_action(none), S3A_ACTION_FATAL);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_status_has_a_name_a_text_and_a_number_of_its_own),
        cmocka_unit_test(not_sent_and_no_answer_are_never_the_same),
        cmocka_unit_test(a_number_that_is_none_is_fatal_and_has_a_text),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
