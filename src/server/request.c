/* SPDX-License-Identifier: MIT */
#include "request.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

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
 * again each time the connection is resumed. All of it happens in the loop's thread, except for
 * on_written().
 */

#define state_is(request, name) ((request)->state == S3A_REQUEST_##name)

static enum MHD_Result answer(struct s3a_request *request)
{
    struct MHD_Response *response = s3a_reply_make(
        &request->op, &request->answer, request->head.request.path, &request->pool, &request->xml);
    enum MHD_Result result;

    request->state = S3A_REQUEST_ANSWERED;
    if (!response) {
        return MHD_NO;
    }
    result =
        MHD_queue_response(request->connection, (unsigned)request->answer.http_status, response);
    MHD_destroy_response(response);
    return result;
}

static void fail(struct s3a_request *request, enum s3a_code code, const char *message)
{
    if (message) {
        s3a_answer_fail_message(&request->answer, code, "%s", message);
    } else {
        s3a_answer_fail(&request->answer, code);
    }
    request->answer.date_ms = s3a_objects_now_ms(request->loop->objects);
}

/* The answer stands before the body was read. */
static enum MHD_Result refuse(struct s3a_request *request)
{
    const struct s3a_head *head = &request->head;

    if (head->is_chunked || head->waits_for_100 || head->length > S3A_DROPPED_SIZE_MAX ||
        request->loop->is_closing) {
        return answer(request);
    }
    request->state = S3A_REQUEST_DROPPING;
    return MHD_YES;
}

static enum MHD_Result add_header(void *user, enum MHD_ValueKind kind, const char *name,
                                  const char *value)
{
    (void)kind;
    s3a_head_add(user, s3a_str_of(name), s3a_str_of(value));
    return MHD_YES;
}

static enum s3a_code read_head(struct s3a_request *request, const char *method,
                               const char **ret_message)
{
    int count = MHD_get_connection_values(request->connection, MHD_HEADER_KIND, NULL, NULL);
    struct s3a_head *head = &request->head;

    s3a_head_init(head, &request->pool, s3a_str_of(method), request->target,
                  count > 0 ? (size_t)count : 0);
    MHD_get_connection_values(request->connection, MHD_HEADER_KIND, add_header, head);
    enum s3a_code code = s3a_head_end(head);
    *ret_message = head->message;
    if (code == S3A_CODE_NONE && !s3a_head_method_is_known(head)) {
        code = S3A_CODE_METHOD_NOT_ALLOWED;
    }
    return code;
}

