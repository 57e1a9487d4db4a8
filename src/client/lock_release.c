/* SPDX-License-Identifier: MIT */
#include "lock_release.h"

#include <stdlib.h>

#include "clock.h"
#include "error.h"
#include "lock_story.h"
#include "lock_work.h"
#include "session_state.h"

/* Somebody who waits for the end of a release. */
struct s3a_lock_release_wish {
    struct s3a_lock *lock; /* a reference */
    struct s3a_future *future;
    struct s3a_task task;
    struct s3a_lock_release_wish *next;
};

static void answer_wish(struct s3a_lock_release_wish *wish, enum s3a_status status,
                        const struct s3a_error *error)
{
    struct s3a_lock *lock = wish->lock;
    struct s3a_future *future = wish->future;

    free(wish);
    s3a_lock_unref(lock);
    s3a_future_complete(future, status, error);
}

static void answer_with_the_end(struct s3a_lock_release_wish *wish)
{
    struct s3a_error error;
    enum s3a_status status = s3a_lock_tell_end(wish->lock, wish->lock->end_status, &error);

    answer_wish(wish, status, &error);
}

void s3a_lock_releases_go_on(struct s3a_client *client)
{
    if (client->is_going_on) {
        return;
    }
    client->is_going_on = true;
    while (client->release_count < S3A_LOCK_RELEASES_MAX && !client->is_poor &&
           client->gate.asking == 0 && !s3a_list_is_empty(&client->queued)) {
        s3a_lock_release_now(s3a_list_entry(client->queued.next, struct s3a_lock, link));
    }
    client->is_going_on = false;
}

static void not_poor_any_more(struct s3a_timer *timer)
{
    struct s3a_client *client = s3a_list_entry(timer, struct s3a_client, poor_timer);

    client->is_poor = false;
    s3a_lock_releases_go_on(client);
}

static void uncount(struct s3a_lock *lock)
{
    if (lock->is_counted) {
        lock->is_counted = false;
        lock->client->release_count--;
    }
}

void s3a_lock_release_ended(struct s3a_lock *lock)
{
    struct s3a_client *client = lock->client;

    while (lock->wishes) {
        struct s3a_lock_release_wish *wish = lock->wishes;
        lock->wishes = wish->next;
        answer_with_the_end(wish);
    }
    lock->is_queued = false;
    if (lock->is_counted) {
        uncount(lock);
        s3a_lock_releases_go_on(client);
    }
}

static void queue(struct s3a_lock *lock)
{
    if (!lock->is_queued) {
        lock->is_queued = true;
        s3a_list_remove(&lock->link);
        s3a_list_append(&lock->client->queued, &lock->link);
    }
}

void s3a_lock_release_refused(struct s3a_lock *lock)
{
    struct s3a_client *client = lock->client;
    struct s3a_error error;

    uncount(lock);
    (void)s3a_error_set_no_memory(&error);
    while (lock->wishes) {
        struct s3a_lock_release_wish *wish = lock->wishes;
        lock->wishes = wish->next;
        atomic_fetch_sub(&lock->unheld, S3A_LOCK_WISHED);
        answer_wish(wish, S3A_NO_MEMORY, &error);
    }
    if (s3a_lock_is(lock, S3A_LOCK_GIVEN_BACK)) {
        queue(lock);
        client->is_poor = true;
        s3a_loop_timer_set(client->loop, &client->poor_timer,
                           s3a_clock_ms() + S3A_LOCK_RELEASE_PAUSE_MS);
    }
}

void s3a_lock_release_now(struct s3a_lock *lock)
{
    if (lock->is_queued) {
        lock->is_queued = false;
        s3a_list_remove(&lock->link);
        s3a_lock_join(lock);
    }
    if (!lock->work) {
        lock->is_counted = true;
        lock->client->release_count++;
    }
    s3a_lock_driver_step(lock, S3A_LOCK_RELEASE);
}

/* Not before it is known how. */
static bool has_to_wait(const struct s3a_lock *lock)
{
    return lock->is_to_be_deleted &&
           s3a_store_gate_is_asking(&lock->client->gate, s3a_lock_entry_bucket(&lock->entry).data);
}

