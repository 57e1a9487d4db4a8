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

static void beat(void)
{
    while (stage.machine.at == S3A_AT_HOLD) {
        stage_wake(&stage);
    }
    assert_int_equal(stage.machine.at, S3A_AT_BEAT);
}

/* The next try to write, where looking is of no help. */
static void again(void)
{
    stage_wake(&stage);
    if (stage.machine.at == S3A_AT_CHECK) {
        stage_answer(&stage, S3A_UNREACHABLE);
    }
    beat();
}

/* A heartbeat that was refused is about to be looked into. */
static void check(void)
{
    beat();
    stage_answer(&stage, S3A_CONFLICT);
    assert_int_equal(stage.machine.at, S3A_AT_CHECK);
    assert_int_equal(stage.action.request, S3A_LOCK_REQUEST_GET);
}

static void lost_because_of(enum s3a_lost_reason reason)
{
    assert_int_equal(stage.action.tell, S3A_LOCK_TELL_LOST);
    assert_int_equal(stage.machine.lost_reason, reason);
    assert_true(s3a_lock_good_until_ms(&stage.machine) == 0);
}

static void a_heartbeat_replaces_the_record_under_its_etag(void **state)
{
    (void)state;
    stage_hold(&stage);
    uint64_t granted_ms = stage.now_ms;
    beat();
    assert_in_range(stage.now_ms - granted_ms, 9000, 11000);
    assert_int_equal(stage.action.request, S3A_LOCK_REQUEST_REPLACE);
    assert_string_equal(stage.action.etag, "held");
    assert_true(stage.action.record->held);
    assert_int_equal(stage.action.record->beat, 1);
    uint64_t sent_ms = stage.now_ms;
    stage_pass(&stage, 3000);
    stage_written(&stage, "held1");
    assert_true(s3a_lock_good_until_ms(&stage.machine) == sent_ms + 30000 - 600);
}

static void the_same_heartbeat_is_sent_again_until_it_is_settled(void **state)
{
    (void)state;
    stage_hold(&stage);
    beat();
    struct s3a_lock_record first = *stage.action.record;
    uint64_t first_ms = stage.now_ms;
    stage_pass(&stage, 5000);
    stage_answer(&stage, S3A_IN_DOUBT);
    stage_wake(&stage);
    assert_int_equal(stage.machine.at, S3A_AT_CHECK);
    stage_answer(&stage, S3A_TIMEOUT);
    beat();
    assert_memory_equal(stage.action.record, &first, sizeof(first));
    assert_string_equal(stage.action.etag, "held");
    /* The first had been applied: the lease counts from there, not from the second. */
    stage_answer(&stage, S3A_CONFLICT);
    assert_int_equal(stage.machine.at, S3A_AT_CHECK);
    struct s3a_lock_view view = stage_applied(&stage, "held1");
    stage_sees(&stage, &view);
    assert_int_equal(stage.told, S3A_LOCK_TELL_GRANTED);
    assert_true(s3a_lock_good_until_ms(&stage.machine) == first_ms + 30000 - 600);
    beat();
    assert_string_equal(stage.action.etag, "held1");
    assert_int_equal(stage.action.record->beat, 2);
}

static void an_answer_after_the_end_changes_nothing(void **state)
{
    (void)state;
    stage_hold(&stage);
    uint64_t end_ms = s3a_lock_good_until_ms(&stage.machine);
    beat();
    stage.now_ms = end_ms;
    stage_written(&stage, "held1");
    lost_because_of(S3A_LOST_UNREACHABLE);
    /* What lies there is ours, and freed under the ETag of the late answer. */
    assert_int_equal(stage.machine.at, S3A_AT_FREE);
    assert_string_equal(stage.action.etag, "held1");
    assert_false(stage.action.record->held);
}

static void a_process_frozen_for_hours_finds_out_before_anything_else(void **state)
{
    (void)state;
    static const enum s3a_lock_event_kind events[] = {S3A_LOCK_WAKE, S3A_LOCK_RELEASE,
                                                      S3A_LOCK_CANCEL};

    for (size_t i = 0; i < 3; i++) {
        stage_init(&stage);
        stage_hold(&stage);
        stage_pass(&stage, 5 * 3600 * 1000);
        stage_say(&stage, events[i]);
        lost_because_of(S3A_LOST_UNREACHABLE);
        assert_int_equal(stage.machine.at, S3A_AT_FREE);
        assert_string_equal(stage.action.etag, "held");
        assert_false(stage.action.record->held);
    }
}

static void danger_is_told_once_a_dip(void **state)
{
    (void)state;
    unsigned told = 0;

    stage_hold(&stage);
    for (int dip = 0; dip < 2; dip++) {
        uint64_t danger_ms = s3a_lock_good_until_ms(&stage.machine) - 10000;
        while (stage.now_ms < danger_ms + 3000) {
            if (stage.action.request != S3A_LOCK_REQUEST_NONE) {
                stage_answer(&stage, S3A_UNREACHABLE);
            } else {
                stage_wake(&stage);
            }
            bool dangerous = stage.action.tell & S3A_LOCK_TELL_DANGER;
            assert_true(!dangerous || stage.now_ms >= danger_ms);
            told += dangerous ? 1 : 0;
        }
        assert_int_equal(told, dip + 1);
        beat();
        stage_written(&stage, dip ? "b" : "a");
        assert_int_equal(stage.action.tell, 0);
    }
}