static enum s3a_code authenticate(struct s3a_request *request, struct s3a_sigv4_claim *ret_claim,
                                  const char **ret_message)
{
    const struct s3a_http_incoming *head = &request->head.request;
    struct s3a_sigv4_incoming incoming = {head->method, head->path, head->query, head->headers,
                                          head->header_count};

    return s3a_auth_check(&request->loop->auth, &request->pool, &incoming, s3a_clock_wall_ms(),
                          s3a_objects_now_ms(request->loop->objects), ret_claim, ret_message);
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

/* May this body be sent, and how will it be checked? */
static enum s3a_code announce_body(struct s3a_request *request, struct s3a_str payload_hash,
                                   const char **ret_message)
{
    const struct s3a_head *head = &request->head;
    bool is_put = request->op.kind == S3A_OP_PUT_OBJECT;
    enum s3a_code code = S3A_CODE_NONE;

    if (is_put || head->length > 0 || head->is_chunked) {
        code = s3a_body_init(&request->body, request->loop->objects, payload_hash,
                             find_header(head, "content-md5"));
        *ret_message = request->body.message;
    }
    if (code == S3A_CODE_NONE && (head->is_chunked || (is_put && !head->has_length))) {
        code = S3A_CODE_MISSING_CONTENT_LENGTH;
    }
    if (code == S3A_CODE_NONE &&
        head->length > (is_put ? S3A_BODY_SIZE_MAX : S3A_BODY_SMALL_SIZE_MAX)) {
        code = S3A_CODE_ENTITY_TOO_LARGE;
    }
    return code;
}

static enum MHD_Result on_head(struct s3a_request *request, const char *method)
{
    struct s3a_sigv4_claim claim;
    const char *message = NULL;
    enum s3a_code code = read_head(request, method, &message);

    if (code == S3A_CODE_NONE && request->loop->is_closing) {
        code = S3A_CODE_SERVICE_UNAVAILABLE;
        message = "The server is about to stop";
    }
    if (code == S3A_CODE_NONE) {
        code = authenticate(request, &claim, &message);
    }
    if (code == S3A_CODE_NONE) {
        code = s3a_op_decode(&request->head.request, request->loop->settings->base_domain,
                             &request->pool, &request->op, &request->answer);
        if (code != S3A_CODE_NONE) {
            request->answer.date_ms = s3a_objects_now_ms(request->loop->objects);
            return refuse(request);
        }
        code = announce_body(request, claim.payload_hash, &message);
    }
    if (code != S3A_CODE_NONE) {
        fail(request, code, message);
        return refuse(request);
    }
    request->op.body_size = request->head.length;
    request->state = S3A_REQUEST_BODY;
    return MHD_YES;
}

static enum MHD_Result on_bytes(struct s3a_request *request, struct s3a_str bytes)
{
    if (state_is(request, BODY)) {
        enum s3a_code code = s3a_body_append(&request->body, bytes);
        if (code != S3A_CODE_NONE) {
            fail(request, code, request->body.message);
            request->state = S3A_REQUEST_DROPPING;
        }
    }
    return MHD_YES;
}

/* In the writer's thread. */
static void on_written(struct s3a_write *write)
{
    struct s3a_request *request = write->user;

    s3a_loop_complete(request->loop, &request->completed);
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

static enum MHD_Result on_end(struct s3a_request *request)
{
    struct s3a_objects *objects = request->loop->objects;
    struct s3a_body *body = &request->body;
    enum s3a_code code = S3A_CODE_NONE;

    if (state_is(request, DROPPING)) {
        return answer(request);
    }
    if (body->is_spooled) {
        code = s3a_body_end(body);
    }
    if (code != S3A_CODE_NONE) {
        fail(request, code, NULL);
        return answer(request);
    }
    if (!is_write(&request->op)) {
        s3a_objects_read(objects, &request->op, &request->answer);
        return answer(request);
    }
    request->write = (struct s3a_write){
        .op = &request->op,
        .body = request->op.kind == S3A_OP_PUT_OBJECT ? &body->spool : NULL,
        .answer = &request->answer,
        .done = on_written,
        .user = request,
    };
    request->state = S3A_REQUEST_COMMITTING;
    MHD_suspend_connection(request->connection);
    s3a_objects_submit(objects, &request->write);
    return MHD_YES;
}

enum MHD_Result s3a_request_handle(struct s3a_request *request, const char *method,
                                   const char *bytes, size_t *size)
{
    struct s3a_str piece = s3a_str_make(bytes, *size);

    *size = 0;
    switch (request->state) {
    case S3A_REQUEST_HEAD:
        return on_head(request, method);
    case S3A_REQUEST_BODY:
    case S3A_REQUEST_DROPPING:
        return piece.size > 0 ? on_bytes(request, piece) : on_end(request);
    case S3A_REQUEST_COMMITTED:
        return answer(request);
    case S3A_REQUEST_COMMITTING:
    case S3A_REQUEST_ANSWERED:
        break;
    }
    return MHD_YES;
}

void s3a_request_resume(struct s3a_request *request)
{
    s3a_check(state_is(request, COMMITTING));
    request->state = S3A_REQUEST_COMMITTED;
    MHD_resume_connection(request->connection);
}

void s3a_request_withdraw(struct s3a_request *request)
{
    if (state_is(request, COMMITTING) &&
        s3a_objects_withdraw(request->loop->objects, &request->write)) {
        fail(request, S3A_CODE_SERVICE_UNAVAILABLE, "The server is about to stop");
        s3a_request_resume(request);
    }
}

struct s3a_request *s3a_request_new(struct s3a_loop *loop, struct MHD_Connection *connection,
                                    const char *target)
{
    struct s3a_request *request = calloc(1, sizeof(*request));

    if (!request) {
        return NULL;
    }
    request->loop = loop;
    request->connection = connection;
    request->target = s3a_pool_copy(&request->pool, s3a_str_of(target));
    s3a_answer_init(&request->answer, S3A_INLINE_SIZE_MAX);
    s3a_buf_init(&request->xml, S3A_XML_SIZE_MAX);
    s3a_list_init(&request->completed);
    s3a_list_init(&request->under_way);
    if (!request->target.data) {
        s3a_request_free(request);
        return NULL;
    }
    s3a_list_append(&loop->requests, &request->under_way);
    snprintf(request->answer.request_id, sizeof(request->answer.request_id), "%016" PRIX64,
             loop->request_id_start + loop->request_count++);
    return request;
}

void s3a_request_free(struct s3a_request *request)
{
    if (!request) {
        return;
    }
    s3a_check(!state_is(request, COMMITTING));
    s3a_list_remove(&request->under_way);
    s3a_body_fini(&request->body);
    s3a_answer_fini(&request->answer);
    s3a_buf_fini(&request->xml);
    s3a_pool_fini(&request->pool);
    free(request);
}
