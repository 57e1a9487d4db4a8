/* SPDX-License-Identifier: MIT */
#include "lock_driver.h"

#include <stdlib.h>
#include <string.h>

#include "check.h"
#include "clock.h"
#include "lock_call.h"
#include "lock_release.h"
#include "lock_story.h"
#include "lock_watch.h"
#include "lock_work.h"
#include "session_state.h"

static void step(struct s3a_lock *lock, struct s3a_lock_event *event);

void s3a_lock_unref(struct s3a_lock *lock)
{
    if (atomic_fetch_sub(&lock->references, 1) != 1) {
        return;
    }
    s3a_lock_work_free(lock);
    free(lock->trouble);
    if (lock->session) {
        s3a_session_unref(lock->session);
    }
    free(lock);
}

void s3a_lock_driver_step(struct s3a_lock *lock, enum s3a_lock_event_kind kind)
{
    step(lock, &(struct s3a_lock_event){.kind = kind});
}

void s3a_lock_driver_woken(struct s3a_lock *lock)
{
    if (lock->is_queued) {
        s3a_lock_release_now(lock); /* rather than one more heartbeat */
    } else {
        s3a_lock_driver_step(lock, S3A_LOCK_WAKE);
    }
}

void s3a_lock_driver_answered(struct s3a_call *call)
{
    struct s3a_lock_work *work = s3a_list_entry(call, struct s3a_lock_work, call);
    struct s3a_lock_answer answer;
    struct s3a_lock_event event;

    work->is_under_way = false;
    s3a_lock_call_read(work, &answer, &event);
    step(work->lock, &event);
}

/* What the machine tells. */

static void publish(struct s3a_lock *lock)
{
    const struct s3a_lock_machine *machine = &lock->work->machine;

    atomic_store(&lock->lost_reason, (unsigned char)machine->lost_reason);
    atomic_store(&lock->good_until_ms, s3a_lock_own_end_ms(machine));
}

static void tell_granted(struct s3a_lock *lock)
{
    struct s3a_lock_work *work = lock->work;
    struct s3a_future *future = work->acquire_future;
    const struct s3a_grant *grant = &work->machine.record.grant;

    s3a_lock_owner_hex(grant->owner, lock->owner);
    atomic_store(&lock->token, grant->token);
    work->acquire_future = NULL;
    *work->ret_lock = lock;
    if (work->keeps) {
        *work->keeps->ret_session = work->keeps;
    }
    if (lock->is_to_be_deleted) {
        s3a_store_gate_ask_removal(&lock->client->gate, s3a_lock_entry_bucket(&lock->entry).data,
                                   s3a_lock_entry_key(&lock->entry));
    }
    s3a_future_complete(future, S3A_OK, NULL);
}

void s3a_lock_join(struct s3a_lock *lock)
{
    bool has_session = lock->session && !atomic_load(&lock->session->has_ended);

    s3a_list_append(has_session ? &lock->session->locks : &lock->client->locks, &lock->link);
}

static void leave(struct s3a_lock *lock, enum s3a_status status)
{
    const struct s3a_lock_work *work = lock->work;
    const struct s3a_lock_machine *machine = &work->machine;
    struct s3a_lock_view view = {.kind = S3A_LOCK_OBJECT_RECORD, .record = machine->record};
    bool is_free = !work->acquire_future && status == S3A_OK && !machine->record.held &&
                   !machine->is_deleted && !work->keeps;

    memcpy(view.etag, machine->etag, sizeof(view.etag));
    if (machine->is_deleted) {
        atomic_fetch_or(&lock->unheld, S3A_LOCK_DELETED);
    }
    s3a_list_remove(&lock->link);
    s3a_lock_table_leave(&lock->client->lock_table, &lock->entry, is_free ? &view : NULL);
    lock->end_status = status;
}

