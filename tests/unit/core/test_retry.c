/* SPDX-License-Identifier: MIT */
#include "test.h"

#include "retry.h"

#define NOW_MS 1000000
#define NEVER UINT64_MAX

static struct s3a_retry_bucket bucket_of(uint32_t attempts_max, bool is_classic)
{
    const struct s3a_retry_terms terms = {attempts_max, is_classic};
    struct s3a_retry_bucket bucket;

    s3a_retry_bucket_init(&bucket, &terms, 42);
    return bucket;
}

static bool again(struct s3a_retry_bucket *bucket, struct s3a_retry *retry,
                  enum s3a_retry_cause cause)
{
    uint64_t at_ms;
    bool is_again = s3a_retry_again(bucket, retry, cause, 0, NOW_MS, NEVER, &at_ms);

    assert_int_equal(at_ms != 0, is_again);
    return is_again;
}

/* The longest and the shortest of many pauses before this try. */
static void assert_pauses(bool is_classic, enum s3a_retry_cause cause, uint32_t retries,
                          uint64_t longest_ms)
{
    uint64_t least = UINT64_MAX;
    uint64_t most = 0;
    struct s3a_retry_bucket bucket = bucket_of(100, is_classic);

    for (int i = 0; i < 2000; i++) {
        struct s3a_retry retry = {.retries = retries};
        uint64_t at_ms;
        bucket.tokens = S3A_RETRY_TOKENS_MAX;
        assert_true(s3a_retry_again(&bucket, &retry, cause, 0, NOW_MS, NEVER, &at_ms));
        least = at_ms - NOW_MS < least ? at_ms - NOW_MS : least;
        most = at_ms - NOW_MS > most ? at_ms - NOW_MS : most;
    }
    assert_in_range(least, 0, longest_ms / 20);
    assert_in_range(most, longest_ms - longest_ms / 20, longest_ms);
}

static void a_pause_is_anything_up_to_a_bound_that_doubles(void **state)
{
    (void)state;
    assert_pauses(false, S3A_RETRY_TRANSIENT, 0, 50);
    assert_pauses(false, S3A_RETRY_TIMEOUT, 1, 100);
    assert_pauses(false, S3A_RETRY_TRANSIENT, 4, 800);
    assert_pauses(false, S3A_RETRY_THROTTLED, 0, 1000);
    assert_pauses(false, S3A_RETRY_THROTTLED, 1, 2000);
    assert_pauses(false, S3A_RETRY_THROTTLED, 60, S3A_RETRY_PAUSE_MAX_MS);
    assert_pauses(true, S3A_RETRY_TRANSIENT, 0, 1000);
    assert_pauses(true, S3A_RETRY_TRANSIENT, 3, 8000);
    assert_pauses(true, S3A_RETRY_TRANSIENT, 60, S3A_RETRY_PAUSE_MAX_MS);
}

static void there_are_so_many_tries_and_no_more(void **state)
{
    (void)state;
    for (uint32_t attempts = 1; attempts <= 5; attempts++) {
        struct s3a_retry_bucket bucket = bucket_of(attempts, false);
        struct s3a_retry retry = {0};
        for (uint32_t i = 1; i < attempts; i++) {
            assert_true(again(&bucket, &retry, S3A_RETRY_TRANSIENT));
        }
        assert_false(again(&bucket, &retry, S3A_RETRY_TRANSIENT));
        assert_int_equal(retry.retries, attempts - 1);
    }
}

static void a_clear_answer_is_not_asked_for_again(void **state)
{
    struct s3a_retry_bucket bucket = bucket_of(3, false);
    struct s3a_retry retry = {0};

    (void)state;
    assert_false(again(&bucket, &retry, S3A_RETRY_NOT));
    assert_int_equal(bucket.tokens, S3A_RETRY_TOKENS_MAX);
}

static uint32_t cost_of(bool is_classic, enum s3a_retry_cause cause)
{
    struct s3a_retry_bucket bucket = bucket_of(3, is_classic);
    struct s3a_retry retry = {0};

    assert_true(again(&bucket, &retry, cause));
    return S3A_RETRY_TOKENS_MAX - bucket.tokens;
}

