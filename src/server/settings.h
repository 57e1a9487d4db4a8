/* SPDX-License-Identifier: MIT */
#ifndef S3A_SETTINGS_H
#define S3A_SETTINGS_H

/* The options of a server, checked and copied; what was left out is filled in. */

#include <s3atomic/server.h>

#include "keyring.h"
#include "pace.h"
#include "pool.h"
#include "str.h"

#define S3A_SERVER_BUCKETS_MAX 1024

/*
 * Longer than the usual clients keep an idle connection, so that it is they who close it and no
 * request meets a closed one.
 */
#define S3A_IDLE_TIMEOUT_MS 65000

/* A head is a packet or two. Apache (mod_reqtimeout) gives it 20 s to begin with, nginx 60 s. */
#define S3A_HEAD_TIMEOUT_MS 20000

/* What Apache asks for, too. A modem has ten times as much. */
#define S3A_BYTES_PER_S_MIN 500

#define S3A_TIMEOUT_MS_MIN 100
#define S3A_TIMEOUT_MS_MAX 3600000

/* Connections at the same time, of all fronts together, where the process may have so many
 * descriptors; more wait in the listener's queue. */
#define S3A_CONNECTIONS_MAX 4096

/* Likewise, on request. */
#define S3A_CONNECTIONS_ASKED_MAX 100000

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
    struct s3a_pace_limits pace;
    size_t connections_max;
    size_t connections_per_address_max;

    struct s3a_pool pool;
};

/* options may be NULL. S3A_INVALID with an error that names the option; S3A_NO_MEMORY. */
S3A_MUST_CHECK enum s3a_status s3a_settings_init(struct s3a_settings *settings,
                                                 const struct s3a_server_options *options,
                                                 struct s3a_error *error);

/* All zero is accepted. */
void s3a_settings_fini(struct s3a_settings *settings);

#endif
