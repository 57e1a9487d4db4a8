/* SPDX-License-Identifier: MIT */
#ifndef S3A_LOCK_STORY_H
#define S3A_LOCK_STORY_H

/* What people are told of a lock: who holds it, and how acquiring and releasing ended. */

#include "lock_driver.h"

/* Why it was not acquired. Returns status. */
enum s3a_status s3a_lock_tell_failure(const struct s3a_lock *lock, enum s3a_status status,
                                      struct s3a_error *ret_error);

/* How its release ended: S3A_LOST with the reason, or why it could not be freed. Returns status. */
enum s3a_status s3a_lock_tell_end(const struct s3a_lock *lock, enum s3a_status status,
                                  struct s3a_error *ret_error);

/* The reason, as it is told to one who has only a handle. Never NULL. */
const char *s3a_lost_handle_text(enum s3a_lost_reason reason);

#endif
