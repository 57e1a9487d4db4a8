/* SPDX-License-Identifier: MIT */
#include "test.h"

#include <errno.h>
#include <string.h>

#include "error.h"

static void tells_the_story_and_returns_the_status(void **state)
{
    (void)state;
    struct s3a_error error = {.http_status = 500, .code = "Old", .request_id = "old"};

    assert_int_equal(s3a_error_set(&error, S3A_INVALID, "lease_ms: %d is too short", 3),
                     S3A_INVALID);
    assert_int_equal(error.status, S3A_INVALID);
    assert_string_equal(error.message, "lease_ms: 3 is too short");
    assert_int_equal(error.http_status, 0);
    assert_string_equal(error.code, "");
    assert_string_equal(error.request_id, "");
}

static void a_system_error_brings_its_text(void **state)
{
    (void)state;
    struct s3a_error error;

    assert_int_equal(s3a_error_set_errno(&error, EACCES, "open %s", "/x"), S3A_SYSTEM);
    assert_string_equal(error.message, "open /x: Permission denied");
    assert_int_equal(error.system_errno, EACCES);
    assert_int_equal(s3a_error_set_errno(&error, ENOSPC, "write"), S3A_FULL);
    assert_int_equal(s3a_error_set_errno(&error, EFBIG, "write"), S3A_FULL);
    assert_int_equal(s3a_error_set_errno(&error, ENOMEM, "fork"), S3A_NO_MEMORY);
}

static void a_prefix_goes_before_the_message(void **state)
{
    (void)state;
    struct s3a_error error;

    (void)s3a_error_set(&error, S3A_FORMAT, "expected a number");
    s3a_error_prefix(&error, "%s", "limits.max");
    assert_string_equal(error.message, "limits.max: expected a number");
    assert_int_equal(error.status, S3A_FORMAT);
}

static void what_is_too_long_is_cut_not_overrun(void **state)
{
    (void)state;
    struct s3a_error error;
    char text[2000];

    memset(text, 'x', sizeof(text) - 1);
    text[sizeof(text) - 1] = '\0';
    (void)s3a_error_set(&error, S3A_FAILED, "%s", text);
    assert_int_equal(strlen(error.message), S3A_ERROR_MESSAGE_MAX - 1);
    s3a_error_prefix(&error, "%s", text);
    assert_int_equal(strlen(error.message), S3A_ERROR_MESSAGE_MAX - 1);
    (void)s3a_error_set_errno(&error, EIO, "%s", text);
    assert_int_equal(strlen(error.message), S3A_ERROR_MESSAGE_MAX - 1);
}

static void may_quote_itself(void **state)
{
    (void)state;
    struct s3a_error error;

    (void)s3a_error_set(&error, S3A_SERVER, "inner");
    (void)s3a_error_set(&error, S3A_LOST, "outer: %s", error.message);
    assert_string_equal(error.message, "outer: inner");
}

static void nobody_has_to_ask_for_it(void **state)
{
    (void)state;
    s3a_error_clear(NULL);
    s3a_error_prefix(NULL, "x");
    assert_int_equal(s3a_error_set(NULL, S3A_HELD, "x"), S3A_HELD);
    assert_int_equal(s3a_error_set_errno(NULL, EDQUOT, "x"), S3A_FULL);
    assert_int_equal(s3a_error_set_no_memory(NULL), S3A_NO_MEMORY);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(tells_the_story_and_returns_the_status),
        cmocka_unit_test(a_system_error_brings_its_text),
        cmocka_unit_test(a_prefix_goes_before_the_message),
        cmocka_unit_test(what_is_too_long_is_cut_not_overrun),
        cmocka_unit_test(may_quote_itself),
        cmocka_unit_test(nobody_has_to_ask_for_it),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
