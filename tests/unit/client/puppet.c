/* SPDX-License-Identifier: MIT */
#include "test.h"

#include "puppet.h"

#include <arpa/inet.h>
#include <errno.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <unistd.h>

#include "error.h"
#include "fail_malloc.h"

/* Long past anything that is under way: nothing is measured by it. */
#define PATIENCE_MS (60 * 1000)
#define REQUEST_SIZE_MAX (16 * 1024 * 1024)
#define READ_SIZE (64 * 1024)
#define BACKLOG 1024

static void await(sem_t *event)
{
    while (sem_wait(event) != 0) {
        assert_int_equal(errno, EINTR);
    }
}

static void listen_somewhere(struct puppet *puppet)
{
    struct sockaddr_in address = {.sin_family = AF_INET, .sin_addr = {htonl(INADDR_LOOPBACK)}};
    socklen_t size = sizeof(address);

    puppet->listener = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    assert_true(puppet->listener >= 0);
    assert_int_equal(bind(puppet->listener, (struct sockaddr *)&address, size), 0);
    assert_int_equal(listen(puppet->listener, BACKLOG), 0);
    assert_int_equal(getsockname(puppet->listener, (struct sockaddr *)&address, &size), 0);
    puppet->port = ntohs(address.sin_port);
    snprintf(puppet->endpoint, sizeof(puppet->endpoint), "http://127.0.0.1:%u", puppet->port);
}

void puppet_open(struct puppet *puppet, const struct puppet_options *options)
{
    struct s3a_error error;
    struct s3a_transport_http_options transport = {
        .region = S3A_STR("us-east-1"),
        .credentials = {S3A_STR("AKIDEXAMPLE"), S3A_STR("secret"),
                        s3a_str_of(options->session_token)},
        .request_timeout_ms =
            options->request_timeout_ms ? options->request_timeout_ms : PATIENCE_MS,
        .ca_file = options->ca_file,
        .requests_max = options->requests_max ? options->requests_max : 8,
        .want_credentials = options->want_credentials,
        .user = puppet,
    };

    memset(puppet, 0, sizeof(*puppet));
    listen_somewhere(puppet);
    transport.addressing.virtual_host = options->virtual_host;
    assert_int_equal(
        s3a_endpoint_parse(&puppet->pool,
                           s3a_str_of(options->endpoint ? options->endpoint : puppet->endpoint),
                           &transport.addressing.endpoint, &error),
        S3A_OK);
    assert_int_equal(s3a_loop_new(&puppet->loop, &error), S3A_OK);
    assert_int_equal(s3a_transport_http_new(puppet->loop, &transport, &puppet->transport, &error),
                     S3A_OK);
}

void puppet_close(struct puppet *puppet)
{
    s3a_loop_stop(puppet->loop);
    puppet->transport->free(puppet->transport);
    s3a_loop_free(puppet->loop);
    s3a_pool_fini(&puppet->pool);
    if (puppet->listener >= 0) {
        close(puppet->listener);
    }
}

int puppet_set_up(void **state)
{
    static struct puppet puppet;

    puppet_open(&puppet, &(struct puppet_options){.endpoint = NULL});
    *state = &puppet;
    return 0;
}

int puppet_tear_down(void **state)
{
    puppet_close(*state);
    return 0;
}

bool puppet_is_left_alone(const struct puppet *puppet)
{
    struct pollfd pending = {.fd = puppet->listener, .events = POLLIN};

    return poll(&pending, 1, 0) == 0;
}

struct favour {
    struct s3a_task task;
    void (*fn)(void *arg);
    void *arg;
    sem_t is_done;
};

static void do_favour(struct s3a_task *task)
{
    struct favour *favour = s3a_list_entry(task, struct favour, task);

    favour->fn(favour->arg);
    sem_post(&favour->is_done);
}

void puppet_in_loop(const struct puppet *puppet, void (*fn)(void *arg), void *arg)
{
    struct favour favour = {.task = {.run = do_favour}, .fn = fn, .arg = arg};

    sem_init(&favour.is_done, 0, 0);
    s3a_loop_post(puppet->loop, &favour.task);
    await(&favour.is_done);
    sem_destroy(&favour.is_done);
}

static void note_done(struct s3a_call *call)
{
    struct errand *errand = s3a_list_entry(call, struct errand, call);

    errand->was_done_in_send = errand->is_sending;
    errand->done_count++;
    sem_post(&errand->is_done);
}

