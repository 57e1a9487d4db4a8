/* SPDX-License-Identifier: MIT */
#ifndef S3A_SETTINGS_H
#define S3A_SETTINGS_H

/* The options of a server, checked and copied; what was left out is filled in. */

#include <s3atomic/server.h>

#include "keyring.h"
#include "pool.h"
#include "str.h"

#define S3A_SERVER_BUCKETS_MAX 1024

struct s3a_settings {
    const char *directory; /* NULL: a new one is to be made */
    bool keep_files;
    const char *address;
    uint16_t port;
    const char *access_log; /* NULL: none */
    bool access_log_json;
    const char *tls_cert_file; /* NULL: no TLS */
    const char *tls_key_file;
    struct s3a_keyring *keyring; /* the one to begin with */
    const char **buckets;
    size_t bucket_count;
    bool create_buckets;
    bool strict_aws;
    struct s3a_str base_domain;

    struct s3a_pool pool;
};

/* options may be NULL. S3A_INVALID with an error that names the option; S3A_NO_MEMORY. */
S3A_MUST_CHECK enum s3a_status s3a_settings_init(struct s3a_settings *settings,
                                                 const struct s3a_server_options *options,
                                                 struct s3a_error *error);

/* All zero is accepted. */
void s3a_settings_fini(struct s3a_settings *settings);

#endif
