/* SPDX-License-Identifier: MIT */
#ifndef S3A_LOCK_OPTIONS_H
#define S3A_LOCK_OPTIONS_H

#include <s3atomic/lock.h>

#include "lease.h"

#define S3A_HEARTBEAT_MS_MIN 100
#define S3A_HEARTBEAT_MS_MAX (24 * 3600 * 1000)
#define S3A_LEASE_MS_MAX (7 * 24 * 3600 * 1000)
/* Of grace and polls. */
#define S3A_PAUSE_MS_MAX (3600 * 1000)

/* Checks the options and puts the defaults in. options may be NULL. S3A_INVALID: the error names
 * the option, what it is and what it may be. */
S3A_MUST_CHECK enum s3a_status s3a_lock_options_check(const struct s3a_lock_options *options,
                                                      struct s3a_lock_terms *ret_terms,
                                                      struct s3a_error *error);

/* ".lock" unless it ends so already, into a buffer of that size; the error says what is wrong with
 * the name. */
S3A_MUST_CHECK enum s3a_status s3a_lock_key_make(const char *name, char *ret_key, size_t size,
                                                 struct s3a_error *error);

#endif
