/* SPDX-License-Identifier: MIT */
#include "sim_world.h"

#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

/*
 * What must always hold (s3atomic-protocol(7), S1 to S4).
 *
 * What is done from outside is nobody's fault: who was robbed of his lock does not count as a
 * holder any more (he is told at his next heartbeat), and a new object's token need only be higher
 * than the old one's where seconds can tell the two apart.
 */

#define BUSY_STEPS_MAX 100

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
    sim_say(sim, "BREACH %s", sim->breach);
}

static bool is_robbed(const struct sim *sim, const struct sim_contender *contender)
{
    if (contender->under) {
        const struct sim_contender *keeper = &sim->contenders[contender->under - 1];
        if (keeper->keeps && sim->sessions[keeper->keeps - 1].killed) {
            return true;
        }
    }
    return memcmp(contender->robbed_owner, contender->machine.record.grant.owner, S3A_OWNER_SIZE) ==
           0;
}

static bool holds_lease(const struct sim *sim, const struct sim_contender *contender)
{
    return contender->started && !contender->ended &&
           sim_local_time(sim, contender) < sim_good_until_ms(sim, contender);
}

bool sim_is_held(struct sim *sim, unsigned number)
{
    return holds_lease(sim, &sim->contenders[number]);
}

unsigned sim_holders(struct sim *sim)
{
    unsigned count = sim->now_ms < sim->java.held_until_ms ? 1 : 0;

    for (unsigned i = 0; i < sim->contender_count; i++) {
        const struct sim_contender *contender = &sim->contenders[i];
        count +=
            !contender->keeps && holds_lease(sim, contender) && !is_robbed(sim, contender) ? 1 : 0;
    }
    return count;
}

/* S1 */
void sim_check_leases(struct sim *sim)
{
    if (sim_holders(sim) > 1) {
        sim_breach(sim, "S1: two valid leases at once");
    }
}

/* S2 */
static void check_grant(struct sim *sim, unsigned number)
{
    struct sim_contender *contender = &sim->contenders[number];

    if (contender->cancel_asked) {
        sim_breach(sim, "c%u was granted what it had cancelled", number);
    }
    if (!holds_lease(sim, contender)) {
        sim_breach(sim, "c%u was granted a lease that is over", number);
    }
    contender->granted = true;
    contender->token = contender->machine.record.grant.token;
    if (contender->keeps) {
        return;
    }
    sim->last_grant_ms = sim->now_ms;
    sim->grants++;
    sim->tally.grants++;
    if (is_robbed(sim, contender)) {
        return;
    }
    bool resuming = contender->machine.resuming;
    sim->tally.resumed += resuming ? 1 : 0;
    if (contender->token <= sim->last_token && !(resuming && contender->token == sim->last_token)) {
        sim_breach(sim, "S2: c%u was granted token %" PRIu64 " after token %" PRIu64, number,
                   contender->token, sim->last_token);
    }
    sim->last_token = contender->token;
}

/* Once for each time that it gets into danger, and always before the end. */
static void check_danger(struct sim *sim, unsigned number, unsigned tell)
{
    struct sim_contender *contender = &sim->contenders[number];
    uint64_t end_ms = s3a_lock_own_end_ms(&contender->machine);
    enum s3a_lost_reason reason = contender->machine.lost_reason;

    if (tell & S3A_LOCK_TELL_DANGER) {
        contender->dangers++;
        sim->tally.dangers++;
        if (contender->warned) {
            sim_breach(sim, "c%u was warned twice of one danger", number);
        }
        contender->warned = true;
    }
    if (tell & S3A_LOCK_TELL_LOST && reason >= S3A_LOST_UNREACHABLE && reason != S3A_LOST_SESSION &&
        !contender->release_asked && !contender->warned && contender->thawed_ms != sim->now_ms) {
        sim_breach(sim, "c%u lost the lock without a warning", number);
    }
    if (sim_local_time(sim, contender) + contender->machine.terms.warn_ms < end_ms) {
        contender->warned = false;
    }
}

/* Before a lease's end nobody can have taken it, unless somebody meddles. */
static void check_loss(struct sim *sim, unsigned number)
{
    enum s3a_lost_reason reason = sim->contenders[number].machine.lost_reason;

    if (reason < S3A_LOST_UNREACHABLE && !sim->store.touched && sim->tally.robberies == 0) {
        sim_breach(sim, "c%u is told that it lost what is still its own", number);
    }
}

