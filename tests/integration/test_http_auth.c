/* SPDX-License-Identifier: MIT */
#include "test.h"

#include <string.h>

#include "clock.h"
#include "stage.h"

/* Who gets in: signatures in the header and in the URL, as they come over the wire. */

#define MINUTE_MS (60 * INT64_C(1000))

static void nobody_gets_in_unsigned(void **state)
{
    struct stage *stage = *state;
    struct peer_answer answer;

    peer_send_text(&stage->peer, "GET /bucket/k HTTP/1.1\r\nHost: h\r\n\r\n");
    peer_receive(&stage->peer, false, &answer);
    assert_int_equal(answer.status, 403);
    assert_true(peer_body_has(&answer, "<Code>AccessDenied</Code>"));
    peer_answer_fini(&answer);
}

static void nobody_gets_in_with_the_wrong_key(void **state)
{
    struct stage *stage = *state;
    struct peer_answer answer = {0};

    stage_expect_error(stage, &(struct call){.path = "/bucket/k", .is_broken = true}, 403,
                       "SignatureDoesNotMatch");
    stage_expect_error(stage, &(struct call){.path = "/bucket/k", .secret_key = "guessed"}, 403,
                       "SignatureDoesNotMatch");
    stage_expect_error(stage, &(struct call){.path = "/bucket/k", .access_key = "NOBODY"}, 403,
                       "InvalidAccessKeyId");
    stage_call(stage, &(struct call){.path = "/bucket/k", .is_broken = true}, 403, &answer);
    assert_false(peer_body_has(&answer, s3a_server_secret_key(stage->server)));
    peer_answer_fini(&answer);
}

static void a_clock_may_be_a_quarter_of_an_hour_off(void **state)
{
    struct stage *stage = *state;

    stage_expect(stage, &(struct call){.path = "/bucket", .skew_ms = 14 * MINUTE_MS}, 200);
    stage_expect(stage, &(struct call){.path = "/bucket", .skew_ms = -14 * MINUTE_MS}, 200);
    stage_expect_error(stage, &(struct call){.path = "/bucket", .skew_ms = 16 * MINUTE_MS}, 403,
                       "RequestTimeTooSkewed");
    stage_expect_error(stage, &(struct call){.path = "/bucket", .skew_ms = -16 * MINUTE_MS}, 403,
                       "RequestTimeTooSkewed");
}

/* Sends a request to a presigned URL. */
static void send_presigned(struct stage *stage, const struct call *call, uint32_t expires_seconds,
                           int status, struct peer_answer *answer)
{
    struct s3a_buf buf;

    s3a_buf_init(&buf, 100000);
    s3a_buf_append_format(&buf, "%s ", call->method ? call->method : "GET");
    call_write_presigned(stage->server, call, expires_seconds, &buf);
    s3a_buf_append_format(&buf, " HTTP/1.1\r\nHost: 127.0.0.1:%u\r\nContent-Length: %zu\r\n\r\n",
                          s3a_server_port(stage->server), call->body.size);
    s3a_buf_append(&buf, call->body);
    peer_send(&stage->peer, s3a_buf_str(&buf));
    s3a_buf_fini(&buf);
    peer_receive(&stage->peer, false, answer);
    if (answer->status != status) {
        fail_msg("%d instead of %d: %s", answer->status, status, s3a_buf_text(&answer->body));
    }
}

static void a_presigned_url_opens_one_door_for_a_while(void **state)
{
    struct stage *stage = *state;
    struct peer_answer answer;

    send_presigned(
        stage,
        &(struct call){.method = "PUT", .path = "/bucket/a%20key", .body = S3A_STR_INIT("hello")},
        60, 200, &answer);
    peer_answer_fini(&answer);
    send_presigned(stage, &(struct call){.path = "/bucket/a%20key"}, 60, 200, &answer);
    assert_str(s3a_buf_str(&answer.body), "hello");
    peer_answer_fini(&answer);
    send_presigned(
        stage,
        &(struct call){.path = "/bucket/a%20key", .query = "response-content-type=text%2Fplain"},
        60, 200, &answer);
    peer_answer_fini(&answer);
    send_presigned(stage, &(struct call){.path = "/bucket/a%20key", .skew_ms = -2 * MINUTE_MS}, 119,
                   403, &answer);
    assert_true(peer_body_has(&answer, "<Code>AccessDenied</Code>"));
    assert_true(peer_body_has(&answer, "Request has expired"));
    peer_answer_fini(&answer);
    send_presigned(stage, &(struct call){.path = "/bucket/a%20key", .secret_key = "guessed"}, 60,
                   403, &answer);
    assert_true(peer_body_has(&answer, "<Code>SignatureDoesNotMatch</Code>"));
    peer_answer_fini(&answer);
}

static void what_is_signed_is_what_counts(void **state)
{
    struct stage *stage = *state;
    struct peer_answer answer;
    struct s3a_buf buf;

    /* The same signature for another key. */
    s3a_buf_init(&buf, 100000);
    call_write_head(stage->server, &(struct call){.path = "/bucket/mine"}, &buf);
    char *path = strstr(buf.data, "mine");
    assert_non_null(path);
    memcpy(path, "thin", 4);
    peer_send(&stage->peer, s3a_buf_str(&buf));
    s3a_buf_fini(&buf);
    peer_receive(&stage->peer, false, &answer);
    assert_int_equal(answer.status, 403);
    assert_true(peer_body_has(&answer, "<Code>SignatureDoesNotMatch</Code>"));
    peer_answer_fini(&answer);
}

static void targets_are_signed_as_they_are_sent(void **state)
{
    struct stage *stage = *state;
    static const char *const paths[] = {
        "/bucket/a//b/../c/.",
        "/bucket/%7Etilde",
        "/bucket/caf%C3%A9%20%2B%3F%25",
        "/bucket/a+b=c&d",
    };

    for (size_t i = 0; i < sizeof(paths) / sizeof(paths[0]); i++) {
        struct call put = {.method = "PUT", .path = paths[i], .body = S3A_STR_INIT("hello")};
        stage_expect(stage, &put, 200);
        stage_expect(stage, &(struct call){.path = paths[i]}, 200);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        STAGE_TEST(nobody_gets_in_unsigned),
        STAGE_TEST(nobody_gets_in_with_the_wrong_key),
        STAGE_TEST(a_clock_may_be_a_quarter_of_an_hour_off),
        STAGE_TEST(a_presigned_url_opens_one_door_for_a_while),
        STAGE_TEST(what_is_signed_is_what_counts),
        STAGE_TEST(targets_are_signed_as_they_are_sent),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
