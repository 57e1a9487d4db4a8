/* SPDX-License-Identifier: MIT */
#ifndef S3A_STS_ANSWER_H
#define S3A_STS_ANSWER_H

/* The XML in which AWS Security Token Service answers. No message quotes a secret. */

#include "pool.h"
#include "sigv4.h"

/* Texts live in the pool. */
struct s3a_sts_answer {
    struct s3a_credentials credentials; /* as they stand there: nobody has looked at them */
    int64_t expires_ms;                 /* since 1970 */
    struct s3a_str code;                /* of an error; data NULL: none */
};

/* Where is what asked, for messages. S3A_CREDENTIALS with the service's own words where it refuses,
 * and where there are no credentials in the answer; S3A_NO_MEMORY. */
S3A_MUST_CHECK enum s3a_status s3a_sts_answer_read(struct s3a_pool *pool, int http_status,
                                                   struct s3a_str body, const char *where,
                                                   struct s3a_sts_answer *ret_answer,
                                                   struct s3a_error *error);

#endif
