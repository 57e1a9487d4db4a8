/* SPDX-License-Identifier: MIT */
#ifndef S3A_LOCK_TABLE_H
#define S3A_LOCK_TABLE_H

/*
 * The locks that this client has to do with: who is at which key, so that taking one twice fails at
 * once, and what was written last at those that it has given back, so that taking one again costs
 * one request. Any thread.
 */

#include <pthread.h>

#include "list.h"
#include "lock_machine.h"
#include "str.h"

/* How many free locks are remembered; those used longest ago are forgotten first. */
#define S3A_LOCKS_REMEMBERED_MAX 1024

/* A place that is taken: a part of whoever is there, with "bucket", NUL, "key", NUL in the memory
 * right behind it. */
struct s3a_lock_entry {
    struct s3a_lock_entry *next; /* of the chain */
    uint32_t hash;
    uint16_t key_size;
    uint8_t bucket_size;
    bool is_memory; /* nobody is there */
};

struct s3a_lock_table {
    pthread_mutex_t mutex;
    struct s3a_lock_entry **slots; /* a power of two of chains */
    size_t slot_count;
    size_t entry_count;
    struct s3a_list remembered; /* the places that nobody is at, the latest last */
    size_t remembered_count;
};

S3A_MUST_CHECK enum s3a_status s3a_lock_table_init(struct s3a_lock_table *table);

/* All zero is accepted. */
void s3a_lock_table_fini(struct s3a_lock_table *table);

/* How much memory an entry takes, text and all. */
size_t s3a_lock_entry_size(size_t bucket_size, size_t key_size);

/* Writes the text, too, which must have been checked. */
void s3a_lock_entry_init(struct s3a_lock_entry *entry, const char *bucket, const char *key);

struct s3a_str s3a_lock_entry_bucket(const struct s3a_lock_entry *entry);
struct s3a_str s3a_lock_entry_key(const struct s3a_lock_entry *entry);

/* Takes the place: S3A_BUSY where somebody is there already. *ret_view is what is remembered of it,
 * *ret_has_view false where nothing is. */
S3A_MUST_CHECK enum s3a_status s3a_lock_table_take(struct s3a_lock_table *table,
                                                   struct s3a_lock_entry *entry,
                                                   struct s3a_lock_view *ret_view,
                                                   bool *ret_has_view);

/* Leaves the place; view is what is to be remembered of it (a free record), or NULL. Where there is
 * no memory, it is not remembered. */
void s3a_lock_table_leave(struct s3a_lock_table *table, struct s3a_lock_entry *entry,
                          const struct s3a_lock_view *view);

#endif
