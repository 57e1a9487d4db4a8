/* SPDX-License-Identifier: MIT */
#include "test.h"

#include "fail_malloc.h"
#include "http.h"

#define HEADERS_MAX 80

#define HEADER(name, value)                                                                        \
    {                                                                                              \
        S3A_STR_INIT(name), S3A_STR_INIT(value)                                                    \
    }
#define ETAG HEADER("etag", "\"abc\"")

/* What came. */
struct came {
    enum s3a_op_kind kind;
    enum s3a_range_kind range;
    int http_status;
    const char *body;
    struct s3a_header headers[HEADERS_MAX];
};

static void decode_op(const struct s3a_op *op, const struct came *came, struct s3a_answer *answer)
{
    size_t count = 0;

    while (count < HEADERS_MAX && came->headers[count].name.data) {
        count++;
    }
    s3a_answer_init(answer, 1000);
    s3a_buf_append_text(&answer->body, came->body);
    s3a_answer_decode(op, came->http_status, came->headers, count, answer);
}

static void decode(const struct came *came, struct s3a_answer *answer)
{
    struct s3a_op op = {
        .kind = came->kind, .bucket = S3A_STR("b"), .key = S3A_STR("k"), .range.kind = came->range};

    decode_op(&op, came, answer);
}

static void assert_status(const struct came *came, enum s3a_status expected)
{
    struct s3a_answer answer;

    decode(came, &answer);
    assert_int_equal(answer.status, expected);
    assert_true((answer.code == S3A_CODE_NONE) == (expected == S3A_OK));
    s3a_answer_fini(&answer);
}

static void assert_refused(const struct came *came, const char *message)
{
    struct s3a_answer answer;

    decode(came, &answer);
    assert_int_equal(answer.status, S3A_PROTOCOL);
    assert_str(answer.message, message);
    assert_int_equal(answer.http_status, came->http_status);
    s3a_answer_fini(&answer);
}

static void an_object_comes_with_all_that_is_known_of_it(void **state)
{
    (void)state;
    struct s3a_answer answer;

    decode(&(struct came){.kind = S3A_OP_GET_OBJECT,
                          .http_status = 200,
                          .body = "hello",
                          .headers = {ETAG, HEADER("content-length", "5"),
                                      HEADER("last-modified", "Fri, 24 May 2013 00:00:01 GMT"),
                                      HEADER("date", "Fri, 24 May 2013 00:00:02 GMT"),
                                      HEADER("x-amz-request-id", "REQ"),
                                      HEADER("content-type", " text/plain "),
                                      HEADER("x-amz-meta-owner", "me"), HEADER("server", "s")}},
           &answer);
    assert_int_equal(answer.status, S3A_OK);
    assert_int_equal(answer.code, S3A_CODE_NONE);
    assert_int_equal(answer.http_status, 200);
    assert_string_equal(answer.etag, "\"abc\"");
    assert_true(answer.modified_ms == INT64_C(1369353601000));
    assert_true(answer.date_ms == INT64_C(1369353602000));
    assert_string_equal(answer.request_id, "REQ");
    assert_int_equal(answer.object_size, 5);
    assert_int_equal(answer.range_offset, 0);
    assert_int_equal(answer.range_size, 5);
    assert_int_equal(answer.headers.count, 2);
    assert_str(s3a_headers_find(&answer.headers, "content-type"), "text/plain");
    assert_str(s3a_headers_find(&answer.headers, "x-amz-meta-owner"), "me");
    assert_str(s3a_buf_str(&answer.body), "hello");
    s3a_answer_fini(&answer);
}

static void a_head_gives_the_size_without_the_bytes(void **state)
{
    (void)state;
    struct s3a_answer answer;

    decode(&(struct came){.kind = S3A_OP_HEAD_OBJECT,
                          .http_status = 200,
                          .headers = {ETAG, HEADER("content-length", "12345678901")}},
           &answer);
    assert_int_equal(answer.status, S3A_OK);
    assert_true(answer.object_size == UINT64_C(12345678901));
    assert_true(answer.modified_ms == S3A_TIME_NONE);
    assert_true(answer.date_ms == S3A_TIME_NONE);
    s3a_answer_fini(&answer);
}

