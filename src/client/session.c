/* SPDX-License-Identifier: MIT */
#include "session_state.h"

#include <stdlib.h>
#include <string.h>

#include "clock.h"
#include "error.h"
#include "lock_release.h"
#include "lock_story.h"
#include "random.h"

/* Somebody who waits for the end of it. */
struct closing {
    struct s3a_session *session; /* a reference */
    struct s3a_future *future;
    struct s3a_task task;
    struct s3a_list link;
};

void s3a_session_unref(struct s3a_session *session)
{
    if (atomic_fetch_sub(&session->references, 1) != 1) {
        return;
    }
    if (session->keeper) {
        s3a_lock_unref(session->keeper);
    }
    free(session);
}

uint64_t s3a_session_good_until_ms(const struct s3a_session *session)
{
    if (!session || atomic_load(&session->close_asked) || atomic_load(&session->has_ended) ||
        !s3a_loop_is_ours(session->loop)) {
        return 0;
    }
    return atomic_load(&session->keeper->good_until_ms);
}

bool s3a_session_is_good(const struct s3a_session *session)
{
    uint64_t until_ms = s3a_session_good_until_ms(session); /* first the promise, then the clock */

    return s3a_clock_ms() < until_ms;
}

int64_t s3a_session_remaining_ms(const struct s3a_session *session)
{
    uint64_t until_ms = s3a_session_good_until_ms(session);
    uint64_t now_ms = s3a_clock_ms();

    return now_ms < until_ms ? (int64_t)(until_ms - now_ms) : 0;
}

enum s3a_lost_reason s3a_session_lost_reason(const struct s3a_session *session)
{
    return session ? s3a_lock_lost_reason(session->keeper) : S3A_LOST_NOT;
}

const char *s3a_session_key(const struct s3a_session *session)
{
    return session ? session->key : "";
}

enum s3a_status s3a_session_fill_options(const struct s3a_client *client, const char *bucket,
                                         const struct s3a_lock_options *options,
                                         struct s3a_lock_options *ret_options,
                                         struct s3a_error *error)
{
    const struct s3a_session *session = options->session;

    *ret_options = *options;
    if (session->client != client) {
        return s3a_error_set(error, S3A_INVALID, "session: it is another client's");
    }
    if (!bucket || strcmp(s3a_lock_bucket(session->keeper), bucket) != 0) {
        return s3a_error_set(error, S3A_INVALID, "session: it is in another bucket (%s)",
                             s3a_lock_bucket(session->keeper));
    }
    if (options->heartbeat_ms || options->lease_ms) {
        return s3a_error_set(error, S3A_INVALID,
                             "%s: it is the session's, and cannot be chosen for a lock under it",
                             options->lease_ms ? "lease_ms" : "heartbeat_ms");
    }
    ret_options->heartbeat_ms = session->heartbeat_ms;
    ret_options->lease_ms = session->lease_ms;
    return S3A_OK;
}

/* Each of the locks once, whatever a step makes of the list: what ends leaves it. */
static void for_each_lock(struct s3a_session *session, void (*act)(struct s3a_lock *lock))
{
    size_t count = session->lock_count;

    while (count-- > 0 && !s3a_list_is_empty(&session->locks)) {
        struct s3a_list *link = s3a_list_pop(&session->locks);
        s3a_list_append(&session->locks, link);
        act(s3a_list_entry(link, struct s3a_lock, link));
    }
}

static void tell_lost(struct s3a_lock *lock)
{
    s3a_lock_driver_step(lock, S3A_LOCK_SESSION_LOST);
}

static void give_back(struct s3a_lock *lock)
{
    if (lock->work && lock->work->acquire_future) {
        s3a_lock_driver_step(lock, S3A_LOCK_CANCEL);
    } else if (!lock->is_in_run) {
        s3a_lock_give_back(lock);
    }
}

/* The keeper may be over with it. */
static void release_keeper(struct s3a_session *session)
{
    if (session->is_ending || atomic_load(&session->has_ended)) {
        return;
    }
    session->is_ending = true;
    s3a_loop_timer_clear(session->loop, &session->deadline);
    s3a_lock_give_back(session->keeper);
}

