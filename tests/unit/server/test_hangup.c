/* SPDX-License-Identifier: MIT */
#include "test.h"

#include <netinet/in.h>
#include <netinet/tcp.h>
#include <string.h>
#include <sys/socket.h>

#include "stage.h"

/* The end comes in one piece with what is before it: nothing tells of it later. */
static void send_last(struct peer *peer, const char *text)
{
    const int on = 1;
    const int off = 0;

    setsockopt(peer->fd, IPPROTO_TCP, TCP_CORK, &on, sizeof(on));
    peer_send_text(peer, text);
    assert_int_equal(shutdown(peer->fd, SHUT_WR), 0);
    setsockopt(peer->fd, IPPROTO_TCP, TCP_CORK, &off, sizeof(off));
}

static void who_hangs_up_in_a_head_is_not_waited_for(void **state)
{
    struct stage *stage = *state;
    struct peer peer;

    peer_open(&peer, stage->server);
    send_last(&peer, "GET /bucket/k HT");
    assert_true(peer_is_closed(&peer));
    peer_close(&peer);
}

static void who_hangs_up_in_a_body_is_not_waited_for(void **state)
{
    struct stage *stage = *state;
    struct s3a_buf head;
    struct peer peer;
    struct call put = {.method = "PUT", .path = "/bucket/k", .body = S3A_STR_INIT("hello")};

    s3a_buf_init(&head, 10000);
    call_write_head(stage->server, &put, &head);
    s3a_buf_append_text(&head, "hel");
    peer_open(&peer, stage->server);
    send_last(&peer, s3a_buf_text(&head));
    assert_true(peer_is_closed(&peer));
    peer_close(&peer);
    s3a_buf_fini(&head);
    assert_int_equal(stage_count_files(stage, "incoming"), 0);
    stage_expect_error(stage, &(struct call){.path = "/bucket/k"}, 404, "NoSuchKey");
}

static void who_hangs_up_behind_a_request_is_answered(void **state)
{
    struct stage *stage = *state;
    struct peer_answer answer;
    struct s3a_buf head;
    struct peer peer;

    s3a_buf_init(&head, 10000);
    call_write_head(stage->server, &(struct call){.path = "/bucket"}, &head);
    peer_open(&peer, stage->server);
    send_last(&peer, s3a_buf_text(&head));
    peer_receive(&peer, false, &answer);
    assert_int_equal(answer.status, 200);
    assert_true(peer_is_closed(&peer));
    peer_answer_fini(&answer);
    peer_close(&peer);
    s3a_buf_fini(&head);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        STAGE_TEST(who_hangs_up_in_a_head_is_not_waited_for),
        STAGE_TEST(who_hangs_up_in_a_body_is_not_waited_for),
        STAGE_TEST(who_hangs_up_behind_a_request_is_answered),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
