/* SPDX-License-Identifier: MIT */
#include "test.h"

#include <string.h>

#include "fail_malloc.h"
#include "listing_decode.h"

static const char error_xml[] =
    "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<Error><Code>PreconditionFailed</Code>"
    "<Message>Not &lt;so&gt;</Message><Condition>If-Match</Condition><Header>If-Match</Header>"
    "<Key>k</Key><RequestId>R1</RequestId><HostId>H</HostId></Error>";

static void an_error_is_read_with_its_details(void **state)
{
    (void)state;
    struct s3a_answer answer;

    s3a_answer_init(&answer, 0);
    assert_true(s3a_error_decode(s3a_str_of(error_xml), &answer));
    assert_int_equal(answer.code, S3A_CODE_PRECONDITION_FAILED);
    assert_str(answer.code_text, "PreconditionFailed");
    assert_str(answer.message, "Not <so>");
    assert_str(answer.condition, "If-Match");
    assert_str(answer.header, "If-Match");
    assert_string_equal(answer.request_id, "R1");
    s3a_answer_fini(&answer);
}

static void a_code_that_is_new_is_kept_as_text(void **state)
{
    (void)state;
    struct s3a_answer answer;

    s3a_answer_init(&answer, 0);
    strcpy(answer.request_id, "FROM-THE-HEADER");
    assert_true(s3a_error_decode(S3A_STR("<Error><Code>TeaPot</Code><RequestId>R</RequestId>"
                                         "</Error>"),
                                 &answer));
    assert_int_equal(answer.code, S3A_CODE_OTHER);
    assert_str(answer.code_text, "TeaPot");
    assert_null(answer.message.data);
    assert_string_equal(answer.request_id, "FROM-THE-HEADER");
    s3a_answer_fini(&answer);
}

static void a_request_id_is_cut(void **state)
{
    (void)state;
    struct s3a_answer answer;
    struct s3a_buf xml;

    s3a_buf_init(&xml, 10000);
    s3a_buf_append_text(&xml, "<Error><Code>SlowDown</Code><RequestId>");
    for (size_t i = 0; i < 1000; i++) {
        s3a_buf_append_byte(&xml, 'R');
    }
    s3a_buf_append_text(&xml, "</RequestId></Error>");
    s3a_answer_init(&answer, 0);
    assert_true(s3a_error_decode(s3a_buf_str(&xml), &answer));
    assert_int_equal(strlen(answer.request_id), S3A_REQUEST_ID_SIZE_MAX);
    s3a_answer_fini(&answer);
    s3a_buf_fini(&xml);
}

static void what_is_no_error_leaves_the_answer_alone(void **state)
{
    (void)state;
    static const char *const texts[] = {
        "",
        "<html/>",
        "<Error>",
        "<Error/>",
        "<Error><Code/></Error>",
        "<Error><Message>m</Message></Error>",
        "<Result><Error><Code>SlowDown</Code></Error></Result>",
    };
    struct s3a_answer answer;

    for (size_t i = 0; i < sizeof(texts) / sizeof(texts[0]); i++) {
        s3a_answer_init(&answer, 0);
        assert_false(s3a_error_decode(s3a_str_of(texts[i]), &answer));
        assert_int_equal(answer.code, S3A_CODE_NONE);
        assert_null(answer.message.data);
        s3a_answer_fini(&answer);
    }
}

static void decode_with_failing_memory(void *arg)
{
    struct s3a_answer answer;

    (void)arg;
    s3a_answer_init(&answer, 0);
    if (s3a_error_decode(s3a_str_of(error_xml), &answer)) {
        assert_int_equal(answer.code, S3A_CODE_PRECONDITION_FAILED);
    } else {
        assert_int_equal(answer.code, S3A_CODE_NONE);
    }
    s3a_answer_fini(&answer);
}

static void without_memory_an_error_is_never_another(void **state)
{
    (void)state;

    fail_malloc_sweep(decode_with_failing_memory, NULL);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(an_error_is_read_with_its_details),
        cmocka_unit_test(a_code_that_is_new_is_kept_as_text),
        cmocka_unit_test(a_request_id_is_cut),
        cmocka_unit_test(what_is_no_error_leaves_the_answer_alone),
        cmocka_unit_test(without_memory_an_error_is_never_another),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
