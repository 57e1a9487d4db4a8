/* SPDX-License-Identifier: MIT */
#include "exit_code.h"

#include <sys/wait.h>

int s3a_exit_of(enum s3a_status status)
{
    switch (status) {
    case S3A_OK:
    case S3A_NOT_MODIFIED:
        return S3A_EXIT_DONE;
    case S3A_NOT_FOUND:
    case S3A_CONFLICT:
    case S3A_RACE:
    case S3A_FENCED:
    case S3A_BUCKET_EXISTS:
    case S3A_NOT_EMPTY:
    case S3A_RANGE:
        return S3A_EXIT_NOTHING;
    case S3A_INVALID:
        return S3A_EXIT_USAGE;
    case S3A_NOT_A_LOCK:
    case S3A_FORMAT:
    case S3A_TOO_LARGE:
        return S3A_EXIT_CONTENT;
    case S3A_UNREACHABLE:
    case S3A_LATER:
    case S3A_TIMEOUT:
    case S3A_SERVER:
    case S3A_IN_DOUBT:
        return S3A_EXIT_UNREACHABLE;
    case S3A_HELD:
    case S3A_BUSY:
    case S3A_CANCELLED:
        return S3A_EXIT_HELD;
    case S3A_UNSUPPORTED:
    case S3A_PROTOCOL:
    case S3A_REFUSED:
        return S3A_EXIT_UNSUPPORTED;
    case S3A_DENIED:
        return S3A_EXIT_DENIED;
    case S3A_CREDENTIALS:
    case S3A_NO_BUCKET:
        return S3A_EXIT_SETUP;
    case S3A_LOST:
        return S3A_EXIT_LOST;
    case S3A_NO_MEMORY:
    case S3A_SYSTEM:
    case S3A_FULL:
    case S3A_CORRUPT:
    case S3A_FAILED:
        return S3A_EXIT_LOCAL_IO;
    }
    return S3A_EXIT_LOCAL_IO;
}

int s3a_exit_of_wait(int wait_status)
{
    return WIFSIGNALED(wait_status) ? S3A_EXIT_SIGNAL_BASE + WTERMSIG(wait_status)
                                    : WEXITSTATUS(wait_status);
}
