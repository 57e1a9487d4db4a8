/* SPDX-License-Identifier: MIT */
#include <stdlib.h>
#include <string.h>

#include "error.h"
#include "lease.h"
#include "lock_handle.h"
#include "lock_options.h"
#include "lock_story.h"
#include "lock_work.h"

#define HEARTBEATS_PER_LEASE 3

static uint32_t heartbeat_of(uint32_t lease_ms)
{
    uint32_t heartbeat_ms = lease_ms / HEARTBEATS_PER_LEASE;

    if (heartbeat_ms < S3A_HEARTBEAT_MS_MIN) {
        return S3A_HEARTBEAT_MS_MIN;
    }
    return heartbeat_ms < S3A_HEARTBEAT_MS_MAX ? heartbeat_ms : S3A_HEARTBEAT_MS_MAX;
}

/* What the handle says where the caller says nothing. */
static struct s3a_lock_options fill_in(const struct s3a_lock_options *options, uint32_t lease_ms)
{
    struct s3a_lock_options filled = {0};

    if (options) {
        filled = *options;
    }
    if (filled.lease_ms == 0 && filled.heartbeat_ms == 0) {
        filled.lease_ms = lease_ms;
    }
    if (filled.heartbeat_ms == 0) {
        filled.heartbeat_ms = heartbeat_of(filled.lease_ms);
    }
    return filled;
}

static struct s3a_future *attach(struct s3a_client *client, const char *handle,
                                 const struct s3a_lock_options *options, struct s3a_lock **ret_lock)
{
    struct s3a_lock_ticket ticket;
    struct s3a_error error;
    enum s3a_status status = S3A_OK;

    if (!ret_lock) {
        status = s3a_error_set(&error, S3A_INVALID, "ret_lock: it is NULL");
    } else {
        *ret_lock = NULL;
        status = s3a_lock_ticket_read(handle, &ticket, &error);
    }
    if (status != S3A_OK) {
        return s3a_future_failed(client->loop, status, &error);
    }
    const struct s3a_lock_options filled = fill_in(options, ticket.info.lease_ms);
    return s3a_lock_driver_start(client, ticket.info.bucket, ticket.info.key, &filled,
                                 &ticket.grant, ret_lock);
}

struct s3a_future *s3a_lock_attach_async(struct s3a_client *client, const char *handle,
                                         const struct s3a_lock_options *options,
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
    return attach(client, handle, options, ret_lock);
}

enum s3a_status s3a_lock_attach(struct s3a_client *client, const char *handle,
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
    return s3a_future_join(attach(client, handle, options, ret_lock), error);
}

/* One detaching on its way through the loop's thread; the caller waits for its end. */
struct detaching {
    struct s3a_lock *lock;
    struct s3a_future *future;
    struct s3a_task task;
    char *ret_handle;
};

static enum s3a_status write_handle(const struct s3a_lock *lock, char *ret_handle,
                                    struct s3a_error *error)
{
    struct s3a_lock_handle_info info = {.token = s3a_lock_token(lock), .lease_ms = lock->lease_ms};

    strcpy(info.bucket, s3a_lock_bucket(lock));
    strcpy(info.key, s3a_lock_key(lock));
    s3a_lock_etag(lock, info.etag);
    memcpy(info.owner, lock->owner, sizeof(info.owner));
    return s3a_lock_handle_write(&info, ret_handle, error);
}

/* The handle comes first: without one, the lock stays as it is. */
static enum s3a_status detach_now(struct s3a_lock *lock, char *ret_handle, struct s3a_error *error)
{
    if (s3a_lock_is(lock, S3A_LOCK_DETACHED)) {
        return s3a_error_set(error, S3A_INVALID, "lock: it was detached already");
    }
    if (lock->session) {
        return s3a_error_set(error, S3A_INVALID, "lock: it is held under a session of this client");
    }
    if (atomic_load(&lock->unheld) != 0) {
        return s3a_error_set(error, S3A_INVALID, "lock: it was given back, or is being so");
    }
    enum s3a_status status = write_handle(lock, ret_handle, error);
    if (status != S3A_OK) {
        return status;
    }
    s3a_lock_driver_step(lock, S3A_LOCK_DETACH);
    if (s3a_lock_is(lock, S3A_LOCK_ENDED) && lock->end_status == S3A_OK) {
        atomic_fetch_or(&lock->unheld, S3A_LOCK_DETACHED);
        return S3A_OK;
    }
    *ret_handle = '\0';
    return s3a_lock_tell_end(lock, S3A_LOST, error);
}

