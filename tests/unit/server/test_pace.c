/* SPDX-License-Identifier: MIT */
#include "test.h"

#include "pace.h"

/* A connection in virtual time: somebody looks at it once a second. */

static const struct s3a_pace_limits limits = {
    .head_ms = 20000, .idle_ms = 65000, .bytes_per_s = 500};

static struct s3a_pace pace;
static struct s3a_pace_sight sight;
static uint64_t now_ms;

static void begin(bool has_tls)
{
    now_ms = 1000000;
    sight = (struct s3a_pace_sight){0};
    s3a_pace_begin(&pace, has_tls, now_ms);
}

static enum s3a_pace_verdict look(void)
{
    now_ms += 1000;
    return s3a_pace_look(&pace, &limits, &sight, now_ms);
}

/* Once a second, for so long. */
static void expect_good(unsigned seconds)
{
    for (unsigned i = 0; i < seconds; i++) {
        assert_int_equal(look(), S3A_PACE_GOOD);
    }
}

static void enter(enum s3a_pace_phase phase)
{
    sight.phase = phase;
    sight.requests += phase == S3A_PACE_HEAD ? 1 : 0;
    sight.bytes_in += phase == S3A_PACE_HEAD ? 100 : 0;
    expect_good(1);
}

/* Each second so many bytes; how many seconds does that last, at the most limit? */
static unsigned last(uint64_t *bytes, uint64_t per_look, unsigned limit,
                     enum s3a_pace_verdict expected)
{
    for (unsigned seconds = 1; seconds <= limit; seconds++) {
        *bytes += per_look;
        enum s3a_pace_verdict verdict = look();
        if (verdict != S3A_PACE_GOOD) {
            assert_int_equal(verdict, expected);
            return seconds;
        }
    }
    return limit;
}

static void who_says_nothing_may_stay_for_the_idle_time(void **state)
{
    (void)state;
    begin(false);
    expect_good(64);
    assert_int_equal(look(), S3A_PACE_IDLE);
}

static void who_says_nothing_more_may_stay_as_long(void **state)
{
    (void)state;
    begin(false);
    enter(S3A_PACE_HEAD);
    enter(S3A_PACE_ANSWER);
    enter(S3A_PACE_WAITING);
    expect_good(64);
    assert_int_equal(look(), S3A_PACE_IDLE);
}

static void a_head_is_due_from_its_first_byte_on(void **state)
{
    (void)state;
    begin(false);
    expect_good(50);
    assert_int_equal(last(&sight.bytes_in, 1, 1000, S3A_PACE_LATE_HEAD), 21);
}

static void a_byte_each_minute_makes_no_head(void **state)
{
    (void)state;
    begin(false);
    sight.bytes_in = 1;
    expect_good(20);
    assert_int_equal(look(), S3A_PACE_LATE_HEAD);
}

static void the_first_line_gives_no_more_time(void **state)
{
    (void)state;
    begin(false);
    sight.bytes_in = 1;
    expect_good(15);
    enter(S3A_PACE_HEAD);
    expect_good(4);
    sight.bytes_in += 50;
    assert_int_equal(look(), S3A_PACE_LATE_HEAD);
}

static void the_head_of_a_later_request_is_due_as_well(void **state)
{
    (void)state;
    begin(false);
    enter(S3A_PACE_HEAD);
    enter(S3A_PACE_ANSWER);
    enter(S3A_PACE_WAITING);
    expect_good(30);
    assert_int_equal(last(&sight.bytes_in, 1, 1000, S3A_PACE_LATE_HEAD), 21);
}

/* Another request in between: the head that is there now has begun since. */
static void each_head_has_time_of_its_own(void **state)
{
    (void)state;
    begin(false);
    sight.bytes_in = 1;
    expect_good(15);
    sight.requests++;
    enter(S3A_PACE_HEAD);
    expect_good(19);
    assert_int_equal(look(), S3A_PACE_LATE_HEAD);
}

static void a_handshake_is_due_from_the_beginning(void **state)
{
    (void)state;
    begin(true);
    expect_good(19);
    assert_int_equal(look(), S3A_PACE_LATE_HEAD);
}

static void many_requests_are_no_one_that_lasts(void **state)
{
    (void)state;
    begin(false);
    for (unsigned i = 0; i < 1000; i++) {
        sight.requests += 100;
        sight.bytes_in += 1;
        enter((enum s3a_pace_phase)(i % (S3A_PACE_ANSWER + 1)));
    }
}

