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

static void a_free_record_is_taken_with_the_next_token_under_its_etag(void **state)
{
    (void)state;
    stage_take(&stage, 41);
    assert_int_equal(stage.action.request, S3A_LOCK_REQUEST_REPLACE);
    assert_string_equal(stage.action.etag, "free");
    assert_true(stage.action.record->held);
    assert_int_equal(stage.action.record->grant.token, 42);
    assert_int_equal(stage.action.record->recent_count, 2);
    assert_int_equal(stage.action.record->recent[0].token, 41);
}

static void a_new_lock_begins_with_the_time_of_the_store(void **state)
{
    (void)state;
    stage_start(&stage, NULL);
    stage_sees_nothing(&stage);
    assert_int_equal(stage.action.request, S3A_LOCK_REQUEST_CREATE);
    assert_true(stage.action.record->grant.token == (uint64_t)STAGE_EPOCH_MS / 1000 << 20);
}

static void tokens_end_below_two_to_the_53(void **state)
{
    (void)state;
    static const uint64_t tokens[] = {S3A_LOCK_TOKEN_MAX, S3A_LOCK_TOKEN_MAX + 1, UINT64_MAX - 1,
                                      UINT64_MAX};

    for (size_t i = 0; i < sizeof(tokens) / sizeof(tokens[0]); i++) {
        stage_init(&stage);
        stage_take(&stage, tokens[i]);
        stage_failed(&stage, S3A_UNSUPPORTED);
    }
    stage_init(&stage);
    stage_take(&stage, S3A_LOCK_TOKEN_MAX - 1);
    assert_true(stage.action.record->grant.token == S3A_LOCK_TOKEN_MAX);
}

static void a_token_that_was_seen_is_never_granted_again(void **state)
{
    (void)state;
    uint64_t high = S3A_LOCK_TOKEN_MAX / 2;

    /* Seen held, then deleted by hand: a new lock, but not with an older token. */
    stage_start(&stage, NULL);
    struct s3a_lock_view view = stage_record(&stage, "held", true, high, 0);
    stage_sees(&stage, &view);
    stage_look(&stage);
    stage_sees_nothing(&stage);
    assert_int_equal(stage.action.request, S3A_LOCK_REQUEST_CREATE);
    assert_true(stage.action.record->grant.token == high + 1);

    /* Remembered, and deleted since. */
    stage_init(&stage);
    view = stage_record(&stage, "free", false, high, 0);
    stage_start(&stage, &view);
    stage_answer(&stage, S3A_NOT_FOUND);
    stage_look(&stage);
    stage_sees_nothing(&stage);
    assert_true(stage.action.record->grant.token == high + 1);
}

static void a_remembered_record_that_is_stale_costs_one_more_look(void **state)
{
    (void)state;
    struct s3a_lock_view view = stage_record(&stage, "old", false, 7, 0);

    stage_start(&stage, &view);
    assert_int_equal(stage.action.request, S3A_LOCK_REQUEST_REPLACE);
    assert_string_equal(stage.action.etag, "old");
    stage_answer(&stage, S3A_CONFLICT);
    stage_look(&stage);
    view = stage_record(&stage, "new", true, 9, 1000);
    stage_sees(&stage, &view);
    assert_int_equal(stage.machine.at, S3A_AT_WAIT);
    stage_look(&stage);
    view = stage_record(&stage, "newer", false, 9, 0);
    stage_sees(&stage, &view);
    assert_string_equal(stage.action.etag, "newer");
    assert_int_equal(stage.action.record->grant.token, 10);
}

static void a_store_whose_conditions_never_hold_is_found_out(void **state)
{
    (void)state;
    unsigned bare = 0, quoted = 0;

    stage.terms.wait_ms = 0;
    stage_take(&stage, 1);
    for (int i = 0; i < 20 && stage.machine.at == S3A_AT_TAKE; i++) {
        bare += stage.action.bare_etag ? 1 : 0;
        quoted += stage.action.bare_etag ? 0 : 1;
        stage_answer(&stage, S3A_CONFLICT);
        stage_unchanged(&stage);
    }
    assert_int_equal(stage.machine.at, S3A_AT_FREE);
    assert_true(bare >= 1 && quoted >= 1);
    for (int i = 0; i < 1000 && stage.machine.at != S3A_AT_ENDED; i++) {
        if (stage.machine.at == S3A_AT_REST) {
            stage_wake(&stage);
        } else if (stage.machine.at == S3A_AT_FREE) {
            stage_answer(&stage, S3A_CONFLICT);
        } else {
            struct s3a_lock_view view = stage_record(&stage, "free", false, 1, 9000);
            stage_sees(&stage, &view);
        }
    }
    stage_failed(&stage, S3A_UNSUPPORTED);
}

