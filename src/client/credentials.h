/* SPDX-License-Identifier: MIT */
#ifndef S3A_CREDENTIALS_H
#define S3A_CREDENTIALS_H

/* Who signs the requests, with memory of its own that is wiped at the end. */

#include <s3atomic/status.h>

#include "sigv4.h"

/* Longer secrets and tokens are not taken: the whole head of a request has bounds. */
#define S3A_SECRET_KEY_SIZE_MAX 1024
#define S3A_SESSION_TOKEN_SIZE_MAX (16 * 1024)

/*
 * The options where they are given, else AWS_ACCESS_KEY_ID, AWS_SECRET_ACCESS_KEY and
 * AWS_SESSION_TOKEN; never a mixture. An empty text counts as not given. Read once, here.
 *
 * S3A_INVALID: an option that is given without its other half, or that cannot be sent.
 * S3A_CREDENTIALS: the same of the environment, or none at all; the error says what to set.
 * S3A_NO_MEMORY. On failure *ret_credentials is empty.
 */
S3A_MUST_CHECK enum s3a_status s3a_credentials_find(const char *access_key, const char *secret_key,
                                                    const char *session_token,
                                                    struct s3a_credentials *ret_credentials,
                                                    struct s3a_error *error);

/* S3A_OK or S3A_NO_MEMORY; *ret_copy is then empty. */
S3A_MUST_CHECK enum s3a_status s3a_credentials_copy(const struct s3a_credentials *credentials,
                                                    struct s3a_credentials *ret_copy);

/* Wipes and frees what the two above have made. All zero is accepted. */
void s3a_credentials_fini(struct s3a_credentials *credentials);

#endif
