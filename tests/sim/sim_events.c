/* SPDX-License-Identifier: MIT */
#include "sim_world.h"

#include <stdlib.h>
#include <string.h>

/* What is still to happen, the earliest first. The heap moves small nodes, never the events. */
struct sim_node {
    uint64_t at_ms;
    uint64_t number;
    struct sim_event *event;
};

static bool is_earlier(const struct sim_node *a, const struct sim_node *b)
{
    return a->at_ms != b->at_ms ? a->at_ms < b->at_ms : a->number < b->number;
}

struct sim_event *sim_event_new(struct sim *sim, enum sim_event_kind kind, unsigned contender)
{
    struct sim_event *event = sim->queue.spare;

    if (event) {
        sim->queue.spare = event->next;
    } else {
        event = malloc(sizeof(*event));
        if (!event) {
            abort();
        }
    }
    memset(event, 0, offsetof(struct sim_event, request));
    event->kind = kind;
    event->contender = contender;
    event->request.number = 0;
    return event;
}

void sim_event_free(struct sim *sim, struct sim_event *event)
{
    event->next = sim->queue.spare;
    sim->queue.spare = event;
}

void sim_event_post(struct sim *sim, struct sim_event *event, uint64_t at_ms)
{
    struct sim_queue *queue = &sim->queue;

    if (queue->count == queue->capacity) {
        queue->capacity = queue->capacity ? queue->capacity * 2 : 64;
        queue->nodes = realloc(queue->nodes, queue->capacity * sizeof(*queue->nodes));
        if (!queue->nodes) {
            abort();
        }
    }
    event->at_ms = at_ms;
    struct sim_node node = {at_ms, ++queue->numbers, event};
    unsigned at = queue->count++;
    while (at > 0 && is_earlier(&node, &queue->nodes[(at - 1) / 2])) {
        queue->nodes[at] = queue->nodes[(at - 1) / 2];
        at = (at - 1) / 2;
    }
    queue->nodes[at] = node;
}

struct sim_event *sim_event_pop(struct sim *sim)
{
    struct sim_queue *queue = &sim->queue;
    struct sim_event *first = queue->nodes[0].event;
    struct sim_node last = queue->nodes[--queue->count];
    unsigned at = 0;

    for (;;) {
        unsigned least = 2 * at + 1;
        if (least + 1 < queue->count &&
            is_earlier(&queue->nodes[least + 1], &queue->nodes[least])) {
            least++;
        }
        if (least >= queue->count || !is_earlier(&queue->nodes[least], &last)) {
            break;
        }
        queue->nodes[at] = queue->nodes[least];
        at = least;
    }
    queue->nodes[at] = last;
    return first;
}

uint64_t sim_event_next_ms(const struct sim *sim)
{
    return sim->queue.count > 0 ? sim->queue.nodes[0].at_ms : S3A_LOCAL_TIME_NEVER;
}

void sim_queue_fini(struct sim_queue *queue)
{
    for (unsigned i = 0; i < queue->count; i++) {
        free(queue->nodes[i].event);
    }
    free(queue->nodes);
    while (queue->spare) {
        struct sim_event *next = queue->spare->next;
        free(queue->spare);
        queue->spare = next;
    }
}
