/* SPDX-License-Identifier: MIT */
#include "test.h"

#include <string.h>

#include "machine_fixture.h"

static struct stage stage;
static const uint8_t theirs[S3A_SESSION_ID_SIZE] = "session of them";
static const uint8_t ours[S3A_SESSION_ID_SIZE] = "session of ours";

static int begin(void **state)
{
    (void)state;
    stage_init(&stage);
    return 0;
}

static struct s3a_lock_view held_under(const uint8_t *session)
{
    struct s3a_lock_view view = stage_record(&stage, "lock", true, 7, 3600000);

    view.record.has_session = true;
    memcpy(view.record.session, session, S3A_SESSION_ID_SIZE);
    return view;
}

static struct s3a_lock_view a_session(bool alive, int64_t age_ms)
{
    return stage_record(&stage, "session", alive, 1, age_ms);
}

/* The first look has found the lock held under their session, and that one is looked at. */
static void peek(void)
{
    struct s3a_lock_view lock = held_under(theirs);

    stage_start(&stage, NULL);
    stage_sees(&stage, &lock);
    assert_int_equal(stage.machine.at, S3A_AT_PEEK);
    assert_int_equal(stage.action.request, S3A_LOCK_REQUEST_GET_SESSION);
    assert_memory_equal(stage.action.session, theirs, S3A_SESSION_ID_SIZE);
}

static void peek_again(void)
{
    stage_unchanged(&stage);
    assert_int_equal(stage.machine.at, S3A_AT_PEEK);
}

/* It was found over, and is being made dead. */
static void begin_to_kill(void)
{
    peek();
    struct s3a_lock_view session = a_session(true, 32000);
    stage_sees(&stage, &session);
    assert_int_equal(stage.machine.at, S3A_AT_KILL);
    assert_int_equal(stage.action.request, S3A_LOCK_REQUEST_KILL_SESSION);
}

static void is_taking_the_lock(void)
{
    assert_int_equal(stage.machine.at, S3A_AT_TAKE);
    assert_int_equal(stage.action.request, S3A_LOCK_REQUEST_REPLACE);
    assert_string_equal(stage.action.etag, "lock");
    assert_int_equal(stage.action.record->grant.token, 8);
    assert_false(stage.action.record->has_session);
}

static void a_lock_under_a_live_session_is_held_however_old_it_is(void **state)
{
    (void)state;
    peek();
    struct s3a_lock_view session = a_session(true, 31999);
    stage_sees(&stage, &session);
    assert_int_equal(stage.machine.at, S3A_AT_WAIT);
    peek_again();

    stage_init(&stage);
    stage.terms.wait_ms = 0;
    peek();
    session = a_session(true, 0);
    stage_sees(&stage, &session);
    stage_failed(&stage, S3A_HELD);
}

static void a_session_that_is_over_is_made_dead_before_the_lock_is_taken(void **state)
{
    (void)state;
    begin_to_kill();
    assert_string_equal(stage.action.etag, "session");
    assert_memory_equal(stage.action.session, theirs, S3A_SESSION_ID_SIZE);
    assert_false(stage.action.record->held);
    assert_int_equal(stage.action.record->beat, 1);
    stage_written(&stage, "dead");
    is_taking_the_lock();
}

static void a_dead_session_holds_nothing(void **state)
{
    (void)state;
    peek();
    struct s3a_lock_view session = a_session(false, 0);
    stage_sees(&stage, &session);
    is_taking_the_lock();
}

static void a_holder_who_was_faster_than_its_killer_keeps_the_lock(void **state)
{
    (void)state;
    begin_to_kill();
    stage_answer(&stage, S3A_CONFLICT);
    assert_int_equal(stage.machine.at, S3A_AT_PEEK);
    struct s3a_lock_view session = stage_record(&stage, "beat", true, 1, 10);
    stage_sees(&stage, &session);
    assert_int_equal(stage.machine.at, S3A_AT_WAIT);
}

