/* SPDX-License-Identifier: MIT */
#ifndef S3A_FAIL_MEMORY_H
#define S3A_FAIL_MEMORY_H

#include <stdbool.h>

#include "fail_malloc.h"

/* Has SQLite allocate through malloc() of this program, so that fail_malloc_at() counts what it
 * needs as well. Before SQLite is used, once. */
void fail_memory_install(void);

#endif
