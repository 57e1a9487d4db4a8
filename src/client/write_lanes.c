/* SPDX-License-Identifier: MIT */
#include "write_lanes.h"

#include <inttypes.h>
#include <stdio.h>

#include "check.h"
#include "random.h"

#define LANE_USED_ONCE (-1)

void s3a_write_lanes_init(struct s3a_write_lanes *lanes)
{
    *lanes = (struct s3a_write_lanes){0};
    s3a_check(pthread_mutex_init(&lanes->mutex, NULL) == 0);
}

void s3a_write_lanes_fini(struct s3a_write_lanes *lanes)
{
    pthread_mutex_destroy(&lanes->mutex);
}

static int find_free(struct s3a_write_lanes *lanes)
{
    for (int i = 0; i < S3A_WRITE_LANES_MAX; i++) {
        if (!lanes->lanes[i].is_taken) {
            return i;
        }
    }
    return LANE_USED_ONCE;
}

int s3a_write_lane_take(struct s3a_write_lanes *lanes, char ret_id[S3A_WRITE_ID_SIZE + 1])
{
    struct s3a_write_lane once = {0};
    struct s3a_write_lane *lane = &once;
    int found;

    pthread_mutex_lock(&lanes->mutex);
    found = find_free(lanes);
    if (found != LANE_USED_ONCE) {
        lane = &lanes->lanes[found];
        lane->is_taken = true;
    }
    if (lane->name == 0) {
        lane->name = s3a_random_uint64();
        lane->number = 0;
    }
    lane->number++;
    snprintf(ret_id, S3A_WRITE_ID_SIZE + 1, "%016" PRIx64 "%016" PRIx64, lane->name, lane->number);
    pthread_mutex_unlock(&lanes->mutex);
    return found;
}

void s3a_write_lane_give(struct s3a_write_lanes *lanes, int lane, bool is_clear)
{
    if (lane == LANE_USED_ONCE) {
        return;
    }
    pthread_mutex_lock(&lanes->mutex);
    lanes->lanes[lane].is_taken = false;
    if (!is_clear) {
        lanes->lanes[lane].name = 0;
    }
    pthread_mutex_unlock(&lanes->mutex);
}
