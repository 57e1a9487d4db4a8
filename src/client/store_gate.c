/* SPDX-License-Identifier: MIT */
#include "store_gate.h"

#include <stdlib.h>

#include "error.h"

struct s3a_gate_probe {
    struct s3a_list link;
    struct s3a_store_gate *gate;
    struct s3a_gate_bucket *bucket; /* NULL once it has found out all it asks */
    struct s3a_store_probe probe;
};

static struct s3a_store_gate *gate_of(struct s3a_transport *transport)
{
    return s3a_list_entry(transport, struct s3a_store_gate, outer);
}

static bool is_conditional_write(const struct s3a_op *op)
{
    return (op->kind == S3A_OP_PUT_OBJECT || op->kind == S3A_OP_DELETE_OBJECT) &&
           (op->if_match.data || op->if_none_match.data);
}

/* Calls that go on, and calls that do not. */

/* A call that fails within send is told so from the loop. */
static void fail_later(struct s3a_store_gate *gate, struct s3a_call *call)
{
    call->flight = NULL;
    call->is_held = true;
    s3a_list_init(&call->link);
    s3a_list_append(&gate->failed, &call->link);
    s3a_loop_post(gate->loop, &gate->tell_failed);
}

static void tell_failed(struct s3a_task *task)
{
    struct s3a_store_gate *gate = s3a_list_entry(task, struct s3a_store_gate, tell_failed);
    struct s3a_list *link = s3a_list_pop(&gate->failed);

    if (!s3a_list_is_empty(&gate->failed)) {
        s3a_loop_post(gate->loop, &gate->tell_failed);
    }
    if (link) {
        struct s3a_call *call = s3a_list_entry(link, struct s3a_call, link);
        call->is_held = false;
        s3a_call_finish(call);
    }
}

static void refuse(const struct s3a_gate_bucket *bucket, struct s3a_call *call)
{
    bool is_put = call->op.kind == S3A_OP_PUT_OBJECT;

    s3a_call_fail(call, S3A_UNSUPPORTED, false,
                  "nothing was sent, because conditional writes are not safe on this store: %s",
                  is_put ? bucket->traits.story : "it does not honour If-Match on DELETE");
}

/* Known: goes on, in the form that this store compares; or false, and it has failed. */
static bool pass(struct s3a_store_gate *gate, const struct s3a_gate_bucket *bucket,
                 struct s3a_call *call)
{
    struct s3a_str *etag = &call->op.if_match;

    if (gate->policy != S3A_GATE_UNSAFE && !s3a_gate_bucket_is_safe(bucket, &call->op)) {
        refuse(bucket, call);
        return false;
    }
    if (bucket->traits.wants_bare_etag && etag->size >= 2 && etag->data[0] == '"') {
        *etag = s3a_str_make(etag->data + 1, etag->size - 2);
    }
    gate->inner->send(gate->inner, call);
    return true;
}

static void set_timer(struct s3a_store_gate *gate)
{
    uint64_t first_ms = UINT64_MAX;

    for (struct s3a_list *link = gate->held.next; link != &gate->held; link = link->next) {
        const struct s3a_call *call = s3a_list_entry(link, struct s3a_call, link);
        first_ms = call->held_until_ms < first_ms ? call->held_until_ms : first_ms;
    }
    if (first_ms == UINT64_MAX) {
        s3a_loop_timer_clear(gate->loop, &gate->timer);
    } else {
        s3a_loop_timer_set(gate->loop, &gate->timer, first_ms);
    }
}

static void hold(struct s3a_store_gate *gate, struct s3a_call *call)
{
    call->flight = NULL;
    call->is_held = true;
    call->held_until_ms = s3a_loop_now_ms(gate->loop) + s3a_call_timeout_ms(call, 0, 0);
    s3a_list_init(&call->link);
    s3a_list_append(&gate->held, &call->link);
    set_timer(gate);
}

static void on_time_up(struct s3a_timer *timer)
{
    struct s3a_store_gate *gate = s3a_list_entry(timer, struct s3a_store_gate, timer);
    uint64_t now_ms = s3a_loop_now_ms(gate->loop);
    struct s3a_list *next;

    for (struct s3a_list *link = gate->held.next; link != &gate->held; link = next) {
        struct s3a_call *call = s3a_list_entry(link, struct s3a_call, link);
        next = link->next;
        if (call->held_until_ms <= now_ms) {
            s3a_call_fail(call, S3A_TIMEOUT, false,
                          "the store did not tell in time whether it honours conditions");
            s3a_list_remove(link);
            fail_later(gate, call);
        }
    }
    set_timer(gate);
}

