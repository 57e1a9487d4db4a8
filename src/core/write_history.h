/* SPDX-License-Identifier: MIT */
#ifndef S3A_WRITE_HISTORY_H
#define S3A_WRITE_HISTORY_H

/*
 * What an object bears in its metadata: the id of the write that made it, and the beginnings of the
 * ids of those that it is built on, the latest first:
 *
 *      00112233445566778899aabbccddeeff,ffeeddccbbaa9988,0f1e2d3c4b5a6978
 *      └──────── this write ──────────┘ └─ over this ──┘ └ which was over ...
 *
 * So a write that others have written over is still known to have been made. A history goes back
 * only so far, and ends where a write did not know what it replaced.
 */

#include <stdbool.h>

#include "str.h"

#define S3A_WRITE_ID_SIZE 32     /* 128 bits in hexadecimal digits */
#define S3A_WRITE_PARENT_SIZE 16 /* enough to tell one from the others of an object */

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

/* Is that write one of those that it is built on? False for "". */
bool s3a_history_goes_back_to(const char *history, const char *id);

#endif