static void a_body_must_move_as_fast_as_is_asked(void **state)
{
    (void)state;
    begin(false);
    enter(S3A_PACE_HEAD);
    enter(S3A_PACE_BODY);
    assert_int_equal(last(&sight.bytes_in, 500, 10000, S3A_PACE_SLOW), 10000);
    assert_true(last(&sight.bytes_in, 499, 10000, S3A_PACE_SLOW) <= 2 * 65);
}

static void a_body_that_stops_is_found_out(void **state)
{
    (void)state;
    begin(false);
    enter(S3A_PACE_HEAD);
    enter(S3A_PACE_BODY);
    expect_good(64);
    assert_int_equal(look(), S3A_PACE_SLOW);
}

/* A pause is made up for within the same span. */
static void a_body_may_come_in_gusts(void **state)
{
    (void)state;
    begin(false);
    enter(S3A_PACE_HEAD);
    enter(S3A_PACE_BODY);
    for (int i = 0; i < 100; i++) {
        expect_good(64);
        sight.bytes_in += 65 * 500;
        expect_good(1);
    }
}

static void an_answer_must_be_taken_as_fast(void **state)
{
    (void)state;
    begin(false);
    enter(S3A_PACE_HEAD);
    enter(S3A_PACE_ANSWER);
    assert_int_equal(last(&sight.bytes_out, 500, 10000, S3A_PACE_SLOW), 10000);
    /* What comes meanwhile does not count. */
    sight.bytes_in += 1000000;
    assert_true(last(&sight.bytes_out, 10, 10000, S3A_PACE_SLOW) <= 2 * 65);
}

static void what_we_take_is_nobodys_fault(void **state)
{
    (void)state;
    begin(false);
    enter(S3A_PACE_HEAD);
    enter(S3A_PACE_OURS);
    expect_good(100000);
}

static void who_is_excused_begins_anew(void **state)
{
    (void)state;
    begin(false);
    enter(S3A_PACE_HEAD);
    enter(S3A_PACE_BODY);
    expect_good(64);
    assert_int_equal(look(), S3A_PACE_SLOW);
    s3a_pace_excuse(&pace, &sight, now_ms);
    expect_good(64);
    assert_int_equal(look(), S3A_PACE_SLOW);
}

static void who_has_no_request_is_in_the_way_the_longer_the_more(void **state)
{
    (void)state;
    begin(false);
    expect_good(10);
    assert_int_equal(s3a_pace_vacant_ms(&pace, now_ms), 10000);
    sight.bytes_in = 1;
    expect_good(1);
    assert_int_equal(s3a_pace_vacant_ms(&pace, now_ms), 0);
    expect_good(5);
    assert_int_equal(s3a_pace_vacant_ms(&pace, now_ms), 5000);
    enter(S3A_PACE_HEAD);
    assert_int_equal(s3a_pace_vacant_ms(&pace, now_ms), 6000);
    enter(S3A_PACE_BODY);
    expect_good(10);
    assert_int_equal(s3a_pace_vacant_ms(&pace, now_ms), 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(who_says_nothing_may_stay_for_the_idle_time),
        cmocka_unit_test(who_says_nothing_more_may_stay_as_long),
        cmocka_unit_test(a_head_is_due_from_its_first_byte_on),
        cmocka_unit_test(a_byte_each_minute_makes_no_head),
        cmocka_unit_test(the_first_line_gives_no_more_time),
        cmocka_unit_test(the_head_of_a_later_request_is_due_as_well),
        cmocka_unit_test(each_head_has_time_of_its_own),
        cmocka_unit_test(a_handshake_is_due_from_the_beginning),
        cmocka_unit_test(many_requests_are_no_one_that_lasts),
        cmocka_unit_test(a_body_must_move_as_fast_as_is_asked),
        cmocka_unit_test(a_body_that_stops_is_found_out),
        cmocka_unit_test(a_body_may_come_in_gusts),
        cmocka_unit_test(an_answer_must_be_taken_as_fast),
        cmocka_unit_test(what_we_take_is_nobodys_fault),
        cmocka_unit_test(who_is_excused_begins_anew),
        cmocka_unit_test(who_has_no_request_is_in_the_way_the_longer_the_more),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
