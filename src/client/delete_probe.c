/* SPDX-License-Identifier: MIT */
#include "delete_probe.h"

#include <string.h>

#include "lock_release.h"
#include "request.h"

/* Somebody else's scratch object may be deleted under us, or ours by him. */
#define ROUNDS_MAX 3

#define REQUEST_TIMEOUT_MS 3000
#define BODY "Written by s3atomic to find out about DELETE. It may be deleted.\n"
#define WRONG_ETAG "\"00000000000000000000000000000000\""

/* In the request's pool. */
struct asking {
    struct s3a_delete_probe *probe;
    enum s3a_delete_probe_state found;
    bool is_put;      /* the object is there, as far as we know */
    bool is_cleaning; /* what is under way is the last DELETE */
    unsigned rounds;
};

static struct s3a_delete_probe *find(struct s3a_client *client, const char *bucket)
{
    for (unsigned i = 0; i < S3A_DELETE_PROBES_MAX; i++) {
        if (strcmp(client->delete_probes[i].bucket, bucket) == 0) {
            return &client->delete_probes[i];
        }
    }
    return NULL;
}

enum s3a_delete_probe_state s3a_delete_probe_state(const struct s3a_client *client,
                                                   const char *bucket)
{
    for (unsigned i = 0; i < S3A_DELETE_PROBES_MAX; i++) {
        if (strcmp(client->delete_probes[i].bucket, bucket) == 0) {
            return client->delete_probes[i].state;
        }
    }
    return S3A_DELETE_UNKNOWN;
}

/* NULL: all of them are being asked about. */
static struct s3a_delete_probe *make_room(struct s3a_client *client, const char *bucket)
{
    for (unsigned i = 0; i < S3A_DELETE_PROBES_MAX; i++) {
        struct s3a_delete_probe *probe =
            &client->delete_probes[client->next_delete_probe++ % S3A_DELETE_PROBES_MAX];
        if (probe->state != S3A_DELETE_ASKED && strlen(bucket) < sizeof(probe->bucket)) {
            strcpy(probe->bucket, bucket);
            probe->state = S3A_DELETE_UNKNOWN;
            return probe;
        }
    }
    return NULL;
}

/* However the request ends, with its client too. */
static void release(struct s3a_request *request)
{
    struct asking *asking = request->user;
    struct s3a_client *client = request->client;

    if (asking->probe->state == S3A_DELETE_ASKED) {
        asking->probe->state = asking->found;
        client->delete_probes_asked--;
        s3a_lock_releases_go_on(client);
    }
}

static void end(struct s3a_request *request)
{
    s3a_request_end(request, S3A_OK, NULL);
}

static void send_put(struct s3a_request *request)
{
    struct s3a_call *call = &request->call;

    call->op.kind = S3A_OP_PUT_OBJECT;
    call->op.if_match = s3a_str_make(NULL, 0);
    call->op.body_size = sizeof(BODY) - 1;
    call->body = S3A_STR(BODY);
    s3a_request_send(request);
}

/* if_match NULL: whatever lies there. */
static void send_delete(struct s3a_request *request, const char *if_match)
{
    struct s3a_call *call = &request->call;

    call->op.kind = S3A_OP_DELETE_OBJECT;
    call->op.if_match = if_match ? s3a_str_of(if_match) : s3a_str_make(NULL, 0);
    call->op.body_size = 0;
    call->body = s3a_str_make(NULL, 0);
    s3a_request_send(request);
}

static void clean(struct s3a_request *request, enum s3a_delete_probe_state found)
{
    struct asking *asking = request->user;

    asking->found = found;
    asking->is_cleaning = true;
    send_delete(request, NULL);
}

/* To the DELETE that must not be done. */
static void judge(struct s3a_request *request, enum s3a_status status)
{
    struct asking *asking = request->user;

    if (status == S3A_CONFLICT) {
        clean(request, S3A_DELETE_HONOURED);
    } else if (status == S3A_OK) {
        asking->found = S3A_DELETE_NOT_HONOURED; /* it is gone */
        end(request);
    } else if (status == S3A_NOT_FOUND && ++asking->rounds < ROUNDS_MAX) {
        asking->is_put = false;
        send_put(request);
    } else if (status == S3A_NOT_FOUND) {
        end(request);
    } else {
        bool is_clear = status == S3A_DENIED || status == S3A_UNSUPPORTED || status == S3A_REFUSED;
        clean(request, is_clear ? S3A_DELETE_NOT_HONOURED : S3A_DELETE_UNKNOWN);
    }
}

static void step(struct s3a_request *request, enum s3a_request_event event)
{
    struct asking *asking = request->user;
    enum s3a_status status = request->call.answer.status;

    switch (event) {
    case S3A_REQUEST_STARTED:
    case S3A_REQUEST_WOKEN:
        send_put(request);
        break;
    case S3A_REQUEST_ANSWERED:
        if (asking->is_cleaning || (!asking->is_put && status != S3A_OK)) {
            end(request);
        } else if (!asking->is_put) {
            asking->is_put = true;
            send_delete(request, WRONG_ETAG);
        } else {
            judge(request, status);
        }
        break;
    case S3A_REQUEST_CANCELLED:
        s3a_request_abandon(request);
        end(request);
        break;
    }
}

void s3a_delete_probe_begin(struct s3a_client *client, const char *bucket)
{
    struct s3a_delete_probe *probe = find(client, bucket);
    struct s3a_request *request = NULL;

    probe = probe ? probe : make_room(client, bucket);
    if (!probe || probe->state != S3A_DELETE_UNKNOWN ||
        s3a_request_new(client, S3A_OP_PUT_OBJECT, bucket, S3A_DELETE_PROBE_KEY, &request, NULL) !=
            S3A_OK) {
        return;
    }
    struct asking *asking = s3a_pool_alloc(&request->pool, sizeof(*asking));
    if (!asking) {
        s3a_request_free(request);
        return;
    }
    *asking = (struct asking){.probe = probe};
    request->user = asking;
    request->release = release;
    request->step = step;
    request->call.timeout_ms = REQUEST_TIMEOUT_MS;
    probe->state = S3A_DELETE_ASKED;
    client->delete_probes_asked++;
    struct s3a_future *future = s3a_request_start(request);
    s3a_future_free(future); /* nobody waits for it; NULL: its release has said so */
}
