/* SPDX-License-Identifier: MIT */
#include "test.h"

#include <stdio.h>

#include "connection.h"
#include "stage.h"

/* More connections than there may be. */

#define NEVER_MS 3600000
#define HERE 0x7f000001
#define ELSEWHERE 0x7f000002
#define FEW 4

static struct s3a_server *start(size_t connections, size_t per_address)
{
    static const char *const buckets[] = {"bucket"};
    struct s3a_server_options options = {
        .buckets = buckets,
        .bucket_count = 1,
        .head_timeout_ms = NEVER_MS,
        .idle_timeout_ms = NEVER_MS,
        .connections_max = connections,
        .connections_per_address_max = per_address,
    };
    struct s3a_server *server;
    struct s3a_error error;

    if (s3a_server_start(&options, &server, &error) != S3A_OK) {
        fail_msg("%s", error.message);
    }
    return server;
}

static void ask(const struct s3a_server *server, struct peer *peer, int status,
                struct peer_answer *ret_answer)
{
    *ret_answer = (struct peer_answer){0};
    call_make(server, peer, &(struct call){.path = "/bucket"}, ret_answer);
    assert_int_equal(ret_answer->status, status);
}

static void expect(const struct s3a_server *server, struct peer *peer, int status)
{
    struct peer_answer answer;

    ask(server, peer, status, &answer);
    peer_answer_fini(&answer);
}

static void expect_line(const struct s3a_server *server, struct peer *peer, const char *line)
{
    struct peer_answer answer = {0};

    call_make(server, peer, &(struct call){.path = "/-/metrics"}, &answer);
    if (!peer_body_has(&answer, line)) {
        fail_msg("no %s in %s", line, s3a_buf_text(&answer.body));
    }
    peer_answer_fini(&answer);
}

/* It is told why, so that it waits before it comes again; others are not concerned. */
static void an_address_has_no_more_than_its_share(void **state)
{
    (void)state;
    struct s3a_server *server = start(100, FEW);
    struct peer peers[FEW];
    struct peer_answer answer;
    struct peer more;
    struct peer other;

    for (size_t i = 0; i < FEW; i++) {
        peer_open_from(&peers[i], server, HERE);
        expect(server, &peers[i], 200);
    }
    peer_open_from(&more, server, HERE);
    ask(server, &more, 503, &answer);
    assert_true(peer_body_has(&answer, "<Code>SlowDown</Code>"));
    assert_true(peer_body_has(&answer, "connections from this address"));
    assert_str(peer_header(&answer, "connection"), "close");
    peer_answer_fini(&answer);
    assert_true(peer_is_closed(&more));
    peer_close(&more);

    peer_open_from(&other, server, ELSEWHERE);
    expect(server, &other, 200);
    expect_line(server, &other, "s3atomic_connections_refused_total 1\n");
    expect_line(server, &other, "s3atomic_connections_per_address_max 4\n");
    for (size_t i = 0; i < FEW; i++) {
        expect(server, &peers[i], 200);
        peer_close(&peers[i]);
    }
    peer_close(&other);
    s3a_server_stop(server);
}

/* Who does not even want to be told is not listened to. */
static void far_more_are_closed_at_once(void **state)
{
    (void)state;
    struct s3a_server *server = start(100, FEW);
    struct peer peers[FEW + S3A_SURPLUS_MAX];
    struct peer more;
    struct peer other;

    for (size_t i = 0; i < FEW + S3A_SURPLUS_MAX; i++) {
        peer_open_from(&peers[i], server, HERE);
    }
    /* Once a front has looked at the last, it has counted all before it. */
    for (size_t i = 0; i < FEW + S3A_SURPLUS_MAX; i++) {
        peer_send_text(&peers[i], "GET ");
    }
    peer_open_from(&other, server, ELSEWHERE);
    struct s3a_server_statistics statistics;
    do {
        expect(server, &other, 200);
        s3a_server_statistics(server, &statistics);
    } while (statistics.connections < FEW + S3A_SURPLUS_MAX + 1);
    peer_open_from(&more, server, HERE);
    assert_true(peer_is_closed(&more));
    peer_close(&more);
    s3a_server_statistics(server, &statistics);
    assert_int_equal(statistics.connections_refused, S3A_SURPLUS_MAX + 1);
    for (size_t i = 0; i < FEW + S3A_SURPLUS_MAX; i++) {
        peer_close(&peers[i]);
    }
    peer_close(&other);
    s3a_server_stop(server);
}

