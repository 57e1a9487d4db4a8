/* SPDX-License-Identifier: MIT */
#ifndef S3A_LOCK_WATCH_H
#define S3A_LOCK_WATCH_H

/* What is told of a lock in its client's log, and counted. */

#include "lock_driver.h"

/* Loop's thread: its machine has taken this step. */
void s3a_lock_watch(struct s3a_lock *lock, const struct s3a_lock_event *event,
                    const struct s3a_lock_action *action);

#endif
