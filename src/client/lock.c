/* SPDX-License-Identifier: MIT */
#include <s3atomic/lock.h>

#include "clock.h"
#include "error.h"
#include "lock_release.h"
#include "session_state.h"

static struct s3a_future *acquire(struct s3a_client *client, const char *bucket, const char *name,
                                  const struct s3a_lock_options *options,
                                  struct s3a_lock **ret_lock)
{
    struct s3a_error error;

    if (!ret_lock) {
        (void)s3a_error_set(&error, S3A_INVALID, "ret_lock: it is NULL");
        return s3a_future_failed(client->loop, S3A_INVALID, &error);
    }
    return s3a_lock_driver_start(client, bucket, name, options, NULL, ret_lock);
}

struct s3a_future *s3a_lock_acquire_async(struct s3a_client *client, const char *bucket,
                                          const char *name, const struct s3a_lock_options *options,
                                          struct s3a_lock **ret_lock)
{
    struct s3a_error error;
    enum s3a_status status = s3a_client_check(client, &error);

    if (status != S3A_OK) {
        if (ret_lock) {
            *ret_lock = NULL;
        }
        return s3a_future_failed(NULL, status, &error);
    }
    return acquire(client, bucket, name, options, ret_lock);
}

enum s3a_status s3a_lock_acquire(struct s3a_client *client, const char *bucket, const char *name,
                                 const struct s3a_lock_options *options, struct s3a_lock **ret_lock,
                                 struct s3a_error *error)
{
    enum s3a_status status = s3a_client_check_blocking(client, error);

    if (status != S3A_OK) {
        if (ret_lock) {
            *ret_lock = NULL;
        }
        return status;
    }
    return s3a_future_join(acquire(client, bucket, name, options, ret_lock), error);
}

static bool is_ours(const struct s3a_lock *lock)
{
    return s3a_loop_is_ours(lock->client->loop);
}

/* Until when it counts as held; 0: it does not. */
static uint64_t good_until_ms(const struct s3a_lock *lock)
{
    if (!lock || atomic_load(&lock->unheld) != 0 || !is_ours(lock)) {
        return 0;
    }
    uint64_t own_end_ms = atomic_load(&lock->good_until_ms);
    uint64_t session_end_ms =
        lock->session ? s3a_session_good_until_ms(lock->session) : S3A_LOCAL_TIME_NEVER;
    return own_end_ms < session_end_ms ? own_end_ms : session_end_ms;
}

bool s3a_lock_is_held(const struct s3a_lock *lock)
{
    /* First the promise, then the clock: whatever comes between the two counts against it. */
    uint64_t until_ms = good_until_ms(lock);

    return s3a_clock_ms() < until_ms;
}

int64_t s3a_lock_remaining_ms(const struct s3a_lock *lock)
{
    uint64_t until_ms = good_until_ms(lock);
    uint64_t now_ms = s3a_clock_ms();

    return now_ms < until_ms ? (int64_t)(until_ms - now_ms) : 0;
}

uint64_t s3a_lock_token(const struct s3a_lock *lock)
{
    return lock ? atomic_load(&lock->token) : 0;
}

const char *s3a_lock_bucket(const struct s3a_lock *lock)
{
    return lock ? s3a_lock_entry_bucket(&lock->entry).data : "";
}

const char *s3a_lock_key(const struct s3a_lock *lock)
{
    return lock ? s3a_lock_entry_key(&lock->entry).data : "";
}

const char *s3a_lock_owner(const struct s3a_lock *lock)
{
    return lock ? lock->owner : "";
}

uint32_t s3a_lock_lease_ms(const struct s3a_lock *lock)
{
    return lock ? lock->lease_ms : 0;
}

enum s3a_lost_reason s3a_lock_lost_reason(const struct s3a_lock *lock)
{
    return lock ? (enum s3a_lost_reason)atomic_load(&lock->lost_reason) : S3A_LOST_NOT;
}

bool s3a_lock_was_deleted(const struct s3a_lock *lock)
{
    return lock && s3a_lock_is(lock, S3A_LOCK_DELETED);
}

enum s3a_status s3a_lock_check_call(const struct s3a_lock *lock, struct s3a_error *error)
{
    s3a_error_clear(error);
    if (!lock) {
        return s3a_error_set(error, S3A_INVALID, "lock: it is NULL");
    }
    if (!is_ours(lock)) {
        return s3a_error_set(error, S3A_INVALID, "the lock belongs to the parent process");
    }
    if (s3a_lock_is(lock, S3A_LOCK_DETACHED)) {
        return s3a_error_set(error, S3A_INVALID, "lock: it was detached; its handle is the lock");
    }
    return S3A_OK;
}

enum s3a_status s3a_lock_release(struct s3a_lock *lock, struct s3a_error *error)
{
    enum s3a_status status = s3a_lock_check_call(lock, error);

    if (status == S3A_OK && s3a_loop_is_inside(lock->client->loop)) {
        status = s3a_error_set(error, S3A_INVALID,
                               "a callback must not block: use s3a_lock_release_async()");
    }
    if (status != S3A_OK) {
        return status;
    }
    return s3a_future_join(s3a_lock_driver_release(lock), error);
}

struct s3a_future *s3a_lock_release_async(struct s3a_lock *lock)
{
    struct s3a_error error;
    enum s3a_status status = s3a_lock_check_call(lock, &error);

    if (status != S3A_OK) {
        return s3a_future_failed(NULL, status, &error);
    }
    return s3a_lock_driver_release(lock);
}

void s3a_lock_free(struct s3a_lock *lock)
{
    if (!lock) {
        return;
    }
    if (s3a_lock_is(lock, S3A_LOCK_ENDED)) {
        s3a_lock_unref(lock);
    } else if (is_ours(lock)) {
        s3a_lock_give_handle_back(lock);
    }
    /* A forked child has neither the thread nor the lock; what is the parent's stays as it is. */
}
