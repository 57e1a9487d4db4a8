/* SPDX-License-Identifier: MIT */
#include "credential_keeper.h"

#include <errno.h>
#include <pthread.h>
#include <stdlib.h>

#include "check.h"
#include "clock.h"
#include "error.h"
#include "random.h"
#include "thread.h"
#include "wait.h"

/* So long before the end, or after half of the time that is left, if that is less. */
#define EARLY_MS (15 * 60 * 1000)
/* Many that were started at the same moment do not ask at the same moment. */
#define SPREAD_MS (60 * 1000)
/* The wall clock may be set, and the machine may sleep: it is looked at again and again. */
#define LOOK_MS (30 * 1000)
/* Between two questions, whoever has them asked. */
#define PAUSE_MS_MIN 1000
#define PAUSE_MS_MAX (60 * 1000)

struct s3a_credential_keeper {
    struct s3a_loop *loop;
    struct s3a_pool pool;
    struct s3a_aws_environment environment;
    struct s3a_str profile;
    struct s3a_str region;
    const struct s3a_credential_source *source;
    s3a_credential_keeper_fn on_keys;
    void *user;
    pthread_t thread;
    atomic_bool is_ending;

    pthread_mutex_t mutex;
    pthread_cond_t wake;
    bool is_wanted;    /* the store has refused those in use */
    bool was_answered; /* news holds what the source said */
    bool has_keys;     /* and it had some: */
    struct s3a_key_set news;
    struct s3a_task task; /* tells them to the loop */

    /* The thread's own. */
    int64_t renew_at_ms; /* wall clock; 0: never of itself */
    uint32_t pause_ms;   /* after a failure */
};

static bool copy(struct s3a_pool *pool, struct s3a_str text, struct s3a_str *ret_copy)
{
    *ret_copy = text.data ? s3a_pool_copy(pool, text) : text;
    return !text.data || ret_copy->data;
}

/* When keys that expire then are to be replaced. */
static int64_t renewal_time(int64_t expires_ms)
{
    int64_t left_ms = expires_ms - s3a_clock_wall_ms();
    int64_t early_ms = left_ms / 2 < EARLY_MS ? left_ms / 2 : EARLY_MS;
    int64_t spread_ms = early_ms / 4 < SPREAD_MS ? early_ms / 4 : SPREAD_MS;

    if (expires_ms == 0) {
        return 0;
    }
    return expires_ms - early_ms -
           (spread_ms > 0 ? (int64_t)(s3a_random_uint64() % (uint64_t)spread_ms) : 0);
}

static void tell(struct s3a_task *task)
{
    struct s3a_credential_keeper *keeper = s3a_list_entry(task, struct s3a_credential_keeper, task);
    struct s3a_key_set news;

    pthread_mutex_lock(&keeper->mutex);
    bool was_answered = keeper->was_answered;
    bool has_keys = keeper->has_keys;
    news = keeper->news;
    keeper->news = (struct s3a_key_set){.expires_ms = 0};
    keeper->was_answered = false;
    keeper->has_keys = false;
    pthread_mutex_unlock(&keeper->mutex);
    if (was_answered && !atomic_load(&keeper->is_ending)) {
        keeper->on_keys(has_keys ? &news : NULL, keeper->user);
    }
    s3a_credentials_fini(&news.credentials);
}

static enum s3a_status ask(struct s3a_credential_keeper *keeper, struct s3a_key_set *ret_keys)
{
    struct s3a_credential_search search;
    enum s3a_status status = s3a_credential_search_init(&search, &keeper->environment,
                                                        keeper->profile, keeper->region, NULL);

    *ret_keys = (struct s3a_key_set){.expires_ms = 0};
    search.is_unwanted = &keeper->is_ending;
    if (status == S3A_OK) {
        status = keeper->source->find(&search, search.profiles.chosen, ret_keys, NULL);
    }
    s3a_credential_search_fini(&search);
    return status;
}

static void renew(struct s3a_credential_keeper *keeper)
{
    struct s3a_key_set keys;
    bool has_keys = ask(keeper, &keys) == S3A_OK;
    int64_t expires_ms = keys.expires_ms;

    pthread_mutex_lock(&keeper->mutex);
    struct s3a_key_set old = keeper->news;
    if (has_keys) {
        keeper->news = keys;
        keeper->has_keys = true;
    } else {
        old = keys;
    }
    keeper->was_answered = true;
    pthread_mutex_unlock(&keeper->mutex);
    s3a_credentials_fini(&old.credentials);
    s3a_loop_post(keeper->loop, &keeper->task);

    if (has_keys) {
        keeper->renew_at_ms = renewal_time(expires_ms);
        keeper->pause_ms = PAUSE_MS_MIN;
    } else if (keeper->renew_at_ms > 0) {
        keeper->renew_at_ms = s3a_clock_wall_ms() + keeper->pause_ms;
        keeper->pause_ms =
            keeper->pause_ms * 2 < PAUSE_MS_MAX ? keeper->pause_ms * 2 : PAUSE_MS_MAX;
    }
}

