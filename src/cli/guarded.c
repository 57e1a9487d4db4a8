/* SPDX-License-Identifier: MIT */
#include "guarded.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "exit_code.h"
#include "fault.h"
#include "human.h"
#include "now.h"
#include "say.h"
#include "supervisor.h"

#define SETTING_COUNT 6
#define NUMBER_SIZE 24

/* While it runs. */
struct guard {
    const struct s3a_guarded *guarded;
    struct s3a_lock *lock;
    struct s3a_ending ending;
};

static const char *what_happens(const struct s3a_ending *ending)
{
    switch (ending->terms.on_lost) {
    case S3A_ON_LOST_TERM:
        return "CMD is ended";
    case S3A_ON_LOST_KILL:
        return "CMD is killed";
    case S3A_ON_LOST_IGNORE:
        break;
    }
    return "CMD goes on (--on-lost ignore)";
}

static void tell(const struct guard *guard, enum s3a_ending_cause news, int64_t remaining_ms)
{
    const char *url = guard->guarded->url;
    char text[S3A_HUMAN_SIZE];

    switch (news) {
    case S3A_ENDING_NONE:
        return;
    case S3A_ENDING_DANGER:
        s3a_say_error("%s is in danger: no heartbeat has got through, and its lease ends in %s. %s",
                      url, s3a_human_duration(remaining_ms, text), what_happens(&guard->ending));
        return;
    case S3A_ENDING_LOST:
        s3a_say_error("%s was lost: %s. %s", url,
                      s3a_lost_reason_text(s3a_lock_lost_reason(guard->lock)),
                      what_happens(&guard->ending));
        return;
    case S3A_ENDING_HELD_TOO_LONG:
        s3a_say_error("%s has been held for almost as long as --max-hold allows (%s). %s", url,
                      s3a_human_duration((int64_t)guard->ending.terms.max_hold_ms, text),
                      what_happens(&guard->ending));
        return;
    }
}

static struct s3a_order look(uint64_t now_ms, void *user)
{
    struct guard *guard = user;
    int64_t remaining_ms = s3a_lock_remaining_ms(guard->lock);
    struct s3a_ending_sight sight = {
        .now_ms = now_ms,
        .remaining_ms = remaining_ms > 0 ? (uint64_t)remaining_ms : 0,
        .lost = s3a_lock_lost_reason(guard->lock) != S3A_LOST_NOT,
    };
    enum s3a_ending_cause news;
    struct s3a_order order = s3a_ending_step(&guard->ending, &sight, &news);

    tell(guard, news, remaining_ms);
    return order;
}

static void free_settings(char *settings[SETTING_COUNT])
{
    for (size_t i = 0; i < SETTING_COUNT; i++) {
        free(settings[i]);
        settings[i] = NULL;
    }
}

static char *setting(const char *name, const char *value)
{
    char *result;

    return asprintf(&result, "%s=%s", name, value) < 0 ? NULL : result;
}

/* S3ATOMIC_... for CMD, so that a nested lock's CMD sees its own. */
static bool make_settings(const struct guard *guard, char *ret_settings[SETTING_COUNT])
{
    char token[NUMBER_SIZE];
    char lease_ms[NUMBER_SIZE];
    bool complete = true;

    snprintf(token, sizeof(token), "%" PRIu64, s3a_lock_token(guard->lock));
    snprintf(lease_ms, sizeof(lease_ms), "%" PRIu32, s3a_lock_lease_ms(guard->lock));
    ret_settings[0] = setting("S3ATOMIC_LOCK", guard->guarded->url);
    ret_settings[1] = setting("S3ATOMIC_BUCKET", s3a_lock_bucket(guard->lock));
    ret_settings[2] = setting("S3ATOMIC_KEY", s3a_lock_key(guard->lock));
    ret_settings[3] = setting("S3ATOMIC_TOKEN", token);
    ret_settings[4] = setting("S3ATOMIC_OWNER", s3a_lock_owner(guard->lock));
    ret_settings[5] = setting("S3ATOMIC_LEASE_MS", lease_ms);
    for (size_t i = 0; i < SETTING_COUNT; i++) {
        complete = complete && ret_settings[i];
    }
    return complete;
}

static int supervise(struct guard *guard, struct s3a_child *child, int alarm)
{
    struct s3a_watch watch = {guard->guarded->event_fd, look, guard};
    struct s3a_error error;

    enum s3a_status status = s3a_supervise(child, guard->guarded->signals, alarm, &watch, &error);
    if (status != S3A_OK) {
        return s3a_say_failure(&error);
    }
    return guard->ending.cause == S3A_ENDING_NONE ? s3a_exit_of_wait(child->wait_status)
                                                  : S3A_EXIT_LOST;
}

int s3a_guarded_run(const struct s3a_guarded *guarded, struct s3a_lock *lock)
{
    struct guard guard = {.guarded = guarded, .lock = lock};
    char *settings[SETTING_COUNT] = {0};
    char **environment = NULL;
    struct s3a_child child;
    struct s3a_error error;
    int alarm = s3a_alarm_open();
    int code = S3A_EXIT_LOCAL_IO;

    s3a_ending_init(&guard.ending, &guarded->terms, s3a_now_ms());
    if (alarm < 0) {
        s3a_fault_errno(&error, "no timer for CMD");
        s3a_say_failure(&error);
        goto out;
    }
    if (make_settings(&guard, settings)) {
        environment = s3a_process_environment((const char *const *)settings, SETTING_COUNT);
    }
    if (!environment) {
        s3a_say_error("out of memory for CMD's environment");
        goto out;
    }
    struct s3a_process_plan plan = {
        .words = guarded->words,
        .environment = environment,
        .inherited = guarded->inherited,
    };
    code = s3a_child_start(&child, &plan, &error);
    if (code != S3A_EXIT_DONE) {
        s3a_say_failure(&error);
        goto out;
    }
    code = supervise(&guard, &child, alarm);
    s3a_child_close(&child);
out:
    if (alarm >= 0) {
        close(alarm);
    }
    free(environment);
    free_settings(settings);
    return code;
}
