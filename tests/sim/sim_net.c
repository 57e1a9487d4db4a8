/* SPDX-License-Identifier: MIT */
#include "sim_world.h"

#include <string.h>

#define REQUEST_TIMEOUT_MS 1000

/* 9999-12-31: the Expires of a lock under a session, which nothing extends. */
#define SIM_FAR_MS INT64_C(253402300799000)

/* Of one way. */
static uint64_t latency_ms(struct sim *sim)
{
    bool slow = sim_happens(sim, sim->faults.slow);
    return 1 + sim_random(sim, slow ? sim->faults.slow_ms : SIM_LATENCY_MS);
}

static bool writes(enum s3a_lock_request kind)
{
    return kind == S3A_LOCK_REQUEST_CREATE || kind == S3A_LOCK_REQUEST_REPLACE ||
           kind == S3A_LOCK_REQUEST_DELETE || kind == S3A_LOCK_REQUEST_KILL_SESSION;
}

static int64_t up_to_seconds(int64_t time_ms)
{
    return (time_ms + 999) / 1000 * 1000;
}

static void fill_request(struct sim *sim, struct sim_contender *contender,
                         const struct s3a_lock_action *action, struct sim_request *ret_request)
{
    memset(ret_request, 0, sizeof(*ret_request));
    ret_request->number = ++sim->requests;
    ret_request->contender = (unsigned)(contender - sim->contenders);
    ret_request->kind = action->request;
    ret_request->bare_etag = action->bare_etag;
    ret_request->session = contender->keeps;
    ret_request->under = contender->under ? sim->contenders[contender->under - 1].keeps : 0;
    if (action->session) {
        ret_request->session =
            1 + (unsigned)(sim_session_find(sim, action->session) - sim->sessions);
    }
    if (action->etag) {
        strcpy(ret_request->etag, action->etag);
    }
    if (action->request == S3A_LOCK_REQUEST_DELETE) {
        ret_request->record = contender->machine.record; /* what it means to delete */
    }
    if (!action->record) {
        return;
    }
    ret_request->record = *action->record;
    if (action->session) {
        return; /* another's record */
    }
    if (memcmp(contender->owner, action->record->grant.owner, S3A_OWNER_SIZE) != 0) {
        memcpy(contender->owner, action->record->grant.owner, S3A_OWNER_SIZE);
        contender->decided_ms = contender->looked_ms;
    }
    ret_request->looked_ms = contender->decided_ms;
    if (action->record->has_session) {
        ret_request->expires_ms = SIM_FAR_MS;
    } else if (action->record->held) {
        ret_request->expires_ms = up_to_seconds(sim_store_clock(sim) + action->record->lease_ms);
    }
}

/* What is answered although something else was done. */
static enum s3a_status false_answer(struct sim *sim, bool is_write)
{
    if (is_write && sim->faults.writes_in_doubt) {
        return S3A_IN_DOUBT;
    }
    if (sim_happens(sim, sim->faults.applied_500)) {
        return S3A_SERVER;
    }
    if (sim_happens(sim, sim->faults.applied_503)) {
        sim->haunted = true;
        return S3A_LATER;
    }
    return S3A_OK;
}

void sim_send(struct sim *sim, unsigned number, const struct s3a_lock_action *action)
{
    struct sim_contender *contender = &sim->contenders[number];
    const struct sim_faults *faults = &sim->faults;

    contender->in_flight = sim->requests + 1;
    contender->in_flight_writes = writes(action->request);
    contender->timeout_ms =
        sim->now_ms + (action->timeout_ms ? action->timeout_ms : REQUEST_TIMEOUT_MS);
    struct sim_event *event = sim_event_new(sim, SIM_EVENT_ARRIVE, number);
    fill_request(sim, contender, action, &event->request);
    bool no_way = contender->cut_off || sim->store.down;
    if (no_way && sim_random(sim, 1) == 0) {
        event->kind = SIM_EVENT_ANSWER;
        event->reply.status = S3A_UNREACHABLE;
        sim_event_post(sim, event, sim->now_ms + latency_ms(sim));
        return;
    }
    if (no_way || sim_happens(sim, faults->request_lost)) {
        sim_say(sim, "      #%lu is lost on its way", (unsigned long)event->request.number);
        sim_event_free(sim, event);
        return;
    }
    uint64_t at_ms = sim->now_ms + latency_ms(sim);
    if (sim_happens(sim, faults->late)) {
        at_ms = contender->timeout_ms + sim_random(sim, SIM_LATE_MAX_MS);
        event->silent = true;
    } else if (sim_happens(sim, faults->answer_lost)) {
        event->silent = true;
    }
    event->instead_of = false_answer(sim, contender->in_flight_writes);
    if (sim_happens(sim, faults->twice)) {
        sim->haunted = true;
        struct sim_event *again = sim_event_new(sim, SIM_EVENT_ARRIVE, number);
        *again = *event;
        sim_event_post(sim, again, at_ms + sim_random(sim, SIM_LATE_MAX_MS));
    }
    sim_event_post(sim, event, at_ms);
}

/* The store's own mood, before it looks at the request; S3A_OK: it does. */
static enum s3a_status mood(struct sim *sim, bool is_write)
{
    const struct sim_faults *faults = &sim->faults;

    if (sim->store.bucket_gone) {
        return S3A_NO_BUCKET;
    }
    if (is_write && sim_happens(sim, faults->conflict_409)) {
        return S3A_RACE;
    }
    if (sim_happens(sim, faults->later_503)) {
        return S3A_LATER;
    }
    if (sim_happens(sim, faults->failed_500)) {
        return S3A_SERVER;
    }
    return sim_happens(sim, faults->refused_403) ? S3A_DENIED : S3A_OK;
}

void sim_arrive(struct sim *sim, struct sim_event *event)
{
    const struct sim_request *request = &event->request;
    if (sim->store.down) {
        sim_event_free(sim, event);
        return;
    }
    event->reply.status = mood(sim, writes(request->kind));
    event->reply.looked_ms = sim->now_ms;
    event->reply.etag[0] = '\0';
    if (event->reply.status == S3A_OK) {
        sim_store_apply(sim, request, &event->reply);
        if (sim_happens(sim, sim->faults.replayed)) {
            sim->replayed = true;
            sim_store_apply(sim, request, &event->reply);
        }
        if (event->instead_of != S3A_OK) {
            event->reply.status = event->instead_of;
        }
    }
    sim_hash_in(sim, request->number * 64 + (uint64_t)event->reply.status);
    sim_say(sim, "      store answers #%lu of c%u: %s%s", (unsigned long)request->number,
            event->contender, s3a_status_name(event->reply.status),
            event->silent ? ", but nobody hears it" : "");
    if (event->silent) {
        sim_event_free(sim, event);
        return;
    }
    event->kind = SIM_EVENT_ANSWER;
    sim_event_post(sim, event, sim->now_ms + latency_ms(sim));
}
