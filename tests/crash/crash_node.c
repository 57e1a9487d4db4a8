/* SPDX-License-Identifier: MIT */
#include "crash_node.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "crash_server.h"

/* What a disk writes wholly or not at all. */
#define SECTOR_SIZE 512

static bool is_likely(const struct crash_chance *chance)
{
    return crash_random(chance->random, 100) < chance->percent;
}

bool crash_node_add(struct crash_node *node, uint64_t index)
{
    if (node->pending_count == node->pending_capacity) {
        size_t capacity = node->pending_capacity ? 2 * node->pending_capacity : 16;
        uint64_t *pending = realloc(node->pending, capacity * sizeof(*pending));
        if (!pending) {
            return false;
        }
        node->pending = pending;
        node->pending_capacity = capacity;
    }
    node->pending[node->pending_count++] = index;
    return true;
}

static bool resize(struct crash_content *content, size_t size)
{
    if (size > content->capacity) {
        size_t capacity = size + size / 2;
        char *data = realloc(content->data, capacity);
        if (!data) {
            return false;
        }
        content->data = data;
        content->capacity = capacity;
    }
    if (size > content->size) {
        memset(content->data + content->size, 0, size - content->size);
    }
    content->size = size;
    return true;
}

static bool put_bytes(struct crash_content *content, size_t at, const char *bytes, size_t size)
{
    if (at + size > content->size && !resize(content, at + size)) {
        return false;
    }
    memcpy(content->data + at, bytes, size);
    return true;
}

/* chance is NULL where all of it is there. */
static bool change_file(struct crash_content *content, const struct crash_change *change,
                        const struct crash_chance *chance)
{
    size_t at = (size_t)change->record.offset;
    size_t end = at + change->record.size;
    const char *bytes = change->bytes;

    if (change->record.kind == CRASH_RECORD_TRUNCATE) {
        return (chance && !is_likely(chance)) || resize(content, at);
    }
    if (!chance) {
        return put_bytes(content, at, bytes, end - at);
    }
    while (at < end) {
        size_t next = (at / SECTOR_SIZE + 1) * SECTOR_SIZE;
        size_t size = (next < end ? next : end) - at;
        if (is_likely(chance) && !put_bytes(content, at, bytes, size)) {
            return false;
        }
        at += size;
        bytes += size;
    }
    return true;
}

static struct crash_entry *find(struct crash_content *content, const char *name, size_t size)
{
    for (size_t i = 0; i < content->entry_count; i++) {
        struct crash_entry *entry = &content->entries[i];
        if (strncmp(entry->name, name, size) == 0 && entry->name[size] == '\0') {
            return entry;
        }
    }
    return NULL;
}

static bool change_directory(struct crash_content *content, const struct crash_change *change)
{
    size_t size = change->record.size;
    struct crash_entry *entry = find(content, change->bytes, size);

    if (change->record.kind == CRASH_RECORD_UNLINK) {
        if (entry) {
            *entry = content->entries[--content->entry_count];
        }
        return true;
    }
    if (!entry && content->entry_count == content->entry_capacity) {
        size_t capacity = content->entry_capacity ? 2 * content->entry_capacity : 16;
        struct crash_entry *entries = realloc(content->entries, capacity * sizeof(*entries));
        if (!entries) {
            return false;
        }
        content->entries = entries;
        content->entry_capacity = capacity;
    }
    if (!entry) {
        entry = &content->entries[content->entry_count++];
    }
    snprintf(entry->name, sizeof(entry->name), "%.*s", (int)size, change->bytes);
    entry->node = change->node;
    return true;
}

bool crash_node_sync(struct crash_node *node, const struct crash_change *changes, uint64_t before)
{
    size_t done = 0;

    while (done < node->pending_count && node->pending[done] < before) {
        const struct crash_change *change = &changes[node->pending[done++]];
        if (node->is_directory ? !change_directory(&node->durable, change)
                               : !change_file(&node->durable, change, NULL)) {
            return false;
        }
    }
    if (done > 0) {
        node->pending_count -= done;
        memmove(node->pending, node->pending + done, node->pending_count * sizeof(*node->pending));
    }
    return true;
}

