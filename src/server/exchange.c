/* SPDX-License-Identifier: MIT */
#include "exchange.h"

#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>

#include "check.h"
#include "clock.h"
#include "reply.h"

/*
 *           accepted          all there, a write          done by the writer
 *    HEAD ───────────► BODY ───────────► COMMITTING ───────────► COMMITTED
 *     │ │                │                                            │
 *     │ │ refused; the   ├── all there, a read; or a wrong digest ──┐ │
 *     │ │ rest is short  │ the store cannot take it                 │ │
 *     │ └──────────────► DROPPING ── all there ──────────────────┐  │ │
 *     │                                                          ▼  ▼ ▼
 *     └── refused; the client waits to be asked for the body, ──► ANSWERED
 *         or it is long: the connection is closed behind it
 *
 * libmicrohttpd calls once with the head, once for each piece of the body, once at its end, and
 * again each time the connection is resumed. All of it happens in the thread of the front, except
 * for on_written().
 */

#define state_is(exchange, name) ((exchange)->state == S3A_EXCHANGE_##name)

static enum MHD_Result answer(struct s3a_exchange *exchange)
{
    struct MHD_Response *response =
        s3a_reply_make(&exchange->op, &exchange->answer, exchange->head.request.path,
                       &exchange->pool, &exchange->xml);
    enum MHD_Result result;

    exchange->state = S3A_EXCHANGE_ANSWERED;
    if (!response) {
        return MHD_NO;
    }
    result =
        MHD_queue_response(exchange->connection, (unsigned)exchange->answer.http_status, response);
    MHD_destroy_response(response);
    return result;
}

/* What came of the body is gone before anybody is told so. */
static void fail(struct s3a_exchange *exchange, enum s3a_code code, const char *message)
{
    if (message) {
        s3a_answer_fail_message(&exchange->answer, code, "%s", message);
    } else {
        s3a_answer_fail(&exchange->answer, code);
    }
    exchange->answer.date_ms = s3a_objects_now_ms(exchange->front->objects);
    s3a_body_fini(&exchange->body);
}

/* The answer stands before the body was read. */
static enum MHD_Result refuse(struct s3a_exchange *exchange)
{
    const struct s3a_head *head = &exchange->head;

    if (head->is_chunked || head->waits_for_100 || head->length > S3A_DROPPED_SIZE_MAX ||
        exchange->front->is_closing) {
        return answer(exchange);
    }
    exchange->state = S3A_EXCHANGE_DROPPING;
    return MHD_YES;
}

static enum MHD_Result add_header(void *user, enum MHD_ValueKind kind, const char *name,
                                  const char *value)
{
    (void)kind;
    s3a_head_add(user, s3a_str_of(name), s3a_str_of(value));
    return MHD_YES;
}

static enum s3a_code read_head(struct s3a_exchange *exchange, const char *method,
                               const char **ret_message)
{
    int count = MHD_get_connection_values(exchange->connection, MHD_HEADER_KIND, NULL, NULL);
    struct s3a_head *head = &exchange->head;

    s3a_head_init(head, &exchange->pool, s3a_str_of(method), exchange->target,
                  count > 0 ? (size_t)count : 0);
    MHD_get_connection_values(exchange->connection, MHD_HEADER_KIND, add_header, head);
    enum s3a_code code = s3a_head_end(head);
    *ret_message = head->message;
    if (code == S3A_CODE_NONE && !s3a_head_method_is_known(head)) {
        code = S3A_CODE_METHOD_NOT_ALLOWED;
    }
    return code;
}

static enum s3a_code authenticate(struct s3a_exchange *exchange, struct s3a_sigv4_claim *ret_claim,
                                  const char **ret_message)
{
    const struct s3a_http_incoming *head = &exchange->head.request;
    struct s3a_sigv4_incoming incoming = {head->method, head->path, head->query, head->headers,
                                          head->header_count};

    return s3a_auth_check(&exchange->front->auth, &exchange->pool, &incoming, s3a_clock_wall_ms(),
                          s3a_objects_now_ms(exchange->front->objects), ret_claim, ret_message);
}

static struct s3a_str find_header(const struct s3a_head *head, const char *name)
{
    for (size_t i = 0; i < head->request.header_count; i++) {
        if (s3a_str_is(head->headers[i].name, name)) {
            return head->headers[i].value;
        }
    }
    return s3a_str_make(NULL, 0);
}

static enum s3a_code begin_body(struct s3a_exchange *exchange, const struct s3a_sigv4_claim *claim)
{
    const struct s3a_head *head = &exchange->head;
    struct s3a_objects *objects = exchange->front->objects;
    struct s3a_str content_md5 = find_header(head, "content-md5");

