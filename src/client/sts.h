/* SPDX-License-Identifier: MIT */
#ifndef S3A_STS_H
#define S3A_STS_H

/* AWS Security Token Service (API version 2011-06-15): a role's credentials for somebody else's. */

#include "credential_search.h"

struct s3a_sts_parameter {
    const char *name;
    struct s3a_str value; /* data NULL: left out */
};

/*
 * Makes one request and reads the credentials in its answer. signer NULL: it is not signed. where
 * is for messages: what asks. S3A_CREDENTIALS with the service's own words where it refuses.
 */
S3A_MUST_CHECK enum s3a_status s3a_sts_ask(struct s3a_credential_search *search,
                                           const struct s3a_sts_parameter *parameters, size_t count,
                                           const struct s3a_credentials *signer, const char *where,
                                           struct s3a_key_set *ret_keys, struct s3a_error *error);

/* "s3atomic-1790000000": a name for whoever takes a role and has not said which; in pool. */
struct s3a_str s3a_sts_session_name(struct s3a_pool *pool, struct s3a_str given);

#endif
