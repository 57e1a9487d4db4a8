/* SPDX-License-Identifier: MIT */
#include "lock_call.h"

#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "check.h"
#include "clock.h"
#include "error.h"
#include "lock_options.h"
#include "lock_release.h"
#include "lock_story.h"
#include "name.h"
#include "random.h"
#include "session_state.h"

static void step(struct s3a_lock *lock, struct s3a_lock_event *event);

void s3a_lock_unref(struct s3a_lock *lock)
{
    if (atomic_fetch_sub(&lock->references, 1) != 1) {
        return;
    }
    free((void *)(uintptr_t)lock->body.data);
    free(lock->trouble);
    if (lock->session) {
        s3a_session_unref(lock->session);
    }
    s3a_call_fini(&lock->call);
    s3a_pool_fini(&lock->pool);
    free(lock);
}

void s3a_lock_driver_step(struct s3a_lock *lock, enum s3a_lock_event_kind kind)
{
    step(lock, &(struct s3a_lock_event){.kind = kind});
}

static void woken(struct s3a_timer *timer)
{
    s3a_lock_driver_step(s3a_list_entry(timer, struct s3a_lock, timer), S3A_LOCK_WAKE);
}

static void cancelled(void *producer)
{
    s3a_lock_driver_step(producer, S3A_LOCK_CANCEL);
}

static void answered(struct s3a_call *call)
{
    struct s3a_lock *lock = s3a_list_entry(call, struct s3a_lock, call);
    struct s3a_lock_answer answer;
    struct s3a_lock_event event;

    lock->is_under_way = false;
    s3a_lock_call_read(lock, &answer, &event);
    step(lock, &event);
}

/* What the machine tells. */

static void publish(struct s3a_lock *lock, bool was_bare_etag)
{
    const struct s3a_lock_machine *machine = &lock->machine;

    atomic_store(&lock->lost_reason, (int)machine->lost_reason);
    atomic_store(&lock->good_until_ms, s3a_lock_own_end_ms(machine));
    if (machine->bare_etag != was_bare_etag) {
        lock->client->bare_etag = machine->bare_etag;
    }
}

static void tell_granted(struct s3a_lock *lock)
{
    struct s3a_future *future = lock->acquire_future;

    s3a_lock_owner_hex(lock->machine.record.grant.owner, lock->owner);
    atomic_store(&lock->token, lock->machine.record.grant.token);
    lock->acquire_future = NULL;
    *lock->ret_lock = lock;
    if (lock->keeps) {
        *lock->keeps->ret_session = lock->keeps;
    }
    s3a_future_complete(future, S3A_OK, NULL);
}

/* The machine has ended: the driver's part is over. */
static void end(struct s3a_lock *lock, enum s3a_status status)
{
    const struct s3a_lock_machine *machine = &lock->machine;
    struct s3a_client *client = lock->client;
    struct s3a_future *future = lock->acquire_future;
    struct s3a_lock_view view = {.kind = S3A_LOCK_OBJECT_RECORD, .record = machine->record};
    bool is_free = !future && status == S3A_OK && !machine->record.held && !lock->keeps;

    memcpy(view.etag, machine->etag, sizeof(view.etag));
    s3a_loop_timer_clear(lock->loop, &lock->timer);
    s3a_list_remove(&lock->link);
    s3a_list_remove(&lock->session_link);
    s3a_lock_table_leave(&client->lock_table, lock->entry, is_free ? &view : NULL);
    lock->entry = NULL;
    lock->end_status = status;
    if (future) {
        struct s3a_error error;
        status = s3a_lock_tell_failure(lock, status, &error);
        lock->acquire_future = NULL;
        s3a_future_complete(future, status, &error);
        s3a_lock_unref(lock); /* the handle that nobody got */
    }
    atomic_store(&lock->has_ended, true);
    s3a_lock_releases_answer(lock);
    if (lock->keeps) {
        s3a_session_keeper_ended(lock->keeps, status);
    }
    if (lock->session) {
        s3a_session_lock_ended(lock->session);
    }
    s3a_lock_unref(lock);
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
        lock->on_lost(lock, lock->machine.lost_reason, lock->user);
    }
    if (action->tell & (S3A_LOCK_TELL_FAILED | S3A_LOCK_TELL_ENDED)) {
        end(lock, action->status);
    }
}

