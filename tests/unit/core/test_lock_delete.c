/* SPDX-License-Identifier: MIT */
#include "test.h"

#include "machine_fixture.h"

static struct stage stage;

static int begin(void **state)
{
    (void)state;
    stage_init(&stage);
    stage.terms.delete_on_release = true;
    return 0;
}

/* Held in the place of nothing, and given back when it is age_ms old. */
static void release_at(uint64_t age_ms)
{
    stage_hold(&stage);
    stage.machine.may_delete = true;
    stage_pass(&stage, age_ms);
    stage_say(&stage, S3A_LOCK_RELEASE);
}

/* By a DELETE, which is in flight. */
static void release(void)
{
    release_at(9000);
    assert_int_equal(stage.action.request, S3A_LOCK_REQUEST_DELETE);
    assert_string_equal(stage.action.etag, "held");
    assert_null(stage.action.record);
}

static void ended(enum s3a_status status, bool is_deleted)
{
    assert_int_equal(stage.machine.at, S3A_AT_ENDED);
    assert_int_equal(stage.action.tell, S3A_LOCK_TELL_ENDED);
    assert_int_equal(stage.action.status, status);
    assert_int_equal(stage.machine.is_deleted, is_deleted);
}

static void frees_instead(void)
{
    assert_int_equal(stage.action.request, S3A_LOCK_REQUEST_REPLACE);
    assert_string_equal(stage.action.etag, "held");
    assert_false(stage.action.record->held);
    stage_written(&stage, "free");
    ended(S3A_OK, false);
}

/* No answer, and the look after the pause is in flight. */
static void no_answer_and_a_look(void)
{
    stage_answer(&stage, S3A_IN_DOUBT);
    stage_wake(&stage);
    assert_int_equal(stage.machine.at, S3A_AT_SEEK);
}

static void given_back_it_is_deleted_under_its_own_etag(void **state)
{
    (void)state;
    release();
    stage_written(&stage, "");
    ended(S3A_OK, true);
    assert_string_equal(stage.machine.etag, "");
}

static void where_the_store_is_not_known_to_obey_it_is_freed(void **state)
{
    (void)state;
    stage_hold(&stage);
    stage_pass(&stage, 9000);
    stage_say(&stage, S3A_LOCK_RELEASE);
    frees_instead();
}

static void a_token_that_the_next_one_could_begin_with_is_not_deleted(void **state)
{
    (void)state;
    release_at(S3A_LOCK_DELETE_AGE_MS);
    frees_instead();
}

static void our_clock_may_be_fast(void **state)
{
    (void)state;
    release_at(S3A_LOCK_DELETE_AGE_MS * 51 / 50);
    frees_instead();
}

static void a_token_of_long_ago_is_deleted_at_once(void **state)
{
    (void)state;
    stage_take(&stage, 41);
    stage.machine.may_delete = true;
    stage_written(&stage, "held");
    stage_say(&stage, S3A_LOCK_RELEASE);
    assert_int_equal(stage.action.request, S3A_LOCK_REQUEST_DELETE);
}

static void a_store_that_tells_no_time_is_not_asked_to_delete(void **state)
{
    (void)state;
    const struct s3a_lock_view nothing = {.store_now_ms = S3A_STORE_TIME_NONE,
                                          .store_modified_ms = S3A_STORE_TIME_NONE};
    stage_start(&stage, NULL);
    stage_sees(&stage, &nothing);
    stage.machine.may_delete = true;
    stage_written(&stage, "held");
    stage_pass(&stage, 9000);
    stage_say(&stage, S3A_LOCK_RELEASE);
    frees_instead();
}

static void what_is_remembered_is_looked_at_again_for_the_time(void **state)
{
    (void)state;
    struct s3a_lock_view view = stage_record(&stage, "free", false, 7, 1000);

    stage_start(&stage, &view);
    assert_int_equal(stage.action.request, S3A_LOCK_REQUEST_GET);
}

static void before_its_shortest_hold_is_over_it_is_kept(void **state)
{
    (void)state;
    stage.terms.min_hold_ms = 60000;
    release_at(9000);
    assert_int_equal(stage.action.request, S3A_LOCK_REQUEST_REPLACE);
    assert_true(stage.action.record->held);
}

static void in_doubt_nothing_there_means_that_it_was_deleted(void **state)
{
    (void)state;
    release();
    no_answer_and_a_look();
    stage_sees_nothing(&stage);
    ended(S3A_OK, true);
}

