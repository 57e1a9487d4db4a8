/* SPDX-License-Identifier: MIT */
#ifndef S3A_CLIENT_OPTIONS_H
#define S3A_CLIENT_OPTIONS_H

/* A client's options with everything put in that was left open: from the environment, or the
 * default. */

#include <s3atomic/client.h>

#include "credential_search.h"
#include "http.h"
#include "retry.h"
#include "sigv4.h"

#define S3A_REQUEST_TIMEOUT_MS_MIN 100
#define S3A_REQUEST_TIMEOUT_MS_MAX (3600 * 1000)
#define S3A_REQUESTS_MAX_MAX 10000
#define S3A_ATTEMPTS_MAX_MAX 100

struct s3a_client_settings {
    struct s3a_pool pool; /* of the texts */
    struct s3a_str endpoint;
    struct s3a_addressing addressing;
    struct s3a_str region;
    struct s3a_aws_environment environment;
    struct s3a_str profile;                     /* as the option says; "" */
    struct s3a_key_set keys;                    /* empty for a file: endpoint */
    const struct s3a_credential_source *source; /* of keys; NULL: the options */
    const char *ca_file;                        /* NULL: none is given */
    uint32_t request_timeout_ms;                /* 0: the default, which grows with the body */
    uint64_t body_bytes_max;
    uint32_t requests_max;
    s3a_log_fn on_log;
    void *log_user;
    enum s3a_log_level log_level;
    struct s3a_retry_terms retries;
    uint32_t total_timeout_ms; /* 0: as long as the tries take */
    bool unsafe_store;
};

/* options may be NULL. May ask a service for credentials, and blocks then. S3A_INVALID: the error
 * names the option or the variable. S3A_CREDENTIALS: there are none. On anything but S3A_OK there
 * is nothing to be freed. */
S3A_MUST_CHECK enum s3a_status s3a_client_settings_init(struct s3a_client_settings *settings,
                                                        const struct s3a_client_options *options,
                                                        struct s3a_error *error);
void s3a_client_settings_fini(struct s3a_client_settings *settings);

/* retry_options.c: how often is tried again, by the options, AWS_MAX_ATTEMPTS and AWS_RETRY_MODE,
 * or the profile. Once the endpoint is known: a store in a directory answers for itself. */
S3A_MUST_CHECK enum s3a_status s3a_client_take_retries(struct s3a_client_settings *settings,
                                                       const struct s3a_client_options *options,
                                                       const struct s3a_profiles *profiles,
                                                       struct s3a_error *error);

#endif
