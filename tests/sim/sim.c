/* SPDX-License-Identifier: MIT */
#include "sim_world.h"

#include <stdlib.h>
#include <string.h>

#include "lock_rest.h"

#define PPM 1000000
#define POOR_CHANCE 40 /* in 1 000 */

uint64_t sim_random(struct sim *sim, uint64_t max)
{
    return s3a_jitter_between(&sim->random, 0, max);
}

bool sim_happens(struct sim *sim, unsigned chance_in_1000)
{
    return chance_in_1000 > 0 && sim_random(sim, 999) < chance_in_1000;
}

void sim_hash_in(struct sim *sim, uint64_t value)
{
    sim->hash = (sim->hash ^ value) * UINT64_C(0x9e3779b97f4a7c15);
    sim->hash ^= sim->hash >> 32;
}

void sim_init(struct sim *sim, uint64_t seed)
{
    memset(sim, 0, sizeof(*sim));
    sim->random = seed;
    sim->now_ms = 1000;
}

void sim_fini(struct sim *sim)
{
    for (unsigned i = 0; i < sim->contender_count; i++) {
        free(sim->contenders[i].kept);
    }
    sim_queue_fini(&sim->queue);
}

uint64_t sim_local_time(const struct sim *sim, const struct sim_contender *contender)
{
    uint64_t rate = (uint64_t)(PPM + contender->clock_rate_ppm);
    return contender->clock_offset_ms + sim->now_ms * rate / PPM;
}

uint64_t sim_true_time(const struct sim_contender *contender, uint64_t local_ms)
{
    uint64_t rate = (uint64_t)(PPM + contender->clock_rate_ppm);
    uint64_t passed_ms =
        local_ms > contender->clock_offset_ms ? local_ms - contender->clock_offset_ms : 0;
    return (passed_ms * PPM + rate - 1) / rate;
}

/* An alarm event that is under way already and comes no later serves as well. */
static void set_alarm(struct sim *sim, unsigned number)
{
    struct sim_contender *contender = &sim->contenders[number];
    uint64_t alarm_ms = contender->wake_ms;

    if (contender->in_flight && contender->timeout_ms < alarm_ms) {
        alarm_ms = contender->timeout_ms;
    }
    alarm_ms = alarm_ms > sim->now_ms ? alarm_ms : sim->now_ms;
    contender->alarm_ms = alarm_ms;
    if (alarm_ms < contender->pending_ms) {
        contender->pending_ms = alarm_ms;
        sim_event_post(sim, sim_event_new(sim, SIM_EVENT_ALARM, number), alarm_ms);
    }
}

/* Whatever may rest does: what does not survive that must not matter. */
static void rest(struct sim *sim, struct sim_contender *contender)
{
    struct s3a_lock_machine *machine = &contender->machine;
    union {
        struct s3a_lock_rest rest;
        char bytes[S3A_LOCK_REST_SIZE_MAX];
    } memory;

    if (contender->ended || !s3a_lock_machine_may_rest(machine)) {
        return;
    }
    struct s3a_grant grant = machine->record.grant;
    bool may_delete = machine->may_delete;
    const uint8_t *session =
        contender->under ? sim->sessions[sim->contenders[contender->under - 1].keeps - 1].id : NULL;
    memset(&memory, 0x5a, sizeof(memory));
    s3a_lock_machine_rest(machine, &memory.rest);
    memset(machine, 0x5a, sizeof(*machine));
    s3a_lock_machine_wake(machine, &memory.rest, &grant, session);
    machine->may_delete = may_delete;
    sim->tally.rests++;
}

/* At rest, it may happen to find no memory to send anything with. */
static bool is_poor(struct sim *sim, const struct s3a_lock_machine *machine)
{
    bool may_be = machine->at == S3A_AT_HOLD || machine->at == S3A_AT_OVER;

    return may_be && s3a_lock_machine_may_rest(machine) && sim_happens(sim, POOR_CHANCE);
}

