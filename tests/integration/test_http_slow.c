/* SPDX-License-Identifier: MIT */
#include "test.h"

#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>

#include "stage.h"

/* Clients that take their time, and a server that has little. */

/* Longer than whoever is in a hurry takes on a busy machine. */
#define SHORT_MS 500
#define NEVER_MS 3600000
/* Between two bytes of who sends one after the other. */
#define DRIP_MS 10
#define LARGE_SIZE (32 * 1024 * 1024)
#define HEAD_SIZE_MAX (64 * 1024)

static void open_stage(struct stage *stage, struct s3a_server_options *options)
{
    static const char *const buckets[] = {"bucket"};
    struct s3a_error error;

    options->buckets = buckets;
    options->bucket_count = 1;
    if (s3a_server_start(options, &stage->server, &error) != S3A_OK) {
        fail_msg("%s", error.message);
    }
    peer_open(&stage->peer, stage->server);
}

static void close_stage(struct stage *stage)
{
    peer_close(&stage->peer);
    s3a_server_stop(stage->server);
}

/* By a connection of its own: how often were connections cut for this? */
static void expect_cut(struct stage *stage, const char *reason)
{
    struct peer_answer answer = {0};
    struct s3a_server_statistics statistics;
    char line[100];

    peer_close(&stage->peer);
    peer_open(&stage->peer, stage->server);
    stage_call(stage, &(struct call){.path = "/-/metrics"}, 200, &answer);
    snprintf(line, sizeof(line), "s3atomic_connections_cut_total{reason=\"%s\"} 1\n", reason);
    if (!peer_body_has(&answer, line)) {
        fail_msg("no %s in %s", line, s3a_buf_text(&answer.body));
    }
    s3a_server_statistics(stage->server, &statistics);
    assert_int_equal(statistics.connections_cut, 1);
    peer_answer_fini(&answer);
}

/* Sends byte after byte, for ever; returns once the server has closed the connection. */
static void drip(struct peer *peer)
{
    struct pollfd polled = {.fd = peer->fd, .events = POLLIN};

    while (poll(&polled, 1, DRIP_MS) == 0) {
        (void)send(peer->fd, "a", 1, MSG_NOSIGNAL);
    }
    assert_true(peer_is_closed(peer));
}

static void a_head_that_does_not_end_is_not_waited_for(void **state)
{
    (void)state;
    static const char *const beginnings[] = {"G", "GET /bucket", "GET / HTTP/1.1\r\nHost: h\r\nX-"};
    struct stage stage;
    struct peer peer;

    for (size_t i = 0; i < sizeof(beginnings) / sizeof(beginnings[0]); i++) {
        open_stage(&stage, &(struct s3a_server_options){.head_timeout_ms = SHORT_MS,
                                                        .idle_timeout_ms = NEVER_MS});
        peer_open(&peer, stage.server);
        peer_send_text(&peer, beginnings[i]);
        drip(&peer);
        peer_close(&peer);
        expect_cut(&stage, "head");
        close_stage(&stage);
    }
}

/* The one before was answered in time. */
static void neither_is_that_of_a_later_request(void **state)
{
    (void)state;
    struct stage stage;

    open_stage(&stage, &(struct s3a_server_options){.head_timeout_ms = SHORT_MS,
                                                    .idle_timeout_ms = NEVER_MS});
    stage_expect(&stage, &(struct call){.path = "/-/health"}, 200);
    drip(&stage.peer);
    expect_cut(&stage, "head");
    close_stage(&stage);
}

static void who_says_nothing_is_closed(void **state)
{
    (void)state;
    struct stage stage;

    open_stage(&stage, &(struct s3a_server_options){.head_timeout_ms = NEVER_MS,
                                                    .idle_timeout_ms = SHORT_MS});
    assert_true(peer_is_closed(&stage.peer));
    expect_cut(&stage, "idle");
    close_stage(&stage);
}

static void who_says_nothing_more_is_closed(void **state)
{
    (void)state;
    struct stage stage;

    open_stage(&stage, &(struct s3a_server_options){.head_timeout_ms = NEVER_MS,
                                                    .idle_timeout_ms = SHORT_MS});
    stage_expect(&stage, &(struct call){.path = "/-/health"}, 200);
    assert_true(peer_is_closed(&stage.peer));
    expect_cut(&stage, "idle");
    close_stage(&stage);
}

