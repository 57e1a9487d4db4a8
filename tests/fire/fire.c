/* SPDX-License-Identifier: MIT */
#include "fire.h"

#include <errno.h>
#include <inttypes.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "fire_cast.h"
#include "fire_check.h"
#include "fire_link.h"

/* Releases in 100 that are to leave no object. */
#define DELETES 30

#define TICK_MS 20
#define CHECK_US 1000000
#define SHOW_US 250000

/* A run goes on until it is long enough and enough has happened, but not for ever: a slow machine
 * takes longer. */
#define GRANTS_MIN 5
#define SECONDS_PER_GRANT 3
#define TAKEOVERS_MIN 2
#define SECONDS_PER_TAKEOVER 15
#define STRETCH 4
#define STRETCH_SECONDS 30

/*
 * s3atomic-protocol(7) §8, L1: how long after the last fault somebody has the lock at the latest,
 * who holds it having had his turn; and something for a machine that has other things to do.
 */
#define CALM_MS                                                                                    \
    (FIRE_HOLD_LONG_MS + FIRE_LEASE_MS + FIRE_GRACE_MS + FIRE_POLL_MAX_MS +                        \
     4 * FIRE_REQUEST_TIMEOUT_MS + 10000)

struct run {
    uint64_t seconds;
    uint64_t seed;
    struct fire_cast cast;
    struct fire_log log;
    struct fire_verdict verdict;
    uint64_t start_us;
    uint64_t show_us;
    uint64_t check_us;
    unsigned stalls; /* nobody got the lock, though all was well */
    int interrupted; /* by this signal */
    bool failed;     /* it could not be carried out */
};

static unsigned violations(const struct run *run)
{
    return run->verdict.violations + run->cast.surprises + run->stalls + (run->log.bad_lines > 0);
}

static bool is_enough(const struct run *run)
{
    return run->verdict.grants >= GRANTS_MIN + run->seconds / SECONDS_PER_GRANT &&
           run->verdict.takeovers >= TAKEOVERS_MIN + run->seconds / SECONDS_PER_TAKEOVER;
}

static void tell_counts(const struct run *run, uint64_t now_us)
{
    printf("fire: %u grants, %u takeovers, %u deletions, %u kills, %u freezes, %u cuts, "
           "%u answers lost, %u server restarts in %" PRIu64 " s, %u violation%s",
           run->verdict.grants, run->verdict.takeovers, run->verdict.deletions, run->cast.kills,
           run->cast.freezes, run->cast.cuts,
           run->cast.network ? atomic_load(&run->cast.network->answers_lost) : 0,
           run->cast.restarts, (now_us - run->start_us) / 1000000, violations(run),
           violations(run) == 1 ? "" : "s");
}

static void tell_network(const struct run *run)
{
    const struct fire_network *network = run->cast.network;

    printf("fire: seed %" PRIu64 ", %u processes, %u requests through the proxy: %u lost, %u "
           "answers lost, %u cut, %u delayed, %u late, %u repeated; %u attempts failed\n",
           run->seed, run->cast.processes, atomic_load(&network->requests),
           atomic_load(&network->requests_lost), atomic_load(&network->answers_lost),
           atomic_load(&network->answers_cut), atomic_load(&network->delayed),
           atomic_load(&network->late), atomic_load(&network->repeated), run->verdict.failures);
}

static void show(struct run *run, uint64_t now_us)
{
    if (isatty(STDOUT_FILENO) && now_us >= run->show_us) {
        run->show_us = now_us + SHOW_US;
        printf("\r");
        tell_counts(run, now_us);
        printf("\033[K");
        fflush(stdout);
    }
}

static void clear(void)
{
    if (isatty(STDOUT_FILENO)) {
        printf("\r\033[K");
        fflush(stdout);
    }
}

/* Judges what there is so far. */
static bool check(struct run *run, bool tell)
{
    char *evidence = NULL;
    size_t size;
    FILE *file = open_memstream(&evidence, &size);
    bool done = file && fire_check(run->log.lines, run->log.count, file, &run->verdict);

    if (file) {
        done = fclose(file) == 0 && done;
    }
    if (!done) {
        fprintf(stderr, "fire: out of memory\n");
    } else if (tell) {
        fputs(evidence, stderr);
    }
    free(evidence);
    return done;
}

/* One step of a run's time. False: it is over, for whatever reason. */
static bool step(struct run *run)
{
    const struct timespec tick = {.tv_nsec = TICK_MS * 1000000};
    sigset_t ends;

    sigemptyset(&ends);
    sigaddset(&ends, SIGINT);
    sigaddset(&ends, SIGTERM);
    sigaddset(&ends, SIGHUP);
    int caught = sigtimedwait(&ends, NULL, &tick);
    if (caught > 0) {
        run->interrupted = caught;
        return false;
    }
    if (!fire_cast_tick(&run->cast) || !fire_log_read(&run->log, run->cast.log)) {
        run->failed = true;
        return false;
    }
    uint64_t now_us = fire_now_us();
    if (now_us >= run->check_us) {
        run->check_us = now_us + CHECK_US;
        run->failed = !check(run, false);
    }
    show(run, now_us);
    return !run->failed && violations(run) == 0;
}

/* Who has it, as far as the log tells; 0: nobody. */
static int64_t holder(const struct run *run)
{
    for (size_t i = run->log.count; i-- > 0;) {
        const struct fire_line *line = &run->log.lines[i];
        if (line->kind == FIRE_LOST || line->kind == FIRE_EXIT) {
            return 0;
        }
        if (line->kind == FIRE_ENTER || line->kind == FIRE_HELD) {
            return line->pid;
        }
    }
    return 0;
}

