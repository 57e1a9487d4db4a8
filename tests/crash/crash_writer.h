/* SPDX-License-Identifier: MIT */
#ifndef S3A_CRASH_WRITER_H
#define S3A_CRASH_WRITER_H

/*
 * A client with keys of its own, who therefore knows what has to be there: what was acknowledged
 * last, or, where an answer did not come, that or what it had asked for.
 */

#include <stdatomic.h>
#include <stdbool.h>
#include <stdint.h>

#include "crash_disk.h"
#include "crash_line.h"

#define CRASH_WRITER_KEYS 16

struct crash_slot {
    uint64_t value; /* that is there; 0: none */
    char etag[80];
    uint64_t wanted; /* that may be there instead; 0: none */
    bool is_in_doubt;
};

/* A write, by positions in what the disk's library has written down: not before from, and at until
 * at the latest it was known what had come of it. */
struct crash_step {
    unsigned slot;
    uint64_t value; /* 0: a removal */
    uint64_t from;
    uint64_t until; /* UINT64_MAX: it never was */
    bool is_applied;
};

/* Of all writers. */
struct crash_tally {
    atomic_uint_fast64_t acknowledged; /* writes */
    atomic_uint_fast64_t conditions;   /* refused, as they have to be */
    atomic_uint_fast64_t refused;      /* 503: certainly not applied */
    atomic_uint_fast64_t failed;       /* 500: perhaps applied */
    atomic_uint_fast64_t doubts;       /* no answer, or 500 */
    atomic_uint_fast64_t applied;      /* of the doubts */
    atomic_uint_fast64_t reads;
    atomic_uint_fast64_t violations;
};

struct crash_writer {
    unsigned number;
    uint64_t random;
    uint64_t written; /* values so far */
    struct crash_slot slots[CRASH_WRITER_KEYS];
    struct crash_line line;
    struct s3a_buf body;
    struct crash_tally *tally;

    const struct crash_disk *disk; /* NULL: steps are not kept */
    struct crash_step *steps;
    size_t step_count;
    size_t step_capacity;
};

void crash_writer_init(struct crash_writer *writer, unsigned number, uint64_t seed, uint16_t port,
                       struct crash_tally *tally);
void crash_writer_fini(struct crash_writer *writer);

/* One operation. False: no server answers. */
bool crash_writer_act(struct crash_writer *writer);

/* Is everything there, whole, and nothing else? Settles all doubts. False: no server answers. */
bool crash_writer_verify(struct crash_writer *writer);

/* Objects that have to be there. */
unsigned crash_writer_objects(const struct crash_writer *writer);

#endif
