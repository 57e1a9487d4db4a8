/* SPDX-License-Identifier: MIT */
#include "future.h"

#include <errno.h>
#include <pthread.h>
#include <stdlib.h>

#include "check.h"
#include "error.h"
#include "wait.h"

struct s3a_future {
    struct s3a_loop *loop;
    s3a_future_cancel_fn cancel;
    void *producer;
    struct s3a_task task; /* carries a cancel into the loop's thread; has a reference meanwhile */

    pthread_mutex_t mutex; /* of all that follows */
    pthread_cond_t done_cond;
    unsigned references;
    bool is_done;
    bool is_cancelled;
    enum s3a_status status;
    struct s3a_error error;
    s3a_future_fn on_done;
    void *user;
};

static void unref(struct s3a_future *future)
{
    pthread_mutex_lock(&future->mutex);
    unsigned left = --future->references;
    pthread_mutex_unlock(&future->mutex);
    if (left == 0) {
        pthread_cond_destroy(&future->done_cond);
        pthread_mutex_destroy(&future->mutex);
        free(future);
    }
}

static void run_cancel(struct s3a_task *task)
{
    struct s3a_future *future = s3a_list_entry(task, struct s3a_future, task);

    /* Only this thread completes it. */
    if (!future->is_done && future->cancel) {
        future->cancel(future->producer);
    }
    unref(future);
}

struct s3a_future *s3a_future_new(struct s3a_loop *loop, s3a_future_cancel_fn cancel,
                                  void *producer)
{
    struct s3a_future *future = calloc(1, sizeof(*future));

    if (!future) {
        return NULL;
    }
    future->loop = loop;
    future->cancel = cancel;
    future->producer = producer;
    future->task.run = run_cancel;
    future->references = 2;
    s3a_check(pthread_mutex_init(&future->mutex, NULL) == 0);
    s3a_wait_init(&future->done_cond);
    return future;
}

/* With the mutex held. */
static void settle(struct s3a_future *future, enum s3a_status status, const struct s3a_error *error)
{
    s3a_check(!future->is_done);
    future->is_done = true;
    future->status = status;
    if (status != S3A_OK && error) {
        future->error = *error;
        future->error.status = status;
    } else if (status != S3A_OK) {
        (void)s3a_error_set(&future->error, status, "%s", s3a_status_text(status));
    }
    pthread_cond_broadcast(&future->done_cond);
}

void s3a_future_complete(struct s3a_future *future, enum s3a_status status,
                         const struct s3a_error *error)
{
    pthread_mutex_lock(&future->mutex);
    settle(future, status, error);
    s3a_future_fn on_done = future->on_done;
    future->on_done = NULL;
    pthread_mutex_unlock(&future->mutex);
    if (on_done) {
        on_done(future, future->user);
    }
    unref(future);
}

struct s3a_future *s3a_future_failed(struct s3a_loop *loop, enum s3a_status status,
                                     const struct s3a_error *error)
{
    struct s3a_future *future = s3a_future_new(loop, NULL, NULL);

    if (future) {
        settle(future, status, error);
        future->references = 1;
    }
    return future;
}

static bool is_done(struct s3a_future *future)
{
    pthread_mutex_lock(&future->mutex);
    bool result = future->is_done;
    pthread_mutex_unlock(&future->mutex);
    return result;
}

bool s3a_future_is_done(const struct s3a_future *future)
{
    /* The mutex is what is not const of it. */
    return future && is_done((struct s3a_future *)(uintptr_t)future);
}

/* Is this a process that has the loop's thread, and another thread than that? */
static enum s3a_status check_may_wait(const struct s3a_future *future, int64_t timeout_ms,
                                      struct s3a_error *error)
{
    if (!s3a_loop_is_ours(future->loop)) {
        return s3a_error_set(error, S3A_INVALID, "the future belongs to the parent process");
    }
    if (timeout_ms != 0 && s3a_loop_is_inside(future->loop)) {
        return s3a_error_set(error, S3A_INVALID, "a callback must not wait for a future");
    }
    return S3A_OK;
}

enum s3a_status s3a_future_wait(struct s3a_future *future, int64_t timeout_ms,
                                struct s3a_error *error)
{
    enum s3a_status status;

    s3a_error_clear(error);
    if (!future) {
        return s3a_error_set(error, S3A_INVALID, "future: it is NULL");
    }
    /* The loop may be gone once it is done. */
    if (!is_done(future)) {
        status = check_may_wait(future, timeout_ms, error);
        if (status != S3A_OK) {
            return status;
        }
    }
    struct timespec deadline = s3a_wait_until(timeout_ms < 0 ? INT64_MAX : timeout_ms);
    pthread_mutex_lock(&future->mutex);
    int failed = 0;
    while (!future->is_done && failed != ETIMEDOUT) {
        failed = timeout_ms == 0
                     ? ETIMEDOUT
                     : pthread_cond_timedwait(&future->done_cond, &future->mutex, &deadline);
    }
    status = future->is_done ? future->status : S3A_TIMEOUT;
    if (future->is_done && error) {
        *error = future->error;
    } else if (!future->is_done) {
        (void)s3a_error_set(error, S3A_TIMEOUT, "still under way");
    }
    pthread_mutex_unlock(&future->mutex);
    return status;
}

void s3a_future_on_done(struct s3a_future *future, s3a_future_fn on_done, void *user)
{
    if (!future) {
        return;
    }
    pthread_mutex_lock(&future->mutex);
    bool at_once = future->is_done;
    if (!at_once) {
        future->on_done = on_done;
        future->user = user;
    }
    pthread_mutex_unlock(&future->mutex);
    if (at_once && on_done) {
        on_done(future, user);
    }
}

void s3a_future_cancel(struct s3a_future *future)
{
    if (!future) {
        return;
    }
    pthread_mutex_lock(&future->mutex);
    bool first = !future->is_done && !future->is_cancelled && s3a_loop_is_ours(future->loop);
    if (first) {
        future->is_cancelled = true;
        future->references++;
        /* With the mutex held: once it is done, the loop may go away. */
        s3a_loop_post(future->loop, &future->task);
    }
    pthread_mutex_unlock(&future->mutex);
}

void s3a_future_free(struct s3a_future *future)
{
    if (future) {
        unref(future);
    }
}

enum s3a_status s3a_future_join(struct s3a_future *future, struct s3a_error *error)
{
    if (!future) {
        return s3a_error_set_no_memory(error);
    }
    enum s3a_status status = s3a_future_wait(future, S3A_WAIT_FOREVER, error);
    s3a_future_free(future);
    return status;
}
