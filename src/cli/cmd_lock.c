/* SPDX-License-Identifier: MIT */
#include "command.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>
#include <sys/eventfd.h>
#include <unistd.h>

#include "connect.h"
#include "duration.h"
#include "exit_code.h"
#include "fault.h"
#include "globals.h"
#include "guarded.h"
#include "holder.h"
#include "human.h"
#include "now.h"
#include "process.h"
#include "say.h"
#include "url.h"
#include "verdict.h"
#include "waiting.h"

#define SHELL "/bin/sh"
#define HEARTBEAT_MS 10000
#define HEARTBEAT_MIN_MS 100
#define KILL_AFTER_MS 5000
#define EXIT_CODE_MAX 255
#define WHAT_SIZE 1200
#define NOT_GIVEN (-1)

static const char *const on_lost_choices[] = {"term", "kill", "ignore", NULL};

static struct {
    bool nonblock;
    int64_t wait_ms;
    int64_t heartbeat_ms;
    int64_t lease_ms;
    int64_t max_hold_ms;
    int64_t min_hold_ms;
    bool delete_on_release;
    const char *label;
    int64_t conflict_code;
    unsigned on_lost; /* enum s3a_on_lost */
    int64_t kill_after_ms;
    const char *shell_command;
} given = {
    .wait_ms = NOT_GIVEN,
    .conflict_code = S3A_EXIT_HELD,
    .on_lost = S3A_ON_LOST_TERM,
    .kill_after_ms = KILL_AFTER_MS,
};

static const struct s3a_option options[] = {
    {'n', "nonblock", NULL, "do not wait: exit 75 where somebody else holds the lock",
     .flag = &given.nonblock},
    {'w', "wait", "SECONDS", "wait so long at the most; 0 is -n. Default: for ever",
     .duration_ms = &given.wait_ms, .max = S3A_DURATION_MAX_MS},
    {'E', "conflict-exit-code", "N", "exit with N instead of 75 where the lock was not obtained",
     .number = &given.conflict_code, .max = EXIT_CODE_MAX},
    {'c', "command", "COMMAND", "run COMMAND by /bin/sh -c, in the place of CMD",
     .text = &given.shell_command},
    {0, "heartbeat", "DURATION",
     "time between two heartbeats; default 10s, or a third of --lease or --max-hold where that is "
     "less",
     .duration_ms = &given.heartbeat_ms, .min = HEARTBEAT_MIN_MS, .max = UINT32_MAX},
    {0, "lease", "DURATION",
     "how long the lock outlives its last heartbeat; at least two heartbeats, default three",
     .duration_ms = &given.lease_ms, .min = 2 * HEARTBEAT_MIN_MS, .max = UINT32_MAX},
    {0, "max-hold", "DURATION",
     "CMD is ended, and the lock given back, before it was held for so long; default: no bound",
     .duration_ms = &given.max_hold_ms, .min = HEARTBEAT_MIN_MS, .max = UINT32_MAX},
    {0, "min-hold", "DURATION",
     "given back sooner, it is left held until then; default: it is free at once",
     .duration_ms = &given.min_hold_ms, .max = UINT32_MAX},
    {0, "delete-on-release", NULL,
     "given back, leave no object, where the store can do that safely; default: a free one",
     .flag = &given.delete_on_release},
    {0, "label", "TEXT", "shown to people who look at the lock", .text = &given.label},
    {0, "on-lost", "ACTION",
     "what happens to CMD when the lock is about to be lost: term (and kill later), kill, or "
     "ignore; default term",
     .choice = &given.on_lost, .choices = on_lost_choices},
    {0, "kill-after", "DURATION",
     "time from TERM to KILL, where the lease leaves as much; default 5s",
     .duration_ms = &given.kill_after_ms, .max = UINT32_MAX},
};

