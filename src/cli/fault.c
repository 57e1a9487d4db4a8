/* SPDX-License-Identifier: MIT */
#include "fault.h"

#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

static void __attribute__((format(printf, 3, 0)))
fill(struct s3a_error *error, enum s3a_status status, const char *format, va_list args)
{
    if (error) {
        *error = (struct s3a_error){.status = status};
        vsnprintf(error->message, sizeof(error->message), format, args);
    }
}

enum s3a_status s3a_fault(struct s3a_error *error, enum s3a_status status, const char *format, ...)
{
    va_list args;

    va_start(args, format);
    fill(error, status, format, args);
    va_end(args);
    return status;
}

enum s3a_status s3a_fault_errno(struct s3a_error *error, const char *format, ...)
{
    int system_errno = errno;
    va_list args;

    va_start(args, format);
    fill(error, S3A_SYSTEM, format, args);
    va_end(args);
    if (error) {
        size_t used = strlen(error->message);
        error->system_errno = system_errno;
        snprintf(error->message + used, sizeof(error->message) - used, ": %s",
                 strerror(system_errno));
    }
    return S3A_SYSTEM;
}
