/* SPDX-License-Identifier: MIT */
#ifndef S3A_CRASH_REPLAY_H
#define S3A_CRASH_REPLAY_H

/*
 * What a power loss may leave of a directory: made from what crash_disk.h has written down of it.
 *
 * Of a file there is for sure what was synced. Of what was written since, each sector is there or
 * not, whatever became of the others; the same goes for its being cut. Of a directory there are the
 * names that were there when it was synced; of what was done to each of its names since, the first
 * few are there, and the rest not. To sync a file says nothing about its name.
 *
 * Real file systems keep more. Whoever stands this stands them all.
 */

#include <stdbool.h>
#include <stdint.h>

struct crash_replay;

/* As if these had never been synced: to see that it is noticed. */
enum crash_forgotten {
    CRASH_FORGET_NOTHING,
    CRASH_FORGET_FILES,
    CRASH_FORGET_DIRECTORIES
};

/* NULL where the log cannot be read, or is none; a message was printed. */
struct crash_replay *crash_replay_open(const char *log, enum crash_forgotten forgotten);
void crash_replay_close(struct crash_replay *replay);

/* How many changes there are in all. */
uint64_t crash_replay_count(const struct crash_replay *replay);

/* On to the moment after so many changes: never back. */
bool crash_replay_to(struct crash_replay *replay, uint64_t position);

/* Makes the directory path of what is left then, one possibility out of many. Each time another
 * path. */
bool crash_replay_image(struct crash_replay *replay, const char *path, uint64_t *random);

#endif
