/* SPDX-License-Identifier: MIT */
#include "test.h"

#include <string.h>

#include "lock_rest.h"
#include "machine_fixture.h"

static struct stage stage;

static union {
    struct s3a_lock_rest rest;
    char bytes[S3A_LOCK_REST_SIZE_MAX];
} memory;

static int begin(void **state)
{
    (void)state;
    stage_init(&stage);
    return 0;
}

/* Nothing but the rest, the grant and the session is left. */
static void sleep_and_wake(const uint8_t *session)
{
    struct s3a_grant grant = stage.machine.record.grant;

    assert_true(s3a_lock_machine_may_rest(&stage.machine));
    assert_true(s3a_lock_rest_size(&stage.machine) <= sizeof(memory));
    s3a_lock_machine_rest(&stage.machine, &memory.rest);
    memset(&stage.machine, 0x5a, sizeof(stage.machine));
    s3a_lock_machine_wake(&stage.machine, &memory.rest, &grant, session);
}

static void say_without_memory(enum s3a_lock_event_kind kind)
{
    const struct s3a_lock_event event = {.kind = kind, .now_ms = stage.now_ms, .cannot_send = true};

    s3a_lock_step(&stage.machine, &event, &stage.action);
}

static void it_goes_on_where_it_fell_asleep(void **state)
{
    (void)state;
    stage_take(&stage, 41);
    stage_written(&stage, "held");
    struct s3a_lock_machine before = stage.machine;
    sleep_and_wake(NULL);
    assert_int_equal(stage.machine.at, S3A_AT_HOLD);
    assert_true(s3a_lock_good_until_ms(&stage.machine) == s3a_lock_good_until_ms(&before));
    assert_true(stage.machine.next_ms == before.next_ms);
    assert_string_equal(stage.machine.etag, "held");
    stage_wake(&stage);
    assert_int_equal(stage.machine.at, S3A_AT_BEAT);
    assert_int_equal(stage.action.record->beat, before.record.beat + 1);
    assert_int_equal(stage.action.record->recent_count, 2);
    assert_int_equal(stage.action.record->recent[0].token, 41);
    assert_memory_equal(&stage.action.record->grant, &before.record.grant,
                        sizeof(struct s3a_grant));
}

static void its_release_says_what_it_would_have_said(void **state)
{
    (void)state;
    stage.terms.min_hold_ms = 60000;
    stage_hold(&stage);
    sleep_and_wake(NULL);
    stage_pass(&stage, 1000);
    stage_say(&stage, S3A_LOCK_RELEASE);
    assert_string_equal(stage.action.etag, "held");
    assert_true(stage.action.record->held); /* for the rest of its shortest hold, without grace */
    assert_int_equal(stage.action.record->lease_ms, 57000);
    stage_written(&stage, "free");
    assert_int_equal(stage.action.tell, S3A_LOCK_TELL_ENDED);
    assert_int_equal(stage.action.status, S3A_OK);
}

static void one_warning_is_enough(void **state)
{
    (void)state;
    stage.terms.max_hold_ms = 5000;
    stage.terms.warn_ms = 2000;
    stage_hold(&stage);
    stage_wake(&stage);
    assert_int_equal(stage.action.tell, S3A_LOCK_TELL_DANGER);
    sleep_and_wake(NULL);
    stage_wake(&stage);
    assert_int_equal(stage.action.tell, S3A_LOCK_TELL_LOST);
    assert_int_equal(stage.machine.lost_reason, S3A_LOST_HELD_TOO_LONG);
    sleep_and_wake(NULL);
    assert_int_equal(stage.machine.at, S3A_AT_OVER);
    stage_say(&stage, S3A_LOCK_RELEASE);
    assert_int_equal(stage.action.request, S3A_LOCK_REQUEST_REPLACE);
    stage_written(&stage, "free");
    assert_int_equal(stage.action.status, S3A_LOST);
}

static void it_stays_under_its_session(void **state)
{
    (void)state;
    static const uint8_t session[S3A_SESSION_ID_SIZE] = "some session id.";

    s3a_lock_machine_init(&stage.machine, &stage.terms, session, NULL);
    s3a_lock_machine_use_session(&stage.machine, session);
    stage.session_good_until_ms = stage.now_ms + 30000;
    stage_say(&stage, S3A_LOCK_START);
    stage_sees_nothing(&stage);
    stage_written(&stage, "held");
    sleep_and_wake(session);
    assert_true(s3a_lock_own_end_ms(&stage.machine) == S3A_LOCAL_TIME_NEVER);
    assert_true(stage.machine.next_ms == S3A_LOCAL_TIME_NEVER);
    stage_say(&stage, S3A_LOCK_SESSION_LOST);
    assert_int_equal(stage.action.tell, S3A_LOCK_TELL_LOST);
    sleep_and_wake(session);
    assert_int_equal(stage.machine.lost_reason, S3A_LOST_SESSION);
    stage_say(&stage, S3A_LOCK_RELEASE);
    assert_int_equal(stage.action.tell, S3A_LOCK_TELL_ENDED);
    assert_int_equal(stage.action.status, S3A_LOST);
}