/* S4, for who was robbed: told by the end of the lease that he could still believe in. */
static void check_robbed(struct sim *sim, unsigned number)
{
    const struct sim_contender *contender = &sim->contenders[number];
    const struct s3a_lock_view *object = &sim->store.object;
    bool again = object->kind == S3A_LOCK_OBJECT_RECORD && object->record.held &&
                 memcmp(object->record.grant.owner, contender->owner, S3A_OWNER_SIZE) == 0;

    if (contender->under) {
        return; /* it looks at its lock only to give it back (§11) */
    }
    if (is_robbed(sim, contender) && contender->robbed_until_ms > 0 && !again &&
        holds_lease(sim, contender) &&
        sim_local_time(sim, contender) > contender->robbed_until_ms + 2) {
        sim_breach(sim, "S4: c%u still believes in what it was robbed of", number);
    }
}

/* S4: whoever no longer holds it was told, and in time, unless he gave it back or was frozen. */
static void check_told(struct sim *sim, unsigned number, uint64_t good_until_ms, unsigned tell)
{
    struct sim_contender *contender = &sim->contenders[number];

    if (good_until_ms == 0) {
        return;
    }
    uint64_t over_ms = sim_local_time(sim, contender) - good_until_ms;
    bool gave_back = contender->release_asked || contender->ended;
    if (sim_good_until_ms(sim, contender) == 0 && !gave_back && !contender->lost_told) {
        sim_breach(sim, "S4: c%u lost the lock and was not told", number);
    }
    if ((int64_t)over_ms > 2 && contender->thawed_ms != sim->now_ms) {
        sim_breach(sim, "S4: c%u was awake %" PRIu64 " ms too late for its lease's end", number,
                   over_ms);
    }
    if (tell & S3A_LOCK_TELL_DANGER && (int64_t)over_ms >= 0) {
        sim_breach(sim, "S4: c%u was warned after its lease's end", number);
    }
}

/* Worlds in which a write may land that nobody could know of: sent twice, applied although the
 * store said "later", or under a condition that came true again when somebody deleted the object.
 */
static bool is_haunted(const struct sim *sim)
{
    return sim->haunted || sim->store.touched || sim->java.present;
}

/* Only another's deletion lets a CREATE be applied that its sender knew to have come too late. */
static bool may_be_late(const struct sim *sim)
{
    return is_haunted(sim) || sim->store.late_create;
}

/* Does what was just ended leave a lock behind although it says that it did not? */
static void check_leftover(struct sim *sim, unsigned number, const struct s3a_lock_action *action)
{
    struct sim_contender *contender = &sim->contenders[number];
    const struct s3a_lock_view *object = &sim->store.object;
    bool failed = action->tell & S3A_LOCK_TELL_FAILED;
    bool clean = failed ? action->status != S3A_IN_DOUBT && action->status != S3A_UNSUPPORTED
                        : action->status == S3A_OK;

    contender->failed_clean = failed && clean;
    if (contender->detached || (failed && contender->machine.resuming)) {
        return; /* what it leaves behind it leaves on purpose */
    }
    bool kept = !failed && clean && contender->machine.record.held;
    if (kept) {
        sim_note_kept(sim, number);
    }
    if (clean && !kept && object->kind == S3A_LOCK_OBJECT_RECORD && object->record.held &&
        memcmp(object->record.grant.owner, contender->owner, S3A_OWNER_SIZE) == 0 &&
        !may_be_late(sim)) {
        sim_breach(sim, "c%u ended, but its lock lies there held", number);
    }
    if (contender->machine.is_deleted && object->kind == S3A_LOCK_OBJECT_RECORD &&
        sim_same_grant(&object->record.grant, &contender->machine.record.grant) &&
        !may_be_late(sim)) {
        sim_breach(sim, "c%u is told that its object was deleted, but it lies there", number);
    }
    /* A clear 412 to a release that was applied, and then superseded, looks like a robbery; and the
     * Java library, people and those who delete leave no trace of who came before. */
    bool traceless = sim->store.deleted_ms > contender->release_asked_ms;
    if (!failed && action->status == S3A_LOST && !contender->lost_told &&
        !is_robbed(sim, contender) && !sim->replayed && !is_haunted(sim) && !traceless &&
        sim_local_time(sim, contender) < contender->release_good_ms) {
        sim_breach(sim, "c%u gave back in time what it is told was lost", number);
    }
}

static void check_busy(struct sim *sim, unsigned number)
{
    struct sim_contender *contender = &sim->contenders[number];

    if (contender->busy_ms != sim->now_ms) {
        contender->busy_ms = sim->now_ms;
        contender->busy_steps = 0;
    }
    if (++contender->busy_steps > BUSY_STEPS_MAX) {
        sim_breach(sim, "c%u turns in circles", number);
    }
}