static void release_keeper_if_last(struct s3a_session *session)
{
    if (session->is_closing && session->lock_count == 0) {
        release_keeper(session);
    }
}

void s3a_session_lock_ended(struct s3a_session *session)
{
    session->lock_count--;
    release_keeper_if_last(session);
}

/* It is closed for as long as its lease is: what is held under it now is held no longer. */
static void time_is_up(struct s3a_timer *timer)
{
    struct s3a_session *session = s3a_list_entry(timer, struct s3a_session, deadline);

    atomic_fetch_add(&session->references, 1);
    release_keeper(session);
    for_each_lock(session, tell_lost);
    s3a_lock_release_those_under(session);
    s3a_session_unref(session);
}

void s3a_session_begin_close(struct s3a_session *session)
{
    if (session->is_closing || atomic_load(&session->has_ended)) {
        return;
    }
    atomic_fetch_add(&session->references, 1);
    session->is_closing = true;
    atomic_store(&session->close_asked, true);
    s3a_loop_timer_set(session->loop, &session->deadline, s3a_clock_ms() + session->lease_ms);
    for_each_lock(session, give_back);
    release_keeper_if_last(session);
    s3a_session_unref(session);
}

static void keeper_in_danger(struct s3a_lock *keeper, int64_t remaining_ms, void *user)
{
    struct s3a_session *session = user;

    (void)keeper;
    if (session->on_danger) {
        session->on_danger(session, remaining_ms, session->user);
    }
}

static void keeper_lost(struct s3a_lock *keeper, enum s3a_lost_reason reason, void *user)
{
    struct s3a_session *session = user;

    (void)keeper;
    atomic_fetch_add(&session->references, 1); /* with its last lock, it may end in this */
    for_each_lock(session, tell_lost);
    s3a_lock_release_those_under(session);
    if (session->on_lost) {
        session->on_lost(session, reason, session->user);
    }
    s3a_session_unref(session);
}

static void answer(struct closing *closing)
{
    struct s3a_session *session = closing->session;
    struct s3a_future *future = closing->future;
    struct s3a_error error;
    enum s3a_status status = s3a_lock_tell_end(session->keeper, session->end_status, &error);

    s3a_session_unref(session);
    free(closing);
    s3a_future_complete(future, status, &error);
}

void s3a_session_keeper_ended(struct s3a_session *session, enum s3a_status status)
{
    bool was_granted = session->granted != NULL;
    struct s3a_list *link;

    s3a_loop_timer_clear(session->loop, &session->deadline);
    session->end_status = status;
    session->is_closing = true;
    atomic_store(&session->has_ended, true);
    s3a_list_move(&session->client->locks, &session->locks);
    while ((link = s3a_list_pop(&session->closings)) != NULL) {
        answer(s3a_list_entry(link, struct closing, link));
    }
    if (!was_granted) {
        session->keeper = NULL;
        s3a_session_unref(session); /* the handle that nobody got */
    }
    s3a_session_unref(session);
}

static void given_up(struct s3a_task *task)
{
    struct s3a_session *session = s3a_list_entry(task, struct s3a_session, free_task);

    s3a_session_begin_close(session);
    s3a_session_unref(session);
}

static struct s3a_future *open_session(struct s3a_client *client, const char *bucket,
                                       const struct s3a_session_options *options,
                                       struct s3a_session **ret_session)
{
    struct s3a_lock_options kept = {
        .wait_ms = S3A_WAIT_FOREVER, .on_danger = keeper_in_danger, .on_lost = keeper_lost};
    struct s3a_error error;

