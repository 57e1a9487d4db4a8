/* SPDX-License-Identifier: MIT */
#include "test.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <poll.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "puppet.h"

static void nothing(void *arg)
{
    (void)arg;
}

/* Whatever the loop had to begin has begun. */
static void let_the_loop_turn(struct puppet *puppet)
{
    for (int i = 0; i < 3; i++) {
        puppet_in_loop(puppet, nothing, NULL);
    }
}

/* A port whose queue of connections is full: nobody is refused, nobody gets in. */
struct full_port {
    int listener;
    int clients[8];
    size_t count;
    char endpoint[64];
};

static void full_port_open(struct full_port *port)
{
    struct sockaddr_in address = {.sin_family = AF_INET, .sin_addr = {htonl(INADDR_LOOPBACK)}};
    socklen_t size = sizeof(address);

    port->count = 0;
    port->listener = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    assert_int_equal(bind(port->listener, (struct sockaddr *)&address, size), 0);
    assert_int_equal(listen(port->listener, 0), 0);
    assert_int_equal(getsockname(port->listener, (struct sockaddr *)&address, &size), 0);
    snprintf(port->endpoint, sizeof(port->endpoint), "http://127.0.0.1:%u",
             ntohs(address.sin_port));
    for (;;) {
        assert_true(port->count < sizeof(port->clients) / sizeof(port->clients[0]));
        int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
        port->clients[port->count++] = fd;
        (void)connect(fd, (struct sockaddr *)&address, size);
        struct pollfd connected = {.fd = fd, .events = POLLOUT};
        if (poll(&connected, 1, 0) == 0) {
            return;
        }
    }
}

static void full_port_close(struct full_port *port)
{
    for (size_t i = 0; i < port->count; i++) {
        close(port->clients[i]);
    }
    close(port->listener);
}

static void a_connection_that_does_not_come_about_leaves_nothing_in_doubt(void **state)
{
    struct full_port port;
    struct puppet puppet;
    struct errand errand;

    (void)state;
    full_port_open(&port);
    puppet_open(&puppet, &(struct puppet_options){.endpoint = port.endpoint});
    errand_init(&errand, &puppet, S3A_OP_PUT_OBJECT, "k");
    errand.call.timeout_ms = 50;
    errand_send(&errand);
    assert_int_equal(errand_wait(&errand), S3A_TIMEOUT);
    assert_non_null(strstr(errand_story(&errand), "no connection to"));
    s3a_call_clear_answer(&errand.call);
    errand.call.timeout_ms = 0;
    errand_send(&errand);
    errand_abandon(&errand);
    errand_fini(&errand);
    puppet_close(&puppet);
    full_port_close(&port);
}

static void a_call_can_be_abandoned_at_any_time(void **state)
{
    static const char *const replies[] = {
        "",
        "HTTP/1.1 200 OK\r\nETag: ",
        "HTTP/1.1 200 OK\r\nETag: \"e\"\r\nContent-Length: 9\r\n\r\nabc",
    };

    for (size_t i = 0; i < sizeof(replies) / sizeof(replies[0]); i++) {
        struct errand errand;
        struct line line;
        errand_init(&errand, *state, S3A_OP_GET_OBJECT, "k");
        errand_send(&errand);
        line_accept(*state, &line);
        line_read(&line);
        line_send(&line, replies[i]);
        let_the_loop_turn(*state);
        errand_abandon(&errand);
        errand_fini(&errand);
        assert_int_equal(line_read_some(&line), 0);
        line_close(&line);
    }
    assert_true(puppet_is_left_alone(*state));
}

struct pair {
    struct errand first;
    struct errand second;
};

static void send_two_and_abandon_both(void *arg)
{
    struct pair *pair = arg;
    struct s3a_transport *transport = pair->first.puppet->transport;

    transport->send(transport, &pair->first.call);
    transport->send(transport, &pair->second.call);
    transport->abandon(transport, &pair->first.call);
    transport->abandon(transport, &pair->second.call);
}

/* Before libcurl has seen it, while it waits for its turn, and before its failure was told. */
static void a_call_can_be_abandoned_at_once(void **state)
{
    struct puppet puppet;
    struct pair pair;

    (void)state;
    puppet_open(&puppet, &(struct puppet_options){.requests_max = 1});
    errand_init(&pair.first, &puppet, S3A_OP_PUT_OBJECT, "k");
    errand_init(&pair.second, &puppet, S3A_OP_PUT_OBJECT, "k");
    puppet_in_loop(&puppet, send_two_and_abandon_both, &pair);
    pair.first.call.op.if_match = S3A_STR("no\r\nheader");
    pair.second.call.op.if_match = S3A_STR("no\r\nheader");
    puppet_in_loop(&puppet, send_two_and_abandon_both, &pair);
    let_the_loop_turn(&puppet);
    assert_int_equal(pair.first.done_count, 0);
    assert_int_equal(pair.second.done_count, 0);
    assert_true(puppet_is_left_alone(&puppet));
    errand_fini(&pair.first);
    errand_fini(&pair.second);
    puppet_close(&puppet);
}

static struct errand *victim;

static void abandon_the_other(struct s3a_call *call)
{
    struct errand *errand = s3a_list_entry(call, struct errand, call);
    struct s3a_transport *transport = errand->puppet->transport;

    transport->abandon(transport, &victim->call);
    errand->done_count++;
    sem_post(&errand->is_done);
}

static void the_end_of_one_call_may_abandon_another(void **state)
{
    struct errand first;
    struct errand second;
    struct line lines[2];

    errand_init(&first, *state, S3A_OP_GET_OBJECT, "first");
    errand_init(&second, *state, S3A_OP_GET_OBJECT, "second");
    first.call.done = abandon_the_other;
    victim = &second;
    errand_send(&first);
    line_accept(*state, &lines[0]);
    line_read(&lines[0]);
    errand_send(&second);
    line_accept(*state, &lines[1]);
    line_read(&lines[1]);
    line_send(&lines[0], DONE_XY);
    assert_int_equal(errand_wait(&first), S3A_OK);
    errand_fini(&second);
    assert_int_equal(line_read_some(&lines[1]), 0);
    errand_fini(&first);
    line_close(&lines[0]);
    line_close(&lines[1]);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_connection_that_does_not_come_about_leaves_nothing_in_doubt),
        PUPPET_TEST(a_call_can_be_abandoned_at_any_time),
        cmocka_unit_test(a_call_can_be_abandoned_at_once),
        PUPPET_TEST(the_end_of_one_call_may_abandon_another),
    };
    return cmocka_run_group_tests_name("http_abandon", tests, NULL, NULL);
}
