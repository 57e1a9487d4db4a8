/* SPDX-License-Identifier: MIT */
#include <string.h>

#include "lock_moves.h"

/*
 * Another holds what is wanted under a session (§11): a look at the session's object (PEEK) tells
 * whether it is held still. A session that is over is made dead first (KILL), and only then is the
 * lock taken, under the lock's own ETag. So a holder that was merely slow finds out at its next
 * heartbeat, and no lock is taken from under a session that could still be kept alive.
 */

void s3a_lock_machine_use_session(struct s3a_lock_machine *machine,
                                  const uint8_t session[S3A_SESSION_ID_SIZE])
{
    machine->has_session = true;
    memcpy(machine->session, session, S3A_SESSION_ID_SIZE);
}

void s3a_lock_machine_be_fresh(struct s3a_lock_machine *machine)
{
    machine->is_fresh = true;
    machine->view.store_now_ms = S3A_STORE_TIME_NONE;
    machine->view.store_modified_ms = S3A_STORE_TIME_NONE;
}

bool s3a_lock_may_be_granted(const struct s3a_lock_turn *turn)
{
    const struct s3a_lock_machine *machine = turn->machine;

    return !machine->has_session || turn->event->now_ms < machine->session_good_ms;
}

static void send_peek(const struct s3a_lock_turn *turn)
{
    struct s3a_lock_machine *machine = turn->machine;

    machine->at = S3A_AT_PEEK;
    turn->action->request = S3A_LOCK_REQUEST_GET_SESSION;
    turn->action->session = machine->peeked;
}

void s3a_lock_peek(const struct s3a_lock_turn *turn)
{
    struct s3a_lock_machine *machine = turn->machine;
    const uint8_t *session = machine->view.record.session;

    if (machine->has_session && memcmp(session, machine->session, S3A_SESSION_ID_SIZE) == 0) {
        /* Left behind by an earlier grant of this very client, which holds a lock but once. */
        s3a_lock_take(turn);
        return;
    }
    if (memcmp(session, machine->peeked, S3A_SESSION_ID_SIZE) != 0) {
        memcpy(machine->peeked, session, S3A_SESSION_ID_SIZE);
        memset(&machine->peeked_view, 0, sizeof(machine->peeked_view));
        machine->peeked_seen_ms = 0;
        machine->kill_refused = false;
        machine->kill_flipped = false;
    }
    send_peek(turn);
}

static void kill_session(const struct s3a_lock_turn *turn)
{
    struct s3a_lock_machine *machine = turn->machine;
    struct s3a_lock_action *action = turn->action;

    machine->killing = machine->peeked_view.record;
    machine->killing.held = false;
    machine->killing.beat++;
    s3a_lock_set_etag(machine->killing_etag, machine->peeked_view.etag);
    machine->at = S3A_AT_KILL;
    action->request = S3A_LOCK_REQUEST_KILL_SESSION;
    action->session = machine->peeked;
    action->etag = machine->killing_etag;
    action->record = &machine->killing;
    action->bare_etag = machine->bare_etag;
}

int64_t s3a_lock_session_expires_in_ms(const struct s3a_lock_view *lock,
                                       const struct s3a_lock_view *session, uint32_t grace_ms,
                                       uint64_t local_now_ms, uint64_t local_seen_ms)
{
    bool is_session = session->kind == S3A_LOCK_OBJECT_RECORD;
    /* Deleted or overwritten, it says nothing of its age: somebody may have done that to a session
     * that is alive, whose holder gets to know it at the end of its lease at the latest. */
    const struct s3a_lease_sight sight = {
        .lease_ms = is_session ? session->record.lease_ms : lock->record.lease_ms,
        .grace_ms = grace_ms,
        .store_now_ms = is_session ? session->store_now_ms : S3A_STORE_TIME_NONE,
        .store_modified_ms = is_session ? session->store_modified_ms : S3A_STORE_TIME_NONE,
        .local_now_ms = local_now_ms,
        .local_seen_ms = local_seen_ms,
    };

    return is_session && !session->record.held ? 0 : s3a_lease_expires_in_ms(&sight);
}

/* Over: it is made dead, and where that was refused although its condition visibly holds, once with
 * the other form of the ETag (§2.9). */
static void kill_or_flip(const struct s3a_lock_turn *turn)
{
    struct s3a_lock_machine *machine = turn->machine;
    bool holds = strcmp(machine->peeked_view.etag, machine->killing_etag) == 0;

    if (machine->kill_refused && holds) {
        machine->bare_etag = !machine->bare_etag;
        machine->kill_flipped = !machine->kill_flipped;
        if (!machine->kill_flipped) {
            machine->kill_refused = false;
            s3a_lock_look_later(turn, S3A_UNSUPPORTED);
            return;
        }
    }
    kill_session(turn);
}

void s3a_lock_peek_answered(const struct s3a_lock_turn *turn)
{
    struct s3a_lock_machine *machine = turn->machine;
    const struct s3a_lock_view *view = turn->event->view;
    enum s3a_status status = turn->event->status;
    uint64_t now_ms = turn->event->now_ms;

    if (status != S3A_OK) {
        if (s3a_lock_is_trouble(status)) {
            s3a_lock_look_later(turn, status);
        } else {
            s3a_lock_give_up(turn, status);
        }
        return;
    }
    if (machine->peeked_seen_ms == 0 || strcmp(view->etag, machine->peeked_view.etag) != 0) {
        machine->peeked_seen_ms = now_ms;
    }
    machine->peeked_view = *view;
    if (machine->terms.observe) {
        machine->peeked_view.store_modified_ms = S3A_STORE_TIME_NONE;
    }
    int64_t left_ms =
        s3a_lock_session_expires_in_ms(&machine->view, &machine->peeked_view,
                                       machine->terms.grace_ms, now_ms, machine->peeked_seen_ms);
    if (left_ms > 0) {
        s3a_lock_wait_or_fail(turn, (uint64_t)left_ms);
    } else if (view->kind == S3A_LOCK_OBJECT_RECORD && view->record.held) {
        kill_or_flip(turn);
    } else {
        s3a_lock_take(turn);
    }
}

void s3a_lock_kill_answered(const struct s3a_lock_turn *turn)
{
    struct s3a_lock_machine *machine = turn->machine;
    enum s3a_status status = turn->event->status;

    machine->kill_refused = false;
    switch (s3a_lock_reply_of(turn)) {
    case S3A_REPLY_YES:
        machine->kill_flipped = false;
        s3a_lock_set_etag(machine->peeked_view.etag, turn->event->etag);
        machine->peeked_view.record = machine->killing;
        s3a_lock_take(turn);
        break;
    case S3A_REPLY_REFUSED:
        machine->kill_refused = true;
        send_peek(turn);
        break;
    case S3A_REPLY_RACE:
    case S3A_REPLY_LATER:
    case S3A_REPLY_DOUBT:
        s3a_lock_look_later(turn, status == S3A_OK ? S3A_PROTOCOL : status);
        break;
    case S3A_REPLY_FATAL:
        s3a_lock_give_up(turn, status);
        break;
    }
}
