/* SPDX-License-Identifier: MIT */

/*
 * Exactly once, under fire: processes add one to a counter, again and again, over HTTP, while the
 * server loses requests, loses answers after it has applied them, and is killed and started again.
 * In the end the counter stands at the very number of increments.
 *
 *      usage: count S3ATOMIC [--processes N] [--rounds N] [--kills N] [--lost PERCENT] [--seed N]
 *                   [--endpoint URL]... [--harm COMMAND]
 *
 * Of a store that is given, and harmed, increments may end in doubt. Each of those is in the
 * counter or it is not; the others are, and nothing else.
 */

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "count.h"
#include "fire.h"

/* Everything is over by then, or has failed. */
#define RUN_US 600000000

#define TICK_US 5000

static struct count_run run = {.processes = 32, .rounds = 500, .kills = 10, .lost = 5, .seed = 1};

static bool take_option(const char *name, const char *value)
{
    static const struct {
        const char *name;
        unsigned *value;
        unsigned max;
    } options[] = {
        {"--processes", &run.processes, COUNT_PROCESSES_MAX},
        {"--rounds", &run.rounds, 100000},
        {"--kills", &run.kills, 1000},
        {"--lost", &run.lost, 90},
        {"--seed", &run.seed, UINT32_MAX},
    };

    for (size_t i = 0; i < sizeof(options) / sizeof(options[0]); i++) {
        char *end;
        if (strcmp(name, options[i].name) == 0 && value && *value) {
            unsigned long number = strtoul(value, &end, 10);
            *options[i].value = (unsigned)number;
            return *end == '\0' && number <= options[i].max;
        }
    }
    return value && fire_given_take(&run.given, name, value);
}

/* A server is killed each time that so many more increments are done. */
static bool go_on(unsigned total)
{
    unsigned step = total / (run.kills + 1) + 1;
    uint64_t until_us = fire_now_us() + RUN_US;

    while (count_workers_work(&run)) {
        if (fire_now_us() > until_us) {
            fprintf(stderr, "count: it takes too long\n");
            return false;
        }
        if (run.killed < run.kills && count_of_all(&run, COUNT_DONE) >= (run.killed + 1) * step &&
            !count_server_replace(&run)) {
            return false;
        }
        fire_pause_us(TICK_US);
    }
    return true;
}

static int judge(unsigned total, uint64_t took_us)
{
    uint64_t counter = count_read(&run);
    unsigned done = count_of_all(&run, COUNT_DONE);
    unsigned in_doubt = count_of_all(&run, COUNT_IN_DOUBT);
    unsigned failed = count_of_all(&run, COUNT_FAILED);

    if (run.given.count > 0) {
        printf("count: %u processes, %u increments each: %u done, %u in doubt, %u failed; the "
               "counter stands at %" PRIu64 "; %.1f s, %.0f increments/s\n",
               run.processes, run.rounds, done, in_doubt, failed, counter, (double)took_us / 1e6,
               (double)done * 1e6 / (double)(took_us ? took_us : 1));
        bool is_right = counter >= done && counter <= (uint64_t)done + in_doubt &&
                        done + in_doubt == total && failed == 0;
        return is_right ? EXIT_SUCCESS : EXIT_FAILURE;
    }
    printf("%u processes, %u increments each: the counter stands at %" PRIu64 " of %u\n"
           "%u requests lost, %u answers lost after they were applied, server killed %u times\n"
           "%u in doubt, %u failed; %.1f s, %.0f increments/s\n",
           run.processes, run.rounds, counter, total, run.requests_lost, run.answers_lost,
           run.killed, in_doubt, failed, (double)took_us / 1e6,
           (double)done * 1e6 / (double)(took_us ? took_us : 1));
    bool is_good = counter == total && done == total && in_doubt == 0 && failed == 0 &&
                   run.killed == run.kills;
    if (run.lost > 0) {
        is_good = is_good && run.requests_lost > 0 && run.answers_lost > 0;
    }
    printf(is_good ? "exactly once\n" : "NOT exactly once\n");
    return is_good ? EXIT_SUCCESS : EXIT_FAILURE;
}

int main(int argc, char **argv)
{
    int code = EXIT_FAILURE;

    for (int i = 2; i < argc; i += 2) {
        if (!take_option(argv[i], i + 1 < argc ? argv[i + 1] : NULL)) {
            argc = 0;
        }
    }
    if (argc < 2 || run.processes == 0 || run.rounds == 0) {
        fprintf(stderr, "usage: count S3ATOMIC [--processes N] [--rounds N] [--kills N] "
                        "[--lost PERCENT] [--seed N] [--endpoint URL]... [--harm COMMAND]\n");
        return 64;
    }
    if (run.given.count > 0) {
        run.kills = run.lost = 0;
    }
    run.program = argv[1];
    unsigned total = run.processes * run.rounds;
    uint64_t began_us = fire_now_us();
    if (count_open(&run) && go_on(total) && count_server_end(&run)) {
        code = judge(total, fire_now_us() - began_us);
    }
    count_close(&run);
    return code;
}