/* L2: what a client takes for somebody else's is not its own. */
static void check_stranger(struct sim *sim, unsigned number, const struct s3a_lock_action *action)
{
    const struct s3a_lock_machine *machine = &sim->contenders[number].machine;

    if (!sim->contenders[number].keeps && action->tell & S3A_LOCK_TELL_FAILED &&
        action->status == S3A_HELD && !may_be_late(sim) &&
        machine->view.kind == S3A_LOCK_OBJECT_RECORD && machine->view.record.held &&
        memcmp(machine->view.record.grant.owner, machine->seed, 8) == 0) {
        sim_breach(sim, "L2: c%u takes its own record for another's", number);
    }
    if (action->tell & S3A_LOCK_TELL_FAILED && action->status == S3A_OK) {
        sim_breach(sim, "c%u failed with success", number);
    }
}

void sim_check_step(struct sim *sim, unsigned number, uint64_t good_until_ms,
                    const struct s3a_lock_action *action)
{
    struct sim_contender *contender = &sim->contenders[number];

    if (action->tell & S3A_LOCK_TELL_GRANTED) {
        check_grant(sim, number);
    }
    if (action->tell & S3A_LOCK_TELL_LOST && contender->lost_told) {
        sim_breach(sim, "c%u was told twice that it lost the lock", number);
    }
    if (action->tell & S3A_LOCK_TELL_LOST) {
        check_loss(sim, number);
        contender->lost_told = true;
        sim->tally.lost[contender->machine.lost_reason]++;
    }
    check_danger(sim, number, action->tell);
    if (action->tell & (S3A_LOCK_TELL_FAILED | S3A_LOCK_TELL_ENDED)) {
        contender->ended = true;
        contender->status = action->status;
        if (!contender->keeps) {
            check_leftover(sim, number, action);
            sim->tally.releases += action->status == S3A_OK ? 1 : 0;
        }
    }
    if (action->request != S3A_LOCK_REQUEST_NONE && contender->in_flight) {
        sim_breach(sim, "c%u has two requests in flight", number);
    }
    check_stranger(sim, number, action);
    check_told(sim, number, good_until_ms, action->tell);
    check_busy(sim, number);
    check_robbed(sim, number);
    if (holds_lease(sim, contender)) {
        sim_check_leases(sim); /* nobody else's step can have made a second holder */
    }
}

/* An attempt that was given up, or begun afresh, must have been made impossible before. */
static void check_ghost(struct sim *sim, const struct sim_request *request)
{
    const struct sim_contender *contender = &sim->contenders[request->contender];
    const uint8_t *owner = request->record.grant.owner;

    if (!request->record.held || may_be_late(sim) ||
        memcmp(contender->machine.seed, owner, 8) != 0) {
        return; /* or from a process that is no more */
    }
    if (contender->failed_clean || memcmp(contender->owner, owner, S3A_OWNER_SIZE) != 0) {
        sim_breach(sim, "c%u left a ghost, which holds the lock for nobody", request->contender);
    }
}

/* S3: what may be overwritten by whom, as the store itself sees it. A clock that is 1 % fast sees
 * a lease end that much earlier; by then its holder has given up. */
void sim_check_write(struct sim *sim, const struct sim_request *request)
{
    struct sim_store *store = &sim->store;
    const struct s3a_lock_view *old = &store->object;

    store->late_create = old->kind != S3A_LOCK_OBJECT_RECORD && store->deleted_ms > 0 &&
                         request->looked_ms <= store->deleted_ms;
    sim->tally.late_creates += store->late_create ? 1 : 0;
    check_ghost(sim, request);
    sim_check_kept(sim, request);
    int64_t age_ms = sim_store_clock(sim) - old->store_modified_ms;

    if (old->kind == S3A_LOCK_OBJECT_FOREIGN || old->kind == S3A_LOCK_OBJECT_NEWER) {
        sim_breach(sim, "S3: a foreign object was overwritten");
    }
    if (old->kind == S3A_LOCK_OBJECT_JAVA && sim_store_clock(sim) < old->java_expires_ms) {
        sim_breach(sim, "S3: a lock of the Java library was overwritten before its end");
    }
    sim_session_check_take(sim, request);
    if (old->kind == S3A_LOCK_OBJECT_RECORD && old->record.held && !store->ghost &&
        !old->record.has_session && !sim_same_grant(&old->record.grant, &request->record.grant) &&
        age_ms < old->record.lease_ms - old->record.lease_ms / 50) {
        sim_breach(sim, "S3: a lock was overwritten by another %" PRId64 " ms after its heartbeat",
                   age_ms);
    }
    store->ghost = false;
    if (old->kind != S3A_LOCK_OBJECT_RECORD) {
        store->ghost = store->removed_ms > 0 && request->looked_ms <= store->removed_ms;
        if (store->ghost || store->removed_young) {
            sim->last_token = 0;
        }
        store->removed_young = false;
    }
    if (old->kind != S3A_LOCK_OBJECT_RECORD || old->record.recent_count == 0) {
        store->created_ms = sim->now_ms; /* its token may be of this time */
    }
}
