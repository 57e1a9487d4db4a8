/* SPDX-License-Identifier: MIT */
#ifndef S3A_FILTER_H
#define S3A_FILTER_H

/* A program that makes new bytes of old ones. */

#include <stddef.h>

#include "signals.h"
#include "slurp.h"

struct s3a_filter {
    char *const *words; /* ends with NULL */
    const struct s3a_inherited *inherited;
    size_t output_max; /* bytes */
};

/*
 * Runs it with input on its standard input, and collects what it prints, both at once, so that
 * neither side waits for the other. It need not read all of its input.
 *
 * Returns 0, or the exit code that the failure calls for: the program's own where it failed,
 * S3A_EXIT_NO_PROGRAM, S3A_EXIT_CANNOT_RUN, S3A_EXIT_CONTENT where it prints too much,
 * S3A_EXIT_LOCAL_IO. The error then tells the story, and *ret_output is empty; otherwise it is to
 * be cleared by the caller.
 */
int s3a_filter_run(const struct s3a_filter *filter, const void *input, size_t input_size,
                   struct s3a_heap *ret_output, struct s3a_error *error);

#endif
