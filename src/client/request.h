/* SPDX-License-Identifier: MIT */
#ifndef S3A_REQUEST_H
#define S3A_REQUEST_H

/*
 * One operation that some thread asks for and that ends in a future: made in that thread, carried
 * out in the loop's.
 */

#include "client_state.h"
#include "future.h"

struct s3a_request;

enum s3a_request_event {
    S3A_REQUEST_STARTED,
    S3A_REQUEST_ANSWERED,  /* the answer is in call */
    S3A_REQUEST_WOKEN,     /* after s3a_request_rest() */
    S3A_REQUEST_CANCELLED, /* an early end is wanted: it may be under way, at rest, or neither */
};

struct s3a_request {
    struct s3a_client *client;
    struct s3a_pool pool; /* whatever the operation's texts and body live in */
    struct s3a_call call; /* op, body and timeout_ms are the maker's to fill */
    uint32_t pause_ms;    /* before it is sent */
    bool is_single;       /* one try: whoever makes it makes others himself */

    /* Loop's thread; may be NULL. Turns the answer into results: what it returns is the future's
     * status, with its story in error. The default is the answer's own status. It may take the
     * answer's memory. */
    enum s3a_status (*finish)(struct s3a_request *request, struct s3a_error *error);

    /* Loop's thread; may be NULL. For what takes more than one request: decides itself, by the
     * functions below, what comes after each event; finish is not called then. */
    void (*step)(struct s3a_request *request, enum s3a_request_event event);

    /* Goes with step: could what it was to write be written by now, or later? */
    bool (*may_be_applied)(const struct s3a_request *request);

    /* May be NULL: frees what user points to. */
    void (*release)(struct s3a_request *request);
    void *user;

    struct s3a_future *future;
    struct s3a_task task;
    struct s3a_timer timer;
    struct s3a_list link;
    bool is_sent;
    struct s3a_retry retry;
    uint64_t deadline_ms; /* of all tries; UINT64_MAX: none */
};

/* An operation on bucket and key, both copied (key NULL: none); their names are checked. On
 * anything but S3A_OK *ret_request is NULL. */
S3A_MUST_CHECK enum s3a_status s3a_request_new(struct s3a_client *client, enum s3a_op_kind kind,
                                               const char *bucket, const char *key,
                                               struct s3a_request **ret_request,
                                               struct s3a_error *error);

/* Copies a text into the request: NULL where there is no memory. text NULL: the view with data
 * NULL, which is "not given". */
S3A_MUST_CHECK bool s3a_request_copy(struct s3a_request *request, const char *text,
                                     struct s3a_str *ret_copy);

/* For a request that is not to be started after all. NULL is accepted. */
void s3a_request_free(struct s3a_request *request);

/* Hands it to the loop's thread, which frees it when it is done. NULL: no memory, and the request
 * is freed. */
struct s3a_future *s3a_request_start(struct s3a_request *request);

/* For step. Sends call, as it is then, and makes room for its answer. */
void s3a_request_send(struct s3a_request *request);
void s3a_request_rest(struct s3a_request *request, uint64_t until_ms);

/* The answer that is awaited is not wanted any more. */
void s3a_request_abandon(struct s3a_request *request);

/* request_retry.c. For step: the answer is a failure that may pass, and that has changed nothing:
 * when is it to be sent once more? 0: not at all, also where it is no such failure. Each call
 * counts as a try. What is without a step is tried again by itself. */
uint64_t s3a_request_retry_ms(struct s3a_request *request);

/* The last: the request is freed, and the future done. */
void s3a_request_end(struct s3a_request *request, enum s3a_status status,
                     const struct s3a_error *error);

/* Loop's thread, at the client's end: all that is under way ends S3A_CANCELLED (a write that was
 * sent: S3A_IN_DOUBT). */
void s3a_requests_cancel(struct s3a_client *client);

#endif
