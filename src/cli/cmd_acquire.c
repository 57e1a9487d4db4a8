/* SPDX-License-Identifier: MIT */
#include "command.h"

#include <inttypes.h>
#include <stdlib.h>
#include <unistd.h>

#include "connect.h"
#include "duration.h"
#include "exit_code.h"
#include "fault.h"
#include "globals.h"
#include "holder.h"
#include "say.h"
#include "signals.h"
#include "step.h"
#include "waiting.h"

#define LEASE_MS 60000
#define LEASE_MIN_MS 200
#define LEASE_MAX_MS (INT64_C(7) * 24 * 3600 * 1000)
#define HEARTBEAT_MAX_MS 10000
#define EXIT_CODE_MAX 255
#define WHAT_SIZE 1200
#define NOT_GIVEN (-1)

static struct {
    bool nonblock;
    int64_t wait_ms;
    int64_t lease_ms;
    const char *label;
    int64_t conflict_code;
} given = {.wait_ms = NOT_GIVEN, .lease_ms = LEASE_MS, .conflict_code = S3A_EXIT_HELD};

static const struct s3a_option options[] = {
    {'n', "nonblock", NULL, "do not wait: exit 75 where somebody else holds the lock",
     .flag = &given.nonblock},
    {'w', "wait", "SECONDS", "wait so long at the most; 0 is -n. Default: for ever",
     .duration_ms = &given.wait_ms, .max = S3A_DURATION_MAX_MS},
    {'E', "conflict-exit-code", "N", "exit with N instead of 75 where the lock was not obtained",
     .number = &given.conflict_code, .max = EXIT_CODE_MAX},
    {0, "lease", "DURATION",
     "how long it stays held unless it is renewed; nobody beats meanwhile. Default: 60s",
     .duration_ms = &given.lease_ms, .min = LEASE_MIN_MS, .max = LEASE_MAX_MS},
    {0, "label", "TEXT", "shown to people who look at the lock", .text = &given.label},
};

struct run {
    struct s3a_step step;
    struct s3a_waiting waiting;
    struct s3a_lock *lock;
    char what[WHAT_SIZE];
};

static enum s3a_status check_options(struct s3a_error *error)
{
    if (given.nonblock && given.wait_ms > 0) {
        return s3a_fault(error, S3A_INVALID, "-n and -w contradict each other");
    }
    if (given.nonblock) {
        given.wait_ms = 0;
    }
    if (given.wait_ms == NOT_GIVEN) {
        given.wait_ms = S3A_WAIT_FOREVER;
    }
    return S3A_OK;
}

static int say_held(const struct run *run, const struct s3a_error *error)
{
    struct s3a_lock_info info;

    s3a_say_failure(error);
    if (s3a_globals.json && error->status == S3A_HELD &&
        s3a_lock_inspect(run->step.client, run->step.url.bucket, run->step.url.key, &info, NULL) ==
            S3A_OK) {
        s3a_holder_print_json(stdout, run->step.url.bucket, &info);
    }
    return (int)given.conflict_code;
}

/* The handle is what it is about: without one, the lock is given back. */
static int hand_over(struct run *run)
{
    struct s3a_lock *again = NULL;
    struct s3a_error error;

    if (s3a_step_hand_over(&run->step, run->lock, &error)) {
        return S3A_EXIT_DONE;
    }
    int code = s3a_say_failure(&error);
    if (run->step.handle[0] &&
        s3a_lock_attach(run->step.client, run->step.handle, NULL, &again, NULL) == S3A_OK) {
        s3a_lock_free(run->lock);
        run->lock = again;
    }
    return code;
}

static int acquire_lock(struct run *run)
{
    const int64_t half_ms = given.lease_ms / 2;
    const struct s3a_lock_options lock_options = {
        .heartbeat_ms = (uint32_t)(half_ms < HEARTBEAT_MAX_MS ? half_ms : HEARTBEAT_MAX_MS),
        .lease_ms = (uint32_t)given.lease_ms,
        .wait_ms = given.wait_ms,
        .label = given.label,
    };
    struct s3a_error error;

    struct s3a_future *future = s3a_lock_acquire_async(
        run->step.client, run->step.url.bucket, run->step.url.key, &lock_options, &run->lock);
    if (!future) {
        s3a_fault(&error, S3A_NO_MEMORY, "out of memory");
        return s3a_say_failure(&error);
    }
    enum s3a_status status = s3a_wait(&run->waiting, future, &error);
    if (run->waiting.abandoned) {
        s3a_say_error("%s: ended by a second signal, before it was known whether it was obtained; "
                      "if it was, it stays held until its lease ends",
                      run->what);
        return S3A_EXIT_SIGNAL_BASE + run->waiting.ended_by;
    }
    s3a_future_free(future);
    if (run->waiting.ended_by != 0) {
        return S3A_EXIT_SIGNAL_BASE + run->waiting.ended_by;
    }
    if (status == S3A_OK) {
        return hand_over(run);
    }
    return status == S3A_HELD || status == S3A_BUSY ? say_held(run, &error)
                                                    : s3a_say_failure(&error);
}

static int acquire(char **operands, size_t count)
{
    struct run run = {.waiting = {.signals = -1, .what = run.what}};
    struct s3a_error error;

    (void)count;
    if (check_options(&error) != S3A_OK ||
        s3a_url_parse(operands[0], S3A_URL_KEY, &run.step.url, &error) != S3A_OK) {
        return s3a_say_failure(&error);
    }
    snprintf(run.what, sizeof(run.what), "the lock %s", operands[0]);
    /* Before the client starts its thread, which is to inherit what is blocked. */
    if (s3a_signals_open(&run.waiting.signals, &error) != S3A_OK ||
        s3a_connect(&run.step.client, &error) != S3A_OK) {
        return s3a_say_failure(&error);
    }
    int code = acquire_lock(&run);
    if (run.waiting.abandoned) {
        fflush(stdout);
        _exit(code);
    }
    s3a_lock_free(run.lock); /* leaves alone what was handed over */
    s3a_client_free(run.step.client);
    close(run.waiting.signals);
    return code;
}

const struct s3a_command s3a_cmd_acquire = {
    .name = "acquire",
    .operands = "s3://BUCKET/NAME",
    .summary = "takes a lock and leaves it held, for the steps of a script",
    .more = "Prints a handle: one word, by which renew, release and check know that the lock is "
            "yours. No process stays behind, so nobody beats: the lock is held for as long as its "
            "lease, and free to others after that unless it is renewed. Where the work is one "
            "command, lock is the better choice.\n\n"
            "Exit status: 75 where it was not obtained.",
    .options = options,
    .option_count = sizeof(options) / sizeof(options[0]),
    .operands_min = 1,
    .operands_max = 1,
    .run = acquire,
};
