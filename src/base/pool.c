/* SPDX-License-Identifier: MIT */
#include "pool.h"

#include <stdalign.h>
#include <stdlib.h>
#include <string.h>

#define BLOCK_SIZE 2048

struct s3a_pool_block {
    struct s3a_pool_block *next;
    size_t used;
    size_t capacity;
    alignas(max_align_t) char bytes[];
};

void s3a_pool_init(struct s3a_pool *pool)
{
    pool->blocks = NULL;
}

static void free_blocks(struct s3a_pool_block *block)
{
    while (block) {
        struct s3a_pool_block *next = block->next;
        free(block);
        block = next;
    }
}

void s3a_pool_wipe(struct s3a_pool *pool)
{
    for (struct s3a_pool_block *block = pool->blocks; block; block = block->next) {
        explicit_bzero(block->bytes, block->capacity);
    }
    s3a_pool_fini(pool);
}

void s3a_pool_fini(struct s3a_pool *pool)
{
    free_blocks(pool->blocks);
    pool->blocks = NULL;
}

void s3a_pool_clear(struct s3a_pool *pool)
{
    struct s3a_pool_block *kept = pool->blocks;

    if (!kept || kept->capacity > BLOCK_SIZE) {
        s3a_pool_fini(pool);
        return;
    }
    free_blocks(kept->next);
    kept->next = NULL;
    kept->used = 0;
}

static struct s3a_pool_block *add_block(struct s3a_pool *pool, size_t capacity)
{
    struct s3a_pool_block *block = NULL;

    if (capacity <= SIZE_MAX - sizeof(*block)) {
        block = malloc(sizeof(*block) + capacity);
    }
    if (!block) {
        return NULL;
    }
    block->used = 0;
    block->capacity = capacity;
    block->next = pool->blocks;
    pool->blocks = block;
    return block;
}

static void *cut(struct s3a_pool *pool, size_t size, size_t alignment)
{
    struct s3a_pool_block *block = pool->blocks;
    size_t start = block ? (block->used + alignment - 1) & ~(alignment - 1) : 0;

    if (!block || start > block->capacity || block->capacity - start < size) {
        block = add_block(pool, size > BLOCK_SIZE ? size : BLOCK_SIZE);
        start = 0;
    }
    if (!block) {
        return NULL;
    }
    block->used = start + size;
    return block->bytes + start;
}

void *s3a_pool_alloc(struct s3a_pool *pool, size_t size)
{
    void *memory = cut(pool, size, alignof(max_align_t));

    if (memory) {
        memset(memory, 0, size);
    }
    return memory;
}

struct s3a_str s3a_pool_copy(struct s3a_pool *pool, struct s3a_str str)
{
    if (str.size == 0) {
        return S3A_STR("");
    }
    char *memory = str.size < SIZE_MAX ? cut(pool, str.size + 1, 1) : NULL;
    if (!memory) {
        return s3a_str_make(NULL, 0);
    }
    memcpy(memory, str.data, str.size);
    memory[str.size] = '\0';
    return s3a_str_make(memory, str.size);
}
