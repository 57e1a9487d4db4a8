/* SPDX-License-Identifier: MIT */
#ifndef S3A_TEST_H
#define S3A_TEST_H

/* What every test includes first: cmocka, with what it needs before it. */

#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

/* A view compared with a text. */
#define assert_str(str, text)                                                                      \
    do {                                                                                           \
        struct s3a_str assert_str_ = (str);                                                        \
        assert_int_equal(assert_str_.size, strlen(text));                                          \
        assert_memory_equal(assert_str_.data ? assert_str_.data : "", (text), strlen(text));       \
    } while (0)

#endif
