/* SPDX-License-Identifier: MIT */
#include "sim_chaos.h"

#include <inttypes.h>
#include <string.h>

#include "sim_world.h"

#define CHAOS_MS 100000
#define CALM_MORE_MS 6000

/* Leases and pauses of a slow world are longer by that, the chaos lasts longer by that. */
#define SLOW_SCALE 20
#define SLOW_CHAOS 10

#define LEASE_MAX_MS 5000 /* the longest that anybody has, scale apart */
#define ACT_EVERY_MS 100
#define HOLD_MAX_MS 9000
#define CALM_HOLD_MAX_MS 2000

/* Until a last attempt is cleared up. */
#define OVER_MAX_MS 15000

/* What L1 allows beyond lease, grace and poll_max: four round trips, a date that is cut to seconds
 * by a front end that is a second behind, and the pause after a lost race. */
#define L1_SLACK_MS (4 * 2 * (SIM_LATENCY_MS + 1) + 2000 + 200)

static unsigned chance(struct sim *sim, unsigned max)
{
    return sim_random(sim, 2) == 0 ? (unsigned)sim_random(sim, max) : 0;
}

static void choose_faults(struct sim *sim)
{
    sim->faults = (struct sim_faults){
        .request_lost = chance(sim, 100),
        .answer_lost = chance(sim, 100),
        .late = chance(sim, 60),
        .twice = chance(sim, 60),
        .conflict_409 = chance(sim, 100),
        .later_503 = chance(sim, 100),
        .applied_503 = chance(sim, 40),
        .failed_500 = chance(sim, 100),
        .applied_500 = chance(sim, 100),
        .refused_403 = chance(sim, 30),
        .replayed = chance(sim, 60),
        .absurd_modified = sim_random(sim, 9) == 0 ? 1000 : chance(sim, 60),
        .no_modified = sim_random(sim, 4) == 0 ? 1000 : chance(sim, 200),
        .no_date = chance(sim, 100),
        .slow = chance(sim, 300),
        .slow_ms = 40 + (unsigned)sim_random(sim, 4000),
        .writes_in_doubt = sim_random(sim, 19) == 0,
        .dates_in_seconds = sim_random(sim, 1) == 1,
        .quoted_literally = sim_random(sim, 3) == 0,
        .deletes_blindly = sim_random(sim, 4) == 0,
        .absent_deletes = sim_random(sim, 1) == 0,
    };
}

static struct s3a_lock_terms choose_terms(struct sim *sim)
{
    struct s3a_lock_terms terms = sim_terms();

    terms.lease_ms = 1500 + 500 * (uint32_t)sim_random(sim, 5) + (uint32_t)sim_random(sim, 1);
    terms.lease_ms *= sim->scale;
    terms.grace_ms = sim->grace_ms;
    terms.heartbeat_ms = terms.lease_ms / (2 + (uint32_t)sim_random(sim, 2));
    terms.warn_ms = terms.lease_ms / 3;
    terms.max_hold_ms = sim_random(sim, 4) == 0 ? 2000 + (uint32_t)sim_random(sim, 10000) : 0;
    terms.min_hold_ms = sim_random(sim, 4) == 0 ? (uint32_t)sim_random(sim, terms.lease_ms) : 0;
    terms.observe = sim_random(sim, 7) == 0;
    terms.delete_on_release = sim->deleters && sim_random(sim, 1) == 0;
    if (sim_random(sim, 2) == 0) {
        terms.wait_ms = sim_random(sim, 1) == 0 ? 0 : (int64_t)sim_random(sim, 10000);
    }
    return terms;
}

static void choose_world(struct sim *sim)
{
    bool slow = sim_random(sim, 9) == 0;

    choose_faults(sim);
    sim->deleters = sim_random(sim, 1) == 0;
    sim->scale = slow ? SLOW_SCALE : 1;
    sim->grace_ms = sim_terms().grace_ms;
    if (!sim->faults.dates_in_seconds && sim_random(sim, 1) == 0) {
        sim->grace_ms = (uint32_t)sim_random(sim, 20);
    }
    if (!slow && sim_random(sim, 3) == 0) {
        sim_java_begin(sim, sim_random(sim, 2) == 0);
    }
}

