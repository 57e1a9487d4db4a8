/* SPDX-License-Identifier: MIT */
#include "test.h"

#include <pthread.h>
#include <string.h>

#include <s3atomic/counter.h>

#include "desk.h"
#include "fail_malloc.h"

#define THREADS 4
#define NUMBERS 100

static struct s3a_sequence *open_sequence(struct desk *desk, uint32_t block)
{
    struct s3a_sequence *sequence;

    assert_int_equal(
        s3a_sequence_new(desk->fake.client, DESK_BUCKET, DESK_KEY, block, &sequence, NULL), S3A_OK);
    return sequence;
}

static int64_t next(struct s3a_sequence *sequence)
{
    int64_t number;

    assert_int_equal(s3a_sequence_next(sequence, &number, NULL), S3A_OK);
    return number;
}

static void numbers_come_from_blocks(void **state)
{
    struct desk *desk = *state;
    struct s3a_sequence *ours = open_sequence(desk, 3);
    struct s3a_sequence *theirs = open_sequence(desk, 2);

    assert_int_equal(next(ours), 1);
    assert_int_equal(next(theirs), 4);
    assert_int_equal(next(ours), 2);
    assert_int_equal(next(ours), 3);
    assert_int_equal(next(ours), 6);
    assert_int_equal(next(theirs), 5);
    assert_int_equal(next(theirs), 9);
    assert_requests(desk, "GPGPGPGP");
    assert_stored(desk, "10");
    s3a_sequence_free(ours);
    s3a_sequence_free(theirs);
}

static void a_block_that_could_not_be_taken_is_taken_next_time(void **state)
{
    struct desk *desk = *state;
    struct s3a_sequence *sequence = open_sequence(desk, 10);
    int64_t number;

    desk_script(desk, FAKE_DENIED);
    assert_int_equal(s3a_sequence_next(sequence, &number, NULL), S3A_DENIED);
    assert_int_equal(number, 0);
    assert_int_equal(next(sequence), 1);
    s3a_sequence_free(sequence);
}

struct drawer {
    pthread_t thread;
    struct s3a_sequence *sequence;
    int64_t drawn[NUMBERS];
};

static void *draw(void *arg)
{
    struct drawer *drawer = arg;

    for (int i = 0; i < NUMBERS; i++) {
        drawer->drawn[i] = next(drawer->sequence);
    }
    return NULL;
}

static void no_number_is_given_to_two_threads(void **state)
{
    struct desk *desk = *state;
    struct s3a_sequence *sequence = open_sequence(desk, 50);
    struct drawer drawers[THREADS];
    bool seen[THREADS * NUMBERS + 1] = {false};

    for (int i = 0; i < THREADS; i++) {
        drawers[i].sequence = sequence;
        assert_int_equal(pthread_create(&drawers[i].thread, NULL, draw, &drawers[i]), 0);
    }
    for (int i = 0; i < THREADS; i++) {
        assert_int_equal(pthread_join(drawers[i].thread, NULL), 0);
        for (int k = 0; k < NUMBERS; k++) {
            int64_t number = drawers[i].drawn[k];
            assert_true(number >= 1 && number <= THREADS * NUMBERS && !seen[number]);
            seen[number] = true;
        }
    }
    s3a_sequence_free(sequence);
}

static void wrong_arguments_are_named(void **state)
{
    struct desk *desk = *state;
    struct s3a_sequence *sequence;
    struct s3a_error error;

    assert_int_equal(
        s3a_sequence_new(desk->fake.client, DESK_BUCKET, DESK_KEY, 0, &sequence, &error),
        S3A_INVALID);
    assert_string_equal(error.message, "block: 0 is not 1 to 1000000000");
    assert_null(sequence);
    assert_int_equal(s3a_sequence_next(NULL, NULL, &error), S3A_INVALID);
    s3a_sequence_free(NULL);
}

static void draw_without_memory(void *arg)
{
    struct desk *desk = arg;
    struct s3a_sequence *sequence = NULL;
    int64_t number;

    enum s3a_status status =
        s3a_sequence_new(desk->fake.client, DESK_BUCKET, DESK_KEY, 10, &sequence, NULL);
    if (status == S3A_OK) {
        status = s3a_sequence_next(sequence, &number, NULL);
    }
    assert_true(status == S3A_OK || status == S3A_NO_MEMORY);
    s3a_sequence_free(sequence);
    desk->fake.request_count = 0;
}

static void without_memory_it_says_so(void **state)
{
    fail_malloc_sweep(draw_without_memory, *state);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        DESK_TEST(numbers_come_from_blocks),
        DESK_TEST(a_block_that_could_not_be_taken_is_taken_next_time),
        DESK_TEST(no_number_is_given_to_two_threads),
        DESK_TEST(wrong_arguments_are_named),
        DESK_TEST(without_memory_it_says_so),
    };
    return cmocka_run_group_tests_name("sequence", tests, NULL, NULL);
}
