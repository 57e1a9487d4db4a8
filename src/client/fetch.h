/* SPDX-License-Identifier: MIT */
#ifndef S3A_FETCH_H
#define S3A_FETCH_H

/* One HTTP request to a service that hands out credentials, and its answer. Blocks; for threads
 * that may. Follows no redirect, which could lead a secret astray. */

#include <stdatomic.h>

#include "aws_environment.h"
#include "buf.h"

#define S3A_FETCH_HEADERS_MAX 8
#define S3A_FETCH_SIZE_MAX (256 * 1024)

struct s3a_fetch {
    const struct s3a_aws_environment *environment; /* proxies and certificates */
    const atomic_bool *is_unwanted;                /* set by another thread: ends it early */
    const char *method;
    const char *url;
    const char *headers[S3A_FETCH_HEADERS_MAX]; /* "name: value" */
    struct s3a_str body;
    uint32_t timeout_ms;
    unsigned attempts; /* 0: one. Again after no answer, a 429 and a 5xx */
    uint32_t pause_ms; /* between two */
    bool is_near;      /* of this machine or its link: without a proxy */
};

struct s3a_fetched {
    int http_status; /* 0: no answer */
    bool was_silent; /* connected or not: the time went by without an answer */
    struct s3a_buf body;
};

/*
 * S3A_OK: there is an answer, whatever it says. S3A_UNREACHABLE, S3A_TIMEOUT, S3A_TOO_LARGE,
 * S3A_CANCELLED, S3A_NO_MEMORY, S3A_INVALID (no URL). *ret_fetched is to be freed in any case.
 */
S3A_MUST_CHECK enum s3a_status s3a_fetch(const struct s3a_fetch *fetch,
                                         struct s3a_fetched *ret_fetched, struct s3a_error *error);

/* Wipes it as well. */
void s3a_fetched_fini(struct s3a_fetched *fetched);

/* Waits, unless it is not wanted any more: false then. */
bool s3a_fetch_pause(const atomic_bool *is_unwanted, uint32_t pause_ms);

#endif
