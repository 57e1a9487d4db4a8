/* SPDX-License-Identifier: MIT */
#include "ending.h"

#include <signal.h>

#include "now.h"
#include "test.h"

#define START_MS 1000000

static struct s3a_ending ending;
static enum s3a_ending_cause news;
static struct s3a_order order;

static void begin(const struct s3a_ending_terms *terms)
{
    s3a_ending_init(&ending, terms, START_MS);
}

/* One look, at_ms after the grant. */
static void look(uint64_t at_ms, uint64_t remaining_ms, bool lost)
{
    struct s3a_ending_sight sight = {START_MS + at_ms, remaining_ms, lost};

    order = s3a_ending_step(&ending, &sight, &news);
}

static void assert_order(int signal, uint64_t wake_after_grant_ms)
{
    assert_int_equal(order.signal, signal);
    assert_int_equal(order.wake_ms,
                     wake_after_grant_ms == S3A_NEVER ? S3A_NEVER : START_MS + wake_after_grant_ms);
}

/* A lease of 30 s, of which 29.4 s are good, a heartbeat of 10 s. */
static const struct s3a_ending_terms usual = {.kill_after_ms = 5000, .heartbeat_ms = 10000};

static void as_long_as_heartbeats_get_through_nothing_happens(void **state)
{
    (void)state;
    begin(&usual);
    for (uint64_t at_ms = 0; at_ms < 1000000; at_ms += 10000) {
        look(at_ms, 29400, false);
        assert_int_equal(news, S3A_ENDING_NONE);
        assert_order(0, at_ms + 29400 - 5500);
    }
    assert_int_equal(ending.cause, S3A_ENDING_NONE);
}

static void term_then_kill_and_both_before_the_lease_ends(void **state)
{
    (void)state;
    begin(&usual);
    look(0, 29400, false);
    look(23900, 5500, false);
    assert_int_equal(news, S3A_ENDING_DANGER);
    assert_order(SIGTERM, 28900);
    look(25000, 4400, false);
    assert_int_equal(news, S3A_ENDING_NONE);
    assert_order(0, 28900);
    look(28900, 500, false);
    assert_order(SIGKILL, S3A_NEVER);
}

static void a_heartbeat_that_gets_through_after_all_takes_nothing_back(void **state)
{
    (void)state;
    begin(&usual);
    look(0, 29400, false);
    look(23900, 5500, false);
    look(24000, 29400, false);
    assert_int_equal(ending.cause, S3A_ENDING_DANGER);
    assert_order(0, 28900);
    look(28900, 24500, false);
    assert_order(SIGKILL, S3A_NEVER);
}

static void a_loss_without_warning_leaves_cmd_its_time(void **state)
{
    (void)state;
    begin(&usual);
    look(0, 29400, false);
    look(3000, 0, true);
    assert_int_equal(news, S3A_ENDING_LOST);
    assert_order(SIGTERM, 8000);
    look(8000, 0, true);
    assert_int_equal(news, S3A_ENDING_NONE);
    assert_order(SIGKILL, S3A_NEVER);
}

static void a_loss_behind_a_danger_is_told_too(void **state)
{
    (void)state;
    begin(&usual);
    look(0, 29400, false);
    look(23900, 5500, false);
    look(25000, 0, true);
    assert_int_equal(news, S3A_ENDING_LOST);
    assert_order(0, 28900);
}

static void nothing_left_means_kill_at_once(void **state)
{
    (void)state;
    begin(&usual);
    look(0, 29400, false);
    look(60000, 0, false);
    assert_int_equal(news, S3A_ENDING_DANGER);
    assert_order(SIGKILL, S3A_NEVER);
}

static void a_short_lease_still_leaves_its_holder_two_heartbeats(void **state)
{
    /* 600 ms, of which 450 are good. */
    const struct s3a_ending_terms terms = {.kill_after_ms = 5000, .heartbeat_ms = 200};

    (void)state;
    begin(&terms);
    look(0, 450, false);
    assert_order(0, 450 - 112);
    look(338, 112, false);
    assert_order(SIGTERM, 450 - 28);
    look(422, 28, false);
    assert_order(SIGKILL, S3A_NEVER);
}

static void where_kill_is_asked_for_there_is_no_term(void **state)
{
    const struct s3a_ending_terms terms = {
        .on_lost = S3A_ON_LOST_KILL, .kill_after_ms = 5000, .heartbeat_ms = 10000};

    (void)state;
    begin(&terms);
    look(0, 29400, false);
    assert_order(0, 28900);
    look(28900, 500, false);
    assert_order(SIGKILL, S3A_NEVER);
}