/* Probes. */

/* What kept us from finding out is what keeps the call from being sent. */
static void fail_by_trouble(const struct s3a_store_probe *probe, struct s3a_call *call)
{
    enum s3a_status status = probe->trouble;
    enum s3a_action action = s3a_status_action(status);

    if (status == S3A_OK || status == S3A_SERVER || status == S3A_PROTOCOL ||
        action == S3A_ACTION_CONFLICT || action == S3A_ACTION_IN_DOUBT) {
        status = S3A_LATER;
    }
    s3a_call_fail(call, status, false,
                  "nothing was sent, because it could not be found out whether this store honours "
                  "conditions: %s",
                  probe->story.message);
}

/* All of the bucket's that wait, and can go on or fail now. Each may lead to anything. */
static void let_go(struct s3a_store_gate *gate, struct s3a_gate_bucket *bucket,
                   const struct s3a_store_probe *probe, bool is_over)
{
    struct s3a_list *next;

    for (struct s3a_list *link = gate->held.next; link != &gate->held; link = next) {
        struct s3a_call *call = s3a_list_entry(link, struct s3a_call, link);
        next = link->next;
        if (!s3a_str_is(call->op.bucket, bucket->name)) {
            continue;
        }
        if (s3a_gate_bucket_knows(bucket, &call->op)) {
            s3a_list_remove(link);
            call->is_held = false;
            if (!pass(gate, bucket, call)) {
                fail_later(gate, call);
            }
        } else if (is_over) {
            s3a_list_remove(link);
            fail_by_trouble(probe, call);
            fail_later(gate, call);
        }
    }
    set_timer(gate);
}

static struct s3a_gate_probe *of_probe(struct s3a_store_probe *probe)
{
    return s3a_list_entry(probe, struct s3a_gate_probe, probe);
}

static void knows_put(struct s3a_store_probe *probe)
{
    struct s3a_gate_probe *asking = of_probe(probe);
    struct s3a_gate_bucket *bucket = asking->bucket;

    if (!probe->only_removal && probe->trouble == S3A_OK &&
        probe->traits.create != S3A_CONDUCT_UNKNOWN) {
        bucket->knows_put = true;
        bucket->traits = probe->traits;
        let_go(asking->gate, bucket, probe, false);
    }
}

static void knows_all(struct s3a_store_probe *probe)
{
    struct s3a_gate_probe *asking = of_probe(probe);
    struct s3a_gate_bucket *bucket = asking->bucket;
    struct s3a_store_gate *gate = asking->gate;

    bucket->traits.removal = probe->traits.removal;
    /* There is nothing that could be done otherwise: no need to ask again. */
    bucket->knows_put = bucket->knows_put || gate->policy == S3A_GATE_UNSAFE;
    bucket->probe = NULL;
    asking->bucket = NULL;
    gate->asking--;
    let_go(gate, bucket, probe, true);
    gate->changed(gate->user);
}

static void ended(struct s3a_store_probe *probe)
{
    struct s3a_gate_probe *asking = of_probe(probe);
    struct s3a_store_gate *gate = asking->gate;

    s3a_list_remove(&asking->link);
    free(asking);
    gate->changed(gate->user);
}

/* False: no memory. */
static bool ask(struct s3a_store_gate *gate, struct s3a_gate_bucket *bucket, struct s3a_str key,
                bool only_removal)
{
    struct s3a_gate_probe *asking = calloc(1, sizeof(*asking));

    if (!asking) {
        return false;
    }
    asking->gate = gate;
    asking->bucket = bucket;
    asking->probe = (struct s3a_store_probe){
        .loop = gate->loop,
        .transport = gate->inner,
        .only_removal = only_removal,
        .knows_put = knows_put,
        .knows_all = knows_all,
        .ended = ended,
    };
    bucket->probe = asking;
    gate->asking++;
    s3a_list_append(&gate->probes, &asking->link);
    s3a_store_probe_start(&asking->probe, s3a_str_of(bucket->name), key);
    return true;
}