static void what_is_under_way_or_in_doubt_keeps_it_awake(void **state)
{
    (void)state;
    stage_take(&stage, 41);
    assert_false(s3a_lock_machine_may_rest(&stage.machine));
    stage_written(&stage, "held");
    stage_wake(&stage);
    assert_false(s3a_lock_machine_may_rest(&stage.machine));
    stage_answer(&stage, S3A_IN_DOUBT);
    assert_int_equal(stage.machine.at, S3A_AT_HOLD);
    assert_false(s3a_lock_machine_may_rest(&stage.machine));
    stage_wake(&stage);
    stage_answer(&stage, S3A_DENIED);
    assert_false(s3a_lock_machine_may_rest(&stage.machine));
}

static void lost_with_a_heartbeat_in_doubt_it_stays_awake(void **state)
{
    (void)state;
    stage.terms.max_hold_ms = 11000;
    stage_hold(&stage);
    while (stage.machine.at == S3A_AT_HOLD) {
        stage_wake(&stage);
    }
    stage_pass(&stage, 5000);
    stage_answer(&stage, S3A_IN_DOUBT);
    assert_int_equal(stage.machine.at, S3A_AT_OVER);
    assert_int_equal(stage.machine.lost_reason, S3A_LOST_HELD_TOO_LONG);
    assert_false(s3a_lock_machine_may_rest(&stage.machine));
}

static void a_release_without_memory_changes_nothing(void **state)
{
    (void)state;
    stage_hold(&stage);
    uint64_t good_ms = s3a_lock_good_until_ms(&stage.machine);
    sleep_and_wake(NULL);
    say_without_memory(S3A_LOCK_RELEASE);
    assert_int_equal(stage.action.tell, S3A_LOCK_TELL_STAYS);
    assert_int_equal(stage.action.request, S3A_LOCK_REQUEST_NONE);
    assert_true(s3a_lock_good_until_ms(&stage.machine) == good_ms);
    sleep_and_wake(NULL);
    stage_say(&stage, S3A_LOCK_RELEASE);
    assert_int_equal(stage.action.request, S3A_LOCK_REQUEST_REPLACE);
}

static void heartbeats_without_memory_are_tried_until_the_lease_ends(void **state)
{
    (void)state;
    unsigned tries = 0;
    unsigned told = 0;

    stage_hold(&stage);
    uint64_t good_ms = s3a_lock_good_until_ms(&stage.machine);
    while (stage.machine.at == S3A_AT_HOLD) {
        sleep_and_wake(NULL);
        assert_true(stage.action.wake_ms <= good_ms);
        stage.now_ms = stage.action.wake_ms;
        say_without_memory(S3A_LOCK_WAKE);
        assert_int_equal(stage.action.request, S3A_LOCK_REQUEST_NONE);
        told |= stage.action.tell;
        tries++;
    }
    assert_in_range(tries, 5, 50);
    assert_true(stage.now_ms == good_ms);
    assert_int_equal(told, S3A_LOCK_TELL_DANGER | S3A_LOCK_TELL_LOST);
    assert_int_equal(stage.machine.lost_reason, S3A_LOST_UNREACHABLE);
    sleep_and_wake(NULL);
    say_without_memory(S3A_LOCK_RELEASE);
    assert_int_equal(stage.action.tell, S3A_LOCK_TELL_ENDED);
    assert_int_equal(stage.action.status, S3A_LOST);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup(it_goes_on_where_it_fell_asleep, begin),
        cmocka_unit_test_setup(its_release_says_what_it_would_have_said, begin),
        cmocka_unit_test_setup(one_warning_is_enough, begin),
        cmocka_unit_test_setup(it_stays_under_its_session, begin),
        cmocka_unit_test_setup(what_is_under_way_or_in_doubt_keeps_it_awake, begin),
        cmocka_unit_test_setup(lost_with_a_heartbeat_in_doubt_it_stays_awake, begin),
        cmocka_unit_test_setup(a_release_without_memory_changes_nothing, begin),
        cmocka_unit_test_setup(heartbeats_without_memory_are_tried_until_the_lease_ends, begin),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
