/* SPDX-License-Identifier: MIT */
#ifndef S3A_FAULT_H
#define S3A_FAULT_H

#include <s3atomic/status.h>

/* Fills error (which may be NULL) and returns status. */
enum s3a_status s3a_fault(struct s3a_error *error, enum s3a_status status, const char *format, ...)
    __attribute__((format(printf, 3, 4)));

/* The same for a system call that failed just now: its errno's text follows the message. */
enum s3a_status s3a_fault_errno(struct s3a_error *error, const char *format, ...)
    __attribute__((format(printf, 2, 3)));

#endif