    if (!ret_session) {
        (void)s3a_error_set(&error, S3A_INVALID, "ret_session: it is NULL");
        return s3a_future_failed(client->loop, S3A_INVALID, &error);
    }
    *ret_session = NULL;
    struct s3a_session *session = calloc(1, sizeof(*session));
    if (!session) {
        return NULL;
    }
    atomic_init(&session->references, 2);
    session->client = client;
    session->loop = client->loop;
    session->ret_session = ret_session;
    session->free_task.run = given_up;
    session->deadline.fire = time_is_up;
    s3a_list_init(&session->locks);
    s3a_list_init(&session->closings);
    s3a_random_bytes(session->id, sizeof(session->id));
    s3a_session_key_make(session->id, session->key);
    if (options) {
        kept.heartbeat_ms = options->heartbeat_ms;
        kept.lease_ms = options->lease_ms;
        kept.warn_ms = options->warn_ms;
        kept.label = options->label;
        session->on_danger = options->on_danger;
        session->on_lost = options->on_lost;
        session->user = options->user;
    }
    kept.user = session;
    bool is_started;
    struct s3a_future *future =
        s3a_lock_driver_start_keeper(client, bucket, &kept, session, &is_started);
    if (!is_started) {
        free(session);
    }
    return future;
}

struct s3a_future *s3a_session_open_async(struct s3a_client *client, const char *bucket,
                                          const struct s3a_session_options *options,
                                          struct s3a_session **ret_session)
{
    struct s3a_error error;
    enum s3a_status status = s3a_client_check(client, &error);

    if (status != S3A_OK) {
        if (ret_session) {
            *ret_session = NULL;
        }
        return s3a_future_failed(NULL, status, &error);
    }
    return open_session(client, bucket, options, ret_session);
}

enum s3a_status s3a_session_open(struct s3a_client *client, const char *bucket,
                                 const struct s3a_session_options *options,
                                 struct s3a_session **ret_session, struct s3a_error *error)
{
    enum s3a_status status = s3a_client_check_blocking(client, error);

    if (status != S3A_OK) {
        if (ret_session) {
            *ret_session = NULL;
        }
        return status;
    }
    return s3a_future_join(open_session(client, bucket, options, ret_session), error);
}

static void begin(struct s3a_task *task)
{
    struct closing *closing = s3a_list_entry(task, struct closing, task);
    struct s3a_session *session = closing->session;

    if (atomic_load(&session->has_ended)) {
        answer(closing);
        return;
    }
    s3a_list_append(&session->closings, &closing->link);
    s3a_session_begin_close(session);
}

static enum s3a_status check_call(const struct s3a_session *session, struct s3a_error *error)
{
    s3a_error_clear(error);
    if (!session) {
        return s3a_error_set(error, S3A_INVALID, "session: it is NULL");
    }
    if (!s3a_loop_is_ours(session->loop)) {
        return s3a_error_set(error, S3A_INVALID, "the session belongs to the parent process");
    }
    return S3A_OK;
}

/* NULL: no memory. */
static struct s3a_future *close_session(struct s3a_session *session)
{
    struct closing *closing = calloc(1, sizeof(*closing));

    if (!closing) {
        return NULL;
    }
    *closing = (struct closing){.session = session, .task.run = begin};
    s3a_list_init(&closing->link);
    closing->future = s3a_future_new(session->loop, NULL, NULL);
    struct s3a_future *future = closing->future;
    if (!future) {
        free(closing);
        return NULL;
    }
    atomic_fetch_add(&session->references, 1);
    atomic_store(&session->close_asked, true);
    s3a_loop_post(session->loop, &closing->task);
    return future;
}

struct s3a_future *s3a_session_close_async(struct s3a_session *session)
{
    struct s3a_error error;
    enum s3a_status status = check_call(session, &error);

    return status == S3A_OK ? close_session(session) : s3a_future_failed(NULL, status, &error);
}

enum s3a_status s3a_session_close(struct s3a_session *session, struct s3a_error *error)
{
    enum s3a_status status = check_call(session, error);

    if (status == S3A_OK && s3a_loop_is_inside(session->loop)) {
        status = s3a_error_set(error, S3A_INVALID,
                               "a callback must not block: use s3a_session_close_async()");
    }
    return status == S3A_OK ? s3a_future_join(close_session(session), error) : status;
}

void s3a_session_free(struct s3a_session *session)
{
    if (!session) {
        return;
    }
    if (atomic_load(&session->has_ended)) {
        s3a_session_unref(session);
    } else if (s3a_loop_is_ours(session->loop)) {
        atomic_store(&session->close_asked, true);
        s3a_loop_post(session->loop, &session->free_task);
    }
    /* A forked child has neither the thread nor the session. */
}