/* What has been opened on the way. */
struct run {
    struct s3a_url url;
    const char *text; /* of the URL */
    char what[WHAT_SIZE];
    struct s3a_guarded guarded;
    struct s3a_client *client;
    struct s3a_lock *lock;
    bool abandoned; /* something is still under way: nothing may be freed */
};

static int64_t third_at_most(int64_t heartbeat_ms, int64_t whole_ms)
{
    return whole_ms > 0 && whole_ms / 3 < heartbeat_ms ? whole_ms / 3 : heartbeat_ms;
}

static enum s3a_status check_heartbeat(struct s3a_error *error)
{
    if (given.heartbeat_ms == 0) {
        int64_t fitting_ms = third_at_most(HEARTBEAT_MS, given.lease_ms);
        fitting_ms = third_at_most(fitting_ms, given.max_hold_ms);
        given.heartbeat_ms = fitting_ms > HEARTBEAT_MIN_MS ? fitting_ms : HEARTBEAT_MIN_MS;
    }
    if (given.lease_ms > 0 && given.lease_ms < 2 * given.heartbeat_ms) {
        return s3a_fault(error, S3A_INVALID, "--lease is less than two of --heartbeat");
    }
    if (given.max_hold_ms > 0 && given.max_hold_ms < given.heartbeat_ms) {
        return s3a_fault(error, S3A_INVALID, "--max-hold is less than --heartbeat");
    }
    return S3A_OK;
}

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
    return check_heartbeat(error);
}

/* CMD in all the ways it may be written; the words end with NULL. */
static enum s3a_status find_words(char **words, size_t count, char *const **ret_words,
                                  struct s3a_error *error)
{
    static char shell[] = SHELL;
    static char dash_c[] = "-c";
    static char *by_shell[] = {shell, dash_c, NULL, NULL};

    if (count > 0 && (strcmp(words[0], "-c") == 0 || strcmp(words[0], "--command") == 0)) {
        if (count != 2 || given.shell_command) {
            return s3a_fault(error, S3A_INVALID, "-c takes one word, and no CMD beside it");
        }
        by_shell[2] = words[1];
        *ret_words = by_shell;
        return S3A_OK;
    }
    if (given.shell_command) {
        if (count > 0) {
            return s3a_fault(error, S3A_INVALID, "\"%s\": -c takes no CMD beside it", words[0]);
        }
        by_shell[2] = strdup(given.shell_command);
        *ret_words = by_shell;
        return by_shell[2] ? S3A_OK : s3a_fault(error, S3A_NO_MEMORY, "out of memory");
    }
    bool marked = count > 0 && strcmp(words[0], "--") == 0;
    if (count == (marked ? 1 : 0)) {
        return s3a_fault(error, S3A_INVALID, "what is to be run? s3atomic lock %s",
                         s3a_cmd_lock.operands);
    }
    if (!marked && words[0][0] == '-') {
        return s3a_fault(error, S3A_INVALID,
                         "\"%s\" stands behind the lock: options come before it, CMD behind \"--\"",
                         words[0]);
    }
    *ret_words = words + marked;
    return S3A_OK;
}

static void wake(const struct run *run)
{
    eventfd_write(run->guarded.event_fd, 1);
}

static void on_danger(struct s3a_lock *lock, int64_t remaining_ms, void *user)
{
    (void)lock;
    (void)remaining_ms;
    wake(user);
}

static void on_lost(struct s3a_lock *lock, enum s3a_lost_reason reason, void *user)
{
    (void)lock;
    (void)reason;
    wake(user);
}

static int say_held(const struct run *run, const struct s3a_error *error)
{
    struct s3a_lock_info info;

    s3a_say_failure(error);
    if (s3a_globals.json && error->status == S3A_HELD &&
        s3a_lock_inspect(run->client, run->url.bucket, run->url.key, &info, NULL) == S3A_OK) {
        s3a_holder_print_json(stdout, run->url.bucket, &info);
    }
    return (int)given.conflict_code;
}