static void step(struct s3a_lock *lock, struct s3a_lock_event *event)
{
    struct s3a_lock_action action;

    event->now_ms = s3a_clock_ms();
    event->wall_ms = s3a_clock_wall_ms();
    if (lock->session) {
        event->session_good_until_ms =
            atomic_load(&lock->session->has_ended)
                ? 0
                : s3a_lock_good_until_ms(&lock->session->keeper->machine);
    }
    bool was_bare_etag = lock->machine.bare_etag;
    s3a_lock_step(&lock->machine, event, &action);
    publish(lock, was_bare_etag);
    if (action.abandon && lock->is_under_way) {
        lock->is_under_way = false;
        lock->client->transport->abandon(lock->client->transport, &lock->call);
    }
    if (action.wake_ms == S3A_LOCAL_TIME_NEVER) {
        s3a_loop_timer_clear(lock->loop, &lock->timer);
    } else {
        s3a_loop_timer_set(lock->loop, &lock->timer, action.wake_ms);
    }
    tell(lock, &action);
    if (action.request != S3A_LOCK_REQUEST_NONE) { /* then the machine has not ended */
        s3a_check(!lock->is_under_way);
        lock->is_under_way = true;
        if (!s3a_lock_call_send(lock, &action)) {
            answered(&lock->call);
        }
    }
}

/* Beginning and end. */

static void start(struct s3a_task *task)
{
    struct s3a_lock *lock = s3a_list_entry(task, struct s3a_lock, start_task);

    s3a_list_append(&lock->client->locks, &lock->link);
    lock->machine.bare_etag = lock->client->bare_etag;
    if (lock->session) {
        s3a_list_append(&lock->session->locks, &lock->session_link);
    }
    if (lock->client->is_ending) {
        end(lock, S3A_CANCELLED);
    } else if (lock->session && lock->session->is_closing) {
        end(lock, S3A_LOST);
    } else {
        s3a_lock_driver_step(lock, S3A_LOCK_START);
    }
}

/* The handle was given back. */
static void abandoned(struct s3a_task *task)
{
    struct s3a_lock *lock = s3a_list_entry(task, struct s3a_lock, free_task);

    if (!atomic_load(&lock->has_ended)) {
        s3a_lock_driver_step(lock, S3A_LOCK_RELEASE);
    }
    s3a_lock_unref(lock);
}

static bool copy_texts(struct s3a_lock *lock, const char *bucket, const char *key,
                       const struct s3a_lock_options *options)
{
    struct s3a_lock_people *people = &lock->people;

    lock->bucket = s3a_pool_copy(&lock->pool, s3a_str_of(bucket));
    lock->key = s3a_pool_copy(&lock->pool, s3a_str_of(key));
    people->pid = getpid();
    if (gethostname(people->host, sizeof(people->host)) != 0) {
        people->host[0] = '\0';
    }
    people->host[sizeof(people->host) - 1] = '\0';
    if (!s3a_str_is_utf8(s3a_str_of(people->host))) {
        people->host[0] = '\0';
    }
    if (options && options->label) {
        strcpy(people->label, options->label); /* their lengths were checked */
    }
    if (options && options->data) {
        strcpy(people->data, options->data);
    }
    return lock->bucket.data && lock->key.data;
}

static enum s3a_status make_lock(struct s3a_client *client, const char *bucket, const char *key,
                                 const struct s3a_lock_options *options,
                                 const struct s3a_lock_terms *terms,
                                 const struct s3a_grant *resumed, struct s3a_lock **ret_lock)
{
    struct s3a_lock *lock = calloc(1, sizeof(*lock));
    uint8_t seed[S3A_OWNER_SIZE];
    struct s3a_lock_view remembered;
    bool is_remembered;

    *ret_lock = NULL;
    if (!lock) {
        return S3A_NO_MEMORY;
    }
    atomic_init(&lock->references, 1);
    lock->client = client;
    lock->loop = client->loop;
    lock->start_task.run = start;
    lock->free_task.run = abandoned;
    lock->timer.fire = woken;
    s3a_list_init(&lock->link);
    s3a_list_init(&lock->session_link);
    s3a_list_init(&lock->releases);
    s3a_call_init(&lock->call, S3A_LOCK_BODY_SIZE_MAX, answered);
    if (!copy_texts(lock, bucket, key, options)) {
        s3a_lock_unref(lock);
        return S3A_NO_MEMORY;
    }
    if (options) {
        lock->on_danger = options->on_danger;
        lock->on_lost = options->on_lost;
        lock->user = options->user;
    }
    const struct s3a_lock_name name = {lock->bucket, lock->key};
    enum s3a_status status =
        s3a_lock_table_take(&client->lock_table, &name, &lock->entry, &remembered, &is_remembered);
    if (status != S3A_OK) {
        s3a_lock_unref(lock);
        return status;
    }
    s3a_random_bytes(seed, sizeof(seed));
    if (resumed) {
        s3a_lock_machine_resume(&lock->machine, terms, seed, resumed);
    } else {
        s3a_lock_machine_init(&lock->machine, terms, seed, is_remembered ? &remembered : NULL);
    }
    if (options && options->session) {
        lock->session = options->session;
        atomic_fetch_add(&lock->session->references, 1);
        s3a_lock_machine_use_session(&lock->machine, lock->session->id);
    }
    *ret_lock = lock;
    return S3A_OK;
}

