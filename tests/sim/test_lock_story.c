/* SPDX-License-Identifier: MIT */
#include "test.h"

#include <string.h>

#include "sim.h"

/* Stories of the lock, in virtual time, on a simulated store. */

static struct sim sim;

static int begin(void **state)
{
    (void)state;
    sim_init(&sim, 42);
    return 0;
}

static int end(void **state)
{
    (void)state;
    assert_string_equal(sim.breach, "");
    sim_fini(&sim);
    return 0;
}

static bool is_held(struct sim *world, unsigned number)
{
    return sim_is_held(world, number);
}

static bool has_ended(struct sim *world, unsigned number)
{
    return world->contenders[number].ended;
}

static bool has_lost(struct sim *world, unsigned number)
{
    return world->contenders[number].lost_told;
}

static bool is_beating(struct sim *world, unsigned number)
{
    return world->contenders[number].machine.at == S3A_AT_BEAT;
}

static unsigned start_one(const struct s3a_lock_terms *terms)
{
    unsigned number = sim_add(&sim, terms);
    sim_start(&sim, number);
    return number;
}

static unsigned start_patient(void)
{
    struct s3a_lock_terms terms = sim_terms();
    return start_one(&terms);
}

static unsigned start_impatient(void)
{
    struct s3a_lock_terms terms = sim_terms();
    terms.wait_ms = 0;
    return start_one(&terms);
}

static enum s3a_status outcome(unsigned number)
{
    assert_true(sim_run_until(&sim, has_ended, number, 60000));
    return sim.contenders[number].status;
}

static void release_well(unsigned number)
{
    sim_release(&sim, number);
    assert_int_equal(outcome(number), S3A_OK);
}

static void a_hundred_race_on_a_fresh_key_and_exactly_one_wins(void **state)
{
    (void)state;
    for (unsigned i = 0; i < 100; i++) {
        sim_add(&sim, &(struct s3a_lock_terms){.lease_ms = 3000,
                                               .heartbeat_ms = 1000,
                                               .warn_ms = 1000,
                                               .grace_ms = 2000,
                                               .poll_min_ms = 100,
                                               .poll_max_ms = 2000});
    }
    for (unsigned i = 0; i < 100; i++) {
        sim_start(&sim, i);
    }
    sim_run(&sim, 60000);
    assert_int_equal(sim_holders(&sim), 1);
    assert_int_equal(sim.grants, 1);
    for (unsigned i = 0; i < 100; i++) {
        if (!sim_is_held(&sim, i)) {
            assert_int_equal(sim.contenders[i].status, S3A_HELD);
        }
    }
}

static void heartbeats_keep_it_and_release_hands_it_over(void **state)
{
    (void)state;
    unsigned first = start_patient();
    assert_true(sim_run_until(&sim, is_held, first, 1000));
    unsigned second = start_patient();
    sim_run(&sim, 60000);
    assert_true(sim_is_held(&sim, first));
    assert_int_equal(sim.contenders[first].dangers, 0);
    release_well(first);
    assert_true(sim_run_until(&sim, is_held, second, 2500));
    assert_int_equal(sim.contenders[second].token, sim.contenders[first].token + 1);
}

static void a_crashed_holder_is_succeeded_after_lease_and_grace(void **state)
{
    (void)state;
    unsigned first = start_patient();
    assert_true(sim_run_until(&sim, is_held, first, 1000));
    unsigned second = start_patient();
    sim_run(&sim, 10000);
    sim_crash(&sim, first);
    uint64_t crashed_ms = sim.now_ms;
    assert_true(sim_run_until(&sim, is_held, second, 3000 + 2000 + 500));
    /* The last heartbeat was at most 1.1 s before the crash. */
    assert_true(sim.now_ms - crashed_ms >= 3000 + 2000 - 1100);
}

static void a_long_dead_lock_is_taken_at_once(void **state)
{
    (void)state;
    unsigned first = start_patient();
    assert_true(sim_run_until(&sim, is_held, first, 1000));
    sim_crash(&sim, first);
    sim_run(&sim, 100000);
    unsigned second = start_impatient();
    assert_true(sim_run_until(&sim, is_held, second, 500));
}

