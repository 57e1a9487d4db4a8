/* SPDX-License-Identifier: MIT */
#include "test.h"

#include <stdlib.h>
#include <string.h>

#include "exchange.h"
#include "stage.h"

#define PUT(key, text)                                                                             \
    (&(struct call){.method = "PUT", .path = "/bucket/" key, .body = S3A_STR_INIT(text)})
#define GET(key) (&(struct call){.path = "/bucket/" key})

static void a_connection_serves_one_request_after_the_other(void **state)
{
    struct stage *stage = *state;
    struct peer_answer first = {0};
    struct peer_answer second = {0};

    stage_call(stage, PUT("k", "hello"), 200, &first);
    assert_str(peer_header(&first, "server"), "s3atomic");
    assert_int_equal(peer_header(&first, "x-amz-request-id").size, 16);
    assert_int_equal(peer_header(&first, "date").size, S3A_DATE_HTTP_SIZE);
    assert_str(peer_header(&first, "etag"), "\"5d41402abc4b2a76b9719d911017c592\"");
    assert_str(peer_header(&first, "connection"), "");
    stage_call(stage, GET("k"), 200, &second);
    assert_str(s3a_buf_str(&second.body), "hello");
    assert_false(s3a_str_equal(peer_header(&first, "x-amz-request-id"),
                               peer_header(&second, "x-amz-request-id")));
    stage_expect(stage, &(struct call){.method = "DELETE", .path = "/bucket/k"}, 204);
    stage_expect_error(stage, GET("k"), 404, "NoSuchKey");
    peer_answer_fini(&first);
    peer_answer_fini(&second);
}

static void requests_sent_together_are_answered_in_order(void **state)
{
    struct stage *stage = *state;
    struct peer_answer answer = {0};
    struct s3a_buf buf;

    s3a_buf_init(&buf, 100000);
    call_write_head(stage->server, PUT("k", "one"), &buf);
    s3a_buf_append_text(&buf, "one");
    call_write_head(stage->server, GET("k"), &buf);
    call_write_head(stage->server, GET("nothing"), &buf);
    call_write_head(stage->server, PUT("k", "three"), &buf);
    s3a_buf_append_text(&buf, "three");
    call_write_head(stage->server, GET("k"), &buf);
    peer_send(&stage->peer, s3a_buf_str(&buf));
    s3a_buf_fini(&buf);

    static const struct {
        int status;
        const char *body;
    } expected[] = {{200, ""}, {200, "one"}, {404, NULL}, {200, ""}, {200, "three"}};
    for (size_t i = 0; i < sizeof(expected) / sizeof(expected[0]); i++) {
        peer_receive(&stage->peer, false, &answer);
        assert_int_equal(answer.status, expected[i].status);
        if (expected[i].body) {
            assert_str(s3a_buf_str(&answer.body), expected[i].body);
        }
        peer_answer_fini(&answer);
    }
}

static void a_client_that_waits_is_asked_for_the_body(void **state)
{
    struct stage *stage = *state;
    struct peer_answer answer = {0};
    struct s3a_buf head;

    s3a_buf_init(&head, 100000);
    call_write_head(stage->server,
                    &(struct call){.method = "PUT",
                                   .path = "/bucket/k",
                                   .body = S3A_STR_INIT("hello"),
                                   .headers = {{"expect", "100-continue"}}},
                    &head);
    peer_send(&stage->peer, s3a_buf_str(&head));
    s3a_buf_fini(&head);
    peer_receive(&stage->peer, false, &answer);
    assert_int_equal(answer.status, 100);
    peer_answer_fini(&answer);
    peer_send_text(&stage->peer, "hello");
    peer_receive(&stage->peer, false, &answer);
    assert_int_equal(answer.status, 200);
    peer_answer_fini(&answer);
    stage_expect(stage, GET("k"), 200);
}