static void no_danger_is_told_once_release_is_wanted(void **state)
{
    (void)state;
    stage_hold(&stage);
    beat();
    stage_say(&stage, S3A_LOCK_RELEASE);
    stage.now_ms = s3a_lock_good_until_ms(&stage.machine) - 10000;
    stage_say(&stage, S3A_LOCK_WAKE);
    assert_int_equal(stage.action.tell, 0);
}

static void a_bucket_that_is_gone_means_deleted(void **state)
{
    (void)state;
    stage_hold(&stage);
    beat();
    stage_answer(&stage, S3A_NO_BUCKET);
    assert_int_equal(stage.machine.at, S3A_AT_CHECK);
    stage_answer(&stage, S3A_NO_BUCKET);
    lost_because_of(S3A_LOST_DELETED);
    assert_int_equal(stage.machine.at, S3A_AT_OVER);
    stage_say(&stage, S3A_LOCK_RELEASE);
    assert_int_equal(stage.action.tell, S3A_LOCK_TELL_ENDED);
    assert_int_equal(stage.action.status, S3A_LOST);
}

static void fatal_answers_are_no_proof_of_loss(void **state)
{
    (void)state;
    static const enum s3a_status statuses[] = {S3A_DENIED,      S3A_CREDENTIALS, S3A_REFUSED,
                                               S3A_UNSUPPORTED, S3A_TOO_LARGE,   S3A_SYSTEM};

    for (size_t i = 0; i < sizeof(statuses) / sizeof(statuses[0]); i++) {
        stage_init(&stage);
        stage_hold(&stage);
        beat();
        stage_answer(&stage, statuses[i]);
        assert_int_equal(stage.action.tell, 0);
        again();
        stage_written(&stage, "held1");
        check();
        stage_answer(&stage, statuses[i]);
        assert_int_equal(stage.action.tell, 0);
        again();
        assert_true(s3a_lock_good_until_ms(&stage.machine) > stage.now_ms);
    }
}

static void refused_credentials_are_the_reason_only_where_they_came_last(void **state)
{
    (void)state;
    for (int last = 0; last < 2; last++) {
        stage_init(&stage);
        stage_hold(&stage);
        beat();
        stage_answer(&stage, S3A_DENIED);
        if (last == 1) {
            again();
            stage_answer(&stage, S3A_TIMEOUT);
        }
        stage.now_ms = s3a_lock_good_until_ms(&stage.machine);
        stage_say(&stage, S3A_LOCK_WAKE);
        lost_because_of(last == 1 ? S3A_LOST_UNREACHABLE : S3A_LOST_CREDENTIALS);
    }
}

static void what_ended_first_is_the_reason(void **state)
{
    (void)state;
    stage.terms.max_hold_ms = 60000;
    stage_hold(&stage);
    stage_pass(&stage, 3600 * 1000); /* frozen: the lease ended first */
    stage_say(&stage, S3A_LOCK_WAKE);
    lost_because_of(S3A_LOST_UNREACHABLE);

    stage_init(&stage);
    stage.terms.max_hold_ms = 20000;
    stage_hold(&stage);
    stage_pass(&stage, 3600 * 1000);
    stage_say(&stage, S3A_LOCK_WAKE);
    lost_because_of(S3A_LOST_HELD_TOO_LONG);
    assert_int_equal(stage.machine.at, S3A_AT_OVER);
    assert_int_equal(stage.action.request, S3A_LOCK_REQUEST_NONE);
}

static void held_too_long_it_stops_beating_and_frees_on_release(void **state)
{
    (void)state;
    stage.terms.max_hold_ms = 12000;
    stage_hold(&stage);
    uint64_t granted_ms = stage.now_ms;
    beat();
    stage.now_ms = granted_ms + 12000;
    stage_say(&stage, S3A_LOCK_WAKE);
    lost_because_of(S3A_LOST_HELD_TOO_LONG);
    stage_written(&stage, "held1");
    assert_int_equal(stage.machine.at, S3A_AT_OVER);
    assert_int_equal(stage.action.tell, 0);
    assert_true(stage.action.wake_ms == S3A_LOCAL_TIME_NEVER);
    stage_say(&stage, S3A_LOCK_RELEASE);
    assert_string_equal(stage.action.etag, "held1");
    assert_false(stage.action.record->held);
    stage_written(&stage, "freed");
    assert_int_equal(stage.action.status, S3A_LOST);
}

