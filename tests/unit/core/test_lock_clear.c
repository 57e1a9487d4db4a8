/* SPDX-License-Identifier: MIT */
#include "test.h"

#include <string.h>

#include "machine_fixture.h"

static struct stage stage;

static int begin(void **state)
{
    (void)state;
    stage_init(&stage);
    return 0;
}

static void release(void)
{
    stage_hold(&stage);
    stage_say(&stage, S3A_LOCK_RELEASE);
    assert_int_equal(stage.action.request, S3A_LOCK_REQUEST_REPLACE);
    assert_string_equal(stage.action.etag, "held");
    assert_false(stage.action.record->held);
}

static void ended_with(enum s3a_status status)
{
    assert_int_equal(stage.machine.at, S3A_AT_ENDED);
    assert_int_equal(stage.action.tell, S3A_LOCK_TELL_ENDED);
    assert_int_equal(stage.action.status, status);
}

static void release_keeps_the_token(void **state)
{
    (void)state;
    stage_hold(&stage);
    uint64_t token = stage.machine.record.grant.token;
    stage_say(&stage, S3A_LOCK_RELEASE);
    assert_true(stage.action.record->grant.token == token);
    assert_false(stage.action.record->held);
    stage_written(&stage, "freed");
    ended_with(S3A_OK);
}

static void release_waits_for_the_heartbeat_and_frees_what_it_left(void **state)
{
    (void)state;
    stage_hold(&stage);
    stage_wake(&stage);
    assert_int_equal(stage.machine.at, S3A_AT_BEAT);
    stage_say(&stage, S3A_LOCK_RELEASE);
    assert_int_equal(stage.action.request, S3A_LOCK_REQUEST_NONE);
    stage_written(&stage, "held1");
    assert_string_equal(stage.action.etag, "held1");
    assert_false(stage.action.record->held);
    stage_written(&stage, "freed");
    ended_with(S3A_OK);
}

static void release_does_not_wait_long_for_a_heartbeat(void **state)
{
    (void)state;
    for (int checking = 0; checking < 2; checking++) {
        stage_init(&stage);
        stage_hold(&stage);
        stage_wake(&stage);
        if (checking) {
            stage_answer(&stage, S3A_CONFLICT);
            assert_int_equal(stage.machine.at, S3A_AT_CHECK);
        }
        uint64_t released_ms = stage.now_ms;
        stage_say(&stage, S3A_LOCK_RELEASE);
        stage_say(&stage, S3A_LOCK_RELEASE); /* asking twice makes it no later */
        stage_wake(&stage);
        assert_int_equal(stage.now_ms - released_ms, 1000);
        assert_true(stage.action.abandon);
        assert_int_equal(stage.machine.at, S3A_AT_FREE);
        assert_string_equal(stage.action.etag, "held");
        assert_int_equal(stage.action.record->beat, 2);
        stage_written(&stage, "freed");
        ended_with(S3A_OK);
    }
}

/* Who gave it back in time is not told that he lost it while that took its time. */
static void a_lease_that_ends_during_the_release_is_no_loss(void **state)
{
    (void)state;
    stage_hold(&stage);
    stage_wake(&stage);
    stage.now_ms = s3a_lock_good_until_ms(&stage.machine) - 1;
    stage_say(&stage, S3A_LOCK_RELEASE);
    assert_true(s3a_lock_good_until_ms(&stage.machine) == 0);
    stage_pass(&stage, 500);
    stage_say(&stage, S3A_LOCK_WAKE);
    assert_int_equal(stage.action.tell, 0);
    stage_answer(&stage, S3A_IN_DOUBT);
    assert_int_equal(stage.machine.at, S3A_AT_FREE);
    stage_written(&stage, "freed");
    ended_with(S3A_OK);
}

static void a_late_heartbeat_is_freed_under_its_own_etag(void **state)
{
    (void)state;
    stage_hold(&stage);
    stage_wake(&stage);
    struct s3a_lock_view beaten = stage_applied(&stage, "held1");
    stage_say(&stage, S3A_LOCK_RELEASE);
    stage_answer(&stage, S3A_IN_DOUBT);
    assert_string_equal(stage.action.etag, "held");
    assert_int_equal(stage.action.record->beat, 2); /* unlike both that may lie there */
    stage_answer(&stage, S3A_CONFLICT);
    assert_int_equal(stage.machine.at, S3A_AT_SEEK);
    stage_sees(&stage, &beaten);
    assert_string_equal(stage.action.etag, "held1");
    assert_false(stage.action.record->held);
    stage_written(&stage, "freed");
    ended_with(S3A_OK);
}

