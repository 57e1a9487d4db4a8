/* SPDX-License-Identifier: MIT */
#include "crash_replay.h"

#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include "crash_disk.h"
#include "crash_node.h"
#include "crash_server.h"

/* By the number of the inode, which may be another file's later. */
#define INODES_MAX 65536

struct crash_replay {
    char *log;
    size_t size;
    struct crash_change *changes;
    uint64_t count;
    uint64_t position;
    enum crash_forgotten forgotten;
    struct crash_node *root;
    struct {
        uint64_t ino;
        struct crash_node *node;
    } inodes[INODES_MAX];
    size_t inode_count;
    struct crash_node *all; /* linked, to be freed */
};

static struct crash_node **place_of(struct crash_replay *replay, uint64_t ino)
{
    size_t at = (size_t)(ino * UINT64_C(0x9e3779b97f4a7c15) >> 32) % INODES_MAX;

    while (replay->inodes[at].ino != 0 && replay->inodes[at].ino != ino) {
        at = (at + 1) % INODES_MAX;
    }
    replay->inode_count += replay->inodes[at].ino == 0;
    replay->inodes[at].ino = ino;
    return &replay->inodes[at].node;
}

/* Counts the changes, and finds them where changes is not NULL. */
static uint64_t read_changes(const struct crash_replay *replay, struct crash_change *changes)
{
    uint64_t count = 0;
    size_t at = 0;

    while (replay->size - at >= sizeof(struct crash_record)) {
        struct crash_record record;
        memcpy(&record, replay->log + at, sizeof(record));
        at += sizeof(record);
        if (record.size > replay->size - at) {
            break; /* its writer was killed in the middle */
        }
        if (changes) {
            changes[count] = (struct crash_change){.record = record, .bytes = replay->log + at};
        }
        at += record.size;
        count++;
    }
    return count;
}

static bool load(struct crash_replay *replay, const char *log)
{
    struct stat about;
    int fd = open(log, O_RDONLY | O_CLOEXEC);

    if (fd < 0 || fstat(fd, &about) != 0 || about.st_size == 0) {
        if (fd >= 0) {
            close(fd);
        }
        return false;
    }
    replay->size = (size_t)about.st_size;
    void *mapped = mmap(NULL, replay->size, PROT_READ, MAP_PRIVATE, fd, 0);
    close(fd);
    if (mapped == MAP_FAILED) {
        return false;
    }
    replay->log = mapped;
    replay->count = read_changes(replay, NULL);
    replay->changes = calloc(replay->count + 1, sizeof(*replay->changes));
    return replay->changes && read_changes(replay, replay->changes) == replay->count;
}

struct crash_replay *crash_replay_open(const char *log, enum crash_forgotten forgotten)
{
    struct crash_replay *replay = calloc(1, sizeof(*replay));

    if (!replay || !load(replay, log)) {
        crash_complain(log);
        crash_replay_close(replay);
        return NULL;
    }
    replay->forgotten = forgotten;
    return replay;
}

void crash_replay_close(struct crash_replay *replay)
{
    if (!replay) {
        return;
    }
    while (replay->all) {
        struct crash_node *node = replay->all;
        replay->all = node->next;
        crash_node_free(node);
    }
    if (replay->log) {
        munmap(replay->log, replay->size);
    }
    free(replay->changes);
    free(replay);
}

uint64_t crash_replay_count(const struct crash_replay *replay)
{
    return replay->count;
}

static struct crash_node *make_node(struct crash_replay *replay, uint64_t ino, bool is_directory)
{
    struct crash_node *node = calloc(1, sizeof(*node));

    if (node && replay->inode_count < INODES_MAX / 2) {
        node->is_directory = is_directory;
        *place_of(replay, ino) = node;
    }
    if (node) {
        node->next = replay->all;
        replay->all = node;
    }
    return node;
}

static bool see_root(struct crash_replay *replay, uint64_t ino)
{
    if (!replay->root) {
        replay->root = make_node(replay, ino, true);
    }
    return replay->root != NULL;
}

static bool is_forgotten(const struct crash_replay *replay, const struct crash_node *node)
{
    return replay->forgotten ==
           (node->is_directory ? CRASH_FORGET_DIRECTORIES : CRASH_FORGET_FILES);
}

/* A file that is not known was there before, or is the database's index: it is left out. */
static bool go_on(struct crash_replay *replay, uint64_t index)
{
    struct crash_change *change = &replay->changes[index];
    const struct crash_record *record = &change->record;
    struct crash_node *subject = NULL;

    switch (record->kind) {
    case CRASH_RECORD_ROOT:
        return see_root(replay, record->ino);
    case CRASH_RECORD_CREATE:
    case CRASH_RECORD_MKDIR:
        change->node = make_node(replay, record->ino, record->kind == CRASH_RECORD_MKDIR);
        if (!change->node) {
            return false;
        }
        subject = *place_of(replay, record->parent);
        break;
    case CRASH_RECORD_LINK:
        change->node = *place_of(replay, record->ino);
        subject = *place_of(replay, record->parent);
        break;
    case CRASH_RECORD_UNLINK:
        subject = *place_of(replay, record->parent);
        break;
    case CRASH_RECORD_SYNC:
        subject = *place_of(replay, record->ino);
        return !subject || is_forgotten(replay, subject) ||
               crash_node_sync(subject, replay->changes, record->offset);
    default:
        subject = *place_of(replay, record->ino);
        break;
    }
    return !subject || crash_node_add(subject, index);
}

bool crash_replay_to(struct crash_replay *replay, uint64_t position)
{
    while (replay->position < position && replay->position < replay->count) {
        if (!go_on(replay, replay->position)) {
            return crash_complain("replaying what was written down");
        }
        replay->position++;
    }
    return true;
}

bool crash_replay_image(struct crash_replay *replay, const char *path, uint64_t *random)
{
    /* Of what was not synced: nothing, some, most, all. */
    static const unsigned chances[] = {0, 50, 90, 100};
    struct crash_chance chance = {
        .random = random,
        .percent = chances[crash_random(random, sizeof(chances) / sizeof(chances[0]))]};

    return (replay->root && crash_node_write(replay->root, replay->changes, path, &chance)) ||
           crash_complain(path);
}
