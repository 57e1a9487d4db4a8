/* SPDX-License-Identifier: MIT */
#include "test.h"

#include <string.h>

#include "http.h"

/* What a failure says beside what failed: by whom, when to come back, and where to go. */

#define HEADER(name, value)                                                                        \
    (struct s3a_header)                                                                            \
    {                                                                                              \
        S3A_STR(name), S3A_STR(value)                                                              \
    }

static const struct s3a_op get = {.kind = S3A_OP_GET_OBJECT};

static void decode(struct s3a_answer *answer, int http_status, const struct s3a_header *headers,
                   size_t count, const char *body)
{
    s3a_answer_init(answer, 10000);
    s3a_buf_append_text(&answer->body, body);
    s3a_answer_decode(&get, http_status, headers, count, answer);
}

static void headers_go_before_the_document(void **state)
{
    const struct s3a_header headers[] = {
        HEADER("x-amz-request-id", "R-HEAD"), HEADER("x-amz-id-2", "H-HEAD"),
        HEADER("x-amz-bucket-region", "eu-west-1"), HEADER("location", "https://there/"),
        HEADER("x-amz-retry-after", "1500")};
    static const char body[] =
        "<Error><Code>PermanentRedirect</Code><Region>eu-west-2</Region>"
        "<Endpoint>elsewhere</Endpoint><RequestId>R</RequestId><HostId>H</HostId></Error>";
    struct s3a_answer answer;

    (void)state;
    decode(&answer, 301, headers, 5, body);
    assert_int_equal(answer.code, S3A_CODE_PERMANENT_REDIRECT);
    assert_string_equal(answer.request_id, "R-HEAD");
    assert_string_equal(answer.host_id, "H-HEAD");
    assert_str(answer.region, "eu-west-1");
    assert_str(answer.location, "https://there/");
    assert_int_equal(answer.retry_after_ms, 1500);
    assert_false(answer.is_aged);
    s3a_answer_fini(&answer);

    decode(&answer, 301, NULL, 0, body);
    assert_string_equal(answer.request_id, "R");
    assert_string_equal(answer.host_id, "H");
    assert_str(answer.region, "eu-west-2");
    assert_str(answer.location, "elsewhere");
    assert_int_equal(answer.retry_after_ms, 0);
    s3a_answer_fini(&answer);
}

static void an_error_names_both_ids(void **state)
{
    const struct s3a_header headers[] = {HEADER("x-amz-request-id", "R"),
                                         HEADER("x-amz-id-2", "H")};
    struct s3a_answer answer;
    struct s3a_error error;

    (void)state;
    decode(&answer, 500, headers, 2, "");
    assert_int_equal(s3a_answer_error(&get, &answer, &error), S3A_SERVER);
    assert_string_equal(error.request_id, "R");
    assert_string_equal(error.host_id, "H");
    s3a_answer_fini(&answer);
}

static void what_comes_out_of_a_cache_says_so(void **state)
{
    const struct s3a_header headers[] = {HEADER("age", "0")};
    struct s3a_answer answer;

    (void)state;
    decode(&answer, 403, headers, 1, "");
    assert_true(answer.is_aged);
    s3a_answer_fini(&answer);
}

static void nonsense_is_no_advice(void **state)
{
    const struct s3a_header headers[] = {HEADER("x-amz-retry-after", "soon"),
                                         HEADER("x-amz-bucket-region", "")};
    struct s3a_answer answer;

    (void)state;
    decode(&answer, 503, headers, 2, "");
    assert_int_equal(answer.retry_after_ms, 0);
    assert_null(answer.region.data);
    s3a_answer_fini(&answer);
}

static void too_many_requests_are_known_by_many_names(void **state)
{
    static const struct {
        int http_status;
        const char *body;
        enum s3a_status status;
        bool is_throttled;
    } all[] = {
        {503, "<Error><Code>SlowDown</Code></Error>", S3A_LATER, true},
        {503, "<Error><Code>ServiceUnavailable</Code></Error>", S3A_LATER, false},
        {429, "", S3A_LATER, true},
        {400, "<Error><Code>RequestLimitExceeded</Code></Error>", S3A_LATER, true},
        {509, "<Error><Code>BandwidthLimitExceeded</Code></Error>", S3A_LATER, true},
        {400, "<Error><Code>RequestTimeout</Code></Error>", S3A_LATER, false},
        {400, "<Error><Code>TeaPot</Code></Error>", S3A_REFUSED, false},
        {500, "", S3A_SERVER, false},
    };

    (void)state;
    for (size_t i = 0; i < sizeof(all) / sizeof(all[0]); i++) {
        struct s3a_answer answer;
        decode(&answer, all[i].http_status, NULL, 0, all[i].body);
        assert_int_equal(answer.status, all[i].status);
        assert_int_equal(s3a_answer_is_throttled(&answer), all[i].is_throttled);
        s3a_answer_fini(&answer);
    }
}

/* A second Server header, of some proxy, is no reason to distrust the answer. */
static void who_gave_it_is_told_where_that_is_asked(void **state)
{
    const struct s3a_header headers[] = {HEADER("server", "MinIO"), HEADER("server", "nginx"),
                                         HEADER("content-length", "0"), HEADER("etag", "\"e\""),
                                         HEADER("x-amz-version-id", "3HL4kqtJvjVBH40Nrjfkd")};
    const struct s3a_header unversioned[] = {HEADER("content-length", "0"), HEADER("etag", "\"e\""),
                                             HEADER("x-amz-version-id", "null")};
    const struct s3a_op asking = {.kind = S3A_OP_GET_OBJECT, .wants_origin = true};
    struct s3a_answer answer;

    (void)state;
    s3a_answer_init(&answer, 10000);
    s3a_answer_decode(&asking, 200, headers, 5, &answer);
    assert_int_equal(answer.status, S3A_OK);
    assert_str(answer.server, "MinIO");
    assert_true(answer.has_version);
    s3a_answer_fini(&answer);

    s3a_answer_init(&answer, 10000);
    s3a_answer_decode(&asking, 200, unversioned, 3, &answer);
    assert_null(answer.server.data);
    assert_false(answer.has_version);
    s3a_answer_fini(&answer);

    decode(&answer, 200, headers, 5, "");
    assert_int_equal(answer.status, S3A_OK);
    assert_null(answer.server.data);
    s3a_answer_fini(&answer);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(headers_go_before_the_document),
        cmocka_unit_test(an_error_names_both_ids),
        cmocka_unit_test(what_comes_out_of_a_cache_says_so),
        cmocka_unit_test(nonsense_is_no_advice),
        cmocka_unit_test(who_gave_it_is_told_where_that_is_asked),
        cmocka_unit_test(too_many_requests_are_known_by_many_names),
    };
    return cmocka_run_group_tests_name("answer_advice", tests, NULL, NULL);
}
