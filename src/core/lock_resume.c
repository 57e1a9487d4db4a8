/* SPDX-License-Identifier: MIT */
#include <string.h>

#include "lock_moves.h"

/* A beat in doubt of whoever had the lock before is one more than the last; and of two who go on
 * with the same lock, hardly any two choose the same one. */
#define BEATS_SKIPPED_MIN 2
#define BEATS_SKIPPED_MAX (1 << 20)

void s3a_lock_machine_resume(struct s3a_lock_machine *machine, const struct s3a_lock_terms *terms,
                             const uint8_t random_seed[S3A_OWNER_SIZE],
                             const struct s3a_grant *grant)
{
    s3a_lock_machine_init(machine, terms, random_seed, NULL);
    machine->resuming = true;
    machine->write.record.grant = *grant;
}

static void fail_as_lost(const struct s3a_lock_turn *turn, enum s3a_lost_reason reason)
{
    turn->machine->lost_reason = reason;
    s3a_lock_acquire_fail(turn, S3A_LOST);
}

/* A lease that its holder could not rely on any more: without the grace that others add. */
static bool is_over(const struct s3a_lock_turn *turn)
{
    const struct s3a_lock_machine *machine = turn->machine;
    uint32_t grace_ms = machine->terms.grace_ms;

    return s3a_lock_view_expires_in_ms(&machine->view, grace_ms, turn->event->now_ms,
                                       machine->seen_ms) <= grace_ms;
}

/* The first heartbeat, on what was seen. */
static void beat(const struct s3a_lock_turn *turn)
{
    struct s3a_lock_machine *machine = turn->machine;
    const struct s3a_lock_view *view = &machine->view;
    struct s3a_lock_write *write = &machine->write;
    uint64_t last = view->record.beat > write->record.beat ? view->record.beat : write->record.beat;

    if (last > S3A_LOCK_TOKEN_MAX || view->record.has_session) {
        /* We never count as far, and never hand on what is under a session. */
        fail_as_lost(turn, S3A_LOST_OVERWRITTEN);
        return;
    }
    memset(write, 0, sizeof(*write));
    write->record = view->record;
    write->record.lease_ms = machine->terms.lease_ms;
    write->record.heartbeat_ms = machine->terms.heartbeat_ms;
    write->record.beat =
        last + s3a_jitter_between(&machine->random, BEATS_SKIPPED_MIN, BEATS_SKIPPED_MAX);
    s3a_lock_set_etag(write->etag, view->etag);
    machine->flipped = false;
    s3a_lock_send_write(turn, S3A_AT_TAKE);
}

static bool is_good(const struct s3a_lock_turn *turn, uint64_t sent_ms)
{
    return turn->event->now_ms < s3a_lock_hold_end_ms(turn->machine, sent_ms, sent_ms);
}

/* Not applied so far: the very same one again, in the other form of its ETag, or a younger one. */
static void beat_again(const struct s3a_lock_turn *turn)
{
    struct s3a_lock_machine *machine = turn->machine;
    bool refused = machine->refused;

    if (s3a_lock_flip_etag(machine)) {
        s3a_lock_send_write(turn, S3A_AT_TAKE);
    } else if (refused) {
        s3a_lock_look_later(turn, S3A_UNSUPPORTED); /* refused, although its condition holds */
    } else if (turn->event->now_ms - machine->write.first_sent_ms >= machine->terms.lease_ms / 2) {
        beat(turn);
    } else {
        s3a_lock_send_write(turn, S3A_AT_TAKE);
    }
}

void s3a_lock_resume_looked(const struct s3a_lock_turn *turn)
{
    struct s3a_lock_machine *machine = turn->machine;
    const struct s3a_lock_view *view = &machine->view;
    const struct s3a_lock_write *write = &machine->write;
    enum s3a_status status = turn->event->status;

    if (machine->cancelled) {
        s3a_lock_acquire_fail(turn, S3A_CANCELLED);
        return;
    }
    if (status != S3A_OK && status != S3A_NOT_MODIFIED) {
        if (s3a_lock_is_trouble(status)) {
            s3a_lock_look_later(turn, status);
        } else {
            s3a_lock_acquire_fail(turn, status);
        }
        return;
    }
    s3a_lock_keep_view(turn);
    bool was_sent = write->first_sent_ms != 0;
    bool was_given_back = !view->record.held || view->record.heartbeat_ms == 0;
    if (!s3a_lock_is_our_record(write, view) || was_given_back) {
        fail_as_lost(turn, s3a_lock_reason_of(write, view));
    } else if (was_sent && view->record.beat == write->record.beat &&
               is_good(turn, write->first_sent_ms)) {
        s3a_lock_hold_start(turn, view->etag, write->first_sent_ms);
    } else if (is_over(turn)) {
        fail_as_lost(turn, S3A_LOST_UNREACHABLE);
    } else if (was_sent && s3a_lock_is_unchanged(write, view)) {
        beat_again(turn);
    } else {
        beat(turn);
    }
}

void s3a_lock_resume_answered(const struct s3a_lock_turn *turn)
{
    struct s3a_lock_machine *machine = turn->machine;
    struct s3a_lock_write *write = &machine->write;
    enum s3a_status status = turn->event->status;
    enum s3a_lock_reply reply = s3a_lock_reply_of(turn);

    if (machine->cancelled) {
        s3a_lock_acquire_fail(turn, S3A_CANCELLED);
        return;
    }
    switch (reply) {
    case S3A_REPLY_YES:
        if (is_good(turn, write->sent_ms)) {
            s3a_lock_hold_start(turn, turn->event->etag, write->sent_ms);
        } else {
            s3a_lock_send_get(turn, S3A_AT_LOOK);
        }
        break;
    case S3A_REPLY_REFUSED:
        machine->refused = true;
        if (machine->races++ == 0) {
            s3a_lock_send_get(turn, S3A_AT_LOOK);
        } else {
            s3a_lock_look_later(turn, S3A_RACE);
        }
        break;
    case S3A_REPLY_RACE:
    case S3A_REPLY_DOUBT:
    case S3A_REPLY_LATER:
        s3a_lock_look_later(turn, status == S3A_OK ? S3A_PROTOCOL : status);
        break;
    case S3A_REPLY_FATAL:
        s3a_lock_acquire_fail(turn, status);
        break;
    }
}

/* A heartbeat in flight may still be applied: it is as much the grant's as any. */
void s3a_lock_detach_asked(const struct s3a_lock_turn *turn)
{
    struct s3a_lock_machine *machine = turn->machine;

    if (!s3a_lock_is_holding(machine) || machine->release_wanted) {
        return;
    }
    turn->action->abandon = machine->at != S3A_AT_HOLD;
    machine->at = S3A_AT_ENDED;
    turn->action->tell |= S3A_LOCK_TELL_ENDED;
    turn->action->status = S3A_OK;
}
