/* SPDX-License-Identifier: MIT */
#ifndef S3A_REQUEST_H
#define S3A_REQUEST_H

/*
 * One operation that some thread asks for and that ends in a future: made in that thread, carried
 * out in the loop's.
 */

#include "client_state.h"
#include "future.h"

struct s3a_request {
    struct s3a_client *client;
    struct s3a_pool pool; /* whatever the operation's texts and body live in */
    struct s3a_call call; /* op, body and timeout_ms are the maker's to fill */

    /* Loop's thread; may be NULL. Turns the answer into results: what it returns is the future's
     * status, with its story in error. The default is the answer's own status. It may take the
     * answer's memory. */
    enum s3a_status (*finish)(struct s3a_request *request, struct s3a_error *error);
    void *user;

    struct s3a_future *future;
    struct s3a_task task;
    struct s3a_list link;
    bool is_sent;
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

/* Loop's thread, at the client's end: all that is under way ends S3A_CANCELLED (a write that was
 * sent: S3A_IN_DOUBT). */
void s3a_requests_cancel(struct s3a_client *client);

#endif