static void what_an_address_had_it_has_again(void **state)
{
    (void)state;
    struct s3a_server *server = start(100, 1);
    struct s3a_server_statistics statistics;
    struct peer peer;

    for (int i = 0; i < 10; i++) {
        peer_open(&peer, server);
        expect(server, &peer, 200);
        peer_close(&peer);
        do {
            s3a_server_statistics(server, &statistics);
        } while (statistics.connections > 0);
    }
    assert_int_equal(statistics.connections_refused, 0);
    s3a_server_stop(server);
}

/* They came first, they stay silent, and they would for ever: who is served had to wait for five of
 * them to go. Which ones is up to the threads that have them, each of which looks at its own. */
static void those_who_say_nothing_make_room(void **state)
{
    (void)state;
    struct s3a_server *server = start(FEW, FEW);
    struct peer silent[2 * FEW];
    struct peer honest;

    for (size_t i = 0; i < 2 * FEW; i++) {
        peer_open_from(&silent[i], server, HERE);
        peer_send_text(&silent[i], i % 2 == 0 ? "" : "GET / HT");
    }
    peer_open_from(&honest, server, ELSEWHERE);
    expect(server, &honest, 200);
    expect_line(server, &honest, "s3atomic_connections_max 4\n");
    for (size_t i = 0; i < 2 * FEW; i++) {
        peer_close(&silent[i]);
    }
    peer_close(&honest);
    s3a_server_stop(server);
}

/* A request under way does not: who comes later waits. */
static void those_who_are_served_stay(void **state)
{
    (void)state;
    struct s3a_server *server = start(1, 3);
    struct s3a_buf head;
    struct peer_answer answer;
    struct peer busy;
    struct peer late;
    struct call put = {.method = "PUT",
                       .path = "/bucket/k",
                       .body = S3A_STR_INIT("hello"),
                       .headers = {{"expect", "100-continue"}}};

    s3a_buf_init(&head, 64 * 1024);
    call_write_head(server, &put, &head);
    peer_open(&busy, server);
    peer_send(&busy, s3a_buf_str(&head));
    peer_receive(&busy, false, &answer);
    assert_int_equal(answer.status, 100);
    peer_answer_fini(&answer);
    peer_open(&late, server);
    s3a_buf_clear(&head);
    call_write_head(server, &(struct call){.path = "/bucket"}, &head);
    peer_send(&late, s3a_buf_str(&head));
    s3a_buf_fini(&head);
    assert_true(peer_is_silent(&late));
    peer_send_text(&busy, "hello");
    peer_receive(&busy, false, &answer);
    assert_int_equal(answer.status, 200);
    peer_answer_fini(&answer);
    /* It has its answer, and nothing more to say: now it makes room. */
    peer_receive(&late, false, &answer);
    assert_int_equal(answer.status, 200);
    peer_answer_fini(&answer);
    assert_true(peer_is_closed(&busy));
    peer_close(&busy);
    peer_close(&late);
    s3a_server_stop(server);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(an_address_has_no_more_than_its_share),
        cmocka_unit_test(far_more_are_closed_at_once),
        cmocka_unit_test(what_an_address_had_it_has_again),
        cmocka_unit_test(those_who_say_nothing_make_room),
        cmocka_unit_test(those_who_are_served_stay),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
