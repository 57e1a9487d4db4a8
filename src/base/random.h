/* SPDX-License-Identifier: MIT */
#ifndef S3A_RANDOM_H
#define S3A_RANDOM_H

#include <stddef.h>
#include <stdint.h>

/* Random bytes from the kernel, fit for identities. Cannot fail: a kernel that gives none is
 * treated as our own bug. */
void s3a_random_bytes(void *bytes, size_t size);
uint64_t s3a_random_uint64(void);

#endif