    if (!s3a_chunks_are_announced(claim->payload_hash)) {
        return s3a_body_init(&exchange->body, objects, claim->payload_hash, content_md5);
    }
    const struct s3a_body_chunks chunks = {
        .claim = claim,
        .key = s3a_auth_signing_key(&exchange->front->auth, claim),
        .size = find_header(head, "x-amz-decoded-content-length"),
        .trailer = find_header(head, "x-amz-trailer"),
    };
    return s3a_body_init_chunks(&exchange->body, objects, &chunks, content_md5);
}

/* May this body be sent, and how will it be checked? */
static enum s3a_code announce_body(struct s3a_exchange *exchange,
                                   const struct s3a_sigv4_claim *claim, const char **ret_message)
{
    const struct s3a_head *head = &exchange->head;
    bool is_put = exchange->op.kind == S3A_OP_PUT_OBJECT;
    enum s3a_code code = S3A_CODE_NONE;

    exchange->op.body_size = head->length;
    if (is_put || head->length > 0 || head->is_chunked) {
        code = begin_body(exchange, claim);
        for (size_t i = 0; code == S3A_CODE_NONE && i < head->request.header_count; i++) {
            code = s3a_body_expect(&exchange->body, &head->headers[i]);
        }
        *ret_message = exchange->body.message;
    }
    bool in_chunks = exchange->body.is_in_chunks;
    if (in_chunks) {
        exchange->op.body_size = exchange->body.size_announced;
    }
    if (code == S3A_CODE_NONE && !in_chunks &&
        (head->is_chunked || (is_put && !head->has_length))) {
        code = S3A_CODE_MISSING_CONTENT_LENGTH;
    }
    if (code == S3A_CODE_NONE &&
        exchange->op.body_size > (is_put ? S3A_BODY_SIZE_MAX : S3A_BODY_SMALL_SIZE_MAX)) {
        code = S3A_CODE_ENTITY_TOO_LARGE;
    }
    return code;
}

static enum MHD_Result on_head(struct s3a_exchange *exchange, const char *method)
{
    struct s3a_sigv4_claim claim;
    const char *message = NULL;
    enum s3a_code code = read_head(exchange, method, &message);

    s3a_list_append(&exchange->front->requests, &exchange->under_way);
    if (code == S3A_CODE_NONE && exchange->front->is_closing) {
        code = S3A_CODE_SERVICE_UNAVAILABLE;
        message = "The server is about to stop";
    }
    if (code == S3A_CODE_NONE) {
        code = authenticate(exchange, &claim, &message);
    }
    if (code == S3A_CODE_NONE) {
        code = s3a_op_decode(&exchange->head.request, exchange->front->settings->base_domain,
                             &exchange->pool, &exchange->op, &exchange->answer);
        if (code != S3A_CODE_NONE) {
            exchange->answer.date_ms = s3a_objects_now_ms(exchange->front->objects);
            return refuse(exchange);
        }
        code = announce_body(exchange, &claim, &message);
    }
    if (code != S3A_CODE_NONE) {
        fail(exchange, code, message);
        return refuse(exchange);
    }
    exchange->state = S3A_EXCHANGE_BODY;
    return MHD_YES;
}

static enum MHD_Result on_bytes(struct s3a_exchange *exchange, struct s3a_str bytes)
{
    if (state_is(exchange, BODY)) {
        enum s3a_code code = s3a_body_append(&exchange->body, bytes);
        if (code != S3A_CODE_NONE) {
            fail(exchange, code, exchange->body.message);
            exchange->state = S3A_EXCHANGE_DROPPING;
        }
    }
    return MHD_YES;
}

/* In the writer's thread. */
static void on_written(struct s3a_write *write)
{
    struct s3a_exchange *exchange = write->user;

    s3a_front_complete(exchange->front, &exchange->completed);
}

static bool is_write(const struct s3a_op *op)
{
    switch (op->kind) {
    case S3A_OP_CREATE_BUCKET:
    case S3A_OP_DELETE_BUCKET:
    case S3A_OP_PUT_OBJECT:
    case S3A_OP_DELETE_OBJECT:
        return true;
    default:
        return false;
    }
}

static enum MHD_Result on_end(struct s3a_exchange *exchange)
{
    struct s3a_objects *objects = exchange->front->objects;
    struct s3a_body *body = &exchange->body;
    enum s3a_code code = S3A_CODE_NONE;