static void a_client_that_waits_is_refused_at_once(void **state)
{
    struct stage *stage = *state;
    struct peer_answer answer = {0};
    struct s3a_buf head;

    s3a_buf_init(&head, 100000);
    call_write_head(stage->server,
                    &(struct call){.method = "PUT",
                                   .path = "/bucket/k",
                                   .body = S3A_STR_INIT("hello"),
                                   .is_broken = true,
                                   .headers = {{"expect", "100-continue"}}},
                    &head);
    peer_send(&stage->peer, s3a_buf_str(&head));
    s3a_buf_fini(&head);
    peer_receive(&stage->peer, false, &answer);
    assert_int_equal(answer.status, 403);
    assert_true(peer_body_has(&answer, "<Code>SignatureDoesNotMatch</Code>"));
    assert_str(peer_header(&answer, "connection"), "close");
    peer_answer_fini(&answer);
    assert_true(peer_is_closed(&stage->peer));
}

static void behind_a_short_body_that_was_refused_the_connection_goes_on(void **state)
{
    struct stage *stage = *state;
    char *text = malloc(S3A_DROPPED_SIZE_MAX);

    memset(text, 'x', S3A_DROPPED_SIZE_MAX);
    struct call call = {.method = "PUT",
                        .path = "/bucket/k",
                        .body = {text, S3A_DROPPED_SIZE_MAX},
                        .is_broken = true};
    stage_expect_error(stage, &call, 403, "SignatureDoesNotMatch");
    stage_expect_error(stage, GET("k"), 404, "NoSuchKey");
    free(text);
}

static void behind_a_long_one_it_is_closed(void **state)
{
    struct stage *stage = *state;
    struct peer_answer answer = {0};
    struct s3a_buf head;

    s3a_buf_init(&head, 100000);
    call_write_head(stage->server,
                    &(struct call){.method = "PUT",
                                   .path = "/bucket/k",
                                   .no_length = true,
                                   .is_broken = true,
                                   .headers = {{"content-length", "65537"}}},
                    &head);
    peer_send(&stage->peer, s3a_buf_str(&head));
    s3a_buf_fini(&head);
    peer_receive(&stage->peer, false, &answer);
    assert_int_equal(answer.status, 403);
    assert_str(peer_header(&answer, "connection"), "close");
    peer_answer_fini(&answer);
    assert_true(peer_is_closed(&stage->peer));
}

static void a_body_must_have_a_length(void **state)
{
    struct stage *stage = *state;
    struct peer_answer answer = {0};

    stage_expect_error(stage,
                       &(struct call){.method = "PUT", .path = "/bucket/k", .no_length = true}, 411,
                       "MissingContentLength");
    stage_call(stage,
               &(struct call){.method = "PUT",
                              .path = "/bucket/k",
                              .no_length = true,
                              .headers = {{"transfer-encoding", "chunked"}}},
               411, &answer);
    assert_str(peer_header(&answer, "connection"), "close");
    peer_answer_fini(&answer);
    assert_true(peer_is_closed(&stage->peer));
}

static void a_body_may_come_in_chunks(void **state)
{
    struct stage *stage = *state;
    struct peer_answer answer = {0};
    struct call put = {.method = "PUT",
                       .path = "/bucket/k",
                       .body = S3A_STR_INIT("5\r\nhello\r\n0\r\n"
                                            "x-amz-checksum-crc32:NhCmhg==\r\n\r\n"),
                       .payload_hash = "STREAMING-UNSIGNED-PAYLOAD-TRAILER",
                       .headers = {{"x-amz-decoded-content-length", "5"},
                                   {"x-amz-trailer", "x-amz-checksum-crc32"},
                                   {"content-encoding", "aws-chunked"}}};

    stage_call(stage, &put, 200, &answer);
    assert_str(peer_header(&answer, "etag"), "\"5d41402abc4b2a76b9719d911017c592\"");
    stage_call(stage, GET("k"), 200, &answer);
    assert_str(s3a_buf_str(&answer.body), "hello");
    assert_str(peer_header(&answer, "content-encoding"), "");
    peer_answer_fini(&answer);

    put.path = "/bucket/other";
    put.headers[0].value = "6";
    stage_expect_error(stage, &put, 400, "IncompleteBody");
    put.payload_hash = "STREAMING-AWS4-HMAC-SHA256-PAYLOAD";
    put.body = S3A_STR("5;chunk-signature="
                       "0000000000000000000000000000000000000000000000000000000000000000\r\n"
                       "hello\r\n");
    stage_expect_error(stage, &put, 403, "SignatureDoesNotMatch");
    put.payload_hash = "STREAMING-AWS4-ECDSA-P256-SHA256-PAYLOAD";
    stage_expect_error(stage, &put, 501, "NotImplemented");
    stage_expect_error(stage, GET("other"), 404, "NoSuchKey");
}

