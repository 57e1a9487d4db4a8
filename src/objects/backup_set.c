/* SPDX-License-Identifier: MIT */
#include <stdlib.h>
#include <string.h>

#include "backup.h"

#define CAPACITY_MIN 1024

static uint8_t digit(char hex)
{
    return (uint8_t)(hex <= '9' ? hex - '0' : hex - 'a' + 10);
}

/* Names are random: any part of one will do as its hash. */
static struct s3a_backup_entry *place(const struct s3a_backup_set *set, const uint8_t *id)
{
    uint64_t hash;

    memcpy(&hash, id, sizeof(hash));
    size_t at = (size_t)hash & (set->capacity - 1);
    while (set->entries[at].is_used && memcmp(set->entries[at].id, id, S3A_BLOB_ID_SIZE / 2) != 0) {
        at = (at + 1) & (set->capacity - 1);
    }
    return &set->entries[at];
}

static bool grow(struct s3a_backup_set *set)
{
    struct s3a_backup_set larger = {.capacity = set->capacity ? 2 * set->capacity : CAPACITY_MIN,
                                    .count = set->count};

    larger.entries = calloc(larger.capacity, sizeof(*larger.entries));
    if (!larger.entries) {
        return false;
    }
    for (size_t i = 0; i < set->capacity; i++) {
        if (set->entries[i].is_used) {
            *place(&larger, set->entries[i].id) = set->entries[i];
        }
    }
    free(set->entries);
    *set = larger;
    return true;
}

struct s3a_backup_entry *s3a_backup_set_mark(struct s3a_backup_set *set, const char *id)
{
    uint8_t bytes[S3A_BLOB_ID_SIZE / 2];

    for (size_t i = 0; i < sizeof(bytes); i++) {
        bytes[i] = (uint8_t)(digit(id[2 * i]) << 4 | digit(id[2 * i + 1]));
    }
    if (4 * set->count >= 3 * set->capacity && !grow(set)) {
        return NULL;
    }
    struct s3a_backup_entry *entry = place(set, bytes);
    if (!entry->is_used) {
        memcpy(entry->id, bytes, sizeof(bytes));
        entry->is_used = true;
        set->count++;
    }
    entry->is_marked = true;
    return entry;
}

void s3a_backup_set_fini(struct s3a_backup_set *set)
{
    free(set->entries);
    *set = (struct s3a_backup_set){0};
}