static void the_other_form_of_the_etag_is_tried_and_kept_where_it_holds(void **state)
{
    (void)state;
    stage_take(&stage, 1);
    assert_false(stage.action.bare_etag);
    stage_answer(&stage, S3A_CONFLICT);
    stage_unchanged(&stage);
    assert_int_equal(stage.machine.at, S3A_AT_TAKE);
    assert_true(stage.action.bare_etag);
    stage_written(&stage, "taken");
    assert_true(stage.machine.bare_etag);
}

static void a_wrong_guess_at_the_form_of_the_etag_is_taken_back(void **state)
{
    (void)state;
    stage_take(&stage, 1);
    stage_answer(&stage, S3A_CONFLICT);
    stage_unchanged(&stage);
    assert_true(stage.action.bare_etag);
    stage_answer(&stage, S3A_CONFLICT);
    stage_unchanged(&stage);
    assert_int_equal(stage.machine.at, S3A_AT_TAKE);
    assert_false(stage.action.bare_etag);
}

static struct s3a_lock_view java(int64_t expires_in_ms)
{
    struct s3a_lock_view view = stage_record(&stage, "java", false, 0, 1000);

    view.kind = S3A_LOCK_OBJECT_JAVA;
    view.java_expires_ms = view.store_now_ms + expires_in_ms;
    memset(&view.record, 0, sizeof(view.record));
    return view;
}

static void a_lock_of_the_java_library_is_read_whole_each_time(void **state)
{
    (void)state;
    stage_start(&stage, NULL);
    struct s3a_lock_view view = java(10000);
    stage_sees(&stage, &view);
    assert_int_equal(stage.machine.at, S3A_AT_WAIT);
    stage_look(&stage);
    /* Its date is in a header, and may move while the body, hence the ETag, stays. */
    assert_int_equal(stage.action.request, S3A_LOCK_REQUEST_GET);
    stage_pass(&stage, 20000);
    view = java(5000);
    stage_sees(&stage, &view);
    assert_int_equal(stage.machine.at, S3A_AT_WAIT);
}

static void a_lock_of_the_java_library_without_a_date_is_judged_by_our_clock(void **state)
{
    (void)state;
    stage_start(&stage, NULL);
    struct s3a_lock_view view = java(-1999);
    view.store_now_ms = S3A_STORE_TIME_NONE;
    stage_sees(&stage, &view);
    assert_int_equal(stage.machine.at, S3A_AT_WAIT);
    stage_init(&stage);
    stage_start(&stage, NULL);
    view = java(-2000);
    view.store_now_ms = S3A_STORE_TIME_NONE;
    stage_sees(&stage, &view);
    assert_int_equal(stage.machine.at, S3A_AT_TAKE);
}

static void a_lock_of_the_java_library_that_was_renewed_is_not_taken_after_all(void **state)
{
    (void)state;
    static const enum s3a_status answers[] = {S3A_LATER, S3A_IN_DOUBT, S3A_CONFLICT};

    for (size_t i = 0; i < 3; i++) {
        stage_init(&stage);
        stage_start(&stage, NULL);
        struct s3a_lock_view view = java(-3000);
        stage_sees(&stage, &view);
        assert_int_equal(stage.machine.at, S3A_AT_TAKE);
        stage_answer(&stage, answers[i]);
        stage_look(&stage);
        view = java(5000); /* under the same ETag */
        stage_sees(&stage, &view);
        assert_int_equal(stage.machine.at, S3A_AT_WAIT);
    }
}

/* Its answer lay there for a while, and tells of the past: not of the time at which it was read. */
static void an_old_answer_without_a_date_is_as_old_as_its_question(void **state)
{
    (void)state;
    stage_start(&stage, NULL);
    struct s3a_lock_view view = java(5000);
    view.store_now_ms = S3A_STORE_TIME_NONE;
    stage_pass(&stage, 3600 * 1000);
    stage_sees(&stage, &view);
    assert_int_equal(stage.machine.at, S3A_AT_WAIT);
}

static void looks_are_never_closer_than_poll_min(void **state)
{
    (void)state;
    stage_start(&stage, NULL);
    /* One millisecond is left, by a clock that only shows seconds. */
    struct s3a_lock_view view = stage_record(&stage, "held", true, 1, 31999);
    stage_sees(&stage, &view);
    assert_int_equal(stage.machine.at, S3A_AT_WAIT);
    assert_in_range(stage.action.wake_ms - stage.now_ms, 100, 2000);
}