static void in_doubt_another_there_came_after_it(void **state)
{
    (void)state;
    release();
    no_answer_and_a_look();
    struct s3a_lock_view view = stage_record(&stage, "theirs", true, 7, 100);
    stage_sees(&stage, &view);
    ended(S3A_OK, true);
}

static void in_doubt_and_still_there_it_is_deleted_again(void **state)
{
    (void)state;
    release();
    no_answer_and_a_look();
    struct s3a_lock_view view = stage_record(&stage, "held", true, 0, 9000);
    view.record = stage.machine.record;
    stage_sees(&stage, &view);
    stage_wake(&stage);
    assert_int_equal(stage.action.request, S3A_LOCK_REQUEST_DELETE);
    assert_string_equal(stage.action.etag, "held");
    stage_answer(&stage, S3A_NOT_FOUND); /* the first one came after all */
    assert_int_equal(stage.machine.at, S3A_AT_SEEK);
    stage_sees_nothing(&stage);
    ended(S3A_OK, true);
}

static void a_file_in_its_place_is_told_whatever_is_in_doubt(void **state)
{
    (void)state;
    release();
    no_answer_and_a_look();
    stage_sees(&stage, &(struct s3a_lock_view){.kind = S3A_LOCK_OBJECT_FOREIGN, .etag = "file"});
    ended(S3A_LOST, false);
    assert_int_equal(stage.machine.lost_reason, S3A_LOST_OVERWRITTEN);
}

static void clearly_refused_with_nothing_there_somebody_else_has_deleted_it(void **state)
{
    (void)state;
    release();
    stage_answer(&stage, S3A_NOT_FOUND);
    stage_sees_nothing(&stage);
    ended(S3A_LOST, false);
    assert_int_equal(stage.machine.lost_reason, S3A_LOST_DELETED);
}

static void a_late_heartbeat_is_deleted_under_its_etag(void **state)
{
    (void)state;
    release();
    stage_answer(&stage, S3A_CONFLICT);
    struct s3a_lock_view view = stage_record(&stage, "beat", true, 0, 100);
    view.record = stage.machine.record;
    view.record.beat = 1;
    stage_sees(&stage, &view);
    assert_int_equal(stage.action.request, S3A_LOCK_REQUEST_DELETE);
    assert_string_equal(stage.action.etag, "beat");
}

static void who_may_not_delete_frees_it(void **state)
{
    (void)state;
    release();
    stage_answer(&stage, S3A_DENIED);
    frees_instead();
}

static void refused_in_both_forms_it_is_freed(void **state)
{
    (void)state;
    release();
    struct s3a_lock_view view = stage_record(&stage, "held", true, 0, 9000);
    view.record = stage.machine.record;
    for (int i = 0; i < 2; i++) {
        assert_int_equal(stage.action.request, S3A_LOCK_REQUEST_DELETE);
        assert_int_equal(stage.action.bare_etag, i);
        stage_answer(&stage, S3A_CONFLICT);
        stage_sees(&stage, &view);
    }
    assert_false(stage.action.bare_etag);
    frees_instead();
}

static void what_was_lost_is_only_ever_freed(void **state)
{
    (void)state;
    stage.terms.max_hold_ms = 20000;
    stage_hold(&stage);
    stage.machine.may_delete = true;
    stage_pass(&stage, 20000);
    stage_say(&stage, S3A_LOCK_WAKE);
    assert_int_equal(stage.machine.lost_reason, S3A_LOST_HELD_TOO_LONG);
    stage_say(&stage, S3A_LOCK_RELEASE);
    assert_int_equal(stage.action.request, S3A_LOCK_REQUEST_REPLACE);
}

/* Its first try in doubt, and not applied so far: the second is in flight. */
static void create_again(void)
{
    stage_start(&stage, NULL);
    stage.machine.may_delete = true;
    stage_sees_nothing(&stage);
    stage_answer(&stage, S3A_IN_DOUBT);
    stage_wake(&stage);
    stage_sees_nothing(&stage);
    assert_int_equal(stage.action.request, S3A_LOCK_REQUEST_CREATE);
}

static void no_two_tries_to_create_it_look_alike(void **state)
{
    (void)state;
    create_again();
    assert_int_equal(stage.action.record->beat, 1);
}

static void what_may_be_created_once_more_is_not_deleted(void **state)
{
    (void)state;
    create_again();
    stage_written(&stage, "held");
    stage_pass(&stage, 9000);
    stage_say(&stage, S3A_LOCK_RELEASE);
    frees_instead();
}