static void without_last_modified_it_is_watched_for_lease_and_grace(void **state)
{
    (void)state;
    sim.faults.no_modified = 1000;
    unsigned first = start_patient();
    assert_true(sim_run_until(&sim, is_held, first, 1000));
    sim_crash(&sim, first);
    sim_run(&sim, 100000);
    unsigned second = start_patient();
    sim_run(&sim, 4900);
    assert_false(sim_is_held(&sim, second));
    assert_true(sim_run_until(&sim, is_held, second, 2500));
}

static void who_does_not_wait_is_told_at_once_that_it_is_held(void **state)
{
    (void)state;
    unsigned first = start_patient();
    assert_true(sim_run_until(&sim, is_held, first, 1000));
    unsigned second = start_impatient();
    assert_int_equal(outcome(second), S3A_HELD);
    assert_int_equal(sim.contenders[second].machine.view.record.grant.token,
                     sim.contenders[first].token);
}

static void who_waits_for_a_while_gives_up_at_its_deadline(void **state)
{
    (void)state;
    struct s3a_lock_terms terms = sim_terms();
    terms.wait_ms = 7000;
    unsigned first = start_patient();
    assert_true(sim_run_until(&sim, is_held, first, 1000));
    uint64_t began_ms = sim.now_ms;
    unsigned second = start_one(&terms);
    assert_int_equal(outcome(second), S3A_HELD);
    assert_in_range(sim.now_ms - began_ms, 7000, 7200);
}

static void one_lost_heartbeat_does_not_cost_the_lock(void **state)
{
    (void)state;
    unsigned first = start_patient();
    assert_true(sim_run_until(&sim, is_held, first, 1000));
    for (int i = 0; i < 50; i++) {
        sim.contenders[first].cut_off = true;
        assert_true(sim_run_until(&sim, is_beating, first, 1200));
        sim.contenders[first].cut_off = false;
        sim_run(&sim, 1000);
        assert_true(sim_is_held(&sim, first));
    }
}

static void a_store_that_stays_away_means_danger_first_and_then_loss(void **state)
{
    (void)state;
    unsigned first = start_patient();
    assert_true(sim_run_until(&sim, is_held, first, 1000));
    sim.store.down = true;
    uint64_t down_ms = sim.now_ms;
    assert_true(sim_run_until(&sim, has_lost, first, 5000));
    assert_int_equal(sim.contenders[first].dangers, 1);
    assert_int_equal(sim.contenders[first].machine.lost_reason, S3A_LOST_UNREACHABLE);
    assert_true(sim.now_ms - down_ms <= 3000);
    /* When it comes back, our own record is freed, so that the next one need not wait. */
    sim.store.down = false;
    sim_run(&sim, 2500);
    assert_false(sim.store.object.record.held);
    sim_release(&sim, first);
    assert_int_equal(outcome(first), S3A_LOST);
}

static void refused_credentials_are_named_as_the_reason(void **state)
{
    (void)state;
    unsigned first = start_patient();
    assert_true(sim_run_until(&sim, is_held, first, 1000));
    sim.faults.refused_403 = 1000;
    assert_true(sim_run_until(&sim, has_lost, first, 5000));
    assert_int_equal(sim.contenders[first].machine.lost_reason, S3A_LOST_CREDENTIALS);
}

static void a_frozen_holder_finds_itself_lost_and_leaves_its_successor_alone(void **state)
{
    (void)state;
    unsigned first = start_patient();
    assert_true(sim_run_until(&sim, is_held, first, 1000));
    unsigned second = start_patient();
    sim_freeze(&sim, first);
    assert_true(sim_run_until(&sim, is_held, second, 10000));
    sim_thaw(&sim, first);
    assert_true(sim_run_until(&sim, has_lost, first, 100));
    sim_release(&sim, first);
    assert_int_equal(outcome(first), S3A_LOST);
    sim_run(&sim, 10000);
    assert_true(sim_is_held(&sim, second));
}

