/* SPDX-License-Identifier: MIT */
#ifndef S3A_ERROR_H
#define S3A_ERROR_H

/* Filling the caller's struct s3a_error. All of these take NULL and do nothing then. */

#include <s3atomic/status.h>

#include "str.h"

/* As for a call that went well. */
void s3a_error_clear(struct s3a_error *error);

/* Sets everything but the message to "none" and returns status, so that
 * `return s3a_error_set(error, S3A_INVALID, "...")` reads in one line. */
enum s3a_status s3a_error_set(struct s3a_error *error, enum s3a_status status, const char *format,
                              ...) __attribute__((format(printf, 3, 4)));

/* The same for a failed system call: ": " and the text of system_errno follow the message. ENOSPC
 * and EDQUOT make it S3A_FULL, ENOMEM S3A_NO_MEMORY, all else S3A_SYSTEM; that is returned. */
enum s3a_status s3a_error_set_errno(struct s3a_error *error, int system_errno, const char *format,
                                    ...) __attribute__((format(printf, 3, 4)));

enum s3a_status s3a_error_set_no_memory(struct s3a_error *error);

/* Puts "prefix: " before the message, as the failure is passed upwards. */
void s3a_error_prefix(struct s3a_error *error, const char *format, ...)
    __attribute__((format(printf, 2, 3)));

#endif
