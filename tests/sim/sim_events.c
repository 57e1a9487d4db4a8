/* SPDX-License-Identifier: MIT */
#include "sim_events.h"

#include <stdlib.h>

static bool is_earlier(const struct sim_event *a, const struct sim_event *b)
{
    return a->at_ms != b->at_ms ? a->at_ms < b->at_ms : a->number < b->number;
}

static void swap_events(struct sim_event *a, struct sim_event *b)
{
    struct sim_event kept = *a;
    *a = *b;
    *b = kept;
}

void sim_push(struct sim *sim, struct sim_event *event)
{
    if (sim->event_count == sim->event_capacity) {
        sim->event_capacity = sim->event_capacity ? sim->event_capacity * 2 : 64;
        sim->events = realloc(sim->events, sim->event_capacity * sizeof(*sim->events));
        if (!sim->events) {
            abort();
        }
    }
    event->number = ++sim->numbers;
    unsigned at = sim->event_count++;
    sim->events[at] = *event;
    while (at > 0 && is_earlier(&sim->events[at], &sim->events[(at - 1) / 2])) {
        swap_events(&sim->events[at], &sim->events[(at - 1) / 2]);
        at = (at - 1) / 2;
    }
}

struct sim_event sim_pop(struct sim *sim)
{
    struct sim_event first = sim->events[0];
    unsigned at = 0;

    sim->events[0] = sim->events[--sim->event_count];
    for (;;) {
        unsigned least = at;
        for (unsigned child = 2 * at + 1; child <= 2 * at + 2; child++) {
            if (child < sim->event_count && is_earlier(&sim->events[child], &sim->events[least])) {
                least = child;
            }
        }
        if (least == at) {
            return first;
        }
        swap_events(&sim->events[at], &sim->events[least]);
        at = least;
    }
}