void sim_chaos_choose_clock(struct sim *sim, unsigned number)
{
    static const int64_t ppm[] = {-10000, 0, 10000};

    sim->contenders[number].clock_rate_ppm =
        sim_random(sim, 1) == 0 ? ppm[sim_random(sim, 2)] : (int64_t)sim_random(sim, 20000) - 10000;
}

/* A contender that has ended makes way for a new one; what it sent may still arrive. If its client
 * gave the lock back itself, it may remember what it wrote. */
static void renew(struct sim *sim, unsigned number)
{
    const struct sim_contender *old = &sim->contenders[number];
    struct s3a_lock_terms terms = choose_terms(sim);
    struct s3a_lock_view view = {.kind = S3A_LOCK_OBJECT_RECORD,
                                 .store_now_ms = S3A_STORE_TIME_NONE,
                                 .store_modified_ms = S3A_STORE_TIME_NONE};
    bool remembers = old->granted && old->status == S3A_OK && old->release_asked &&
                     !old->machine.record.held && !old->machine.is_deleted &&
                     sim_random(sim, 1) == 0;

    if (old->detached && sim_random(sim, 3) > 0) {
        sim_say(sim, "c%u is a new process, which goes on with the lock", number);
        sim_resume(sim, number, &terms);
        return;
    }
    view.record = old->machine.record;
    strcpy(view.etag, old->machine.etag);
    sim_renew(sim, number, &terms, remembers ? &view : NULL);
    sim_chaos_choose_clock(sim, number);
    sim_say(sim, "c%u is a new process%s", number, remembers ? ", which remembers the lock" : "");
    sim_start(sim, number);
}

/* In a calm world whoever holds it gives it back soon, and nobody gives up. */
static void act(struct sim *sim, unsigned number, bool chaos)
{
    struct sim_contender *contender = &sim->contenders[number];

    if (contender->ended) {
        if (sim_random(sim, 9) == 0) {
            renew(sim, number);
        }
        return;
    }
    if (contender->granted && contender->release_ms == 0) {
        contender->release_ms =
            sim->now_ms + sim_random(sim, chaos ? HOLD_MAX_MS * sim->scale : CALM_HOLD_MAX_MS);
    }
    uint64_t dice = chaos ? sim_random(sim, 299) : 100;
    if (contender->frozen) {
        if (sim_random(sim, 40) == 0) {
            sim_thaw(sim, number);
        }
    } else if (contender->granted && sim->now_ms >= contender->release_ms) {
        contender->release_ms = S3A_LOCAL_TIME_NEVER;
        if (sim_random(sim, 3) == 0) {
            sim_detach(sim, number);
        }
        if (!contender->ended) {
            sim_release(sim, number);
        }
    } else if (dice == 0) {
        sim_crash(sim, number);
    } else if (dice == 1) {
        sim_freeze(sim, number);
    } else if (dice == 2) {
        contender->cut_off = !contender->cut_off;
    } else if (dice < 5) {
        sim_cancel(sim, number); /* after the grant it changes nothing */
    } else if (dice == 5 && !contender->granted) {
        sim_release(sim, number);
    }
}

static void meddle(struct sim *sim)
{
    switch (sim_random(sim, 11)) {
    case 0:
        sim_store_delete(sim);
        break;
    case 1:
        sim_store_put(sim, S3A_LOCK_OBJECT_FOREIGN, NULL);
        break;
    case 2:
        sim_store_delete(sim);
        sim->store.bucket_gone = !sim->store.bucket_gone;
        break;
    case 3:
    case 4:
        sim_store_free_by_force(sim);
        break;
    default:
        if (sim->store.object.kind == S3A_LOCK_OBJECT_FOREIGN) {
            sim_store_delete(sim);
        }
        sim->store.bucket_gone = false;
    }
}

