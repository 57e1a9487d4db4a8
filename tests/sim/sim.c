/* SPDX-License-Identifier: MIT */
#include "sim_events.h"

#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define LATENCY_MS 40
#define LATE_MAX_MS 20000
#define REQUEST_TIMEOUT_MS 1000
#define PPM 1000000

uint64_t sim_random(struct sim *sim, uint64_t max)
{
    return s3a_jitter_between(&sim->random, 0, max);
}

static bool happens(struct sim *sim, unsigned chance)
{
    return chance > 0 && sim_random(sim, 999) < chance;
}

void sim_breach(struct sim *sim, const char *format, ...)
{
    va_list args;

    if (sim->breach[0]) {
        return;
    }
    int used = snprintf(sim->breach, sizeof(sim->breach), "at %" PRIu64 " ms: ", sim->now_ms);
    va_start(args, format);
    vsnprintf(sim->breach + used, sizeof(sim->breach) - (size_t)used, format, args);
    va_end(args);
}

void sim_init(struct sim *sim, uint64_t seed)
{
    memset(sim, 0, sizeof(*sim));
    sim->random = seed;
    sim->now_ms = 1000;
}

void sim_fini(struct sim *sim)
{
    free(sim->events);
}

static uint64_t local_time(const struct sim *sim, const struct sim_contender *contender)
{
    uint64_t rate = (uint64_t)(PPM + contender->clock_rate_ppm);
    return contender->clock_offset_ms + sim->now_ms * rate / PPM;
}

/* The first true time at which the contender's clock shows that time. */
static uint64_t true_time(const struct sim_contender *contender, uint64_t local_ms)
{
    uint64_t rate = (uint64_t)(PPM + contender->clock_rate_ppm);
    uint64_t passed_ms =
        local_ms > contender->clock_offset_ms ? local_ms - contender->clock_offset_ms : 0;
    return (passed_ms * PPM + rate - 1) / rate;
}

static bool holds_lease(struct sim *sim, struct sim_contender *contender)
{
    return contender->started && !contender->ended &&
           local_time(sim, contender) < s3a_lock_good_until_ms(&contender->machine);
}

unsigned sim_holders(struct sim *sim)
{
    unsigned count = 0;

    for (unsigned i = 0; i < sim->contender_count; i++) {
        count += holds_lease(sim, &sim->contenders[i]) ? 1 : 0;
    }
    return count;
}

bool sim_is_held(struct sim *sim, unsigned number)
{
    return holds_lease(sim, &sim->contenders[number]);
}

/* Of one way. */
static uint64_t latency_ms(struct sim *sim)
{
    return sim_random(sim, happens(sim, sim->faults.slow) ? sim->faults.slow_ms : LATENCY_MS);
}

static void send_request(struct sim *sim, unsigned number, const struct s3a_lock_action *action)
{
    struct sim_contender *contender = &sim->contenders[number];
    const struct sim_faults *faults = &sim->faults;
    uint64_t arrives_ms = sim->now_ms + 1 + latency_ms(sim);
    struct sim_event event = {.kind = SIM_EVENT_ARRIVE, .at_ms = arrives_ms, .contender = number};
    struct sim_event timeout = {.kind = SIM_EVENT_ANSWER, .contender = number};

    event.request.number = ++sim->numbers;
    event.request.kind = action->request;
    event.request.bare_etag = action->bare_etag;
    memcpy(event.request.etag, action->etag, sizeof(event.request.etag));
    if (action->record) {
        event.request.record = *action->record;
    }
    contender->in_flight = event.request.number;

    bool no_way = contender->cut_off || sim->store.down;
    timeout.at_ms = sim->now_ms + (action->timeout_ms ? action->timeout_ms : REQUEST_TIMEOUT_MS);
    timeout.request.number = event.request.number;
    timeout.reply.status = action->record ? S3A_IN_DOUBT : S3A_TIMEOUT;
    sim_push(sim, &timeout);
    if (no_way || happens(sim, faults->request_lost)) {
        return;
    }
    if (happens(sim, faults->late)) {
        event.at_ms = timeout.at_ms + sim_random(sim, LATE_MAX_MS);
        event.silent = true;
    } else if (happens(sim, faults->answer_lost)) {
        event.silent = true;
    }
    event.failed = happens(sim, faults->applied_500);
    sim_push(sim, &event);
    if (happens(sim, faults->twice)) {
        event.at_ms += sim_random(sim, LATE_MAX_MS);
        sim_push(sim, &event);
    }
}