static void free_content(struct crash_content *content)
{
    free(content->data);
    free(content->entries);
    *content = (struct crash_content){0};
}

void crash_node_free(struct crash_node *node)
{
    free_content(&node->durable);
    free(node->pending);
    free(node);
}

static bool copy_content(const struct crash_content *from, struct crash_content *ret_to)
{
    *ret_to = (struct crash_content){0};
    ret_to->data = malloc(from->size + 1);
    ret_to->entries = calloc(from->entry_count + 1, sizeof(*ret_to->entries));
    if (!ret_to->data || !ret_to->entries) {
        return false;
    }
    ret_to->size = ret_to->capacity = from->size;
    ret_to->entry_count = from->entry_count;
    ret_to->entry_capacity = from->entry_count + 1;
    if (from->size > 0) {
        memcpy(ret_to->data, from->data, from->size);
    }
    if (from->entry_count > 0) {
        memcpy(ret_to->entries, from->entries, from->entry_count * sizeof(*from->entries));
    }
    return true;
}

/* The first changes of each name are there, and from one on none. */
static bool choose_names(const struct crash_node *node, const struct crash_change *changes,
                         const struct crash_chance *chance, struct crash_content *content)
{
    struct crash_content lost = {0};
    bool is_chosen = true;

    for (size_t i = 0; is_chosen && i < node->pending_count; i++) {
        const struct crash_change *change = &changes[node->pending[i]];
        struct crash_change as_lost = *change;
        if (find(&lost, change->bytes, change->record.size)) {
            continue;
        }
        if (is_likely(chance)) {
            is_chosen = change_directory(content, change);
        } else {
            as_lost.record.kind = CRASH_RECORD_LINK;
            is_chosen = change_directory(&lost, &as_lost);
        }
    }
    free_content(&lost);
    return is_chosen;
}

static bool write_file(struct crash_node *node, const struct crash_content *content,
                       const char *path)
{
    int fd = open(path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
    size_t at = 0;

    while (fd >= 0 && at < content->size) {
        ssize_t written = write(fd, content->data + at, content->size - at);
        if (written <= 0) {
            break;
        }
        at += (size_t)written;
    }
    if (fd >= 0) {
        close(fd);
    }
    snprintf(node->written_at, sizeof(node->written_at), "%s", path);
    return fd >= 0 && at == content->size;
}

static bool write_entries(const struct crash_content *content, const struct crash_change *changes,
                          const char *path, const struct crash_chance *chance)
{
    char below[512];
    bool is_written = mkdir(path, 0700) == 0;

    for (size_t i = 0; is_written && i < content->entry_count; i++) {
        struct crash_node *node = content->entries[i].node;
        snprintf(below, sizeof(below), "%s/%s", path, content->entries[i].name);
        /* One that was there before anything was written down, or whose end was not seen. */
        if (node) {
            is_written = crash_node_write(node, changes, below, chance);
        }
    }
    return is_written;
}

static bool choose_bytes(const struct crash_node *node, const struct crash_change *changes,
                         const struct crash_chance *chance, struct crash_content *content)
{
    bool is_chosen = true;

    for (size_t i = 0; is_chosen && i < node->pending_count; i++) {
        is_chosen = change_file(content, &changes[node->pending[i]], chance);
    }
    return is_chosen;
}

bool crash_node_write(struct crash_node *node, const struct crash_change *changes, const char *path,
                      const struct crash_chance *chance)
{
    struct crash_content content;
    bool is_written;

    if (!node->is_directory && node->written_at[0] != '\0' && link(node->written_at, path) == 0) {
        return true; /* a second name of the same file */
    }
    is_written = copy_content(&node->durable, &content);
    if (!is_written) {
        errno = ENOMEM;
    } else if (node->is_directory) {
        is_written = choose_names(node, changes, chance, &content) &&
                     write_entries(&content, changes, path, chance);
    } else {
        is_written =
            choose_bytes(node, changes, chance, &content) && write_file(node, &content, path);
    }
    free_content(&content);
    return is_written;
}
