/* SPDX-License-Identifier: MIT */
#ifndef S3A_BROKEN_BODY_H
#define S3A_BROKEN_BODY_H

/* A response that announces more than it sends. */

#include <microhttpd.h>

#include "op.h"

struct s3a_broken_body {
    struct s3a_str bytes;      /* where there is neither stream nor file */
    struct s3a_stream *stream; /* NULL: none */
    struct s3a_file file;
    uint64_t size; /* of the whole */
    uint64_t kept; /* how much is sent: less than the size, and at the most all but a byte */
};

/*
 * With whole's headers; whole is used up, as are stream and file. The bytes must stay as they are.
 * NULL where whole is, where the body is empty, and where there is no memory.
 */
struct MHD_Response *s3a_broken_body_make(struct MHD_Response *whole,
                                          const struct s3a_broken_body *body);

#endif