static void hash_in(struct sim *sim, uint64_t value)
{
    sim->hash = (sim->hash ^ value) * UINT64_C(0x100000001b3) + 1;
}

static void note_grant(struct sim *sim, struct sim_contender *contender)
{
    contender->granted = true;
    contender->token = contender->machine.record.grant.token;
    if (contender->token <= sim->last_token) {
        sim_breach(sim, "token %" PRIu64 " was granted after token %" PRIu64, contender->token,
                   sim->last_token);
    }
    sim->last_token = contender->token;
    sim->grants++;
}

static void step(struct sim *sim, unsigned number, struct s3a_lock_event *event)
{
    struct sim_contender *contender = &sim->contenders[number];
    struct s3a_lock_action action;
    bool was_good = s3a_lock_good_until_ms(&contender->machine) > 0;

    event->now_ms = local_time(sim, contender);
    event->wall_ms = SIM_EPOCH_MS + (int64_t)sim->now_ms;
    s3a_lock_step(&contender->machine, event, &action);
    sim->steps++;
    hash_in(sim, sim->now_ms * 131 + number * 31 + (uint64_t)contender->machine.at);
    if (action.abandon) {
        contender->in_flight = 0;
    }
    if (action.tell & S3A_LOCK_TELL_GRANTED) {
        note_grant(sim, contender);
    }
    if (action.tell & S3A_LOCK_TELL_LOST) {
        contender->lost_told = true;
    }
    if (action.tell & S3A_LOCK_TELL_DANGER) {
        contender->dangers++;
    }
    if (action.tell & (S3A_LOCK_TELL_FAILED | S3A_LOCK_TELL_ENDED)) {
        contender->ended = true;
        contender->status = action.status;
    }
    if (action.request != S3A_LOCK_REQUEST_NONE) {
        if (contender->in_flight) {
            sim_breach(sim, "contender %u has two requests in flight", number);
        }
        send_request(sim, number, &action);
    }
    if (action.wake_ms != S3A_LOCAL_TIME_NEVER) {
        struct sim_event wake = {.kind = SIM_EVENT_WAKE, .contender = number};
        wake.at_ms = true_time(contender, action.wake_ms);
        wake.at_ms = wake.at_ms > sim->now_ms ? wake.at_ms : sim->now_ms;
        contender->wake_ms = wake.at_ms;
        sim_push(sim, &wake);
    } else {
        contender->wake_ms = S3A_LOCAL_TIME_NEVER;
    }
    if (sim_holders(sim) > 1) {
        sim_breach(sim, "contender %u is the second holder (token %" PRIu64 ")", number,
                   contender->token);
    }
    /* S4: whoever no longer holds it was told, unless it gave it back itself. */
    bool gave_back =
        event->kind == S3A_LOCK_RELEASE || contender->machine.release_wanted || contender->ended;
    if (was_good && s3a_lock_good_until_ms(&contender->machine) == 0 && !gave_back &&
        !contender->lost_told) {
        sim_breach(sim, "contender %u lost the lock and was not told", number);
    }
}

static void arrive(struct sim *sim, struct sim_event *event)
{
    const struct sim_faults *faults = &sim->faults;
    struct sim_event answer = {.kind = SIM_EVENT_ANSWER, .contender = event->contender};
    bool is_write = event->request.kind == S3A_LOCK_REQUEST_CREATE ||
                    event->request.kind == S3A_LOCK_REQUEST_REPLACE;

    if (sim->store.down) {
        return;
    }
    if (is_write && happens(sim, faults->conflict_409)) {
        answer.reply.status = S3A_RACE;
    } else if (happens(sim, faults->later_503)) {
        answer.reply.status = S3A_LATER;
    } else if (happens(sim, faults->failed_500)) {
        answer.reply.status = S3A_SERVER;
    } else if (happens(sim, faults->refused_403)) {
        answer.reply.status = S3A_DENIED;
    } else {
        sim_store_apply(sim, &event->request, &answer.reply);
        if (event->failed) {
            answer.reply.status = S3A_SERVER;
        }
    }
    answer.at_ms = sim->now_ms + 1 + latency_ms(sim);
    answer.request = event->request;
    if (!event->silent) {
        sim_push(sim, &answer);
    }
}

