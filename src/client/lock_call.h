/* SPDX-License-Identifier: MIT */
#ifndef S3A_LOCK_CALL_H
#define S3A_LOCK_CALL_H

/* What the lock machine asks for as requests, and their answers as events for it. */

#include "lock_work.h"

/* What an event points to. */
struct s3a_lock_answer {
    struct s3a_lock_view view;
    char etag[S3A_LOCK_ETAG_SIZE_MAX + 1];
};

/* The answer to work->call. *ret_event points into memory. */
void s3a_lock_call_read(struct s3a_lock_work *work, struct s3a_lock_answer *memory,
                        struct s3a_lock_event *ret_event);

/* Sends what the action asks for. False: there is no memory, nothing was sent, and work->call has
 * the answer that says so. */
S3A_MUST_CHECK bool s3a_lock_call_send(struct s3a_lock_work *work,
                                       const struct s3a_lock_action *action);

#endif