/* The transport that it is. */

static void gate_send(struct s3a_transport *transport, struct s3a_call *call)
{
    struct s3a_store_gate *gate = gate_of(transport);
    const struct s3a_op *op = &call->op;

    call->is_held = false;
    if (gate->policy == S3A_GATE_OPEN || gate->policy == S3A_GATE_TRUSTED || call->is_ungated ||
        !is_conditional_write(op)) {
        gate->inner->send(gate->inner, call);
        return;
    }
    struct s3a_gate_bucket *bucket = s3a_gate_buckets_add(&gate->buckets, op->bucket);
    if (bucket && s3a_gate_bucket_knows(bucket, op)) {
        if (!pass(gate, bucket, call)) {
            fail_later(gate, call);
        }
        return;
    }
    bool is_asked = bucket && (bucket->probe || gate->is_ending ||
                               ask(gate, bucket, op->key, bucket->knows_put));
    if (!is_asked) {
        s3a_call_fail(call, S3A_NO_MEMORY, false, "%s", s3a_status_text(S3A_NO_MEMORY));
        fail_later(gate, call);
    } else if (!bucket->probe) {
        s3a_call_fail(call, S3A_CANCELLED, false, "the client is being freed");
        fail_later(gate, call);
    } else {
        hold(gate, call);
    }
}

static void gate_abandon(struct s3a_transport *transport, struct s3a_call *call)
{
    struct s3a_store_gate *gate = gate_of(transport);

    if (call->is_held) {
        call->is_held = false;
        s3a_list_remove(&call->link);
    } else {
        gate->inner->abandon(gate->inner, call);
    }
}

static void gate_free(struct s3a_transport *transport)
{
    struct s3a_store_gate *gate = gate_of(transport);

    gate->inner->free(gate->inner);
    s3a_gate_buckets_fini(&gate->buckets);
}

void s3a_store_gate_init(struct s3a_store_gate *gate, struct s3a_loop *loop,
                         struct s3a_transport *inner, enum s3a_gate_policy policy,
                         void (*changed)(void *user), void *user)
{
    *gate = (struct s3a_store_gate){
        .outer = {.send = gate_send, .abandon = gate_abandon, .free = gate_free},
        .inner = inner,
        .loop = loop,
        .policy = policy,
        .changed = changed,
        .user = user,
    };
    gate->timer.fire = on_time_up;
    gate->tell_failed.run = tell_failed;
    s3a_gate_buckets_init(&gate->buckets);
    s3a_list_init(&gate->probes);
    s3a_list_init(&gate->held);
    s3a_list_init(&gate->failed);
}

enum s3a_conduct s3a_store_gate_removal(const struct s3a_store_gate *gate, const char *bucket)
{
    const struct s3a_gate_bucket *known = s3a_gate_buckets_find(&gate->buckets, s3a_str_of(bucket));

    if (gate->policy == S3A_GATE_OPEN) {
        return S3A_CONDUCT_HONOURED;
    }
    return known ? known->traits.removal : S3A_CONDUCT_UNKNOWN;
}

bool s3a_store_gate_is_asking(const struct s3a_store_gate *gate, const char *bucket)
{
    const struct s3a_gate_bucket *known = s3a_gate_buckets_find(&gate->buckets, s3a_str_of(bucket));

    return known && known->probe;
}

void s3a_store_gate_ask_removal(struct s3a_store_gate *gate, const char *name, struct s3a_str key)
{
    if (gate->policy == S3A_GATE_OPEN || gate->is_ending) {
        return;
    }
    struct s3a_gate_bucket *bucket = s3a_gate_buckets_add(&gate->buckets, s3a_str_of(name));
    if (bucket && !bucket->probe && bucket->traits.removal == S3A_CONDUCT_UNKNOWN) {
        (void)ask(gate, bucket, key, true);
    }
}

void s3a_store_gate_end(struct s3a_store_gate *gate)
{
    gate->is_ending = true;
    for (struct s3a_list *link = gate->probes.next; link != &gate->probes; link = link->next) {
        s3a_store_probe_finish(&s3a_list_entry(link, struct s3a_gate_probe, link)->probe);
    }
}

bool s3a_store_gate_has_ended(const struct s3a_store_gate *gate)
{
    return s3a_list_is_empty(&gate->probes);
}
