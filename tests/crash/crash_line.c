/* SPDX-License-Identifier: MIT */
#include "crash_line.h"

#include <arpa/inet.h>
#include <errno.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

#include "date.h"

#define SIZE_LIMIT (64 * 1024 * 1024)
#define READ_SIZE 16384
#define HEADERS_MAX 5
/* A server that says nothing for so long is stuck; its end would be noticed at once. */
#define PATIENCE_SECONDS 60

void crash_line_init(struct crash_line *line, uint16_t port)
{
    *line = (struct crash_line){.port = port, .fd = -1};
    s3a_buf_init(&line->out, SIZE_LIMIT);
    s3a_buf_init(&line->scratch, SIZE_LIMIT);
    s3a_buf_init(&line->in, SIZE_LIMIT);
}

void crash_line_hang_up(struct crash_line *line)
{
    if (line->fd >= 0) {
        close(line->fd);
        line->fd = -1;
    }
}

void crash_line_fini(struct crash_line *line)
{
    crash_line_hang_up(line);
    s3a_buf_fini(&line->out);
    s3a_buf_fini(&line->scratch);
    s3a_buf_fini(&line->in);
}

static bool dial(struct crash_line *line)
{
    struct sockaddr_in address = {.sin_family = AF_INET,
                                  .sin_port = htons(line->port),
                                  .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    struct timeval patience = {.tv_sec = PATIENCE_SECONDS};
    int on = 1;

    line->fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    if (line->fd < 0 ||
        connect(line->fd, (const struct sockaddr *)&address, sizeof(address)) != 0) {
        crash_line_hang_up(line);
        return false;
    }
    setsockopt(line->fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof(on));
    setsockopt(line->fd, SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof(patience));
    setsockopt(line->fd, SOL_SOCKET, SO_SNDTIMEO, &patience, sizeof(patience));
    return true;
}

/* The head of the request, signed, then its body. */
static void write_down(struct crash_line *line, const struct crash_call *call)
{
    char date[S3A_DATE_BASIC_SIZE + 1];
    char hash[S3A_SHA256_HEX_SIZE + 1];
    char host[32];
    uint8_t sha256[S3A_SHA256_SIZE];
    struct timespec now;
    struct s3a_header headers[HEADERS_MAX] = {
        {S3A_STR_INIT("host"), s3a_str_of(NULL)},
        {S3A_STR_INIT("x-amz-date"), s3a_str_of(NULL)},
        {S3A_STR_INIT("x-amz-content-sha256"), s3a_str_of(NULL)}};
    struct s3a_sigv4_scope scope = {.region = S3A_STR("us-east-1"), .service = S3A_STR("s3")};
    struct s3a_credentials credentials = {.access_key = S3A_STR(CRASH_KEY),
                                          .secret_key = S3A_STR(CRASH_SECRET)};
    struct s3a_sigv4_request request = {.method = s3a_str_of(call->method),
                                        .path = s3a_str_of(call->path),
                                        .query = s3a_str_of(call->query),
                                        .headers = headers,
                                        .header_count = 3};

    clock_gettime(CLOCK_REALTIME, &now);
    s3a_date_basic((int64_t)now.tv_sec * 1000, date);
    s3a_sha256(call->body, sha256);
    s3a_hex(sha256, sizeof(sha256), hash);
    snprintf(host, sizeof(host), "127.0.0.1:%u", line->port);
    headers[0].value = s3a_str_of(host);
    headers[1].value = scope.date = s3a_str_of(date);
    headers[2].value = request.payload_hash = s3a_str_of(hash);
    if (call->if_match) {
        headers[request.header_count++] =
            (struct s3a_header){S3A_STR("if-match"), s3a_str_of(call->if_match)};
    }
    if (call->if_none_match) {
        headers[request.header_count++] =
            (struct s3a_header){S3A_STR("if-none-match"), S3A_STR("*")};
    }
    s3a_buf_clear(&line->scratch);
    s3a_sigv4_authorization(&line->scratch, &line->key, &credentials, &scope, &request);
    s3a_buf_clear(&line->out);
    s3a_buf_append_format(&line->out, "%s %s%s%s HTTP/1.1\r\n", call->method, call->path,
                          call->query ? "?" : "", call->query ? call->query : "");
    for (size_t i = 0; i < request.header_count; i++) {
        s3a_buf_append_format(&line->out, "%.*s: %.*s\r\n", S3A_STR_ARG(headers[i].name),
                              S3A_STR_ARG(headers[i].value));
    }
    if (call->method[0] == 'P') {
        s3a_buf_append_format(&line->out, "Content-Length: %zu\r\n", call->body.size);
    }
    s3a_buf_append_format(&line->out, "Authorization: %s\r\n\r\n", s3a_buf_text(&line->scratch));
    s3a_buf_append(&line->out, call->body);
}

/* How much of it could be sent. */
static size_t send_all(struct crash_line *line)
{
    struct s3a_str rest = s3a_buf_str(&line->out);

    while (rest.size > 0) {
        ssize_t sent = send(line->fd, rest.data, rest.size, MSG_NOSIGNAL);
        if (sent < 0 && errno == EINTR) {
            continue;
        }
        if (sent <= 0) {
            break;
        }
        rest = s3a_str_skip(rest, (size_t)sent);
    }
    return line->out.size - rest.size;
}

/* Reads until so much is there; false where it ends before. */
static bool read_up_to(struct crash_line *line, size_t size)
{
    while (line->in.size < size) {
        char *end = s3a_buf_reserve(&line->in, READ_SIZE);
        ssize_t got = end ? recv(line->fd, end, READ_SIZE, 0) : -1;
        if (got < 0 && end && errno == EINTR) {
            continue;
        }
        if (got <= 0) {
            return false;
        }
        s3a_buf_added(&line->in, (size_t)got);
    }
    return true;
}

/* The value of a header; "" where there is none. Cut to what there is room for. */
static void find_header(const char *head, const char *name, char *ret_value, size_t size)
{
    size_t length = strlen(name);

    ret_value[0] = '\0';
    for (const char *line = strstr(head, "\r\n"); line; line = strstr(line, "\r\n")) {
        line += 2;
        if (strncasecmp(line, name, length) == 0 && line[length] == ':') {
            line += length + 1;
            line += strspn(line, " ");
            snprintf(ret_value, size, "%.*s", (int)strcspn(line, "\r"), line);
            return;
        }
        if (strncmp(line, "\r\n", 2) == 0) {
            return;
        }
    }
}

static bool receive(struct crash_line *line, const struct crash_call *call,
                    struct crash_answer *ret_answer)
{
    char value[80];
    const char *end;

    s3a_buf_clear(&line->in);
    do {
        if (!read_up_to(line, line->in.size + 1)) {
            return false;
        }
        end = strstr(s3a_buf_text(&line->in), "\r\n\r\n");
    } while (!end);
    const char *head = s3a_buf_text(&line->in);
    size_t head_size = (size_t)(end - head) + 4;
    if (sscanf(head, "HTTP/1.1 %d", &ret_answer->status) != 1) {
        return false;
    }
    find_header(head, "ETag", ret_answer->etag, sizeof(ret_answer->etag));
    find_header(head, "Content-Length", value, sizeof(value));
    bool has_body = strcmp(call->method, "HEAD") != 0 && ret_answer->status != 204;
    size_t body_size = has_body ? strtoul(value, NULL, 10) : 0;
    find_header(head, "Connection", value, sizeof(value));
    bool is_last = strcasecmp(value, "close") == 0;
    if (!read_up_to(line, head_size + body_size)) {
        return false;
    }
    ret_answer->body = s3a_str_make(line->in.data + head_size, body_size);
    if (is_last) {
        crash_line_hang_up(line);
    }
    return true;
}

enum crash_sent crash_line_ask(struct crash_line *line, const struct crash_call *call,
                               struct crash_answer *ret_answer)
{
    *ret_answer = (struct crash_answer){0};
    write_down(line, call);
    if (line->out.status != S3A_OK || (line->fd < 0 && !dial(line))) {
        return CRASH_NOT_SENT;
    }
    /* What could be sent counts, also where the rest could not: it may have been all that was
     * wanted. And an answer may come before the end of the request. */
    size_t sent = send_all(line);
    if (receive(line, call, ret_answer)) {
        return CRASH_ANSWERED;
    }
    crash_line_hang_up(line);
    return sent == 0 ? CRASH_NOT_SENT : CRASH_NO_ANSWER;
}
