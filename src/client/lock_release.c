/* SPDX-License-Identifier: MIT */
#include "lock_release.h"

#include <stdlib.h>

#include "lock_story.h"
#include "session_state.h"

/* Somebody who waits for the end of a release. */
struct s3a_lock_release_wish {
    struct s3a_lock *lock; /* a reference */
    struct s3a_future *future;
    struct s3a_task task;
    struct s3a_list link;
};

static void answer_wish(struct s3a_lock_release_wish *wish)
{
    struct s3a_lock *lock = wish->lock;
    struct s3a_future *future = wish->future;
    struct s3a_error error;
    enum s3a_status status = s3a_lock_tell_end(lock, lock->end_status, &error);

    s3a_lock_unref(lock);
    free(wish);
    s3a_future_complete(future, status, &error);
}

void s3a_lock_releases_answer(struct s3a_lock *lock)
{
    struct s3a_list *link;

    while ((link = s3a_list_pop(&lock->releases)) != NULL) {
        answer_wish(s3a_list_entry(link, struct s3a_lock_release_wish, link));
    }
}

static void wish(struct s3a_task *task)
{
    struct s3a_lock_release_wish *wish = s3a_list_entry(task, struct s3a_lock_release_wish, task);
    struct s3a_lock *lock = wish->lock;

    if (atomic_load(&lock->has_ended)) {
        answer_wish(wish);
        return;
    }
    s3a_list_append(&lock->releases, &wish->link);
    s3a_lock_driver_step(lock, S3A_LOCK_RELEASE);
}

struct s3a_future *s3a_lock_driver_release(struct s3a_lock *lock)
{
    struct s3a_lock_release_wish *wanted = calloc(1, sizeof(*wanted));

    if (!wanted) {
        return NULL;
    }
    wanted->lock = lock;
    wanted->task.run = wish;
    s3a_list_init(&wanted->link);
    wanted->future = s3a_future_new(lock->loop, NULL, NULL);
    struct s3a_future *future = wanted->future;
    if (!future) {
        free(wanted);
        return NULL;
    }
    atomic_fetch_add(&lock->references, 1);
    /* From now on it does not count as held, however long the loop's thread takes. */
    atomic_store(&lock->release_asked, true);
    s3a_loop_post(lock->loop, &wanted->task);
    return future;
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
        if (lock->acquire_future) {
            s3a_lock_driver_step(lock, S3A_LOCK_CANCEL);
        } else if (lock->keeps) {
            s3a_session_begin_close(lock->keeps);
        } else if (!lock->is_in_run) {
            atomic_store(&lock->release_asked, true);
            s3a_lock_driver_step(lock, S3A_LOCK_RELEASE);
        }
    }
}
