/* SPDX-License-Identifier: MIT */
#include <string.h>

#include "lock_moves.h"

#define TRY_PAUSE_MAX_MS 2000

/* §5: given back before its shortest hold is over, a record is held on until then: its lease is
 * what is left of that, without the grace that others add. After that, and in all other clearings,
 * it is free, or deleted. No heartbeat is promised, so that nobody takes it for a grant to go on
 * with (§10). */
static void send_free(const struct s3a_lock_turn *turn)
{
    struct s3a_lock_machine *machine = turn->machine;
    struct s3a_lock_record *record = &machine->write.record;
    uint64_t end_ms = machine->granted_ms + machine->terms.min_hold_ms;
    uint64_t now_ms = turn->event->now_ms;

    record->held = machine->clearing == S3A_CLEAR_RELEASE && machine->lost_reason == S3A_LOST_NOT &&
                   now_ms < end_ms;
    record->lease_ms = machine->terms.lease_ms;
    record->heartbeat_ms = record->held ? 0 : machine->terms.heartbeat_ms;
    if (record->held) {
        uint64_t left_ms = end_ms - now_ms;
        uint32_t grace_ms = machine->terms.grace_ms;
        record->lease_ms = left_ms > grace_ms ? (uint32_t)(left_ms - grace_ms) : 1;
    }
    machine->is_delete = false;
    if (!record->held && s3a_lock_is_to_be_deleted(turn)) {
        s3a_lock_send_delete(turn);
    } else {
        s3a_lock_send_write(turn, S3A_AT_FREE);
    }
}

/*
 * Every clearing is one write: a free record under the condition that we last knew to be ours (or
 * that our write in doubt was sent under: then whichever of the two lands, the other fails). What
 * comes back decides whether there is something of ours left to free (§2.7, §5).
 */
void s3a_lock_clear_start(const struct s3a_lock_turn *turn, enum s3a_lock_clearing clearing,
                          const char *etag, const struct s3a_lock_record *record)
{
    struct s3a_lock_machine *machine = turn->machine;
    uint64_t now_ms = turn->event->now_ms;
    bool counts_from_beat = clearing == S3A_CLEAR_RELEASE && !machine->has_session;
    uint64_t from_ms = counts_from_beat ? machine->sent_ms : now_ms;
    struct s3a_lock_write write;

    memset(&write, 0, sizeof(write));
    write.java_expires_ms = machine->write.java_expires_ms;
    s3a_lock_set_etag(write.etag, etag);
    write.record = *record;
    write.record.has_session = false;
    memset(write.record.session, 0, S3A_SESSION_ID_SIZE);
    write.record.beat++;
    machine->write = write;
    machine->clearing = clearing;
    machine->clear_until_ms = from_ms + machine->terms.lease_ms;
    machine->flipped = false;
    machine->tries = 0;
    send_free(turn);
}

/* Clearing from a place in which the lock was held. A heartbeat in doubt was sent with a higher
 * beat than the one acknowledged, and the free record's must differ from both. */
void s3a_lock_clear_held(const struct s3a_lock_turn *turn, enum s3a_lock_clearing clearing)
{
    struct s3a_lock_machine *machine = turn->machine;
    struct s3a_lock_record record = machine->record;

    if (machine->write.record.beat > record.beat) {
        record.beat = machine->write.record.beat;
    }
    s3a_lock_clear_start(turn, clearing, machine->etag, &record);
}

/* Once all is cleared up, nothing is in doubt any more: there was no answer in time. */
static enum s3a_status why_not(enum s3a_status result)
{
    return result == S3A_IN_DOUBT ? S3A_TIMEOUT : result;
}

