/* SPDX-License-Identifier: MIT */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <s3atomic/lock.h>
#include <s3atomic/store.h>

#include "clock.h"
#include "error.h"
#include "lock_options.h"
#include "lock_record.h"
#include "request.h"

/* How many locks of a listing are looked at side by side. */
#define LOOKS_MAX 32
#define GRACE_MS 2000
#define SUFFIX ".lock"

static void fill_times(struct s3a_lock_info *info, const struct s3a_lock_view *view)
{
    uint64_t now_ms = s3a_clock_ms();
    bool has_times =
        view->store_now_ms != S3A_STORE_TIME_NONE && view->store_modified_ms != S3A_STORE_TIME_NONE;
    bool is_held = view->kind == S3A_LOCK_OBJECT_JAVA || view->record.held;

    info->last_beat_ms = has_times ? view->store_now_ms - view->store_modified_ms : 0;
    info->expires_in_ms = s3a_lock_view_expires_in_ms(view, GRACE_MS, now_ms, now_ms);
    if (is_held) {
        info->state = info->expires_in_ms > 0 ? S3A_LOCK_HELD : S3A_LOCK_EXPIRED;
    }
}

static void fill(struct s3a_lock_info *info, const struct s3a_lock_view *view,
                 const struct s3a_lock_people *people)
{
    snprintf(info->etag, sizeof(info->etag), "%s", view->etag);
    fill_times(info, view);
    if (view->kind == S3A_LOCK_OBJECT_JAVA) {
        info->foreign = true;
        return;
    }
    if (view->record.has_session) {
        s3a_session_key_make(view->record.session, info->session);
    }
    info->token = view->record.grant.token;
    s3a_lock_owner_hex(view->record.grant.owner, info->owner);
    info->beat = view->record.beat;
    info->lease_ms = view->record.lease_ms;
    info->heartbeat_ms = view->record.heartbeat_ms;
    info->granted_at_ms = people->granted_at_ms;
    info->pid = people->pid;
    memcpy(info->host, people->host, sizeof(people->host));
    memcpy(info->label, people->label, sizeof(people->label));
    memcpy(info->data, people->data, sizeof(people->data));
}

static enum s3a_status not_a_lock(const struct s3a_request *request, struct s3a_error *error)
{
    const struct s3a_op *op = &request->call.op;

    return s3a_error_set(error, S3A_NOT_A_LOCK, "s3://%.*s/%.*s: it is no lock",
                         S3A_STR_ARG(op->bucket), S3A_STR_ARG(op->key));
}

/* Held under a session: by the look at that one. */
static enum s3a_status looked_at_session(struct s3a_request *request, struct s3a_error *error)
{
    struct s3a_answer *answer = &request->call.answer;
    struct s3a_lock_info *info = request->user;
    struct s3a_lock_view lock = {.kind = S3A_LOCK_OBJECT_RECORD,
                                 .record = {.held = true, .lease_ms = info->lease_ms}};
    struct s3a_lock_view session = {.kind = S3A_LOCK_OBJECT_ABSENT};
    uint64_t now_ms = s3a_clock_ms();

    if (answer->status == S3A_TOO_LARGE) {
        session.kind = S3A_LOCK_OBJECT_FOREIGN;
    } else if (answer->status == S3A_OK) {
        if (answer->date_ms == S3A_TIME_NONE) {
            answer->date_ms = s3a_clock_wall_ms();
        }
        if (s3a_session_record_read(answer, &session, NULL) != S3A_OK) {
            return s3a_error_set_no_memory(error);
        }
    } else if (answer->status != S3A_NOT_FOUND) {
        return s3a_answer_error(&request->call.op, answer, error);
    }
    info->expires_in_ms = s3a_lock_session_expires_in_ms(&lock, &session, GRACE_MS, now_ms, now_ms);
    info->state = info->expires_in_ms > 0 ? S3A_LOCK_HELD : S3A_LOCK_EXPIRED;
    if (session.kind == S3A_LOCK_OBJECT_RECORD && session.store_modified_ms != S3A_TIME_NONE) {
        info->last_beat_ms = session.store_now_ms - session.store_modified_ms;
        info->beat = session.record.beat;
    }
    return S3A_OK;
}

/* Loop's thread. */
static enum s3a_status looked(struct s3a_request *request, struct s3a_error *error)
{
    const struct s3a_op *op = &request->call.op;
    struct s3a_answer *answer = &request->call.answer;
    struct s3a_lock_info *info = request->user;
    struct s3a_lock_view view;
    struct s3a_lock_people people;

    memset(info, 0, sizeof(*info));
    memcpy(info->name, op->key.data, op->key.size);
    if (answer->status == S3A_TOO_LARGE) {
        return not_a_lock(request, error);
    }
    if (answer->status != S3A_OK) {
        return s3a_answer_error(op, answer, error);
    }
    if (answer->date_ms == S3A_TIME_NONE) {
        answer->date_ms = s3a_clock_wall_ms(); /* all there is, and only to be looked at */
    }
    enum s3a_status status = s3a_lock_record_read(answer, &view, &people);
    if (status != S3A_OK) {
        return s3a_error_set_no_memory(error);
    }
    switch (view.kind) {
    case S3A_LOCK_OBJECT_RECORD:
    case S3A_LOCK_OBJECT_JAVA:
        fill(info, &view, &people);
        return S3A_OK;
    case S3A_LOCK_OBJECT_NEWER:
        return s3a_error_set(error, S3A_UNSUPPORTED,
                             "s3://%.*s/%.*s: written by a newer version of s3atomic",
                             S3A_STR_ARG(op->bucket), S3A_STR_ARG(op->key));
    default:
        return not_a_lock(request, error);
    }
}

