/* SPDX-License-Identifier: MIT */
#include <stdlib.h>
#include <string.h>

#include "check.h"
#include "error.h"
#include "lock_options.h"
#include "lock_work.h"
#include "name.h"
#include "random.h"
#include "session_state.h"

static void cancelled(void *producer)
{
    s3a_lock_driver_step(producer, S3A_LOCK_CANCEL);
}

static void start(struct s3a_task *task)
{
    struct s3a_lock_work *work = s3a_list_entry(task, struct s3a_lock_work, start_task);
    struct s3a_lock *lock = work->lock;
    struct s3a_client *client = lock->client;

    s3a_lock_join(lock);
    client->lock_count++;
    if (lock->session) {
        lock->session->lock_count++;
    }
    if (client->is_ending) {
        s3a_lock_driver_end(lock, S3A_CANCELLED);
    } else if (lock->session && lock->session->is_closing) {
        s3a_lock_driver_end(lock, S3A_LOST);
    } else {
        s3a_lock_driver_step(lock, S3A_LOCK_START);
    }
}

/* With its texts, and nothing else. NULL: no memory. */
static struct s3a_lock *new_lock(struct s3a_client *client, const char *bucket, const char *key)
{
    struct s3a_lock *lock = calloc(1, offsetof(struct s3a_lock, entry) +
                                          s3a_lock_entry_size(strlen(bucket), strlen(key)));

    _Static_assert(offsetof(struct s3a_lock, text) ==
                       offsetof(struct s3a_lock, entry) + sizeof(struct s3a_lock_entry),
                   "the entry's text is behind it");
    if (!lock) {
        return NULL;
    }
    s3a_lock_entry_init(&lock->entry, bucket, key);
    atomic_init(&lock->references, 1);
    lock->client = client;
    s3a_list_init(&lock->link);
    if (!s3a_lock_work_new(lock)) {
        s3a_lock_unref(lock);
        return NULL;
    }
    lock->work->start_task.run = start;
    return lock;
}

static void take_options(struct s3a_lock *lock, const struct s3a_lock_options *options)
{
    struct s3a_lock_people *people = &lock->work->people;

    lock->on_danger = options->on_danger;
    lock->on_lost = options->on_lost;
    lock->user = options->user;
    lock->is_to_be_deleted = options->delete_on_release;
    if (options->label) {
        strcpy(people->label, options->label); /* their lengths were checked */
    }
    if (options->data) {
        strcpy(people->data, options->data);
    }
    if (options->session) {
        lock->session = options->session;
        atomic_fetch_add(&lock->session->references, 1);
        s3a_lock_machine_use_session(&lock->work->machine, lock->session->id);
    }
}

static enum s3a_status make_lock(struct s3a_client *client, const char *bucket, const char *key,
                                 const struct s3a_lock_options *options,
                                 const struct s3a_lock_terms *terms,
                                 const struct s3a_grant *resumed, struct s3a_lock **ret_lock)
{
    struct s3a_lock *lock = new_lock(client, bucket, key);
    uint8_t seed[S3A_OWNER_SIZE];
    struct s3a_lock_view remembered;
    bool is_remembered;

    *ret_lock = NULL;
    if (!lock) {
        return S3A_NO_MEMORY;
    }
    enum s3a_status status =
        s3a_lock_table_take(&client->lock_table, &lock->entry, &remembered, &is_remembered);
    if (status != S3A_OK) {
        s3a_lock_unref(lock);
        return status;
    }
    lock->lease_ms = terms->lease_ms;
    s3a_random_bytes(seed, sizeof(seed));
    if (resumed) {
        s3a_lock_machine_resume(&lock->work->machine, terms, seed, resumed);
    } else {
        s3a_lock_machine_init(&lock->work->machine, terms, seed,
                              is_remembered ? &remembered : NULL);
    }
    if (options) {
        take_options(lock, options);
    }
    *ret_lock = lock;
    return S3A_OK;
}

/* NULL: no memory, and then the lock is gone. */
static struct s3a_future *set_out(struct s3a_lock *lock, struct s3a_lock **ret_lock)
{
    struct s3a_future *future = s3a_future_new(lock->client->loop, cancelled, lock);

    if (!future) {
        s3a_lock_table_leave(&lock->client->lock_table, &lock->entry, NULL);
        s3a_lock_unref(lock);
        return NULL;
    }
    atomic_store(&lock->references, 2);
    lock->work->acquire_future = future;
    lock->work->ret_lock = ret_lock;
    s3a_loop_post(lock->client->loop, &lock->work->start_task);
    return future;
}

static enum s3a_status make_named(struct s3a_client *client, const char *bucket, const char *key,
                                  const struct s3a_lock_options *options,
                                  const struct s3a_lock_terms *terms,
                                  const struct s3a_grant *resumed, struct s3a_lock **ret_lock,
                                  struct s3a_error *error)
{
    enum s3a_status status = make_lock(client, bucket, key, options, terms, resumed, ret_lock);

    if (status != S3A_OK) {
        (void)s3a_error_set(error, status, "lock s3://%s/%s: %s", bucket, key,
                            s3a_status_text(status));
    }
    return status;
}

struct s3a_future *s3a_lock_driver_start(struct s3a_client *client, const char *bucket,
                                         const char *name, const struct s3a_lock_options *options,
                                         const struct s3a_grant *resumed,
                                         struct s3a_lock **ret_lock)
{
    struct s3a_lock_terms terms;
    struct s3a_lock_options under;
    char key[S3A_KEY_SIZE_MAX + 1];
    struct s3a_lock *lock;
    struct s3a_error error;
    enum s3a_status status = S3A_OK;

    *ret_lock = NULL;
    if (options && options->session && resumed) {
        status = s3a_error_set(&error, S3A_INVALID, "session: what was detached has none");
    } else if (options && options->session) {
        status = s3a_session_fill_options(client, bucket, options, &under, &error);
        options = &under;
    }
    if (status == S3A_OK) {
        status = s3a_lock_options_check(options, &terms, &error);
    }
    if (status == S3A_OK) {
        status = s3a_bucket_check(s3a_str_of(bucket), &error);
    }
    if (status == S3A_OK) {
        status = s3a_lock_key_make(name, key, sizeof(key), &error);
    }
    if (status == S3A_OK) {
        status = make_named(client, bucket, key, options, &terms, resumed, &lock, &error);
    }
    return status == S3A_OK ? set_out(lock, ret_lock)
                            : s3a_future_failed(client->loop, status, &error);
}

struct s3a_future *s3a_lock_driver_start_keeper(struct s3a_client *client, const char *bucket,
                                                const struct s3a_lock_options *options,
                                                struct s3a_session *session, bool *ret_is_started)
{
    struct s3a_lock_terms terms;
    struct s3a_lock *lock;
    struct s3a_error error;
    enum s3a_status status = s3a_lock_options_check(options, &terms, &error);

    *ret_is_started = false;
    if (status == S3A_OK) {
        status = s3a_bucket_check(s3a_str_of(bucket), &error);
    }
    if (status == S3A_OK) {
        status = make_named(client, bucket, session->key, options, &terms, NULL, &lock, &error);
    }
    if (status != S3A_OK) {
        return s3a_future_failed(client->loop, status, &error);
    }
    lock->work->keeps = session;
    session->keeper = lock;
    session->lease_ms = terms.lease_ms;
    session->heartbeat_ms = terms.heartbeat_ms;
    s3a_lock_machine_be_fresh(&lock->work->machine);
    struct s3a_future *future = set_out(lock, &session->granted);
    *ret_is_started = future != NULL;
    return future;
}