static void the_holder_notices_what_is_done_from_outside(void **state)
{
    (void)state;
    static const struct {
        enum s3a_lock_object put;
        enum s3a_lost_reason reason;
    } cases[] = {
        {S3A_LOCK_OBJECT_ABSENT, S3A_LOST_DELETED},
        {S3A_LOCK_OBJECT_FOREIGN, S3A_LOST_OVERWRITTEN},
        {S3A_LOCK_OBJECT_JAVA, S3A_LOST_TAKEN_OVER},
    };

    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        sim_store_delete(&sim);
        sim_run(&sim, 3000);
        unsigned number = start_patient();
        assert_true(sim_run_until(&sim, is_held, number, 1000));
        if (cases[i].put == S3A_LOCK_OBJECT_ABSENT) {
            sim_store_delete(&sim);
        } else {
            sim_store_put(&sim, cases[i].put, NULL);
        }
        assert_true(sim_run_until(&sim, has_lost, number, 1500));
        assert_int_equal(sim.contenders[number].machine.lost_reason, cases[i].reason);
        uint64_t writes = sim.store.writes;
        sim_release(&sim, number);
        assert_int_equal(outcome(number), S3A_LOST);
        assert_int_equal(sim.store.writes, writes);
    }
}

static void freed_by_force_is_noticed_and_told_apart(void **state)
{
    (void)state;
    unsigned first = start_patient();
    assert_true(sim_run_until(&sim, is_held, first, 1000));
    struct s3a_lock_record record = sim.store.object.record;
    record.held = false;
    record.beat += 1000;
    sim_store_put(&sim, S3A_LOCK_OBJECT_RECORD, &record);
    assert_true(sim_run_until(&sim, has_lost, first, 1500));
    assert_int_equal(sim.contenders[first].machine.lost_reason, S3A_LOST_FREED);
}

static void a_foreign_object_is_an_error_and_left_as_it_is(void **state)
{
    (void)state;
    sim_store_put(&sim, S3A_LOCK_OBJECT_FOREIGN, NULL);
    uint64_t writes = sim.store.writes;
    assert_int_equal(outcome(start_patient()), S3A_NOT_A_LOCK);
    sim_store_put(&sim, S3A_LOCK_OBJECT_NEWER, NULL);
    assert_int_equal(outcome(start_patient()), S3A_UNSUPPORTED);
    assert_int_equal(sim.store.writes, writes + 1);
}

static void a_lock_of_the_java_library_is_respected_until_its_end(void **state)
{
    (void)state;
    sim_store_put(&sim, S3A_LOCK_OBJECT_JAVA, NULL);
    unsigned number = start_patient();
    sim_run(&sim, 11900);
    assert_false(sim_is_held(&sim, number));
    assert_true(sim_run_until(&sim, is_held, number, 3000));
}

static void an_applied_write_without_an_answer_is_recognised(void **state)
{
    (void)state;
    sim.faults.answer_lost = 1000;
    unsigned first = start_impatient();
    sim_run(&sim, 10);
    sim.faults.answer_lost = 0;
    /* The look was not answered; the second one is, and the take after it is not. */
    sim_run(&sim, 1060);
    sim.faults.applied_500 = 1000;
    sim_run(&sim, 60);
    sim.faults.applied_500 = 0;
    assert_true(sim_run_until(&sim, is_held, first, 3000));
    assert_int_equal(sim.grants, 1);
}

static void heartbeats_whose_answers_are_lost_still_keep_it(void **state)
{
    (void)state;
    unsigned first = start_patient();
    assert_true(sim_run_until(&sim, is_held, first, 1000));
    sim.faults.applied_500 = 200;
    sim_run(&sim, 120000);
    assert_true(sim_is_held(&sim, first));
    assert_false(sim.contenders[first].lost_told);
    sim.faults.applied_500 = 0;
    release_well(first);
}

static void an_applied_release_without_an_answer_is_a_release(void **state)
{
    (void)state;
    unsigned first = start_patient();
    assert_true(sim_run_until(&sim, is_held, first, 1000));
    sim.faults.applied_500 = 1000;
    sim_release(&sim, first);
    sim_run(&sim, 50);
    sim.faults.applied_500 = 0;
    assert_int_equal(outcome(first), S3A_OK);
    assert_false(sim.store.object.record.held);
}

