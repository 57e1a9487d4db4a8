/* SPDX-License-Identifier: MIT */
#ifndef S3A_RETRY_H
#define S3A_RETRY_H

/*
 * When what went wrong may be tried again: the standard mode of the SDKs of AWS, as arithmetic over
 * the time that is handed in. (botocore/retries/standard.py, 1.43.67; the newer of its two sets of
 * numbers is that of AWS_NEW_RETRIES_2026.)
 *
 * A client has one bucket of tokens. A try after the first takes some out, so that many requests
 * that fail together do not become three times as many; a success puts back what its last try took,
 * and a success at once puts back one. An empty bucket ends all retries until something succeeds.
 */

#include <stdbool.h>
#include <stdint.h>

#define S3A_RETRY_TOKENS_MAX 500
#define S3A_RETRY_PAUSE_MAX_MS 20000

/* What the store asks for is heeded, but by no more than so much beyond our own pause. */
#define S3A_RETRY_HEED_MAX_MS 5000

enum s3a_retry_cause {
    S3A_RETRY_NOT, /* a clear answer, whatever it says */
    S3A_RETRY_TRANSIENT,
    S3A_RETRY_TIMEOUT,
    S3A_RETRY_THROTTLED,
};

struct s3a_retry_terms {
    uint32_t attempts_max; /* the first one included */
    bool is_classic;       /* the numbers of before 2026 */
};

struct s3a_retry_bucket {
    struct s3a_retry_terms terms;
    uint32_t tokens;
    uint64_t random;
};

/* One operation's tries. All zero before the first. */
struct s3a_retry {
    uint32_t retries;
    uint32_t taken; /* out of the bucket, by the last of them */
};

void s3a_retry_bucket_init(struct s3a_retry_bucket *bucket, const struct s3a_retry_terms *terms,
                           uint64_t random_seed);

/*
 * A try failed for this cause. True: the next one is to be made at *ret_at_ms, and is counted;
 * false: there is none, because there were enough, the bucket is empty, or it would begin at
 * deadline_ms or later. asked_ms: the pause that the store asked for, 0 where it did not.
 */
bool s3a_retry_again(struct s3a_retry_bucket *bucket, struct s3a_retry *retry,
                     enum s3a_retry_cause cause, uint32_t asked_ms, uint64_t now_ms,
                     uint64_t deadline_ms, uint64_t *ret_at_ms);

/* There is a clear answer. */
void s3a_retry_succeeded(struct s3a_retry_bucket *bucket, const struct s3a_retry *retry);

#endif
