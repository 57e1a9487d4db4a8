/* SPDX-License-Identifier: MIT */
#include "test.h"

#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <unistd.h>

#include "fail_malloc.h"
#include "puppet.h"

#define STALE "HTTP/1.1 200 OK\r\nETag: \"stale\"\r\nContent-Length: 0\r\n\r\n"

static void nothing(void *arg)
{
    (void)arg;
}

/* A PUT on a connection that is not there yet. */
static void put_on_new(struct puppet *puppet, struct line *line)
{
    struct errand errand;

    errand_init(&errand, puppet, S3A_OP_PUT_OBJECT, "k");
    errand_send(&errand);
    line_accept(puppet, line);
    answer(line, DONE, &errand, S3A_OK);
    errand_fini(&errand);
}

static void put_on(struct puppet *puppet, struct line *line)
{
    struct errand errand;

    errand_init(&errand, puppet, S3A_OP_PUT_OBJECT, "k");
    errand_send(&errand);
    answer(line, DONE, &errand, S3A_OK);
    errand_fini(&errand);
}

static void a_connection_is_used_again(void **state)
{
    struct line line;

    put_on_new(*state, &line);
    for (int i = 0; i < 20; i++) {
        put_on(*state, &line);
    }
    assert_true(puppet_is_left_alone(*state));
    line_close(&line);
}

static void after_an_idle_connection_has_ended_a_write_goes_over_another(void **state)
{
    void (*const ends[])(struct line *) = {line_close, line_reset};

    for (int i = 0; i < 20; i++) {
        struct line line;
        put_on_new(*state, &line);
        put_on(*state, &line);
        ends[i % 2](&line);
    }
}

/* A broken store, or a proxy between: to take it for the answer to the next request would tell a
 * lock that it was granted. */
static void an_answer_that_nobody_asked_for_is_never_taken_for_another(void **state)
{
    struct line line;
    struct line next;

    put_on_new(*state, &line);
    line_send(&line, STALE);
    put_on_new(*state, &next);
    /* The other connection is closed at once, not when there is need of its place. */
    assert_int_equal(line_read_some(&line), 0);
    line_close(&line);
    put_on(*state, &next);
    line_close(&next);
}

/* Sends two, of which one waits for the other, and answers the first with reply. */
static void queue_two(struct puppet *puppet, const char *reply, struct errand errands[2],
                      struct line *line)
{
    for (int i = 0; i < 2; i++) {
        errand_init(&errands[i], puppet, S3A_OP_PUT_OBJECT, "k");
        errand_send(&errands[i]);
    }
    line_accept(puppet, line);
    answer(line, reply, &errands[0], S3A_OK);
    assert_string_equal(errands[0].call.answer.etag, "\"e\"");
}

static void two_answers_at_once_are_one_answer(void **state)
{
    struct puppet puppet;
    struct errand errands[2];
    struct line line;

    (void)state;
    puppet_open(&puppet, &(struct puppet_options){.requests_max = 1});
    queue_two(&puppet, DONE STALE, errands, &line);
    /* libcurl has read the second as well, and has thrown it away. */
    answer(&line, DONE, &errands[1], S3A_OK);
    assert_string_equal(errands[1].call.answer.etag, "\"e\"");
    errand_fini(&errands[0]);
    errand_fini(&errands[1]);
    line_close(&line);
    puppet_close(&puppet);
}

/* The next request begins before the loop has asked for events again. */
static void what_is_left_of_an_answer_is_not_the_beginning_of_the_next(void **state)
{
    struct s3a_buf reply;
    struct puppet puppet;
    struct errand errands[2];
    struct line line;
    struct line next;

    (void)state;
    s3a_buf_init(&reply, 1 << 20);
    s3a_buf_append_text(&reply, DONE);
    while (reply.size < 512 * 1024) {
        s3a_buf_append_text(&reply, STALE);
    }
    puppet_open(&puppet, &(struct puppet_options){.requests_max = 1});
    queue_two(&puppet, reply.data, errands, &line);
    line_accept(&puppet, &next);
    answer(&next, DONE, &errands[1], S3A_OK);
    assert_string_equal(errands[1].call.answer.etag, "\"e\"");
    errand_fini(&errands[0]);
    errand_fini(&errands[1]);
    line_close(&line);
    line_close(&next);
    puppet_close(&puppet);
    s3a_buf_fini(&reply);
}

