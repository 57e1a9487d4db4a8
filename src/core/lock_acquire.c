/* SPDX-License-Identifier: MIT */
#include <string.h>

#include "lock_moves.h"

/* Races that are lost before one who does not want to wait is told that the lock is contended. */
#define RACES_MIN 3

#define TRY_PAUSE_MAX_MS 2000

static uint64_t later(uint64_t now_ms, int64_t wait_ms)
{
    return wait_ms < 0 ? S3A_LOCAL_TIME_NEVER : now_ms + (uint64_t)wait_ms;
}

static bool is_time_up(const struct s3a_lock_turn *turn)
{
    return turn->event->now_ms >= turn->machine->deadline_ms;
}

static void wait_until(const struct s3a_lock_turn *turn, uint64_t next_ms)
{
    turn->machine->at = S3A_AT_WAIT;
    turn->machine->next_ms = next_ms;
}

void s3a_lock_acquire_fail(const struct s3a_lock_turn *turn, enum s3a_status status)
{
    if (status == S3A_CANCELLED && turn->machine->session_is_over) {
        status = S3A_LOST; /* nobody but its session's end has cancelled it */
    }
    turn->machine->at = S3A_AT_ENDED;
    turn->action->tell |= S3A_LOCK_TELL_FAILED;
    turn->action->status = status;
}

/* What was sent is settled: it is not what lies there, and will not be. */
static void settle(struct s3a_lock_machine *machine)
{
    memset(&machine->write, 0, sizeof(machine->write));
    machine->refused = false;
    machine->flipped = false;
}

/* Nothing more is wanted: what is in doubt is undone first. */
void s3a_lock_give_up(const struct s3a_lock_turn *turn, enum s3a_status status)
{
    struct s3a_lock_machine *machine = turn->machine;

    machine->result = status;
    if (machine->write.doubt && !machine->resuming) {
        s3a_lock_clear_start(turn, S3A_CLEAR_UNDO, machine->write.etag, &machine->write.record);
    } else {
        s3a_lock_acquire_fail(turn, status);
    }
}

static bool is_out_of_patience(const struct s3a_lock_turn *turn)
{
    const struct s3a_lock_machine *machine = turn->machine;
    uint64_t now_ms = turn->event->now_ms;
    bool long_enough =
        now_ms - machine->trouble_ms >= S3A_LOCK_PATIENCE_MS || now_ms >= machine->deadline_ms;

    return machine->tries >= S3A_LOCK_TRIES_MIN && long_enough;
}

static void count_trouble(const struct s3a_lock_turn *turn, enum s3a_status status)
{
    struct s3a_lock_machine *machine = turn->machine;

    if (machine->tries++ == 0) {
        machine->trouble_ms = turn->event->now_ms;
    }
    machine->result = status;
}

/* No clear answer: look again after a pause, for as long as there is patience. */
void s3a_lock_look_later(const struct s3a_lock_turn *turn, enum s3a_status status)
{
    struct s3a_lock_machine *machine = turn->machine;
    uint64_t now_ms = turn->event->now_ms;
    uint64_t pause_ms = s3a_backoff_ms(&machine->random, machine->tries, TRY_PAUSE_MAX_MS);

    count_trouble(turn, status);
    if (machine->cancelled) {
        s3a_lock_give_up(turn, S3A_CANCELLED);
    } else if (is_out_of_patience(turn)) {
        s3a_lock_give_up(turn, status);
    } else {
        wait_until(turn, now_ms + pause_ms);
    }
}

void s3a_lock_take(const struct s3a_lock_turn *turn)
{
    struct s3a_lock_machine *machine = turn->machine;
    struct s3a_lock_write *write = &machine->write;

    if (machine->races >= RACES_MIN && is_time_up(turn)) {
        s3a_lock_acquire_fail(turn, S3A_HELD);
        return;
    }
    if (!s3a_lock_may_be_granted(turn)) {
        s3a_lock_acquire_fail(turn, S3A_LOST);
        return;
    }
    memset(write, 0, sizeof(*write));
    s3a_lock_make_record(turn, &write->record);
    if (write->record.grant.token > S3A_LOCK_TOKEN_MAX) {
        s3a_lock_acquire_fail(turn, S3A_UNSUPPORTED);
        return;
    }
    s3a_lock_set_etag(write->etag, machine->view.etag);
    write->java_expires_ms = machine->view.java_expires_ms;
    write->decided_ms = write->etag[0] || machine->is_fresh ? 0 : machine->look_sent_ms;
    s3a_lock_send_write(turn, S3A_AT_TAKE);
}

