/* SPDX-License-Identifier: MIT */
#include "test.h"

#include <string.h>

#include "machine_fixture.h"

/* Attempts whose writes are in doubt, late, put off or no longer wanted. */

static struct stage stage;

static int begin(void **state)
{
    (void)state;
    stage_init(&stage);
    return 0;
}

/* Takes it and gets that answer, again and again, while it lies there free. */
static void try_until_it_gives_up(enum s3a_status answer)
{
    stage_take(&stage, 1);
    for (int i = 0; i < 10; i++) {
        stage_answer(&stage, answer);
        if (stage.machine.at == S3A_AT_FREE) {
            return;
        }
        stage_look(&stage);
        stage_answer(&stage, S3A_NOT_MODIFIED);
        assert_int_equal(stage.machine.at, S3A_AT_TAKE);
    }
    fail_msg("it never gave up");
}

static void a_grant_counts_from_the_first_send_when_it_was_found_by_looking(void **state)
{
    (void)state;
    stage_take(&stage, 1);
    uint64_t first_ms = stage.now_ms;
    stage_pass(&stage, 5000);
    stage_answer(&stage, S3A_IN_DOUBT);
    stage_unchanged(&stage);
    assert_int_equal(stage.machine.at, S3A_AT_TAKE);
    stage_pass(&stage, 5000);
    stage_answer(&stage, S3A_IN_DOUBT);
    stage_look(&stage);
    struct s3a_lock_view view = stage_applied(&stage, "taken");
    stage_sees(&stage, &view);
    assert_int_equal(stage.told, S3A_LOCK_TELL_GRANTED);
    assert_true(s3a_lock_good_until_ms(&stage.machine) == first_ms + 30000 - 600);
}

static void a_grant_counts_from_the_try_that_was_answered(void **state)
{
    (void)state;
    stage_take(&stage, 1);
    stage_pass(&stage, 5000);
    stage_answer(&stage, S3A_IN_DOUBT);
    stage_unchanged(&stage);
    uint64_t second_ms = stage.now_ms;
    stage_pass(&stage, 5000);
    stage_written(&stage, "taken");
    assert_int_equal(stage.told, S3A_LOCK_TELL_GRANTED);
    assert_true(s3a_lock_good_until_ms(&stage.machine) == second_ms + 30000 - 600);
}

static void an_answer_after_the_leases_end_is_no_grant(void **state)
{
    (void)state;
    stage_take(&stage, 1);
    stage_pass(&stage, 29400);
    stage_written(&stage, "taken");
    assert_int_equal(stage.told, 0);
    assert_int_equal(stage.machine.at, S3A_AT_FREE);
    assert_string_equal(stage.action.etag, "taken");
    assert_false(stage.action.record->held);
    /* It waits for ever, so it begins again. */
    stage_written(&stage, "freed");
    stage_look(&stage);
}

static void an_answer_after_the_longest_hold_is_no_grant(void **state)
{
    (void)state;
    stage.terms.max_hold_ms = 12000;
    stage_take(&stage, 1);
    stage_pass(&stage, 12000);
    stage_written(&stage, "taken");
    assert_int_equal(stage.told, 0);
    assert_int_equal(stage.machine.at, S3A_AT_FREE);
}

static void races_without_end_have_a_reason(void **state)
{
    (void)state;
    stage.terms.wait_ms = 0;
    try_until_it_gives_up(S3A_RACE);
    /* Given up, so what may still be under way is made impossible. */
    stage_written(&stage, "burnt");
    stage_failed(&stage, S3A_RACE);
}

static void doubt_that_was_cleared_up_is_not_told_as_doubt(void **state)
{
    (void)state;
    static const struct {
        enum s3a_status answer, told;
    } cases[] = {{S3A_IN_DOUBT, S3A_TIMEOUT}, {S3A_TIMEOUT, S3A_TIMEOUT}, {S3A_SERVER, S3A_SERVER}};

    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        stage_init(&stage);
        stage.terms.wait_ms = 0;
        try_until_it_gives_up(cases[i].answer);
        stage_written(&stage, "burnt");
        stage_failed(&stage, cases[i].told);
    }
}

