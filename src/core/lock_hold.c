/* SPDX-License-Identifier: MIT */
#include <string.h>

#include "lock_moves.h"

#define TRY_PAUSE_MIN_MS 20
#define TRY_PAUSE_MAX_MS 2000
#define POOR_PAUSES_PER_LEASE 32

bool s3a_lock_is_holding(const struct s3a_lock_machine *machine)
{
    return machine->lost_reason == S3A_LOST_NOT && !machine->release_wanted &&
           (machine->at == S3A_AT_HOLD || machine->at == S3A_AT_BEAT ||
            machine->at == S3A_AT_CHECK);
}

/* Granted then, it may be held until then at the most. */
static uint64_t max_hold_end_ms(const struct s3a_lock_machine *machine, uint64_t granted_ms)
{
    return machine->terms.max_hold_ms == 0 ? S3A_LOCAL_TIME_NEVER
                                           : granted_ms + machine->terms.max_hold_ms;
}

uint64_t s3a_lock_hold_end_ms(const struct s3a_lock_machine *machine, uint64_t granted_ms,
                              uint64_t sent_ms)
{
    uint64_t lease_end_ms = machine->has_session
                                ? machine->session_good_ms
                                : s3a_lease_end_ms(sent_ms, machine->terms.lease_ms);
    uint64_t max_end_ms = max_hold_end_ms(machine, granted_ms);

    return lease_end_ms < max_end_ms ? lease_end_ms : max_end_ms;
}

uint64_t s3a_lock_good_until_ms(const struct s3a_lock_machine *machine)
{
    return s3a_lock_is_holding(machine)
               ? s3a_lock_hold_end_ms(machine, machine->granted_ms, machine->sent_ms)
               : 0;
}

uint64_t s3a_lock_own_end_ms(const struct s3a_lock_machine *machine)
{
    if (machine->has_session && s3a_lock_is_holding(machine)) {
        return max_hold_end_ms(machine, machine->granted_ms);
    }
    return s3a_lock_good_until_ms(machine);
}

uint64_t s3a_lock_danger_ms(const struct s3a_lock_machine *machine)
{
    uint64_t end_ms = s3a_lock_own_end_ms(machine);
    uint32_t warn_ms = machine->terms.warn_ms;

    if (end_ms == S3A_LOCAL_TIME_NEVER) {
        return end_ms;
    }
    return end_ms > warn_ms ? end_ms - warn_ms : 0;
}

static uint64_t next_beat_ms(struct s3a_lock_machine *machine, uint64_t sent_ms)
{
    uint32_t heartbeat_ms = machine->terms.heartbeat_ms;
    uint32_t tenth = heartbeat_ms / 10;

    return sent_ms +
           s3a_jitter_between(&machine->random, heartbeat_ms - tenth, heartbeat_ms + tenth);
}

/* Tells that the lock is lost; what is in flight still wants its answer. */
static void lose(const struct s3a_lock_turn *turn, enum s3a_lost_reason reason)
{
    struct s3a_lock_machine *machine = turn->machine;

    machine->lost_reason = reason;
    turn->action->tell |= S3A_LOCK_TELL_LOST;
    if (machine->at != S3A_AT_HOLD) {
        return;
    }
    machine->at = S3A_AT_OVER;
    bool is_ours = reason == S3A_LOST_UNREACHABLE || reason == S3A_LOST_CREDENTIALS;
    if (is_ours && !turn->event->cannot_send) {
        s3a_lock_clear_held(turn, S3A_CLEAR_LOST);
    }
}

void s3a_lock_hold_check_time(const struct s3a_lock_turn *turn)
{
    struct s3a_lock_machine *machine = turn->machine;
    uint64_t end_ms = s3a_lock_good_until_ms(machine);

    if (!s3a_lock_is_holding(machine) || turn->event->now_ms < end_ms) {
        return;
    }
    if (end_ms == max_hold_end_ms(machine, machine->granted_ms)) {
        lose(turn, S3A_LOST_HELD_TOO_LONG);
    } else if (machine->has_session) {
        lose(turn, S3A_LOST_SESSION);
    } else {
        lose(turn, machine->refusal_seen ? S3A_LOST_CREDENTIALS : S3A_LOST_UNREACHABLE);
    }
}

