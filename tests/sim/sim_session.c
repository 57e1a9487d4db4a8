/* SPDX-License-Identifier: MIT */
#include "sim_world.h"

#include <stdio.h>
#include <string.h>

#include "check.h"

/*
 * Sessions (§11): objects beside the lock's, each kept by a machine like any other. A session and
 * those that take the lock under it are one process: they have one clock, and are killed and frozen
 * together.
 */

#define FORCED_BEATS 1000

struct sim_session *sim_session_find(struct sim *sim, const uint8_t id[S3A_SESSION_ID_SIZE])
{
    for (unsigned i = 0; i < sim->session_count; i++) {
        if (memcmp(sim->sessions[i].id, id, S3A_SESSION_ID_SIZE) == 0) {
            return &sim->sessions[i];
        }
    }
    s3a_check(false);
    return NULL;
}

unsigned sim_session_open(struct sim *sim, unsigned number, const struct s3a_lock_terms *terms)
{
    if (number == SIM_CONTENDERS_MAX) {
        number = sim_add(sim, terms);
    } else {
        sim_renew(sim, number, terms, NULL);
    }
    s3a_check(sim->session_count < SIM_SESSIONS_MAX);
    struct sim_session *session = &sim->sessions[sim->session_count++];
    for (unsigned i = 0; i < S3A_SESSION_ID_SIZE; i++) {
        session->id[i] = (uint8_t)sim_random(sim, 255);
    }
    sim->contenders[number].keeps = sim->session_count;
    s3a_lock_machine_be_fresh(&sim->contenders[number].machine);
    return number;
}

unsigned sim_session_take(struct sim *sim, unsigned number, unsigned session,
                          const struct s3a_lock_terms *terms)
{
    const struct sim_contender *keeper = &sim->contenders[session];
    struct s3a_lock_terms under = *terms;

    under.lease_ms = keeper->machine.terms.lease_ms;
    under.heartbeat_ms = keeper->machine.terms.heartbeat_ms;
    if (number == SIM_CONTENDERS_MAX) {
        number = sim_add(sim, &under);
    } else {
        sim_renew(sim, number, &under, NULL);
    }
    struct sim_contender *contender = &sim->contenders[number];
    contender->under = session + 1;
    contender->clock_offset_ms = keeper->clock_offset_ms;
    contender->clock_rate_ppm = keeper->clock_rate_ppm;
    contender->cut_off = keeper->cut_off;
    s3a_lock_machine_use_session(&contender->machine, sim->sessions[keeper->keeps - 1].id);
    sim_say(sim, "c%u takes the lock under the session that c%u keeps", number, session);
    sim_start(sim, number);
    return number;
}

uint64_t sim_good_until_ms(const struct sim *sim, const struct sim_contender *contender)
{
    uint64_t own_end_ms = s3a_lock_own_end_ms(&contender->machine);

    if (!contender->under) {
        return own_end_ms;
    }
    const struct sim_contender *keeper = &sim->contenders[contender->under - 1];
    uint64_t session_end_ms = keeper->ended ? 0 : s3a_lock_good_until_ms(&keeper->machine);
    return own_end_ms < session_end_ms ? own_end_ms : session_end_ms;
}

/* S4: whose session is lost or ended is told of it at once. */
void sim_session_after_step(struct sim *sim, unsigned number, const struct s3a_lock_action *action)
{
    const struct sim_contender *keeper = &sim->contenders[number];
    unsigned over = S3A_LOCK_TELL_LOST | S3A_LOCK_TELL_FAILED | S3A_LOCK_TELL_ENDED;
    bool is_over = s3a_lock_good_until_ms(&keeper->machine) == 0 && keeper->granted;

    if (!keeper->keeps || !(is_over || action->tell & over)) {
        return;
    }
    for (unsigned i = 0; i < sim->contender_count; i++) {
        struct sim_contender *contender = &sim->contenders[i];
        if (contender->under != number + 1 || contender->ended || !contender->started) {
            continue;
        }
        bool was_held = s3a_lock_own_end_ms(&contender->machine) > 0;
        contender->release_good_ms = 0; /* what is being given back may be taken first */
        sim_tell(sim, i, S3A_LOCK_SESSION_LOST);
        if (was_held && !contender->lost_told && !contender->release_asked) {
            sim_breach(sim, "S4: c%u lost its session and was not told", i);
        }
    }
}