static void step(struct sim *sim, unsigned number, struct s3a_lock_event *event)
{
    struct sim_contender *contender = &sim->contenders[number];
    struct s3a_lock_machine *machine = &contender->machine;
    struct s3a_lock_action action;
    uint64_t good_until_ms = sim_good_until_ms(sim, contender);
    enum s3a_lock_place from = machine->at;

    event->now_ms = sim_local_time(sim, contender);
    event->wall_ms = sim_store_clock(sim);
    if (contender->under) {
        const struct sim_contender *keeper = &sim->contenders[contender->under - 1];
        event->session_good_until_ms = keeper->ended ? 0 : s3a_lock_good_until_ms(&keeper->machine);
    }
    event->cannot_send = is_poor(sim, machine);
    s3a_lock_step(machine, event, &action);
    sim->tally.steps++;
    sim->tally.poor += event->cannot_send;
    sim->tally.places[machine->at]++;
    sim_hash_in(sim, sim->now_ms << 16 ^ (uint64_t)number << 8 ^ (uint64_t)machine->at << 4 ^
                         action.tell);
    if (sim->trace) {
        sim_say_step(sim, number, from, event, &action);
    }
    if (action.abandon) {
        contender->in_flight = 0;
    }
    if (action.tell & S3A_LOCK_TELL_GRANTED && from == S3A_AT_LOOK) {
        sim->tally.adoptions++;
    }
    sim_check_step(sim, number, good_until_ms, &action);
    sim_session_after_step(sim, number, &action);
    if (action.request != S3A_LOCK_REQUEST_NONE) {
        sim_send(sim, number, &action);
    }
    contender->wake_ms = action.wake_ms == S3A_LOCAL_TIME_NEVER
                             ? S3A_LOCAL_TIME_NEVER
                             : sim_true_time(contender, action.wake_ms);
    if (!contender->ended && (contender->in_flight || action.wake_ms != S3A_LOCAL_TIME_NEVER)) {
        set_alarm(sim, number);
    }
    rest(sim, contender);
    if (action.tell & S3A_LOCK_TELL_STAYS) {
        sim_tell(sim, number, S3A_LOCK_RELEASE); /* who wants it gone asks again */
    }
}

static void deliver(struct sim *sim, struct sim_event *event)
{
    struct sim_contender *contender = &sim->contenders[event->contender];
    struct s3a_lock_event input = {.kind = S3A_LOCK_ANSWER};

    if (contender->ended || contender->in_flight != event->request.number) {
        sim_event_free(sim, event);
        return;
    }
    if (contender->frozen) {
        contender->kept = event; /* it finds it when it goes on */
        return;
    }
    contender->in_flight = 0;
    contender->looked_ms = event->reply.looked_ms;
    input.status = event->reply.status;
    input.etag = event->reply.etag;
    input.view = &event->reply.view;
    step(sim, event->contender, &input);
    sim_event_free(sim, event);
}

static void alarm_rings(struct sim *sim, unsigned number)
{
    struct sim_contender *contender = &sim->contenders[number];
    struct s3a_lock_event input = {.kind = S3A_LOCK_WAKE};

    if (contender->pending_ms != sim->now_ms) {
        return; /* another was set for an earlier time */
    }
    contender->pending_ms = S3A_LOCAL_TIME_NEVER;
    if (contender->ended || contender->frozen) {
        return;
    }
    if (sim->now_ms < contender->alarm_ms) {
        set_alarm(sim, number);
        return;
    }
    if (contender->in_flight && sim->now_ms >= contender->timeout_ms) {
        contender->in_flight = 0;
        input.kind = S3A_LOCK_ANSWER;
        input.status = contender->in_flight_writes ? S3A_IN_DOUBT : S3A_TIMEOUT;
    } else if (sim->now_ms < contender->wake_ms) {
        return;
    }
    step(sim, number, &input);
}

static void turn(struct sim *sim)
{
    struct sim_event *event = sim_event_pop(sim);
    enum sim_event_kind kind = event->kind;

    sim->now_ms = event->at_ms > sim->now_ms ? event->at_ms : sim->now_ms;
    if (kind == SIM_EVENT_ARRIVE) {
        sim_arrive(sim, event);
    } else if (kind == SIM_EVENT_ANSWER) {
        deliver(sim, event);
    } else {
        unsigned number = event->contender;
        sim_event_free(sim, event);
        if (kind == SIM_EVENT_ALARM) {
            alarm_rings(sim, number);
        } else {
            sim_java_act(sim);
        }
    }
}

void sim_run(struct sim *sim, uint64_t duration_ms)
{
    uint64_t end_ms = sim->now_ms + duration_ms;

    while (sim_event_next_ms(sim) <= end_ms && !sim->breach[0]) {
        turn(sim);
    }
    sim->now_ms = end_ms;
}

