/* SPDX-License-Identifier: MIT */
#ifndef S3A_FUZZ_H
#define S3A_FUZZ_H

/*
 * Hostile bytes for whatever reads bytes. Each target is a function that is given any bytes at all
 * and holds what it reads of them to what its header promises, with s3a_check(). libFuzzer looks
 * for bytes that break a promise (./run fuzz); fuzz_replay.c goes through those that are kept in
 * corpus/, with any compiler.
 */

#include <stdlib.h>
#include <string.h>

#include "check.h"
#include "pool.h"
#include "str.h"

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size);

/* A view of the input in memory of exactly its size, so that a byte read past its end is seen by
 * AddressSanitizer. To be freed with free((void *)...data). */
static inline struct s3a_str fuzz_copy(struct s3a_str text)
{
    char *copy = malloc(text.size > 0 ? text.size : 1);

    s3a_check(copy);
    if (text.size > 0) {
        memcpy(copy, text.data, text.size);
    }
    return s3a_str_make(copy, text.size);
}

static inline void fuzz_free(struct s3a_str copy)
{
    free((char *)(uintptr_t)copy.data);
}

/* The first byte, taken off; 0 where there is none. */
static inline unsigned char fuzz_take_byte(struct s3a_str *input)
{
    unsigned char byte = input->size > 0 ? (unsigned char)input->data[0] : 0;

    *input = s3a_str_skip(*input, 1);
    return byte;
}

/* The first line, taken off, without its end. Never a view without data. */
static inline struct s3a_str fuzz_take_line(struct s3a_str *input)
{
    struct s3a_str line = input->size > 0 ? s3a_str_split(input, '\n') : S3A_STR("");

    return line;
}

#endif