static void a_part_says_which_part_it_is(void **state)
{
    (void)state;
    struct s3a_answer answer;

    decode(&(struct came){.kind = S3A_OP_GET_OBJECT,
                          .range = S3A_RANGE_FROM_TO,
                          .http_status = 206,
                          .body = "0123",
                          .headers = {ETAG, HEADER("content-range", "bytes 6-9/100")}},
           &answer);
    assert_int_equal(answer.status, S3A_OK);
    assert_int_equal(answer.range_offset, 6);
    assert_int_equal(answer.range_size, 4);
    assert_int_equal(answer.object_size, 100);
    s3a_answer_fini(&answer);
}

static void a_part_that_cannot_be_is_refused(void **state)
{
    (void)state;
    static const char *const ranges[] = {"bytes 6-10/100", "bytes 9-6/100", "bytes 6-9/9",
                                         "bytes 6-9/*",    "bytes */100",   "6-9/100",
                                         "bytes 6-9",      "bytes -9/100",  ""};
    struct came came = {.kind = S3A_OP_GET_OBJECT,
                        .range = S3A_RANGE_FROM,
                        .http_status = 206,
                        .body = "0123",
                        .headers = {ETAG}};

    assert_refused(&came, "The answer is a part of the object, but does not say which");
    for (size_t i = 0; i < sizeof(ranges) / sizeof(ranges[0]); i++) {
        came.headers[1] = (struct s3a_header){S3A_STR("content-range"), s3a_str_of(ranges[i])};
        assert_refused(&came, "The answer is a part of the object, but does not say which");
    }
    came.range = S3A_RANGE_NONE;
    assert_refused(&came, "The answer is a part of the object, although all of it was asked for");
}

/* A store may pass over the range that was asked for. */
static void the_whole_instead_of_a_part_is_told_by_its_place(void **state)
{
    (void)state;
    struct s3a_answer answer;

    decode(&(struct came){.kind = S3A_OP_GET_OBJECT,
                          .range = S3A_RANGE_FROM,
                          .http_status = 200,
                          .body = "0123",
                          .headers = {ETAG}},
           &answer);
    assert_int_equal(answer.status, S3A_OK);
    assert_int_equal(answer.range_offset, 0);
    assert_int_equal(answer.range_size, 4);
    s3a_answer_fini(&answer);
}

static void a_success_without_what_it_must_carry_is_none(void **state)
{
    (void)state;
    static const char long_etag[S3A_ETAG_SIZE_MAX + 1] = "e";
    struct came came = {.kind = S3A_OP_PUT_OBJECT, .http_status = 200};

    assert_refused(&came, "The answer has no ETag");
    came.kind = S3A_OP_GET_OBJECT;
    assert_refused(&came, "The answer has no ETag");
    came.headers[0] = (struct s3a_header)HEADER("etag", "  ");
    assert_refused(&came, "The answer has no ETag");
    came.headers[0].value = s3a_str_make(long_etag, sizeof(long_etag));
    assert_refused(&came, "The answer's ETag is too long");
    came.headers[0].value = S3A_STR("\"a\0b\"");
    assert_refused(&came, "The answer's ETag holds a character that headers may not hold");
    came.headers[0] = (struct s3a_header)ETAG;
    came.kind = S3A_OP_HEAD_OBJECT;
    assert_refused(&came, "The answer has no Content-Length");
}

static void a_head_that_contradicts_itself_is_refused(void **state)
{
    (void)state;
    struct came came = {.kind = S3A_OP_GET_OBJECT,
                        .http_status = 200,
                        .body = "0123",
                        .headers = {ETAG, HEADER("content-length", "5")}};

    assert_refused(&came, "The answer's body is not as long as its Content-Length");
    came.headers[1] = (struct s3a_header)HEADER("content-length", "four");
    assert_refused(&came, "The answer has a Content-Length that is no number");
    came.headers[1] = (struct s3a_header)ETAG;
    assert_status(&came, S3A_OK);
    came.headers[1] = (struct s3a_header)HEADER("etag", "\"other\"");
    assert_refused(&came, "The answer has a header twice, with different values");
    came.kind = S3A_OP_PUT_OBJECT;
    assert_refused(&came, "The answer has a header twice, with different values");
}