static void who_lies_there_instead_is_the_reason(void **state)
{
    (void)state;
    static const struct {
        enum s3a_lock_object kind;
        enum s3a_lost_reason reason;
    } cases[] = {{S3A_LOCK_OBJECT_ABSENT, S3A_LOST_DELETED},
                 {S3A_LOCK_OBJECT_RECORD, S3A_LOST_TAKEN_OVER},
                 {S3A_LOCK_OBJECT_JAVA, S3A_LOST_TAKEN_OVER},
                 {S3A_LOCK_OBJECT_NEWER, S3A_LOST_TAKEN_OVER},
                 {S3A_LOCK_OBJECT_FOREIGN, S3A_LOST_OVERWRITTEN}};

    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        stage_init(&stage);
        stage_hold(&stage);
        check();
        struct s3a_lock_view view = stage_record(&stage, "theirs", true, 1, 0);
        view.kind = cases[i].kind;
        stage_sees(&stage, &view);
        lost_because_of(cases[i].reason);
        assert_int_equal(stage.machine.at, S3A_AT_OVER);
        assert_int_equal(stage.action.request, S3A_LOCK_REQUEST_NONE);
    }
    stage_init(&stage);
    stage_hold(&stage);
    check();
    struct s3a_lock_view view = stage_applied(&stage, "forced");
    view.record.held = false;
    stage_sees(&stage, &view);
    lost_because_of(S3A_LOST_FREED);
}

static void a_record_edited_from_outside_never_makes_a_beat_come_back(void **state)
{
    (void)state;
    stage_hold(&stage);
    for (int i = 0; i < 5; i++) {
        beat();
        stage_written(&stage, i % 2 ? "odd" : "even");
    }
    uint64_t end_ms = s3a_lock_good_until_ms(&stage.machine);
    check();
    /* Somebody has put an old version of our record back. */
    struct s3a_lock_view view = stage_applied(&stage, "restored");
    view.record.beat = 2;
    stage_sees(&stage, &view);
    assert_int_equal(stage.action.tell, 0);
    assert_true(s3a_lock_good_until_ms(&stage.machine) == end_ms);
    beat();
    assert_string_equal(stage.action.etag, "restored");
    assert_true(stage.action.record->beat > 6);
}

static void a_heartbeat_refused_for_the_form_of_its_etag_is_tried_in_the_other(void **state)
{
    (void)state;
    stage_hold(&stage);
    check();
    struct s3a_lock_view view = stage_applied(&stage, "held");
    view.record.beat = 0;
    stage_sees(&stage, &view);
    assert_int_equal(stage.machine.at, S3A_AT_BEAT);
    assert_true(stage.action.bare_etag);
    stage_answer(&stage, S3A_CONFLICT);
    stage_sees(&stage, &view);
    /* Neither: a pause, and back to the first. */
    assert_int_equal(stage.machine.at, S3A_AT_HOLD);
    beat();
    assert_false(stage.action.bare_etag);
}

static void an_answer_without_an_etag_is_settled_by_looking(void **state)
{
    (void)state;
    stage_hold(&stage);
    beat();
    stage_written(&stage, "");
    assert_int_equal(stage.action.tell, 0);
    stage_wake(&stage);
    assert_int_equal(stage.machine.at, S3A_AT_CHECK);
    struct s3a_lock_view view = stage_applied(&stage, "held1");
    stage_sees(&stage, &view);
    assert_int_equal(stage.machine.at, S3A_AT_HOLD);
    assert_string_equal(stage.machine.etag, "held1");
}

static void an_early_wake_does_nothing(void **state)
{
    (void)state;
    stage_hold(&stage);
    uint64_t wake_ms = stage.action.wake_ms;
    stage.now_ms = wake_ms - 1;
    stage_say(&stage, S3A_LOCK_WAKE);
    assert_int_equal(stage.action.request, S3A_LOCK_REQUEST_NONE);
    assert_true(stage.action.wake_ms == wake_ms);
}

#define STORY(name) cmocka_unit_test_setup(name, begin)

int main(void)
{
    const struct CMUnitTest tests[] = {
        STORY(a_heartbeat_replaces_the_record_under_its_etag),
        STORY(the_same_heartbeat_is_sent_again_until_it_is_settled),
        STORY(an_answer_after_the_end_changes_nothing),
        STORY(a_process_frozen_for_hours_finds_out_before_anything_else),
        STORY(danger_is_told_once_a_dip),
        STORY(no_danger_is_told_once_release_is_wanted),
        STORY(a_bucket_that_is_gone_means_deleted),
        STORY(fatal_answers_are_no_proof_of_loss),
        STORY(refused_credentials_are_the_reason_only_where_they_came_last),
        STORY(what_ended_first_is_the_reason),
        STORY(held_too_long_it_stops_beating_and_frees_on_release),
        STORY(who_lies_there_instead_is_the_reason),
        STORY(a_record_edited_from_outside_never_makes_a_beat_come_back),
        STORY(a_heartbeat_refused_for_the_form_of_its_etag_is_tried_in_the_other),
        STORY(an_answer_without_an_etag_is_settled_by_looking),
        STORY(an_early_wake_does_nothing),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
