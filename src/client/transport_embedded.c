/* SPDX-License-Identifier: MIT */
#include <stdlib.h>

#include "check.h"
#include "error.h"
#include "flight.h"
#include "transport.h"

static struct s3a_embedded *embedded_of(struct s3a_transport *transport)
{
    return s3a_list_entry(transport, struct s3a_embedded, transport);
}

static void free_flight(struct s3a_flight *flight)
{
    s3a_loop_timer_clear(flight->embedded->loop, &flight->timer);
    s3a_list_remove(&flight->link);
    s3a_spool_fini(&flight->spool);
    s3a_answer_fini(&flight->answer);
    s3a_pool_fini(&flight->pool);
    free(flight);
}

/* Nobody waits for it and nothing of it is under way. */
static void end_flight(struct s3a_flight *flight)
{
    const struct s3a_spool *spool = &flight->spool;

    if (spool->objects && spool->fd >= 0 && !spool->kept) {
        s3a_loop_timer_clear(flight->embedded->loop, &flight->timer);
        flight->is_discarded = true;
        s3a_worker_enqueue(&flight->embedded->worker, flight);
    } else {
        free_flight(flight);
    }
}

void s3a_flight_back(struct s3a_flight *flight)
{
    atomic_store(&flight->is_back, true);
    if (!atomic_load(&flight->embedded->is_closing)) {
        s3a_loop_post(flight->embedded->loop, &flight->task);
    }
}

static void written(struct s3a_write *write)
{
    s3a_flight_back(s3a_list_entry(write, struct s3a_flight, write));
}

static void submit(struct s3a_flight *flight)
{
    flight->write = (struct s3a_write){
        .op = &flight->op,
        .body = flight->op.kind == S3A_OP_PUT_OBJECT ? &flight->spool : NULL,
        .answer = &flight->answer,
        .done = written,
    };
    flight->is_submitted = true;
    atomic_store(&flight->is_back, false);
    s3a_objects_submit(flight->embedded->objects, &flight->write);
}

/* The call has its answer: what the flight brought back. */
static void finish(struct s3a_flight *flight)
{
    struct s3a_call *call = flight->call;

    if (call) {
        s3a_answer_fini(&call->answer);
        call->answer = flight->answer;
        s3a_answer_init(&flight->answer, 0);
        call->flight = NULL;
        if (flight->failure != S3A_OK) {
            s3a_call_fail(call, flight->failure, false, "%s", flight->failure_text);
        }
    }
    end_flight(flight);
    if (call) {
        s3a_call_finish(call);
    }
}

static void come_back(struct s3a_task *task)
{
    struct s3a_flight *flight = s3a_list_entry(task, struct s3a_flight, task);
    bool is_spooled = flight->op.kind == S3A_OP_PUT_OBJECT && !flight->is_submitted;

    if (flight->is_discarded) {
        free_flight(flight);
    } else if (flight->call && is_spooled && flight->failure == S3A_OK) {
        submit(flight);
    } else {
        finish(flight);
    }
}

/* Nobody waits for it any more: true where it is known that it was not and will not be applied. */
static bool let_go(struct s3a_flight *flight)
{
    struct s3a_embedded *embedded = flight->embedded;
    bool is_over;
    bool is_unsent = !flight->is_submitted;

    flight->call->flight = NULL;
    flight->call = NULL;
    if (flight->is_submitted) {
        is_over = s3a_objects_withdraw(embedded->objects, &flight->write);
        is_unsent = is_over;
    } else {
        is_over = s3a_worker_withdraw(&embedded->worker, flight);
    }
    if (is_over) {
        end_flight(flight);
    }
    return is_unsent;
}

static void time_out(struct s3a_timer *timer)
{
    struct s3a_flight *flight = s3a_list_entry(timer, struct s3a_flight, timer);
    struct s3a_call *call = flight->call;
    uint32_t timeout_ms = flight->timeout_ms;

    /* It is over, and the loop is about to get to it. */
    if (atomic_load(&flight->is_back)) {
        return;
    }
    if (let_go(flight)) {
        s3a_call_fail(call, S3A_TIMEOUT, false, "its turn did not come within %u ms", timeout_ms);
    } else {
        s3a_call_fail(call, S3A_TIMEOUT, true, "the disk was not done with it within %u ms",
                      timeout_ms);
    }
    s3a_call_finish(call);
}

static bool copy(struct s3a_pool *pool, struct s3a_str *text)
{
    if (text->data) {
        *text = s3a_pool_copy(pool, *text);
        return text->data != NULL;
    }
    return true;
}

/* The flight's own op: the caller may free his as soon as he has abandoned it. */
static bool copy_op(struct s3a_flight *flight, const struct s3a_op *op)
{
    struct s3a_op *own = &flight->op;
    struct s3a_pool *pool = &flight->pool;

    *own = *op;
    bool copied = copy(pool, &own->bucket) && copy(pool, &own->key) && copy(pool, &own->if_match) &&
                  copy(pool, &own->if_none_match) && copy(pool, &own->prefix) &&
                  copy(pool, &own->delimiter) && copy(pool, &own->start_after) &&
                  copy(pool, &own->continuation);
    for (size_t i = 0; copied && i < own->headers.count; i++) {
        copied =
            copy(pool, &own->headers.items[i].name) && copy(pool, &own->headers.items[i].value);
    }
    return copied;
}

static enum s3a_status start_write(struct s3a_flight *flight)
{
    struct s3a_call *call = flight->call;
    enum s3a_status status = S3A_OK;