static void a_session_killed_by_another_is_dead_for_us_too(void **state)
{
    (void)state;
    begin_to_kill();
    stage_answer(&stage, S3A_CONFLICT);
    struct s3a_lock_view session = stage_record(&stage, "dead", false, 1, 10);
    stage_sees(&stage, &session);
    is_taking_the_lock();
}

static void a_kill_in_doubt_is_no_kill(void **state)
{
    static const enum s3a_status doubts[] = {S3A_IN_DOUBT, S3A_RACE, S3A_LATER, S3A_SERVER};

    (void)state;
    for (size_t i = 0; i < sizeof(doubts) / sizeof(doubts[0]); i++) {
        stage_init(&stage);
        begin_to_kill();
        stage_answer(&stage, doubts[i]);
        assert_int_equal(stage.machine.at, S3A_AT_WAIT);
        peek_again();
    }
    stage_init(&stage);
    begin_to_kill();
    stage_answer(&stage, S3A_DENIED); /* who may not kill fails */
    stage_failed(&stage, S3A_DENIED);
}

static void a_store_that_wants_bare_etags_is_given_them(void **state)
{
    (void)state;
    begin_to_kill();
    assert_false(stage.action.bare_etag);
    stage_answer(&stage, S3A_CONFLICT);
    struct s3a_lock_view session = a_session(true, 40000);
    stage_sees(&stage, &session);
    assert_int_equal(stage.machine.at, S3A_AT_KILL);
    assert_true(stage.action.bare_etag);
    stage_written(&stage, "dead");
    is_taking_the_lock();
    assert_true(stage.action.bare_etag);
}

static void a_store_that_takes_neither_form_is_not_asked_at_once_again(void **state)
{
    (void)state;
    begin_to_kill();
    struct s3a_lock_view session = a_session(true, 40000);
    stage_answer(&stage, S3A_CONFLICT);
    stage_sees(&stage, &session);
    stage_answer(&stage, S3A_CONFLICT);
    stage_sees(&stage, &session);
    assert_int_equal(stage.machine.at, S3A_AT_WAIT);
    assert_false(stage.machine.bare_etag);
}

static void a_missing_session_is_watched_for_a_lease_from_when_it_was_missed(void **state)
{
    (void)state;
    peek();
    struct s3a_lock_view session = a_session(true, 0);
    stage_sees(&stage, &session);
    stage_pass(&stage, 3600000); /* the lock's ETag has been seen for long */
    peek_again();
    uint64_t missed_ms = stage.now_ms;
    stage_sees_nothing(&stage);
    while (stage.machine.at == S3A_AT_WAIT) {
        assert_true(stage.now_ms < missed_ms + 32000);
        peek_again();
        stage_sees_nothing(&stage);
    }
    assert_true(stage.now_ms >= missed_ms + 32000);
    is_taking_the_lock();
}

static void what_is_no_session_is_watched_and_left_alone(void **state)
{
    (void)state;
    peek();
    struct s3a_lock_view file = {.kind = S3A_LOCK_OBJECT_FOREIGN, .etag = "a file"};
    uint64_t seen_ms = stage.now_ms;
    stage_sees(&stage, &file);
    while (stage.machine.at == S3A_AT_WAIT) {
        peek_again();
        stage_sees(&stage, &file);
    }
    assert_true(stage.now_ms >= seen_ms + 32000);
    is_taking_the_lock(); /* and nothing was written over the file */
}

static void cancelled_while_it_looks_at_a_session_it_ends_at_once(void **state)
{
    (void)state;
    peek();
    stage_say(&stage, S3A_LOCK_CANCEL);
    assert_true(stage.action.abandon);
    stage_failed(&stage, S3A_CANCELLED);

    stage_init(&stage);
    begin_to_kill();
    stage_say(&stage, S3A_LOCK_RELEASE);
    assert_true(stage.action.abandon);
    stage_failed(&stage, S3A_CANCELLED);
}

/* What follows is about a lock of our own under our session, which is good for a minute. */

