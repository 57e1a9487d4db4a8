/* SPDX-License-Identifier: MIT */
#include "crash.h"

#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define ROUNDS_DEFAULT 20
#define OPERATIONS_DEFAULT 100000
#define KILLS_DEFAULT 10

static void ending_signals(sigset_t *ret_set)
{
    sigemptyset(ret_set);
    sigaddset(ret_set, SIGINT);
    sigaddset(ret_set, SIGTERM);
    sigaddset(ret_set, SIGHUP);
}

bool crash_is_interrupted(struct crash_plan *plan)
{
    const struct timespec now = {0};
    sigset_t ends;

    ending_signals(&ends);
    int caught = sigtimedwait(&ends, NULL, &now);
    if (caught > 0) {
        plan->interrupted = caught;
    }
    return plan->interrupted != 0;
}

static bool read_number(const char *text, uint64_t min, uint64_t max, uint64_t *ret_number)
{
    char *end;

    errno = 0;
    *ret_number = strtoull(text, &end, 10);
    return errno == 0 && *text >= '0' && *text <= '9' && *end == '\0' && *ret_number >= min &&
           *ret_number <= max;
}

static int usage(void)
{
    fprintf(stderr, "usage: crash PROGRAM [--rounds N] [--disk LIBRARY] [--seed N]\n"
                    "       crash PROGRAM --power N --disk LIBRARY [--forget files|directories]\n"
                    "                     [--seed N]\n"
                    "       crash PROGRAM --history [--ops N] [--kills N] [--seed N]\n");
    return 64;
}

static int carry_out(struct crash_plan *plan, int (*run)(struct crash_plan *plan))
{
    sigset_t ends;
    int result = 2;

    ending_signals(&ends);
    sigprocmask(SIG_BLOCK, &ends, NULL);
    if (crash_server_init(&plan->server)) {
        result = run(plan);
    }
    crash_server_fini(&plan->server);
    return result;
}

int main(int argc, char **argv)
{
    struct crash_plan plan = {.seed = crash_now_ns(),
                              .rounds = ROUNDS_DEFAULT,
                              .operations = OPERATIONS_DEFAULT,
                              .kills = KILLS_DEFAULT};
    bool is_history = false;

    if (argc < 2) {
        return usage();
    }
    plan.server.program = argv[1];
    for (int i = 2; i < argc; i++) {
        const char *value = i + 1 < argc ? argv[i + 1] : "";
        if (strcmp(argv[i], "--history") == 0) {
            is_history = true;
        } else if (strcmp(argv[i], "--forget") == 0 && strcmp(value, "files") == 0) {
            plan.forgotten = CRASH_FORGET_FILES;
            i++;
        } else if (strcmp(argv[i], "--forget") == 0 && strcmp(value, "directories") == 0) {
            plan.forgotten = CRASH_FORGET_DIRECTORIES;
            i++;
        } else if (strcmp(argv[i], "--disk") == 0 && *value) {
            plan.server.library = value;
            i++;
        } else if ((strcmp(argv[i], "--rounds") == 0 &&
                    read_number(value, 1, 1000000, &plan.rounds)) ||
                   (strcmp(argv[i], "--ops") == 0 &&
                    read_number(value, 1000, UINT64_C(100000000), &plan.operations)) ||
                   (strcmp(argv[i], "--power") == 0 &&
                    read_number(value, 1, 1000000, &plan.images)) ||
                   (strcmp(argv[i], "--kills") == 0 &&
                    read_number(value, 0, 100000, &plan.kills)) ||
                   (strcmp(argv[i], "--seed") == 0 &&
                    read_number(value, 0, UINT64_MAX, &plan.seed))) {
            i++;
        } else {
            return usage();
        }
    }
    plan.server.random = plan.seed;
    if (is_history) {
        plan.server.library = NULL; /* what clients are told, and how fast, is the matter here */
    }
    plan.server.is_recorded = plan.images > 0;
    return carry_out(&plan, is_history        ? crash_contest
                            : plan.images > 0 ? crash_power
                                              : crash_rounds);
}
