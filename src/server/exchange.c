/* SPDX-License-Identifier: MIT */
#include "exchange.h"

#include <errno.h>
#include <sys/socket.h>

#include "check.h"
#include "admin.h"
#include "admit.h"
#include "clock.h"
#include "misbehave.h"
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
 * On request (faults.h) an exchange is held back before its operation, or before its answer, until
 * it is released:
 *
 *    BODY, COMMITTED ──► HELD ──► RELEASED ──► as if nothing had been, or the connection is closed
 *
 * libmicrohttpd calls once with the head, once for each piece of the body, once at its end, and
 * again each time the connection is resumed. All of it happens in the thread of the front, except
 * for on_written().
 */

#define state_is(exchange, name) ((exchange)->state == S3A_EXCHANGE_##name)

static struct MHD_Response *make_response(struct s3a_exchange *exchange)
{
    struct s3a_answer *answer = &exchange->answer;

    if (exchange->page && answer->code == S3A_CODE_NONE) {
        return s3a_reply_make_page(exchange->page->content_type, answer->request_id,
                                   &exchange->xml);
    }
    return s3a_misbehave_reply(exchange);
}

/* Of its body. */
static uint64_t reply_size(const struct s3a_exchange *exchange)
{
    const struct s3a_answer *answer = &exchange->answer;

    if (s3a_str_is(exchange->head.request.method, "HEAD") || answer->http_status == 304) {
        return 0;
    }
    return answer->code == S3A_CODE_NONE && !exchange->page &&
                   exchange->op.kind == S3A_OP_GET_OBJECT
               ? answer->range_size
               : exchange->xml.size;
}

static enum MHD_Result answer(struct s3a_exchange *exchange)
{
    struct MHD_Response *response = make_response(exchange);
    enum MHD_Result result;

    exchange->state = S3A_EXCHANGE_ANSWERED;
    exchange->bytes_out = reply_size(exchange);
    exchange->is_answered = response != NULL;
    if (!response) {
        return MHD_NO;
    }
    if (exchange->head.message || exchange->is_surplus) {
        /* Where the head is none, nobody can tell where the next one begins. */
        (void)MHD_add_response_header(response, MHD_HTTP_HEADER_CONNECTION, "close");
    }
    result =
        MHD_queue_response(exchange->connection, (unsigned)exchange->answer.http_status, response);
    MHD_destroy_response(response);
    return result;
}

