/* SPDX-License-Identifier: MIT */
#include <stdlib.h>
#include <string.h>

#include <s3atomic/lock.h>

#include "clock.h"
#include "date.h"
#include "error.h"
#include "lease.h"
#include "lock_options.h"
#include "lock_record.h"
#include "random.h"
#include "request.h"

/* How often, and with what pauses at the most, a store without a clear answer is asked. */
#define TRIES_MAX 8
#define PAUSE_MAX_MS 1000

/* A forced unlock, in the thread that wants it. */
struct breaking {
    struct s3a_client *client;
    const char *bucket;
    const char *key;
    const char *etag; /* of the state that is to be freed */
    struct s3a_error *error;

    /* The last look, filled in the loop's thread. */
    struct s3a_lock_view view;
    struct s3a_lock_people people;
    /* The last write, likewise. */
    bool was_sent;
    struct s3a_lock_record freed;
};

static struct s3a_str bare(const char *etag)
{
    struct s3a_str text = s3a_str_of(etag);
    bool is_quoted = text.size >= 2 && text.data[0] == '"' && text.data[text.size - 1] == '"';

    return is_quoted ? s3a_str_make(text.data + 1, text.size - 2) : text;
}

static enum s3a_status looked(struct s3a_request *request, struct s3a_error *error)
{
    struct breaking *breaking = request->user;
    const struct s3a_answer *answer = &request->call.answer;

    if (answer->status == S3A_TOO_LARGE) {
        breaking->view.kind = S3A_LOCK_OBJECT_FOREIGN;
        return S3A_OK;
    }
    if (answer->status != S3A_OK) {
        return s3a_answer_error(&request->call.op, answer, error);
    }
    enum s3a_status status = s3a_lock_record_read(answer, &breaking->view, &breaking->people);
    return status == S3A_OK ? S3A_OK : s3a_error_set_no_memory(error);
}

static enum s3a_status look(struct breaking *breaking, uint32_t pause_ms)
{
    struct s3a_request *request;
    enum s3a_status status = s3a_request_new(breaking->client, S3A_OP_GET_OBJECT, breaking->bucket,
                                             breaking->key, &request, breaking->error);

    if (status != S3A_OK) {
        return status;
    }
    request->call.answer.body.size_max = S3A_LOCK_BODY_SIZE_MAX;
    request->is_single = true; /* run() tries again */
    request->finish = looked;
    request->user = breaking;
    request->pause_ms = pause_ms;
    return s3a_future_join(s3a_request_start(request), breaking->error);
}

static void free_bytes(struct s3a_request *request)
{
    free(request->user);
}

static enum s3a_status fill(struct s3a_request *request, struct breaking *breaking)
{
    struct s3a_op *op = &request->call.op;
    char past[S3A_DATE_HTTP_SIZE + 1];

    s3a_date_http(0, past);
    enum s3a_status status =
        s3a_lock_record_encode(&breaking->freed, &breaking->people, &request->call.body);
    if (status != S3A_OK) {
        return status;
    }
    request->user = (void *)(uintptr_t)request->call.body.data;
    request->release = free_bytes;
    op->body_size = request->call.body.size;
    op->if_match = s3a_pool_copy(&request->pool, s3a_str_of(breaking->view.etag));
    struct s3a_str expires = s3a_pool_copy(&request->pool, s3a_str_of(past));
    if (!op->if_match.data || !expires.data) {
        return S3A_NO_MEMORY;
    }
    (void)s3a_headers_add(&op->headers, S3A_STR("content-type"), S3A_STR("application/json"));
    (void)s3a_headers_add(&op->headers, S3A_STR("expires"), expires);
    return S3A_OK;
}

/* A free record in the place of what was seen: the same grant, one beat on. */
static enum s3a_status write_free(struct breaking *breaking)
{
    struct s3a_request *request;
    enum s3a_status status = s3a_request_new(breaking->client, S3A_OP_PUT_OBJECT, breaking->bucket,
                                             breaking->key, &request, breaking->error);

    if (status != S3A_OK) {
        return status;
    }
    breaking->freed = breaking->view.record;
    breaking->freed.held = false;
    breaking->freed.beat++;
    status = fill(request, breaking);
    if (status != S3A_OK) {
        s3a_request_free(request);
        return s3a_error_set_no_memory(breaking->error);
    }
    request->is_single = true; /* as above */
    breaking->was_sent = true;
    return s3a_future_join(s3a_request_start(request), breaking->error);
}