/* What is awake has its memory. */
static void release(struct s3a_lock *lock)
{
    if (has_to_wait(lock)) {
        queue(lock);
    } else if (lock->work || lock->client->release_count < S3A_LOCK_RELEASES_MAX) {
        s3a_lock_release_now(lock);
    } else {
        queue(lock);
    }
}

void s3a_lock_release_those_under(struct s3a_session *session)
{
    struct s3a_list *queued = &session->client->queued;
    struct s3a_list others;
    struct s3a_list *link;

    s3a_list_init(&others);
    while ((link = s3a_list_pop(queued)) != NULL) {
        struct s3a_lock *lock = s3a_list_entry(link, struct s3a_lock, link);
        if (lock->session == session) {
            s3a_lock_release_now(lock);
        } else {
            s3a_list_append(&others, link);
        }
    }
    s3a_list_move(queued, &others);
}

void s3a_lock_give_back(struct s3a_lock *lock)
{
    atomic_fetch_or(&lock->unheld, S3A_LOCK_GIVEN_BACK);
    release(lock);
}

static void wish(struct s3a_task *task)
{
    struct s3a_lock_release_wish *wish = s3a_list_entry(task, struct s3a_lock_release_wish, task);
    struct s3a_lock *lock = wish->lock;

    if (s3a_lock_is(lock, S3A_LOCK_ENDED)) {
        answer_with_the_end(wish);
        return;
    }
    wish->next = lock->wishes;
    lock->wishes = wish;
    release(lock);
}

struct s3a_future *s3a_lock_driver_release(struct s3a_lock *lock)
{
    struct s3a_lock_release_wish *wanted = calloc(1, sizeof(*wanted));

    if (!wanted) {
        return NULL;
    }
    wanted->lock = lock;
    wanted->task.run = wish;
    wanted->future = s3a_future_new(lock->client->loop, NULL, NULL);
    struct s3a_future *future = wanted->future;
    if (!future) {
        free(wanted);
        return NULL;
    }
    atomic_fetch_add(&lock->references, 1);
    /* From now on it does not count as held, however long the loop's thread takes. */
    atomic_fetch_add(&lock->unheld, S3A_LOCK_WISHED);
    s3a_loop_post(lock->client->loop, &wanted->task);
    return future;
}

void s3a_lock_give_handle_back(struct s3a_lock *lock)
{
    struct s3a_client *client = lock->client;
    struct s3a_lock *next = atomic_load(&client->freed);

    atomic_fetch_or(&lock->unheld, S3A_LOCK_GIVEN_BACK);
    do {
        lock->next_freed = next;
    } while (!atomic_compare_exchange_weak(&client->freed, &next, lock));
    s3a_loop_post(client->loop, &client->freed_task);
}

/* The handles that were given back since the last time. */
static void take_handles(struct s3a_task *task)
{
    struct s3a_client *client = s3a_list_entry(task, struct s3a_client, freed_task);
    struct s3a_lock *lock = atomic_exchange(&client->freed, NULL);

    while (lock) {
        struct s3a_lock *next = lock->next_freed;
        if (!s3a_lock_is(lock, S3A_LOCK_ENDED)) {
            s3a_lock_give_back(lock);
        }
        s3a_lock_unref(lock);
        lock = next;
    }
}

void s3a_lock_releases_init(struct s3a_client *client)
{
    s3a_list_init(&client->locks);
    s3a_list_init(&client->queued);
    atomic_init(&client->freed, NULL);
    client->freed_task.run = take_handles;
    client->poor_timer.fire = not_poor_any_more;
}

void s3a_lock_drivers_end(struct s3a_client *client)
{
    size_t count = 0;

    for (struct s3a_list *link = client->locks.next; link != &client->locks; link = link->next) {
        count++;
    }
    /* Each once; a step may end this one, and others with it, which then are not in the list. */
    while (count-- > 0 && !s3a_list_is_empty(&client->locks)) {
        struct s3a_list *link = s3a_list_pop(&client->locks);
        struct s3a_lock *lock = s3a_list_entry(link, struct s3a_lock, link);
        s3a_list_append(&client->locks, link);
        if (lock->work && lock->work->acquire_future) {
            s3a_lock_driver_step(lock, S3A_LOCK_CANCEL);
        } else if (lock->work && lock->work->keeps) {
            s3a_session_begin_close(lock->work->keeps);
        } else if (!lock->is_in_run) {
            s3a_lock_give_back(lock);
        }
    }
}