static void run(struct s3a_task *task)
{
    struct detaching *detaching = s3a_list_entry(task, struct detaching, task);
    struct s3a_lock *lock = detaching->lock;
    struct s3a_future *future = detaching->future;
    struct s3a_error error;

    s3a_error_clear(&error);
    enum s3a_status status = detach_now(lock, detaching->ret_handle, &error);
    free(detaching);
    s3a_lock_unref(lock);
    s3a_future_complete(future, status, &error);
}

/* NULL: no memory. */
static struct s3a_future *start(struct s3a_lock *lock, char *ret_handle)
{
    struct detaching *detaching = calloc(1, sizeof(*detaching));

    if (!detaching) {
        return NULL;
    }
    *detaching = (struct detaching){.lock = lock, .task.run = run, .ret_handle = ret_handle};
    detaching->future = s3a_future_new(lock->client->loop, NULL, NULL);
    struct s3a_future *future = detaching->future;
    if (!future) {
        free(detaching);
        return NULL;
    }
    atomic_fetch_add(&lock->references, 1);
    s3a_loop_post(lock->client->loop, &detaching->task);
    return future;
}

enum s3a_status s3a_lock_detach(struct s3a_lock *lock, char ret_handle[S3A_LOCK_HANDLE_SIZE],
                                struct s3a_error *error)
{
    enum s3a_status status = s3a_lock_check_call(lock, error);

    if (ret_handle) {
        *ret_handle = '\0';
    } else if (status == S3A_OK) {
        status = s3a_error_set(error, S3A_INVALID, "ret_handle: it is NULL");
    }
    if (status == S3A_OK && s3a_loop_is_inside(lock->client->loop)) {
        status = s3a_error_set(error, S3A_INVALID, "a callback must not block");
    }
    return status == S3A_OK ? s3a_future_join(start(lock, ret_handle), error) : status;
}

static enum s3a_lost_reason lost_reason(const struct s3a_lock_info *info,
                                        const struct s3a_lock_handle_info *ours)
{
    bool is_ours =
        !info->foreign && info->token == ours->token && strcmp(info->owner, ours->owner) == 0;

    if (!is_ours) {
        return S3A_LOST_TAKEN_OVER;
    }
    if (info->state == S3A_LOCK_FREE || info->heartbeat_ms == 0) {
        return S3A_LOST_FREED;
    }
    return info->last_beat_ms < (int64_t)info->lease_ms ? S3A_LOST_NOT : S3A_LOST_UNREACHABLE;
}

enum s3a_status s3a_lock_check(struct s3a_client *client, const char *handle,
                               int64_t *ret_remaining_ms, struct s3a_error *error)
{
    struct s3a_lock_handle_info ours;
    struct s3a_lock_info info;
    enum s3a_lost_reason reason;

    if (ret_remaining_ms) {
        *ret_remaining_ms = 0;
    }
    enum s3a_status status = s3a_lock_handle_read(handle, &ours, error);
    if (status == S3A_OK) {
        status = s3a_lock_inspect(client, ours.bucket, ours.key, &info, error);
    }
    switch (status) {
    case S3A_OK:
        reason = lost_reason(&info, &ours);
        break;
    case S3A_NOT_FOUND:
        reason = S3A_LOST_DELETED;
        break;
    case S3A_NOT_A_LOCK:
        reason = S3A_LOST_OVERWRITTEN;
        break;
    default:
        return status;
    }
    if (reason != S3A_LOST_NOT) {
        return s3a_error_set(error, S3A_LOST, "lock s3://%s/%s: %s", ours.bucket, ours.key,
                             s3a_lost_handle_text(reason));
    }
    if (ret_remaining_ms) {
        *ret_remaining_ms = info.lease_ms - info.last_beat_ms;
    }
    return S3A_OK;
}
