/* SPDX-License-Identifier: MIT */
#include "test.h"

#include "fake_store.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define NOW_MS INT64_C(1790000000000)

struct flight {
    struct s3a_call *call;
    struct s3a_list link;
};

static struct fake_store *store_of(struct s3a_transport *transport)
{
    return s3a_list_entry(transport, struct fake_store, transport);
}

static void copy(struct s3a_str from, char *ret_text, size_t size)
{
    snprintf(ret_text, size, "%.*s", S3A_STR_ARG(from));
}

static void record(struct fake_store *store, const struct s3a_call *call)
{
    struct fake_request *request = &store->requests[store->request_count];

    assert_true(store->request_count < FAKE_REQUESTS_MAX);
    request->kind = call->op.kind;
    copy(call->op.if_match, request->if_match, sizeof(request->if_match));
    copy(call->op.if_none_match, request->if_none_match, sizeof(request->if_none_match));
    copy(s3a_headers_find(&call->op.headers, "expires"), request->expires,
         sizeof(request->expires));
    request->timeout_ms = call->timeout_ms;
    store->request_count++;
    pthread_cond_broadcast(&store->changed);
}

static bool is_match(const struct fake_store *store, struct s3a_str condition)
{
    char bare[sizeof(store->etag)];

    if (!store->exists) {
        return false;
    }
    copy(s3a_str_make(store->etag + 1, strlen(store->etag) - 2), bare, sizeof(bare));
    return s3a_str_is(condition, store->wants_bare_etag ? bare : store->etag);
}

static void write_body(struct fake_store *store, struct s3a_str body,
                       const struct s3a_headers *headers)
{
    assert_true(body.size < sizeof(store->body));
    memcpy(store->body, body.data ? body.data : "", body.size);
    store->body[body.size] = '\0';
    store->body_size = body.size;
    copy(s3a_headers_find(headers, "expires"), store->expires, sizeof(store->expires));
    copy(s3a_headers_find(headers, "content-type"), store->content_type,
         sizeof(store->content_type));
    copy(s3a_headers_find(headers, "x-amz-meta-s3atomic-write"), store->write_id,
         sizeof(store->write_id));
    copy(s3a_headers_find(headers, "x-amz-meta-s3atomic-fence"), store->fence,
         sizeof(store->fence));
    store->exists = true;
    snprintf(store->etag, sizeof(store->etag), "\"%u\"", ++store->version);
}

static void apply_put(struct fake_store *store, const struct s3a_call *call,
                      struct s3a_answer *answer)
{
    const struct s3a_op *op = &call->op;

    if (op->if_none_match.data && store->exists) {
        s3a_answer_fail(answer, S3A_CODE_PRECONDITION_FAILED);
    } else if (op->if_match.data && !store->exists) {
        s3a_answer_fail(answer, S3A_CODE_NO_SUCH_KEY);
    } else if (op->if_match.data && !is_match(store, op->if_match)) {
        s3a_answer_fail(answer, S3A_CODE_PRECONDITION_FAILED);
    } else {
        write_body(store, call->body, &op->headers);
        strcpy(answer->etag, store->etag);
    }
}

static void apply_delete(struct fake_store *store, const struct s3a_call *call,
                         struct s3a_answer *answer)
{
    if (call->op.if_match.data && !is_match(store, call->op.if_match)) {
        s3a_answer_fail(answer,
                        store->exists ? S3A_CODE_PRECONDITION_FAILED : S3A_CODE_NO_SUCH_KEY);
    } else {
        store->exists = false;
    }
}

static void give_header(struct s3a_answer *answer, const char *name, const char *value)
{
    if (value[0]) {
        assert_true(s3a_headers_add(&answer->headers, s3a_str_of(name),
                                    s3a_pool_copy(&answer->pool, s3a_str_of(value))));
    }
}

static void apply_get(struct fake_store *store, const struct s3a_call *call,
                      struct s3a_answer *answer)
{
    if (!store->exists) {
        s3a_answer_fail(answer, S3A_CODE_NO_SUCH_KEY);
        return;
    }
    strcpy(answer->etag, store->etag);
    if (call->op.if_none_match.data && is_match(store, call->op.if_none_match)) {
        s3a_answer_fail(answer, S3A_CODE_NOT_MODIFIED);
        return;
    }
    answer->object_size = store->body_size;
    s3a_buf_append(&answer->body, s3a_str_make(store->body, store->body_size));
    if (answer->body.status == S3A_TOO_LARGE) {
        answer->status = S3A_TOO_LARGE;
    }
    give_header(answer, "expires", store->expires);
    give_header(answer, "content-type", store->content_type);
    give_header(answer, "x-amz-meta-s3atomic-write", store->write_id);
    give_header(answer, "x-amz-meta-s3atomic-fence", store->fence);
}

static void apply(struct fake_store *store, struct s3a_call *call)
{
    struct s3a_answer *answer = &call->answer;

    answer->date_ms = NOW_MS + store->age_ms;
    answer->modified_ms = NOW_MS;
    if (call->op.kind == S3A_OP_PUT_OBJECT) {
        apply_put(store, call, answer);
    } else if (call->op.kind == S3A_OP_DELETE_OBJECT) {
        apply_delete(store, call, answer);
    } else {
        apply_get(store, call, answer);
    }
}