/* With the mutex. */
static void wait(struct s3a_credential_keeper *keeper, int64_t ms)
{
    struct timespec until = s3a_wait_until(ms > LOOK_MS ? LOOK_MS : ms);

    pthread_cond_timedwait(&keeper->wake, &keeper->mutex, &until);
}

/* Until there is something to be asked for; false: the end. */
static bool await_need(struct s3a_credential_keeper *keeper, uint64_t not_before_ms)
{
    pthread_mutex_lock(&keeper->mutex);
    while (!atomic_load(&keeper->is_ending)) {
        int64_t now_ms = s3a_clock_wall_ms();
        int64_t rest_ms = (int64_t)(not_before_ms - s3a_clock_ms());
        bool is_due = keeper->renew_at_ms > 0 && now_ms >= keeper->renew_at_ms;
        if ((keeper->is_wanted || is_due) && rest_ms <= 0) {
            break;
        }
        if (keeper->is_wanted || is_due) {
            wait(keeper, rest_ms);
        } else if (keeper->renew_at_ms > 0) {
            wait(keeper, keeper->renew_at_ms - now_ms);
        } else {
            pthread_cond_wait(&keeper->wake, &keeper->mutex);
        }
    }
    keeper->is_wanted = false;
    pthread_mutex_unlock(&keeper->mutex);
    return !atomic_load(&keeper->is_ending);
}

static void *run(void *arg)
{
    struct s3a_credential_keeper *keeper = arg;
    uint64_t not_before_ms = s3a_clock_ms();

    while (await_need(keeper, not_before_ms)) {
        renew(keeper);
        not_before_ms = s3a_clock_ms() + PAUSE_MS_MIN;
    }
    return NULL;
}

static void destroy(struct s3a_credential_keeper *keeper)
{
    pthread_cond_destroy(&keeper->wake);
    pthread_mutex_destroy(&keeper->mutex);
    s3a_credentials_fini(&keeper->news.credentials);
    s3a_pool_wipe(&keeper->pool);
    free(keeper);
}

static void init_waiting(struct s3a_credential_keeper *keeper)
{
    s3a_wait_init(&keeper->wake);
    s3a_check(pthread_mutex_init(&keeper->mutex, NULL) == 0);
}

static bool copy_settings(struct s3a_credential_keeper *keeper,
                          const struct s3a_client_settings *settings)
{
    keeper->source = settings->source;
    for (unsigned i = 0; i < S3A_AWS_VARIABLE_COUNT; i++) {
        if (!copy(&keeper->pool, settings->environment.values[i], &keeper->environment.values[i])) {
            return false;
        }
    }
    return copy(&keeper->pool, settings->profile, &keeper->profile) &&
           copy(&keeper->pool, settings->region, &keeper->region);
}

enum s3a_status s3a_credential_keeper_start(struct s3a_loop *loop,
                                            const struct s3a_client_settings *settings,
                                            s3a_credential_keeper_fn on_keys, void *user,
                                            struct s3a_credential_keeper **ret_keeper,
                                            struct s3a_error *error)
{
    struct s3a_credential_keeper *keeper = calloc(1, sizeof(*keeper));

    *ret_keeper = NULL;
    if (!keeper) {
        return s3a_error_set_no_memory(error);
    }
    init_waiting(keeper);
    keeper->loop = loop;
    keeper->on_keys = on_keys;
    keeper->user = user;
    keeper->task.run = tell;
    keeper->pause_ms = PAUSE_MS_MIN;
    keeper->renew_at_ms = renewal_time(settings->keys.expires_ms);
    if (!copy_settings(keeper, settings)) {
        destroy(keeper);
        return s3a_error_set_no_memory(error);
    }
    int failed = s3a_thread_start(&keeper->thread, run, keeper);
    if (failed) {
        destroy(keeper);
        return s3a_error_set_errno(error, failed, "cannot start a thread");
    }
    *ret_keeper = keeper;
    return S3A_OK;
}

void s3a_credential_keeper_renew(struct s3a_credential_keeper *keeper)
{
    pthread_mutex_lock(&keeper->mutex);
    keeper->is_wanted = true;
    pthread_cond_signal(&keeper->wake);
    pthread_mutex_unlock(&keeper->mutex);
}

void s3a_credential_keeper_stop(struct s3a_credential_keeper *keeper)
{
    if (!keeper) {
        return;
    }
    pthread_mutex_lock(&keeper->mutex);
    atomic_store(&keeper->is_ending, true);
    pthread_cond_signal(&keeper->wake);
    pthread_mutex_unlock(&keeper->mutex);
    s3a_check(pthread_join(keeper->thread, NULL) == 0);
    destroy(keeper);
}