static void act_all(struct sim *sim, bool chaos, bool meddled_with)
{
    for (unsigned i = 0; i < sim->pairs_begin && !sim->breach[0]; i++) {
        act(sim, i, chaos);
    }
    for (unsigned i = sim->pairs_begin; i < sim->pairs_end && !sim->breach[0]; i += 2) {
        struct s3a_lock_terms terms = choose_terms(sim);
        uint64_t hold_ms = sim_random(sim, chaos ? HOLD_MAX_MS * sim->scale : CALM_HOLD_MAX_MS);
        sim_session_chaos_act(sim, i, chaos, &terms, hold_ms);
    }
    if (chaos && sim_random(sim, 399) == 0) {
        sim->store.down = !sim->store.down;
        sim_say(sim, "      the store is %s", sim->store.down ? "down" : "up again");
    }
    if (chaos && meddled_with && sim_random(sim, 29) == 0) {
        if (sim->pairs_end > sim->pairs_begin && sim_random(sim, 4) == 0) {
            sim_session_chaos_meddle(sim);
        } else {
            meddle(sim);
        }
    }
}

static void calm_down(struct sim *sim)
{
    struct sim_faults faults = sim->faults;

    sim_say(sim, "      all faults end");
    sim->faults = (struct sim_faults){.dates_in_seconds = faults.dates_in_seconds,
                                      .quoted_literally = faults.quoted_literally,
                                      .deletes_blindly = faults.deletes_blindly};
    sim->store.down = false;
    sim->store.bucket_gone = false;
    if (sim->store.object.kind == S3A_LOCK_OBJECT_FOREIGN) {
        sim_store_delete(sim);
    }
    for (unsigned i = 0; i < sim->contender_count; i++) {
        sim->contenders[i].cut_off = false;
        if (sim->contenders[i].frozen && !sim->contenders[i].ended) {
            sim_thaw(sim, i);
        }
    }
}

/* Once all has been calm for long: nobody still does what he was to end. */
static void check_ends(struct sim *sim)
{
    for (unsigned i = 0; i < sim->contender_count; i++) {
        const struct sim_contender *contender = &sim->contenders[i];
        int64_t wait_ms = contender->machine.terms.wait_ms;
        uint64_t age_ms = sim->now_ms - contender->started_ms;
        uint64_t over_max_ms = (uint64_t)OVER_MAX_MS * sim->scale;
        if (contender->ended) {
            continue;
        }
        if (contender->release_asked && sim->now_ms - contender->release_asked_ms > over_max_ms) {
            sim_breach(sim, "c%u was released and goes on", i);
        }
        if (contender->granted) {
            continue;
        }
        if (contender->cancel_asked) {
            sim_breach(sim, "c%u was cancelled and goes on", i);
        }
        if (wait_ms >= 0 && age_ms > (uint64_t)wait_ms + over_max_ms) {
            sim_breach(sim, "c%u waits %" PRIu64 " ms where %" PRId64 " were asked for", i, age_ms,
                       wait_ms);
        }
    }
}

/* Those who hold it are killed; are there others who wait, for ever? */
static bool only_waiters_live_on(struct sim *sim)
{
    bool waiting = false;

    for (unsigned i = sim->pairs_begin; i < sim->pairs_end; i++) {
        sim_crash(sim, i); /* with its session; the session's own machine waits for nothing */
    }
    for (unsigned i = 0; i < sim->contender_count; i++) {
        const struct sim_contender *contender = &sim->contenders[i];
        if (!contender->ended && contender->granted) {
            sim_crash(sim, i);
        } else if (!contender->ended && !contender->machine.resuming &&
                   contender->machine.terms.wait_ms < 0) {
            waiting = true; /* who goes on with a grant waits for nobody */
        }
    }
    return waiting;
}