void errand_init(struct errand *errand, struct puppet *puppet, enum s3a_op_kind kind,
                 const char *key)
{
    memset(errand, 0, sizeof(*errand));
    errand->puppet = puppet;
    s3a_call_init(&errand->call, BODY_BYTES_MAX, note_done);
    errand->call.op.kind = kind;
    errand->call.op.bucket = S3A_STR("bucket");
    errand->call.op.key = s3a_str_of(key);
    sem_init(&errand->is_done, 0, 0);
}

void errand_fini(struct errand *errand)
{
    s3a_call_fini(&errand->call);
    sem_destroy(&errand->is_done);
}

static void send_it(void *arg)
{
    struct errand *errand = arg;
    struct s3a_transport *transport = errand->puppet->transport;

    errand->is_sending = true;
    fail_malloc_at(errand->failing_allocation);
    transport->send(transport, &errand->call);
    errand->failed_on_purpose = fail_malloc_happened();
    errand->is_sending = false;
}

void errand_send(struct errand *errand)
{
    puppet_in_loop(errand->puppet, send_it, errand);
}

enum s3a_status errand_wait(struct errand *errand)
{
    await(&errand->is_done);
    assert_false(errand->was_done_in_send);
    assert_int_equal(errand->done_count, 1);
    errand->done_count = 0;
    return errand->call.answer.status;
}

static void abandon_it(void *arg)
{
    struct errand *errand = arg;
    struct s3a_transport *transport = errand->puppet->transport;

    transport->abandon(transport, &errand->call);
}

void errand_abandon(struct errand *errand)
{
    puppet_in_loop(errand->puppet, abandon_it, errand);
    assert_int_equal(errand->done_count, 0);
}

const char *errand_story(struct errand *errand)
{
    static struct s3a_error error;

    (void)s3a_answer_error(&errand->call.op, &errand->call.answer, &error);
    return error.message;
}

void line_accept(struct puppet *puppet, struct line *line)
{
    struct timeval patience = {.tv_sec = PATIENCE_MS / 1000};
    const int on = 1;

    s3a_buf_init(&line->in, REQUEST_SIZE_MAX);
    line->fd = accept4(puppet->listener, NULL, NULL, SOCK_CLOEXEC);
    assert_true(line->fd >= 0);
    setsockopt(line->fd, SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof(patience));
    setsockopt(line->fd, SOL_SOCKET, SO_SNDTIMEO, &patience, sizeof(patience));
    setsockopt(line->fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof(on));
}

size_t line_read_some(struct line *line)
{
    char *end = s3a_buf_reserve(&line->in, READ_SIZE);
    ssize_t received;

    assert_non_null(end);
    received = recv(line->fd, end, READ_SIZE, 0);
    if (received < 0 && errno == ECONNRESET) {
        return 0;
    }
    assert_true(received >= 0);
    s3a_buf_added(&line->in, (size_t)received);
    return (size_t)received;
}

const char *line_read(struct line *line)
{
    const char *end;
    const char *length;
    size_t size;

    s3a_buf_clear(&line->in);
    while ((end = strstr(s3a_buf_text(&line->in), "\r\n\r\n")) == NULL) {
        assert_true(line_read_some(line) > 0);
    }
    size = (size_t)(end - line->in.data) + strlen("\r\n\r\n");
    length = strcasestr(line->in.data, "\r\ncontent-length:");
    if (length && length < end) {
        size += strtoul(strchr(length, ':') + 1, NULL, 10);
    }
    while (line->in.size < size) {
        assert_true(line_read_some(line) > 0);
    }
    assert_int_equal(line->in.size, size);
    return line->in.data;
}

void line_send_bytes(struct line *line, struct s3a_str bytes)
{
    while (bytes.size > 0) {
        ssize_t sent = send(line->fd, bytes.data, bytes.size, MSG_NOSIGNAL);
        if (sent < 0 && (errno == EPIPE || errno == ECONNRESET)) {
            return;
        }
        assert_true(sent > 0);
        bytes = s3a_str_skip(bytes, (size_t)sent);
    }
}

void line_send(struct line *line, const char *text)
{
    line_send_bytes(line, s3a_str_of(text));
}

void line_close(struct line *line)
{
    close(line->fd);
    s3a_buf_fini(&line->in);
}

void line_reset(struct line *line)
{
    struct linger at_once = {.l_onoff = 1};

    setsockopt(line->fd, SOL_SOCKET, SO_LINGER, &at_once, sizeof(at_once));
    line_close(line);
}

void line_shut(struct line *line)
{
    shutdown(line->fd, SHUT_WR);
}

void answer(struct line *line, const char *text, struct errand *errand,
            enum s3a_status expected_status)
{
    line_read(line);
    line_send(line, text);
    assert_int_equal(errand_wait(errand), expected_status);
}
