/* SPDX-License-Identifier: MIT */
#ifndef S3A_FUTURE_H
#define S3A_FUTURE_H

/*
 * The producer's side of a future. Whoever makes one promises to complete it exactly once, in the
 * loop's thread.
 */

#include <s3atomic/client.h>

#include "loop.h"

/* The loop's thread, at most once, never after completion: an early end is asked for. */
typedef void (*s3a_future_cancel_fn)(void *producer);

/* Has two references: the user's, which s3a_future_free() gives back, and the producer's, which
 * s3a_future_complete() does. cancel may be NULL. NULL where there is no memory. */
struct s3a_future *s3a_future_new(struct s3a_loop *loop, s3a_future_cancel_fn cancel,
                                  void *producer);

/* Loop's thread. error may be NULL; otherwise it tells the story of status. Whatever the future's
 * results are must have been written before. */
void s3a_future_complete(struct s3a_future *future, enum s3a_status status,
                         const struct s3a_error *error);

/* A future that is complete from the beginning: for arguments that are wrong. Any thread. */
struct s3a_future *s3a_future_failed(struct s3a_loop *loop, enum s3a_status status,
                                     const struct s3a_error *error);

/* Waits for ever, and frees it. NULL is S3A_NO_MEMORY. What every blocking twin is made of. */
S3A_MUST_CHECK enum s3a_status s3a_future_join(struct s3a_future *future, struct s3a_error *error);

#endif
