/* SPDX-License-Identifier: MIT */
#include "test.h"

#include <string.h>

#include "code.h"

static void every_code_is_found_again_by_its_text(void **state)
{
    (void)state;
    for (int code = S3A_CODE_NONE + 1; code < S3A_CODE_OTHER; code++) {
        enum s3a_code each = (enum s3a_code)code;
        assert_int_equal(s3a_code_of_wire(s3a_str_of(s3a_code_wire(each))), each);
        assert_in_range(s3a_code_http_status(each), 300, 599);
        assert_true(strlen(s3a_code_message(each)) > 0);
    }
    assert_int_equal(s3a_code_of_wire(S3A_STR("NoSuchThing")), S3A_CODE_OTHER);
    assert_int_equal(s3a_code_of_wire(S3A_STR("")), S3A_CODE_OTHER);
}

static void an_answer_means_what_its_code_says(void **state)
{
    (void)state;
    assert_int_equal(s3a_code_status(S3A_CODE_NONE, 200), S3A_OK);
    assert_int_equal(s3a_code_status(S3A_CODE_NO_SUCH_BUCKET, 404), S3A_NO_BUCKET);
    assert_int_equal(s3a_code_status(S3A_CODE_BUCKET_NOT_EMPTY, 409), S3A_NOT_EMPTY);
    assert_int_equal(s3a_code_status(S3A_CODE_CONDITIONAL_REQUEST_CONFLICT, 409), S3A_RACE);
    assert_int_equal(s3a_code_status(S3A_CODE_INTERNAL_ERROR, 200), S3A_SERVER);
}

static void without_a_code_the_http_status_speaks(void **state)
{
    (void)state;
    static const struct {
        int http_status;
        enum s3a_status status;
    } table[] = {
        {304, S3A_NOT_MODIFIED}, {400, S3A_REFUSED}, {401, S3A_DENIED},      {403, S3A_DENIED},
        {404, S3A_NOT_FOUND},    {409, S3A_RACE},    {412, S3A_CONFLICT},    {416, S3A_RANGE},
        {429, S3A_LATER},        {500, S3A_SERVER},  {501, S3A_UNSUPPORTED}, {502, S3A_SERVER},
        {503, S3A_LATER},        {504, S3A_SERVER},  {301, S3A_REFUSED},     {599, S3A_SERVER},
    };

    for (size_t i = 0; i < sizeof(table) / sizeof(table[0]); i++) {
        assert_int_equal(s3a_code_status(S3A_CODE_NONE, table[i].http_status), table[i].status);
        assert_int_equal(s3a_code_status(S3A_CODE_OTHER, table[i].http_status), table[i].status);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_code_is_found_again_by_its_text),
        cmocka_unit_test(an_answer_means_what_its_code_says),
        cmocka_unit_test(without_a_code_the_http_status_speaks),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