static void where_it_is_to_be_ignored_it_is_only_told(void **state)
{
    const struct s3a_ending_terms terms = {.on_lost = S3A_ON_LOST_IGNORE,
                                           .kill_after_ms = 5000,
                                           .heartbeat_ms = 10000,
                                           .max_hold_ms = 20000};

    (void)state;
    begin(&terms);
    look(0, 29400, false);
    look(23900, 5500, false);
    assert_int_equal(news, S3A_ENDING_DANGER);
    assert_order(0, S3A_NEVER);
    look(24000, 5400, false);
    assert_int_equal(news, S3A_ENDING_NONE);
    look(29400, 0, true);
    assert_int_equal(news, S3A_ENDING_LOST);
    assert_int_equal(order.signal, 0);
    look(29500, 0, true);
    assert_int_equal(news, S3A_ENDING_NONE);
    assert_int_equal(ending.cause, S3A_ENDING_LOST);
}

static void max_hold_ends_cmd_before_it_is_reached(void **state)
{
    const struct s3a_ending_terms terms = {
        .kill_after_ms = 5000, .heartbeat_ms = 10000, .max_hold_ms = 60000};

    (void)state;
    begin(&terms);
    look(30000, 29400, false);
    assert_order(0, 53900);
    look(53900, 29400, false);
    assert_order(0, 54000);
    look(54000, 29300, false);
    assert_int_equal(news, S3A_ENDING_HELD_TOO_LONG);
    assert_order(SIGTERM, 59000);
    look(59000, 24000, false);
    assert_order(SIGKILL, S3A_NEVER);
}

static void a_lease_that_is_short_because_of_max_hold_is_in_no_danger(void **state)
{
    const struct s3a_ending_terms terms = {
        .kill_after_ms = 5000, .heartbeat_ms = 200, .max_hold_ms = 900};

    (void)state;
    begin(&terms);
    look(0, 850, false);
    assert_order(0, 400);
    look(400, 450, false);
    assert_int_equal(news, S3A_ENDING_NONE);
    assert_order(0, 600);
    look(600, 250, false);
    assert_int_equal(news, S3A_ENDING_HELD_TOO_LONG);
    assert_order(SIGTERM, 738);
    look(738, 112, false);
    assert_order(SIGKILL, S3A_NEVER);
}

static void a_want_of_heartbeats_shortly_before_max_hold_is_a_danger(void **state)
{
    const struct s3a_ending_terms terms = {
        .kill_after_ms = 5000, .heartbeat_ms = 10000, .max_hold_ms = 60000};

    (void)state;
    begin(&terms);
    look(0, 29400, false);
    look(50000, 5500, false);
    assert_int_equal(news, S3A_ENDING_DANGER);
    assert_order(SIGTERM, 55000);
}

static void a_lease_that_ends_while_cmd_takes_its_time_hastens_the_kill(void **state)
{
    /* Two minutes to end within, longer than the lease. */
    const struct s3a_ending_terms terms = {
        .kill_after_ms = 120000, .heartbeat_ms = 10000, .max_hold_ms = 600000};

    (void)state;
    begin(&terms);
    look(0, 29400, false);
    look(479000, 29400, false);
    assert_int_equal(news, S3A_ENDING_HELD_TOO_LONG);
    assert_order(SIGTERM, 479000 + 29400 - 9400);
    look(499000, 9400, false);
    assert_order(0, 507900);
    look(507900, 500, false);
    assert_order(SIGKILL, S3A_NEVER);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(as_long_as_heartbeats_get_through_nothing_happens),
        cmocka_unit_test(term_then_kill_and_both_before_the_lease_ends),
        cmocka_unit_test(a_heartbeat_that_gets_through_after_all_takes_nothing_back),
        cmocka_unit_test(a_loss_without_warning_leaves_cmd_its_time),
        cmocka_unit_test(a_loss_behind_a_danger_is_told_too),
        cmocka_unit_test(nothing_left_means_kill_at_once),
        cmocka_unit_test(a_short_lease_still_leaves_its_holder_two_heartbeats),
        cmocka_unit_test(where_kill_is_asked_for_there_is_no_term),
        cmocka_unit_test(where_it_is_to_be_ignored_it_is_only_told),
        cmocka_unit_test(max_hold_ends_cmd_before_it_is_reached),
        cmocka_unit_test(a_lease_that_is_short_because_of_max_hold_is_in_no_danger),
        cmocka_unit_test(a_want_of_heartbeats_shortly_before_max_hold_is_a_danger),
        cmocka_unit_test(a_lease_that_ends_while_cmd_takes_its_time_hastens_the_kill),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