static void each_cause_has_its_price(void **state)
{
    (void)state;
    assert_int_equal(cost_of(false, S3A_RETRY_TRANSIENT), 14);
    assert_int_equal(cost_of(false, S3A_RETRY_TIMEOUT), 14);
    assert_int_equal(cost_of(false, S3A_RETRY_THROTTLED), 5);
    assert_int_equal(cost_of(true, S3A_RETRY_TRANSIENT), 5);
    assert_int_equal(cost_of(true, S3A_RETRY_TIMEOUT), 10);
    assert_int_equal(cost_of(true, S3A_RETRY_THROTTLED), 5);
}

/* 500 tokens are 35 tries of 14: however many ask, a store that is down sees no more than that. */
static void an_empty_bucket_ends_all_retries(void **state)
{
    struct s3a_retry_bucket bucket = bucket_of(3, false);
    unsigned made = 0;

    (void)state;
    for (int i = 0; i < 1000; i++) {
        struct s3a_retry retry = {0};
        while (again(&bucket, &retry, S3A_RETRY_TRANSIENT)) {
            made++;
        }
    }
    assert_int_equal(made, 35);
    assert_int_equal(bucket.tokens, 10);
    /* One that succeeds puts in its one token; four of them are another try. */
    for (int i = 0; i < 4; i++) {
        s3a_retry_succeeded(&bucket, &(struct s3a_retry){0});
    }
    struct s3a_retry retry = {0};
    assert_true(again(&bucket, &retry, S3A_RETRY_TRANSIENT));
    assert_int_equal(bucket.tokens, 0);
    /* That succeeds, and puts back what it took. */
    s3a_retry_succeeded(&bucket, &retry);
    assert_int_equal(bucket.tokens, 14);
}

static void the_bucket_does_not_overflow(void **state)
{
    struct s3a_retry_bucket bucket = bucket_of(3, false);

    (void)state;
    s3a_retry_succeeded(&bucket, &(struct s3a_retry){0});
    s3a_retry_succeeded(&bucket, &(struct s3a_retry){.retries = 1, .taken = 14});
    assert_int_equal(bucket.tokens, S3A_RETRY_TOKENS_MAX);
}

static uint64_t asked(struct s3a_retry_bucket *bucket, uint32_t asked_ms)
{
    struct s3a_retry retry = {0};
    uint64_t at_ms;

    assert_true(
        s3a_retry_again(bucket, &retry, S3A_RETRY_TRANSIENT, asked_ms, NOW_MS, NEVER, &at_ms));
    return at_ms - NOW_MS;
}

/* Never sooner than by our own pause, and never later than 5 s beyond it. */
static void what_the_store_asks_for_is_heeded_within_bounds(void **state)
{
    struct s3a_retry_bucket bucket = bucket_of(3, false);

    (void)state;
    assert_int_equal(asked(&bucket, 1500), 1500);
    assert_in_range(asked(&bucket, 0), 0, 50);
    assert_in_range(asked(&bucket, 3600 * 1000), 5000, 5050);
    struct s3a_retry_bucket classic = bucket_of(3, true);
    assert_in_range(asked(&classic, 3600 * 1000), 0, 1000);
}

static void nothing_begins_after_the_deadline(void **state)
{
    struct s3a_retry_bucket bucket = bucket_of(3, false);
    struct s3a_retry retry = {0};
    uint64_t at_ms;

    (void)state;
    assert_false(
        s3a_retry_again(&bucket, &retry, S3A_RETRY_TRANSIENT, 500, NOW_MS, NOW_MS + 500, &at_ms));
    assert_int_equal(retry.retries, 0);
    assert_int_equal(bucket.tokens, S3A_RETRY_TOKENS_MAX);
    assert_true(
        s3a_retry_again(&bucket, &retry, S3A_RETRY_TRANSIENT, 500, NOW_MS, NOW_MS + 501, &at_ms));
    assert_int_equal(at_ms, NOW_MS + 500);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_pause_is_anything_up_to_a_bound_that_doubles),
        cmocka_unit_test(there_are_so_many_tries_and_no_more),
        cmocka_unit_test(a_clear_answer_is_not_asked_for_again),
        cmocka_unit_test(each_cause_has_its_price),
        cmocka_unit_test(an_empty_bucket_ends_all_retries),
        cmocka_unit_test(the_bucket_does_not_overflow),
        cmocka_unit_test(what_the_store_asks_for_is_heeded_within_bounds),
        cmocka_unit_test(nothing_begins_after_the_deadline),
    };
    return cmocka_run_group_tests_name("retry", tests, NULL, NULL);
}