    if (call->op.kind == S3A_OP_PUT_OBJECT) {
        flight->op.body_size = call->body.size;
        status = s3a_spool_init(&flight->spool, flight->embedded->objects);
        if (status == S3A_OK && call->body.size > S3A_INLINE_SIZE_MAX) {
            flight->body = call->body;
            s3a_worker_enqueue(&flight->embedded->worker, flight);
            return S3A_OK;
        }
        if (status == S3A_OK) {
            status = s3a_spool_append(&flight->spool, call->body);
        }
        if (status == S3A_OK) {
            s3a_spool_end(&flight->spool);
        }
    }
    if (status == S3A_OK) {
        submit(flight);
    }
    return status;
}

static void start_read(struct s3a_flight *flight)
{
    enum s3a_op_kind kind = flight->op.kind;

    if (kind == S3A_OP_LIST_OBJECTS || kind == S3A_OP_LIST_BUCKETS) {
        s3a_worker_enqueue(&flight->embedded->worker, flight);
        return;
    }
    s3a_objects_read(flight->embedded->objects, &flight->op, &flight->answer);
    if (flight->answer.file.fd >= 0 || flight->answer.stream) {
        flight->timeout_ms = s3a_call_timeout_ms(flight->call, flight->embedded->request_timeout_ms,
                                                 flight->answer.range_size);
        s3a_worker_enqueue(&flight->embedded->worker, flight);
    } else {
        s3a_flight_back(flight);
    }
}

static struct s3a_flight *new_flight(struct s3a_embedded *embedded, struct s3a_call *call)
{
    struct s3a_flight *flight = calloc(1, sizeof(*flight));

    if (!flight) {
        return NULL;
    }
    flight->embedded = embedded;
    flight->call = call;
    flight->timeout_ms = s3a_call_timeout_ms(call, embedded->request_timeout_ms, call->body.size);
    flight->timer.fire = time_out;
    flight->task.run = come_back;
    s3a_list_init(&flight->queue_link);
    s3a_list_append(&embedded->flights, &flight->link);
    s3a_answer_init(&flight->answer, call->answer.body.size_max);
    return flight;
}

/* There is no flight to come back: the call itself waits for its turn. */
static void fail_later(struct s3a_embedded *embedded, struct s3a_call *call, enum s3a_status status)
{
    s3a_call_fail(call, status, false, "%s", s3a_status_text(status));
    s3a_list_append(&embedded->failed, &call->link);
    s3a_loop_post(embedded->loop, &embedded->failed_task);
}

static void finish_failed(struct s3a_task *task)
{
    struct s3a_embedded *embedded = s3a_list_entry(task, struct s3a_embedded, failed_task);
    struct s3a_list failed;
    struct s3a_list *link;

    /* One of them may be sent again at once, and may fail at once: not in this turn. */
    s3a_list_init(&failed);
    s3a_list_move(&failed, &embedded->failed);
    while ((link = s3a_list_pop(&failed)) != NULL) {
        s3a_call_finish(s3a_list_entry(link, struct s3a_call, link));
    }
}

static void send(struct s3a_transport *transport, struct s3a_call *call)
{
    struct s3a_embedded *embedded = embedded_of(transport);
    struct s3a_flight *flight = new_flight(embedded, call);
    enum s3a_status status = S3A_OK;

    call->flight = flight;
    s3a_list_init(&call->link);
    if (!flight || !copy_op(flight, &call->op)) {
        status = S3A_NO_MEMORY;
    } else if (s3a_op_is_write(call->op.kind)) {
        status = start_write(flight);
    } else {
        start_read(flight);
    }
    if (status == S3A_OK) {
        s3a_loop_timer_set(embedded->loop, &flight->timer,
                           s3a_loop_now_ms(embedded->loop) + flight->timeout_ms);
        return;
    }
    call->flight = NULL;
    if (flight) {
        free_flight(flight);
    }
    fail_later(embedded, call, status);
}

static void abandon(struct s3a_transport *transport, struct s3a_call *call)
{
    struct s3a_flight *flight = call->flight;

    (void)transport;
    if (flight) {
        (void)let_go(flight);
    } else {
        s3a_list_remove(&call->link);
    }
}

static void free_transport(struct s3a_transport *transport)
{
    struct s3a_embedded *embedded = embedded_of(transport);

    /* Nobody runs what is posted. The writer's last answers come during the close. */
    atomic_store(&embedded->is_closing, true);
    s3a_worker_stop(&embedded->worker);
    s3a_objects_close(embedded->objects);
    while (!s3a_list_is_empty(&embedded->flights)) {
        free_flight(s3a_list_entry(embedded->flights.next, struct s3a_flight, link));
    }
    free(embedded);
}

enum s3a_status s3a_transport_embedded_new(struct s3a_loop *loop, const char *directory,
                                           uint32_t request_timeout_ms,
                                           struct s3a_transport **ret_transport,
                                           struct s3a_error *error)
{
    struct s3a_objects_options options = {.directory = directory, .create_buckets = true};
    struct s3a_embedded *embedded = calloc(1, sizeof(*embedded));
    enum s3a_status status;

    *ret_transport = NULL;
    s3a_error_clear(error);
    if (!embedded) {
        return s3a_error_set_no_memory(error);
    }
    embedded->transport =
        (struct s3a_transport){.send = send, .abandon = abandon, .free = free_transport};
    embedded->loop = loop;
    embedded->request_timeout_ms = request_timeout_ms;
    embedded->failed_task.run = finish_failed;
    s3a_list_init(&embedded->flights);
    s3a_list_init(&embedded->failed);
    status = s3a_objects_open(&options, &embedded->objects, error);
    if (status == S3A_OK) {
        status = s3a_worker_start(&embedded->worker, error);
    }
    if (status != S3A_OK) {
        s3a_objects_close(embedded->objects);
        free(embedded);
        return status;
    }
    *ret_transport = &embedded->transport;
    return S3A_OK;
}