static void a_store_that_says_close_is_not_asked_again(void **state)
{
    struct errand errand;
    struct line line;

    for (int i = 0; i < 3; i++) {
        errand_init(&errand, *state, S3A_OP_PUT_OBJECT, "k");
        errand_send(&errand);
        line_accept(*state, &line);
        answer(&line,
               "HTTP/1.1 200 OK\r\nETag: \"e\"\r\nConnection: close\r\nContent-Length: 0\r\n\r\n",
               &errand, S3A_OK);
        assert_int_equal(line_read_some(&line), 0);
        line_close(&line);
        errand_fini(&errand);
    }
}

static void assert_unreachable(struct puppet *puppet, const char *word)
{
    struct errand errand;

    errand_init(&errand, puppet, S3A_OP_PUT_OBJECT, "k");
    errand_send(&errand);
    assert_int_equal(errand_wait(&errand), S3A_UNREACHABLE);
    if (!strstr(errand_story(&errand), word)) {
        fail_msg("\"%s\" is not in \"%s\"", word, errand_story(&errand));
    }
    errand_fini(&errand);
}

static void where_nobody_listens_nothing_was_sent(void **state)
{
    struct puppet *puppet = *state;

    close(puppet->listener);
    puppet->listener = -1;
    assert_unreachable(puppet, "does the store listen there?");
    assert_unreachable(puppet, puppet->endpoint);
}

static void a_name_that_is_none_is_told_so(void **state)
{
    struct puppet puppet;

    (void)state;
    /* A label of 64 characters: no resolver asks anybody about it. */
    puppet_open(&puppet, &(struct puppet_options){
                             .endpoint = "http://"
                                         "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa"
                                         "aaaaaaaaaaaaaaaa.invalid"});
    assert_unreachable(&puppet, "Could not resolve host");
    puppet_close(&puppet);
}

static void a_store_that_does_not_speak_tls_is_told_so(void **state)
{
    struct puppet puppet;
    struct errand errand;
    struct line line;
    char endpoint[64];
    struct puppet *plain = *state;

    snprintf(endpoint, sizeof(endpoint), "https://127.0.0.1:%u", plain->port);
    puppet_open(&puppet, &(struct puppet_options){.endpoint = endpoint});
    errand_init(&errand, &puppet, S3A_OP_PUT_OBJECT, "k");
    errand_send(&errand);
    line_accept(plain, &line);
    assert_true(line_read_some(&line) > 0);
    line_send(&line, "HTTP/1.1 400 Bad Request\r\nContent-Length: 0\r\n\r\n");
    assert_int_equal(errand_wait(&errand), S3A_UNREACHABLE);
    assert_non_null(strstr(errand_story(&errand), "does it speak https?"));
    line_close(&line);
    errand_fini(&errand);
    puppet_close(&puppet);
}

/* Two families of addresses, one of which refuses, and a thread that looks them up. */
static void a_name_is_looked_up_beside_the_loop(void **state)
{
    struct puppet *host = *state;
    struct puppet puppet;
    struct errand errand;
    struct line line;
    char endpoint[64];

    snprintf(endpoint, sizeof(endpoint), "http://localhost:%u", host->port);
    puppet_open(&puppet, &(struct puppet_options){.endpoint = endpoint});
    for (int i = 0; i < 3; i++) {
        errand_init(&errand, &puppet, S3A_OP_PUT_OBJECT, "k");
        errand_send(&errand);
        if (i == 0) {
            line_accept(host, &line);
        }
        assert_non_null(strcasestr(line_read(&line), "\r\nhost: localhost:"));
        line_send(&line, DONE);
        assert_int_equal(errand_wait(&errand), S3A_OK);
        errand_fini(&errand);
    }
    line_close(&line);
    puppet_close(&puppet);
}

