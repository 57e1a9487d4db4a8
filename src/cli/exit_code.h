/* SPDX-License-Identifier: MIT */
#ifndef S3A_EXIT_CODE_H
#define S3A_EXIT_CODE_H

/*
 * How the command ends. The numbers are those of sysexits.h where it has one that fits, and of the
 * shell from 126 on.
 */

#include <s3atomic/status.h>

/* clang-format off */
/* X(name, number, meaning) */
#define S3A_EXIT_MAP(X)                                                                            \
    X(DONE, 0, "done")                                                                             \
    X(NOTHING, 1, "the condition did not hold, or nothing is there")                               \
    X(USAGE, 64, "the command line is wrong")                                                      \
    X(CONTENT, 65, "the object is no lock, or not what was expected")                              \
    X(UNREACHABLE, 69, "the store cannot be reached, or gives no clear answer")                    \
    X(LOCAL_IO, 74, "a local file or system call failed")                                          \
    X(HELD, 75, "the lock was not obtained (lock -E changes it)")                                  \
    X(UNSUPPORTED, 76, "the store does not do what is needed")                                     \
    X(DENIED, 77, "permission denied")                                                             \
    X(SETUP, 78, "bad configuration: credentials, endpoint, bucket")                               \
    X(LOST, 79, "the lock was lost, or is about to be")                                            \
    X(CANNOT_RUN, 126, "CMD cannot be executed")                                                   \
    X(NO_PROGRAM, 127, "CMD was not found")
/* clang-format on */

enum s3a_exit {
#define S3A_EXIT_ENUM(name, number, meaning) S3A_EXIT_##name = number,
    S3A_EXIT_MAP(S3A_EXIT_ENUM)
#undef S3A_EXIT_ENUM
};

/* Added to the number of the signal that ended a program, as shells do. */
#define S3A_EXIT_SIGNAL_BASE 128

/* For a call of the library that ended so. */
int s3a_exit_of(enum s3a_status status);

/* For a program, out of what waitpid() told. */
int s3a_exit_of_wait(int wait_status);

#endif