static void serve(struct fake_store *store, struct s3a_call *call, enum fake_fault fault)
{
    switch (fault) {
    case FAKE_NONE:
        apply(store, call);
        break;
    case FAKE_ANSWER_LOST:
        apply(store, call);
        s3a_call_clear_answer(call);
        s3a_call_fail(call, S3A_TIMEOUT, true, "no answer");
        break;
    case FAKE_OVERWRITTEN:
        apply(store, call);
        write_body(store, S3A_STR("another's"), &(struct s3a_headers){0});
        s3a_call_clear_answer(call);
        s3a_call_fail(call, S3A_TIMEOUT, true, "no answer");
        break;
    case FAKE_REQUEST_LOST:
    case FAKE_SILENCE:
        s3a_call_fail(call, S3A_TIMEOUT, true, "no answer");
        break;
    case FAKE_LATER:
        s3a_answer_fail(&call->answer, S3A_CODE_SERVICE_UNAVAILABLE);
        break;
    case FAKE_RACE:
        s3a_answer_fail(&call->answer, S3A_CODE_CONDITIONAL_REQUEST_CONFLICT);
        break;
    case FAKE_DENIED:
        s3a_answer_fail(&call->answer, S3A_CODE_ACCESS_DENIED);
        break;
    }
}

static void run(struct s3a_task *task)
{
    struct fake_store *store = s3a_list_entry(task, struct fake_store, task);
    struct s3a_list *link;

    while ((link = s3a_list_pop(&store->waiting)) != NULL) {
        struct flight *flight = s3a_list_entry(link, struct flight, link);
        struct s3a_call *call = flight->call;
        pthread_mutex_lock(&store->mutex);
        size_t at = store->request_count;
        enum fake_fault fault = at < store->script_size ? store->script[at] : FAKE_NONE;
        record(store, call);
        if (fault == FAKE_SILENCE) {
            s3a_list_append(&store->silent, &flight->link);
            pthread_mutex_unlock(&store->mutex);
            continue;
        }
        serve(store, call, fault);
        pthread_mutex_unlock(&store->mutex);
        call->flight = NULL;
        free(flight);
        s3a_call_finish(call);
    }
}

static void send(struct s3a_transport *transport, struct s3a_call *call)
{
    struct fake_store *store = store_of(transport);
    struct flight *flight = calloc(1, sizeof(*flight));

    assert_non_null(flight);
    flight->call = call;
    call->flight = flight;
    s3a_list_init(&flight->link);
    s3a_list_append(&store->waiting, &flight->link);
    s3a_loop_post(store->client->loop, &store->task);
}

static void abandon(struct s3a_transport *transport, struct s3a_call *call)
{
    struct fake_store *store = store_of(transport);
    struct flight *flight = call->flight;

    s3a_list_remove(&flight->link);
    free(flight);
    pthread_mutex_lock(&store->mutex);
    store->abandoned_count++;
    pthread_mutex_unlock(&store->mutex);
}

static void free_transport(struct s3a_transport *transport)
{
    struct fake_store *store = store_of(transport);

    assert_true(s3a_list_is_empty(&store->waiting));
    assert_true(s3a_list_is_empty(&store->silent));
}

void fake_store_open(struct fake_store *store)
{
    const struct s3a_client_options options = {.endpoint = "file:///nowhere"};
    struct s3a_error error;

    memset(store, 0, sizeof(*store));
    store->transport = (struct s3a_transport){send, abandon, free_transport};
    store->task.run = run;
    s3a_list_init(&store->waiting);
    s3a_list_init(&store->silent);
    assert_int_equal(pthread_mutex_init(&store->mutex, NULL), 0);
    assert_int_equal(pthread_cond_init(&store->changed, NULL), 0);
    assert_int_equal(s3a_client_new_over(&options, &store->transport, &store->client, &error),
                     S3A_OK);
}

void fake_store_close(struct fake_store *store)
{
    s3a_client_free(store->client);
    pthread_cond_destroy(&store->changed);
    pthread_mutex_destroy(&store->mutex);
}

int fake_store_setup(void **state)
{
    static struct fake_store store;

    fake_store_open(&store);
    *state = &store;
    return 0;
}

int fake_store_teardown(void **state)
{
    fake_store_close(*state);
    return 0;
}

void fake_store_script(struct fake_store *store, const enum fake_fault *faults, size_t count)
{
    pthread_mutex_lock(&store->mutex);
    assert_true(store->request_count + count <= FAKE_REQUESTS_MAX);
    memset(store->script, 0, sizeof(store->script));
    for (size_t i = 0; i < count; i++) {
        store->script[store->request_count + i] = faults[i];
    }
    store->script_size = store->request_count + count;
    pthread_mutex_unlock(&store->mutex);
}

void fake_store_put(struct fake_store *store, const char *body, const char *expires)
{
    pthread_mutex_lock(&store->mutex);
    struct s3a_headers headers = {0};
    if (expires) {
        (void)s3a_headers_add(&headers, S3A_STR("expires"), s3a_str_of(expires));
    }
    write_body(store, s3a_str_of(body), &headers);
    pthread_mutex_unlock(&store->mutex);
}

void fake_store_delete(struct fake_store *store)
{
    pthread_mutex_lock(&store->mutex);
    store->exists = false;
    pthread_mutex_unlock(&store->mutex);
}

void fake_store_body(struct fake_store *store, char *ret_body, size_t size)
{
    pthread_mutex_lock(&store->mutex);
    snprintf(ret_body, size, "%s", store->exists ? store->body : "");
    pthread_mutex_unlock(&store->mutex);
}

void fake_store_wait(struct fake_store *store, size_t request_count)
{
    pthread_mutex_lock(&store->mutex);
    while (store->request_count < request_count) {
        pthread_cond_wait(&store->changed, &store->mutex);
    }
    pthread_mutex_unlock(&store->mutex);
}