static void more_headers_than_an_object_keeps_are_refused(void **state)
{
    (void)state;
    struct came came = {.kind = S3A_OP_GET_OBJECT, .http_status = 200, .headers = {ETAG}};

    for (size_t i = 1; i <= S3A_STORED_HEADERS_MAX + 1; i++) {
        came.headers[i] = (struct s3a_header)HEADER("x-amz-meta-a", "v");
    }
    assert_refused(&came, "The object has more headers than can be kept");
    came.headers[S3A_STORED_HEADERS_MAX + 1].name.data = NULL;
    assert_status(&came, S3A_OK);
}

static void a_body_that_was_too_long_is_said_to_be(void **state)
{
    (void)state;
    const struct s3a_op op = {.kind = S3A_OP_GET_OBJECT};
    const struct s3a_header etag = ETAG;
    struct s3a_answer answer;

    s3a_answer_init(&answer, 3);
    s3a_buf_append_text(&answer.body, "0123");
    s3a_answer_decode(&op, 200, &etag, 1, &answer);
    assert_int_equal(answer.status, S3A_TOO_LARGE);
    s3a_answer_decode(&op, 403, &etag, 1, &answer);
    assert_int_equal(answer.status, S3A_DENIED);
    s3a_answer_fini(&answer);
}

static void an_error_is_what_its_body_says(void **state)
{
    (void)state;
    struct s3a_answer answer;

    decode(&(struct came){.kind = S3A_OP_PUT_OBJECT,
                          .http_status = 412,
                          .body = "<?xml version=\"1.0\"?><Error><Code>PreconditionFailed</Code>"
                                  "<Message>Did not hold</Message>"
                                  "<Condition>If-Match</Condition><RequestId>R1</RequestId>"
                                  "</Error>"},
           &answer);
    assert_int_equal(answer.code, S3A_CODE_PRECONDITION_FAILED);
    assert_int_equal(answer.status, S3A_CONFLICT);
    assert_int_equal(answer.http_status, 412);
    assert_str(answer.message, "Did not hold");
    assert_str(answer.condition, "If-Match");
    assert_string_equal(answer.request_id, "R1");
    s3a_answer_fini(&answer);
}

/* Of HEAD there never is a body; what lies between may answer with pages of its own. */
static void an_error_without_xml_goes_by_its_status(void **state)
{
    (void)state;
    static const struct {
        enum s3a_op_kind kind;
        int http_status;
        const char *body;
        enum s3a_status expected;
    } rows[] = {
        {S3A_OP_HEAD_OBJECT, 404, "", S3A_NOT_FOUND},
        {S3A_OP_HEAD_BUCKET, 404, "", S3A_NO_BUCKET},
        {S3A_OP_HEAD_OBJECT, 403, "", S3A_DENIED},
        {S3A_OP_HEAD_OBJECT, 412, "", S3A_CONFLICT},
        {S3A_OP_PUT_OBJECT, 502, "<html><body>Bad Gateway</body></html>", S3A_SERVER},
        {S3A_OP_PUT_OBJECT, 503, "busy", S3A_LATER},
        {S3A_OP_PUT_OBJECT, 409, "<Error><Message>no code</Message></Error>", S3A_RACE},
        {S3A_OP_GET_OBJECT, 301, "", S3A_REFUSED},
        {S3A_OP_GET_OBJECT, 100, "", S3A_REFUSED},
    };

    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        assert_status(&(struct came){.kind = rows[i].kind,
                                     .http_status = rows[i].http_status,
                                     .body = rows[i].body},
                      rows[i].expected);
    }
}

static void not_modified_keeps_its_etag(void **state)
{
    (void)state;
    struct s3a_answer answer;

    decode(&(struct came){.kind = S3A_OP_GET_OBJECT, .http_status = 304, .headers = {ETAG}},
           &answer);
    assert_int_equal(answer.code, S3A_CODE_NOT_MODIFIED);
    assert_int_equal(answer.status, S3A_NOT_MODIFIED);
    assert_string_equal(answer.etag, "\"abc\"");
    s3a_answer_fini(&answer);
}

