/* SPDX-License-Identifier: MIT */
#include "test.h"

#include "machine_fixture.h"

static struct stage stage;

static int begin(void **state)
{
    (void)state;
    stage_init(&stage);
    stage.terms.min_hold_ms = 60000;
    return 0;
}

/* Held, then given back when it is age_ms old. */
static void release_at(uint64_t age_ms)
{
    stage_hold(&stage);
    stage_pass(&stage, age_ms);
    stage_say(&stage, S3A_LOCK_RELEASE);
    assert_int_equal(stage.action.request, S3A_LOCK_REQUEST_REPLACE);
    assert_string_equal(stage.action.etag, "held");
}

static void ended_well(void)
{
    assert_int_equal(stage.machine.at, S3A_AT_ENDED);
    assert_int_equal(stage.action.tell, S3A_LOCK_TELL_ENDED);
    assert_int_equal(stage.action.status, S3A_OK);
    assert_true(stage.action.wake_ms == S3A_LOCAL_TIME_NEVER);
}

static void given_back_early_it_is_held_for_what_is_left(void **state)
{
    (void)state;
    release_at(5000);
    assert_true(stage.action.record->held);
    assert_int_equal(stage.action.record->lease_ms, 60000 - 5000 - 2000);
    assert_int_equal(stage.action.record->heartbeat_ms, 0);
    assert_int_equal(stage.action.record->beat, 1);
    stage_written(&stage, "kept");
    ended_well();
    assert_int_equal(s3a_lock_good_until_ms(&stage.machine), 0);
    assert_true(stage.machine.record.held); /* so that nobody remembers it as free */
}

static void others_get_it_at_that_very_age(void **state)
{
    (void)state;
    release_at(5000);
    struct s3a_lock_view view = stage_applied(&stage, "kept");

    assert_int_equal(s3a_lock_view_expires_in_ms(&view, 2000, 0, 0), 55000);
}

static void what_is_less_than_grace_is_held_for_grace(void **state)
{
    (void)state;
    stage.terms.min_hold_ms = 6000;
    release_at(5000);
    assert_true(stage.action.record->held);
    assert_int_equal(stage.action.record->lease_ms, 1);
}

static void old_enough_it_is_free(void **state)
{
    (void)state;
    stage.terms.min_hold_ms = 5000;
    release_at(5000);
    assert_false(stage.action.record->held);
    assert_int_equal(stage.action.record->lease_ms, 30000);
    assert_int_equal(stage.action.record->heartbeat_ms, 10000);
    stage_written(&stage, "freed");
    ended_well();
}

static void each_try_says_what_is_left_by_then(void **state)
{
    (void)state;
    release_at(5000);
    stage_answer(&stage, S3A_LATER);
    assert_int_equal(stage.machine.at, S3A_AT_REST);
    stage_pass(&stage, 1000);
    stage_wake(&stage);
    assert_true(stage.action.record->held);
    assert_int_equal(stage.action.record->lease_ms, 60000 - 6000 - 2000);
    stage_written(&stage, "kept");
    ended_well();
}

static void found_held_by_the_release_itself_all_is_done(void **state)
{
    (void)state;
    release_at(5000);
    struct s3a_lock_view kept = stage_applied(&stage, "kept");
    stage_answer(&stage, S3A_IN_DOUBT);
    stage_wake(&stage);
    assert_int_equal(stage.machine.at, S3A_AT_SEEK);
    stage_sees(&stage, &kept);
    ended_well();
}

static void a_late_heartbeat_is_not_taken_for_the_release(void **state)
{
    (void)state;
    stage_hold(&stage);
    stage_wake(&stage);
    struct s3a_lock_view beaten = stage_applied(&stage, "held1");
    stage_say(&stage, S3A_LOCK_RELEASE);
    stage_answer(&stage, S3A_IN_DOUBT);
    assert_true(stage.action.record->held);
    assert_int_equal(stage.action.record->beat, 2);
    stage_answer(&stage, S3A_CONFLICT);
    stage_sees(&stage, &beaten);
    assert_int_equal(stage.machine.at, S3A_AT_FREE);
    assert_string_equal(stage.action.etag, "held1");
    assert_true(stage.action.record->held);
    stage_written(&stage, "kept");
    ended_well();
}

static void an_early_try_that_is_found_when_it_may_be_free_is_freed(void **state)
{
    (void)state;
    stage.terms.min_hold_ms = 6000;
    release_at(5500);
    struct s3a_lock_view kept = stage_applied(&stage, "kept");
    stage_answer(&stage, S3A_LATER);
    stage_pass(&stage, 1000);
    stage_wake(&stage);
    assert_false(stage.action.record->held);
    stage_answer(&stage, S3A_CONFLICT);
    stage_sees(&stage, &kept);
    assert_string_equal(stage.action.etag, "kept");
    assert_false(stage.action.record->held);
    stage_written(&stage, "freed");
    ended_well();
}

static void a_lost_lock_is_freed_at_any_age(void **state)
{
    (void)state;
    stage_hold(&stage);
    stage.now_ms = s3a_lock_good_until_ms(&stage.machine);
    stage_say(&stage, S3A_LOCK_WAKE);
    assert_int_equal(stage.machine.at, S3A_AT_FREE);
    assert_false(stage.action.record->held);
}

static void an_attempt_that_is_undone_is_freed(void **state)
{
    (void)state;
    stage_start(&stage, NULL);
    stage_sees_nothing(&stage);
    stage_say(&stage, S3A_LOCK_RELEASE);
    stage_answer(&stage, S3A_IN_DOUBT);
    assert_int_equal(stage.machine.at, S3A_AT_FREE);
    assert_false(stage.action.record->held);
}

static void an_observer_does_not_ask_the_stores_clock(void **state)
{
    (void)state;
    stage.terms.observe = true;
    stage_start(&stage, NULL);
    struct s3a_lock_view view = stage_record(&stage, "dead", true, 7, 1000000);
    uint64_t seen_ms = stage.now_ms;
    stage_sees(&stage, &view);
    while (stage.machine.at != S3A_AT_TAKE) {
        stage_unchanged(&stage);
        assert_true(stage.now_ms - seen_ms < 60000);
    }
    assert_int_equal(stage.now_ms - seen_ms, 32000);
    assert_int_equal(stage.action.record->grant.token, 8);
}

static void an_observer_takes_what_is_free_at_once(void **state)
{
    (void)state;
    stage.terms.observe = true;
    stage_take(&stage, 7);
    assert_int_equal(stage.machine.at, S3A_AT_TAKE);
}

#define STORY(name) cmocka_unit_test_setup(name, begin)

int main(void)
{
    const struct CMUnitTest tests[] = {
        STORY(given_back_early_it_is_held_for_what_is_left),
        STORY(others_get_it_at_that_very_age),
        STORY(what_is_less_than_grace_is_held_for_grace),
        STORY(old_enough_it_is_free),
        STORY(each_try_says_what_is_left_by_then),
        STORY(found_held_by_the_release_itself_all_is_done),
        STORY(a_late_heartbeat_is_not_taken_for_the_release),
        STORY(an_early_try_that_is_found_when_it_may_be_free_is_freed),
        STORY(a_lost_lock_is_freed_at_any_age),
        STORY(an_attempt_that_is_undone_is_freed),
        STORY(an_observer_does_not_ask_the_stores_clock),
        STORY(an_observer_takes_what_is_free_at_once),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