static void a_body_that_trickles_is_not_waited_for(void **state)
{
    (void)state;
    struct stage stage;
    struct s3a_buf head;

    open_stage(&stage, &(struct s3a_server_options){.idle_timeout_ms = SHORT_MS,
                                                    .bytes_per_s_min = 1000 * 1000});
    s3a_buf_init(&head, HEAD_SIZE_MAX);
    call_write_head(stage.server,
                    &(struct call){.method = "PUT",
                                   .path = "/bucket/k",
                                   .payload_hash = S3A_UNSIGNED_PAYLOAD,
                                   .no_length = true,
                                   .headers = {{"content-length", "1000000"}}},
                    &head);
    peer_send(&stage.peer, s3a_buf_str(&head));
    s3a_buf_fini(&head);
    drip(&stage.peer);
    expect_cut(&stage, "slow");
    assert_int_equal(stage_count_files(&stage, "incoming"), 0);
    stage_expect_error(&stage, &(struct call){.path = "/bucket/k"}, 404, "NoSuchKey");
    close_stage(&stage);
}

static void put_large(struct stage *stage)
{
    char *bytes = calloc(1, LARGE_SIZE);

    assert_non_null(bytes);
    stage_expect(stage,
                 &(struct call){.method = "PUT",
                                .path = "/bucket/large",
                                .payload_hash = S3A_UNSIGNED_PAYLOAD,
                                .body = s3a_str_make(bytes, LARGE_SIZE)},
                 200);
    free(bytes);
}

/* What it had not taken yet is not kept for it: the connection is reset. */
static void who_does_not_take_the_answer_is_cut_off(void **state)
{
    (void)state;
    const int few_bytes = 4096;
    struct stage stage;
    struct s3a_buf head;
    struct peer peer;

    open_stage(&stage, &(struct s3a_server_options){.idle_timeout_ms = SHORT_MS});
    put_large(&stage);
    peer_close(&stage.peer); /* it would be cut, too */
    s3a_buf_init(&head, HEAD_SIZE_MAX);
    call_write_head(stage.server, &(struct call){.path = "/bucket/large"}, &head);
    peer_open(&peer, stage.server);
    assert_int_equal(setsockopt(peer.fd, SOL_SOCKET, SO_RCVBUF, &few_bytes, sizeof(few_bytes)), 0);
    peer_send(&peer, s3a_buf_str(&head));
    s3a_buf_fini(&head);
    struct pollfd polled = {.fd = peer.fd}; /* ends are told of unasked */
    assert_int_equal(poll(&polled, 1, -1), 1);
    assert_true(polled.revents & POLLERR);
    peer_close(&peer);
    peer_open(&stage.peer, stage.server);
    expect_cut(&stage, "slow");
    close_stage(&stage);
}

/* Far more than the time that a client has. */
static void what_the_server_takes_is_not_the_clients_fault(void **state)
{
    (void)state;
    static const char *const faults[] = {"latency=1500ms op=GetObject",
                                         "latency-after=1500ms op=PutObject"};
    struct stage stage;

    open_stage(&stage, &(struct s3a_server_options){.head_timeout_ms = SHORT_MS,
                                                    .idle_timeout_ms = SHORT_MS,
                                                    .faults = faults,
                                                    .fault_count = 2});
    stage_expect(
        &stage, &(struct call){.method = "PUT", .path = "/bucket/k", .body = S3A_STR_INIT("hello")},
        200);
    stage_expect(&stage, &(struct call){.path = "/bucket/k"}, 200);
    close_stage(&stage);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_head_that_does_not_end_is_not_waited_for),
        cmocka_unit_test(neither_is_that_of_a_later_request),
        cmocka_unit_test(who_says_nothing_is_closed),
        cmocka_unit_test(who_says_nothing_more_is_closed),
        cmocka_unit_test(a_body_that_trickles_is_not_waited_for),
        cmocka_unit_test(who_does_not_take_the_answer_is_cut_off),
        cmocka_unit_test(what_the_server_takes_is_not_the_clients_fault),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
