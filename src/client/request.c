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
    s3a_call_fini(&request->call);
    s3a_pool_fini(&request->pool);
    free(request);
}

/* Loop's thread: it is over. */
static void end(struct s3a_request *request, enum s3a_status status, struct s3a_error *error)
{
    s3a_list_remove(&request->link);
    struct s3a_future *future = request->future;
    s3a_request_free(request);
    s3a_future_complete(future, status, error);
}

static void answered(struct s3a_call *call)
{
    struct s3a_request *request = s3a_list_entry(call, struct s3a_request, call);
    struct s3a_error error;
    enum s3a_status status;

    s3a_error_clear(&error);
    if (request->finish) {
        status = request->finish(request, &error);
    } else {
        status = s3a_answer_error(&call->op, &call->answer, &error);
    }
    end(request, status, &error);
}

static void cancel(void *producer)
{
    struct s3a_request *request = producer;
    struct s3a_error error;
    bool in_doubt = request->is_sent && s3a_op_is_write(request->call.op.kind);

    if (request->is_sent) {
        request->client->transport->abandon(request->client->transport, &request->call);
    }
    end(request,
        s3a_error_set(&error, in_doubt ? S3A_IN_DOUBT : S3A_CANCELLED,
                      in_doubt ? "cancelled after it was sent: it may still be applied"
                               : "cancelled"),
        &error);
}

static void start(struct s3a_task *task)
{
    struct s3a_request *request = s3a_list_entry(task, struct s3a_request, task);
    struct s3a_client *client = request->client;

    s3a_list_append(&client->requests, &request->link);
    if (client->is_ending) {
        cancel(request);
        return;
    }
    request->is_sent = true;
    client->transport->send(client->transport, &request->call);
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
        cancel(s3a_list_entry(client->requests.next, struct s3a_request, link));
    }
}
