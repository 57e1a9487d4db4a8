/* SPDX-License-Identifier: MIT */
#include "test.h"

#include "peer.h"

#include <arpa/inet.h>
#include <errno.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <unistd.h>

/* Long past anything that is under way: nothing is measured by it. */
#define PATIENCE_S 60
#define ANSWER_SIZE_MAX (64 * 1024 * 1024)
#define READ_SIZE (64 * 1024)

static void make_socket(struct peer *peer)
{
    struct timeval patience = {.tv_sec = PATIENCE_S};
    const int on = 1;

    s3a_buf_init(&peer->in, ANSWER_SIZE_MAX);
    peer->fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    assert_true(peer->fd >= 0);
    setsockopt(peer->fd, SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof(patience));
    setsockopt(peer->fd, SOL_SOCKET, SO_SNDTIMEO, &patience, sizeof(patience));
    setsockopt(peer->fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof(on));
}

static void connect_to(struct peer *peer, const struct s3a_server *server)
{
    struct sockaddr_in address = {.sin_family = AF_INET,
                                  .sin_port = htons(s3a_server_port(server)),
                                  .sin_addr = {htonl(INADDR_LOOPBACK)}};

    assert_int_equal(connect(peer->fd, (struct sockaddr *)&address, sizeof(address)), 0);
}

void peer_open(struct peer *peer, const struct s3a_server *server)
{
    make_socket(peer);
    connect_to(peer, server);
}

void peer_open_within(struct peer *peer, const struct s3a_server *server,
                      const struct rlimit *descriptors)
{
    make_socket(peer);
    assert_int_equal(setrlimit(RLIMIT_NOFILE, descriptors), 0);
    connect_to(peer, server);
}

void peer_open_from(struct peer *peer, const struct s3a_server *server, uint32_t host)
{
    struct sockaddr_in own = {.sin_family = AF_INET, .sin_addr = {htonl(host)}};

    make_socket(peer);
    assert_int_equal(bind(peer->fd, (struct sockaddr *)&own, sizeof(own)), 0);
    connect_to(peer, server);
}

void peer_close(struct peer *peer)
{
    close(peer->fd);
    peer->fd = -1;
    s3a_buf_fini(&peer->in);
}

void peer_abort(struct peer *peer)
{
    struct linger at_once = {.l_onoff = 1};

    setsockopt(peer->fd, SOL_SOCKET, SO_LINGER, &at_once, sizeof(at_once));
    peer_close(peer);
}

void peer_send(struct peer *peer, struct s3a_str bytes)
{
    while (bytes.size > 0) {
        ssize_t sent = send(peer->fd, bytes.data, bytes.size, MSG_NOSIGNAL);
        assert_true(sent > 0);
        bytes = s3a_str_skip(bytes, (size_t)sent);
    }
}

void peer_send_text(struct peer *peer, const char *text)
{
    peer_send(peer, s3a_str_of(text));
}

/* False at the end of the connection. */
static bool receive_more(struct peer *peer)
{
    char *end = s3a_buf_reserve(&peer->in, READ_SIZE);
    ssize_t received;

    assert_non_null(end);
    received = recv(peer->fd, end, READ_SIZE, 0);
    if (received < 0 && errno == ECONNRESET) {
        return false;
    }
    assert_true(received >= 0);
    s3a_buf_added(&peer->in, (size_t)received);
    return received > 0;
}

/* Moves the first size bytes that were received to buf. */
static void take(struct peer *peer, size_t size, struct s3a_buf *buf)
{
    while (peer->in.size < size) {
        assert_true(receive_more(peer));
    }
    s3a_buf_init(buf, ANSWER_SIZE_MAX);
    s3a_buf_append(buf, s3a_str_make(peer->in.data, size));
    assert_int_equal(buf->status, S3A_OK);
    memmove(peer->in.data, peer->in.data + size, peer->in.size - size + 1);
    peer->in.size -= size;
}

static void take_head(struct peer *peer, struct s3a_buf *buf)
{
    const char *end;

    while (!(end = strstr(s3a_buf_text(&peer->in), "\r\n\r\n"))) {
        assert_true(receive_more(peer));
    }
    take(peer, (size_t)(end - peer->in.data) + 4, buf);
}

void peer_receive(struct peer *peer, bool was_head, struct peer_answer *ret_answer)
{
    uint64_t size = 0;
    uint64_t status;

    take_head(peer, &ret_answer->head);
    assert_true(s3a_str_starts_with(s3a_buf_str(&ret_answer->head), "HTTP/1.1 "));
    assert_true(s3a_str_to_uint64(s3a_str_make(ret_answer->head.data + 9, 3), 999, &status));
    ret_answer->status = (int)status;
    if (!was_head && status >= 200 && status != 204 && status != 304) {
        assert_true(
            s3a_str_to_uint64(peer_header(ret_answer, "content-length"), ANSWER_SIZE_MAX, &size));
    }
    take(peer, size, &ret_answer->body);
}

void peer_answer_fini(struct peer_answer *answer)
{
    s3a_buf_fini(&answer->head);
    s3a_buf_fini(&answer->body);
}

struct s3a_str peer_header(const struct peer_answer *answer, const char *name)
{
    struct s3a_str rest = s3a_buf_str(&answer->head);

    while (rest.size > 0) {
        struct s3a_str line = s3a_str_split(&rest, '\n');
        struct s3a_str found = s3a_str_split(&line, ':');
        if (s3a_str_is_nocase(found, name)) {
            line.size -= line.size > 0 && line.data[line.size - 1] == '\r';
            return s3a_str_trim(line);
        }
    }
    return S3A_STR("");
}

bool peer_body_has(const struct peer_answer *answer, const char *text)
{
    return strstr(s3a_buf_text(&answer->body), text) != NULL;
}

bool peer_is_closed(struct peer *peer)
{
    return peer->in.size == 0 && !receive_more(peer);
}

void peer_receive_fragment(struct peer *peer, struct s3a_buf *ret_bytes)
{
    while (receive_more(peer)) {
    }
    take(peer, peer->in.size, ret_bytes);
}

bool peer_is_reset(struct peer *peer)
{
    char byte;

    return peer->in.size == 0 && recv(peer->fd, &byte, 1, 0) < 0 && errno == ECONNRESET;
}

bool peer_is_silent(struct peer *peer)
{
    char byte;

    return peer->in.size == 0 && recv(peer->fd, &byte, 1, MSG_PEEK | MSG_DONTWAIT) < 0 &&
           errno == EAGAIN;
}