void s3a_lock_hold_check_danger(const struct s3a_lock_turn *turn)
{
    struct s3a_lock_machine *machine = turn->machine;

    if (!s3a_lock_is_holding(machine)) {
        return;
    }
    bool in_danger = turn->event->now_ms >= s3a_lock_danger_ms(machine);
    if (in_danger && !machine->danger_told) {
        turn->action->tell |= S3A_LOCK_TELL_DANGER;
    }
    machine->danger_told = in_danger;
}

static void acknowledge(const struct s3a_lock_turn *turn, const char *etag, uint64_t sent_ms)
{
    struct s3a_lock_machine *machine = turn->machine;

    machine->at = S3A_AT_HOLD;
    s3a_lock_set_etag(machine->etag, etag);
    machine->sent_ms = sent_ms;
    machine->record = machine->write.record;
    machine->next_ms = machine->has_session ? S3A_LOCAL_TIME_NEVER : next_beat_ms(machine, sent_ms);
    machine->write.doubt = false;
    machine->flipped = false;
    machine->refused = false;
    machine->check_next = false;
    machine->refusal_seen = false;
    machine->tries = 0;
}

void s3a_lock_hold_start(const struct s3a_lock_turn *turn, const char *etag, uint64_t sent_ms)
{
    acknowledge(turn, etag, sent_ms);
    turn->machine->granted_ms = sent_ms;
    turn->machine->delete_from_ms = s3a_lock_delete_from_ms(turn->machine);
    turn->action->tell |= S3A_LOCK_TELL_GRANTED;
}

/* The next heartbeat; the very same one again while the last is not settled. */
static void beat(const struct s3a_lock_turn *turn)
{
    struct s3a_lock_machine *machine = turn->machine;
    struct s3a_lock_write *write = &machine->write;

    if (write->record.beat <= machine->record.beat) {
        memset(write, 0, sizeof(*write));
        write->record = machine->record;
        write->record.beat++;
        s3a_lock_set_etag(write->etag, machine->etag);
    }
    s3a_lock_send_write(turn, S3A_AT_BEAT);
}

void s3a_lock_hold_wake(const struct s3a_lock_turn *turn)
{
    struct s3a_lock_machine *machine = turn->machine;

    if (turn->event->cannot_send) {
        machine->next_ms =
            turn->event->now_ms + 1 + machine->terms.lease_ms / POOR_PAUSES_PER_LEASE;
    } else if (machine->check_next) {
        s3a_lock_send_get(turn, S3A_AT_CHECK);
    } else {
        beat(turn);
    }
}

static void try_later(const struct s3a_lock_turn *turn, bool check_next)
{
    struct s3a_lock_machine *machine = turn->machine;
    uint32_t eighth = machine->terms.lease_ms / 8;
    uint32_t cap_ms = eighth > TRY_PAUSE_MAX_MS ? TRY_PAUSE_MAX_MS : eighth;

    cap_ms = cap_ms < TRY_PAUSE_MIN_MS ? TRY_PAUSE_MIN_MS : cap_ms;
    machine->at = S3A_AT_HOLD;
    machine->check_next = check_next;
    machine->next_ms =
        turn->event->now_ms + s3a_backoff_ms(&machine->random, machine->tries++, cap_ms);
}

static void note_refusal(struct s3a_lock_machine *machine, enum s3a_status status)
{
    machine->refusal_seen = status == S3A_DENIED || status == S3A_CREDENTIALS;
}

/* The answer came, but the lock is no longer wanted or lost by now. */
static bool hand_over(const struct s3a_lock_turn *turn)
{
    struct s3a_lock_machine *machine = turn->machine;

    if (machine->lost_reason == S3A_LOST_NOT && !machine->release_wanted) {
        return false;
    }
    if (machine->release_wanted) {
        s3a_lock_clear_held(turn, S3A_CLEAR_RELEASE);
    } else if (machine->lost_reason == S3A_LOST_HELD_TOO_LONG) {
        machine->at = S3A_AT_OVER;
    } else {
        s3a_lock_clear_held(turn, S3A_CLEAR_LOST);
    }
    return true;
}

