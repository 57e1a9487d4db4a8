/* SPDX-License-Identifier: MIT */
#include "fire.h"

#include <fcntl.h>
#include <inttypes.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <s3atomic/s3atomic.h>

#include "fire_log.h"

#define SLICE_MS 20
#define STEP_US_MAX 5000

/* One attempt in so many is cancelled, sooner or later. */
#define CANCELLED_ONE_IN 16
#define CANCEL_AFTER_MS_MAX 1500

/* After a turn, so that others come to theirs. */
#define REST_MS_MAX 600

/* One turn in so many is long. */
#define LONG_ONE_IN 5

struct worker {
    struct s3a_client *client;
    const char *bucket;
    uint64_t random;
    uint64_t deletes; /* releases in 100 that are to leave no object */
    int log;
    bool surprised;
};

static volatile sig_atomic_t is_over;

static void note_end(int signal_number)
{
    (void)signal_number;
    is_over = 1;
}

static void write_down(struct worker *worker, enum fire_kind kind, uint64_t token,
                       uint64_t began_us)
{
    const struct fire_line line = {kind, token, getpid(), began_us, fire_now_us()};
    char text[FIRE_LINE_SIZE_MAX];
    size_t size = fire_line_print(&line, text, sizeof(text));

    if (write(worker->log, text, size) != (ssize_t)size) {
        perror("fire: the log cannot be written");
        worker->surprised = true;
    }
}

static void surprise(struct worker *worker, const char *what, enum s3a_status status,
                     const struct s3a_error *error)
{
    fprintf(stderr, "fire: worker %d, at %.6f s: %s ended %s: %s\n", (int)getpid(),
            (double)fire_now_us() / 1e6, what, s3a_status_name(status), error->message);
    worker->surprised = true;
}

/* What a store may be like that is killed, frozen, and behind a bad network. */
static bool is_weather(enum s3a_status status)
{
    switch (status) {
    case S3A_UNREACHABLE:
    case S3A_TIMEOUT:
    case S3A_LATER:
    case S3A_SERVER:
    case S3A_IN_DOUBT:
        return true;
    default:
        return false;
    }
}

static struct s3a_lock *take(struct worker *worker, uint64_t *ret_began_us)
{
    const struct s3a_lock_options options = {
        .heartbeat_ms = FIRE_HEARTBEAT_MS,
        .lease_ms = FIRE_LEASE_MS,
        .grace_ms = FIRE_GRACE_MS,
        .poll_min_ms = FIRE_POLL_MIN_MS,
        .poll_max_ms = FIRE_POLL_MAX_MS,
        .wait_ms = S3A_WAIT_FOREVER,
        .delete_on_release = fire_random(&worker->random, 100) < worker->deletes,
    };
    uint64_t began_us = fire_now_us();
    uint64_t cancel_us = UINT64_MAX;
    struct s3a_lock *lock = NULL;
    struct s3a_error error;

    *ret_began_us = began_us;
    if (fire_random(&worker->random, CANCELLED_ONE_IN) == 0) {
        cancel_us = began_us + fire_random(&worker->random, CANCEL_AFTER_MS_MAX) * 1000;
    }
    struct s3a_future *future =
        s3a_lock_acquire_async(worker->client, worker->bucket, FIRE_LOCK, &options, &lock);
    while (!s3a_future_is_done(future)) {
        if (is_over || fire_now_us() >= cancel_us) {
            s3a_future_cancel(future);
        }
        (void)!s3a_future_wait(future, SLICE_MS, NULL);
    }
    enum s3a_status status = s3a_future_wait(future, 0, &error);
    s3a_future_free(future);
    if (status != S3A_OK) {
        write_down(worker, FIRE_FAILED, (uint64_t)status, began_us);
        if (lock || (!is_weather(status) && status != S3A_CANCELLED)) {
            surprise(worker, "acquiring", status, &error);
        }
    }
    return lock;
}

/* False: it was lost meanwhile. */
static bool work(struct worker *worker, const struct s3a_lock *lock)
{
    uint64_t token = s3a_lock_token(lock);
    uint64_t hold_ms =
        fire_random(&worker->random, LONG_ONE_IN) == 0 ? FIRE_HOLD_LONG_MS : FIRE_HOLD_SHORT_MS;
    uint64_t until_us = fire_now_us() + fire_random(&worker->random, hold_ms * 1000);
    bool is_lost = false;

    /* The time comes first: whenever it is found to be held, it was held then. A lock that is lost
     * is watched a little longer, for it must not come back. */
    for (;;) {
        uint64_t now_us = fire_now_us();
        if (s3a_lock_is_held(lock)) {
            write_down(worker, FIRE_HELD, token, now_us);
        } else if (!is_lost) {
            is_lost = true;
            write_down(worker, FIRE_LOST, token, now_us);
        }
        if (now_us >= until_us || is_over) {
            return !is_lost;
        }
        fire_pause_us(1000 + fire_random(&worker->random, STEP_US_MAX));
    }
}

static void give_back(struct worker *worker, struct s3a_lock *lock, bool was_held)
{
    struct s3a_error error;
    uint64_t token = s3a_lock_token(lock);

    if (was_held) {
        write_down(worker, FIRE_EXIT, token, fire_now_us());
    }
    enum s3a_status status = s3a_lock_release(lock, &error);
    if (status == S3A_OK ? !was_held : status != S3A_LOST && !is_weather(status)) {
        surprise(worker, was_held ? "releasing" : "releasing what was lost", status, &error);
    }
    uint64_t now_us = fire_now_us();
    if (s3a_lock_is_held(lock)) {
        write_down(worker, FIRE_HELD, token, now_us);
    }
    if (s3a_lock_was_deleted(lock)) {
        write_down(worker, FIRE_DELETED, token, now_us);
    }
    s3a_lock_free(lock);
}

int fire_worker(int argc, char **argv)
{
    struct worker worker = {.log = -1, .surprised = true};
    struct s3a_client_options options = {.request_timeout_ms = FIRE_REQUEST_TIMEOUT_MS};
    struct s3a_error error;

    if (argc != 5) {
        fprintf(stderr, "usage: fire worker ENDPOINT BUCKET SEED LOG DELETES\n");
        return 64;
    }
    signal(SIGTERM, note_end);
    options.endpoint = argv[0];
    worker.bucket = argv[1];
    worker.random = strtoull(argv[2], NULL, 10);
    worker.deletes = strtoull(argv[4], NULL, 10);
    worker.log = open(argv[3], O_WRONLY | O_APPEND | O_CLOEXEC);
    if (worker.log < 0) {
        perror(argv[3]);
        goto out;
    }
    enum s3a_status status = s3a_client_new(&options, &worker.client, &error);
    if (status != S3A_OK) {
        surprise(&worker, "making a client", status, &error);
        goto out;
    }
    worker.surprised = false;
    while (!is_over && !worker.surprised) {
        uint64_t began_us;
        struct s3a_lock *lock = take(&worker, &began_us);
        if (lock) {
            write_down(&worker, FIRE_ENTER, s3a_lock_token(lock), began_us);
            give_back(&worker, lock, work(&worker, lock));
            fire_pause_us(fire_random(&worker.random, REST_MS_MAX * 1000));
        }
    }

out:
    s3a_client_free(worker.client);
    if (worker.log >= 0) {
        close(worker.log);
    }
    return worker.surprised ? FIRE_EXIT_SURPRISED : 0;
}