/* §6: held by another. */
void s3a_lock_wait_or_fail(const struct s3a_lock_turn *turn, uint64_t left_ms)
{
    struct s3a_lock_machine *machine = turn->machine;
    uint64_t now_ms = turn->event->now_ms;

    machine->tries = 0;
    if (is_time_up(turn)) {
        s3a_lock_acquire_fail(turn, S3A_HELD);
        return;
    }
    uint64_t pause_ms =
        s3a_jitter_between(&machine->random, machine->terms.poll_min_ms, machine->poll_cap_ms);
    machine->poll_cap_ms = machine->poll_cap_ms > machine->terms.poll_max_ms / 2
                               ? machine->terms.poll_max_ms
                               : machine->poll_cap_ms * 2;
    if (left_ms < pause_ms) {
        /* A clock that shows whole seconds may say "1 ms" for a whole second. */
        pause_ms = left_ms > machine->terms.poll_min_ms ? left_ms : machine->terms.poll_min_ms;
    }
    uint64_t next_ms = now_ms + pause_ms;
    wait_until(turn, next_ms < machine->deadline_ms ? next_ms : machine->deadline_ms);
}

/* What was seen has nothing of ours in it: is it to be had? */
static void consider(const struct s3a_lock_turn *turn)
{
    struct s3a_lock_machine *machine = turn->machine;
    const struct s3a_lock_view *view = &machine->view;

    if (machine->cancelled) {
        s3a_lock_acquire_fail(turn, S3A_CANCELLED);
        return;
    }
    if (view->kind == S3A_LOCK_OBJECT_FOREIGN || view->kind == S3A_LOCK_OBJECT_NEWER) {
        s3a_lock_acquire_fail(turn, view->kind == S3A_LOCK_OBJECT_NEWER ? S3A_UNSUPPORTED
                                                                        : S3A_NOT_A_LOCK);
        return;
    }
    if (view->kind == S3A_LOCK_OBJECT_RECORD && view->record.held && view->record.has_session) {
        s3a_lock_peek(turn);
        return;
    }
    int64_t left_ms = s3a_lock_view_expires_in_ms(view, machine->terms.grace_ms,
                                                  turn->event->now_ms, machine->seen_ms);
    if (left_ms > 0) {
        s3a_lock_wait_or_fail(turn, (uint64_t)left_ms);
    } else {
        s3a_lock_take(turn);
    }
}

/* §1: since it was decided on, an object with a higher token may have come and gone. */
static bool is_token_stale(const struct s3a_lock_turn *turn)
{
    uint64_t decided_ms = turn->machine->write.decided_ms;

    return decided_ms != 0 && turn->event->now_ms - decided_ms > S3A_LOCK_CREATE_MAX_MS;
}

/* Our write was applied although no answer said so. Its lease counts from its first send (§2). */
static void adopt(const struct s3a_lock_turn *turn)
{
    struct s3a_lock_machine *machine = turn->machine;
    const struct s3a_lock_view *view = &machine->view;
    uint64_t sent_ms = machine->write.first_sent_ms;
    bool good = turn->event->now_ms < s3a_lock_hold_end_ms(machine, sent_ms, sent_ms);
    bool stale = is_token_stale(turn);

    if (good && !stale && !machine->cancelled) {
        s3a_lock_hold_start(turn, view->etag, sent_ms);
        return;
    }
    bool may_be = s3a_lock_may_be_granted(turn);
    bool again = !machine->cancelled && (stale || !is_time_up(turn)) && may_be;
    machine->result = machine->cancelled ? S3A_CANCELLED : may_be ? S3A_TIMEOUT : S3A_LOST;
    s3a_lock_clear_start(turn, again ? S3A_CLEAR_RETRY : S3A_CLEAR_UNDO, view->etag,
                         &machine->write.record);
}

/* Our write was not applied, but still may be: the very same one again, or the end of it. */
static void retake(const struct s3a_lock_turn *turn)
{
    struct s3a_lock_machine *machine = turn->machine;
    uint64_t age_ms = turn->event->now_ms - machine->write.first_sent_ms;
    bool refused = machine->refused;

    if (machine->cancelled) {
        s3a_lock_give_up(turn, S3A_CANCELLED);
        return;
    }
    if (!s3a_lock_may_be_granted(turn)) {
        s3a_lock_give_up(turn, S3A_LOST);
        return;
    }
    if (s3a_lock_flip_etag(machine)) {
        s3a_lock_send_write(turn, S3A_AT_TAKE);
        return;
    }
    if (refused) {
        count_trouble(turn, S3A_UNSUPPORTED); /* refused, although its condition holds */
    }
    if (is_out_of_patience(turn)) {
        s3a_lock_give_up(turn, machine->result);
    } else if (age_ms >= machine->terms.lease_ms / 2 && machine->write.doubt) {
        /* Too little of its lease would be left: begin afresh. */
        s3a_lock_clear_start(turn, S3A_CLEAR_RETRY, machine->write.etag, &machine->write.record);
    } else if (age_ms >= machine->terms.lease_ms / 2) {
        s3a_lock_take(turn);
    } else {
        s3a_lock_send_write(turn, S3A_AT_TAKE);
    }
}

