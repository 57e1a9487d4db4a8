/* SPDX-License-Identifier: MIT */
#include "put_story.h"

/* A write whose driver has more tries to give: when, and for what. */

static void put_fails(struct story *story, enum s3a_status status, uint64_t again_ms)
{
    assert_int_equal(story->machine.at, S3A_PUT_AT_PUT);
    step(story, &(struct s3a_put_event){.kind = S3A_PUT_ANSWER,
                                        .status = status,
                                        .etag = "",
                                        .history = "",
                                        .again_ms = again_ms});
}

static void what_was_not_carried_out_is_made_again_when_the_driver_says(void **state)
{
    struct story story = begin(S3A_PUT_IF_MATCH);

    (void)state;
    put_fails(&story, S3A_LATER, START_MS + 700);
    assert_int_equal(story.action.request, S3A_PUT_REQUEST_NONE);
    assert_int_equal(story.action.wake_ms, START_MS + 700);
    assert_false(s3a_put_may_be_applied(&story.machine));
    story.now_ms = START_MS + 700;
    step(&story, &(struct s3a_put_event){.kind = S3A_PUT_WAKE});
    assert_int_equal(story.action.request, S3A_PUT_REQUEST_PUT);
    put_fails(&story, S3A_UNREACHABLE, 0);
    assert_int_equal(story.machine.at, S3A_PUT_AT_ENDED);
    assert_int_equal(story.action.status, S3A_UNREACHABLE);
}

/* However many tries there are, what may have been applied is looked at first. */
static void what_is_in_doubt_is_not(void **state)
{
    struct story story = begin(S3A_PUT_ALWAYS);

    (void)state;
    put_fails(&story, S3A_IN_DOUBT, START_MS + 700);
    assert_int_equal(story.action.request, S3A_PUT_REQUEST_LOOK);
    assert_true(s3a_put_may_be_applied(&story.machine));
}

static void what_failed_for_good_is_not(void **state)
{
    struct story story = begin(S3A_PUT_IF_MATCH);

    (void)state;
    put_fails(&story, S3A_DENIED, START_MS + 700);
    assert_int_equal(story.machine.at, S3A_PUT_AT_ENDED);
    assert_int_equal(story.action.status, S3A_DENIED);
}

static void nor_is_what_was_cancelled(void **state)
{
    struct story story = begin(S3A_PUT_IF_MATCH);

    (void)state;
    step(&story, &(struct s3a_put_event){.kind = S3A_PUT_CANCEL});
    put_fails(&story, S3A_LATER, START_MS + 700);
    assert_int_equal(story.machine.at, S3A_PUT_AT_ENDED);
    assert_int_equal(story.action.status, S3A_CANCELLED);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(what_was_not_carried_out_is_made_again_when_the_driver_says),
        cmocka_unit_test(what_is_in_doubt_is_not),
        cmocka_unit_test(what_failed_for_good_is_not),
        cmocka_unit_test(nor_is_what_was_cancelled),
    };
    return cmocka_run_group_tests_name("put_retry", tests, NULL, NULL);
}
