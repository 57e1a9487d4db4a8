/* SPDX-License-Identifier: MIT */

/* Locks over a store that goes wrong on request: none is lost before its lease ends, none is held
 * by two. */

#include "test.h"

#include <stdlib.h>
#include <string.h>

#include "faulty.h"

/* Many heartbeats have to fail in a row before a lease ends. */
#define HEARTBEAT_MS 100
#define LEASE_MS 3000

static const struct s3a_lock_options terms = {.heartbeat_ms = HEARTBEAT_MS, .lease_ms = LEASE_MS};
static const struct s3a_lock_options patient = {.heartbeat_ms = HEARTBEAT_MS,
                                                .lease_ms = LEASE_MS,
                                                .wait_ms = 20000,
                                                .poll_min_ms = 10,
                                                .poll_max_ms = 50};

/* Until the holder was heard of again, more than once. */
static void wait_for_heartbeats(struct faulty *faulty, const struct s3a_lock *lock)
{
    struct s3a_lock_info info = {0};

    while (info.beat < 3) {
        assert_true(s3a_lock_is_held(lock));
        (void)!s3a_lock_inspect(faulty->other, FAULTY_BUCKET, "l", &info, NULL);
    }
}

static void hold_and_hand_on(struct faulty *faulty, uint64_t *token)
{
    struct s3a_lock *lock;
    struct s3a_lock *second;
    struct s3a_error error;

    if (s3a_lock_acquire(faulty->client, FAULTY_BUCKET, "l", &patient, &lock, &error) != S3A_OK) {
        fail_msg("%s", error.message);
    }
    assert_true(s3a_lock_token(lock) > *token);
    *token = s3a_lock_token(lock);
    assert_int_not_equal(
        s3a_lock_acquire(faulty->other, FAULTY_BUCKET, "l", &terms, &second, &error), S3A_OK);
    wait_for_heartbeats(faulty, lock);
    assert_true(s3a_lock_is_held(lock));
    if (s3a_lock_release(lock, &error) != S3A_OK) {
        fail_msg("%s", error.message);
    }
    assert_int_equal(s3a_lock_lost_reason(lock), S3A_LOST_NOT);
    s3a_lock_free(lock);
}

static void whatever_goes_wrong_a_lock_is_held_by_one(void **state)
{
    static const char *const faults[] = {
        "reset rate=25%",
        "reset-after rate=25%",
        "error=500 rate=25%",
        "error-after=500 rate=25%",
        "error=503 rate=25%",
        "error=429 rate=25%",
        "error=409 op=PutObject rate=25%",
        "error=OperationAborted op=PutObject rate=25%",
        "error-after=504 op=PutObject rate=25%",
        "truncate rate=25%",
        "latency=exponential:10ms",
        "latency-after=0..30ms",
        "date=+1s rate=50%",
        "date=-1s rate=50%",
        "etag=bare",
    };
    struct faulty *faulty = *state;
    uint64_t token = 0;

    for (size_t i = 0; i < sizeof(faults) / sizeof(faults[0]); i++) {
        faulty_only(faulty, faults[i]);
        hold_and_hand_on(faulty, &token);
        hold_and_hand_on(faulty, &token);
        if (faulty_injected(faulty) == 0) {
            fail_msg("%s: never struck", faults[i]);
        }
    }
}

/* Each heartbeat's answer is lost: it is found out that it counted. */
static void heartbeats_whose_answers_are_lost_count(void **state)
{
    struct faulty *faulty = *state;
    struct s3a_lock *lock;

    assert_int_equal(s3a_lock_acquire(faulty->client, FAULTY_BUCKET, "l", &terms, &lock, NULL),
                     S3A_OK);
    faulty_only(faulty, "reset-after op=PutObject");
    wait_for_heartbeats(faulty, lock);
    assert_int_equal(s3a_lock_release(lock, NULL), S3A_OK);
    assert_true(faulty_injected(faulty) >= 3);
    s3a_lock_free(lock);
}

/* It takes what is left of the lease, and not less. */
static void a_lock_is_kept_until_its_lease_ends_where_the_store_is_frozen(void **state)
{
    static const struct s3a_lock_options brief = {
        .heartbeat_ms = 100, .lease_ms = 400, .grace_ms = 1000};
    struct faulty *faulty = *state;
    struct s3a_lock *lock;
    struct s3a_lock *second;

    assert_int_equal(s3a_lock_acquire(faulty->client, FAULTY_BUCKET, "l", &brief, &lock, NULL),
                     S3A_OK);
    uint64_t token = s3a_lock_token(lock);
    faulty_only(faulty, "freeze");
    /* It is told to be lost when it is, and not before. */
    while (s3a_lock_lost_reason(lock) == S3A_LOST_NOT) {
        assert_in_range(s3a_lock_remaining_ms(lock), 0, 400);
    }
    assert_false(s3a_lock_is_held(lock));
    assert_int_equal(s3a_lock_lost_reason(lock), S3A_LOST_UNREACHABLE);
    s3a_server_faults_clear(faulty->server);
    assert_int_equal(s3a_lock_release(lock, NULL), S3A_LOST);
    assert_int_equal(s3a_lock_acquire(faulty->other, FAULTY_BUCKET, "l", &patient, &second, NULL),
                     S3A_OK);
    assert_true(s3a_lock_token(second) > token);
    assert_int_equal(s3a_lock_release(second, NULL), S3A_OK);
    s3a_lock_free(second);
    s3a_lock_free(lock);
}

/* Why a store that ignores conditions is of no use: both look, see nothing, and write. */
static void a_store_that_lies_gives_one_lock_to_two(void **state)
{
    struct faulty *faulty = *state;
    struct s3a_lock *one;
    struct s3a_lock *other;

    faulty_only(faulty, "error=404 op=GetObject,HeadObject first=2");
    faulty_add(faulty, "ignore-if-none-match op=PutObject");
    faulty_add(faulty, "ignore-if-match op=PutObject");
    assert_int_equal(s3a_lock_acquire(faulty->client, FAULTY_BUCKET, "l", &terms, &one, NULL),
                     S3A_OK);
    assert_int_equal(s3a_lock_acquire(faulty->other, FAULTY_BUCKET, "l", &terms, &other, NULL),
                     S3A_OK);
    assert_true(s3a_lock_is_held(other));
    s3a_lock_free(one);
    s3a_lock_free(other);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        FAULTY_TEST(whatever_goes_wrong_a_lock_is_held_by_one),
        FAULTY_TEST(heartbeats_whose_answers_are_lost_count),
        FAULTY_TEST(a_lock_is_kept_until_its_lease_ends_where_the_store_is_frozen),
        FAULTY_TEST(a_store_that_lies_gives_one_lock_to_two),
    };
    return cmocka_run_group_tests_name("faults_lock", tests, NULL, NULL);
}
