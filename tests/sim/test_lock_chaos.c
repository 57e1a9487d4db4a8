/* SPDX-License-Identifier: MIT */
#include "test.h"

#include <inttypes.h>

#include "sim_chaos.h"

/* lock_sim runs the seeds; here is what it relies on. */

static struct sim once, again;

static void the_same_seed_gives_the_same_run(void **state)
{
    (void)state;
    for (uint64_t seed = 1; seed <= 50; seed++) {
        sim_chaos_run(&once, seed, NULL);
        sim_chaos_run(&again, seed, NULL);
        assert_string_equal(once.breach, "");
        assert_true(once.hash == again.hash);
        assert_memory_equal(&once.tally, &again.tally, sizeof(once.tally));
        sim_fini(&once);
        sim_fini(&again);
    }
}

static void telling_the_story_does_not_change_it(void **state)
{
    (void)state;
    FILE *nowhere = fopen("/dev/null", "w");

    assert_non_null(nowhere);
    for (uint64_t seed = 1; seed <= 10; seed++) {
        sim_chaos_run(&once, seed, NULL);
        sim_chaos_run(&again, seed, nowhere);
        assert_true(once.hash == again.hash);
        sim_fini(&once);
        sim_fini(&again);
    }
    fclose(nowhere);
}

static void different_seeds_give_different_runs(void **state)
{
    (void)state;
    sim_chaos_run(&once, 1, NULL);
    sim_chaos_run(&again, 2, NULL);
    assert_true(once.hash != again.hash);
    sim_fini(&once);
    sim_fini(&again);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_same_seed_gives_the_same_run),
        cmocka_unit_test(telling_the_story_does_not_change_it),
        cmocka_unit_test(different_seeds_give_different_runs),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
