/* SPDX-License-Identifier: MIT */
#ifndef S3A_SLURP_H
#define S3A_SLURP_H

/* Files, read whole and written whole. */

#include <stddef.h>

#include <s3atomic/status.h>

/* Bytes that grow. All zero is empty. */
struct s3a_heap {
    char *data;
    size_t size;
    size_t capacity;
};

void s3a_heap_clear(struct s3a_heap *heap);

/*
 * Reads once from a descriptor, behind what is there. S3A_OK: *ret_size bytes came; 0: the end.
 * S3A_TOO_LARGE: there would be more than size_max. S3A_SYSTEM: errno tells, EAGAIN too.
 */
enum s3a_status s3a_heap_read(struct s3a_heap *heap, int fd, size_t size_max, size_t *ret_size);

/* Reads a file, or standard input where name is "-" or NULL. S3A_TOO_LARGE, S3A_SYSTEM,
 * S3A_NO_MEMORY: the error names the file. */
enum s3a_status s3a_slurp(const char *name, size_t size_max, struct s3a_heap *ret_heap,
                          struct s3a_error *error);

/*
 * Writes a file whole or not at all: into a new one beside it that then takes its place. A file
 * that was there keeps its permissions; what is no regular file (a pipe, /dev/stdout) is written
 * as it is. "-" is standard output.
 */
enum s3a_status s3a_spill(const char *name, const void *data, size_t size, struct s3a_error *error);

#endif