typedef enum s3a_status (*finish_fn)(struct s3a_request *request, struct s3a_error *error);

/* NULL where there is no memory. */
static struct s3a_future *look(struct s3a_client *client, const char *bucket, const char *key,
                               finish_fn finish, struct s3a_lock_info *info)
{
    struct s3a_request *request;
    struct s3a_error error;
    enum s3a_status status =
        s3a_request_new(client, S3A_OP_GET_OBJECT, bucket, key, &request, &error);

    if (status != S3A_OK) {
        return s3a_future_failed(client->loop, status, &error);
    }
    request->call.answer.body.size_max = S3A_LOCK_BODY_SIZE_MAX;
    request->finish = finish;
    request->user = info;
    return s3a_request_start(request);
}

/* The end of a look, and of the second one where there is a session to be looked at. */
static enum s3a_status end_look(struct s3a_client *client, const char *bucket,
                                struct s3a_future *future, struct s3a_lock_info *info,
                                struct s3a_error *error)
{
    enum s3a_status status = s3a_future_join(future, error);

    if (status != S3A_OK || !info->session[0]) {
        return status;
    }
    return s3a_future_join(look(client, bucket, info->session, looked_at_session, info), error);
}

enum s3a_status s3a_lock_inspect(struct s3a_client *client, const char *bucket, const char *name,
                                 struct s3a_lock_info *ret_info, struct s3a_error *error)
{
    char key[S3A_KEY_SIZE_MAX + 1];
    enum s3a_status status = s3a_client_check_blocking(client, error);

    if (status == S3A_OK && !ret_info) {
        status = s3a_error_set(error, S3A_INVALID, "ret_info: it is NULL");
    }
    if (status == S3A_OK) {
        memset(ret_info, 0, sizeof(*ret_info));
        status = s3a_lock_key_make(name, key, sizeof(key), error);
    }
    if (status != S3A_OK) {
        return status;
    }
    return end_look(client, bucket, look(client, bucket, key, looked, ret_info), ret_info, error);
}

/* A listing: the keys come in, the looks of a batch of them are taken side by side. */
struct walk {
    struct s3a_client *client;
    const char *bucket;
    s3a_lock_fn each;
    void *user;
    struct s3a_lock_info *infos; /* LOOKS_MAX; their names are set */
    struct s3a_future *looks[LOOKS_MAX];
    size_t count;
    struct s3a_error *error;
    enum s3a_status status; /* of the batch that failed; S3A_OK: none has */
};

static bool is_to_be_passed_over(enum s3a_status status)
{
    return status == S3A_NOT_A_LOCK || status == S3A_NOT_FOUND || status == S3A_UNSUPPORTED;
}

/* Every look is waited for, whatever became of those before: they write into the batch. */
static enum s3a_status look_at_batch(struct walk *walk)
{
    enum s3a_status first = S3A_OK;

    for (size_t i = 0; i < walk->count; i++) {
        char key[sizeof(walk->infos[i].name)];
        memcpy(key, walk->infos[i].name, sizeof(key));
        walk->looks[i] = look(walk->client, walk->bucket, key, looked, &walk->infos[i]);
    }
    for (size_t i = 0; i < walk->count; i++) {
        struct s3a_error error;
        enum s3a_status status =
            end_look(walk->client, walk->bucket, walk->looks[i], &walk->infos[i], &error);
        if (first != S3A_OK || is_to_be_passed_over(status)) {
            continue;
        }
        first = status == S3A_OK ? walk->each(&walk->infos[i], walk->user) : status;
        if (status != S3A_OK && walk->error) {
            *walk->error = error;
        } else if (first != S3A_OK) {
            (void)s3a_error_set(walk->error, first, "ended by the caller");
        }
    }
    walk->count = 0;
    walk->status = first;
    return first;
}

static enum s3a_status listed(const struct s3a_listing *listing, void *user)
{
    struct walk *walk = user;

    if (listing->is_prefix || !s3a_str_ends_with(s3a_str_of(listing->key), SUFFIX)) {
        return S3A_OK;
    }
    snprintf(walk->infos[walk->count].name, sizeof(walk->infos[0].name), "%s", listing->key);
    walk->count++;
    return walk->count < LOOKS_MAX ? S3A_OK : look_at_batch(walk);
}

enum s3a_status s3a_lock_list(struct s3a_client *client, const char *bucket, const char *prefix,
                              s3a_lock_fn each, void *user, struct s3a_error *error)
{
    const struct s3a_list_options options = {.prefix = prefix};
    struct walk walk = {
        .client = client, .bucket = bucket, .each = each, .user = user, .error = error};
    struct s3a_store *store = NULL;
    enum s3a_status status = s3a_client_check_blocking(client, error);

    if (status != S3A_OK) {
        return status;
    }
    if (!each) {
        return s3a_error_set(error, S3A_INVALID, "each: it is NULL");
    }
    walk.infos = calloc(LOOKS_MAX, sizeof(walk.infos[0]));
    store = s3a_store_new(client, s3a_bytes_codec());
    if (!walk.infos || !store) {
        status = s3a_error_set_no_memory(error);
        goto out;
    }
    status = s3a_store_list(store, bucket, &options, listed, &walk, walk.error);
    if (status == S3A_OK) {
        status = look_at_batch(&walk);
    }
out:
    s3a_store_free(store);
    free(walk.infos);
    return status;
}