static int say_not_obtained(const struct run *run, const struct s3a_waiting *waiting,
                            enum s3a_status status, const struct s3a_error *error)
{
    if (waiting->abandoned) {
        s3a_say_error("%s: %s; if it was obtained, it stays held until its lease ends", run->what,
                      "ended by a second signal, before it was known whether it was obtained");
    }
    if (waiting->ended_by != 0) {
        return S3A_EXIT_SIGNAL_BASE + waiting->ended_by;
    }
    return status == S3A_HELD || status == S3A_BUSY ? say_held(run, error)
                                                    : s3a_verdict(&run->url, NULL, error);
}

/* One acquisition; waiting tells how the waiting went. */
static enum s3a_status try(struct run *run, struct s3a_waiting *waiting, int64_t wait_ms,
                           struct s3a_error *error)
{
    struct s3a_lock_options lock_options = {
        .heartbeat_ms = (uint32_t)given.heartbeat_ms,
        .lease_ms = (uint32_t)given.lease_ms,
        .max_hold_ms = (uint32_t)given.max_hold_ms,
        .min_hold_ms = (uint32_t)given.min_hold_ms,
        .delete_on_release = given.delete_on_release,
        .wait_ms = wait_ms,
        .label = given.label,
        .on_danger = on_danger,
        .on_lost = on_lost,
        .user = run,
    };

    struct s3a_future *future = s3a_lock_acquire_async(run->client, run->url.bucket, run->url.key,
                                                       &lock_options, &run->lock);
    if (!future) {
        return s3a_fault(error, S3A_NO_MEMORY, "out of memory");
    }
    enum s3a_status status = s3a_wait(waiting, future, error);
    run->abandoned = waiting->abandoned;
    if (!run->abandoned) {
        s3a_future_free(future);
    }
    return status;
}

static int acquire(struct run *run)
{
    struct s3a_waiting waiting = {.signals = run->guarded.signals, .what = run->what};
    enum s3a_status status = S3A_HELD;
    uint64_t began_ms = s3a_now_ms();
    char text[S3A_HUMAN_SIZE];
    struct s3a_error held;
    struct s3a_error error;

    /* Whoever watches us wait wants to know for whom. */
    if (given.wait_ms != 0 && s3a_say_wants_progress()) {
        status = try(run, &waiting, 0, &error);
        held = error;
        waiting.why = status == S3A_HELD ? held.message : NULL;
    }
    if (s3a_status_action(status) == S3A_ACTION_RETRY && waiting.ended_by == 0) {
        status = try(run, &waiting, given.wait_ms, &error);
    }
    if (status != S3A_OK || waiting.ended_by != 0) {
        return say_not_obtained(run, &waiting, status, &error);
    }
    s3a_say_detail("%s was obtained after %s; its token is %" PRIu64, run->what,
                   s3a_human_duration((int64_t)(s3a_now_ms() - began_ms), text),
                   s3a_lock_token(run->lock));
    return S3A_EXIT_DONE;
}

/* Gives the lock back; code is what has been reached so far. */
static int release(struct run *run, int code)
{
    struct s3a_waiting waiting = {
        .signals = run->guarded.signals, .what = run->what, .goes_on = true};
    struct s3a_error error;

    struct s3a_future *future = s3a_lock_release_async(run->lock);
    if (!future) {
        return code; /* the handle's end releases it too */
    }
    enum s3a_status status = s3a_wait(&waiting, future, &error);
    run->abandoned = waiting.abandoned;
    if (run->abandoned) {
        s3a_say_error("%s could not be given back in time: it stays held until its lease ends",
                      run->what);
        return code;
    }
    s3a_future_free(future);
    if (status == S3A_LOST) {
        if (code != S3A_EXIT_LOST) {
            s3a_say_failure(&error);
        }
        return S3A_EXIT_LOST;
    }
    if (status != S3A_OK) {
        s3a_say_failure(&error);
        s3a_say_error("%s could not be given back: it stays held until its lease ends", run->what);
    } else {
        bool stays = given.delete_on_release && !s3a_lock_was_deleted(run->lock);
        s3a_say_detail("%s was given back%s", run->what, stays ? "; its object stays" : "");
    }
    return code;
}

