/* SPDX-License-Identifier: MIT */
#include "test.h"

#include "signed_call.h"

#include <stdio.h>
#include <string.h>

#include "clock.h"
#include "digest.h"

#define HEAD_SIZE_MAX (1024 * 1024)
#define REGION "us-east-1"

struct signing {
    char date[S3A_DATE_BASIC_SIZE + 1];
    char hash[S3A_SHA256_HEX_SIZE + 1];
    char host[64];
    struct s3a_header headers[CALL_HEADERS_MAX + 4];
    struct s3a_sigv4_request request;
    struct s3a_sigv4_scope scope;
    struct s3a_credentials credentials;
};

static void add_header(struct signing *signing, const char *name, const char *value)
{
    signing->headers[signing->request.header_count++] =
        (struct s3a_header){s3a_str_of(name), s3a_str_of(value)};
}

static void prepare(const struct s3a_server *server, const struct call *call,
                    struct signing *signing)
{
    uint8_t sha256[S3A_SHA256_SIZE];
    const char *access_key = call->access_key ? call->access_key : s3a_server_access_key(server);
    const char *secret_key = call->secret_key ? call->secret_key : s3a_server_secret_key(server);

    *signing =
        (struct signing){.scope = {.region = S3A_STR_INIT(REGION), .service = S3A_STR_INIT("s3")}};
    s3a_date_basic((call->time_ms ? call->time_ms : s3a_clock_wall_ms()) + call->skew_ms,
                   signing->date);
    signing->scope.date = s3a_str_of(signing->date);
    s3a_sha256(call->body, sha256);
    s3a_hex(sha256, sizeof(sha256), signing->hash);
    snprintf(signing->host, sizeof(signing->host), "127.0.0.1:%u", s3a_server_port(server));
    signing->credentials.access_key = s3a_str_of(access_key);
    signing->credentials.secret_key = s3a_str_of(secret_key);
    signing->request.method = s3a_str_of(call->method ? call->method : "GET");
    signing->request.path = s3a_str_of(call->path ? call->path : "/");
    signing->request.query = s3a_str_of(call->query ? call->query : "");
    signing->request.headers = signing->headers;
    add_header(signing, "host", call->host ? call->host : signing->host);
}

void call_write_head(const struct s3a_server *server, const struct call *call, struct s3a_buf *buf)
{
    struct signing signing;
    struct s3a_sigv4_key key = {0};
    struct s3a_buf authorization;

    prepare(server, call, &signing);
    signing.request.payload_hash =
        s3a_str_of(call->payload_hash ? call->payload_hash : signing.hash);
    add_header(&signing, "x-amz-date", signing.date);
    add_header(&signing, "x-amz-content-sha256", signing.request.payload_hash.data);
    for (size_t i = 0; i < CALL_HEADERS_MAX && call->headers[i].name; i++) {
        add_header(&signing, call->headers[i].name, call->headers[i].value);
    }
    s3a_buf_init(&authorization, HEAD_SIZE_MAX);
    s3a_sigv4_authorization(&authorization, &key, &signing.credentials, &signing.scope,
                            &signing.request);
    assert_int_equal(authorization.status, S3A_OK);
    if (call->is_broken) {
        char *last = &authorization.data[authorization.size - 1];
        *last = *last == '0' ? '1' : '0';
    }
    s3a_buf_append_format(buf, "%.*s %.*s%s%.*s HTTP/1.1\r\n", S3A_STR_ARG(signing.request.method),
                          S3A_STR_ARG(signing.request.path), call->query ? "?" : "",
                          S3A_STR_ARG(signing.request.query));
    for (size_t i = 0; i < signing.request.header_count; i++) {
        s3a_buf_append_format(buf, "%.*s: %.*s\r\n", S3A_STR_ARG(signing.headers[i].name),
                              S3A_STR_ARG(signing.headers[i].value));
    }
    if (!call->no_length && (call->body.data || s3a_str_is(signing.request.method, "PUT"))) {
        s3a_buf_append_format(buf, "Content-Length: %zu\r\n", call->body.size);
    }
    s3a_buf_append_format(buf, "Authorization: %s\r\n\r\n", s3a_buf_text(&authorization));
    s3a_buf_fini(&authorization);
    assert_int_equal(buf->status, S3A_OK);
}

void call_write_presigned(const struct s3a_server *server, const struct call *call,
                          uint32_t expires_seconds, struct s3a_buf *buf)
{
    struct signing signing;
    struct s3a_sigv4_key key = {0};

    prepare(server, call, &signing);
    signing.request.payload_hash = S3A_STR(S3A_UNSIGNED_PAYLOAD);
    s3a_buf_append(buf, signing.request.path);
    s3a_buf_append_byte(buf, '?');
    s3a_sigv4_presign(buf, &key, &signing.credentials, &signing.scope, &signing.request,
                      expires_seconds);
    assert_int_equal(buf->status, S3A_OK);
}

void call_make(const struct s3a_server *server, struct peer *peer, const struct call *call,
               struct peer_answer *ret_answer)
{
    struct s3a_buf head;

    s3a_buf_init(&head, HEAD_SIZE_MAX);
    call_write_head(server, call, &head);
    peer_send(peer, s3a_buf_str(&head));
    peer_send(peer, call->body);
    s3a_buf_fini(&head);
    peer_receive(peer, call->method && strcmp(call->method, "HEAD") == 0, ret_answer);
}

int call_status(const struct s3a_server *server, const struct call *call)
{
    struct peer peer;
    struct peer_answer answer;
    int status;

    peer_open(&peer, server);
    call_make(server, &peer, call, &answer);
    status = answer.status;
    peer_answer_fini(&answer);
    peer_close(&peer);
    return status;
}
