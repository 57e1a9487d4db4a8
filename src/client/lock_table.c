/* SPDX-License-Identifier: MIT */
#include "lock_table.h"

#include <stdlib.h>
#include <string.h>

#include "check.h"

#define SLOTS_FIRST 64

/* What was written last at a place that nobody is at. */
struct memory {
    struct s3a_list link; /* among the remembered */
    struct s3a_lock_record record;
    char etag[S3A_LOCK_ETAG_SIZE_MAX + 1];
    struct s3a_lock_entry entry; /* and its text */
};

/* FNV-1a (Fowler, Noll, Vo), with a byte that occurs in no bucket between the two. */
static uint64_t hash_bytes(uint64_t hash, struct s3a_str bytes)
{
    for (size_t i = 0; i < bytes.size; i++) {
        hash = (hash ^ (unsigned char)bytes.data[i]) * UINT64_C(0x100000001b3);
    }
    return hash;
}

static const char *text_of(const struct s3a_lock_entry *entry)
{
    return (const char *)(entry + 1);
}

struct s3a_str s3a_lock_entry_bucket(const struct s3a_lock_entry *entry)
{
    return s3a_str_make(text_of(entry), entry->bucket_size);
}

struct s3a_str s3a_lock_entry_key(const struct s3a_lock_entry *entry)
{
    return s3a_str_make(text_of(entry) + entry->bucket_size + 1, entry->key_size);
}

static size_t text_size(size_t bucket_size, size_t key_size)
{
    return bucket_size + 1 + key_size + 1;
}

size_t s3a_lock_entry_size(size_t bucket_size, size_t key_size)
{
    return sizeof(struct s3a_lock_entry) + text_size(bucket_size, key_size);
}

void s3a_lock_entry_init(struct s3a_lock_entry *entry, const char *bucket, const char *key)
{
    size_t bucket_size = strlen(bucket);
    size_t key_size = strlen(key);
    char *text = (char *)(entry + 1);
    uint64_t hash;

    *entry = (struct s3a_lock_entry){.key_size = (uint16_t)key_size,
                                     .bucket_size = (uint8_t)bucket_size};
    s3a_check(entry->key_size == key_size && entry->bucket_size == bucket_size);
    memcpy(text, bucket, bucket_size + 1);
    memcpy(text + bucket_size + 1, key, key_size + 1);
    hash = hash_bytes(UINT64_C(0xcbf29ce484222325), s3a_lock_entry_bucket(entry));
    hash = hash_bytes(hash_bytes(hash, S3A_STR("/")), s3a_lock_entry_key(entry));
    entry->hash = (uint32_t)(hash ^ hash >> 32);
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
    struct s3a_list *link;

    if (!table->slots) {
        return;
    }
    while ((link = s3a_list_pop(&table->remembered)) != NULL) {
        free(s3a_list_entry(link, struct memory, link));
    }
    free(table->slots);
    pthread_mutex_destroy(&table->mutex);
    memset(table, 0, sizeof(*table));
}

static struct s3a_lock_entry **slot_of(struct s3a_lock_table *table, uint32_t hash)
{
    return &table->slots[hash & (table->slot_count - 1)];
}

static bool is_same(const struct s3a_lock_entry *a, const struct s3a_lock_entry *b)
{
    return a->hash == b->hash && a->bucket_size == b->bucket_size && a->key_size == b->key_size &&
           memcmp(text_of(a), text_of(b), text_size(a->bucket_size, a->key_size)) == 0;
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

static void add(struct s3a_lock_table *table, struct s3a_lock_entry *entry)
{
    if (table->entry_count >= table->slot_count) {
        grow(table);
    }
    struct s3a_lock_entry **slot = slot_of(table, entry->hash);
    entry->next = *slot;
    *slot = entry;
    table->entry_count++;
}

static void take_out(struct s3a_lock_table *table, struct s3a_lock_entry *entry)
{
    struct s3a_lock_entry **link = slot_of(table, entry->hash);

    while (*link != entry) {
        link = &(*link)->next;
    }
    *link = entry->next;
    table->entry_count--;
}

static void forget(struct s3a_lock_table *table, struct memory *memory)
{
    take_out(table, &memory->entry);
    s3a_list_remove(&memory->link);
    table->remembered_count--;
    free(memory);
}

static void remember(struct s3a_lock_table *table, const struct s3a_lock_entry *entry,
                     const struct s3a_lock_view *view)
{
    size_t size = s3a_lock_entry_size(entry->bucket_size, entry->key_size);
    struct memory *memory = malloc(offsetof(struct memory, entry) + size);

    if (!memory) {
        return;
    }
    memcpy(&memory->entry, entry, size);
    memory->entry.is_memory = true;
    memcpy(memory->etag, view->etag, sizeof(memory->etag));
    memory->record = view->record;
    add(table, &memory->entry);
    s3a_list_init(&memory->link);
    s3a_list_append(&table->remembered, &memory->link);
    table->remembered_count++;
    if (table->remembered_count > S3A_LOCKS_REMEMBERED_MAX) {
        forget(table, s3a_list_entry(table->remembered.next, struct memory, link));
    }
}

static void recall(const struct memory *memory, struct s3a_lock_view *ret_view)
{
    *ret_view = (struct s3a_lock_view){
        .kind = S3A_LOCK_OBJECT_RECORD,
        .record = memory->record,
        .store_now_ms = S3A_STORE_TIME_NONE,
        .store_modified_ms = S3A_STORE_TIME_NONE,
    };
    memcpy(ret_view->etag, memory->etag, sizeof(ret_view->etag));
}

enum s3a_status s3a_lock_table_take(struct s3a_lock_table *table, struct s3a_lock_entry *entry,
                                    struct s3a_lock_view *ret_view, bool *ret_has_view)
{
    enum s3a_status status = S3A_OK;

    *ret_has_view = false;
    pthread_mutex_lock(&table->mutex);
    struct s3a_lock_entry *there = *slot_of(table, entry->hash);
    while (there && !is_same(there, entry)) {
        there = there->next;
    }
    if (there && !there->is_memory) {
        status = S3A_BUSY;
    } else if (there) {
        struct memory *memory = s3a_list_entry(there, struct memory, entry);
        recall(memory, ret_view);
        *ret_has_view = true;
        forget(table, memory);
    }
    if (status == S3A_OK) {
        add(table, entry);
    }
    pthread_mutex_unlock(&table->mutex);
    return status;
}

void s3a_lock_table_leave(struct s3a_lock_table *table, struct s3a_lock_entry *entry,
                          const struct s3a_lock_view *view)
{
    pthread_mutex_lock(&table->mutex);
    take_out(table, entry);
    if (view) {
        remember(table, entry, view);
    }
    pthread_mutex_unlock(&table->mutex);
}
