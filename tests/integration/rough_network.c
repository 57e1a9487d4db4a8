/* SPDX-License-Identifier: MIT */
#include "test.h"

#include "rough_network.h"

#include <stdlib.h>
#include <string.h>

#include "lease.h"
#include "store_fixture.h"

#define LATE_MS_MAX 60

enum fate {
    FATE_GOOD,
    FATE_REQUEST_LOST,
    FATE_ANSWER_LOST,
    FATE_LATE,
    FATE_TWICE,
    FATE_LATER,
    FATE_RACE,
};

/* A request on its way, with all that it is made of: its sender need not wait for it. */
struct crossing {
    struct rough_network *network;
    struct s3a_call *outer; /* NULL: nobody waits */
    struct s3a_call inner;
    struct s3a_pool pool;
    char *body;
    enum fate fate;
    bool is_ghost; /* a second one, of which nobody knows */
    bool is_sent;
    struct s3a_task task;
    struct s3a_timer timer;
    struct s3a_list link;
};

static void end(struct crossing *crossing)
{
    s3a_loop_timer_clear(crossing->network->client->loop, &crossing->timer);
    s3a_list_remove(&crossing->link);
    s3a_call_fini(&crossing->inner);
    s3a_pool_fini(&crossing->pool);
    free(crossing->body);
    free(crossing);
}

static void go_over(struct crossing *crossing)
{
    crossing->is_sent = true;
    crossing->network->store->send(crossing->network->store, &crossing->inner);
}

static struct s3a_call *let_go_of_outer(struct crossing *crossing)
{
    struct s3a_call *outer = crossing->outer;

    if (outer) {
        outer->flight = NULL;
        crossing->outer = NULL;
    }
    return outer;
}

static void break_off(struct crossing *crossing)
{
    struct s3a_call *outer = let_go_of_outer(crossing);

    if (outer) {
        s3a_call_fail(outer, S3A_TIMEOUT, true, "the connection broke");
        s3a_call_finish(outer);
    }
}

static void refuse(struct crossing *crossing, enum s3a_code code)
{
    struct s3a_call *outer = let_go_of_outer(crossing);

    if (outer) {
        s3a_answer_fail(&outer->answer, code);
        s3a_call_finish(outer);
    }
}

static void pass_on(struct crossing *crossing)
{
    struct s3a_call *outer = let_go_of_outer(crossing);

    if (outer) {
        s3a_answer_fini(&outer->answer);
        outer->answer = crossing->inner.answer;
        s3a_answer_init(&crossing->inner.answer, 0);
        s3a_call_finish(outer);
    }
}

static void arrived(struct s3a_call *inner)
{
    struct crossing *crossing = s3a_list_entry(inner, struct crossing, inner);

    if (crossing->fate == FATE_ANSWER_LOST) {
        break_off(crossing);
    } else if (!crossing->is_ghost) {
        pass_on(crossing);
    }
    end(crossing);
}

static void set_out_late(struct s3a_timer *timer)
{
    go_over(s3a_list_entry(timer, struct crossing, timer));
}

static void wait_a_little(struct crossing *crossing)
{
    struct rough_network *network = crossing->network;
    struct s3a_loop *loop = network->client->loop;

    s3a_loop_timer_set(loop, &crossing->timer,
                       s3a_loop_now_ms(loop) +
                           s3a_jitter_between(&network->random, 1, LATE_MS_MAX));
}

static void run(struct s3a_task *task)
{
    struct crossing *crossing = s3a_list_entry(task, struct crossing, task);

    switch (crossing->fate) {
    case FATE_GOOD:
    case FATE_TWICE:
    case FATE_ANSWER_LOST:
        go_over(crossing);
        return;
    case FATE_LATE:
        break_off(crossing);
        wait_a_little(crossing);
        return;
    case FATE_REQUEST_LOST:
        break_off(crossing);
        break;
    case FATE_LATER:
        refuse(crossing, S3A_CODE_SLOW_DOWN);
        break;
    case FATE_RACE:
        refuse(crossing, S3A_CODE_CONDITIONAL_REQUEST_CONFLICT);
        break;
    }
    end(crossing);
}

static struct s3a_str keep(struct crossing *crossing, struct s3a_str text)
{
    return text.data ? s3a_pool_copy(&crossing->pool, text) : text;
}