static void the_successors_record_is_left_alone(void **state)
{
    (void)state;
    release();
    stage_answer(&stage, S3A_CONFLICT);
    struct s3a_lock_view view = stage_record(&stage, "theirs", true, 1, 0);
    stage_sees(&stage, &view);
    ended_with(S3A_LOST);
    assert_int_equal(stage.action.request, S3A_LOCK_REQUEST_NONE);
    assert_int_equal(stage.machine.lost_reason, S3A_LOST_TAKEN_OVER);
}

static void a_release_in_doubt_that_was_superseded_was_one(void **state)
{
    (void)state;
    static const enum s3a_status answers[] = {S3A_IN_DOUBT, S3A_SERVER, S3A_LATER, S3A_RACE};

    for (size_t i = 0; i < sizeof(answers) / sizeof(answers[0]); i++) {
        stage_init(&stage);
        release();
        stage_answer(&stage, answers[i]);
        stage_wake(&stage);
        if (stage.machine.at == S3A_AT_FREE) {
            stage_answer(&stage, S3A_CONFLICT);
        }
        struct s3a_lock_view view = stage_record(&stage, "theirs", true, 1, 0);
        view.record.recent[0] = stage.machine.record.grant;
        view.record.recent_count = 1;
        stage_sees(&stage, &view);
        ended_with(S3A_OK);
    }
}

static void taken_by_force_before_the_release_it_was_lost(void **state)
{
    (void)state;
    release();
    stage_answer(&stage, S3A_CONFLICT);
    struct s3a_lock_view view = stage_record(&stage, "theirs", true, 1, 0);
    view.record.recent[0] = stage.machine.record.grant;
    view.record.recent_count = 1;
    stage_sees(&stage, &view);
    ended_with(S3A_LOST);
}

static void a_bucket_that_is_gone_has_nothing_to_free(void **state)
{
    (void)state;
    release();
    stage_answer(&stage, S3A_NO_BUCKET);
    assert_int_equal(stage.machine.at, S3A_AT_SEEK);
    stage_answer(&stage, S3A_NO_BUCKET);
    ended_with(S3A_LOST);
    assert_int_equal(stage.machine.lost_reason, S3A_LOST_DELETED);
}

static void fatal_answers_end_a_release(void **state)
{
    (void)state;
    release();
    stage_answer(&stage, S3A_DENIED);
    ended_with(S3A_DENIED);
    stage_init(&stage);
    release();
    stage_answer(&stage, S3A_CONFLICT);
    stage_answer(&stage, S3A_CREDENTIALS);
    ended_with(S3A_CREDENTIALS);
}

static void trying_ends_with_the_lease_and_not_before(void **state)
{
    (void)state;
    static const enum s3a_status answers[] = {S3A_LATER, S3A_IN_DOUBT, S3A_UNREACHABLE};

    for (size_t i = 0; i < sizeof(answers) / sizeof(answers[0]); i++) {
        stage_init(&stage);
        release();
        uint64_t end_ms = stage.now_ms + 30000;
        while (stage.machine.at != S3A_AT_ENDED) {
            assert_true(stage.now_ms <= end_ms + 100);
            if (stage.machine.at == S3A_AT_REST) {
                stage_wake(&stage);
            } else {
                stage_pass(&stage, 100);
                stage_answer(&stage, stage.machine.at == S3A_AT_SEEK ? S3A_TIMEOUT : answers[i]);
            }
        }
        assert_true(stage.now_ms >= end_ms);
    }
}

static void our_own_free_record_is_a_success(void **state)
{
    (void)state;
    release();
    stage_answer(&stage, S3A_IN_DOUBT);
    stage_wake(&stage);
    assert_int_equal(stage.machine.at, S3A_AT_SEEK);
    struct s3a_lock_view view = stage_applied(&stage, "freed");
    stage_sees(&stage, &view);
    ended_with(S3A_OK);
}

static void a_release_that_was_not_applied_is_sent_again(void **state)
{
    (void)state;
    release();
    stage_answer(&stage, S3A_IN_DOUBT);
    stage_wake(&stage);
    struct s3a_lock_view view = stage_applied(&stage, "held");
    view.record.held = true;
    stage_sees(&stage, &view);
    assert_int_equal(stage.machine.at, S3A_AT_REST);
    stage_wake(&stage);
    assert_int_equal(stage.machine.at, S3A_AT_FREE);
    assert_string_equal(stage.action.etag, "held");
}

