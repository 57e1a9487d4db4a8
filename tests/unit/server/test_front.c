/* SPDX-License-Identifier: MIT */
#include "test.h"

#include <arpa/inet.h>
#include <errno.h>
#include <poll.h>
#include <pthread.h>
#include <semaphore.h>
#include <stdio.h>
#include <string.h>
#include <sys/inotify.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

#include "stage.h"

/* As many events as libmicrohttpd fetches at once: see front.h. */
#define BATCH 128
#define ROUNDS 20
/* For a server whose process may open no more. */
#define DESCRIPTORS_FEW 64
#define HEAD_SIZE_MAX (1024 * 1024)
/* A test that hangs for so long has failed. */
#define PATIENCE_S 30

int __real_poll(struct pollfd *fds, nfds_t count, int timeout_ms);
int __wrap_poll(struct pollfd *fds, nfds_t count, int timeout_ms);

static sem_t has_rested;

/* A front that rests does not look at its connections. (A store that is closed polls so as well.)
 */
int __wrap_poll(struct pollfd *fds, nfds_t count, int timeout_ms)
{
    if (count == 1 && timeout_ms > 0) {
        sem_post(&has_rested);
    }
    return __real_poll(fds, count, timeout_ms);
}

static void put_and_get(const struct s3a_server *server, struct peer *peers, size_t count,
                        size_t round)
{
    struct peer_answer answer;
    struct s3a_buf buf;
    char path[64];
    char text[64];

    for (size_t i = 0; i < count; i++) {
        snprintf(path, sizeof(path), "/bucket/%zu", i);
        snprintf(text, sizeof(text), "%zu of round %zu", i, round);
        struct call put = {.method = "PUT", .path = path, .body = s3a_str_of(text)};
        s3a_buf_init(&buf, HEAD_SIZE_MAX);
        call_write_head(server, &put, &buf);
        s3a_buf_append(&buf, put.body);
        peer_send(&peers[i], s3a_buf_str(&buf));
        s3a_buf_fini(&buf);
    }
    for (size_t i = 0; i < count; i++) {
        peer_receive(&peers[i], false, &answer);
        assert_int_equal(answer.status, 200);
        peer_answer_fini(&answer);
    }
    for (size_t i = 0; i < count; i++) {
        snprintf(path, sizeof(path), "/bucket/%zu", i);
        s3a_buf_init(&buf, HEAD_SIZE_MAX);
        call_write_head(server, &(struct call){.path = path}, &buf);
        peer_send(&peers[i], s3a_buf_str(&buf));
        s3a_buf_fini(&buf);
    }
    for (size_t i = 0; i < count; i++) {
        snprintf(text, sizeof(text), "%zu of round %zu", i, round);
        peer_receive(&peers[i], false, &answer);
        assert_int_equal(answer.status, 200);
        assert_str(s3a_buf_str(&answer.body), text);
        peer_answer_fini(&answer);
    }
}

static void many_connections_at_once(const struct s3a_server *server, size_t count, size_t rounds)
{
    struct peer peers[2 * BATCH];

    for (size_t i = 0; i < count; i++) {
        peer_open(&peers[i], server);
    }
    for (size_t round = 0; round < rounds; round++) {
        put_and_get(server, peers, count, round);
    }
    for (size_t i = 0; i < count; i++) {
        peer_close(&peers[i]);
    }
}

static void exactly_as_many_as_one_batch_holds(void **state)
{
    struct stage *stage = *state;

    many_connections_at_once(stage->server, BATCH, ROUNDS);
}

static void one_more_and_one_less_and_twice_as_many(void **state)
{
    struct stage *stage = *state;

    many_connections_at_once(stage->server, BATCH - 1, 2);
    many_connections_at_once(stage->server, BATCH + 1, 2);
    many_connections_at_once(stage->server, 2 * BATCH, 2);
}

static void a_client_may_go_away_at_any_byte(void **state)
{
    struct stage *stage = *state;
    struct peer_answer answer = {0};
    struct s3a_buf buf;
    size_t full_size;

    s3a_buf_init(&buf, HEAD_SIZE_MAX);
    struct call put = {.method = "PUT", .path = "/bucket/k", .body = S3A_STR_INIT("hello")};
    call_write_head(stage->server, &put, &buf);
    s3a_buf_append(&buf, put.body);
    full_size = buf.size;
    for (size_t size = 0; size < full_size; size += size + 20 < full_size ? 7 : 1) {
        struct peer peer;
        peer_open(&peer, stage->server);
        peer_send(&peer, s3a_str_make(buf.data, size));
        if (size % 2) {
            peer_abort(&peer);
        } else {
            peer_close(&peer);
        }
    }
    stage_expect_error(stage, &(struct call){.path = "/bucket/k"}, 404, "NoSuchKey");
    for (int i = 0; i < 20; i++) {
        struct peer peer;
        peer_open(&peer, stage->server);
        peer_send(&peer, s3a_buf_str(&buf));
        if (i % 2) {
            peer_abort(&peer);
        } else {
            peer_close(&peer);
        }
    }
    s3a_buf_fini(&buf);
    stage_call(stage, &put, 200, &answer);
    peer_answer_fini(&answer);
}