static void doubt_that_could_not_be_cleared_up_is_told(void **state)
{
    (void)state;
    stage_take(&stage, 1);
    stage_answer(&stage, S3A_IN_DOUBT);
    stage_say(&stage, S3A_LOCK_CANCEL);
    for (int i = 0; i < 1000 && stage.machine.at != S3A_AT_ENDED; i++) {
        if (stage.machine.at == S3A_AT_REST) {
            stage_wake(&stage);
        } else {
            stage_pass(&stage, 5000);
            stage_answer(&stage, S3A_TIMEOUT);
        }
    }
    stage_failed(&stage, S3A_IN_DOUBT);
}

static void patience_begins_anew_after_an_attempt_was_cleared(void **state)
{
    (void)state;
    stage_take(&stage, 1);
    stage_pass(&stage, 16000); /* half of the lease is over */
    stage_answer(&stage, S3A_IN_DOUBT);
    stage_look(&stage);
    stage_answer(&stage, S3A_NOT_MODIFIED);
    assert_int_equal(stage.machine.at, S3A_AT_FREE);
    for (int i = 0; i < 4; i++) {
        stage_pass(&stage, 5000);
        stage_answer(&stage, S3A_LATER);
        stage_wake(&stage);
    }
    stage_written(&stage, "burnt");
    /* One failed look after that is no reason to give up. */
    stage_pass(&stage, 5000);
    stage_answer(&stage, S3A_TIMEOUT);
    assert_int_equal(stage.told, 0);
    stage_look(&stage);
}

static void a_503_that_was_applied_all_the_same_is_recognised(void **state)
{
    (void)state;
    stage_take(&stage, 1);
    stage_answer(&stage, S3A_LATER);
    stage_look(&stage);
    struct s3a_lock_view view = stage_applied(&stage, "taken");
    stage_sees(&stage, &view);
    assert_int_equal(stage.told, S3A_LOCK_TELL_GRANTED);
}

static void after_a_503_the_very_same_record_is_written_again(void **state)
{
    (void)state;
    stage_take(&stage, 1);
    struct s3a_lock_record first = *stage.action.record;
    stage_answer(&stage, S3A_LATER);
    stage_unchanged(&stage);
    assert_memory_equal(stage.action.record, &first, sizeof(first));
    /* Nobody need be told of an attempt that was only put off. */
    stage_answer(&stage, S3A_LATER);
    stage_say(&stage, S3A_LOCK_CANCEL);
    stage_failed(&stage, S3A_CANCELLED);
}

static void what_was_put_off_for_half_a_lease_is_begun_afresh(void **state)
{
    (void)state;
    stage_take(&stage, 1);
    struct s3a_lock_record first = *stage.action.record;
    stage_pass(&stage, 16000);
    stage_answer(&stage, S3A_UNREACHABLE);
    stage_unchanged(&stage);
    assert_int_equal(stage.machine.at, S3A_AT_TAKE);
    assert_memory_not_equal(stage.action.record->grant.owner, first.grant.owner, S3A_OWNER_SIZE);
}

static void an_answer_that_names_no_etag_is_read_back(void **state)
{
    (void)state;
    static char long_etag[S3A_LOCK_ETAG_SIZE_MAX + 2];
    const char *etags[] = {NULL, "", long_etag};

    memset(long_etag, 'e', sizeof(long_etag) - 1);
    for (size_t i = 0; i < 3; i++) {
        stage_init(&stage);
        stage_take(&stage, 1);
        stage_written(&stage, etags[i]);
        assert_int_equal(stage.told, 0);
        stage_look(&stage);
        struct s3a_lock_view view = stage_applied(&stage, "taken");
        stage_sees(&stage, &view);
        assert_int_equal(stage.told, S3A_LOCK_TELL_GRANTED);
        assert_string_equal(stage.machine.etag, "taken");
    }
}

