/* SPDX-License-Identifier: MIT */
#ifndef S3A_CLIENT_STATE_H
#define S3A_CLIENT_STATE_H

/* What is behind a struct s3a_client. */

#include <s3atomic/client.h>

#include "lock_table.h"
#include "transport.h"

struct s3a_client {
    struct s3a_loop *loop;
    struct s3a_transport *transport;
    char *endpoint;
    uint64_t body_bytes_max;
    struct s3a_lock_table locks;

    /* The loop's own. */
    struct s3a_list requests; /* struct s3a_request: under way */
    bool is_ending;           /* nothing new begins */
};

/* What every public call on a client begins with: S3A_INVALID for NULL and in a forked child. */
S3A_MUST_CHECK enum s3a_status s3a_client_check(const struct s3a_client *client,
                                                struct s3a_error *error);

#endif
