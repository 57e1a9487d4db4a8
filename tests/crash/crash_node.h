/* SPDX-License-Identifier: MIT */
#ifndef S3A_CRASH_NODE_H
#define S3A_CRASH_NODE_H

/* A file or a directory: what of it is durable, and what was done to it since. */

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "crash_disk.h"

#define CRASH_NAME_SIZE 64

struct crash_node;

/* A record, where it lies, and whom it names. */
struct crash_change {
    struct crash_record record;
    const char *bytes;
    struct crash_node *node; /* CREATE, MKDIR, LINK */
};

struct crash_entry {
    char name[CRASH_NAME_SIZE];
    struct crash_node *node;
};

struct crash_content {
    char *data; /* of a file */
    size_t size;
    size_t capacity;
    struct crash_entry *entries; /* of a directory */
    size_t entry_count;
    size_t entry_capacity;
};

struct crash_node {
    struct crash_node *next;
    bool is_directory;
    struct crash_content durable;
    uint64_t *pending; /* changes that are not, by their index, in their order */
    size_t pending_count;
    size_t pending_capacity;
    char written_at[256]; /* in the image that is being made; "": not yet */
};

/* How much of what is not durable is there all the same. */
struct crash_chance {
    uint64_t *random;
    unsigned percent;
};

/* One more change. False without memory, as below. */
bool crash_node_add(struct crash_node *node, uint64_t index);

/* Changes with a lower index than before are durable. */
bool crash_node_sync(struct crash_node *node, const struct crash_change *changes, uint64_t before);

/* Writes what is left of it, and of what it names. False with errno. */
bool crash_node_write(struct crash_node *node, const struct crash_change *changes, const char *path,
                      const struct crash_chance *chance);

void crash_node_free(struct crash_node *node);

#endif
