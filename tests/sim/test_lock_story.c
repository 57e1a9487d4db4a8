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
    assert_true(sim.contenders[second].token > sim.contenders[first].token);
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
    uint64_t steps = sim.tally.steps;
    sim_start(&sim, second);
    assert_true(sim_run_until(&sim, is_held, second, 1000));
    assert_int_equal(sim.tally.steps - steps, 2);
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

static void a_release_after_losing_it_leaves_the_successors_record_alone(void **state)
{
    (void)state;
    unsigned first = start_patient();
    assert_true(sim_run_until(&sim, is_held, first, 1000));
    unsigned second = start_patient();
    sim.contenders[first].cut_off = true;
    assert_true(sim_run_until(&sim, is_held, second, 10000));
    assert_true(sim.contenders[first].lost_told);
    sim.contenders[first].cut_off = false;
    sim_release(&sim, first);
    assert_int_equal(outcome(first), S3A_LOST);
    assert_int_equal(sim.contenders[first].machine.lost_reason, S3A_LOST_UNREACHABLE);
    sim_run(&sim, 10000);
    assert_true(sim_is_held(&sim, second));
    assert_int_equal(sim.store.object.record.grant.token, sim.contenders[second].token);
    assert_true(sim.store.object.record.held);
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
        STORY(a_frozen_holder_finds_itself_lost_and_leaves_its_successor_alone),
        STORY(the_holder_notices_what_is_done_from_outside),
        STORY(freed_by_force_is_noticed_and_told_apart),
        STORY(a_foreign_object_is_an_error_and_left_as_it_is),
        STORY(a_lock_of_the_java_library_is_respected_until_its_end),
        STORY(max_hold_ends_it_without_freeing_it),
        STORY(what_this_client_freed_last_is_taken_with_one_request),
        STORY(the_last_eight_grants_are_remembered),
        STORY(a_release_after_losing_it_leaves_the_successors_record_alone),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