static void release_after_loss_sends_nothing(void **state)
{
    (void)state;
    stage_hold(&stage);
    stage_wake(&stage);
    stage_answer(&stage, S3A_CONFLICT);
    stage_sees_nothing(&stage);
    assert_int_equal(stage.machine.at, S3A_AT_OVER);
    stage_say(&stage, S3A_LOCK_RELEASE);
    assert_int_equal(stage.action.request, S3A_LOCK_REQUEST_NONE);
    ended_with(S3A_LOST);
    stage_say(&stage, S3A_LOCK_RELEASE);
    assert_int_equal(stage.action.tell, 0);
}

static void release_while_our_lost_record_is_being_freed_waits_for_that(void **state)
{
    (void)state;
    stage_hold(&stage);
    stage.now_ms = s3a_lock_good_until_ms(&stage.machine);
    stage_say(&stage, S3A_LOCK_WAKE);
    assert_int_equal(stage.machine.at, S3A_AT_FREE);
    stage_say(&stage, S3A_LOCK_RELEASE);
    assert_int_equal(stage.action.tell, 0);
    stage_written(&stage, "freed");
    ended_with(S3A_LOST);
}

static void a_lost_record_that_was_freed_leaves_it_over(void **state)
{
    (void)state;
    stage_hold(&stage);
    stage.now_ms = s3a_lock_good_until_ms(&stage.machine);
    stage_say(&stage, S3A_LOCK_WAKE);
    stage_written(&stage, "freed");
    assert_int_equal(stage.machine.at, S3A_AT_OVER);
    assert_int_equal(stage.action.tell, 0);
    assert_int_equal(stage.told, S3A_LOCK_TELL_GRANTED | S3A_LOCK_TELL_LOST);
}

static void cancelled_while_clearing_it_does_not_begin_again(void **state)
{
    (void)state;
    stage_start(&stage, NULL);
    stage_sees_nothing(&stage);
    stage_pass(&stage, 29400);
    stage_written(&stage, "taken");
    assert_int_equal(stage.machine.at, S3A_AT_FREE);
    stage_say(&stage, S3A_LOCK_CANCEL);
    stage_written(&stage, "freed");
    assert_int_equal(stage.machine.at, S3A_AT_ENDED);
    assert_int_equal(stage.action.status, S3A_CANCELLED);
}

/* An attempt was to be cleared up, and somebody else lies there: what is known of him begins now.
 */
static void what_is_found_while_clearing_is_watched_from_then_on(void **state)
{
    (void)state;
    stage_start(&stage, NULL);
    struct s3a_lock_view view = stage_record(&stage, "free", false, 5, 1000);
    stage_sees(&stage, &view);
    stage_pass(&stage, 29400);
    stage_written(&stage, "taken");
    stage_answer(&stage, S3A_CONFLICT);
    assert_int_equal(stage.machine.at, S3A_AT_SEEK);
    view = stage_record(&stage, "theirs", true, 9, 0);
    view.store_modified_ms = S3A_STORE_TIME_NONE;
    uint64_t seen_ms = stage.now_ms;
    stage_sees(&stage, &view);
    while (stage.machine.at == S3A_AT_LOOK) {
        stage_answer(&stage, S3A_NOT_MODIFIED);
        if (stage.machine.at == S3A_AT_WAIT) {
            stage_wake(&stage);
        }
    }
    assert_int_equal(stage.machine.at, S3A_AT_TAKE);
    assert_true(stage.now_ms - seen_ms >= 32000);
    assert_int_equal(stage.action.record->grant.token, 10);
}

#define STORY(name) cmocka_unit_test_setup(name, begin)

int main(void)
{
    const struct CMUnitTest tests[] = {
        STORY(release_keeps_the_token),
        STORY(release_waits_for_the_heartbeat_and_frees_what_it_left),
        STORY(release_does_not_wait_long_for_a_heartbeat),
        STORY(a_lease_that_ends_during_the_release_is_no_loss),
        STORY(a_late_heartbeat_is_freed_under_its_own_etag),
        STORY(the_successors_record_is_left_alone),
        STORY(a_release_in_doubt_that_was_superseded_was_one),
        STORY(taken_by_force_before_the_release_it_was_lost),
        STORY(a_bucket_that_is_gone_has_nothing_to_free),
        STORY(fatal_answers_end_a_release),
        STORY(trying_ends_with_the_lease_and_not_before),
        STORY(our_own_free_record_is_a_success),
        STORY(a_release_that_was_not_applied_is_sent_again),
        STORY(release_after_loss_sends_nothing),
        STORY(release_while_our_lost_record_is_being_freed_waits_for_that),
        STORY(a_lost_record_that_was_freed_leaves_it_over),
        STORY(what_is_found_while_clearing_is_watched_from_then_on),
        STORY(cancelled_while_clearing_it_does_not_begin_again),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
