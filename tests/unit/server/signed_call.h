/* SPDX-License-Identifier: MIT */
#ifndef S3A_SIGNED_CALL_H
#define S3A_SIGNED_CALL_H

/* Requests to a server, written down and signed. */

#include "peer.h"
#include "sigv4.h"

#define CALL_HEADERS_MAX 16

/* What is left out is as it should be: GET, the server's host and first key pair, the time of the
 * machine, a body that is hashed and announced. */
struct call {
    const char *method;
    const char *path;
    const char *query;
    struct s3a_str body;
    const char *host;
    const char *access_key;
    const char *secret_key;
    const char *payload_hash;
    int64_t time_ms;
    int64_t skew_ms; /* added to the time */
    bool no_length;  /* no Content-Length */
    bool is_broken;  /* the signature is one digit off */
    struct {
        const char *name; /* lower case */
        const char *value;
    } headers[CALL_HEADERS_MAX]; /* signed, too */
};

/* The head with its Authorization, without the body. */
void call_write_head(const struct s3a_server *server, const struct call *call, struct s3a_buf *buf);

/* A presigned URL's path and query. */
void call_write_presigned(const struct s3a_server *server, const struct call *call,
                          uint32_t expires_seconds, struct s3a_buf *buf);

/* Sends it all, and waits for the answer. */
void call_make(const struct s3a_server *server, struct peer *peer, const struct call *call,
               struct peer_answer *ret_answer);

/* The same over a connection of its own, for those who care for the status alone. */
int call_status(const struct s3a_server *server, const struct call *call);

#endif
