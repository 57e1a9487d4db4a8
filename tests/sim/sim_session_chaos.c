/* SPDX-License-Identifier: MIT */
#include "sim_chaos.h"

#include <string.h>

#include "sim_world.h"

/* What processes with a session do: each is a pair of contenders, one that keeps the session and
 * one, the next, that takes the lock under it, gives it back, takes it again. */

static void crash(struct sim *sim, unsigned keeper)
{
    sim_crash(sim, keeper);
    sim_crash(sim, keeper + 1);
}

static void cut_off(struct sim *sim, unsigned keeper)
{
    sim->contenders[keeper].cut_off = !sim->contenders[keeper].cut_off;
    sim->contenders[keeper + 1].cut_off = sim->contenders[keeper].cut_off;
}

static void act_frozen(struct sim *sim, unsigned keeper)
{
    unsigned first = (unsigned)sim_random(sim, 1);

    if (sim_random(sim, 40) == 0) {
        sim_thaw(sim, keeper + first);
        sim_thaw(sim, keeper + 1 - first);
    }
}

/* Ends as a client does it: first what is held under it is given back, or cancelled. */
static void close_session(struct sim *sim, unsigned keeper)
{
    struct sim_contender *session = &sim->contenders[keeper];
    struct sim_contender *lock = &sim->contenders[keeper + 1];

    session->closing = true;
    if (lock->started && !lock->ended && !lock->release_asked) {
        sim_release(sim, keeper + 1);
    }
}

static void act_lock(struct sim *sim, unsigned keeper, const struct s3a_lock_terms *terms,
                     uint64_t hold_ms)
{
    struct sim_contender *session = &sim->contenders[keeper];
    struct sim_contender *lock = &sim->contenders[keeper + 1];

    if (lock->ended || !lock->started) {
        if (sim_is_held(sim, keeper) && !session->closing && sim_random(sim, 9) == 0) {
            (void)sim_session_take(sim, keeper + 1, keeper, terms);
        }
        return;
    }
    if (lock->granted && lock->release_ms == 0) {
        lock->release_ms = sim->now_ms + hold_ms;
    }
    if (lock->granted && sim->now_ms >= lock->release_ms && !lock->release_asked) {
        sim_release(sim, keeper + 1);
    }
}

void sim_session_chaos_act(struct sim *sim, unsigned keeper, bool chaos,
                           const struct s3a_lock_terms *terms, uint64_t hold_ms)
{
    struct sim_contender *session = &sim->contenders[keeper];
    struct sim_contender *lock = &sim->contenders[keeper + 1];
    bool lock_is_over = lock->ended || !lock->started;

    if (session->ended) {
        if (lock_is_over && sim->session_count < SIM_SESSIONS_MAX && sim_random(sim, 9) == 0) {
            struct s3a_lock_terms kept = *terms;
            kept.wait_ms = S3A_WAIT_FOREVER;
            kept.max_hold_ms = 0;
            (void)sim_session_open(sim, keeper, &kept);
            sim_chaos_choose_clock(sim, keeper);
            sim_say(sim, "c%u opens a session", keeper);
            sim_start(sim, keeper);
        }
        return;
    }
    uint64_t dice = chaos ? sim_random(sim, 299) : 100;
    if (session->frozen) {
        act_frozen(sim, keeper);
        return;
    }
    if (dice == 0) {
        crash(sim, keeper);
    } else if (dice == 1) {
        sim_freeze(sim, keeper);
        sim_freeze(sim, keeper + 1);
    } else if (dice == 2) {
        cut_off(sim, keeper);
    } else if (dice < 5 && session->granted) {
        close_session(sim, keeper);
    } else if (dice == 5 && !lock_is_over) {
        sim_cancel(sim, keeper + 1);
    } else if (dice == 6 || session->lost_told || (session->closing && lock_is_over)) {
        sim_release(sim, keeper);
    } else {
        act_lock(sim, keeper, terms, hold_ms);
    }
}

void sim_session_chaos_meddle(struct sim *sim)
{
    if (sim->session_count == 0) {
        return;
    }
    unsigned session =
        sim->session_count - 1 - (unsigned)sim_random(sim, sim->session_count < 3 ? 0 : 2);
    switch (sim_random(sim, 2)) {
    case 0:
        sim_session_delete(sim, session);
        break;
    case 1:
        sim_session_overwrite(sim, session);
        break;
    default:
        sim_session_kill(sim, session);
    }
}
