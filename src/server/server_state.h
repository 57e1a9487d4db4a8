/* SPDX-License-Identifier: MIT */
#ifndef S3A_SERVER_STATE_H
#define S3A_SERVER_STATE_H

/* A server from inside. */

#include <s3atomic/server.h>

#include "faults.h"
#include "front.h"
#include "home.h"
#include "listener.h"
#include "objects.h"
#include "settings.h"
#include "tls.h"

/* Threads that serve connections: one for each processor, so far as they are of use. What they do
 * is mostly the kernel's work for small answers; all writes meet in one thread of the store. */
#define S3A_FRONTS_MAX 8

struct s3a_server {
    struct s3a_settings settings;
    struct s3a_home home;
    struct s3a_objects *objects;
    struct s3a_listener listener;
    struct s3a_access_log log;
    struct s3a_shared shared;
    struct s3a_faults faults;
    struct s3a_front fronts[S3A_FRONTS_MAX];
    size_t front_count;
};

/* Reads the certificate that is now in the files. *ret_tls is NULL where it fails, and where there
 * is none to be shown. */
S3A_MUST_CHECK enum s3a_status s3a_server_read_certificate(const struct s3a_server *server,
                                                           struct s3a_tls **ret_tls,
                                                           struct s3a_error *error);

#endif
