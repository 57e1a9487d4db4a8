/* SPDX-License-Identifier: MIT */
#ifndef S3A_AWS_ENVIRONMENT_H
#define S3A_AWS_ENVIRONMENT_H

/* The variables that AWS's tools know, read once: a program may change its environment while
 * credentials are renewed in another thread, and getenv(3) is no match for that. */

#include <s3atomic/status.h>

#include "pool.h"
#include "str.h"

#define S3A_AWS_VARIABLE_MAP(X)                                                                    \
    X(HOME)                                                                                        \
    X(AWS_ACCESS_KEY_ID)                                                                           \
    X(AWS_SECRET_ACCESS_KEY)                                                                       \
    X(AWS_SESSION_TOKEN)                                                                           \
    X(AWS_PROFILE)                                                                                 \
    X(AWS_CONFIG_FILE)                                                                             \
    X(AWS_SHARED_CREDENTIALS_FILE)                                                                 \
    X(AWS_ROLE_ARN)                                                                                \
    X(AWS_ROLE_SESSION_NAME)                                                                       \
    X(AWS_WEB_IDENTITY_TOKEN_FILE)                                                                 \
    X(AWS_CONTAINER_CREDENTIALS_RELATIVE_URI)                                                      \
    X(AWS_CONTAINER_CREDENTIALS_FULL_URI)                                                          \
    X(AWS_CONTAINER_AUTHORIZATION_TOKEN)                                                           \
    X(AWS_CONTAINER_AUTHORIZATION_TOKEN_FILE)                                                      \
    X(AWS_EC2_METADATA_DISABLED)                                                                   \
    X(AWS_EC2_METADATA_V1_DISABLED)                                                                \
    X(AWS_EC2_METADATA_SERVICE_ENDPOINT)                                                           \
    X(AWS_EC2_METADATA_SERVICE_ENDPOINT_MODE)                                                      \
    X(AWS_METADATA_SERVICE_TIMEOUT)                                                                \
    X(AWS_METADATA_SERVICE_NUM_ATTEMPTS)                                                           \
    X(AWS_RETRY_MODE)                                                                              \
    X(AWS_MAX_ATTEMPTS)                                                                            \
    X(AWS_NEW_RETRIES_2026)                                                                        \
    X(AWS_REGION)                                                                                  \
    X(AWS_DEFAULT_REGION)                                                                          \
    X(AWS_USE_FIPS_ENDPOINT)                                                                       \
    X(AWS_USE_DUALSTACK_ENDPOINT)                                                                  \
    X(AWS_IGNORE_CONFIGURED_ENDPOINT_URLS)                                                         \
    X(S3ATOMIC_ENDPOINT)                                                                           \
    X(AWS_ENDPOINT_URL)                                                                            \
    X(AWS_ENDPOINT_URL_S3)                                                                         \
    X(AWS_ENDPOINT_URL_STS)                                                                        \
    X(AWS_ENDPOINT_URL_SSO)                                                                        \
    X(AWS_CA_BUNDLE)                                                                               \
    X(http_proxy)                                                                                  \
    X(https_proxy)                                                                                 \
    X(HTTPS_PROXY)                                                                                 \
    X(all_proxy)                                                                                   \
    X(ALL_PROXY)                                                                                   \
    X(no_proxy)                                                                                    \
    X(NO_PROXY)

enum s3a_aws_variable {
#define S3A_AWS_VARIABLE(name) S3A_##name,
    S3A_AWS_VARIABLE_MAP(S3A_AWS_VARIABLE)
#undef S3A_AWS_VARIABLE
    S3A_AWS_VARIABLE_COUNT
};

struct s3a_aws_environment {
    /* Each ends with a NUL; data NULL: not set, or empty. */
    struct s3a_str values[S3A_AWS_VARIABLE_COUNT];
};

/* Copies into pool. S3A_OK or S3A_NO_MEMORY. */
S3A_MUST_CHECK enum s3a_status s3a_aws_environment_read(struct s3a_pool *pool,
                                                        struct s3a_aws_environment *ret_environment,
                                                        struct s3a_error *error);

static inline struct s3a_str s3a_aws_get(const struct s3a_aws_environment *environment,
                                         enum s3a_aws_variable variable)
{
    return environment->values[variable];
}

const char *s3a_aws_variable_name(enum s3a_aws_variable variable);

/* The first of these that is set; S3A_AWS_VARIABLE_COUNT where none is. The list ends with
 * S3A_AWS_VARIABLE_COUNT. */
enum s3a_aws_variable s3a_aws_first(const struct s3a_aws_environment *environment,
                                    const enum s3a_aws_variable *variables);

/* "true", in any case. */
bool s3a_aws_is_true(struct s3a_str value);

#endif
