/* SPDX-License-Identifier: MIT */
#include <s3atomic/counter.h>

#include <pthread.h>
#include <stdlib.h>

#include "check.h"
#include "error.h"

#define BLOCK_MAX 1000000000

struct s3a_sequence {
    struct s3a_counter *counter;
    uint32_t block;

    pthread_mutex_t mutex; /* held while a block is taken: all need it */
    int64_t next;
    int64_t end; /* of the block, itself not given out */
};

enum s3a_status s3a_sequence_new(struct s3a_client *client, const char *bucket, const char *key,
                                 uint32_t block, struct s3a_sequence **ret_sequence,
                                 struct s3a_error *error)
{
    struct s3a_counter *counter;

    if (ret_sequence) {
        *ret_sequence = NULL;
    }
    enum s3a_status status = s3a_counter_new(client, bucket, key, &counter, error);
    if (status != S3A_OK) {
        return status;
    }
    if (!ret_sequence || block < 1 || block > BLOCK_MAX) {
        s3a_counter_free(counter);
        return ret_sequence
                   ? s3a_error_set(error, S3A_INVALID, "block: %u is not 1 to %d", block, BLOCK_MAX)
                   : s3a_error_set(error, S3A_INVALID, "ret_sequence: it is NULL");
    }
    struct s3a_sequence *sequence = calloc(1, sizeof(*sequence));
    if (!sequence) {
        s3a_counter_free(counter);
        return s3a_error_set_no_memory(error);
    }
    sequence->counter = counter;
    sequence->block = block;
    s3a_check(pthread_mutex_init(&sequence->mutex, NULL) == 0);
    *ret_sequence = sequence;
    return S3A_OK;
}

void s3a_sequence_free(struct s3a_sequence *sequence)
{
    if (sequence) {
        s3a_counter_free(sequence->counter);
        pthread_mutex_destroy(&sequence->mutex);
    }
    free(sequence);
}

/* With the mutex. */
static enum s3a_status take_block(struct s3a_sequence *sequence, struct s3a_error *error)
{
    int64_t taken;
    enum s3a_status status = s3a_counter_add(sequence->counter, sequence->block, &taken, error);

    if (status == S3A_OK) {
        sequence->next = taken - sequence->block + 1;
        sequence->end = taken + 1;
    }
    return status;
}

enum s3a_status s3a_sequence_next(struct s3a_sequence *sequence, int64_t *ret_number,
                                  struct s3a_error *error)
{
    enum s3a_status status = S3A_OK;

    s3a_error_clear(error);
    if (ret_number) {
        *ret_number = 0;
    }
    if (!sequence || !ret_number) {
        return s3a_error_set(error, S3A_INVALID, "%s: it is NULL",
                             !sequence ? "sequence" : "ret_number");
    }
    pthread_mutex_lock(&sequence->mutex);
    if (sequence->next == sequence->end) {
        status = take_block(sequence, error);
    }
    if (status == S3A_OK) {
        *ret_number = sequence->next++;
    }
    pthread_mutex_unlock(&sequence->mutex);
    return status;
}