/* What came of the body is gone before anybody is told so. */
static void fail(struct s3a_exchange *exchange, enum s3a_code code, const char *message)
{
    if (exchange->is_explained) {
        exchange->is_explained = false;
    } else if (message) {
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

    if (head->message || head->is_chunked || head->waits_for_100 ||
        head->length > S3A_DROPPED_SIZE_MAX || exchange->front->is_closing) {
        return answer(exchange);
    }
    exchange->state = S3A_EXCHANGE_DROPPING;
    return MHD_YES;
}

static enum MHD_Result on_head(struct s3a_exchange *exchange, const char *method)
{
    const char *message;
    enum s3a_code code;

    s3a_list_append(&exchange->front->requests, &exchange->under_way);
    code = s3a_admit(exchange, method, &message);
    if (code != S3A_CODE_NONE) {
        fail(exchange, code, message);
        return refuse(exchange);
    }
    s3a_misbehave_begin(exchange);
    exchange->state = S3A_EXCHANGE_BODY;
    return MHD_YES;
}

static enum MHD_Result on_bytes(struct s3a_exchange *exchange, struct s3a_str bytes)
{
    exchange->bytes_in += bytes.size;
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

/* False: the answer says what is wrong with it. */
static bool take_document(struct s3a_exchange *exchange)
{
    struct s3a_str document;
    enum s3a_code code = s3a_body_read(&exchange->body, &exchange->pool, &document);

    if (code != S3A_CODE_NONE) {
        fail(exchange, code, NULL);
        return false;
    }
    code = s3a_op_decode_document(document, &exchange->pool, &exchange->op, &exchange->answer);
    exchange->answer.date_ms = s3a_objects_now_ms(exchange->front->objects);
    if (code == S3A_CODE_NONE) {
        code = s3a_misbehave_document(exchange);
        if (code != S3A_CODE_NONE) {
            fail(exchange, code, NULL);
        }
    }
    return code == S3A_CODE_NONE;
}

/* On request. True: *ret_result is what becomes of it for now. */
static bool goes_wrong(struct s3a_exchange *exchange, bool is_applied, enum MHD_Result *ret_result)
{
    *ret_result = MHD_NO;
    switch (s3a_misbehave(exchange, is_applied)) {
    case S3A_MISBEHAVE_NOT:
        return false;
    case S3A_MISBEHAVE_HOLD:
        exchange->state = S3A_EXCHANGE_HELD;
        exchange->is_applied = is_applied;
        MHD_suspend_connection(exchange->connection);
        *ret_result = MHD_YES;
        break;
    case S3A_MISBEHAVE_FAIL:
        fail(exchange, exchange->faults.code, NULL);
        exchange->answer.http_status = exchange->faults.http_status;
        *ret_result = answer(exchange);
        break;
    case S3A_MISBEHAVE_CUT:
        break;
    }
    return true;
}

static enum MHD_Result conclude(struct s3a_exchange *exchange)
{
    enum MHD_Result result;

    return goes_wrong(exchange, true, &result) ? result : answer(exchange);
}

static enum MHD_Result perform(struct s3a_exchange *exchange)
{
    struct s3a_objects *objects = exchange->front->objects;
    enum MHD_Result result;

    if (goes_wrong(exchange, false, &result)) {
        return result;
    }
    if (!s3a_op_is_write(exchange->op.kind)) {
        s3a_objects_read_in_turn(objects, &exchange->front->reads, &exchange->op,
                                 &exchange->answer);
        return conclude(exchange);
    }
    exchange->write = (struct s3a_write){
        .op = &exchange->op,
        .body = s3a_op_body(exchange->op.kind) == S3A_BODY_OBJECT ? &exchange->body.spool : NULL,
        .answer = &exchange->answer,
        .done = on_written,
        .user = exchange,
    };
    exchange->state = S3A_EXCHANGE_COMMITTING;
    MHD_suspend_connection(exchange->connection);
    s3a_objects_submit(objects, &exchange->write);
    return MHD_YES;
}

/* The end of what came: is it all there and as announced? */
static enum s3a_code end_body(struct s3a_exchange *exchange, const char **ret_message)
{
    enum s3a_code code = S3A_CODE_NONE;

    *ret_message = NULL;
    if (exchange->body.is_spooled) {
        code = s3a_body_end(&exchange->body);
    }
    if (code == S3A_CODE_NONE && exchange->page) {
        code = s3a_admin_answer(exchange, ret_message);
    }
    return code;
}

static enum MHD_Result on_end(struct s3a_exchange *exchange)
{
    const char *message;

    if (state_is(exchange, DROPPING)) {
        return answer(exchange);
    }
    enum s3a_code code = end_body(exchange, &message);
    if (code != S3A_CODE_NONE) {
        fail(exchange, code, message);
    }
    if (code != S3A_CODE_NONE || exchange->page) {
        return answer(exchange);
    }
    if (s3a_op_body(exchange->op.kind) == S3A_BODY_OBJECT) {
        exchange->op.checksum = s3a_body_checksum(&exchange->body);
    }
    if (s3a_op_body(exchange->op.kind) == S3A_BODY_DOCUMENT && !take_document(exchange)) {
        return answer(exchange);
    }
    return perform(exchange);
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
        return conclude(exchange);
    case S3A_EXCHANGE_RELEASED:
        return exchange->is_applied ? conclude(exchange) : perform(exchange);
    case S3A_EXCHANGE_COMMITTING:
    case S3A_EXCHANGE_HELD:
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

void s3a_exchange_release(struct s3a_exchange *exchange)
{
    s3a_check(state_is(exchange, HELD));
    exchange->state = S3A_EXCHANGE_RELEASED;
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

bool s3a_exchange_outcome(const struct s3a_exchange *exchange, bool is_complete,
                          struct s3a_request_outcome *ret_outcome)
{
    *ret_outcome = (struct s3a_request_outcome){
        .kind = exchange->page         ? S3A_METRICS_PAGE
                : exchange->is_decoded ? (unsigned)exchange->op.kind
                                       : S3A_METRICS_OTHER,
        .http_status = exchange->answer.http_status,
        .duration_us = s3a_clock_us() - exchange->start_us,
        .bytes_in = exchange->bytes_in,
        .bytes_out = exchange->bytes_out,
        .is_complete = is_complete,
    };
    return exchange->is_answered;
}
