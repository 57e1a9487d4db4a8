/* SPDX-License-Identifier: MIT */
#include "request.h"

#include <stdlib.h>
#include <string.h>

#include "error.h"
#include "name.h"

void s3a_request_free(struct s3a_request *request)
{
    if (!request) {
        return;
    }
    if (request->release) {
        request->release(request);
    }
    s3a_call_fini(&request->call);
    s3a_pool_fini(&request->pool);
    free(request);
}

void s3a_request_end(struct s3a_request *request, enum s3a_status status,
                     const struct s3a_error *error)
{
    s3a_loop_timer_clear(request->client->loop, &request->timer);
    s3a_list_remove(&request->link);
    struct s3a_future *future = request->future;
    s3a_request_free(request);
    s3a_future_complete(future, status, error);
}

void s3a_request_send(struct s3a_request *request)
{
    s3a_call_clear_answer(&request->call);
    request->is_sent = true;
    s3a_observer_send(&request->client->observer, request->client->transport, &request->call);
}

void s3a_request_rest(struct s3a_request *request, uint64_t until_ms)
{
    s3a_loop_timer_set(request->client->loop, &request->timer, until_ms);
}

void s3a_request_abandon(struct s3a_request *request)
{
    if (request->is_sent) {
        request->is_sent = false;
        s3a_observer_abandon(&request->client->observer, request->client->transport,
                             &request->call);
    }
}

static void finish(struct s3a_request *request)
{
    struct s3a_error error;
    enum s3a_status status;

    s3a_error_clear(&error);
    if (request->finish) {
        status = request->finish(request, &error);
    } else {
        status = s3a_answer_error(&request->call.op, &request->call.answer, &error);
    }
    s3a_request_end(request, status, &error);
}

/* Without waiting for anything. */
static void end_early(struct s3a_request *request)
{
    struct s3a_error error;
    bool in_doubt = request->may_be_applied
                        ? request->may_be_applied(request)
                        : request->is_sent && s3a_op_is_write(request->call.op.kind);

    s3a_request_abandon(request);
    (void)s3a_error_set(&error, in_doubt ? S3A_IN_DOUBT : S3A_CANCELLED,
                        in_doubt ? "cancelled after it was sent: it may still be applied"
                                 : "cancelled");
    s3a_request_end(request, error.status, &error);
}

static void try(struct s3a_request *request)
{
    s3a_request_send(request);
    if (request->deadline_ms != UINT64_MAX) {
        s3a_request_rest(request, request->deadline_ms);
    }
}

/* The deadline of all tries is over. */
static void end_late(struct s3a_request *request)
{
    struct s3a_error error;
    bool in_doubt = s3a_op_is_write(request->call.op.kind);

    s3a_request_abandon(request);
    (void)s3a_error_set(&error, in_doubt ? S3A_IN_DOUBT : S3A_TIMEOUT,
                        "no clear answer within %lu ms, in %lu tries%s",
                        (unsigned long)request->client->total_timeout_ms,
                        (unsigned long)request->retry.retries + 1,
                        in_doubt ? ": it may still be applied" : "");
    s3a_request_end(request, error.status, &error);
}

static void step(struct s3a_request *request, enum s3a_request_event event)
{
    uint64_t again_ms;

    if (request->step) {
        request->step(request, event);
        return;
    }
    switch (event) {
    case S3A_REQUEST_STARTED:
        try(request);
        break;
    case S3A_REQUEST_WOKEN:
        if (request->is_sent) {
            end_late(request);
        } else {
            try(request);
        }
        break;
    case S3A_REQUEST_ANSWERED:
        again_ms = s3a_request_retry_ms(request);
        if (again_ms > 0) {
            s3a_request_rest(request, again_ms);
        } else {
            finish(request);
        }
        break;
    case S3A_REQUEST_CANCELLED:
        end_early(request);
        break;
    }
}

static void answered(struct s3a_call *call)
{
    struct s3a_request *request = s3a_list_entry(call, struct s3a_request, call);

    request->is_sent = false;
    step(request, S3A_REQUEST_ANSWERED);
}

static void woken(struct s3a_timer *timer)
{
    step(s3a_list_entry(timer, struct s3a_request, timer), S3A_REQUEST_WOKEN);
}

static void cancel(void *producer)
{
    step(producer, S3A_REQUEST_CANCELLED);
}

static void start(struct s3a_task *task)
{
    struct s3a_request *request = s3a_list_entry(task, struct s3a_request, task);
    struct s3a_client *client = request->client;
    uint64_t now_ms = s3a_loop_now_ms(client->loop);

    s3a_list_append(&client->requests, &request->link);
    request->deadline_ms = client->total_timeout_ms > 0
                               ? now_ms + request->pause_ms + client->total_timeout_ms
                               : UINT64_MAX;
    if (client->is_ending) {
        struct s3a_error error;
        (void)s3a_error_set(&error, S3A_CANCELLED, "cancelled: the client is being freed");
        s3a_request_end(request, S3A_CANCELLED, &error);
    } else if (request->pause_ms > 0) {
        s3a_request_rest(request, now_ms + request->pause_ms);
    } else {
        step(request, S3A_REQUEST_STARTED);
    }
}

enum s3a_status s3a_request_new(struct s3a_client *client, enum s3a_op_kind kind,
                                const char *bucket, const char *key,
                                struct s3a_request **ret_request, struct s3a_error *error)
{
    enum s3a_status status = s3a_client_check(client, error);
    struct s3a_request *request;

    *ret_request = NULL;
    if (status == S3A_OK && (bucket || kind != S3A_OP_LIST_BUCKETS)) {
        status = s3a_bucket_check(s3a_str_of(bucket), error);
    }
    if (status == S3A_OK && kind >= S3A_OP_GET_OBJECT) { /* those on objects come last */
        status = s3a_key_check(s3a_str_of(key), error);
    }
    if (status != S3A_OK) {
        return status;
    }
    request = calloc(1, sizeof(*request));
    if (!request) {
        return s3a_error_set_no_memory(error);
    }
    request->client = client;
    request->task.run = start;
    request->timer.fire = woken;
    s3a_list_init(&request->link);
    s3a_call_init(&request->call, client->body_bytes_max, answered);
    request->call.op.kind = kind;
    if (!s3a_request_copy(request, bucket, &request->call.op.bucket) ||
        !s3a_request_copy(request, key, &request->call.op.key)) {
        s3a_request_free(request);
        return s3a_error_set_no_memory(error);
    }
    *ret_request = request;
    return S3A_OK;
}

bool s3a_request_copy(struct s3a_request *request, const char *text, struct s3a_str *ret_copy)
{
    *ret_copy = text ? s3a_pool_copy(&request->pool, s3a_str_of(text)) : s3a_str_make(NULL, 0);
    return !text || ret_copy->data;
}

struct s3a_future *s3a_request_start(struct s3a_request *request)
{
    request->future = s3a_future_new(request->client->loop, cancel, request);
    struct s3a_future *future = request->future;

    if (future) {
        s3a_loop_post(request->client->loop, &request->task);
    } else {
        s3a_request_free(request);
    }
    return future;
}

void s3a_requests_cancel(struct s3a_client *client)
{
    while (!s3a_list_is_empty(&client->requests)) {
        end_early(s3a_list_entry(client->requests.next, struct s3a_request, link));
    }
}