static bool is_done(const struct breaking *breaking)
{
    const struct s3a_lock_record *seen = &breaking->view.record;
    const struct s3a_lock_record *ours = &breaking->freed;

    return breaking->was_sent && breaking->view.kind == S3A_LOCK_OBJECT_RECORD && !seen->held &&
           seen->grant.token == ours->grant.token && seen->beat == ours->beat &&
           memcmp(seen->grant.owner, ours->grant.owner, S3A_OWNER_SIZE) == 0;
}

/* What the look says: S3A_OK with *ret_done, or with the wish to write; else the end. */
static enum s3a_status judge(struct breaking *breaking, bool *ret_done)
{
    const struct s3a_lock_view *view = &breaking->view;

    *ret_done = is_done(breaking);
    if (*ret_done) {
        return S3A_OK;
    }
    switch (view->kind) {
    case S3A_LOCK_OBJECT_RECORD:
        break;
    case S3A_LOCK_OBJECT_NEWER:
        return s3a_error_set(breaking->error, S3A_UNSUPPORTED,
                             "it was written by a newer version of s3atomic");
    case S3A_LOCK_OBJECT_JAVA:
        return s3a_error_set(breaking->error, S3A_UNSUPPORTED,
                             "it is of java-s3-atomic-utils and has no free state: it expires, or "
                             "its object can be deleted");
    default:
        return s3a_error_set(breaking->error, S3A_NOT_A_LOCK,
                             "the object there is no lock; it was left as it is");
    }
    if (!s3a_str_equal(bare(view->etag), bare(breaking->etag))) {
        return s3a_error_set(breaking->error, S3A_CONFLICT,
                             "it has changed since it was looked at; it was left as it is");
    }
    *ret_done = !view->record.held;
    return S3A_OK;
}

static bool may_pass(enum s3a_status status)
{
    enum s3a_action action = s3a_status_action(status);

    return action == S3A_ACTION_RETRY || action == S3A_ACTION_IN_DOUBT ||
           action == S3A_ACTION_CONFLICT;
}

/* Looks and writes in turn until a look tells how it ended. */
static enum s3a_status run(struct breaking *breaking)
{
    uint64_t random = s3a_random_uint64();
    uint32_t pause_ms = 0;
    enum s3a_status status = S3A_OK;

    for (uint32_t tries = 0; tries < TRIES_MAX; tries++) {
        bool done = false;
        status = look(breaking, pause_ms);
        pause_ms = (uint32_t)s3a_backoff_ms(&random, tries, PAUSE_MAX_MS);
        if (status == S3A_NOT_FOUND) {
            return status;
        }
        if (status == S3A_OK) {
            status = judge(breaking, &done);
            if (done || status != S3A_OK) {
                return status;
            }
            status = write_free(breaking);
        }
        if (status == S3A_OK || !may_pass(status)) {
            return status;
        }
    }
    return breaking->was_sent ? s3a_error_set(breaking->error, S3A_IN_DOUBT,
                                              "whether it was freed could not be found out")
                              : status;
}

enum s3a_status s3a_lock_break(struct s3a_client *client, const char *bucket, const char *name,
                               const char *etag, struct s3a_error *error)
{
    char key[S3A_KEY_SIZE_MAX + 1];
    struct s3a_error story;
    struct breaking breaking = {
        .client = client, .bucket = bucket, .key = key, .etag = etag, .error = &story};
    enum s3a_status status = s3a_client_check_blocking(client, &story);

    if (status == S3A_OK && (!etag || !*etag)) {
        status = s3a_error_set(&story, S3A_INVALID, "etag: it is %s", etag ? "empty" : "NULL");
    }
    if (status == S3A_OK) {
        status = s3a_lock_key_make(name, key, sizeof(key), &story);
    }
    if (status == S3A_OK) {
        status = run(&breaking);
        if (status != S3A_OK) {
            s3a_error_prefix(&story, "unlock s3://%s/%s", bucket, key);
        }
    }
    if (error) {
        *error = story;
    }
    return status;
}