static void deliver(struct sim *sim, struct sim_event *event)
{
    struct sim_contender *contender = &sim->contenders[event->contender];
    struct s3a_lock_event input = {.kind = S3A_LOCK_WAKE};

    if (contender->ended) {
        return;
    }
    if (contender->frozen) {
        event->at_ms = sim->now_ms + 10; /* it finds it when it goes on */
        sim_push(sim, event);
        return;
    }
    if (event->kind == SIM_EVENT_ANSWER) {
        if (contender->in_flight != event->request.number) {
            return;
        }
        contender->in_flight = 0;
        input.kind = S3A_LOCK_ANSWER;
        input.status = event->reply.status;
        input.etag = event->reply.etag;
        input.view = &event->reply.view;
    } else if (event->at_ms < contender->wake_ms) {
        return; /* replaced by a later one */
    }
    step(sim, event->contender, &input);
}

static void turn(struct sim *sim)
{
    struct sim_event event = sim_pop(sim);

    sim->now_ms = event.at_ms > sim->now_ms ? event.at_ms : sim->now_ms;
    if (event.kind == SIM_EVENT_ARRIVE) {
        arrive(sim, &event);
    } else {
        deliver(sim, &event);
    }
}

void sim_run(struct sim *sim, uint64_t duration_ms)
{
    uint64_t end_ms = sim->now_ms + duration_ms;

    while (sim->event_count > 0 && sim->events[0].at_ms <= end_ms && !sim->breach[0]) {
        turn(sim);
    }
    sim->now_ms = end_ms;
}

bool sim_run_until(struct sim *sim, sim_condition condition, unsigned number, uint64_t limit_ms)
{
    uint64_t end_ms = sim->now_ms + limit_ms;

    while (!condition(sim, number)) {
        if (sim->event_count == 0 || sim->events[0].at_ms > end_ms || sim->breach[0]) {
            return false;
        }
        turn(sim);
    }
    return true;
}

struct s3a_lock_terms sim_terms(void)
{
    return (struct s3a_lock_terms){
        .lease_ms = 3000,
        .heartbeat_ms = 1000,
        .warn_ms = 1000,
        .grace_ms = 2000,
        .poll_min_ms = 100,
        .poll_max_ms = 2000,
        .wait_ms = S3A_WAIT_FOREVER,
    };
}

unsigned sim_add(struct sim *sim, const struct s3a_lock_terms *terms)
{
    unsigned number = sim->contender_count++;
    struct sim_contender *contender = &sim->contenders[number];
    uint64_t seed[2] = {s3a_jitter_next(&sim->random), s3a_jitter_next(&sim->random)};

    memset(contender, 0, sizeof(*contender));
    s3a_lock_machine_init(&contender->machine, terms, (const uint8_t *)seed, NULL);
    contender->clock_offset_ms = s3a_jitter_next(&sim->random) % 1000000000;
    return number;
}

static void tell(struct sim *sim, unsigned number, enum s3a_lock_event_kind kind)
{
    struct s3a_lock_event event = {.kind = kind};

    step(sim, number, &event);
}

void sim_start(struct sim *sim, unsigned number)
{
    sim->contenders[number].started = true;
    tell(sim, number, S3A_LOCK_START);
}

void sim_release(struct sim *sim, unsigned number)
{
    tell(sim, number, S3A_LOCK_RELEASE);
}

void sim_cancel(struct sim *sim, unsigned number)
{
    tell(sim, number, S3A_LOCK_CANCEL);
}

void sim_crash(struct sim *sim, unsigned number)
{
    sim->contenders[number].ended = true;
}

void sim_freeze(struct sim *sim, unsigned number)
{
    sim->contenders[number].frozen = true;
}

void sim_thaw(struct sim *sim, unsigned number)
{
    sim->contenders[number].frozen = false;
}