static void start_under_ours(void)
{
    s3a_lock_machine_init(&stage.machine, &stage.terms, (const uint8_t *)"0123456789abcdef", NULL);
    s3a_lock_machine_use_session(&stage.machine, ours);
    stage.session_good_until_ms = stage.now_ms + 60000;
    stage_say(&stage, S3A_LOCK_START);
}

static void hold_under_ours(void)
{
    start_under_ours();
    stage_sees_nothing(&stage);
    assert_true(stage.action.record->has_session);
    assert_memory_equal(stage.action.record->session, ours, S3A_SESSION_ID_SIZE);
    stage_written(&stage, "held");
    assert_int_equal(stage.action.tell, S3A_LOCK_TELL_GRANTED);
}

static void a_lock_under_a_session_rests(void **state)
{
    (void)state;
    hold_under_ours();
    assert_true(stage.action.wake_ms == S3A_LOCAL_TIME_NEVER);
    assert_true(s3a_lock_good_until_ms(&stage.machine) == stage.session_good_until_ms);
    assert_true(s3a_lock_own_end_ms(&stage.machine) == S3A_LOCAL_TIME_NEVER);
}

static void it_is_good_as_long_as_its_session_is(void **state)
{
    (void)state;
    hold_under_ours();
    stage_pass(&stage, 59999);
    stage_say(&stage, S3A_LOCK_WAKE);
    assert_int_equal(stage.action.tell, 0);
    stage.session_good_until_ms += 60000;
    stage_pass(&stage, 60000);
    stage_say(&stage, S3A_LOCK_WAKE);
    assert_int_equal(stage.action.tell, 0);
    stage_pass(&stage, 1);
    stage_say(&stage, S3A_LOCK_WAKE);
    assert_int_equal(stage.action.tell, S3A_LOCK_TELL_LOST);
    assert_int_equal(stage.machine.lost_reason, S3A_LOST_SESSION);
}

static void with_its_session_it_is_lost_at_once(void **state)
{
    (void)state;
    hold_under_ours();
    stage_say(&stage, S3A_LOCK_SESSION_LOST);
    assert_int_equal(stage.action.tell, S3A_LOCK_TELL_LOST);
    assert_int_equal(stage.action.request, S3A_LOCK_REQUEST_NONE);
    assert_int_equal(stage.machine.lost_reason, S3A_LOST_SESSION);
    stage_say(&stage, S3A_LOCK_RELEASE);
    assert_int_equal(stage.action.tell, S3A_LOCK_TELL_ENDED);
    assert_int_equal(stage.action.status, S3A_LOST);
}

static void its_longest_hold_still_ends_it(void **state)
{
    (void)state;
    stage.terms.max_hold_ms = 20000;
    hold_under_ours();
    stage_wake(&stage);
    assert_int_equal(stage.action.tell, S3A_LOCK_TELL_DANGER);
    stage_wake(&stage);
    assert_int_equal(stage.action.tell, S3A_LOCK_TELL_LOST);
    assert_int_equal(stage.machine.lost_reason, S3A_LOST_HELD_TOO_LONG);
}

static void a_grant_that_comes_after_the_sessions_end_is_given_back(void **state)
{
    (void)state;
    start_under_ours();
    stage_sees_nothing(&stage);
    stage_pass(&stage, 60000);
    stage_written(&stage, "held");
    assert_int_equal(stage.action.tell, 0);
    assert_int_equal(stage.machine.at, S3A_AT_FREE);
    assert_string_equal(stage.action.etag, "held");
    assert_false(stage.action.record->held);
    assert_false(stage.action.record->has_session);
    stage_written(&stage, "free");
    stage_failed(&stage, S3A_LOST);
}

