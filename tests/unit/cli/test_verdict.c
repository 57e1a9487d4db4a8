/* SPDX-License-Identifier: MIT */
#include "verdict.h"

#include <stdlib.h>
#include <unistd.h>

#include "capture.h"
#include "exit_code.h"
#include "say.h"
#include "test.h"

static const struct s3a_url object = {.bucket = "b", .key = "k"};
static const struct s3a_url bucket = {.bucket = "b", .key = ""};

static void assert_said(const struct s3a_url *url, const char *unmet, enum s3a_status status,
                        const char *expected)
{
    struct s3a_error error = {.status = status, .message = "the story"};
    struct capture capture;

    capture_begin(&capture, STDERR_FILENO);
    int code = s3a_verdict(url, unmet, &error);
    char *text = capture_end(&capture);
    assert_int_equal(code, s3a_exit_of(status));
    assert_string_equal(text, expected);
    free(text);
}

static void what_the_command_knows_better_is_told(void **state)
{
    (void)state;
    s3a_say_setup(false, false);
    assert_said(&object, NULL, S3A_NOT_FOUND, "s3atomic: s3://b/k: there is no such object\n");
    assert_said(&object, "exists already", S3A_CONFLICT,
                "s3atomic: s3://b/k exists already; nothing was changed\n");
    assert_said(&object, NULL, S3A_NO_BUCKET,
                "s3atomic: s3://b: there is no such bucket; s3atomic mb s3://b makes it\n");
    assert_said(&bucket, NULL, S3A_BUCKET_EXISTS,
                "s3atomic: s3://b: there is such a bucket already\n");
    assert_said(&bucket, NULL, S3A_NOT_EMPTY,
                "s3atomic: s3://b is not empty; s3atomic ls -r s3://b shows what is in it\n");
}

static void all_else_is_the_librarys_story(void **state)
{
    (void)state;
    s3a_say_setup(false, false);
    assert_said(&object, NULL, S3A_CONFLICT, "s3atomic: the story\n");
    assert_said(&object, "x", S3A_DENIED, "s3atomic: the story\n");
}

static void with_details_it_comes_too(void **state)
{
    (void)state;
    s3a_say_setup(false, true);
    assert_said(&object, NULL, S3A_NOT_FOUND,
                "s3atomic: s3://b/k: there is no such object\ns3atomic: the story\n");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(what_the_command_knows_better_is_told),
        cmocka_unit_test(all_else_is_the_librarys_story),
        cmocka_unit_test(with_details_it_comes_too),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