static int run_locked(struct run *run)
{
    int code = acquire(run);

    if (code == S3A_EXIT_DONE) {
        run->guarded.terms = (struct s3a_ending_terms){
            .on_lost = (enum s3a_on_lost)given.on_lost,
            .kill_after_ms = (uint64_t)given.kill_after_ms,
            .heartbeat_ms = (uint64_t)given.heartbeat_ms,
            .max_hold_ms = (uint64_t)given.max_hold_ms,
        };
        code = s3a_guarded_run(&run->guarded, run->lock);
    }
    return run->lock && !run->abandoned ? release(run, code) : code;
}

static int open_and_run(struct run *run)
{
    struct s3a_error error;
    int code = s3a_process_find(run->guarded.words[0], &error);

    if (code != S3A_EXIT_DONE) {
        s3a_say_failure(&error);
        return code;
    }
    run->guarded.event_fd = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
    if (run->guarded.event_fd < 0) {
        s3a_fault_errno(&error, "no event");
        return s3a_say_failure(&error);
    }
    /* Before the client starts its thread, which is to inherit what is blocked. */
    if (s3a_signals_open(&run->guarded.signals, &error) != S3A_OK ||
        s3a_connect(&run->client, &error) != S3A_OK) {
        return s3a_say_failure(&error);
    }
    return run_locked(run);
}

static int lock(char **operands, size_t count)
{
    struct run run = {.text = operands[0], .guarded = {.signals = -1, .event_fd = -1}};
    struct s3a_error error;

    if (s3a_url_parse(operands[0], S3A_URL_KEY, &run.url, &error) != S3A_OK ||
        check_options(&error) != S3A_OK ||
        find_words(operands + 1, count - 1, &run.guarded.words, &error) != S3A_OK) {
        return s3a_say_failure(&error);
    }
    snprintf(run.what, sizeof(run.what), "the lock %s", run.text);
    run.guarded.url = run.text;
    run.guarded.inherited = &s3a_globals.inherited;
    int code = open_and_run(&run);
    if (run.abandoned) {
        /* The library is still at work on what is not to be waited for any more. */
        fflush(stdout);
        _exit(code);
    }
    s3a_lock_free(run.lock);
    s3a_client_free(run.client);
    if (run.guarded.signals >= 0) {
        close(run.guarded.signals);
    }
    if (run.guarded.event_fd >= 0) {
        close(run.guarded.event_fd);
    }
    return code;
}

const struct s3a_command s3a_cmd_lock = {
    .name = "lock",
    .operands = "s3://BUCKET/NAME -- CMD [ARG...]",
    .summary = "runs a command while it holds a lock, as flock(1) does on one machine",
    .more =
        "Standard input, output and error are CMD's, and so is the exit status. CMD runs in a "
        "process group of its own; the lock is given back when all of the group have ended. "
        "INT, TERM, HUP, QUIT, USR1, USR2, CONT and WINCH are passed on to it.\n\n"
        "CMD finds S3ATOMIC_LOCK, S3ATOMIC_BUCKET, S3ATOMIC_KEY, S3ATOMIC_TOKEN (the fencing "
        "token), S3ATOMIC_OWNER and S3ATOMIC_LEASE_MS in its environment.\n\n"
        "Durations are " S3A_DURATION_EXAMPLES "; without a unit they are seconds.\n\n"
        "Exit status: CMD's own, 128 + N where signal N ended it. 75: not obtained. 79: lost, or "
        "about to be, while CMD ran. 65: what lies there is no lock. 126 and 127: CMD cannot be "
        "run, or was not found.",
    .options = options,
    .option_count = sizeof(options) / sizeof(options[0]),
    .stops_at_operand = true,
    .operands_min = 1,
    .operands_max = S3A_OPERANDS_ANY,
    .run = lock,
};
