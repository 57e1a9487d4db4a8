/* SPDX-License-Identifier: MIT */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "error.h"
#include "random.h"
#include "store_state.h"
#include "write_lanes.h"

/* A write on its way: the machine decides, this does. Lives in the request's pool. */
struct writing {
    struct s3a_store_write write;
    struct s3a_put_machine machine;
    struct s3a_op put;
    struct s3a_history history;
    char if_match[S3A_PUT_ETAG_SIZE_MAX + 1];
    char fence[21];
    struct s3a_error story; /* of the last PUT that failed */
    int lane;               /* see s3a_write_lane_take() */
    bool is_clear;          /* it has ended, and is not in doubt */
    bool was_in_doubt;
};

static struct s3a_put_event event_of(struct s3a_request *request, struct s3a_history *history)
{
    const struct s3a_answer *answer = &request->call.answer;

    s3a_history_of(answer, history);
    return (struct s3a_put_event){.kind = S3A_PUT_ANSWER,
                                  .status = answer->status,
                                  .etag = answer->etag,
                                  .history = history->text};
}

static void send_put(struct s3a_request *request)
{
    struct writing *writing = request->user;
    const struct s3a_put_machine *machine = &writing->machine;
    struct s3a_str etag = s3a_str_of(machine->terms.etag);

    request->call.op = writing->put;
    request->call.body = writing->write.body;
    if (machine->terms.condition == S3A_PUT_IF_MATCH) {
        if (machine->bare_etag) {
            etag = s3a_str_make(etag.data + 1, etag.size - 2);
        }
        memcpy(writing->if_match, etag.data, etag.size);
        request->call.op.if_match = s3a_str_make(writing->if_match, etag.size);
    }
    s3a_request_send(request);
}

static void send_look(struct s3a_request *request)
{
    struct writing *writing = request->user;

    request->call.op = (struct s3a_op){
        .kind = S3A_OP_HEAD_OBJECT, .bucket = writing->put.bucket, .key = writing->put.key};
    request->call.body = s3a_str_make(NULL, 0);
    s3a_request_send(request);
}

/* What the last PUT came to, as far as it tells why the write ended so. */
static void tell(const struct writing *writing, enum s3a_status status, struct s3a_error *error)
{
    const struct s3a_op *op = &writing->put;

    *error = writing->story;
    error->status = status;
    if (status == S3A_OK) {
        s3a_error_clear(error);
    } else if (status == S3A_CANCELLED) {
        (void)s3a_error_set(error, status, "cancelled; it was not written");
    } else if (status == S3A_IN_DOUBT) {
        s3a_error_prefix(error, "whether it was written could not be found out, read it first");
        s3a_store_error_place(error, op->bucket.data, op->key.data);
    }
}

static void count_doubt(struct s3a_request *request, enum s3a_status status)
{
    struct s3a_observer *observer = &request->client->observer;
    const struct writing *writing = request->user;

    if (status == S3A_IN_DOUBT) {
        s3a_observer_count(observer, doubts_open);
        s3a_observer_log_op(observer, S3A_LOG_WARNING, &writing->put,
                            "whether it was written could not be found out");
        return;
    }
    if (!writing->was_in_doubt) {
        return;
    }
    if (status == S3A_OK) {
        s3a_observer_count(observer, doubts_applied);
    } else {
        s3a_observer_count(observer, doubts_not_applied);
    }
    s3a_observer_log_op(observer, S3A_LOG_INFO, &writing->put, "was in doubt: %s",
                        status == S3A_OK ? "it is written" : s3a_status_text(status));
}

static void end(struct s3a_request *request, enum s3a_status status)
{
    struct writing *writing = request->user;
    struct s3a_error error;

    writing->is_clear = status != S3A_IN_DOUBT;
    count_doubt(request, status);
    tell(writing, status, &error);
    if (status == S3A_OK) {
        writing->write.written(&writing->write, &writing->machine, &writing->history,
                               &request->call.answer);
    }
    s3a_request_end(request, status, &error);
}

static void note_story(struct s3a_request *request)
{
    struct writing *writing = request->user;
    const struct s3a_call *call = &request->call;

    if (call->op.kind == S3A_OP_PUT_OBJECT && call->answer.status != S3A_OK) {
        (void)s3a_answer_error(&call->op, &call->answer, &writing->story);
    }
}

/* When a PUT that was not carried out is made again, where the machine has no opinion of its own:
 * it has one as soon as a try is in doubt. */
static uint64_t again_ms(struct s3a_request *request)
{
    const struct writing *writing = request->user;
    const struct s3a_put_machine *machine = &writing->machine;
    enum s3a_status status = request->call.answer.status;
    bool is_open = request->call.op.kind != S3A_OP_PUT_OBJECT || machine->doubt ||
                   machine->terms.is_patient || status == S3A_RACE;

    return is_open ? 0 : s3a_request_retry_ms(request);
}