static void nothing_is_taken_under_a_session_that_is_not_good(void **state)
{
    (void)state;
    start_under_ours();
    stage_pass(&stage, 60000);
    stage_sees_nothing(&stage);
    assert_int_equal(stage.action.request, S3A_LOCK_REQUEST_NONE);
    stage_failed(&stage, S3A_LOST);

    stage_init(&stage);
    start_under_ours();
    stage_say(&stage, S3A_LOCK_SESSION_LOST); /* while it looks */
    stage_failed(&stage, S3A_LOST);
}

static void what_our_own_session_was_left_holding_is_ours_to_take(void **state)
{
    (void)state;
    start_under_ours();
    struct s3a_lock_view view = held_under(ours);
    stage_sees(&stage, &view);
    assert_int_equal(stage.action.request, S3A_LOCK_REQUEST_REPLACE);
    assert_string_equal(stage.action.etag, "lock");
}

static void giving_back_goes_on_as_long_as_the_session_is_good(void **state)
{
    (void)state;
    hold_under_ours();
    uint64_t until_ms = stage.now_ms + 300000;
    stage_say(&stage, S3A_LOCK_RELEASE);
    while (stage.now_ms < until_ms) {
        stage.session_good_until_ms = stage.now_ms + 60000;
        assert_int_equal(stage.told & S3A_LOCK_TELL_ENDED, 0);
        stage_answer(&stage, S3A_UNREACHABLE);
        stage_wake(&stage);
    }
    stage.session_good_until_ms = 0;
    for (int i = 0; i < 1000 && stage.machine.at != S3A_AT_ENDED; i++) {
        stage_answer(&stage, S3A_UNREACHABLE);
        if (stage.machine.at == S3A_AT_REST) {
            stage_wake(&stage);
        }
    }
    assert_int_equal(stage.machine.at, S3A_AT_ENDED);
    assert_int_equal(stage.action.status, S3A_UNREACHABLE);
}

static void a_session_begins_with_its_first_write(void **state)
{
    (void)state;
    s3a_lock_machine_init(&stage.machine, &stage.terms, (const uint8_t *)"0123456789abcdef", NULL);
    s3a_lock_machine_be_fresh(&stage.machine);
    stage_say(&stage, S3A_LOCK_START);
    assert_int_equal(stage.action.request, S3A_LOCK_REQUEST_CREATE);
    assert_true(stage.action.record->grant.token > 1);
    stage_written(&stage, "alive");
    assert_int_equal(stage.action.tell, S3A_LOCK_TELL_GRANTED);
    assert_true(stage.action.wake_ms < S3A_LOCAL_TIME_NEVER);
}

#define STORY(name) cmocka_unit_test_setup(name, begin)

int main(void)
{
    const struct CMUnitTest tests[] = {
        STORY(a_lock_under_a_live_session_is_held_however_old_it_is),
        STORY(a_session_that_is_over_is_made_dead_before_the_lock_is_taken),
        STORY(a_dead_session_holds_nothing),
        STORY(a_holder_who_was_faster_than_its_killer_keeps_the_lock),
        STORY(a_session_killed_by_another_is_dead_for_us_too),
        STORY(a_kill_in_doubt_is_no_kill),
        STORY(a_store_that_wants_bare_etags_is_given_them),
        STORY(a_store_that_takes_neither_form_is_not_asked_at_once_again),
        STORY(a_missing_session_is_watched_for_a_lease_from_when_it_was_missed),
        STORY(what_is_no_session_is_watched_and_left_alone),
        STORY(cancelled_while_it_looks_at_a_session_it_ends_at_once),
        STORY(a_lock_under_a_session_rests),
        STORY(it_is_good_as_long_as_its_session_is),
        STORY(with_its_session_it_is_lost_at_once),
        STORY(its_longest_hold_still_ends_it),
        STORY(a_grant_that_comes_after_the_sessions_end_is_given_back),
        STORY(nothing_is_taken_under_a_session_that_is_not_good),
        STORY(what_our_own_session_was_left_holding_is_ours_to_take),
        STORY(giving_back_goes_on_as_long_as_the_session_is_good),
        STORY(a_session_begins_with_its_first_write),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