void s3a_lock_acquire_start(const struct s3a_lock_turn *turn)
{
    struct s3a_lock_machine *machine = turn->machine;

    if (machine->at != S3A_AT_WAIT) {
        return; /* cancelled before it began */
    }
    machine->deadline_ms = later(turn->event->now_ms, machine->terms.wait_ms);
    machine->poll_cap_ms = machine->terms.poll_min_ms;
    if (machine->view.etag[0] || machine->is_fresh) {
        s3a_lock_take(turn); /* remembered as free, or known to be absent */
    } else {
        s3a_lock_send_get(turn, S3A_AT_LOOK);
    }
}

void s3a_lock_acquire_again(const struct s3a_lock_turn *turn)
{
    settle(turn->machine);
    turn->machine->tries = 0;
    s3a_lock_send_get(turn, S3A_AT_LOOK);
}

/* Cancelled, and no answer came in the time that was left for it. */
void s3a_lock_acquire_drop(const struct s3a_lock_turn *turn)
{
    turn->machine->write.doubt = true;
    s3a_lock_give_up(turn, S3A_CANCELLED);
}

void s3a_lock_acquire_cancel(const struct s3a_lock_turn *turn)
{
    struct s3a_lock_machine *machine = turn->machine;

    machine->cancelled = true;
    switch (machine->at) {
    case S3A_AT_WAIT:
        s3a_lock_give_up(turn, S3A_CANCELLED);
        break;
    case S3A_AT_LOOK:
    case S3A_AT_TAKE:
        if (machine->at == S3A_AT_LOOK && !machine->write.doubt) {
            turn->action->abandon = true;
            s3a_lock_acquire_fail(turn, S3A_CANCELLED);
        } else {
            s3a_lock_hurry(turn);
        }
        break;
    case S3A_AT_PEEK:
    case S3A_AT_KILL: /* it is bound to a session that is over: let it land */
        turn->action->abandon = true;
        s3a_lock_acquire_fail(turn, S3A_CANCELLED);
        break;
    case S3A_AT_FREE:
    case S3A_AT_SEEK:
    case S3A_AT_REST:
        if (machine->clearing == S3A_CLEAR_RETRY) {
            machine->clearing = S3A_CLEAR_UNDO;
            machine->result = S3A_CANCELLED;
        }
        break;
    default:
        break; /* past acquiring */
    }
}

void s3a_lock_acquire_session_lost(const struct s3a_lock_turn *turn)
{
    turn->machine->session_is_over = !turn->machine->cancelled;
    s3a_lock_acquire_cancel(turn);
}

void s3a_lock_look_answered(const struct s3a_lock_turn *turn)
{
    struct s3a_lock_machine *machine = turn->machine;
    enum s3a_status status = turn->event->status;

    if (status != S3A_OK && status != S3A_NOT_MODIFIED) {
        if (s3a_lock_is_trouble(status)) {
            s3a_lock_look_later(turn, status);
        } else {
            s3a_lock_give_up(turn, status);
        }
        return;
    }
    s3a_lock_keep_view(turn);
    /* Even a write that was answered "later" may be what lies there: proxies say so too. */
    switch (machine->write.first_sent_ms ? s3a_lock_fate_of(&machine->write, &machine->view)
                                         : S3A_FATE_GONE) {
    case S3A_FATE_OURS:
        if (machine->view.record.held) {
            adopt(turn);
            return;
        }
        break; /* freed by force in the meantime: as free as any */
    case S3A_FATE_OPEN:
        retake(turn);
        return;
    case S3A_FATE_SUPERSEDED:
    case S3A_FATE_GONE:
        break;
    }
    settle(machine);
    consider(turn);
}

void s3a_lock_take_answered(const struct s3a_lock_turn *turn)
{
    struct s3a_lock_machine *machine = turn->machine;
    struct s3a_lock_write *write = &machine->write;
    uint64_t now_ms = turn->event->now_ms;
    enum s3a_status status = turn->event->status;

    switch (s3a_lock_reply_of(turn)) {
    case S3A_REPLY_YES:
        s3a_lock_set_etag(machine->view.etag, turn->event->etag);
        machine->view.kind = S3A_LOCK_OBJECT_RECORD;
        machine->view.record = write->record;
        write->first_sent_ms = write->sent_ms;
        adopt(turn);
        break;
    case S3A_REPLY_REFUSED:
        machine->refused = true;
        write->doubt = true;
        machine->races++;
        if (machine->races > 1) {
            wait_until(
                turn, now_ms + s3a_jitter_between(&machine->random, 0, machine->terms.poll_min_ms));
        } else {
            s3a_lock_send_get(turn, S3A_AT_LOOK);
        }
        break;
    case S3A_REPLY_RACE:
        write->doubt = true;
        s3a_lock_look_later(turn, status);
        break;
    case S3A_REPLY_DOUBT:
        write->doubt = true;
        s3a_lock_look_later(turn, status == S3A_OK ? S3A_PROTOCOL : status);
        break;
    case S3A_REPLY_LATER:
        s3a_lock_look_later(turn, status);
        break;
    case S3A_REPLY_FATAL:
        s3a_lock_give_up(turn, status);
        break;
    }
}