/* NULL: no memory, and then the lock is gone. */
static struct s3a_future *set_out(struct s3a_lock *lock, struct s3a_lock **ret_lock)
{
    struct s3a_future *future = s3a_future_new(lock->loop, cancelled, lock);

    if (!future) {
        s3a_lock_table_leave(&lock->client->lock_table, lock->entry, NULL);
        s3a_lock_unref(lock);
        return NULL;
    }
    atomic_store(&lock->references, 2);
    lock->acquire_future = future;
    lock->ret_lock = ret_lock;
    s3a_loop_post(lock->loop, &lock->start_task);
    return future;
}

static enum s3a_status make_named(struct s3a_client *client, const char *bucket, const char *key,
                                  const struct s3a_lock_options *options,
                                  const struct s3a_lock_terms *terms,
                                  const struct s3a_grant *resumed, struct s3a_lock **ret_lock,
                                  struct s3a_error *error)
{
    enum s3a_status status = make_lock(client, bucket, key, options, terms, resumed, ret_lock);

    if (status != S3A_OK) {
        (void)s3a_error_set(error, status, "lock s3://%s/%s: %s", bucket, key,
                            s3a_status_text(status));
    }
    return status;
}

struct s3a_future *s3a_lock_driver_start(struct s3a_client *client, const char *bucket,
                                         const char *name, const struct s3a_lock_options *options,
                                         const struct s3a_grant *resumed,
                                         struct s3a_lock **ret_lock)
{
    struct s3a_lock_terms terms;
    struct s3a_lock_options under;
    char key[S3A_KEY_SIZE_MAX + 1];
    struct s3a_lock *lock;
    struct s3a_error error;
    enum s3a_status status = S3A_OK;

    *ret_lock = NULL;
    if (options && options->session && resumed) {
        status = s3a_error_set(&error, S3A_INVALID, "session: what was detached has none");
    } else if (options && options->session) {
        status = s3a_session_fill_options(client, bucket, options, &under, &error);
        options = &under;
    }
    if (status == S3A_OK) {
        status = s3a_lock_options_check(options, &terms, &error);
    }
    if (status == S3A_OK) {
        status = s3a_bucket_check(s3a_str_of(bucket), &error);
    }
    if (status == S3A_OK) {
        status = s3a_lock_key_make(name, key, sizeof(key), &error);
    }
    if (status == S3A_OK) {
        status = make_named(client, bucket, key, options, &terms, resumed, &lock, &error);
    }
    return status == S3A_OK ? set_out(lock, ret_lock)
                            : s3a_future_failed(client->loop, status, &error);
}

struct s3a_future *s3a_lock_driver_start_keeper(struct s3a_client *client, const char *bucket,
                                                const struct s3a_lock_options *options,
                                                struct s3a_session *session, bool *ret_is_started)
{
    struct s3a_lock_terms terms;
    struct s3a_lock *lock;
    struct s3a_error error;
    enum s3a_status status = s3a_lock_options_check(options, &terms, &error);

    *ret_is_started = false;
    if (status == S3A_OK) {
        status = s3a_bucket_check(s3a_str_of(bucket), &error);
    }
    if (status == S3A_OK) {
        status = make_named(client, bucket, session->key, options, &terms, NULL, &lock, &error);
    }
    if (status != S3A_OK) {
        return s3a_future_failed(client->loop, status, &error);
    }
    lock->keeps = session;
    session->keeper = lock;
    s3a_lock_machine_be_fresh(&lock->machine);
    struct s3a_future *future = set_out(lock, &session->granted);
    *ret_is_started = future != NULL;
    return future;
}
