/* SPDX-License-Identifier: MIT */
#include "test.h"

#include <string.h>

#include "names.h"

static enum s3a_code check(enum s3a_op_kind kind, const char *bucket, struct s3a_str key)
{
    struct s3a_op op = {.kind = kind, .bucket = s3a_str_of(bucket), .key = key};
    struct s3a_answer answer;

    s3a_answer_init(&answer, 0);
    bool is_good = s3a_names_check(&op, &answer);
    enum s3a_code code = answer.code;
    assert_int_equal(is_good, code == S3A_CODE_NONE);
    s3a_answer_fini(&answer);
    return code;
}

static void names_of_s3_pass(void **state)
{
    (void)state;
    static char longest[S3A_KEY_SIZE_MAX];

    memset(longest, 'k', sizeof(longest));
    assert_int_equal(check(S3A_OP_GET_OBJECT, "bucket", S3A_STR("k")), S3A_CODE_NONE);
    assert_int_equal(check(S3A_OP_PUT_OBJECT, "bucket", s3a_str_make(longest, S3A_KEY_SIZE_MAX)),
                     S3A_CODE_NONE);
    assert_int_equal(check(S3A_OP_PUT_OBJECT, "bucket", S3A_STR("a/../b\xc3\xa9")), S3A_CODE_NONE);
    assert_int_equal(check(S3A_OP_LIST_OBJECTS, "bucket", S3A_STR("")), S3A_CODE_NONE);
    assert_int_equal(check(S3A_OP_LIST_BUCKETS, NULL, S3A_STR("")), S3A_CODE_NONE);
}

static void others_are_refused_for_what_they_are(void **state)
{
    (void)state;
    static char too_long[S3A_KEY_SIZE_MAX + 1];

    memset(too_long, 'k', sizeof(too_long));
    assert_int_equal(check(S3A_OP_CREATE_BUCKET, "No", S3A_STR("")), S3A_CODE_INVALID_BUCKET_NAME);
    assert_int_equal(check(S3A_OP_LIST_OBJECTS, "../etc", S3A_STR("")),
                     S3A_CODE_INVALID_BUCKET_NAME);
    assert_int_equal(check(S3A_OP_PUT_OBJECT, NULL, S3A_STR("k")), S3A_CODE_INVALID_BUCKET_NAME);
    assert_int_equal(check(S3A_OP_PUT_OBJECT, "bucket", S3A_STR("")), S3A_CODE_INVALID_URI);
    assert_int_equal(check(S3A_OP_PUT_OBJECT, "bucket", S3A_STR("\xff")), S3A_CODE_INVALID_URI);
    assert_int_equal(check(S3A_OP_HEAD_OBJECT, "bucket", s3a_str_make(too_long, sizeof(too_long))),
                     S3A_CODE_KEY_TOO_LONG);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(names_of_s3_pass),
        cmocka_unit_test(others_are_refused_for_what_they_are),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
