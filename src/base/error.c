/* SPDX-License-Identifier: MIT */
#include "error.h"

#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

void s3a_error_clear(struct s3a_error *error)
{
    if (error) {
        memset(error, 0, sizeof(*error));
    }
}

static void __attribute__((format(printf, 3, 0)))
set(struct s3a_error *error, enum s3a_status status, const char *format, va_list args)
{
    if (!error) {
        return;
    }
    /* The arguments may point into the error that is being replaced. */
    char message[S3A_ERROR_MESSAGE_MAX];
    vsnprintf(message, sizeof(message), format, args);
    s3a_error_clear(error);
    error->status = status;
    memcpy(error->message, message, sizeof(message));
}

enum s3a_status s3a_error_set(struct s3a_error *error, enum s3a_status status, const char *format,
                              ...)
{
    va_list args;

    va_start(args, format);
    set(error, status, format, args);
    va_end(args);
    return status;
}

static enum s3a_status errno_status(int system_errno)
{
    switch (system_errno) {
    case ENOSPC:
    case EDQUOT:
    case EFBIG:
        return S3A_FULL;
    case ENOMEM:
        return S3A_NO_MEMORY;
    default:
        return S3A_SYSTEM;
    }
}

enum s3a_status s3a_error_set_errno(struct s3a_error *error, int system_errno, const char *format,
                                    ...)
{
    enum s3a_status status = errno_status(system_errno);
    va_list args;

    va_start(args, format);
    set(error, status, format, args);
    va_end(args);
    if (error) {
        char text[128];
        size_t used = strlen(error->message);
        error->system_errno = system_errno;
        snprintf(error->message + used, sizeof(error->message) - used, ": %s",
                 strerror_r(system_errno, text, sizeof(text)));
    }
    return status;
}

enum s3a_status s3a_error_set_no_memory(struct s3a_error *error)
{
    return s3a_error_set(error, S3A_NO_MEMORY, "out of memory");
}

void s3a_error_prefix(struct s3a_error *error, const char *format, ...)
{
    char prefix[S3A_ERROR_MESSAGE_MAX];
    char message[S3A_ERROR_MESSAGE_MAX];
    va_list args;

    if (!error) {
        return;
    }
    va_start(args, format);
    vsnprintf(prefix, sizeof(prefix), format, args);
    va_end(args);
    memcpy(message, error->message, sizeof(message));
    size_t used = strlen(prefix);
    memcpy(error->message, prefix, used + 1);
    snprintf(error->message + used, sizeof(error->message) - used, ": %s", message);
}
