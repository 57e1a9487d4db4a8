/* SPDX-License-Identifier: MIT */
#ifndef S3A_SIM_EVENTS_H
#define S3A_SIM_EVENTS_H

/* What is still to happen, the earliest first. */

#include "sim.h"

enum sim_event_kind {
    SIM_EVENT_ARRIVE, /* a request reaches the store */
    SIM_EVENT_ANSWER, /* an answer reaches its contender */
    SIM_EVENT_WAKE,
};

struct sim_event {
    uint64_t at_ms;
    uint64_t number; /* order among those of one moment */
    enum sim_event_kind kind;
    unsigned contender;
    bool silent; /* ARRIVE: nobody waits for the answer */
    bool failed; /* ARRIVE: the answer is a 500 all the same */
    struct sim_request request;
    struct sim_reply reply;
};

/* Takes a copy and numbers it: those of one moment happen in the order of their numbers. */
void sim_push(struct sim *sim, struct sim_event *event);

/* There must be one. */
struct sim_event sim_pop(struct sim *sim);

#endif
