/* SPDX-License-Identifier: MIT */
#ifndef S3A_WRITE_HISTORY_H
#define S3A_WRITE_HISTORY_H

/*
 * What an object bears in its metadata: the id of the write that made it, and those of the writes
 * that it is built on. So a write that others have written over is still known to have been made.
 *
 * An id is a lane and a number, each of 64 bits in hexadecimal digits. A lane makes one write at a
 * time, each with a number above that of the one before. Therefore the last write of each lane
 * stands for all of its earlier ones, and the history of an object need not name every write, but
 * every writer:
 *
 *      0011223344556677000000000000002a,ffeeddccbbaa9988.1f,0f1e2d3c4b5a6978.3,ffeeddccbbaa9988-5
 *      └──── lane ────┘└─── number ───┘ └── the last of another lane, ...      └── the beginning
 *
 * The lane that wrote last stands first. A history begins with a write that did not know what it
 * replaced, or replaced nothing; that stands at the end, and stays there whatever its lane does.
 * Where there is no more room, what stands last is left out. So:
 *
 * - A write that is in the history of an object was made.
 * - Where two states of an object share a write, the later goes back to the earlier, and every lane
 *   that has written in between is in the history of the later.
 */

#include <stdbool.h>

#include "str.h"

#define S3A_WRITE_LANE_SIZE 16
#define S3A_WRITE_ID_SIZE 32

/* Of the 2 KB that an object's metadata may have. */
#define S3A_HISTORY_SIZE_MAX 1024

struct s3a_history {
    char text[S3A_HISTORY_SIZE_MAX + 1]; /* "": nothing is known */
};

/* Of a write with this id over what bears before; all zero: it is not known, or there is none. */
void s3a_history_make(const char *id, const struct s3a_history *before,
                      struct s3a_history *ret_history);

/* As an object has it, whoever wrote it there: as far as it is one. */
void s3a_history_read(struct s3a_str text, struct s3a_history *ret_history);

/* Is this the history of that very write? (Of none, where id is "".) */
bool s3a_history_is_of(const char *history, const char *id);

/* Are both of one write, or both of none? */
bool s3a_history_is_same(const char *history, const char *other);

/* Is that write in it, and no later one of its lane? False for "". */
bool s3a_history_has(const char *history, const char *id);

/* Is there a write that is in both? */
bool s3a_history_shares(const char *history, const char *other);

#endif