static void a_slow_client_is_waited_for(void **state)
{
    struct stage *stage = *state;
    struct peer_answer answer = {0};
    struct s3a_buf buf;

    s3a_buf_init(&buf, HEAD_SIZE_MAX);
    struct call put = {.method = "PUT", .path = "/bucket/k", .body = S3A_STR_INIT("hello")};
    call_write_head(stage->server, &put, &buf);
    s3a_buf_append(&buf, put.body);
    for (size_t i = 0; i < buf.size; i++) {
        peer_send(&stage->peer, s3a_str_make(buf.data + i, 1));
    }
    s3a_buf_fini(&buf);
    peer_receive(&stage->peer, false, &answer);
    assert_int_equal(answer.status, 200);
    peer_answer_fini(&answer);
}

static void a_large_body_that_breaks_off_leaves_nothing(void **state)
{
    struct stage *stage = *state;
    char path[4096];
    char bytes[200 * 1024];
    char event[4096];
    struct s3a_buf head;
    struct peer peer;
    int watch = inotify_init1(IN_CLOEXEC);

    memset(bytes, 'x', sizeof(bytes));
    snprintf(path, sizeof(path), "%s/incoming", s3a_server_directory(stage->server));
    assert_true(inotify_add_watch(watch, path, IN_CREATE) >= 0);
    s3a_buf_init(&head, HEAD_SIZE_MAX);
    call_write_head(stage->server,
                    &(struct call){.method = "PUT",
                                   .path = "/bucket/k",
                                   .payload_hash = S3A_UNSIGNED_PAYLOAD,
                                   .no_length = true,
                                   .headers = {{"content-length", "1000000"}}},
                    &head);
    peer_open(&peer, stage->server);
    peer_send(&peer, s3a_buf_str(&head));
    peer_send(&peer, s3a_str_make(bytes, sizeof(bytes)));
    assert_true(read(watch, event, sizeof(event)) > 0); /* the file is there */
    close(watch);
    watch = inotify_init1(IN_CLOEXEC);
    assert_true(inotify_add_watch(watch, path, IN_DELETE) >= 0);
    peer_abort(&peer);
    assert_true(read(watch, event, sizeof(event)) > 0); /* and it is gone */
    close(watch);
    s3a_buf_fini(&head);
    assert_int_equal(stage_count_files(stage, "incoming"), 0);
    stage_expect_error(stage, &(struct call){.path = "/bucket/k"}, 404, "NoSuchKey");
}

/* Whoever finds no room gets it as soon as another one leaves. */
static void more_than_there_may_be_wait_for_their_turn(void **state)
{
    (void)state;
    struct s3a_server_options options = {.connections_per_address_max = 2 * DESCRIPTORS_FEW};
    struct peer peers[2 * DESCRIPTORS_FEW];
    struct peer_answer answer;
    struct s3a_server *server;
    struct rlimit limit;
    struct rlimit few;

    assert_int_equal(getrlimit(RLIMIT_NOFILE, &limit), 0);
    few = limit;
    few.rlim_cur = DESCRIPTORS_FEW;
    assert_int_equal(setrlimit(RLIMIT_NOFILE, &few), 0);
    assert_int_equal(s3a_server_start(&options, &server, NULL), S3A_OK);
    assert_int_equal(setrlimit(RLIMIT_NOFILE, &limit), 0);
    for (size_t i = 0; i < 2 * DESCRIPTORS_FEW; i++) {
        peer_open(&peers[i], server);
        peer_send_text(&peers[i], "GET / HTTP/1.1\r\nHost: h\r\n\r\n");
    }
    for (size_t i = 0; i < 2 * DESCRIPTORS_FEW; i++) {
        peer_receive(&peers[i], false, &answer);
        assert_int_equal(answer.status, 403);
        peer_answer_fini(&answer);
        peer_close(&peers[i]);
    }
    s3a_server_stop(server);
}

