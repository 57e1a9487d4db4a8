/* SPDX-License-Identifier: MIT */
#ifndef S3A_CREDENTIALS_H
#define S3A_CREDENTIALS_H

/* Who signs the requests, with memory of its own that is wiped at the end. */

#include <s3atomic/status.h>

#include "sigv4.h"

/* Longer tokens are not taken: the whole head of a request has bounds. */
#define S3A_SESSION_TOKEN_SIZE_MAX (16 * 1024)

/* What the three are called where they were found, and what a fault in them is. */
struct s3a_credential_names {
    const char *access_key;
    const char *secret_key;
    const char *session_token;
    enum s3a_status fault;
};

extern const struct s3a_credential_names s3a_environment_credentials;
extern const struct s3a_credential_names s3a_file_credentials;
extern const struct s3a_credential_names s3a_named_credentials; /* in plain words */

/*
 * Copies what was found. The names' fault: one is given without its other half, or cannot be sent;
 * S3A_NO_MEMORY. On failure *ret_credentials is empty. No message holds any of them.
 */
S3A_MUST_CHECK enum s3a_status s3a_credentials_take(const struct s3a_credentials *found,
                                                    const struct s3a_credential_names *names,
                                                    struct s3a_credentials *ret_credentials,
                                                    struct s3a_error *error);

/* Those of a client's options, where one of the three is given; S3A_INVALID. An empty text counts
 * as not given. */
S3A_MUST_CHECK enum s3a_status s3a_credentials_given(const char *access_key, const char *secret_key,
                                                     const char *session_token, bool *ret_is_given,
                                                     struct s3a_credentials *ret_credentials,
                                                     struct s3a_error *error);

/* S3A_OK or S3A_NO_MEMORY; *ret_copy is then empty. */
S3A_MUST_CHECK enum s3a_status s3a_credentials_copy(const struct s3a_credentials *credentials,
                                                    struct s3a_credentials *ret_copy);

/* Wipes and frees what those above have made. All zero is accepted. */
void s3a_credentials_fini(struct s3a_credentials *credentials);

#endif
