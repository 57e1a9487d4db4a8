/* SPDX-License-Identifier: MIT */
#include "fault.h"

#include <errno.h>
#include <string.h>

#include "test.h"

static void the_story_is_filled_in_and_the_status_returned(void **state)
{
    struct s3a_error error;

    (void)state;
    memset(&error, 0xff, sizeof(error));
    assert_int_equal(s3a_fault(&error, S3A_INVALID, "%s is %d", "x", 7), S3A_INVALID);
    assert_int_equal(error.status, S3A_INVALID);
    assert_int_equal(error.http_status, 0);
    assert_int_equal(error.system_errno, 0);
    assert_string_equal(error.code, "");
    assert_string_equal(error.message, "x is 7");
}

static void a_system_call_tells_its_errno(void **state)
{
    struct s3a_error error;

    (void)state;
    errno = ENOENT;
    assert_int_equal(s3a_fault_errno(&error, "%s", "/x"), S3A_SYSTEM);
    assert_int_equal(error.system_errno, ENOENT);
    assert_string_equal(error.message, "/x: No such file or directory");
}

static void nobody_needs_to_listen(void **state)
{
    (void)state;
    assert_int_equal(s3a_fault(NULL, S3A_FULL, "x"), S3A_FULL);
    assert_int_equal(s3a_fault_errno(NULL, "x"), S3A_SYSTEM);
}

static void long_stories_are_cut(void **state)
{
    struct s3a_error error;
    char text[2000];

    (void)state;
    memset(text, 'x', sizeof(text));
    text[sizeof(text) - 1] = '\0';
    errno = EIO;
    assert_int_equal(s3a_fault_errno(&error, "%s", text), S3A_SYSTEM);
    assert_int_equal(strlen(error.message), S3A_ERROR_MESSAGE_MAX - 1);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_story_is_filled_in_and_the_status_returned),
        cmocka_unit_test(a_system_call_tells_its_errno),
        cmocka_unit_test(nobody_needs_to_listen),
        cmocka_unit_test(long_stories_are_cut),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