/* Release is wanted, and no answer came in the time that was left for it. */
void s3a_lock_hold_drop(const struct s3a_lock_turn *turn)
{
    (void)hand_over(turn);
}

void s3a_lock_beat_answered(const struct s3a_lock_turn *turn)
{
    struct s3a_lock_machine *machine = turn->machine;
    enum s3a_status status = turn->event->status;
    enum s3a_lock_reply reply = s3a_lock_reply_of(turn);

    if (reply == S3A_REPLY_YES) {
        acknowledge(turn, turn->event->etag, machine->write.sent_ms);
    } else if (reply != S3A_REPLY_LATER && reply != S3A_REPLY_FATAL) {
        machine->refused = reply == S3A_REPLY_REFUSED;
        machine->write.doubt = true;
    }
    if (hand_over(turn)) {
        return;
    }
    switch (reply) {
    case S3A_REPLY_YES:
        break;
    case S3A_REPLY_REFUSED:
        s3a_lock_send_get(turn, S3A_AT_CHECK);
        break;
    case S3A_REPLY_RACE:
    case S3A_REPLY_DOUBT:
    case S3A_REPLY_LATER:
    case S3A_REPLY_FATAL:
        note_refusal(machine, status);
        try_later(turn, reply == S3A_REPLY_RACE || reply == S3A_REPLY_DOUBT);
        break;
    }
}

enum s3a_lost_reason s3a_lock_reason_of(const struct s3a_lock_write *write,
                                        const struct s3a_lock_view *view)
{
    switch (view->kind) {
    case S3A_LOCK_OBJECT_ABSENT:
        return S3A_LOST_DELETED;
    case S3A_LOCK_OBJECT_FOREIGN:
        return S3A_LOST_OVERWRITTEN;
    case S3A_LOCK_OBJECT_JAVA:
    case S3A_LOCK_OBJECT_NEWER:
        return S3A_LOST_TAKEN_OVER;
    case S3A_LOCK_OBJECT_RECORD:
        break;
    }
    return s3a_lock_is_our_record(write, view) ? S3A_LOST_FREED : S3A_LOST_TAKEN_OVER;
}

/* Our own record lies there: which of our writes is it? */
static void still_ours(const struct s3a_lock_turn *turn, const struct s3a_lock_view *view)
{
    struct s3a_lock_machine *machine = turn->machine;

    if (strcmp(view->etag, machine->etag) == 0) {
        if (s3a_lock_flip_etag(machine)) {
            beat(turn);
        } else {
            try_later(turn, false);
        }
        return;
    }
    if (view->record.beat == machine->write.record.beat) {
        acknowledge(turn, view->etag, machine->write.first_sent_ms);
        return;
    }
    /* Ours, but none of the writes that this lease could count from. The next is to differ from
     * everything that we ever wrote: an ETag that comes back would look like a lease at rest. */
    s3a_lock_set_etag(machine->etag, view->etag);
    if (machine->write.record.beat > machine->record.beat) {
        machine->record.beat = machine->write.record.beat;
    }
    if (view->record.beat > machine->record.beat) {
        machine->record.beat = view->record.beat;
    }
    machine->write.doubt = false;
    try_later(turn, false);
}

void s3a_lock_check_answered(const struct s3a_lock_turn *turn)
{
    struct s3a_lock_machine *machine = turn->machine;
    const struct s3a_lock_view *view = turn->event->view;
    enum s3a_status status = turn->event->status;

    if (hand_over(turn)) {
        return;
    }
    if (status == S3A_NO_BUCKET) {
        machine->at = S3A_AT_HOLD;
        lose(turn, S3A_LOST_DELETED);
    } else if (status != S3A_OK) {
        /* Writing may go where reading does not. */
        note_refusal(machine, status);
        try_later(turn, false);
    } else if (s3a_lock_is_our_record(&machine->write, view) && view->record.held) {
        still_ours(turn, view);
    } else {
        machine->view = *view;
        machine->at = S3A_AT_HOLD;
        lose(turn, s3a_lock_reason_of(&machine->write, view));
    }
}
