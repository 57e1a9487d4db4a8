/* SPDX-License-Identifier: MIT */
#ifndef S3A_PUPPET_H
#define S3A_PUPPET_H

/*
 * A store that does what the test says, byte by byte: the test's own thread listens and answers,
 * while the HTTP transport under test runs in the thread of its loop. Nothing is ever waited for
 * but the event itself.
 */

#include <semaphore.h>

#include "buf.h"
#include "transport.h"

#define BODY_BYTES_MAX (4 * 1024 * 1024)

struct puppet {
    int listener;
    uint16_t port;
    char endpoint[64];
    struct s3a_loop *loop;
    struct s3a_transport *transport;
    struct s3a_pool pool;
};

/* All zero: the endpoint is the puppet's own, with 8 requests at a time and no token. */
struct puppet_options {
    const char *endpoint;
    const char *ca_file;
    const char *session_token;
    bool virtual_host;
    uint32_t requests_max;
    void (*want_credentials)(void *puppet);
    uint32_t request_timeout_ms; /* 0: long past anything that a test waits for */
};

void puppet_open(struct puppet *puppet, const struct puppet_options *options);
void puppet_close(struct puppet *puppet);

/* For cmocka: *state becomes a struct puppet of no options. */
int puppet_set_up(void **state);
int puppet_tear_down(void **state);

#define PUPPET_TEST(name) cmocka_unit_test_setup_teardown(name, puppet_set_up, puppet_tear_down)

/* Is there no connection that was not accepted? Certain, on loopback, once a call is done. */
bool puppet_is_left_alone(const struct puppet *puppet);

/* Calls fn(arg) in the loop's thread and waits until it has. */
void puppet_in_loop(const struct puppet *puppet, void (*fn)(void *arg), void *arg);

/* One call. */
struct errand {
    struct puppet *puppet;
    struct s3a_call call;
    struct s3a_task task;
    unsigned failing_allocation; /* of those that send makes; 0: none */
    bool failed_on_purpose;
    bool is_sending;
    bool was_done_in_send;
    unsigned done_count;
    sem_t is_done;
};

void errand_init(struct errand *errand, struct puppet *puppet, enum s3a_op_kind kind,
                 const char *key);
void errand_fini(struct errand *errand);

/* Has it sent; it is under way when this returns. */
void errand_send(struct errand *errand);

/* Its status, once it is done. */
enum s3a_status errand_wait(struct errand *errand);

void errand_abandon(struct errand *errand);

/* The story of its end. */
const char *errand_story(struct errand *errand);

/* The puppet's end of a connection. */
struct line {
    int fd;
    struct s3a_buf in;
};

void line_accept(struct puppet *puppet, struct line *line);

/* A whole request, body and all; valid until the next. The test fails where the connection ends
 * instead. */
const char *line_read(struct line *line);

/* Bytes of whatever comes next; 0 at the end of the connection. */
size_t line_read_some(struct line *line);

/* What comes after the other side has hung up is dropped. */
void line_send(struct line *line, const char *text);
void line_send_bytes(struct line *line, struct s3a_str bytes);

/* With FIN, with RST, and with FIN in one direction only. */
void line_close(struct line *line);
void line_reset(struct line *line);
void line_shut(struct line *line);

#define DONE "HTTP/1.1 200 OK\r\nETag: \"e\"\r\nContent-Length: 0\r\n\r\n"
#define DONE_XY "HTTP/1.1 200 OK\r\nETag: \"e\"\r\nContent-Length: 2\r\n\r\nxy"

/* Reads a request, answers it, and looks at the status of the errand. */
void answer(struct line *line, const char *text, struct errand *errand,
            enum s3a_status expected_status);

#endif
