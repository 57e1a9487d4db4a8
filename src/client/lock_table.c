/* SPDX-License-Identifier: MIT */
#include "lock_table.h"

#include <stdlib.h>
#include <string.h>

#include "check.h"

#define SLOTS_FIRST 64

struct s3a_lock_entry {
    struct s3a_lock_entry *next; /* of the chain */
    struct s3a_list link;        /* among the remembered; in no list while the place is taken */
    uint64_t hash;
    bool is_taken;
    char etag[S3A_LOCK_ETAG_SIZE_MAX + 1]; /* remembered */
    struct s3a_lock_record record;
    size_t bucket_size;
    size_t key_size;
    char text[]; /* bucket and key */
};

/* FNV-1a (Fowler, Noll, Vo), with a byte that occurs in no bucket between the two. */
static uint64_t hash_bytes(uint64_t hash, struct s3a_str bytes)
{
    for (size_t i = 0; i < bytes.size; i++) {
        hash = (hash ^ (unsigned char)bytes.data[i]) * UINT64_C(0x100000001b3);
    }
    return hash;
}

static uint64_t hash_name(const struct s3a_lock_name *name)
{
    uint64_t hash = hash_bytes(UINT64_C(0xcbf29ce484222325), name->bucket);

    return hash_bytes(hash_bytes(hash, S3A_STR("/")), name->key);
}

enum s3a_status s3a_lock_table_init(struct s3a_lock_table *table)
{
    memset(table, 0, sizeof(*table));
    table->slots = calloc(SLOTS_FIRST, sizeof(table->slots[0]));
    if (!table->slots) {
        return S3A_NO_MEMORY;
    }
    table->slot_count = SLOTS_FIRST;
    s3a_list_init(&table->remembered);
    s3a_check(pthread_mutex_init(&table->mutex, NULL) == 0);
    return S3A_OK;
}

void s3a_lock_table_fini(struct s3a_lock_table *table)
{
    if (!table->slots) {
        return;
    }
    for (size_t i = 0; i < table->slot_count; i++) {
        struct s3a_lock_entry *entry = table->slots[i];
        while (entry) {
            struct s3a_lock_entry *next = entry->next;
            free(entry);
            entry = next;
        }
    }
    free(table->slots);
    pthread_mutex_destroy(&table->mutex);
    memset(table, 0, sizeof(*table));
}

static struct s3a_lock_entry **slot_of(struct s3a_lock_table *table, uint64_t hash)
{
    return &table->slots[hash & (table->slot_count - 1)];
}

static bool is_at(const struct s3a_lock_entry *entry, const struct s3a_lock_name *name)
{
    return s3a_str_equal(s3a_str_make(entry->text, entry->bucket_size), name->bucket) &&
           s3a_str_equal(s3a_str_make(entry->text + entry->bucket_size, entry->key_size),
                         name->key);
}

/* A table that cannot grow is slower, not wrong. */
static void grow(struct s3a_lock_table *table)
{
    struct s3a_lock_entry **old = table->slots;
    size_t old_count = table->slot_count;
    struct s3a_lock_entry **slots = calloc(old_count * 2, sizeof(slots[0]));

    if (!slots) {
        return;
    }
    table->slots = slots;
    table->slot_count = old_count * 2;
    for (size_t i = 0; i < old_count; i++) {
        while (old[i]) {
            struct s3a_lock_entry *entry = old[i];
            struct s3a_lock_entry **slot = slot_of(table, entry->hash);
            old[i] = entry->next;
            entry->next = *slot;
            *slot = entry;
        }
    }
    free(old);
}

static struct s3a_lock_entry *add(struct s3a_lock_table *table, const struct s3a_lock_name *name,
                                  uint64_t hash)
{
    struct s3a_lock_entry *entry = calloc(1, sizeof(*entry) + name->bucket.size + name->key.size);

    if (!entry) {
        return NULL;
    }
    if (table->entry_count >= table->slot_count) {
        grow(table);
    }
    struct s3a_lock_entry **slot = slot_of(table, hash);
    entry->hash = hash;
    entry->bucket_size = name->bucket.size;
    entry->key_size = name->key.size;
    memcpy(entry->text, name->bucket.data, name->bucket.size);
    memcpy(entry->text + name->bucket.size, name->key.data, name->key.size);
    s3a_list_init(&entry->link);
    entry->next = *slot;
    *slot = entry;
    table->entry_count++;
    return entry;
}

static void forget(struct s3a_lock_table *table, struct s3a_lock_entry *entry)
{
    struct s3a_lock_entry **link = slot_of(table, entry->hash);

    while (*link != entry) {
        link = &(*link)->next;
    }
    *link = entry->next;
    table->entry_count--;
    free(entry);
}

static void recall(struct s3a_lock_table *table, struct s3a_lock_entry *entry,
                   struct s3a_lock_view *ret_view)
{
    *ret_view = (struct s3a_lock_view){
        .kind = S3A_LOCK_OBJECT_RECORD,
        .record = entry->record,
        .store_now_ms = S3A_STORE_TIME_NONE,
        .store_modified_ms = S3A_STORE_TIME_NONE,
    };
    memcpy(ret_view->etag, entry->etag, sizeof(ret_view->etag));
    s3a_list_remove(&entry->link);
    table->remembered_count--;
}

enum s3a_status s3a_lock_table_take(struct s3a_lock_table *table, const struct s3a_lock_name *name,
                                    struct s3a_lock_entry **ret_entry,
                                    struct s3a_lock_view *ret_view, bool *ret_has_view)
{
    uint64_t hash = hash_name(name);
    enum s3a_status status = S3A_OK;

    *ret_entry = NULL;
    *ret_has_view = false;
    pthread_mutex_lock(&table->mutex);
    struct s3a_lock_entry *entry = *slot_of(table, hash);
    while (entry && !(entry->hash == hash && is_at(entry, name))) {
        entry = entry->next;
    }
    if (entry && entry->is_taken) {
        status = S3A_BUSY;
    } else if (entry) {
        recall(table, entry, ret_view);
        *ret_has_view = true;
    } else {
        entry = add(table, name, hash);
        status = entry ? S3A_OK : S3A_NO_MEMORY;
    }
    if (status == S3A_OK) {
        entry->is_taken = true;
        *ret_entry = entry;
    }
    pthread_mutex_unlock(&table->mutex);
    return status;
}

void s3a_lock_table_leave(struct s3a_lock_table *table, struct s3a_lock_entry *entry,
                          const struct s3a_lock_view *view)
{
    pthread_mutex_lock(&table->mutex);
    entry->is_taken = false;
    if (view) {
        memcpy(entry->etag, view->etag, sizeof(entry->etag));
        entry->record = view->record;
        s3a_list_append(&table->remembered, &entry->link);
        table->remembered_count++;
    } else {
        forget(table, entry);
    }
    if (table->remembered_count > S3A_LOCKS_REMEMBERED_MAX) {
        struct s3a_list *oldest = s3a_list_pop(&table->remembered);
        table->remembered_count--;
        forget(table, s3a_list_entry(oldest, struct s3a_lock_entry, link));
    }
    pthread_mutex_unlock(&table->mutex);
}
