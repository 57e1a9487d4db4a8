/* SPDX-License-Identifier: MIT */
#include "retry.h"

#include "lease.h"

#define DOUBLINGS_MAX 16

struct numbers {
    uint32_t base_ms;
    uint32_t cost;
};

static const struct numbers numbers_of_2026[] = {
    [S3A_RETRY_NOT] = {0, 0},
    [S3A_RETRY_TRANSIENT] = {50, 14},
    [S3A_RETRY_TIMEOUT] = {50, 14},
    [S3A_RETRY_THROTTLED] = {1000, 5},
};

static const struct numbers classic_numbers[] = {
    [S3A_RETRY_NOT] = {0, 0},
    [S3A_RETRY_TRANSIENT] = {1000, 5},
    [S3A_RETRY_TIMEOUT] = {1000, 10},
    [S3A_RETRY_THROTTLED] = {1000, 5},
};

void s3a_retry_bucket_init(struct s3a_retry_bucket *bucket, const struct s3a_retry_terms *terms,
                           uint64_t random_seed)
{
    *bucket = (struct s3a_retry_bucket){
        .terms = *terms, .tokens = S3A_RETRY_TOKENS_MAX, .random = random_seed};
}

/* Full jitter: anything up to the base doubled for each try before. */
static uint64_t pause_ms(struct s3a_retry_bucket *bucket, uint32_t base_ms, uint32_t retries)
{
    uint64_t longest = (uint64_t)base_ms << (retries < DOUBLINGS_MAX ? retries : DOUBLINGS_MAX);

    if (longest > S3A_RETRY_PAUSE_MAX_MS) {
        longest = S3A_RETRY_PAUSE_MAX_MS;
    }
    return s3a_jitter_between(&bucket->random, 0, longest);
}

static uint64_t heed(uint64_t own_ms, uint32_t asked_ms)
{
    uint64_t longest = own_ms + S3A_RETRY_HEED_MAX_MS;

    if (asked_ms <= own_ms) {
        return own_ms;
    }
    return asked_ms < longest ? asked_ms : longest;
}

bool s3a_retry_again(struct s3a_retry_bucket *bucket, struct s3a_retry *retry,
                     enum s3a_retry_cause cause, uint32_t asked_ms, uint64_t now_ms,
                     uint64_t deadline_ms, uint64_t *ret_at_ms)
{
    const struct s3a_retry_terms *terms = &bucket->terms;
    const struct numbers *numbers =
        terms->is_classic ? &classic_numbers[cause] : &numbers_of_2026[cause];

    *ret_at_ms = 0;
    if (cause == S3A_RETRY_NOT || retry->retries + 1 >= terms->attempts_max ||
        bucket->tokens < numbers->cost) {
        return false;
    }
    uint64_t at_ms = pause_ms(bucket, numbers->base_ms, retry->retries);
    at_ms = now_ms + (terms->is_classic ? at_ms : heed(at_ms, asked_ms));
    if (at_ms >= deadline_ms) {
        return false;
    }
    bucket->tokens -= numbers->cost;
    retry->taken = numbers->cost;
    retry->retries++;
    *ret_at_ms = at_ms;
    return true;
}

void s3a_retry_succeeded(struct s3a_retry_bucket *bucket, const struct s3a_retry *retry)
{
    bucket->tokens += retry->retries > 0 ? retry->taken : 1;
    if (bucket->tokens > S3A_RETRY_TOKENS_MAX) {
        bucket->tokens = S3A_RETRY_TOKENS_MAX;
    }
}