static void an_error_may_hide_in_a_success(void **state)
{
    (void)state;
    static const enum s3a_op_kind kinds[] = {S3A_OP_PUT_OBJECT, S3A_OP_DELETE_OBJECT,
                                             S3A_OP_CREATE_BUCKET, S3A_OP_LIST_OBJECTS,
                                             S3A_OP_LIST_BUCKETS};
    struct s3a_answer answer;

    for (size_t i = 0; i < sizeof(kinds) / sizeof(kinds[0]); i++) {
        struct came came = {.kind = kinds[i],
                            .http_status = 200,
                            .body = "<Error><Code>SlowDown</Code></Error>",
                            .headers = {ETAG}};
        decode(&came, &answer);
        assert_int_equal(answer.code, S3A_CODE_SLOW_DOWN);
        assert_int_equal(answer.http_status, 503);
        assert_int_equal(answer.status, S3A_LATER);
        s3a_answer_fini(&answer);
        came.body = "<Error><Code>TeaPot</Code></Error>";
        assert_status(&came, S3A_SERVER);
    }
    assert_status(&(struct came){.kind = S3A_OP_GET_OBJECT,
                                 .http_status = 200,
                                 .body = "<Error><Code>SlowDown</Code></Error>",
                                 .headers = {ETAG}},
                  S3A_OK);
}

static void operations_without_content_need_none(void **state)
{
    (void)state;

    assert_status(&(struct came){.kind = S3A_OP_DELETE_OBJECT, .http_status = 204}, S3A_OK);
    assert_status(&(struct came){.kind = S3A_OP_CREATE_BUCKET, .http_status = 200}, S3A_OK);
    assert_status(&(struct came){.kind = S3A_OP_HEAD_BUCKET, .http_status = 200}, S3A_OK);
    assert_status(&(struct came){.kind = S3A_OP_DELETE_BUCKET, .http_status = 204}, S3A_OK);
}

static void a_listing_that_is_none_is_refused(void **state)
{
    (void)state;
    struct came came = {.kind = S3A_OP_LIST_OBJECTS, .http_status = 200, .body = "<html/>"};

    assert_refused(&came, "The answer is not the XML of a listing");
    came.body = "";
    assert_refused(&came, "The answer is not the XML of a listing");
    came.body = "<Error/>";
    assert_refused(&came, "The answer is an error without a code");
    came.body = "<ListBucketResult><Contents><Key>k</Key></Contents></ListBucketResult>";
    assert_status(&came, S3A_OK);
}

static void decode_with_failing_memory(void *arg)
{
    struct s3a_answer answer;

    decode(arg, &answer);
    assert_true(answer.status == S3A_OK || answer.status == S3A_NO_MEMORY ||
                answer.status == S3A_PROTOCOL);
    assert_true((answer.status == S3A_OK) == (answer.code == S3A_CODE_NONE));
    s3a_answer_fini(&answer);
}

static void without_memory_an_answer_is_no_success(void **state)
{
    (void)state;
    struct came get = {
        .kind = S3A_OP_GET_OBJECT,
        .http_status = 200,
        .headers = {ETAG, HEADER("content-type", "t"), HEADER("x-amz-meta-owner", "me")}};
    struct came list = {.kind = S3A_OP_LIST_OBJECTS, .http_status = 200};

    list.body = "<ListBucketResult><Contents><Key>k</Key></Contents></ListBucketResult>";
    fail_malloc_sweep(decode_with_failing_memory, &get);
    fail_malloc_sweep(decode_with_failing_memory, &list);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(an_object_comes_with_all_that_is_known_of_it),
        cmocka_unit_test(a_head_gives_the_size_without_the_bytes),
        cmocka_unit_test(a_part_says_which_part_it_is),
        cmocka_unit_test(a_part_that_cannot_be_is_refused),
        cmocka_unit_test(the_whole_instead_of_a_part_is_told_by_its_place),
        cmocka_unit_test(a_success_without_what_it_must_carry_is_none),
        cmocka_unit_test(a_head_that_contradicts_itself_is_refused),
        cmocka_unit_test(more_headers_than_an_object_keeps_are_refused),
        cmocka_unit_test(a_body_that_was_too_long_is_said_to_be),
        cmocka_unit_test(an_error_is_what_its_body_says),
        cmocka_unit_test(an_error_without_xml_goes_by_its_status),
        cmocka_unit_test(not_modified_keeps_its_etag),
        cmocka_unit_test(an_error_may_hide_in_a_success),
        cmocka_unit_test(operations_without_content_need_none),
        cmocka_unit_test(a_listing_that_is_none_is_refused),
        cmocka_unit_test(without_memory_an_answer_is_no_success),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