static bool burn(struct run *run)
{
    uint64_t now_us;
    uint64_t end_us = run->start_us + run->seconds * 1000000;
    uint64_t last_us =
        run->start_us + (run->seconds * STRETCH + STRETCH_SECONDS) * UINT64_C(1000000);

    do {
        if (!step(run)) {
            return false;
        }
        fire_cast_harm(&run->cast, holder(run));
        now_us = fire_now_us();
    } while (now_us < end_us || (!is_enough(run) && now_us < last_us));
    return true;
}

/* With all faults gone, somebody gets the lock. */
static bool recover(struct run *run)
{
    if (!fire_cast_calm(&run->cast)) {
        run->failed = true;
        return false;
    }
    uint64_t calm_us = fire_now_us();
    while (fire_now_us() < calm_us + CALM_MS * UINT64_C(1000)) {
        if (!step(run)) {
            return false;
        }
        for (size_t i = run->log.count; i-- > 0;) {
            const struct fire_line *line = &run->log.lines[i];
            if (line->kind == FIRE_ENTER && line->at_us >= calm_us) {
                return true;
            }
        }
    }
    run->stalls++;
    fprintf(stderr, "fire: violation: nobody got the lock within %d ms of the last fault\n",
            CALM_MS);
    return false;
}

static int conclude(struct run *run)
{
    clear();
    if (run->cast.log >= 0 && !run->failed) {
        run->failed = !fire_log_read(&run->log, run->cast.log) || !check(run, true);
    }
    if (run->log.bad_lines > 0) {
        fprintf(stderr, "fire: violation: %" PRIu64 " lines of the log make no sense\n",
                run->log.bad_lines);
    }
    if (violations(run) > 0) {
        fire_cast_keep_log(&run->cast);
    }
    if (run->failed || !run->cast.network) {
        fprintf(stderr, "fire: it could not be carried out\n");
        return 2;
    }
    bool enough = run->interrupted || violations(run) > 0 || is_enough(run);
    if (!enough) {
        fprintf(stderr, "fire: too little happened to prove anything\n");
    }
    tell_network(run);
    tell_counts(run, fire_now_us());
    printf("\n");
    if (run->interrupted) {
        return 128 + run->interrupted;
    }
    return enough && violations(run) == 0 ? 0 : 1;
}

static int carry_out(struct run *run)
{
    char library[FIRE_PATH_SIZE];
    const char *why;
    sigset_t ends;

    sigemptyset(&ends);
    sigaddset(&ends, SIGINT);
    sigaddset(&ends, SIGTERM);
    sigaddset(&ends, SIGHUP);
    sigprocmask(SIG_BLOCK, &ends, NULL);
    if (fire_skew_find(library, sizeof(library), &why)) {
        run->cast.clock_library = library;
    } else {
        fprintf(stderr, "fire: every wall clock is right: %s\n", why);
    }
    /* Where there are links, all of us are in a network of our own, which a store that is given is
     * not in. */
    why = "the store is in another network";
    run->cast.has_links = run->cast.given.count == 0 && fire_link_find(&why);
    if (!run->cast.has_links) {
        fprintf(stderr, "fire: nobody is cut off from the server: %s\n", why);
    }
    run->cast.random = run->seed;
    run->start_us = fire_now_us();
    if (!fire_cast_open(&run->cast)) {
        run->failed = true;
    } else if (burn(run) && recover(run)) {
        fire_cast_dismiss(&run->cast);
    }
    fire_cast_end(&run->cast);
    int result = conclude(run);
    fire_cast_close(&run->cast);
    fire_log_fini(&run->log);
    return result;
}

static bool read_number(const char *text, uint64_t min, uint64_t max, uint64_t *ret_number)
{
    char *end;

    errno = 0;
    *ret_number = strtoull(text, &end, 10);
    if (end != text && strcmp(end, "m") == 0) {
        *ret_number *= 60;
        end++;
    } else if (end != text && strcmp(end, "s") == 0) {
        end++;
    }
    return errno == 0 && *text >= '0' && *text <= '9' && *end == '\0' && *ret_number >= min &&
           *ret_number <= max;
}

static int usage(void)
{
    fprintf(stderr, "usage: fire SERVER-PROGRAM [--for 60s] [--seed N] [--processes N] "
                    "[--deletes PERCENT] [--endpoint URL]... [--harm COMMAND]\n");
    return 64;
}

int main(int argc, char **argv)
{
    struct run run = {.seconds = 60};
    uint64_t processes = 8, deletes = DELETES;

    if (argc >= 2 && strcmp(argv[1], "worker") == 0) {
        return fire_worker(argc - 2, argv + 2);
    }
    if (argc >= 2 && strcmp(argv[1], "clocks") == 0) {
        return fire_tell_clocks();
    }
    if (argc < 2 || argc % 2 != 0) {
        return usage();
    }
    run.seed = fire_now_us();
    for (int i = 2; i < argc; i += 2) {
        if (!(strcmp(argv[i], "--for") == 0 && read_number(argv[i + 1], 1, 86400, &run.seconds)) &&
            !(strcmp(argv[i], "--seed") == 0 &&
              read_number(argv[i + 1], 0, UINT64_MAX, &run.seed)) &&
            !(strcmp(argv[i], "--processes") == 0 &&
              read_number(argv[i + 1], 2, FIRE_PROCESSES_MAX, &processes)) &&
            !(strcmp(argv[i], "--deletes") == 0 && read_number(argv[i + 1], 0, 100, &deletes)) &&
            !fire_given_take(&run.cast.given, argv[i], argv[i + 1])) {
            return usage();
        }
    }
    run.cast.server_program = argv[1];
    run.cast.processes = (unsigned)processes;
    run.cast.deletes = (unsigned)deletes;
    return carry_out(&run);
}
