/* SPDX-License-Identifier: MIT */
#include "test.h"

#include <string.h>

#include "sim.h"

/* Stories of a lock whose store, network or answers fail. */

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

/* Its first try was applied, and by the time it looks, others have had the lock in between. */
static void a_write_that_was_applied_and_superseded_is_not_adopted(void **state)
{
    (void)state;
    unsigned first = start_patient();
    while (sim.contenders[first].machine.at != S3A_AT_TAKE) {
        sim_run(&sim, 1);
    }
    sim_freeze(&sim, first); /* the write lands, and nobody is there to hear of it */
    unsigned second = start_patient();
    assert_true(sim_run_until(&sim, is_held, second, 10000));
    const struct s3a_lock_record *record = &sim.store.object.record;
    assert_memory_equal(record->recent[0].owner, sim.contenders[first].owner, S3A_OWNER_SIZE);
    sim_thaw(&sim, first);
    sim_run(&sim, 5000);
    assert_false(sim.contenders[first].granted);
    assert_true(sim_is_held(&sim, second));
    release_well(second);
    assert_true(sim_run_until(&sim, is_held, first, 2500));
    assert_int_equal(sim.contenders[first].token, sim.contenders[second].token + 1);
}

static void a_store_that_leaves_every_write_in_doubt_still_grants(void **state)
{
    (void)state;
    sim.faults.writes_in_doubt = true;
    unsigned first = start_patient();
    assert_true(sim_run_until(&sim, is_held, first, 1000));
    unsigned second = start_patient();
    sim_run(&sim, 60000);
    assert_true(sim_is_held(&sim, first));
    assert_int_equal(sim.grants, 1);
    release_well(first);
    assert_true(sim_run_until(&sim, is_held, second, 3000));
    release_well(second);
}

static void a_hundred_race_on_a_store_at_fault_and_never_two_win(void **state)
{
    (void)state;
    struct s3a_lock_terms terms = sim_terms();

    sim.faults = (struct sim_faults){.answer_lost = 100,
                                     .twice = 100,
                                     .conflict_409 = 100,
                                     .applied_500 = 100,
                                     .failed_500 = 100};
    for (unsigned i = 0; i < 100; i++) {
        unsigned number = sim_add(&sim, &terms);
        sim_start(&sim, number);
    }
    for (unsigned i = 0; i < 20; i++) {
        sim_run(&sim, 3000);
        for (unsigned n = 0; n < 100; n++) {
            if (sim_is_held(&sim, n) && !sim.contenders[n].release_asked) {
                sim_release(&sim, n);
            }
        }
    }
    assert_true(sim.grants > 5);
}

#define STORY(name) cmocka_unit_test_setup_teardown(name, begin, end)

int main(void)
{
    const struct CMUnitTest tests[] = {
        STORY(one_lost_heartbeat_does_not_cost_the_lock),
        STORY(a_store_that_stays_away_means_danger_first_and_then_loss),
        STORY(refused_credentials_are_named_as_the_reason),
        STORY(an_applied_write_without_an_answer_is_recognised),
        STORY(heartbeats_whose_answers_are_lost_still_keep_it),
        STORY(an_applied_release_without_an_answer_is_a_release),
        STORY(release_keeps_trying_through_503_until_the_lease_would_end),
        STORY(a_cancelled_attempt_in_doubt_leaves_no_ghost),
        STORY(a_write_that_lands_after_its_sender_gave_up_finds_its_condition_burnt),
        STORY(cancelling_a_wait_sends_nothing),
        STORY(a_store_that_compares_etags_literally_is_found_out),
        STORY(a_store_that_is_down_ends_trying_after_a_while),
        STORY(a_write_that_was_applied_and_superseded_is_not_adopted),
        STORY(a_store_that_leaves_every_write_in_doubt_still_grants),
        STORY(a_hundred_race_on_a_store_at_fault_and_never_two_win),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
