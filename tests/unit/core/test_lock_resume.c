/* SPDX-License-Identifier: MIT */
#include "test.h"

#include <string.h>

#include "machine_fixture.h"

static struct stage stage;

static int begin(void **state)
{
    (void)state;
    stage_init(&stage);
    stage.terms.wait_ms = 0;
    return 0;
}

/* Found as it was left: the first heartbeat is in flight. */
static void resume(void)
{
    stage_resume(&stage);
    assert_int_equal(stage.action.request, S3A_LOCK_REQUEST_GET);
    struct s3a_lock_view view = stage_our_record(&stage, "left", 3, 10000);
    stage_sees(&stage, &view);
    assert_int_equal(stage.machine.at, S3A_AT_TAKE);
    assert_int_equal(stage.action.request, S3A_LOCK_REQUEST_REPLACE);
    assert_string_equal(stage.action.etag, "left");
}

static void lost(enum s3a_lost_reason reason)
{
    stage_failed(&stage, S3A_LOST);
    assert_int_equal(stage.machine.lost_reason, reason);
    assert_int_equal(stage.action.request, S3A_LOCK_REQUEST_NONE);
}

static void one_look_and_one_beat_go_on_with_it(void **state)
{
    (void)state;
    stage.terms.lease_ms = 60000;
    resume();
    assert_int_equal(stage.action.record->grant.token, 7);
    assert_true(stage.action.record->held);
    assert_int_equal(stage.action.record->lease_ms, 60000);
    uint64_t sent_ms = stage.now_ms;
    stage_pass(&stage, 1500);
    stage_written(&stage, "beaten");
    assert_int_equal(stage.action.tell, S3A_LOCK_TELL_GRANTED);
    assert_int_equal(s3a_lock_good_until_ms(&stage.machine), sent_ms + 60000 - 1200);
    stage_wake(&stage);
    assert_int_equal(stage.machine.at, S3A_AT_BEAT);
    assert_string_equal(stage.action.etag, "beaten");
}

static void its_beat_is_none_that_may_be_under_way(void **state)
{
    (void)state;
    resume();
    assert_true(stage.action.record->beat >= 5);
}

static void what_is_not_ours_any_more_is_lost(void **state)
{
    (void)state;
    struct s3a_lock_view view;

    stage_resume(&stage);
    view = stage_record(&stage, "theirs", true, 8, 0);
    stage_sees(&stage, &view);
    lost(S3A_LOST_TAKEN_OVER);

    stage_init(&stage);
    stage_resume(&stage);
    view = stage_our_record(&stage, "freed", 4, 0);
    view.record.held = false;
    stage_sees(&stage, &view);
    lost(S3A_LOST_FREED);

    stage_init(&stage);
    stage_resume(&stage);
    view = stage_our_record(&stage, "kept", 4, 0);
    view.record.heartbeat_ms = 0; /* held on for its shortest hold */
    stage_sees(&stage, &view);
    lost(S3A_LOST_FREED);

    stage_init(&stage);
    stage_resume(&stage);
    stage_sees_nothing(&stage);
    lost(S3A_LOST_DELETED);

    stage_init(&stage);
    stage_resume(&stage);
    view.kind = S3A_LOCK_OBJECT_FOREIGN;
    stage_sees(&stage, &view);
    lost(S3A_LOST_OVERWRITTEN);
}

static void another_grant_of_our_token_is_not_ours(void **state)
{
    (void)state;
    stage_resume(&stage);
    struct s3a_lock_view view = stage_record(&stage, "theirs", true, 7, 0);
    stage_sees(&stage, &view);
    lost(S3A_LOST_TAKEN_OVER);
}

static void a_lease_that_is_over_is_lost_although_nobody_took_it(void **state)
{
    (void)state;
    stage_resume(&stage);
    struct s3a_lock_view view = stage_our_record(&stage, "left", 3, 30000);
    stage_sees(&stage, &view);
    lost(S3A_LOST_UNREACHABLE);
    stage_init(&stage);
    stage_resume(&stage);
    view = stage_our_record(&stage, "left", 3, 29999);
    stage_sees(&stage, &view);
    assert_int_equal(stage.machine.at, S3A_AT_TAKE);
}

