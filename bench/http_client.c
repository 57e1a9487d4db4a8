/* SPDX-License-Identifier: MIT */
#include "http_client.h"

#include <errno.h>
#include <netdb.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "bench.h"
#include "digest.h"

#define BLOCK_SIZE (256 * 1024)

static char block[BLOCK_SIZE];

static const char *the_block(void)
{
    uint32_t state = 1;

    for (size_t i = 0; block[0] == '\0' && i < BLOCK_SIZE; i++) {
        state = state * 1664525 + 1013904223;
        block[BLOCK_SIZE - 1 - i] = (char)((state >> 24) | 1);
    }
    return block;
}

void http_connect(struct http_client *client, const struct bench_target *target)
{
    const struct addrinfo hints = {.ai_socktype = SOCK_STREAM};
    struct addrinfo *address;
    const int one = 1;

    *client = (struct http_client){.target = target};
    s3a_buf_init(&client->head, TARGET_HEAD_SIZE);
    if (getaddrinfo(target->host, target->port, &hints, &address) != 0) {
        bench_die("the server's name is not known");
    }
    client->fd = socket(address->ai_family, SOCK_STREAM | SOCK_CLOEXEC, 0);
    if (client->fd < 0 || connect(client->fd, address->ai_addr, address->ai_addrlen) != 0) {
        bench_die("the server cannot be reached");
    }
    (void)setsockopt(client->fd, IPPROTO_TCP, TCP_NODELAY, &one, sizeof(one));
    freeaddrinfo(address);
}

void http_close(struct http_client *client)
{
    close(client->fd);
    s3a_buf_fini(&client->head);
}

static void send_all(struct http_client *client, struct s3a_str bytes)
{
    while (bytes.size > 0) {
        ssize_t sent = send(client->fd, bytes.data, bytes.size, MSG_NOSIGNAL);
        if (sent < 0 && errno == EINTR) {
            continue;
        }
        if (sent < 0) {
            bench_die("the server does not take the whole request");
        }
        bytes = s3a_str_skip(bytes, (size_t)sent);
    }
}

static size_t receive(struct http_client *client, char *bytes, size_t size)
{
    ssize_t got;

    do {
        got = recv(client->fd, bytes, size, 0);
    } while (got < 0 && errno == EINTR);
    if (got <= 0) {
        bench_die("the server does not answer");
    }
    return (size_t)got;
}

/* The value of a header, or NULL. */
static const char *find(const char *head, const char *name)
{
    const char *line = strstr(head, "\r\n");

    for (; line; line = strstr(line + 2, "\r\n")) {
        if (strncasecmp(line + 2, name, strlen(name)) == 0) {
            return line + 2 + strlen(name) + strspn(line + 2 + strlen(name), ": ");
        }
    }
    return NULL;
}

static void keep(struct http_answer *answer, const char *bytes, size_t size)
{
    if (answer->size < HTTP_TEXT_SIZE - 1) {
        size_t left = HTTP_TEXT_SIZE - 1 - (size_t)answer->size;
        memcpy(answer->text + answer->size, bytes, size < left ? size : left);
    }
    answer->size += size;
}

/* Up to its end, which is a number of bytes away, or marked by an empty chunk. */
static void read_body(struct http_client *client, struct http_answer *answer, uint64_t size,
                      bool is_chunked)
{
    static const char mark[] = "\r\n0\r\n\r\n";
    static _Thread_local char buffer[BLOCK_SIZE];
    char tail[sizeof(mark)] = "";

    if (is_chunked && answer->size >= sizeof(mark) - 1 && answer->size < HTTP_TEXT_SIZE) {
        memcpy(tail, answer->text + answer->size - (sizeof(mark) - 1), sizeof(mark) - 1);
    }
    while (is_chunked ? memcmp(tail, mark, sizeof(mark) - 1) != 0 : answer->size < size) {
        size_t got = receive(client, buffer, sizeof(buffer));
        keep(answer, buffer, got);
        for (size_t i = got < sizeof(mark) ? 0 : got - (sizeof(mark) - 1); i < got; i++) {
            memmove(tail, tail + 1, sizeof(mark) - 2);
            tail[sizeof(mark) - 2] = buffer[i];
        }
    }
}

static void read_answer(struct http_client *client, bool has_body, struct http_answer *ret_answer)
{
    char head[16384];
    size_t size = 0;
    char *end = NULL;

    memset(ret_answer, 0, sizeof(*ret_answer));
    while (!end && size < sizeof(head) - 1) {
        size += receive(client, head + size, sizeof(head) - 1 - size);
        head[size] = '\0';
        end = strstr(head, "\r\n\r\n");
    }
    if (!end || sscanf(head, "HTTP/1.1 %d", &ret_answer->status) != 1) {
        bench_die("the server's answer is none");
    }
    keep(ret_answer, end + 4, size - (size_t)(end + 4 - head));
    end[2] = '\0';
    const char *etag = find(head, "etag");
    if (etag) {
        snprintf(ret_answer->etag, sizeof(ret_answer->etag), "%.*s", (int)strcspn(etag, "\r"),
                 etag);
    }
    const char *length = find(head, "content-length");
    const char *encoding = find(head, "transfer-encoding");
    if (has_body) {
        read_body(client, ret_answer, length ? strtoull(length, NULL, 10) : 0,
                  encoding && strncasecmp(encoding, "chunked", 7) == 0);
    }
}

void http_ask_with(struct http_client *client, const struct target_request *request,
                   const char *body, struct http_answer *ret_answer)
{
    target_write_head(client->target, request, &client->head);
    send_all(client, s3a_buf_str(&client->head));
    send_all(client, s3a_str_make(body, (size_t)request->body_size));
    read_answer(client, strcmp(request->method, "HEAD") != 0, ret_answer);
}

void http_ask(struct http_client *client, const struct target_request *request,
              struct http_answer *ret_answer)
{
    target_write_head(client->target, request, &client->head);
    send_all(client, s3a_buf_str(&client->head));
    for (uint64_t left = request->body_size; left > 0;) {
        size_t size = left < BLOCK_SIZE ? (size_t)left : BLOCK_SIZE;
        send_all(client, s3a_str_make(the_block(), size));
        left -= size;
    }
    read_answer(client, strcmp(request->method, "HEAD") != 0, ret_answer);
}

void http_expect(const struct http_answer *answer, const char *what)
{
    if (answer->status < 200 || answer->status > 299) {
        fprintf(stderr, "%d %s\n", answer->status, answer->text);
        bench_die(what);
    }
}

void http_body_hash(uint64_t size, char ret_hash[65])
{
    struct s3a_digest digest;
    uint8_t sha256[S3A_SHA256_SIZE];

    if (s3a_digest_init(&digest, S3A_DIGEST_SHA256) != S3A_OK) {
        bench_die("no SHA-256");
    }
    for (uint64_t left = size; left > 0;) {
        size_t part = left < BLOCK_SIZE ? (size_t)left : BLOCK_SIZE;
        s3a_digest_add(&digest, s3a_str_make(the_block(), part));
        left -= part;
    }
    s3a_digest_end(&digest, sha256);
    s3a_digest_fini(&digest);
    s3a_hex(sha256, sizeof(sha256), ret_hash);
}
