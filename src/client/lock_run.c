/* SPDX-License-Identifier: MIT */
#include <pthread.h>
#include <stdlib.h>

#include "error.h"
#include "client_state.h"
#include "lock_driver.h"
#include "thread.h"

/* Calls the work and gives the lock back. What counts is the work's word; where it went well, the
 * lock must have been good until then. */
static enum s3a_status work_and_release(struct s3a_lock *lock, s3a_work_fn work, void *arg,
                                        struct s3a_error *error)
{
    enum s3a_status status = work(lock, arg);
    struct s3a_error release_error;
    enum s3a_status released = s3a_lock_release(lock, &release_error);

    s3a_error_clear(error);
    if (status != S3A_OK) {
        (void)s3a_error_set(error, status, "the critical section failed: %s",
                            s3a_status_text(status));
    } else if (released == S3A_LOST) {
        status = S3A_LOST;
        if (error) {
            *error = release_error;
        }
    }
    s3a_lock_free(lock);
    return status;
}

enum s3a_status s3a_lock_run(struct s3a_client *client, const char *bucket, const char *name,
                             const struct s3a_lock_options *options, s3a_work_fn work, void *arg,
                             struct s3a_error *error)
{
    struct s3a_lock *lock;
    enum s3a_status status = s3a_client_check_blocking(client, error);

    if (status == S3A_OK && !work) {
        status = s3a_error_set(error, S3A_INVALID, "work: it is NULL");
    }
    if (status == S3A_OK) {
        status = s3a_lock_acquire(client, bucket, name, options, &lock, error);
    }
    return status == S3A_OK ? work_and_release(lock, work, arg, error) : status;
}

/* A critical section on its way: first the loop's, then its own thread's, then the loop's. */
struct run {
    struct s3a_client *client;
    struct s3a_future *future;
    s3a_work_fn work;
    void *arg;
    struct s3a_task begin_task;
    struct s3a_task end_task;
    struct s3a_future *acquire_future;
    struct s3a_lock *lock;
    enum s3a_status status;
    struct s3a_error error;
};

static void end(struct s3a_task *task)
{
    struct run *run = s3a_list_entry(task, struct run, end_task);
    struct s3a_client *client = run->client;

    client->runs--;
    s3a_future_complete(run->future, run->status, &run->error);
    free(run);
    s3a_client_note_end(client);
}

static void *run_work(void *arg)
{
    struct run *run = arg;

    run->status = work_and_release(run->lock, run->work, run->arg, &run->error);
    s3a_loop_post(run->client->loop, &run->end_task);
    return NULL;
}

static int start_thread(struct run *run)
{
    pthread_t thread;
    int failed = s3a_thread_start(&thread, run_work, run);

    if (failed == 0) {
        pthread_detach(thread);
    }
    return failed;
}

static void acquired(struct s3a_future *future, void *user)
{
    struct run *run = user;

    run->status = s3a_future_wait(future, 0, &run->error);
    run->acquire_future = NULL;
    s3a_future_free(future);
    if (run->status == S3A_OK && run->client->is_ending) {
        run->status = s3a_error_set(&run->error, S3A_CANCELLED, "the client is being freed");
        s3a_lock_free(run->lock);
    }
    if (run->status == S3A_OK) {
        run->lock->is_in_run = true;
        int failed = start_thread(run);
        if (!failed) {
            return;
        }
        run->status = s3a_error_set_errno(&run->error, failed, "cannot start a thread for work");
        s3a_lock_free(run->lock);
    }
    s3a_loop_post(run->client->loop, &run->end_task);
}

static void cancel(void *producer)
{
    struct run *run = producer;

    s3a_future_cancel(run->acquire_future); /* NULL once it is held */
}

static void begin(struct s3a_task *task)
{
    struct run *run = s3a_list_entry(task, struct run, begin_task);

    run->client->runs++;
    if (run->acquire_future) {
        s3a_future_on_done(run->acquire_future, acquired, run);
    } else {
        run->status = s3a_error_set_no_memory(&run->error);
        s3a_loop_post(run->client->loop, &run->end_task);
    }
}

struct s3a_future *s3a_lock_run_async(struct s3a_client *client, const char *bucket,
                                      const char *name, const struct s3a_lock_options *options,
                                      s3a_work_fn work, void *arg)
{
    struct s3a_error error;
    enum s3a_status status = s3a_client_check(client, &error);
    struct run *run;

    if (status == S3A_OK && !work) {
        status = s3a_error_set(&error, S3A_INVALID, "work: it is NULL");
    }
    if (status != S3A_OK) {
        return s3a_future_failed(NULL, status, &error);
    }
    run = calloc(1, sizeof(*run));
    if (!run) {
        return NULL;
    }
    *run = (struct run){
        .client = client, .work = work, .arg = arg, .begin_task.run = begin, .end_task.run = end};
    run->future = s3a_future_new(client->loop, cancel, run);
    struct s3a_future *future = run->future;
    if (!future) {
        free(run);
        return NULL;
    }
    run->acquire_future = s3a_lock_acquire_async(client, bucket, name, options, &run->lock);
    s3a_loop_post(client->loop, &run->begin_task);
    return future;
}