/* Some clients wrap such chunks into those of HTTP, and so leave out the length. */
static void chunks_may_be_wrapped_in_chunks(void **state)
{
    struct stage *stage = *state;
    struct peer_answer answer = {0};
    struct s3a_buf buf;

    s3a_buf_init(&buf, 100000);
    call_write_head(stage->server,
                    &(struct call){.method = "PUT",
                                   .path = "/bucket/k",
                                   .no_length = true,
                                   .payload_hash = "STREAMING-UNSIGNED-PAYLOAD-TRAILER",
                                   .headers = {{"x-amz-decoded-content-length", "5"},
                                               {"transfer-encoding", "chunked"}}},
                    &buf);
    s3a_buf_append_text(&buf, "8\r\n5\r\nhello\r\n7\r\n\r\n0\r\n\r\n\r\n0\r\n\r\n");
    peer_send(&stage->peer, s3a_buf_str(&buf));
    s3a_buf_fini(&buf);
    peer_receive(&stage->peer, false, &answer);
    assert_int_equal(answer.status, 200);
    peer_answer_fini(&answer);
    stage_call(stage, GET("k"), 200, &answer);
    assert_str(s3a_buf_str(&answer.body), "hello");
    peer_answer_fini(&answer);
}

static void what_is_too_large_is_refused_before_it_is_sent(void **state)
{
    struct stage *stage = *state;

    stage_expect_error(
        stage,
        &(struct call){.method = "PUT",
                       .path = "/bucket/k",
                       .no_length = true,
                       .headers = {{"content-length", "5368709121"}, {"expect", "100-continue"}}},
        400, "EntityTooLarge");
    assert_true(peer_is_closed(&stage->peer));
}

static void an_answer_to_head_has_no_body(void **state)
{
    struct stage *stage = *state;
    struct peer_answer answer = {0};

    stage_expect(stage, PUT("k", "hello"), 200);
    stage_call(stage, &(struct call){.method = "HEAD", .path = "/bucket/k"}, 200, &answer);
    assert_str(peer_header(&answer, "content-length"), "5");
    stage_call(stage, &(struct call){.method = "HEAD", .path = "/bucket/nothing"}, 404, &answer);
    stage_call(
        stage,
        &(struct call){.path = "/bucket/k",
                       .headers = {{"if-none-match", "\"5d41402abc4b2a76b9719d911017c592\""}}},
        304, &answer);
    assert_str(peer_header(&answer, "etag"), "\"5d41402abc4b2a76b9719d911017c592\"");
    assert_str(peer_header(&answer, "content-length"), "5");
    stage_call(stage, &(struct call){.method = "HEAD", .path = "/bucket"}, 200, &answer);
    stage_call(stage, &(struct call){.method = "HEAD", .path = "/bucket/k", .is_broken = true}, 403,
               &answer);
    peer_answer_fini(&answer);
}

static void methods_that_s3_does_not_have_are_not_allowed(void **state)
{
    struct stage *stage = *state;

    stage_expect_error(stage, &(struct call){.method = "BREW", .path = "/bucket/k"}, 405,
                       "MethodNotAllowed");
}

/* No bucket has rules for the pages of others; so Amazon S3 answers then, signed or not. */
static void what_a_browser_asks_first_is_answered_no(void **state)
{
    struct stage *stage = *state;
    struct peer_answer answer;

    peer_send_text(&stage->peer, "OPTIONS /bucket/k HTTP/1.1\r\nHost: h\r\n\r\n");
    peer_receive(&stage->peer, false, &answer);
    assert_int_equal(answer.status, 400);
    peer_answer_fini(&answer);
    peer_send_text(&stage->peer, "OPTIONS /bucket/k HTTP/1.1\r\nHost: h\r\n"
                                 "Origin: http://example.com\r\n"
                                 "Access-Control-Request-Method: GET\r\n\r\n");
    peer_receive(&stage->peer, false, &answer);
    assert_int_equal(answer.status, 403);
    assert_true(peer_body_has(&answer, "<Code>AccessForbidden</Code>"));
    peer_answer_fini(&answer);
}

