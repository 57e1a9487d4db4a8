/* SPDX-License-Identifier: MIT */
#ifndef S3A_POOL_H
#define S3A_POOL_H

/*
 * Memory that is freed together: small pieces are cut from larger blocks, none is freed alone.
 * Whatever a request or an answer is made of lives in one of these.
 */

#include "str.h"

struct s3a_pool_block;

struct s3a_pool {
    struct s3a_pool_block *blocks;
};

/* No allocation yet; all zero is the same. */
void s3a_pool_init(struct s3a_pool *pool);
void s3a_pool_fini(struct s3a_pool *pool);

/* The same for one that held secrets: nothing of them stays in freed memory. */
void s3a_pool_wipe(struct s3a_pool *pool);

/* Frees all that was cut from it. A block of memory may stay for what is cut next, so that a pool
 * that is filled again and again need not allocate every time; s3a_pool_fini() is still due. */
void s3a_pool_clear(struct s3a_pool *pool);

/* Aligned for any type, zeroed; NULL where there is no memory. */
void *s3a_pool_alloc(struct s3a_pool *pool, size_t size);

/* A copy that also ends with a NUL. Where there is no memory, its data is NULL (never so for an
 * empty view, whose copy is ""). */
struct s3a_str s3a_pool_copy(struct s3a_pool *pool, struct s3a_str str);

#endif
