/* SPDX-License-Identifier: MIT */
#include "test.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>

#include "sim.h"

/*
 * Seed after seed: contenders that take, hold and give back one lock while everything goes wrong.
 * The world itself checks the properties S1 to S4; here follow L1, and that a seed can be run
 * again. A failing seed is run alone by giving it as the only argument.
 */

#define CONTENDERS 5
#define SEEDS 1000
#define CHAOS_MS 120000
#define CALM_MS 60000

static unsigned chance(struct sim *sim, unsigned max)
{
    return sim_random(sim, 2) == 0 ? (unsigned)sim_random(sim, max) : 0;
}

static void choose_faults(struct sim *sim)
{
    sim->faults = (struct sim_faults){
        .request_lost = chance(sim, 100),
        .answer_lost = chance(sim, 100),
        .late = chance(sim, 60),
        .twice = chance(sim, 60),
        .conflict_409 = chance(sim, 100),
        .later_503 = chance(sim, 100),
        .failed_500 = chance(sim, 100),
        .applied_500 = chance(sim, 100),
        .refused_403 = chance(sim, 30),
        .no_modified = chance(sim, 200),
        .slow = chance(sim, 300),
        .slow_ms = 40 + (unsigned)sim_random(sim, 4000),
        .dates_in_seconds = sim_random(sim, 1) == 1,
        .quoted_literally = sim_random(sim, 3) == 0,
    };
}

static unsigned add_contender(struct sim *sim)
{
    struct s3a_lock_terms terms = sim_terms();

    terms.wait_ms = sim_random(sim, 2) == 0 ? (int64_t)sim_random(sim, 10000) : S3A_WAIT_FOREVER;
    terms.max_hold_ms = sim_random(sim, 3) == 0 ? 4000 + (uint32_t)sim_random(sim, 10000) : 0;
    unsigned number = sim_add(sim, &terms);
    /* Rates are off by up to 1 %. */
    sim->contenders[number].clock_rate_ppm = (int64_t)sim_random(sim, 20000) - 10000;
    return number;
}

/* A contender that has ended makes way for a new one; what it sent may still arrive. */
static void renew(struct sim *sim, unsigned slot)
{
    sim->contenders[slot] = sim->contenders[add_contender(sim)];
    sim->contender_count--;
    sim_start(sim, slot);
}

static void act(struct sim *sim, unsigned number, bool chaos)
{
    struct sim_contender *contender = &sim->contenders[number];

    if (contender->ended) {
        if (sim_random(sim, 9) == 0) {
            renew(sim, number);
        }
        return;
    }
    if (contender->granted && contender->release_ms == 0) {
        contender->release_ms = sim->now_ms + sim_random(sim, 9000);
    }
    if (contender->frozen) {
        if (sim_random(sim, 40) == 0 || !chaos) {
            sim_thaw(sim, number);
        }
    } else if (contender->granted && sim->now_ms >= contender->release_ms) {
        contender->release_ms = S3A_LOCAL_TIME_NEVER;
        sim_release(sim, number);
    } else if (!chaos) {
        contender->cut_off = false;
    } else if (sim_random(sim, 299) == 0) {
        sim_crash(sim, number);
    } else if (sim_random(sim, 299) == 0) {
        sim_freeze(sim, number);
    } else if (sim_random(sim, 299) == 0) {
        contender->cut_off = !contender->cut_off;
    } else if (!contender->granted && sim_random(sim, 199) == 0) {
        sim_cancel(sim, number);
    }
}

static void act_all(struct sim *sim, bool chaos)
{
    for (unsigned i = 0; i < sim->contender_count; i++) {
        act(sim, i, chaos);
    }
    if (chaos && sim_random(sim, 499) == 0) {
        sim->store.down = !sim->store.down;
    }
}

static void run_seed(uint64_t seed, struct sim *sim)
{
    sim_init(sim, seed);
    choose_faults(sim);
    for (unsigned i = 0; i < CONTENDERS; i++) {
        sim_start(sim, add_contender(sim));
    }
    while (sim->now_ms < CHAOS_MS && !sim->breach[0]) {
        sim_run(sim, 100);
        act_all(sim, true);
    }
    bool literal = sim->faults.quoted_literally;
    sim->faults = (struct sim_faults){.quoted_literally = literal};
    sim->store.down = false;
    unsigned grants = sim->grants;
    while (sim->now_ms < CHAOS_MS + CALM_MS && !sim->breach[0]) {
        sim_run(sim, 100);
        act_all(sim, false);
    }
    if (sim->grants == grants) {
        sim_breach(sim, "L1: nobody got the lock within %d ms of calm", CALM_MS);
    }
}

static void no_seed_breaks_the_lock(void **state)
{
    (void)state;
    static struct sim sim;
    uint64_t grants = 0, steps = 0;

    for (uint64_t seed = 1; seed <= SEEDS; seed++) {
        run_seed(seed, &sim);
        if (sim.breach[0]) {
            fail_msg("seed %" PRIu64 ": %s", seed, sim.breach);
        }
        grants += sim.grants;
        steps += sim.steps;
        sim_fini(&sim);
    }
    /* The chaos must leave room for life, or it proves nothing. */
    assert_true(grants > SEEDS * 10);
    print_message("# %d seeds, %" PRIu64 " steps, %" PRIu64 " grants\n", SEEDS, steps, grants);
}

static void the_same_seed_gives_the_same_run(void **state)
{
    (void)state;
    static struct sim once, again;

    for (uint64_t seed = 1; seed <= 20; seed++) {
        run_seed(seed, &once);
        run_seed(seed, &again);
        assert_true(once.hash == again.hash);
        assert_true(once.steps == again.steps);
        sim_fini(&once);
        sim_fini(&again);
    }
}

int main(int argc, char **argv)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_same_seed_gives_the_same_run),
        cmocka_unit_test(no_seed_breaks_the_lock),
    };

    if (argc > 1) {
        static struct sim sim;
        run_seed(strtoull(argv[1], NULL, 10), &sim);
        printf("%s\n", sim.breach[0] ? sim.breach : "nothing found");
        bool good = !sim.breach[0];
        sim_fini(&sim);
        return good ? 0 : 1;
    }
    return cmocka_run_group_tests(tests, NULL, NULL);
}