static void step(struct s3a_request *request, enum s3a_request_event what)
{
    struct writing *writing = request->user;
    struct s3a_put_event event = {.kind = S3A_PUT_START};
    struct s3a_put_action action;
    struct s3a_history history;

    if (what == S3A_REQUEST_ANSWERED) {
        note_story(request);
        event = event_of(request, &history);
        event.again_ms = again_ms(request);
    } else if (what != S3A_REQUEST_STARTED) {
        event.kind = what == S3A_REQUEST_WOKEN ? S3A_PUT_WAKE : S3A_PUT_CANCEL;
    }
    event.now_ms = s3a_loop_now_ms(request->client->loop);
    s3a_put_step(&writing->machine, &event, &action);
    writing->was_in_doubt = writing->was_in_doubt || writing->machine.doubt;
    if (action.abandon) {
        s3a_request_abandon(request);
    }
    if (action.request == S3A_PUT_REQUEST_PUT) {
        send_put(request);
    } else if (action.request == S3A_PUT_REQUEST_LOOK) {
        send_look(request);
    } else if (action.ended) {
        end(request, action.status);
    } else if (action.wake_ms > 0) {
        s3a_request_rest(request, action.wake_ms);
    }
}

static bool may_be_applied(const struct s3a_request *request)
{
    const struct writing *writing = request->user;

    return s3a_put_may_be_applied(&writing->machine);
}

static void release(struct s3a_request *request)
{
    struct writing *writing = request->user;

    s3a_write_lane_give(&request->client->write_lanes, writing->lane, writing->is_clear);
    free(writing->write.bytes);
}

int64_t s3a_store_written_ms(const struct s3a_put_machine *machine, const struct s3a_answer *answer)
{
    return machine->superseded || answer->modified_ms == S3A_TIME_NONE ? 0 : answer->modified_ms;
}

static enum s3a_status set_terms(struct s3a_write_lanes *lanes, struct writing *writing,
                                 struct s3a_error *error)
{
    static const struct s3a_history nothing;
    const struct s3a_store_write *write = &writing->write;
    struct s3a_put_terms terms = {.condition = write->condition, .is_patient = write->is_patient};
    enum s3a_status status = S3A_OK;

    writing->lane = s3a_write_lane_take(lanes, terms.id);
    if (write->before) {
        terms.knows_before = true;
        terms.before = *write->before;
    }
    s3a_history_make(terms.id, write->before ? write->before : &nothing, &writing->history);
    if (write->condition == S3A_PUT_IF_MATCH) {
        status = s3a_etag_quote(write->etag, terms.etag, error);
    }
    s3a_put_machine_init(&writing->machine, &terms, s3a_random_uint64(), false);
    return status;
}

static enum s3a_status set_op(struct s3a_request *request, struct writing *writing,
                              struct s3a_error *error)
{
    const struct s3a_store_write *write = &writing->write;
    struct s3a_op *put = &writing->put;
    struct s3a_str type = s3a_str_make(NULL, 0);

    *put = request->call.op;
    put->body_size = write->body.size;
    if (write->condition == S3A_PUT_IF_ABSENT) {
        put->if_none_match = S3A_STR("*");
    }
    if (!s3a_request_copy(request, write->content_type, &type)) {
        return s3a_error_set_no_memory(error);
    }
    if (type.data && !s3a_header_is_valid(S3A_STR("content-type"), type)) {
        return s3a_error_set(error, S3A_INVALID,
                             "the codec's content_type: it holds control characters");
    }
    if (type.data) {
        (void)s3a_headers_add(&put->headers, S3A_STR("content-type"), type);
    }
    (void)s3a_headers_add(&put->headers, S3A_STR(S3A_WRITE_ID_HEADER),
                          s3a_str_of(writing->history.text));
    if (write->fence > 0) {
        snprintf(writing->fence, sizeof(writing->fence), "%" PRIu64, write->fence);
        (void)s3a_headers_add(&put->headers, S3A_STR(S3A_FENCE_HEADER), s3a_str_of(writing->fence));
    }
    return S3A_OK;
}

enum s3a_status s3a_store_write_start(struct s3a_store *store, const struct s3a_store_write *write,
                                      struct s3a_future **ret_future, struct s3a_error *error)
{
    struct s3a_request *request;
    struct writing *writing;
    enum s3a_status status = s3a_request_new(store->client, S3A_OP_PUT_OBJECT, write->bucket,
                                             write->key, &request, error);

    *ret_future = NULL;
    if (status != S3A_OK) {
        free(write->bytes);
        return status;
    }
    writing = s3a_pool_alloc(&request->pool, sizeof(*writing));
    if (!writing) {
        free(write->bytes);
        s3a_request_free(request);
        return s3a_error_set_no_memory(error);
    }
    writing->write = *write;
    request->user = writing;
    request->step = step;
    request->may_be_applied = may_be_applied;
    request->release = release;
    status = set_terms(&store->client->write_lanes, writing, error);
    if (status == S3A_OK) {
        status = set_op(request, writing, error);
    }
    if (status != S3A_OK) {
        s3a_request_free(request);
        return status;
    }
    *ret_future = s3a_request_start(request);
    return *ret_future ? S3A_OK : s3a_error_set_no_memory(error);
}
