/* SPDX-License-Identifier: MIT */
#ifndef S3ATOMIC_COUNTER_H
#define S3ATOMIC_COUNTER_H

/*
 * Counters and sequences: numbers that many machines share.
 *
 * A counter is an object that holds a number in decimal digits, so that any tool can read it. Each
 * addition is an s3a_store_update() with all that this promises: it is made once or not at all, and
 * threads that add to the same counter are combined.
 *
 * A sequence gives out numbers that nobody else is given. It takes them from a counter in blocks,
 * so most of them cost no request. Those of a block that is not used up when the program ends are
 * never given out.
 *
 * Both may be used from several threads, and block.
 */

#include <stdint.h>

#include <s3atomic/client.h>
#include <s3atomic/status.h>

#ifdef __cplusplus
extern "C" {
#endif

struct s3a_counter;

/* Names are copied; nothing is read or written. S3A_INVALID, S3A_NO_MEMORY. */
S3A_API S3A_MUST_CHECK enum s3a_status s3a_counter_new(struct s3a_client *client,
                                                       const char *bucket, const char *key,
                                                       struct s3a_counter **ret_counter,
                                                       struct s3a_error *error);

/* NULL is accepted. Not while it is in use. */
S3A_API void s3a_counter_free(struct s3a_counter *counter);

/*
 * Adds delta, which may be negative, and tells the sum: *ret_value (may be NULL) is what this
 * addition came to, even where others have added since. A counter that is not there is 0.
 * S3A_FORMAT: the object holds no number. S3A_TOO_LARGE: the sum does not fit into 64 bits; nothing
 * was added. S3A_IN_DOUBT: see s3a_store_put(). Two requests where nobody else adds.
 */
S3A_API S3A_MUST_CHECK enum s3a_status s3a_counter_add(struct s3a_counter *counter, int64_t delta,
                                                       int64_t *ret_value, struct s3a_error *error);

/* Reads it; 0 where it is not there. One request. */
S3A_API S3A_MUST_CHECK enum s3a_status s3a_counter_get(struct s3a_counter *counter,
                                                       int64_t *ret_value, struct s3a_error *error);

struct s3a_sequence;

/*
 * The numbers of the counter at that name, which counts those that were given out: the first one is
 * 1. block: how many are taken at a time, 1 to 1 000 000 000. Nothing is read or written yet.
 */
S3A_API S3A_MUST_CHECK enum s3a_status s3a_sequence_new(struct s3a_client *client,
                                                        const char *bucket, const char *key,
                                                        uint32_t block,
                                                        struct s3a_sequence **ret_sequence,
                                                        struct s3a_error *error);

/* NULL is accepted. Not while it is in use. */
S3A_API void s3a_sequence_free(struct s3a_sequence *sequence);

/*
 * A number that was not and will not be given to anybody else, above all that this sequence gave
 * out before; those of others may lie in between. Fails as s3a_counter_add() does, once a block;
 * after S3A_IN_DOUBT a block may be lost, and the next call takes another.
 */
S3A_API S3A_MUST_CHECK enum s3a_status s3a_sequence_next(struct s3a_sequence *sequence,
                                                         int64_t *ret_number,
                                                         struct s3a_error *error);

#ifdef __cplusplus
}
#endif

#endif