static void an_attempt_that_was_applied_and_superseded_is_over(void **state)
{
    (void)state;
    stage_take(&stage, 1);
    stage_answer(&stage, S3A_IN_DOUBT);
    stage_look(&stage);
    struct s3a_lock_view view = stage_record(&stage, "theirs", true, 3, 1000);
    view.record.recent[0] = stage.machine.write.record.grant;
    view.record.recent_count = 1;
    stage_sees(&stage, &view);
    assert_int_equal(stage.told, 0);
    assert_int_equal(stage.machine.at, S3A_AT_WAIT);
    /* Nothing is in doubt any more: giving up sends nothing. */
    stage_say(&stage, S3A_LOCK_CANCEL);
    stage_failed(&stage, S3A_CANCELLED);
}

static void a_record_of_ours_that_was_freed_by_force_is_as_free_as_any(void **state)
{
    (void)state;
    stage_take(&stage, 1);
    stage_answer(&stage, S3A_IN_DOUBT);
    stage_look(&stage);
    struct s3a_lock_view view = stage_applied(&stage, "forced");
    view.record.held = false;
    stage_sees(&stage, &view);
    assert_int_equal(stage.machine.at, S3A_AT_TAKE);
    assert_string_equal(stage.action.etag, "forced");
    assert_int_equal(stage.action.record->grant.token, 3);
}

static void cancelled_in_doubt_the_precondition_is_burnt_first(void **state)
{
    (void)state;
    stage_take(&stage, 1);
    struct s3a_grant grant = stage.action.record->grant;
    stage_say(&stage, S3A_LOCK_CANCEL);
    assert_int_equal(stage.machine.at, S3A_AT_TAKE); /* waits for the answer */
    stage_answer(&stage, S3A_IN_DOUBT);
    assert_int_equal(stage.action.request, S3A_LOCK_REQUEST_REPLACE);
    assert_string_equal(stage.action.etag, "free");
    assert_false(stage.action.record->held);
    assert_memory_equal(&stage.action.record->grant, &grant, sizeof(grant));
    stage_written(&stage, "burnt");
    stage_failed(&stage, S3A_CANCELLED);
}

static void cancelled_it_does_not_wait_long_for_an_answer(void **state)
{
    (void)state;
    stage_take(&stage, 1);
    stage_pass(&stage, 300);
    uint64_t cancelled_ms = stage.now_ms;
    stage_say(&stage, S3A_LOCK_CANCEL);
    assert_false(stage.action.abandon);
    stage_wake(&stage);
    assert_int_equal(stage.now_ms - cancelled_ms, 1000);
    assert_true(stage.action.abandon);
    /* What was sent may still be applied, so its condition is burnt. */
    assert_int_equal(stage.machine.at, S3A_AT_FREE);
    assert_string_equal(stage.action.etag, "free");
    stage_written(&stage, "burnt");
    stage_failed(&stage, S3A_CANCELLED);
}

static void cancelled_while_looking_in_doubt_it_does_not_look_long(void **state)
{
    (void)state;
    stage_take(&stage, 1);
    stage_answer(&stage, S3A_IN_DOUBT);
    stage_look(&stage);
    stage_say(&stage, S3A_LOCK_CANCEL);
    assert_int_equal(stage.machine.at, S3A_AT_LOOK);
    stage_wake(&stage);
    assert_true(stage.action.abandon);
    assert_int_equal(stage.machine.at, S3A_AT_FREE);
    assert_string_equal(stage.action.etag, "free");
}

static void cancelled_when_the_grant_arrives_it_is_given_back(void **state)
{
    (void)state;
    stage_take(&stage, 1);
    stage_say(&stage, S3A_LOCK_CANCEL);
    stage_written(&stage, "taken");
    assert_int_equal(stage.machine.at, S3A_AT_FREE);
    assert_string_equal(stage.action.etag, "taken");
    stage_written(&stage, "freed");
    stage_failed(&stage, S3A_CANCELLED);
}