bool sim_run_until(struct sim *sim, sim_condition condition, unsigned number, uint64_t limit_ms)
{
    uint64_t end_ms = sim->now_ms + limit_ms;

    while (!condition(sim, number)) {
        if (sim_event_next_ms(sim) > end_ms || sim->breach[0]) {
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

    sim_renew(sim, number, terms, NULL);
    return number;
}

void sim_renew(struct sim *sim, unsigned number, const struct s3a_lock_terms *terms,
               const struct s3a_lock_view *remembered)
{
    struct sim_contender *contender = &sim->contenders[number];
    uint64_t seed[2] = {s3a_jitter_next(&sim->random), s3a_jitter_next(&sim->random)};

    free(contender->kept);
    memset(contender, 0, sizeof(*contender));
    s3a_lock_machine_init(&contender->machine, terms, (const uint8_t *)seed, remembered);
    contender->machine.may_delete = !sim->faults.deletes_blindly; /* as a probe has found */
    contender->clock_offset_ms = s3a_jitter_next(&sim->random) % 1000000000;
    contender->wake_ms = S3A_LOCAL_TIME_NEVER;
    contender->pending_ms = S3A_LOCAL_TIME_NEVER;
    memset(contender->robbed_owner, 0xff, S3A_OWNER_SIZE);
}

void sim_tell(struct sim *sim, unsigned number, enum s3a_lock_event_kind kind)
{
    struct s3a_lock_event event = {.kind = kind};

    step(sim, number, &event);
}

void sim_start(struct sim *sim, unsigned number)
{
    sim->contenders[number].started = true;
    sim->contenders[number].started_ms = sim->now_ms;
    sim_tell(sim, number, S3A_LOCK_START);
}

void sim_release(struct sim *sim, unsigned number)
{
    struct sim_contender *contender = &sim->contenders[number];

    contender->release_asked = true;
    contender->release_asked_ms = sim->now_ms;
    contender->cancel_asked = contender->cancel_asked || !contender->granted;
    contender->release_good_ms = sim_good_until_ms(sim, contender);
    sim_tell(sim, number, S3A_LOCK_RELEASE);
}

void sim_cancel(struct sim *sim, unsigned number)
{
    struct sim_contender *contender = &sim->contenders[number];

    contender->cancel_asked = contender->cancel_asked || !contender->granted;
    sim_tell(sim, number, S3A_LOCK_CANCEL);
}

void sim_detach(struct sim *sim, unsigned number)
{
    struct sim_contender *contender = &sim->contenders[number];

    contender->detached =
        s3a_lock_good_until_ms(&contender->machine) > sim_local_time(sim, contender);
    sim_tell(sim, number, S3A_LOCK_DETACH);
}

void sim_resume(struct sim *sim, unsigned number, const struct s3a_lock_terms *terms)
{
    struct sim_contender *contender = &sim->contenders[number];
    struct s3a_grant grant = contender->machine.record.grant;
    uint64_t seed[2] = {s3a_jitter_next(&sim->random), s3a_jitter_next(&sim->random)};

    sim_renew(sim, number, terms, NULL);
    s3a_lock_machine_resume(&contender->machine, terms, (const uint8_t *)seed, &grant);
    sim_start(sim, number);
}

void sim_crash(struct sim *sim, unsigned number)
{
    sim->contenders[number].ended = true;
    sim_say(sim, "c%u is killed", number);
}

void sim_freeze(struct sim *sim, unsigned number)
{
    sim->contenders[number].frozen = true;
    sim_say(sim, "c%u is frozen", number);
}

/* What came meanwhile, and the alarm that is long due, in either order. */
void sim_thaw(struct sim *sim, unsigned number)
{
    struct sim_contender *contender = &sim->contenders[number];
    bool answer_first = sim_random(sim, 1) == 1;

    sim_say(sim, "c%u goes on", number);
    contender->frozen = false;
    contender->thawed_ms = sim->now_ms;
    if (contender->kept && answer_first) {
        sim_event_post(sim, contender->kept, sim->now_ms);
    }
    if (contender->wake_ms != S3A_LOCAL_TIME_NEVER || contender->in_flight) {
        contender->pending_ms = S3A_LOCAL_TIME_NEVER;
        set_alarm(sim, number);
    }
    if (contender->kept && !answer_first) {
        sim_event_post(sim, contender->kept, sim->now_ms);
    }
    contender->kept = NULL;
}