static void a_head_that_is_no_head_is_refused(void **state)
{
    struct stage *stage = *state;
    struct peer_answer answer;

    peer_send_text(&stage->peer, "GET /bucket/k HTTP/1.1\r\nHost: h\r\nA B: c\r\n\r\n");
    peer_receive(&stage->peer, false, &answer);
    assert_int_equal(answer.status, 400);
    assert_true(peer_body_has(&answer, "<Code>InvalidRequest</Code>"));
    peer_answer_fini(&answer);
}

static void a_head_without_end_is_refused(void **state)
{
    struct stage *stage = *state;
    struct peer_answer answer;
    struct s3a_buf head;

    s3a_buf_init(&head, 2 * S3A_CONNECTION_MEMORY);
    s3a_buf_append_text(&head, "GET /bucket/k HTTP/1.1\r\nHost: h\r\nX-Long: ");
    while (head.size < S3A_CONNECTION_MEMORY) {
        s3a_buf_append_text(&head, "for ever and ");
    }
    peer_send(&stage->peer, s3a_buf_str(&head));
    s3a_buf_fini(&head);
    peer_receive(&stage->peer, false, &answer);
    assert_int_equal(answer.status, 431);
    peer_answer_fini(&answer);
    assert_true(peer_is_closed(&stage->peer));
}

/* libmicrohttpd must not see them, for which it would keep a record each: see front.c. */
static void many_parameters_are_no_burden(void **state)
{
    struct stage *stage = *state;
    struct peer_answer answer;
    struct s3a_buf head;

    s3a_buf_init(&head, 10000);
    s3a_buf_append_text(&head, "GET /bucket?a");
    while (head.size < 8000) {
        s3a_buf_append_text(&head, "&a");
    }
    s3a_buf_append_text(&head, " HTTP/1.1\r\nHost: h\r\n\r\n");
    peer_send(&stage->peer, s3a_buf_str(&head));
    s3a_buf_fini(&head);
    peer_receive(&stage->peer, false, &answer);
    assert_int_equal(answer.status, 400);
    assert_true(peer_body_has(&answer, "more parameters than can be signed"));
    peer_answer_fini(&answer);
    stage_expect_error(stage, GET("k"), 404, "NoSuchKey");
}

static void a_bodyless_request_in_http_1_0_ends_the_connection(void **state)
{
    struct stage *stage = *state;
    struct peer_answer answer;

    peer_send_text(&stage->peer, "GET /bucket/k HTTP/1.0\r\n\r\n");
    peer_receive(&stage->peer, false, &answer);
    assert_int_equal(answer.status, 403);
    peer_answer_fini(&answer);
    assert_true(peer_is_closed(&stage->peer));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        STAGE_TEST(a_connection_serves_one_request_after_the_other),
        STAGE_TEST(requests_sent_together_are_answered_in_order),
        STAGE_TEST(a_client_that_waits_is_asked_for_the_body),
        STAGE_TEST(a_client_that_waits_is_refused_at_once),
        STAGE_TEST(behind_a_short_body_that_was_refused_the_connection_goes_on),
        STAGE_TEST(behind_a_long_one_it_is_closed),
        STAGE_TEST(a_body_must_have_a_length),
        STAGE_TEST(a_body_may_come_in_chunks),
        STAGE_TEST(chunks_may_be_wrapped_in_chunks),
        STAGE_TEST(what_is_too_large_is_refused_before_it_is_sent),
        STAGE_TEST(an_answer_to_head_has_no_body),
        STAGE_TEST(methods_that_s3_does_not_have_are_not_allowed),
        STAGE_TEST(what_a_browser_asks_first_is_answered_no),
        STAGE_TEST(a_head_that_is_no_head_is_refused),
        STAGE_TEST(a_head_without_end_is_refused),
        STAGE_TEST(many_parameters_are_no_burden),
        STAGE_TEST(a_bodyless_request_in_http_1_0_ends_the_connection),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