static void a_store_without_dates_leaves_it_to_the_condition(void **state)
{
    (void)state;
    stage_resume(&stage);
    struct s3a_lock_view view = stage_our_record(&stage, "left", 3, 0);
    view.store_modified_ms = S3A_STORE_TIME_NONE;
    stage_sees(&stage, &view);
    assert_int_equal(stage.machine.at, S3A_AT_TAKE);
    stage_answer(&stage, S3A_CONFLICT);
    view = stage_record(&stage, "theirs", true, 8, 0);
    stage_sees(&stage, &view);
    lost(S3A_LOST_TAKEN_OVER);
}

static void a_beat_in_doubt_that_is_found_counts_from_its_first_try(void **state)
{
    (void)state;
    resume();
    uint64_t sent_ms = stage.now_ms;
    struct s3a_lock_view beaten = stage_applied(&stage, "beaten");
    stage_pass(&stage, 2000);
    stage_answer(&stage, S3A_IN_DOUBT);
    stage_look(&stage);
    stage_sees(&stage, &beaten);
    assert_int_equal(stage.action.tell, S3A_LOCK_TELL_GRANTED);
    assert_int_equal(s3a_lock_good_until_ms(&stage.machine), sent_ms + 30000 - 600);
}

static void a_beat_that_was_not_applied_is_sent_again_as_it_was(void **state)
{
    (void)state;
    resume();
    uint64_t beat = stage.action.record->beat;
    stage_answer(&stage, S3A_LATER);
    stage_unchanged(&stage);
    assert_int_equal(stage.machine.at, S3A_AT_TAKE);
    assert_int_equal(stage.action.record->beat, beat);
    stage_written(&stage, "beaten");
    assert_int_equal(stage.action.tell, S3A_LOCK_TELL_GRANTED);
}

static void a_late_heartbeat_of_before_is_built_upon(void **state)
{
    (void)state;
    resume();
    uint64_t beat = stage.action.record->beat;
    stage_answer(&stage, S3A_CONFLICT);
    struct s3a_lock_view view = stage_our_record(&stage, "late", 4, 0);
    stage_sees(&stage, &view);
    assert_int_equal(stage.machine.at, S3A_AT_TAKE);
    assert_string_equal(stage.action.etag, "late");
    assert_true(stage.action.record->beat > beat);
}

static void an_etag_in_the_other_form_is_tried(void **state)
{
    (void)state;
    resume();
    stage_answer(&stage, S3A_CONFLICT);
    stage_unchanged(&stage);
    assert_int_equal(stage.machine.at, S3A_AT_TAKE);
    assert_true(stage.action.bare_etag);
    stage_written(&stage, "beaten");
    assert_int_equal(stage.action.tell, S3A_LOCK_TELL_GRANTED);
}

static void a_store_that_always_refuses_is_not_supported(void **state)
{
    (void)state;
    resume();
    while (stage.machine.at != S3A_AT_ENDED) {
        if (stage.machine.at == S3A_AT_TAKE) {
            stage_answer(&stage, S3A_CONFLICT);
        } else {
            stage_unchanged(&stage);
        }
        assert_true(stage.now_ms < STAGE_BEGIN_MS + 60000);
    }
    assert_true(stage.action.status == S3A_UNSUPPORTED || stage.action.status == S3A_RACE);
}

static void given_up_nothing_is_freed(void **state)
{
    (void)state;
    static const enum s3a_status answers[] = {S3A_IN_DOUBT, S3A_LATER};

    for (size_t i = 0; i < sizeof(answers) / sizeof(answers[0]); i++) {
        stage_init(&stage);
        stage.terms.wait_ms = 0;
        resume();
        stage_answer(&stage, answers[i]);
        stage_say(&stage, S3A_LOCK_CANCEL);
        stage_failed(&stage, S3A_CANCELLED);
        assert_int_equal(stage.action.request, S3A_LOCK_REQUEST_NONE);
    }
    stage_init(&stage);
    resume();
    stage_say(&stage, S3A_LOCK_CANCEL);
    stage_wake(&stage);
    assert_true(stage.action.abandon);
    stage_failed(&stage, S3A_CANCELLED);
}

