/* SPDX-License-Identifier: MIT */
#include <string.h>

#include "clock.h"
#include "error.h"
#include "random.h"
#include "update_round.h"

static enum s3a_status give_up(struct s3a_update *update)
{
    if (update->attempts > 0) {
        (void)s3a_error_set(update->error, S3A_CONFLICT,
                            "somebody else was faster, %u times in a row", update->attempts);
    } else {
        (void)s3a_error_set(update->error, S3A_CONFLICT,
                            "other threads' updates of it took too long");
    }
    s3a_store_error_place(update->error, update->bucket, update->key);
    return S3A_CONFLICT;
}

static enum s3a_status lead(struct s3a_update *update)
{
    bool is_lost;
    enum s3a_status status;

    /* It may have had its turn in rounds of others before. */
    if (update->attempts > 0 && !s3a_update_may_try(update)) {
        return give_up(update);
    }
    do {
        status = s3a_update_lead(update, &is_lost);
    } while (is_lost && s3a_update_may_try(update));
    return is_lost ? give_up(update) : status;
}

/* In the queue of the object, until it is this one's turn or another has written for it. */
static enum s3a_status run(struct s3a_update *update)
{
    struct s3a_update_member *member = &update->member;
    enum s3a_status status;

    for (;;) {
        switch (s3a_update_queue_wait(member, update->deadline_ms)) {
        case S3A_UPDATE_LEADS:
            return lead(update);
        case S3A_UPDATE_TURN:
            status = s3a_update_may_try(update) ? s3a_update_join(update) : give_up(update);
            s3a_update_queue_return(member, status == S3A_OK);
            if (status != S3A_OK) {
                return status;
            }
            break;
        case S3A_UPDATE_ENDED:
            *update->error = member->story;
            return member->status;
        default:
            return give_up(update);
        }
    }
}

static enum s3a_status check_known(const struct s3a_object *known, const char *bucket,
                                   const char *key, struct s3a_error *error)
{
    if (!known) {
        return S3A_OK;
    }
    if (!known->bucket || !known->key || strcmp(known->bucket, bucket) != 0 ||
        strcmp(known->key, key) != 0) {
        return s3a_error_set(error, S3A_INVALID, "options->known: it is another object");
    }
    if (!memchr(known->etag, '\0', sizeof(known->etag))) {
        return s3a_error_set(error, S3A_INVALID, "options->known->etag: it does not end");
    }
    if (known->etag[0] && !known->value) {
        return s3a_error_set(error, S3A_INVALID, "options->known->value: it is NULL");
    }
    return S3A_OK;
}

static enum s3a_status check(const struct s3a_store *store, const char *bucket, const char *key,
                             const struct s3a_update_options *options, s3a_change_fn change,
                             struct s3a_error *error)
{
    enum s3a_status status = s3a_store_check(store, true, error);

    if (status == S3A_OK && !bucket) {
        status = s3a_error_set(error, S3A_INVALID, "bucket: it is NULL");
    }
    if (status == S3A_OK && !key) {
        status = s3a_error_set(error, S3A_INVALID, "key: it is NULL");
    }
    if (status == S3A_OK && !change) {
        status = s3a_error_set(error, S3A_INVALID, "change: it is NULL");
    }
    return status == S3A_OK ? check_known(options->known, bucket, key, error) : status;
}

enum s3a_status s3a_store_update_with(struct s3a_store *store, const char *bucket, const char *key,
                                      const struct s3a_update_options *options,
                                      s3a_change_fn change, void *arg,
                                      struct s3a_object *ret_object, struct s3a_error *error)
{
    static const struct s3a_update_options defaults;
    struct s3a_error story;

    options = options ? options : &defaults;
    enum s3a_status status = check(store, bucket, key, options, change, &story);
    struct s3a_update update = {
        .store = store,
        .bucket = bucket,
        .key = key,
        .change = change,
        .arg = arg,
        .known = options->known,
        .fence = options->fence,
        .wants_result = ret_object != NULL,
        .error = &story,
        .random = s3a_random_uint64(),
        .deadline_ms =
            s3a_clock_ms() + (options->timeout_ms ? options->timeout_ms : S3A_UPDATE_TIMEOUT_MS),
        .attempts_max = options->attempts_max ? options->attempts_max : S3A_UPDATE_ATTEMPTS_MAX,
    };

    if (status == S3A_OK && !s3a_update_queue_join(&store->updates, bucket, key, &update.member)) {
        status = s3a_error_set_no_memory(&story);
    } else if (status == S3A_OK) {
        status = run(&update);
        s3a_update_queue_leave(&update.member);
    }
    if (ret_object) {
        *ret_object = update.result;
    }
    if (error) {
        *error = story;
    }
    return status;
}

enum s3a_status s3a_store_update(struct s3a_store *store, const char *bucket, const char *key,
                                 s3a_change_fn change, void *arg, struct s3a_object *ret_object,
                                 struct s3a_error *error)
{
    return s3a_store_update_with(store, bucket, key, NULL, change, arg, ret_object, error);
}
