/* SPDX-License-Identifier: MIT */
#ifndef S3A_CRASH_H
#define S3A_CRASH_H

/*
 * A server that is killed again and again while clients write.
 *
 *      crash.c            the command line
 *      crash_server.c     the server, a process of its own
 *      crash_disk.c       its disk, which fails on request (crash_disk_notes.c: what for)
 *      crash_line.c       a client's connection
 *      crash_upload.c     and an upload over it
 *      crash_body.c       bodies that tell whether they are whole
 *
 *      crash_rounds.c     --rounds: each write that was acknowledged is there after each kill,
 *      crash_writer.c     each other one wholly or not at all
 *
 *      crash_power.c      --power: the same after power losses, none of which happens: what each of
 *      crash_replay.c     them might leave is made of what the disk's library has written down
 *      crash_node.c
 *
 *      crash_contest.c    --history: clients contend for a few keys, and all that they are told
 *      crash_judge.c      has to be what one register for each key might have said
 *      crash_search.c
 */

#include <stdatomic.h>
#include <stdbool.h>
#include <stdint.h>

#include "crash_replay.h"
#include "crash_server.h"

struct crash_plan {
    struct crash_server server;
    uint64_t seed;
    uint64_t rounds;
    uint64_t operations;
    uint64_t kills;
    uint64_t images; /* power losses */
    enum crash_forgotten forgotten;
    int interrupted; /* by this signal */
};

/* Each returns the status to exit with: 0 where all is well, 1 where it is not, 2 where it could
 * not be carried out. */
int crash_rounds(struct crash_plan *plan);
int crash_contest(struct crash_plan *plan);
int crash_power(struct crash_plan *plan);

/* Takes INT, TERM or HUP where one has come; true: it is to end. */
bool crash_is_interrupted(struct crash_plan *plan);

#endif