static void without_any_clear_answer_it_fails(void **state)
{
    (void)state;
    stage_resume(&stage);
    for (int i = 0; i < 2; i++) {
        stage_answer(&stage, S3A_UNREACHABLE);
        stage_look(&stage);
    }
    stage_answer(&stage, S3A_UNREACHABLE);
    stage_failed(&stage, S3A_UNREACHABLE);
    stage_init(&stage);
    stage_resume(&stage);
    stage_answer(&stage, S3A_DENIED);
    stage_failed(&stage, S3A_DENIED);
}

static void an_answer_after_the_leases_end_is_no_grant(void **state)
{
    (void)state;
    resume();
    stage_pass(&stage, 30000);
    stage_written(&stage, "beaten");
    assert_int_equal(stage.told, 0);
    assert_int_equal(stage.machine.at, S3A_AT_LOOK);
    struct s3a_lock_view view = stage_applied(&stage, "beaten");
    stage_sees(&stage, &view);
    assert_int_equal(stage.machine.at, S3A_AT_TAKE);
    assert_string_equal(stage.action.etag, "beaten");
}

static void counts_that_we_never_reach_are_not_carried_on(void **state)
{
    (void)state;
    stage_resume(&stage);
    struct s3a_lock_view view = stage_our_record(&stage, "left", INT64_MAX, 0);
    stage_sees(&stage, &view);
    lost(S3A_LOST_OVERWRITTEN);
}

static void detached_it_ends_at_once_and_stays_held(void **state)
{
    (void)state;
    stage_hold(&stage);
    stage_say(&stage, S3A_LOCK_DETACH);
    assert_int_equal(stage.machine.at, S3A_AT_ENDED);
    assert_int_equal(stage.action.tell, S3A_LOCK_TELL_ENDED);
    assert_int_equal(stage.action.request, S3A_LOCK_REQUEST_NONE);
    assert_false(stage.action.abandon);
    assert_true(stage.machine.record.held);
    assert_int_equal(s3a_lock_good_until_ms(&stage.machine), 0);
    stage_init(&stage);
    stage_hold(&stage);
    stage_wake(&stage);
    stage_say(&stage, S3A_LOCK_DETACH);
    assert_true(stage.action.abandon);
    assert_int_equal(stage.machine.at, S3A_AT_ENDED);
}

static void who_does_not_hold_it_cannot_leave_it_to_others(void **state)
{
    (void)state;
    stage_start(&stage, NULL);
    stage_say(&stage, S3A_LOCK_DETACH);
    assert_int_equal(stage.machine.at, S3A_AT_LOOK);
    stage_init(&stage);
    stage_hold(&stage);
    stage.now_ms = s3a_lock_good_until_ms(&stage.machine);
    stage_say(&stage, S3A_LOCK_DETACH);
    assert_int_equal(stage.action.tell, S3A_LOCK_TELL_LOST);
    stage_init(&stage);
    stage_hold(&stage);
    stage_wake(&stage);
    stage_say(&stage, S3A_LOCK_RELEASE);
    stage_say(&stage, S3A_LOCK_DETACH);
    assert_int_equal(stage.machine.at, S3A_AT_BEAT);
}

#define STORY(name) cmocka_unit_test_setup(name, begin)

int main(void)
{
    const struct CMUnitTest tests[] = {
        STORY(one_look_and_one_beat_go_on_with_it),
        STORY(its_beat_is_none_that_may_be_under_way),
        STORY(what_is_not_ours_any_more_is_lost),
        STORY(another_grant_of_our_token_is_not_ours),
        STORY(a_lease_that_is_over_is_lost_although_nobody_took_it),
        STORY(a_store_without_dates_leaves_it_to_the_condition),
        STORY(a_beat_in_doubt_that_is_found_counts_from_its_first_try),
        STORY(a_beat_that_was_not_applied_is_sent_again_as_it_was),
        STORY(a_late_heartbeat_of_before_is_built_upon),
        STORY(an_etag_in_the_other_form_is_tried),
        STORY(a_store_that_always_refuses_is_not_supported),
        STORY(given_up_nothing_is_freed),
        STORY(without_any_clear_answer_it_fails),
        STORY(an_answer_after_the_leases_end_is_no_grant),
        STORY(counts_that_we_never_reach_are_not_carried_on),
        STORY(detached_it_ends_at_once_and_stays_held),
        STORY(who_does_not_hold_it_cannot_leave_it_to_others),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
