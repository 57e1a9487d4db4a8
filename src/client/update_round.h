/* SPDX-License-Identifier: MIT */
#ifndef S3A_UPDATE_ROUND_H
#define S3A_UPDATE_ROUND_H

/* One update by one caller, and the rounds that it leads or has its turn in. */

#include "store_state.h"
#include "update_queue.h"

struct s3a_update {
    struct s3a_update_member member;
    struct s3a_store *store;
    const char *bucket;
    const char *key;
    s3a_change_fn change;
    void *arg;
    const struct s3a_object *known; /* what the first round starts from; NULL: it reads */
    uint64_t fence;                 /* its token; 0: none */
    bool wants_result;
    struct s3a_object result; /* what was written; in the making until it is */
    struct s3a_error *error;

    uint64_t random;
    uint64_t deadline_ms;
    uint32_t attempts_max;
    uint32_t attempts;
    uint32_t conflicts;
    uint32_t failures; /* of reads */
    uint32_t pause_ms; /* before the next read */
};

/* False: it has tried often or long enough. */
bool s3a_update_may_try(const struct s3a_update *update);

/* Leads one round. *ret_is_lost: somebody else wrote in between, and it is to be made again. */
S3A_MUST_CHECK enum s3a_status s3a_update_lead(struct s3a_update *update, bool *ret_is_lost);

/* Its turn in the round of another. S3A_OK: it has joined. */
S3A_MUST_CHECK enum s3a_status s3a_update_join(struct s3a_update *update);

#endif