    if (state_is(exchange, DROPPING)) {
        return answer(exchange);
    }
    if (body->is_spooled) {
        code = s3a_body_end(body);
    }
    if (code != S3A_CODE_NONE) {
        fail(exchange, code, NULL);
        return answer(exchange);
    }
    if (!is_write(&exchange->op)) {
        s3a_objects_read_in_turn(objects, &exchange->front->reads, &exchange->op,
                                 &exchange->answer);
        return answer(exchange);
    }
    exchange->write = (struct s3a_write){
        .op = &exchange->op,
        .body = exchange->op.kind == S3A_OP_PUT_OBJECT ? &body->spool : NULL,
        .answer = &exchange->answer,
        .done = on_written,
        .user = exchange,
    };
    exchange->state = S3A_EXCHANGE_COMMITTING;
    MHD_suspend_connection(exchange->connection);
    s3a_objects_submit(objects, &exchange->write);
    return MHD_YES;
}

enum MHD_Result s3a_exchange_handle(struct s3a_exchange *exchange, const char *method,
                                    const char *bytes, size_t *size)
{
    struct s3a_str piece = s3a_str_make(bytes, *size);

    *size = 0;
    switch (exchange->state) {
    case S3A_EXCHANGE_HEAD:
        return on_head(exchange, method);
    case S3A_EXCHANGE_BODY:
    case S3A_EXCHANGE_DROPPING:
        return piece.size > 0 ? on_bytes(exchange, piece) : on_end(exchange);
    case S3A_EXCHANGE_COMMITTED:
        return answer(exchange);
    case S3A_EXCHANGE_COMMITTING:
    case S3A_EXCHANGE_ANSWERED:
        break;
    }
    return MHD_YES;
}

void s3a_exchange_resume(struct s3a_exchange *exchange)
{
    s3a_check(state_is(exchange, COMMITTING));
    exchange->state = S3A_EXCHANGE_COMMITTED;
    MHD_resume_connection(exchange->connection);
}

bool s3a_exchange_is_abandoned(const struct s3a_exchange *exchange)
{
    const union MHD_ConnectionInfo *info =
        MHD_get_connection_info(exchange->connection, MHD_CONNECTION_INFO_CONNECTION_FD);
    char byte;

    if (!state_is(exchange, BODY) && !state_is(exchange, DROPPING)) {
        return false;
    }
    ssize_t size = recv(info->connect_fd, &byte, 1, MSG_PEEK | MSG_DONTWAIT);
    return size == 0 || (size < 0 && errno != EAGAIN && errno != EINTR);
}

void s3a_exchange_withdraw(struct s3a_exchange *exchange)
{
    if (state_is(exchange, COMMITTING) &&
        s3a_objects_withdraw(exchange->front->objects, &exchange->write)) {
        fail(exchange, S3A_CODE_SERVICE_UNAVAILABLE, "The server is about to stop");
        s3a_exchange_resume(exchange);
    }
}

struct s3a_exchange *s3a_exchange_new(struct s3a_front *front, struct MHD_Connection *connection,
                                      const char *target)
{
    struct s3a_exchange *exchange = front->spare ? front->spare : calloc(1, sizeof(*exchange));

    front->spare = NULL;
    if (!exchange) {
        return NULL;
    }
    exchange->front = front;
    exchange->connection = connection;
    exchange->target = s3a_pool_copy(&exchange->pool, s3a_str_of(target));
    s3a_answer_init(&exchange->answer, S3A_INLINE_SIZE_MAX);
    s3a_buf_init(&exchange->xml, S3A_XML_SIZE_MAX);
    s3a_list_init(&exchange->completed);
    s3a_list_init(&exchange->under_way);
    if (!exchange->target.data) {
        s3a_exchange_free(exchange);
        return NULL;
    }
    snprintf(exchange->answer.request_id, sizeof(exchange->answer.request_id), "%016" PRIX64,
             front->request_id_start + front->request_count++);
    return exchange;
}

static void free_memory(struct s3a_exchange *exchange)
{
    if (exchange) {
        s3a_pool_fini(&exchange->pool);
        free(exchange);
    }
}

void s3a_exchange_free(struct s3a_exchange *exchange)
{
    if (!exchange) {
        return;
    }
    s3a_check(!state_is(exchange, COMMITTING));
    s3a_list_remove(&exchange->under_way);
    s3a_body_fini(&exchange->body);
    s3a_answer_fini(&exchange->answer);
    s3a_buf_fini(&exchange->xml);
    s3a_pool_clear(&exchange->pool);
    struct s3a_front *front = exchange->front;
    struct s3a_exchange *surplus = front->spare;
    *exchange = (struct s3a_exchange){.pool = exchange->pool};
    front->spare = exchange;
    free_memory(surplus);
}

void s3a_exchange_free_spare(struct s3a_front *front)
{
    free_memory(front->spare);
    front->spare = NULL;
}