/* S3: nobody takes a lock from under a session that is alive, but its own client. */
void sim_session_check_take(struct sim *sim, const struct sim_request *request)
{
    const struct s3a_lock_record *old = &sim->store.object.record;
    const struct s3a_lock_record *new = &request->record;

    if (sim->store.object.kind != S3A_LOCK_OBJECT_RECORD || !old->held || !old->has_session ||
        sim->sessions_touched || memcmp(old->grant.owner, new->grant.owner, S3A_OWNER_SIZE) == 0 ||
        (request->under &&
         memcmp(old->session, sim->sessions[request->under - 1].id, S3A_SESSION_ID_SIZE) == 0)) {
        return;
    }
    const struct s3a_lock_view *object = &sim_session_find(sim, old->session)->object;
    if (object->kind == S3A_LOCK_OBJECT_RECORD && object->record.held) {
        sim_breach(sim, "S3: c%u took a lock from under a session that is alive",
                   request->contender);
    }
}

/* S3, of sessions: killed by others when they are over, and never alive again. */
void sim_session_write(struct sim *sim, const struct sim_request *request)
{
    struct s3a_lock_view *object = &sim->sessions[request->session - 1].object;
    const struct s3a_lock_record *old = &object->record;
    int64_t age_ms = sim_store_clock(sim) - object->store_modified_ms;

    if (object->kind == S3A_LOCK_OBJECT_RECORD && old->held &&
        request->kind == S3A_LOCK_REQUEST_KILL_SESSION &&
        age_ms < old->lease_ms - old->lease_ms / 50) {
        sim_breach(sim, "S3: c%u killed a session that is not over", request->contender);
    }
    if (object->kind == S3A_LOCK_OBJECT_FOREIGN) {
        sim_breach(sim, "S3: c%u overwrote what is no session", request->contender);
    }
    sim_say(sim, "      session %u is %s", request->session,
            request->record.held ? "alive" : "dead");
    memset(object, 0, sizeof(*object));
    object->kind = S3A_LOCK_OBJECT_RECORD;
    object->record = request->record;
    object->store_modified_ms = sim_store_clock(sim);
    sim_make_etag(&request->record, object->etag);
    sim_hash_in(sim, request->number);
}

void sim_session_delete(struct sim *sim, unsigned session)
{
    sim->store.touched = true;
    sim->sessions_touched = true;
    memset(&sim->sessions[session].object, 0, sizeof(sim->sessions[session].object));
    sim_say(sim, "      from outside: session %u is deleted", session + 1);
}

void sim_session_overwrite(struct sim *sim, unsigned session)
{
    struct s3a_lock_view *object = &sim->sessions[session].object;

    sim_session_delete(sim, session);
    object->kind = S3A_LOCK_OBJECT_FOREIGN;
    object->store_modified_ms = sim_store_clock(sim);
    snprintf(object->etag, sizeof(object->etag), "outside-%lu", (unsigned long)++sim->store.writes);
}

void sim_session_kill(struct sim *sim, unsigned session)
{
    struct s3a_lock_view *object = &sim->sessions[session].object;

    if (object->kind != S3A_LOCK_OBJECT_RECORD || !object->record.held) {
        return;
    }
    sim->store.touched = true;
    sim->sessions_touched = true;
    /* Its holder goes on until its next heartbeat: what it believes in is not its own any more. */
    if (sim->store.object.kind == S3A_LOCK_OBJECT_RECORD && sim->store.object.record.has_session &&
        sim_session_find(sim, sim->store.object.record.session) == &sim->sessions[session]) {
        sim_check_robbery(sim);
    }
    sim->sessions[session].killed = true;
    object->record.held = false;
    object->record.beat += FORCED_BEATS;
    object->store_modified_ms = sim_store_clock(sim);
    sim_make_etag(&object->record, object->etag);
    sim_say(sim, "      from outside: session %u is dead", session + 1);
}