/* libmicrohttpd would try as fast as it can: a processor each, for nothing. */
static void where_nobody_can_be_accepted_it_rests_between_the_attempts(void **state)
{
    (void)state;
    struct peer peer;
    struct peer_answer answer;
    struct s3a_server *server;
    struct rlimit limit;
    struct timespec end;

    assert_int_equal(s3a_server_start(NULL, &server, NULL), S3A_OK);
    assert_int_equal(getrlimit(RLIMIT_NOFILE, &limit), 0);
    struct rlimit none = {.rlim_cur = STDERR_FILENO + 1, .rlim_max = limit.rlim_max};
    while (sem_trywait(&has_rested) == 0) {
        /* of a store that was being closed in a story before this one */
    }
    peer_open_within(&peer, server, &none);
    clock_gettime(CLOCK_REALTIME, &end);
    end.tv_sec += PATIENCE_S;
    for (int i = 0; i < 3; i++) {
        assert_int_equal(sem_timedwait(&has_rested, &end), 0);
    }
    assert_int_equal(setrlimit(RLIMIT_NOFILE, &limit), 0);
    peer_send_text(&peer, "GET / HTTP/1.1\r\nHost: h\r\n\r\n");
    peer_receive(&peer, false, &answer);
    assert_int_equal(answer.status, 403);
    peer_answer_fini(&answer);
    peer_close(&peer);
    s3a_server_stop(server);
}

static void *stop(void *server)
{
    s3a_server_stop(server);
    return NULL;
}

/* The server is stopping once it no longer listens. */
static void wait_for_stop(uint16_t port)
{
    struct sockaddr_in address = {.sin_family = AF_INET, .sin_port = htons(port)};

    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    for (;;) {
        int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
        assert_true(fd >= 0);
        int result = connect(fd, (struct sockaddr *)&address, sizeof(address));
        int reason = errno;
        close(fd);
        if (result != 0 && reason == ECONNREFUSED) {
            return;
        }
    }
}

static void a_stop_lets_the_request_under_way_finish(void **state)
{
    (void)state;
    static const char *const buckets[] = {"bucket"};
    struct s3a_server_options options = {.buckets = buckets, .bucket_count = 1};
    struct s3a_server *server;
    struct peer idle;
    struct peer busy;
    struct peer_answer answer;
    struct s3a_buf head;
    pthread_t thread;

    assert_int_equal(s3a_server_start(&options, &server, NULL), S3A_OK);
    s3a_buf_init(&head, HEAD_SIZE_MAX);
    call_write_head(server,
                    &(struct call){.method = "PUT",
                                   .path = "/bucket/k",
                                   .body = S3A_STR_INIT("hello"),
                                   .headers = {{"expect", "100-continue"}}},
                    &head);
    peer_open(&idle, server);
    peer_open(&busy, server);
    peer_send(&busy, s3a_buf_str(&head));
    peer_receive(&busy, false, &answer);
    assert_int_equal(answer.status, 100);
    peer_answer_fini(&answer);

    uint16_t port = s3a_server_port(server);
    assert_int_equal(pthread_create(&thread, NULL, stop, server), 0);
    wait_for_stop(port);
    peer_send_text(&busy, "hello");
    peer_receive(&busy, false, &answer);
    assert_int_equal(answer.status, 200);
    assert_str(peer_header(&answer, "etag"), "\"5d41402abc4b2a76b9719d911017c592\"");
    peer_answer_fini(&answer);
    assert_int_equal(pthread_join(thread, NULL), 0);
    assert_true(peer_is_closed(&idle));
    peer_close(&idle);
    peer_close(&busy);
    s3a_buf_fini(&head);
}

static void a_stop_does_not_wait_for_ever(void **state)
{
    struct stage *stage = *state;
    struct s3a_buf head;
    struct peer peer;

    s3a_buf_init(&head, HEAD_SIZE_MAX);
    call_write_head(stage->server,
                    &(struct call){.method = "PUT",
                                   .path = "/bucket/k",
                                   .body = S3A_STR_INIT("hello"),
                                   .headers = {{"expect", "100-continue"}}},
                    &head);
    peer_open(&peer, stage->server);
    peer_send(&peer, s3a_buf_str(&head));
    struct peer_answer answer;
    peer_receive(&peer, false, &answer);
    assert_int_equal(answer.status, 100);
    peer_answer_fini(&answer);
    s3a_buf_fini(&head);
    s3a_server_stop(stage->server);
    stage->server = NULL;
    assert_true(peer_is_closed(&peer));
    peer_close(&peer);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        STAGE_TEST(exactly_as_many_as_one_batch_holds),
        STAGE_TEST(one_more_and_one_less_and_twice_as_many),
        STAGE_TEST(a_client_may_go_away_at_any_byte),
        STAGE_TEST(a_slow_client_is_waited_for),
        STAGE_TEST(a_large_body_that_breaks_off_leaves_nothing),
        cmocka_unit_test(more_than_there_may_be_wait_for_their_turn),
        cmocka_unit_test(where_nobody_can_be_accepted_it_rests_between_the_attempts),
        cmocka_unit_test(a_stop_lets_the_request_under_way_finish),
        STAGE_TEST(a_stop_does_not_wait_for_ever),
    };
    sem_init(&has_rested, 0, 0);
    return cmocka_run_group_tests(tests, NULL, NULL);
}