static void release_keeps_trying_through_503_until_the_lease_would_end(void **state)
{
    (void)state;
    unsigned first = start_patient();
    assert_true(sim_run_until(&sim, is_held, first, 1000));
    sim.faults.later_503 = 1000;
    sim_release(&sim, first);
    sim_run(&sim, 1500);
    sim.faults.later_503 = 0;
    assert_int_equal(outcome(first), S3A_OK);

    unsigned second = start_patient();
    assert_true(sim_run_until(&sim, is_held, second, 1000));
    sim.faults.later_503 = 1000;
    sim_release(&sim, second);
    assert_int_equal(outcome(second), S3A_LATER);
}

static void a_cancelled_attempt_in_doubt_leaves_no_ghost(void **state)
{
    (void)state;
    sim.faults.applied_500 = 1000;
    unsigned first = start_patient();
    sim_run(&sim, 100); /* the look gets a 500 */
    sim.faults.applied_500 = 0;
    while (sim.contenders[first].machine.at != S3A_AT_TAKE) {
        sim_run(&sim, 1);
    }
    sim_cancel(&sim, first);
    assert_int_equal(outcome(first), S3A_CANCELLED);
    sim_run(&sim, 30000);
    assert_false(sim.store.object.record.held);
    assert_int_equal(sim_holders(&sim), 0);
}

static void a_write_that_lands_after_its_sender_gave_up_finds_its_condition_burnt(void **state)
{
    (void)state;
    unsigned first = start_patient();
    while (sim.contenders[first].machine.at != S3A_AT_LOOK) {
        sim_run(&sim, 1);
    }
    sim.faults.late = 1000; /* the take will land up to 20 s too late */
    while (sim.contenders[first].machine.at != S3A_AT_TAKE) {
        sim_run(&sim, 1);
    }
    sim.faults.late = 0;
    sim_cancel(&sim, first);
    assert_int_equal(outcome(first), S3A_CANCELLED);
    assert_false(sim.store.object.record.held);
    sim_run(&sim, 30000);
    assert_int_equal(sim.store.object.kind, S3A_LOCK_OBJECT_RECORD);
    assert_false(sim.store.object.record.held);
}

static void cancelling_a_wait_sends_nothing(void **state)
{
    (void)state;
    unsigned first = start_patient();
    assert_true(sim_run_until(&sim, is_held, first, 1000));
    unsigned second = start_patient();
    sim_run(&sim, 500);
    sim_cancel(&sim, second);
    sim_run(&sim, 100);
    assert_true(sim.contenders[second].ended);
    assert_int_equal(sim.contenders[second].status, S3A_CANCELLED);
}

static void a_store_that_compares_etags_literally_is_found_out(void **state)
{
    (void)state;
    sim.faults.quoted_literally = true;
    unsigned first = start_patient();
    assert_true(sim_run_until(&sim, is_held, first, 1000));
    sim_run(&sim, 20000);
    assert_true(sim_is_held(&sim, first));
    assert_true(sim.contenders[first].machine.bare_etag);
    release_well(first);
    unsigned second = start_patient();
    assert_true(sim_run_until(&sim, is_held, second, 3000));
}

static void a_store_that_is_down_ends_trying_after_a_while(void **state)
{
    (void)state;
    sim.store.down = true;
    uint64_t began_ms = sim.now_ms;
    assert_int_equal(outcome(start_patient()), S3A_TIMEOUT);
    assert_true(sim.now_ms - began_ms >= S3A_LOCK_PATIENCE_MS);
    began_ms = sim.now_ms;
    assert_int_equal(outcome(start_impatient()), S3A_TIMEOUT);
    assert_true(sim.now_ms - began_ms < 5000);
}