/* L1: without faults, and with the last ghost landed, some waiter gets it in time: one from the
 * chaos, with all that it has seen there, or a new one. */
static void check_progress(struct sim *sim)
{
    struct s3a_lock_terms terms = sim_terms();
    const struct s3a_lock_view *object = &sim->store.object;
    bool held = object->kind == S3A_LOCK_OBJECT_JAVA ||
                (object->kind == S3A_LOCK_OBJECT_RECORD && object->record.held) ||
                sim->pairs_end > sim->pairs_begin; /* killed with a write on its way */
    uint32_t lease_ms = held ? LEASE_MAX_MS * sim->scale + sim->grace_ms : 0;
    uint64_t began_ms = sim->now_ms;

    sim->java.done_ms = 0;
    terms.grace_ms = sim->grace_ms;
    if (!only_waiters_live_on(sim) || sim_random(sim, 1) == 0) {
        unsigned fresh = sim_add(sim, &terms);
        sim_say(sim, "c%u is here to see whether the lock can be had", fresh);
        sim_start(sim, fresh);
    }
    uint64_t limit_ms = lease_ms + terms.poll_max_ms + L1_SLACK_MS;
    limit_ms += limit_ms / 100; /* by the slowest clock */
    while (sim->last_grant_ms <= began_ms && sim->now_ms - began_ms <= limit_ms &&
           !sim->breach[0]) {
        sim_run(sim, ACT_EVERY_MS);
    }
    if (sim->last_grant_ms <= began_ms && !sim->java.present) {
        sim_breach(sim, "L1: nobody got the lock within %lu ms", (unsigned long)limit_ms);
    }
}

/* In every other world some have sessions. */
static void add_pairs(struct sim *sim)
{
    struct s3a_lock_terms idle = sim_terms();
    unsigned count = sim_random(sim, 1) == 0 ? 0 : 1 + (unsigned)sim_random(sim, 2);

    sim->pairs_begin = sim->contender_count;
    for (unsigned i = 0; i < count; i++) {
        struct s3a_lock_terms terms = choose_terms(sim);
        terms.wait_ms = S3A_WAIT_FOREVER;
        terms.max_hold_ms = 0;
        unsigned keeper = sim_session_open(sim, SIM_CONTENDERS_MAX, &terms);
        sim_chaos_choose_clock(sim, keeper);
        (void)sim_add(sim, &idle);
        sim_start(sim, keeper);
    }
    sim->pairs_end = sim->contender_count;
}

void sim_chaos_run(struct sim *sim, uint64_t seed, FILE *trace)
{
    sim_init(sim, seed);
    sim->trace = trace;
    choose_world(sim);
    unsigned count = 2 + (unsigned)sim_random(sim, sim_random(sim, 29) == 0 ? 30 : 3);
    bool meddled_with = sim_random(sim, 2) == 0;
    for (unsigned i = 0; i < count; i++) {
        struct s3a_lock_terms terms = choose_terms(sim);
        unsigned number = sim_add(sim, &terms);
        sim_chaos_choose_clock(sim, number);
        sim_start(sim, number);
    }
    add_pairs(sim);
    uint64_t chaos_end_ms = CHAOS_MS * (sim->scale > 1 ? SLOW_CHAOS : 1);
    while (sim->now_ms < chaos_end_ms && !sim->breach[0]) {
        sim_run(sim, ACT_EVERY_MS * sim->scale / 2 + ACT_EVERY_MS / 2);
        act_all(sim, true, meddled_with);
    }
    calm_down(sim);
    /* The old contenders live on until the last of what is under way has landed. */
    uint64_t calm_end_ms = sim->now_ms + SIM_LATE_MAX_MS + (uint64_t)CALM_MORE_MS * sim->scale;
    while (sim->now_ms < calm_end_ms && !sim->breach[0]) {
        sim_run(sim, ACT_EVERY_MS);
        act_all(sim, false, false);
    }
    check_ends(sim);
    check_progress(sim);
}