static void an_attempt_is_undone_by_a_record_not_by_a_deletion(void **state)
{
    (void)state;
    create_again();
    stage_say(&stage, S3A_LOCK_CANCEL);
    stage_answer(&stage, S3A_IN_DOUBT);
    assert_int_equal(stage.machine.at, S3A_AT_FREE);
    assert_int_equal(stage.action.request, S3A_LOCK_REQUEST_CREATE);
    assert_false(stage.action.record->held);
    assert_int_equal(stage.action.record->beat, 2);
}

static void what_was_created_too_long_after_the_look_is_taken_anew(void **state)
{
    (void)state;
    stage.terms.wait_ms = 0;
    stage_start(&stage, NULL);
    stage_pass(&stage, 500);
    stage_sees_nothing(&stage);
    uint64_t token = stage.action.record->grant.token;
    stage_pass(&stage, S3A_LOCK_CREATE_MAX_MS - 500 + 1);
    stage_written(&stage, "late");
    assert_int_equal(stage.told, 0);
    assert_int_equal(stage.action.request, S3A_LOCK_REQUEST_REPLACE);
    assert_string_equal(stage.action.etag, "late");
    assert_false(stage.action.record->held);
    stage_written(&stage, "free");
    stage_look(&stage);
    struct s3a_lock_view view = stage_record(&stage, "free", false, token, 10);
    view.record.recent_count = 0;
    stage_sees(&stage, &view);
    assert_string_equal(stage.action.etag, "free");
    assert_true(stage.action.record->grant.token >= token + (UINT64_C(1) << 20));
    stage_pass(&stage, 9000); /* nothing can come between an ETag and what replaces it */
    stage_written(&stage, "held");
    assert_int_equal(stage.told, S3A_LOCK_TELL_GRANTED);
}

static void as_long_as_is_allowed_it_counts(void **state)
{
    (void)state;
    stage_start(&stage, NULL);
    stage_sees_nothing(&stage);
    stage_pass(&stage, S3A_LOCK_CREATE_MAX_MS);
    stage_written(&stage, "held");
    assert_int_equal(stage.told, S3A_LOCK_TELL_GRANTED);
}

static void a_record_with_nobody_before_it_may_have_come_late(void **state)
{
    (void)state;
    struct s3a_lock_view view = stage_record(&stage, "free", false, 41, 9000);

    view.record.recent_count = 0;
    stage_start(&stage, NULL);
    stage_sees(&stage, &view);
    assert_true(stage.action.record->grant.token == (uint64_t)STAGE_EPOCH_MS / 1000 << 20);
}

#define STORY(name) cmocka_unit_test_setup(name, begin)

int main(void)
{
    const struct CMUnitTest tests[] = {
        STORY(given_back_it_is_deleted_under_its_own_etag),
        STORY(where_the_store_is_not_known_to_obey_it_is_freed),
        STORY(a_token_that_the_next_one_could_begin_with_is_not_deleted),
        STORY(our_clock_may_be_fast),
        STORY(a_token_of_long_ago_is_deleted_at_once),
        STORY(a_store_that_tells_no_time_is_not_asked_to_delete),
        STORY(what_is_remembered_is_looked_at_again_for_the_time),
        STORY(before_its_shortest_hold_is_over_it_is_kept),
        STORY(in_doubt_nothing_there_means_that_it_was_deleted),
        STORY(in_doubt_another_there_came_after_it),
        STORY(in_doubt_and_still_there_it_is_deleted_again),
        STORY(a_file_in_its_place_is_told_whatever_is_in_doubt),
        STORY(clearly_refused_with_nothing_there_somebody_else_has_deleted_it),
        STORY(a_late_heartbeat_is_deleted_under_its_etag),
        STORY(who_may_not_delete_frees_it),
        STORY(refused_in_both_forms_it_is_freed),
        STORY(what_was_lost_is_only_ever_freed),
        STORY(no_two_tries_to_create_it_look_alike),
        STORY(what_may_be_created_once_more_is_not_deleted),
        STORY(an_attempt_is_undone_by_a_record_not_by_a_deletion),
        STORY(what_was_created_too_long_after_the_look_is_taken_anew),
        STORY(as_long_as_is_allowed_it_counts),
        STORY(a_record_with_nobody_before_it_may_have_come_late),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