static void cancelled_after_the_grant_nothing_changes(void **state)
{
    (void)state;
    stage_hold(&stage);
    stage_say(&stage, S3A_LOCK_CANCEL);
    assert_int_equal(stage.action.tell, 0);
    assert_int_equal(stage.machine.at, S3A_AT_HOLD);
    stage_wake(&stage);
    assert_int_equal(stage.machine.at, S3A_AT_BEAT);
}

static void release_while_acquiring_cancels(void **state)
{
    (void)state;
    stage_start(&stage, NULL);
    stage_say(&stage, S3A_LOCK_RELEASE);
    assert_true(stage.action.abandon);
    stage_failed(&stage, S3A_CANCELLED);

    stage_init(&stage);
    stage_take(&stage, 1);
    stage_say(&stage, S3A_LOCK_RELEASE);
    stage_written(&stage, "taken");
    assert_false(stage.action.record->held);
    stage_written(&stage, "freed");
    stage_failed(&stage, S3A_CANCELLED);
}

static void a_fatal_answer_while_in_doubt_clears_up_first(void **state)
{
    (void)state;
    stage_take(&stage, 1);
    stage_answer(&stage, S3A_IN_DOUBT);
    stage_look(&stage);
    stage_answer(&stage, S3A_DENIED);
    assert_int_equal(stage.machine.at, S3A_AT_FREE);
    stage_written(&stage, "burnt");
    stage_failed(&stage, S3A_DENIED);
}

static void a_status_that_nobody_expects_leaves_a_write_in_doubt(void **state)
{
    (void)state;
    static const enum s3a_status statuses[] = {S3A_SYSTEM, S3A_CORRUPT, S3A_CANCELLED, S3A_FORMAT,
                                               S3A_NOT_MODIFIED};

    for (size_t i = 0; i < sizeof(statuses) / sizeof(statuses[0]); i++) {
        stage_init(&stage);
        stage_take(&stage, 1);
        stage_answer(&stage, statuses[i]);
        assert_int_equal(stage.told, 0);
        stage_say(&stage, S3A_LOCK_CANCEL);
        assert_int_equal(stage.machine.at, S3A_AT_FREE);
    }
}

#define STORY(name) cmocka_unit_test_setup(name, begin)

int main(void)
{
    const struct CMUnitTest tests[] = {
        STORY(a_grant_counts_from_the_first_send_when_it_was_found_by_looking),
        STORY(a_grant_counts_from_the_try_that_was_answered),
        STORY(an_answer_after_the_leases_end_is_no_grant),
        STORY(an_answer_after_the_longest_hold_is_no_grant),
        STORY(races_without_end_have_a_reason),
        STORY(doubt_that_was_cleared_up_is_not_told_as_doubt),
        STORY(doubt_that_could_not_be_cleared_up_is_told),
        STORY(patience_begins_anew_after_an_attempt_was_cleared),
        STORY(a_503_that_was_applied_all_the_same_is_recognised),
        STORY(after_a_503_the_very_same_record_is_written_again),
        STORY(what_was_put_off_for_half_a_lease_is_begun_afresh),
        STORY(an_answer_that_names_no_etag_is_read_back),
        STORY(an_attempt_that_was_applied_and_superseded_is_over),
        STORY(a_record_of_ours_that_was_freed_by_force_is_as_free_as_any),
        STORY(cancelled_in_doubt_the_precondition_is_burnt_first),
        STORY(cancelled_it_does_not_wait_long_for_an_answer),
        STORY(cancelled_while_looking_in_doubt_it_does_not_look_long),
        STORY(cancelled_when_the_grant_arrives_it_is_given_back),
        STORY(cancelled_after_the_grant_nothing_changes),
        STORY(release_while_acquiring_cancels),
        STORY(a_fatal_answer_while_in_doubt_clears_up_first),
        STORY(a_status_that_nobody_expects_leaves_a_write_in_doubt),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