static void fatal_answers_end_it_at_once(void **state)
{
    (void)state;
    static const enum s3a_status statuses[] = {S3A_DENIED,      S3A_CREDENTIALS, S3A_NO_BUCKET,
                                               S3A_UNSUPPORTED, S3A_REFUSED,     S3A_INVALID,
                                               S3A_TOO_LARGE};

    for (size_t i = 0; i < sizeof(statuses) / sizeof(statuses[0]); i++) {
        stage_init(&stage);
        stage_start(&stage, NULL);
        stage_answer(&stage, statuses[i]);
        stage_failed(&stage, statuses[i]);
        stage_init(&stage);
        stage_take(&stage, 1);
        stage_answer(&stage, statuses[i]);
        stage_failed(&stage, statuses[i]);
    }
}

static void cancelled_before_it_began_it_never_begins(void **state)
{
    (void)state;
    s3a_lock_machine_init(&stage.machine, &stage.terms, (const uint8_t *)"0123456789abcdef", NULL);
    stage_say(&stage, S3A_LOCK_CANCEL);
    stage_failed(&stage, S3A_CANCELLED);
    stage_say(&stage, S3A_LOCK_START);
    assert_int_equal(stage.action.request, S3A_LOCK_REQUEST_NONE);
    assert_int_equal(stage.machine.at, S3A_AT_ENDED);
}

static void deadlines_do_not_overflow(void **state)
{
    (void)state;
    stage.terms.wait_ms = INT64_MAX;
    stage_start(&stage, NULL);
    struct s3a_lock_view view = stage_record(&stage, "held", true, 1, 1000);
    stage_sees(&stage, &view);
    assert_int_equal(stage.told, 0);
    assert_in_range(stage.action.wake_ms - stage.now_ms, 100, 2000);
}

static void records_with_absurd_leases_are_judged_by_what_they_say(void **state)
{
    (void)state;
    stage_start(&stage, NULL);
    struct s3a_lock_view view = stage_record(&stage, "held", true, 1, INT64_C(4294967295));
    view.record.lease_ms = UINT32_MAX;
    stage_sees(&stage, &view);
    assert_int_equal(stage.machine.at, S3A_AT_WAIT);
    stage_look(&stage);
    view = stage_record(&stage, "zero", true, 1, 1000);
    view.record.lease_ms = 0;
    stage_sees(&stage, &view);
    assert_int_equal(stage.machine.at, S3A_AT_WAIT);
    stage_look(&stage);
    view = stage_record(&stage, "zero", true, 1, 2000);
    view.record.lease_ms = 0;
    stage_sees(&stage, &view);
    assert_int_equal(stage.machine.at, S3A_AT_TAKE);
}

static void a_list_of_grants_that_is_too_long_is_not_believed(void **state)
{
    (void)state;
    stage_take(&stage, 1);
    stage_answer(&stage, S3A_IN_DOUBT);
    stage_look(&stage);
    struct s3a_lock_view view = stage_record(&stage, "theirs", false, 3, 1000);
    view.record.recent_count = UINT32_MAX;
    stage_sees(&stage, &view);
    assert_int_equal(stage.machine.at, S3A_AT_TAKE);
    assert_int_equal(stage.action.record->recent_count, S3A_RECENT_MAX);
}

#define STORY(name) cmocka_unit_test_setup(name, begin)

int main(void)
{
    const struct CMUnitTest tests[] = {
        STORY(a_free_record_is_taken_with_the_next_token_under_its_etag),
        STORY(a_new_lock_begins_with_the_time_of_the_store),
        STORY(tokens_end_below_two_to_the_53),
        STORY(a_token_that_was_seen_is_never_granted_again),
        STORY(a_remembered_record_that_is_stale_costs_one_more_look),
        STORY(a_store_whose_conditions_never_hold_is_found_out),
        STORY(the_other_form_of_the_etag_is_tried_and_kept_where_it_holds),
        STORY(a_wrong_guess_at_the_form_of_the_etag_is_taken_back),
        STORY(a_lock_of_the_java_library_is_read_whole_each_time),
        STORY(a_lock_of_the_java_library_without_a_date_is_judged_by_our_clock),
        STORY(a_lock_of_the_java_library_that_was_renewed_is_not_taken_after_all),
        STORY(an_old_answer_without_a_date_is_as_old_as_its_question),
        STORY(looks_are_never_closer_than_poll_min),
        STORY(fatal_answers_end_it_at_once),
        STORY(cancelled_before_it_began_it_never_begins),
        STORY(deadlines_do_not_overflow),
        STORY(records_with_absurd_leases_are_judged_by_what_they_say),
        STORY(a_list_of_grants_that_is_too_long_is_not_believed),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