static bool is_connection(int fd)
{
    int domain = AF_UNSPEC;
    socklen_t size = sizeof(domain);

    return getsockopt(fd, SOL_SOCKET, SO_DOMAIN, &domain, &size) == 0 && domain == AF_INET;
}

/* A connection that lives on in another program does not end when we end it. */
static void a_program_that_is_started_gets_no_connection(void **state)
{
    struct line line;
    int count = 0;

    put_on_new(*state, &line);
    for (int fd = STDERR_FILENO + 1; fd < 256; fd++) {
        if (is_connection(fd)) {
            assert_true(fcntl(fd, F_GETFD) & FD_CLOEXEC);
            count++;
        }
    }
    assert_true(count >= 3); /* the listener, and both ends of the connection */
    line_close(&line);
}

static void without_descriptors_nothing_was_sent(void **state)
{
    struct rlimit before;
    struct rlimit none;

    puppet_in_loop(*state, nothing, NULL);
    assert_int_equal(getrlimit(RLIMIT_NOFILE, &before), 0);
    none = before;
    none.rlim_cur = 3;
    assert_int_equal(setrlimit(RLIMIT_NOFILE, &none), 0);
    assert_unreachable(*state, "Too many open files");
    assert_int_equal(setrlimit(RLIMIT_NOFILE, &before), 0);
    struct line line;
    put_on_new(*state, &line);
    line_close(&line);
}

static void fail_soon(void *nth)
{
    fail_malloc_at(*(unsigned *)nth);
}

static void fail_no_more(void *happened)
{
    *(bool *)happened = fail_malloc_happened();
}

/* Once it is under way, memory is needed for sockets and for what comes back. */
static void without_memory_a_call_ends_and_the_next_one_works(void **state)
{
    bool happened = true;

    for (unsigned nth = 1; happened; nth++) {
        struct errand errand;
        struct line line;
        errand_init(&errand, *state, S3A_OP_PUT_OBJECT, "k");
        puppet_in_loop(*state, fail_soon, &nth);
        errand_send(&errand);
        enum s3a_status status = S3A_OK;
        puppet_in_loop(*state, fail_no_more, &happened);
        if (happened) {
            status = errand_wait(&errand);
            assert_true(status == S3A_NO_MEMORY || status == S3A_IN_DOUBT);
        } else {
            line_accept(*state, &line);
            answer(&line, DONE, &errand, S3A_OK);
            line_close(&line);
        }
        errand_fini(&errand);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        PUPPET_TEST(a_connection_is_used_again),
        PUPPET_TEST(after_an_idle_connection_has_ended_a_write_goes_over_another),
        PUPPET_TEST(an_answer_that_nobody_asked_for_is_never_taken_for_another),
        cmocka_unit_test(two_answers_at_once_are_one_answer),
        cmocka_unit_test(what_is_left_of_an_answer_is_not_the_beginning_of_the_next),
        PUPPET_TEST(a_store_that_says_close_is_not_asked_again),
        PUPPET_TEST(where_nobody_listens_nothing_was_sent),
        cmocka_unit_test(a_name_that_is_none_is_told_so),
        PUPPET_TEST(a_store_that_does_not_speak_tls_is_told_so),
        PUPPET_TEST(a_name_is_looked_up_beside_the_loop),
        PUPPET_TEST(a_program_that_is_started_gets_no_connection),
        PUPPET_TEST(without_descriptors_nothing_was_sent),
        PUPPET_TEST(without_memory_a_call_ends_and_the_next_one_works),
    };
    return cmocka_run_group_tests_name("transport_http_socket", tests, NULL, NULL);
}