static void done(const struct s3a_lock_turn *turn, enum s3a_status status)
{
    struct s3a_lock_machine *machine = turn->machine;
    bool is_clear = status == S3A_OK || status == S3A_LOST;
    enum s3a_status what_is_left = status == S3A_UNSUPPORTED ? status : S3A_IN_DOUBT;

    switch (machine->clearing) {
    case S3A_CLEAR_RELEASE:
        machine->at = S3A_AT_ENDED;
        turn->action->tell |= S3A_LOCK_TELL_ENDED;
        turn->action->status = machine->lost_reason != S3A_LOST_NOT ? S3A_LOST : status;
        break;
    case S3A_CLEAR_UNDO:
        s3a_lock_acquire_fail(turn, is_clear ? why_not(machine->result) : what_is_left);
        break;
    case S3A_CLEAR_RETRY:
        if (is_clear) {
            s3a_lock_acquire_again(turn);
        } else {
            s3a_lock_acquire_fail(turn, what_is_left);
        }
        break;
    case S3A_CLEAR_LOST:
        machine->at = S3A_AT_OVER;
        break;
    }
}

static void try_later(const struct s3a_lock_turn *turn, bool seek_next, enum s3a_status status)
{
    struct s3a_lock_machine *machine = turn->machine;
    uint64_t now_ms = turn->event->now_ms;

    if (machine->has_session && machine->session_good_ms > machine->clear_until_ms) {
        /* Left as it is, it would be held for as long as the session lives. */
        machine->clear_until_ms = machine->session_good_ms;
    }
    if (now_ms >= machine->clear_until_ms) {
        done(turn, status);
        return;
    }
    uint64_t pause_ms = s3a_backoff_ms(&machine->random, machine->tries++, TRY_PAUSE_MAX_MS);
    machine->at = S3A_AT_REST;
    machine->check_next = seek_next;
    machine->next_ms =
        now_ms + pause_ms < machine->clear_until_ms ? now_ms + pause_ms : machine->clear_until_ms;
}

void s3a_lock_clear_wake(const struct s3a_lock_turn *turn)
{
    if (turn->machine->check_next) {
        s3a_lock_send_get(turn, S3A_AT_SEEK);
    } else {
        send_free(turn);
    }
}

static void note_doubt(struct s3a_lock_machine *machine)
{
    machine->write.doubt = true;
    machine->delete_doubt = machine->delete_doubt || machine->is_delete;
}

void s3a_lock_free_answered(const struct s3a_lock_turn *turn)
{
    struct s3a_lock_machine *machine = turn->machine;
    enum s3a_status status = turn->event->status;

    switch (s3a_lock_reply_of(turn)) {
    case S3A_REPLY_YES:
        machine->record = machine->write.record;
        machine->is_deleted = machine->is_delete;
        s3a_lock_set_etag(machine->etag, machine->is_deleted ? "" : turn->event->etag);
        done(turn, S3A_OK);
        break;
    case S3A_REPLY_REFUSED:
        machine->refused = true;
        s3a_lock_send_get(turn, S3A_AT_SEEK);
        break;
    case S3A_REPLY_RACE:
    case S3A_REPLY_DOUBT:
        note_doubt(machine);
        try_later(turn, true, status == S3A_OK ? S3A_PROTOCOL : status);
        break;
    case S3A_REPLY_LATER:
        if (status == S3A_LATER) {
            note_doubt(machine); /* told so by a proxy, it may have been applied */
        }
        try_later(turn, false, status);
        break;
    case S3A_REPLY_FATAL:
        if (s3a_lock_delete_falls_back(machine)) {
            send_free(turn);
        } else {
            done(turn, status);
        }
        break;
    }
}

/* Nothing of ours lies there. */
static void gone(const struct s3a_lock_turn *turn, const struct s3a_lock_view *view)
{
    struct s3a_lock_machine *machine = turn->machine;
    bool superseded =
        machine->write.doubt && s3a_lock_fate_of(&machine->write, view) == S3A_FATE_SUPERSEDED;
    bool applied = superseded || s3a_lock_delete_was_applied(machine, view);

    machine->is_deleted = applied && !superseded;
    if (!applied && machine->clearing == S3A_CLEAR_RELEASE &&
        machine->lost_reason == S3A_LOST_NOT) {
        machine->lost_reason = s3a_lock_reason_of(&machine->write, view);
    }
    if (turn->event->status == S3A_OK) {
        s3a_lock_keep_view(turn);
    }
    done(turn, applied ? S3A_OK : S3A_LOST);
}

