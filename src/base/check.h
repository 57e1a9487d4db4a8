/* SPDX-License-Identifier: MIT */
#ifndef S3A_CHECK_H
#define S3A_CHECK_H

/*
 * For our own bugs only, in every build: what the world does to us is a status. A failed check
 * names itself on standard error and aborts.
 */
#define s3a_check(condition)                                                                       \
    ((condition) ? (void)0 : s3a_check_failed(#condition, __FILE__, __LINE__))

_Noreturn void s3a_check_failed(const char *condition, const char *file, int line);

#endif
