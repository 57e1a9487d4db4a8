/* SPDX-License-Identifier: MIT */
#ifndef S3A_WRITE_LANES_H
#define S3A_WRITE_LANES_H

/*
 * The ids of a client's writes: lanes, each of which makes one write at a time (write_history.h).
 * Few of them are in use as long as few writes are under way at once, so that histories are short.
 */

#include <pthread.h>
#include <stdbool.h>
#include <stdint.h>

#include "write_history.h"

/* More writes at once have lanes that are used once. */
#define S3A_WRITE_LANES_MAX 32

struct s3a_write_lane {
    bool is_taken;
    uint64_t name; /* 0: it has none yet */
    uint64_t number;
};

struct s3a_write_lanes {
    pthread_mutex_t mutex;
    struct s3a_write_lane lanes[S3A_WRITE_LANES_MAX];
};

void s3a_write_lanes_init(struct s3a_write_lanes *lanes);
void s3a_write_lanes_fini(struct s3a_write_lanes *lanes);

/* From any thread. A lane for one write, whose id is written; to be given back. */
int s3a_write_lane_take(struct s3a_write_lanes *lanes, char ret_id[S3A_WRITE_ID_SIZE + 1]);

/* The write has ended. is_clear: it is known whether it was made, and cannot be made any more;
 * otherwise nobody writes in that lane again. */
void s3a_write_lane_give(struct s3a_write_lanes *lanes, int lane, bool is_clear);

#endif