void s3a_lock_driver_end(struct s3a_lock *lock, enum s3a_status status)
{
    struct s3a_client *client = lock->client;
    struct s3a_session *session = lock->session;
    struct s3a_session *keeps = lock->work->keeps;
    struct s3a_future *future = lock->work->acquire_future;

    leave(lock, status);
    if (future) {
        struct s3a_error error;
        status = s3a_lock_tell_failure(lock, status, &error);
        s3a_lock_work_free(lock);
        s3a_future_complete(future, status, &error);
        s3a_lock_unref(lock); /* the handle that nobody got */
    } else {
        s3a_lock_work_free(lock);
    }
    s3a_lock_bed_free(lock);
    atomic_fetch_or(&lock->unheld, S3A_LOCK_ENDED);
    s3a_lock_release_ended(lock);
    if (keeps) {
        s3a_session_keeper_ended(keeps, status);
    }
    if (session) {
        s3a_session_lock_ended(session);
    }
    s3a_lock_unref(lock);
    client->lock_count--;
    s3a_client_note_end(client);
}

static void tell(struct s3a_lock *lock, const struct s3a_lock_action *action)
{
    if (action->tell & S3A_LOCK_TELL_GRANTED) {
        tell_granted(lock);
    }
    if (action->tell & S3A_LOCK_TELL_DANGER && lock->on_danger) {
        lock->on_danger(lock, s3a_lock_remaining_ms(lock), lock->user);
    }
    if (action->tell & S3A_LOCK_TELL_LOST && lock->on_lost) {
        lock->on_lost(lock, (enum s3a_lost_reason)atomic_load(&lock->lost_reason), lock->user);
    }
    if (action->tell & (S3A_LOCK_TELL_FAILED | S3A_LOCK_TELL_ENDED)) {
        s3a_lock_driver_end(lock, action->status);
    }
}

/* What the machine wants next. Only a timer of its own can outlast a spare machine's step. */
static void act(struct s3a_lock *lock, const struct s3a_lock_action *action, bool has_own)
{
    struct s3a_lock_work *work = lock->work;

    if (has_own && action->wake_ms == S3A_LOCAL_TIME_NEVER) {
        s3a_loop_timer_clear(lock->client->loop, &work->timer);
    } else if (has_own) {
        s3a_loop_timer_set(lock->client->loop, &work->timer, action->wake_ms);
    }
    if (action->request == S3A_LOCK_REQUEST_NONE) {
        s3a_lock_sleep(lock, action->wake_ms);
        return;
    }
    s3a_check(has_own && !work->is_under_way);
    work->is_under_way = true;
    if (!s3a_lock_call_send(work, action)) {
        s3a_lock_driver_answered(&work->call);
    }
}

static void step(struct s3a_lock *lock, struct s3a_lock_event *event)
{
    struct s3a_lock_action action;
    const struct s3a_session *session = lock->session;

    atomic_fetch_add(&lock->references, 1); /* it may end in this */
    bool has_own = s3a_lock_wake(lock, event->kind != S3A_LOCK_SESSION_LOST);
    struct s3a_lock_work *work = lock->work;
    event->cannot_send = !has_own;
    event->now_ms = s3a_clock_ms();
    event->wall_ms = s3a_clock_wall_ms();
    if (session && !atomic_load(&session->has_ended)) {
        event->session_good_until_ms = s3a_lock_good_until_ms(&session->keeper->work->machine);
    }
    if (event->kind == S3A_LOCK_RELEASE && lock->is_to_be_deleted) {
        const char *bucket = s3a_lock_entry_bucket(&lock->entry).data;
        work->machine.may_delete =
            s3a_store_gate_removal(&lock->client->gate, bucket) == S3A_CONDUCT_HONOURED;
    }
    s3a_lock_step(&work->machine, event, &action);
    publish(lock);
    s3a_lock_watch(lock, event, &action);
    if (action.abandon && work->is_under_way) {
        work->is_under_way = false;
        s3a_observer_abandon(&lock->client->observer, lock->client->transport, &work->call);
    }
    tell(lock, &action);
    if (!s3a_lock_is(lock, S3A_LOCK_ENDED)) {
        act(lock, &action, has_own);
    }
    if (action.tell & S3A_LOCK_TELL_STAYS) {
        s3a_lock_release_refused(lock);
    }
    s3a_lock_unref(lock);
}
