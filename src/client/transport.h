/* SPDX-License-Identifier: MIT */
#ifndef S3A_TRANSPORT_H
#define S3A_TRANSPORT_H

/* The two ways to a store: over HTTP, and into a directory of this machine. */

#include "call.h"
#include "http.h"
#include "loop.h"
#include "sigv4.h"

struct s3a_transport {
    /* Loop's thread. The call is under way until its done is called. */
    void (*send)(struct s3a_transport *transport, struct s3a_call *call);

    /* Loop's thread. Its done will not be called, and the call may be freed at once. What was sent
     * may still be applied. */
    void (*abandon)(struct s3a_transport *transport, struct s3a_call *call);

    /* Once the loop's thread has ended (s3a_loop_stop), with no call under way but those that were
     * abandoned. The loop is still there. */
    void (*free)(struct s3a_transport *transport);
};

/* Copied: nothing of it has to outlive the call. */
struct s3a_transport_http_options {
    struct s3a_addressing addressing;
    struct s3a_str region;
    struct s3a_credentials credentials;
    const char *ca_file;         /* NULL: as the environment says */
    uint32_t request_timeout_ms; /* of calls without one of their own */
    uint32_t requests_max;       /* under way at a time; more wait. As many again that are urgent */

    /* Loop's thread; NULL: there are no others. The store does not accept the credentials: asks for
     * new ones, which s3a_transport_http_renew() brings, or says that there are none. Until then
     * what was refused waits, and is sent once more with them. */
    void (*want_credentials)(void *user);
    void *user;
};

S3A_MUST_CHECK enum s3a_status s3a_transport_http_new(
    struct s3a_loop *loop, const struct s3a_transport_http_options *options,
    struct s3a_transport **ret_transport, struct s3a_error *error);

/* Loop's thread. Signs with these from now on; NULL: there are none, and what waits for them is
 * refused. S3A_NO_MEMORY: nothing has changed. */
S3A_MUST_CHECK enum s3a_status s3a_transport_http_renew(struct s3a_transport *transport,
                                                        const struct s3a_credentials *credentials);

/* directory is made where it is missing, and a bucket by the first PUT into it. request_timeout_ms
 * is for calls without one of their own; 0: see s3a_call_timeout_ms(). */
S3A_MUST_CHECK enum s3a_status s3a_transport_embedded_new(struct s3a_loop *loop,
                                                          const char *directory,
                                                          uint32_t request_timeout_ms,
                                                          struct s3a_transport **ret_transport,
                                                          struct s3a_error *error);

#endif
