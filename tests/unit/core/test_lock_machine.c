/* SPDX-License-Identifier: MIT */
#include "test.h"

#include "lock_moves.h"
#include "machine_fixture.h"

static struct stage stage;

static int begin(void **state)
{
    (void)state;
    stage_init(&stage);
    return 0;
}

static void only_what_is_known_not_to_be_applied_is_no_doubt(void **state)
{
    (void)state;
#define STATUS(name, number, action, text) S3A_##name,
    static const enum s3a_status all[] = {S3A_STATUS_MAP(STATUS)};
#undef STATUS
    unsigned doubts = 0;

    for (size_t i = 0; i < sizeof(all) / sizeof(all[0]); i++) {
        enum s3a_lock_reply reply = s3a_lock_reply_to_write(all[i]);
        if (s3a_status_action(all[i]) == S3A_ACTION_IN_DOUBT) {
            assert_int_equal(reply, S3A_REPLY_DOUBT);
        }
        doubts += reply == S3A_REPLY_DOUBT ? 1 : 0;
    }
    assert_int_equal(s3a_lock_reply_to_write(S3A_OK), S3A_REPLY_YES);
    assert_int_equal(s3a_lock_reply_to_write(S3A_CONFLICT), S3A_REPLY_REFUSED);
    assert_int_equal(s3a_lock_reply_to_write(S3A_NOT_FOUND), S3A_REPLY_REFUSED);
    assert_int_equal(s3a_lock_reply_to_write(S3A_RACE), S3A_REPLY_RACE);
    assert_int_equal(s3a_lock_reply_to_write(S3A_UNREACHABLE), S3A_REPLY_LATER);
    assert_int_equal(s3a_lock_reply_to_write(S3A_SERVER), S3A_REPLY_DOUBT);
    assert_int_equal(s3a_lock_reply_to_write(S3A_TIMEOUT), S3A_REPLY_DOUBT);
    assert_int_equal(s3a_lock_reply_to_write((enum s3a_status)9999), S3A_REPLY_DOUBT);
    assert_true(doubts > 8);
}

static void what_is_seen_expires_by_its_own_rule(void **state)
{
    (void)state;
    struct s3a_lock_view view = stage_record(&stage, "x", true, 1, 31000);

    assert_int_equal(s3a_lock_view_expires_in_ms(&view, 2000, 0, 0), 1000);
    view.record.held = false;
    assert_int_equal(s3a_lock_view_expires_in_ms(&view, 2000, 0, 0), 0);
    view.kind = S3A_LOCK_OBJECT_JAVA;
    view.java_expires_ms = view.store_now_ms - 1500;
    assert_int_equal(s3a_lock_view_expires_in_ms(&view, 2000, 0, 0), 500);
    /* Without any clock to judge by, it is not anybody's to take. */
    view.store_now_ms = S3A_STORE_TIME_NONE;
    assert_true(s3a_lock_view_expires_in_ms(&view, 2000, 0, 0) > 0);
    view.kind = S3A_LOCK_OBJECT_ABSENT;
    assert_int_equal(s3a_lock_view_expires_in_ms(&view, 2000, 0, 0), 0);
}

static void requests_that_decide_leave_time_for_two_more(void **state)
{
    (void)state;
    stage_start(&stage, NULL);
    assert_int_equal(stage.action.timeout_ms, 0);
    stage_sees_nothing(&stage);
    assert_int_equal(stage.action.timeout_ms, 5000);
    stage_init(&stage);
    stage.terms.lease_ms = 24 * 3600 * 1000;
    stage_start(&stage, NULL);
    stage_sees_nothing(&stage);
    assert_int_equal(stage.action.timeout_ms, 10000);
    stage_init(&stage);
    stage.terms.lease_ms = 200;
    stage_start(&stage, NULL);
    stage_sees_nothing(&stage);
    assert_int_equal(stage.action.timeout_ms, 250);
}

static void two_attempts_never_share_an_identity(void **state)
{
    (void)state;
    struct s3a_lock_record first;

    stage_start(&stage, NULL);
    stage_sees_nothing(&stage);
    first = *stage.action.record;
    stage_answer(&stage, S3A_CONFLICT);
    struct s3a_lock_view view = stage_record(&stage, "free", false, 1, 0);
    stage_sees(&stage, &view);
    assert_int_equal(stage.machine.at, S3A_AT_TAKE);
    assert_memory_not_equal(stage.action.record->grant.owner, first.grant.owner, S3A_OWNER_SIZE);
}

static void a_view_without_last_modified_is_watched_from_the_first_time(void **state)
{
    (void)state;
    stage_start(&stage, NULL);
    struct s3a_lock_view view = stage_record(&stage, "held", true, 1, 0);
    view.store_modified_ms = S3A_STORE_TIME_NONE;
    uint64_t seen_ms = stage.now_ms;
    stage_sees(&stage, &view);
    while (stage.machine.at == S3A_AT_WAIT) {
        stage_wake(&stage);
        stage_answer(&stage, S3A_NOT_MODIFIED);
    }
    assert_int_equal(stage.machine.at, S3A_AT_TAKE);
    assert_in_range(stage.now_ms - seen_ms, 32000, 32100);
}

#define STORY(name) cmocka_unit_test_setup(name, begin)

int main(void)
{
    const struct CMUnitTest tests[] = {
        STORY(only_what_is_known_not_to_be_applied_is_no_doubt),
        STORY(what_is_seen_expires_by_its_own_rule),
        STORY(requests_that_decide_leave_time_for_two_more),
        STORY(two_attempts_never_share_an_identity),
        STORY(a_view_without_last_modified_is_watched_from_the_first_time),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
