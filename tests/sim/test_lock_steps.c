/* SPDX-License-Identifier: MIT */
#include "test.h"

#include "sim.h"

/* Locks that outlive the process that took them, in virtual time. */

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

/* Held, and left to whoever goes on with it. */
static unsigned start_and_detach(void)
{
    unsigned holder = start_patient();

    assert_true(sim_run_until(&sim, is_held, holder, 1000));
    sim_detach(&sim, holder);
    assert_int_equal(outcome(holder), S3A_OK);
    assert_false(sim_is_held(&sim, holder));
    return holder;
}

static void a_lock_goes_from_process_to_process_while_another_waits(void **state)
{
    (void)state;
    struct s3a_lock_terms terms = sim_terms();
    unsigned holder = start_and_detach();
    unsigned waiter = start_patient();

    for (int i = 0; i < 10; i++) {
        sim_run(&sim, 1500); /* with the age of its last heartbeat, less than a lease */
        sim_resume(&sim, holder, &terms);
        assert_true(sim_run_until(&sim, is_held, holder, 500));
        sim_run(&sim, 5000);
        sim_detach(&sim, holder);
    }
    assert_false(sim.contenders[waiter].granted);
    sim_resume(&sim, holder, &terms);
    assert_true(sim_run_until(&sim, is_held, holder, 500));
    release_well(holder);
    assert_true(sim_run_until(&sim, is_held, waiter, 3000));
}

static void a_lock_that_nobody_goes_on_with_is_had_after_its_lease(void **state)
{
    (void)state;
    struct s3a_lock_terms terms = sim_terms();
    unsigned holder = start_and_detach();
    unsigned waiter = start_patient();

    assert_false(sim_run_until(&sim, is_held, waiter, 4000));
    assert_true(sim_run_until(&sim, is_held, waiter, 4000));
    sim_resume(&sim, holder, &terms);
    assert_int_equal(outcome(holder), S3A_LOST);
    assert_int_equal(sim.contenders[holder].machine.lost_reason, S3A_LOST_TAKEN_OVER);
    assert_true(sim_is_held(&sim, waiter));
}

static void a_shortest_hold_outlives_its_process(void **state)
{
    (void)state;
    struct s3a_lock_terms terms = sim_terms();

    terms.min_hold_ms = 20000;
    unsigned holder = start_one(&terms);
    assert_true(sim_run_until(&sim, is_held, holder, 1000));
    release_well(holder);
    unsigned waiter = start_patient();
    assert_false(sim_run_until(&sim, is_held, waiter, 19500));
    assert_true(sim_run_until(&sim, is_held, waiter, 1500));
}

#define STORY(name) cmocka_unit_test_setup_teardown(name, begin, end)

int main(void)
{
    const struct CMUnitTest tests[] = {
        STORY(a_lock_goes_from_process_to_process_while_another_waits),
        STORY(a_lock_that_nobody_goes_on_with_is_had_after_its_lease),
        STORY(a_shortest_hold_outlives_its_process),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