/* What we wrote lies there. */
static void kept(const struct s3a_lock_turn *turn, const struct s3a_lock_view *view)
{
    struct s3a_lock_machine *machine = turn->machine;

    machine->record = view->record;
    s3a_lock_set_etag(machine->etag, view->etag);
    done(turn, S3A_OK);
}

void s3a_lock_seek_answered(const struct s3a_lock_turn *turn)
{
    struct s3a_lock_machine *machine = turn->machine;
    struct s3a_lock_write *write = &machine->write;
    const struct s3a_lock_view *view = turn->event->view;
    enum s3a_status status = turn->event->status;

    if (status == S3A_NO_BUCKET) {
        gone(turn, &(struct s3a_lock_view){.kind = S3A_LOCK_OBJECT_ABSENT});
        return;
    }
    if (status != S3A_OK) {
        if (s3a_lock_is_trouble(status)) {
            try_later(turn, true, status);
        } else {
            done(turn, status);
        }
        return;
    }
    bool unchanged = s3a_lock_is_unchanged(write, view);
    bool ours = s3a_lock_is_our_record(write, view);
    bool refused = machine->refused;
    if (unchanged) {
        if (s3a_lock_flip_etag(machine) || (refused && s3a_lock_delete_falls_back(machine))) {
            send_free(turn);
        } else {
            try_later(turn, false, refused ? S3A_UNSUPPORTED : S3A_IN_DOUBT);
        }
    } else if (ours && view->record.held && write->record.held &&
               view->record.beat == write->record.beat) {
        kept(turn, view); /* given back, and held until its shortest hold is over */
    } else if (ours && view->record.held) {
        /* A late heartbeat, or the attempt that is being undone, has landed after all. */
        s3a_lock_set_etag(write->etag, view->etag);
        if (view->record.beat >= write->record.beat) {
            write->record.beat = view->record.beat + 1;
        }
        write->doubt = false;
        send_free(turn);
    } else if (ours) {
        kept(turn, view);
    } else {
        gone(turn, view);
    }
}

static void free_or_stay(const struct s3a_lock_turn *turn)
{
    if (turn->event->cannot_send) {
        turn->action->tell |= S3A_LOCK_TELL_STAYS;
    } else {
        s3a_lock_clear_held(turn, S3A_CLEAR_RELEASE);
    }
}

void s3a_lock_release_asked(const struct s3a_lock_turn *turn)
{
    struct s3a_lock_machine *machine = turn->machine;

    switch (machine->at) {
    case S3A_AT_LOOK:
    case S3A_AT_WAIT:
    case S3A_AT_TAKE:
    case S3A_AT_PEEK:
    case S3A_AT_KILL:
        s3a_lock_acquire_cancel(turn); /* who has not got it yet gives back the attempt */
        break;
    case S3A_AT_HOLD:
        free_or_stay(turn);
        break;
    case S3A_AT_BEAT:
    case S3A_AT_CHECK:
        machine->release_wanted = true;
        s3a_lock_hurry(turn);
        break;
    case S3A_AT_OVER:
        if (machine->lost_reason == S3A_LOST_HELD_TOO_LONG) {
            free_or_stay(turn);
        } else {
            machine->clearing = S3A_CLEAR_RELEASE;
            done(turn, S3A_LOST);
        }
        break;
    case S3A_AT_FREE:
    case S3A_AT_SEEK:
    case S3A_AT_REST:
        if (machine->clearing == S3A_CLEAR_LOST) {
            machine->clearing = S3A_CLEAR_RELEASE;
        } else if (machine->clearing == S3A_CLEAR_RETRY) {
            s3a_lock_acquire_cancel(turn);
        }
        break;
    case S3A_AT_ENDED:
        break;
    }
}
