/* SPDX-License-Identifier: MIT */
#ifndef S3A_COUNTS_H
#define S3A_COUNTS_H

/* How often a store has committed, and for how many writes at once. One thread counts, any reads;
 * neither waits. */

#include <stdatomic.h>
#include <stddef.h>
#include <stdint.h>

/* Groups of up to 1, 2, 4, ... 512 writes: as many as fit into one commit (commit.h). */
#define S3A_COUNT_GROUPS 10

struct s3a_counts {
    _Atomic uint64_t commits;
    _Atomic uint64_t writes;
    _Atomic uint64_t groups[S3A_COUNT_GROUPS]; /* by size */
};

/* One more to a counter that nobody else writes to: cheaper than an atomic addition. */
static inline void s3a_count_add(_Atomic uint64_t *counter, uint64_t more)
{
    uint64_t before = atomic_load_explicit(counter, memory_order_relaxed);

    atomic_store_explicit(counter, before + more, memory_order_relaxed);
}

static inline uint64_t s3a_count_read(const _Atomic uint64_t *counter)
{
    return atomic_load_explicit(counter, memory_order_relaxed);
}

/* Was committed: so many writes, 1 at least. */
void s3a_counts_commit(struct s3a_counts *counts, size_t writes);

struct s3a_objects;

const struct s3a_counts *s3a_objects_counts(const struct s3a_objects *objects);

#endif