static void max_hold_ends_it_without_freeing_it(void **state)
{
    (void)state;
    struct s3a_lock_terms terms = sim_terms();
    terms.max_hold_ms = 5000;
    unsigned first = start_one(&terms);
    assert_true(sim_run_until(&sim, is_held, first, 1000));
    assert_true(sim_run_until(&sim, has_lost, first, 5100));
    assert_int_equal(sim.contenders[first].machine.lost_reason, S3A_LOST_HELD_TOO_LONG);
    assert_true(sim.store.object.record.held);
    unsigned second = start_impatient();
    assert_int_equal(outcome(second), S3A_HELD);
    /* The work has ended now: giving it back frees it. */
    sim_release(&sim, first);
    assert_int_equal(outcome(first), S3A_LOST);
    assert_false(sim.store.object.record.held);
}

static void what_this_client_freed_last_is_taken_with_one_request(void **state)
{
    (void)state;
    struct s3a_lock_terms terms = sim_terms();
    unsigned first = start_patient();
    assert_true(sim_run_until(&sim, is_held, first, 1000));
    release_well(first);
    struct s3a_lock_view remembered = sim.store.object;
    unsigned second = sim_add(&sim, &terms);
    s3a_lock_machine_init(&sim.contenders[second].machine, &terms,
                          (const uint8_t *)"0123456789abcdef", &remembered);
    uint64_t steps = sim.steps;
    sim_start(&sim, second);
    assert_true(sim_run_until(&sim, is_held, second, 1000));
    assert_int_equal(sim.steps - steps, 2);
}

static void the_last_eight_grants_are_remembered(void **state)
{
    (void)state;
    struct s3a_grant grants[12];

    for (unsigned i = 0; i < 12; i++) {
        unsigned number = start_patient();
        assert_true(sim_run_until(&sim, is_held, number, 1000));
        grants[i] = sim.store.object.record.grant;
        release_well(number);
    }
    const struct s3a_lock_record *record = &sim.store.object.record;
    assert_int_equal(record->recent_count, S3A_RECENT_MAX);
    for (unsigned i = 0; i < S3A_RECENT_MAX; i++) {
        assert_memory_equal(record->recent[i].owner, grants[10 - i].owner, S3A_OWNER_SIZE);
        assert_int_equal(record->recent[i].token, grants[10 - i].token);
    }
}

#define STORY(name) cmocka_unit_test_setup_teardown(name, begin, end)

int main(void)
{
    const struct CMUnitTest tests[] = {
        STORY(a_hundred_race_on_a_fresh_key_and_exactly_one_wins),
        STORY(heartbeats_keep_it_and_release_hands_it_over),
        STORY(a_crashed_holder_is_succeeded_after_lease_and_grace),
        STORY(a_long_dead_lock_is_taken_at_once),
        STORY(without_last_modified_it_is_watched_for_lease_and_grace),
        STORY(who_does_not_wait_is_told_at_once_that_it_is_held),
        STORY(who_waits_for_a_while_gives_up_at_its_deadline),
        STORY(one_lost_heartbeat_does_not_cost_the_lock),
        STORY(a_store_that_stays_away_means_danger_first_and_then_loss),
        STORY(refused_credentials_are_named_as_the_reason),
        STORY(a_frozen_holder_finds_itself_lost_and_leaves_its_successor_alone),
        STORY(the_holder_notices_what_is_done_from_outside),
        STORY(freed_by_force_is_noticed_and_told_apart),
        STORY(a_foreign_object_is_an_error_and_left_as_it_is),
        STORY(a_lock_of_the_java_library_is_respected_until_its_end),
        STORY(an_applied_write_without_an_answer_is_recognised),
        STORY(heartbeats_whose_answers_are_lost_still_keep_it),
        STORY(an_applied_release_without_an_answer_is_a_release),
        STORY(release_keeps_trying_through_503_until_the_lease_would_end),
        STORY(a_cancelled_attempt_in_doubt_leaves_no_ghost),
        STORY(a_write_that_lands_after_its_sender_gave_up_finds_its_condition_burnt),
        STORY(cancelling_a_wait_sends_nothing),
        STORY(a_store_that_compares_etags_literally_is_found_out),
        STORY(a_store_that_is_down_ends_trying_after_a_while),
        STORY(max_hold_ends_it_without_freeing_it),
        STORY(what_this_client_freed_last_is_taken_with_one_request),
        STORY(the_last_eight_grants_are_remembered),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
