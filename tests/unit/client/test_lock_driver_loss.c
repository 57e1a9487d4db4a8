/* SPDX-License-Identifier: MIT */

/* How a lock is lost, and who is told. */

#include "test.h"

#include <string.h>

#include <s3atomic/lock.h>

#include "fake_store.h"

#define BUCKET "bucket"
#define NAME "job"
#define COUNT(faults) (sizeof(faults) / sizeof((faults)[0]))

/* Heartbeats that no test lives to see. */
static const struct s3a_lock_options calm = {.poll_min_ms = 1, .poll_max_ms = 2};
/* Heartbeats and an end that tests wait for. */
static const struct s3a_lock_options hasty = {
    .heartbeat_ms = 100, .lease_ms = 400, .poll_min_ms = 1, .poll_max_ms = 2};

static struct s3a_lock *acquire(struct fake_store *store, const struct s3a_lock_options *options)
{
    struct s3a_lock *lock;
    struct s3a_error error;

    assert_int_equal(s3a_lock_acquire(store->client, BUCKET, NAME, options, &lock, &error), S3A_OK);
    return lock;
}

static void release(struct s3a_lock *lock, enum s3a_status status)
{
    struct s3a_error error;

    assert_int_equal(s3a_lock_release(lock, &error), status);
    assert_false(s3a_lock_is_held(lock));
    s3a_lock_free(lock);
}

static void one_lost_heartbeat_does_not_lose_it(void **state)
{
    struct fake_store *store = *state;
    struct s3a_lock_options options = hasty;
    const enum fake_fault faults[] = {FAKE_REQUEST_LOST};

    options.lease_ms = 60000;
    struct s3a_lock *lock = acquire(store, &options);
    fake_store_script(store, faults, COUNT(faults));
    fake_store_wait(store, 4); /* the lost one, and the next */
    assert_true(s3a_lock_is_held(lock));
    release(lock, S3A_OK);
}

struct told {
    pthread_mutex_t mutex;
    pthread_cond_t changed;
    unsigned dangers;
    unsigned losses;
    enum s3a_lost_reason reason;
    bool held_when_lost;
    bool danger_before_loss;
};

static void on_danger(struct s3a_lock *lock, int64_t remaining_ms, void *user)
{
    struct told *told = user;

    (void)lock;
    pthread_mutex_lock(&told->mutex);
    told->dangers++;
    told->danger_before_loss = told->losses == 0 && remaining_ms >= 0;
    pthread_mutex_unlock(&told->mutex);
}

static void on_lost(struct s3a_lock *lock, enum s3a_lost_reason reason, void *user)
{
    struct told *told = user;

    pthread_mutex_lock(&told->mutex);
    told->losses++;
    told->reason = reason;
    told->held_when_lost = s3a_lock_is_held(lock);
    pthread_cond_signal(&told->changed);
    pthread_mutex_unlock(&told->mutex);
}

static void listen(struct told *told, struct s3a_lock_options *options)
{
    *told = (struct told){.mutex = PTHREAD_MUTEX_INITIALIZER, .changed = PTHREAD_COND_INITIALIZER};
    options->on_danger = on_danger;
    options->on_lost = on_lost;
    options->user = told;
}

static void wait_for_loss(struct told *told)
{
    pthread_mutex_lock(&told->mutex);
    while (told->losses == 0) {
        pthread_cond_wait(&told->changed, &told->mutex);
    }
    pthread_mutex_unlock(&told->mutex);
}

static void a_silent_store_is_told_as_danger_then_as_loss(void **state)
{
    struct fake_store *store = *state;
    struct s3a_lock_options options = hasty;
    struct told told;
    enum fake_fault faults[FAKE_REQUESTS_MAX / 2];

    listen(&told, &options);
    struct s3a_lock *lock = acquire(store, &options);
    for (size_t i = 0; i < COUNT(faults); i++) {
        faults[i] = FAKE_REQUEST_LOST;
    }
    fake_store_script(store, faults, COUNT(faults));
    wait_for_loss(&told);
    assert_int_equal(told.reason, S3A_LOST_UNREACHABLE);
    assert_int_equal(told.losses, 1);
    assert_true(told.danger_before_loss);
    assert_false(told.held_when_lost);
    assert_int_equal(s3a_lock_lost_reason(lock), S3A_LOST_UNREACHABLE);
    assert_int_equal(s3a_lock_remaining_ms(lock), 0);
    fake_store_script(store, NULL, 0);
    release(lock, S3A_LOST);
}

static void a_deleted_object_is_a_lost_lock_and_stays_deleted(void **state)
{
    struct fake_store *store = *state;
    struct s3a_lock_options options = hasty;
    struct told told;
    struct s3a_error error;

    listen(&told, &options);
    struct s3a_lock *lock = acquire(store, &options);
    fake_store_delete(store);
    wait_for_loss(&told);
    assert_int_equal(told.reason, S3A_LOST_DELETED);
    assert_int_equal(s3a_lock_release(lock, &error), S3A_LOST);
    assert_string_equal(error.message, "lock s3://bucket/job.lock: it had been lost: its object "
                                       "was deleted");
    assert_int_equal(s3a_lock_release(lock, &error), S3A_LOST);
    s3a_lock_free(lock);
    assert_false(store->exists);
}

static void what_overwrites_it_is_left_alone(void **state)
{
    struct fake_store *store = *state;
    struct s3a_lock *lock = acquire(store, &calm);
    char body[64];

    fake_store_put(store, "somebody's file", NULL);
    release(lock, S3A_LOST);
    fake_store_body(store, body, sizeof(body));
    assert_string_equal(body, "somebody's file");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        FAKE_STORE_TEST(one_lost_heartbeat_does_not_lose_it),
        FAKE_STORE_TEST(a_silent_store_is_told_as_danger_then_as_loss),
        FAKE_STORE_TEST(a_deleted_object_is_a_lost_lock_and_stays_deleted),
        FAKE_STORE_TEST(what_overwrites_it_is_left_alone),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