static void copy_call(struct crossing *crossing, const struct s3a_call *call)
{
    struct s3a_op *op = &crossing->inner.op;

    s3a_call_init(&crossing->inner, call->answer.body.size_max, arrived);
    *op = call->op;
    op->bucket = keep(crossing, op->bucket);
    op->key = keep(crossing, op->key);
    op->if_match = keep(crossing, op->if_match);
    op->if_none_match = keep(crossing, op->if_none_match);
    for (size_t i = 0; i < op->headers.count; i++) {
        op->headers.items[i].name = keep(crossing, op->headers.items[i].name);
        op->headers.items[i].value = keep(crossing, op->headers.items[i].value);
    }
    crossing->body = malloc(call->body.size + 1);
    assert_non_null(crossing->body);
    memcpy(crossing->body, call->body.data ? call->body.data : "", call->body.size);
    crossing->inner.body = s3a_str_make(crossing->body, call->body.size);
}

static struct crossing *cross(struct rough_network *network, struct s3a_call *call, enum fate fate)
{
    struct crossing *crossing = calloc(1, sizeof(*crossing));

    assert_non_null(crossing);
    crossing->network = network;
    crossing->fate = fate;
    crossing->task.run = run;
    crossing->timer.fire = set_out_late;
    s3a_list_append(&network->crossings, &crossing->link);
    copy_call(crossing, call);
    return crossing;
}

static bool happens(unsigned *dice, unsigned chance)
{
    bool happened = *dice < chance;

    *dice -= happened ? 0 : chance;
    return happened;
}

static enum fate draw(struct rough_network *network)
{
    const struct rough_chances *chances = &network->chances;
    unsigned dice = (unsigned)s3a_jitter_between(&network->random, 0, 999);
    const struct {
        unsigned chance;
        enum fate fate;
    } fates[] = {
        {chances->request_lost, FATE_REQUEST_LOST},
        {chances->answer_lost, FATE_ANSWER_LOST},
        {chances->late, FATE_LATE},
        {chances->twice, FATE_TWICE},
        {chances->later, FATE_LATER},
        {chances->race, FATE_RACE},
    };

    for (size_t i = 0; i < sizeof(fates) / sizeof(fates[0]); i++) {
        if (happens(&dice, fates[i].chance)) {
            network->faults++;
            return fates[i].fate;
        }
    }
    return FATE_GOOD;
}

static void send(struct s3a_transport *transport, struct s3a_call *call)
{
    struct rough_network *network = s3a_list_entry(transport, struct rough_network, transport);
    struct crossing *crossing = cross(network, call, draw(network));

    crossing->outer = call;
    call->flight = crossing;
    if (crossing->fate == FATE_TWICE) {
        struct crossing *ghost = cross(network, call, FATE_GOOD);
        ghost->is_ghost = true;
        wait_a_little(ghost);
    }
    s3a_loop_post(network->client->loop, &crossing->task);
}

static void abandon(struct s3a_transport *transport, struct s3a_call *call)
{
    (void)transport;
    (void)let_go_of_outer(call->flight);
}

static void free_transport(struct s3a_transport *transport)
{
    struct rough_network *network = s3a_list_entry(transport, struct rough_network, transport);

    /* The loop has ended: what is still under way ends here. */
    while (!s3a_list_is_empty(&network->crossings)) {
        struct crossing *crossing = s3a_list_entry(network->crossings.next, struct crossing, link);
        if (crossing->is_sent) {
            network->store->abandon(network->store, &crossing->inner);
        }
        end(crossing);
    }
    network->store->free(network->store);
}

void rough_network_open(struct rough_network *network, const struct rough_chances *chances,
                        uint64_t seed)
{
    const struct s3a_client_options options = {.endpoint = "file:///nowhere"};

    memset(network, 0, sizeof(*network));
    network->transport = (struct s3a_transport){send, abandon, free_transport};
    network->chances = *chances;
    network->random = seed;
    s3a_list_init(&network->crossings);
    directory_make(network->path);
    assert_int_equal(s3a_client_new_over(&options, &network->transport, &network->client, NULL),
                     S3A_OK);
    assert_int_equal(
        s3a_transport_embedded_new(network->client->loop, network->path, 0, &network->store, NULL),
        S3A_OK);
}

void rough_network_close(struct rough_network *network)
{
    s3a_client_free(network->client);
    directory_remove(network->path);
}
