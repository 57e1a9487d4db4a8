/* SPDX-License-Identifier: MIT */
#include <errno.h>
#include <inttypes.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "crash.h"
#include "crash_writer.h"

#define WRITERS 16
/* For how long a round writes before the server is killed, or until its disk fails, and then until
 * the disk is well again. */
#define ROUND_US_MIN 20000
#define ROUND_US_MAX 300000
#define RETRY_US 1000
/* One call in so many fails. */
#define FAILING_ONE_IN_MIN 2
#define FAILING_ONE_IN_MAX 60
/* When all is well again, so many writes have to be acknowledged, and soon. */
#define GOES_ON_WRITES 20
#define GOES_ON_NS (UINT64_C(20) * 1000000000)

/*
 * A round, and who waits for whom:
 *
 *      conductor   starts the server ─┬─────────── waits, then kills ─┬─ fsck ─┐
 *      writers                        └─ verify ─┬─ write until it is ┘        │
 *          ▲                                     └ lists and counts            │
 *          └───────────────────────────────────────────────────────────────────┘
 */
struct rounds {
    struct crash_plan *plan;
    pthread_barrier_t barrier;
    struct crash_writer writers[WRITERS];
    pthread_t threads[WRITERS];
    struct crash_tally tally;
    uint64_t kills;
    uint64_t checks;
    uint64_t outages; /* times that the disk failed, or was full */
    bool is_last;     /* the writers only verify */
    bool is_given_up; /* they do nothing more, for there is no server */
    atomic_bool is_stopped;
};

struct seat {
    struct rounds *rounds;
    struct crash_writer *writer;
};

static void meet(struct rounds *rounds)
{
    pthread_barrier_wait(&rounds->barrier);
}

/* Without a word from the server it is dead; whoever has asked for nothing asks again until it is
 * known to be. */
static void write_until_stopped(struct rounds *rounds, struct crash_writer *writer)
{
    while (!atomic_load(&rounds->is_stopped)) {
        if (!crash_writer_act(writer)) {
            crash_pause_us(RETRY_US);
        }
    }
}

static void *run_writer(void *arg)
{
    const struct seat *seat = arg;
    struct rounds *rounds = seat->rounds;
    bool is_last;

    do {
        meet(rounds); /* the server is there */
        is_last = rounds->is_last;
        if (!rounds->is_given_up && !crash_writer_verify(seat->writer)) {
            atomic_fetch_add(&rounds->tally.violations, 1);
            fprintf(stderr, "crash: violation: the server does not answer\n");
        }
        meet(rounds); /* all is verified */
        meet(rounds); /* and counted */
        if (!is_last) {
            write_until_stopped(rounds, seat->writer);
            meet(rounds); /* the server is dead */
        }
    } while (!is_last);
    return NULL;
}

static void violation(struct rounds *rounds, const char *what)
{
    atomic_fetch_add(&rounds->tally.violations, 1);
    fprintf(stderr, "crash: violation: %s\n", what);
}

/* What a listing shows is what is there, no more. */
static void count_objects(struct rounds *rounds)
{
    struct crash_line line;
    struct crash_answer answer;
    struct crash_call call = {.method = "GET", .path = "/" CRASH_BUCKET, .query = "list-type=2"};
    unsigned wanted = 0;
    unsigned found = 0;

    for (unsigned i = 0; i < WRITERS; i++) {
        wanted += crash_writer_objects(&rounds->writers[i]);
    }
    crash_line_init(&line, rounds->plan->server.port);
    if (crash_line_ask(&line, &call, &answer) == CRASH_ANSWERED && answer.status == 200) {
        const char *count = strstr(answer.body.data, "<KeyCount>");
        found = count ? (unsigned)strtoul(count + strlen("<KeyCount>"), NULL, 10) : 0;
        if (found != wanted) {
            fprintf(stderr, "crash: %u keys are listed, %u are there\n", found, wanted);
            violation(rounds, "a listing shows something else than reads");
        }
    } else {
        violation(rounds, "the bucket cannot be listed");
    }
    crash_line_fini(&line);
}

static void check_directory(struct rounds *rounds)
{
    const char *const words[] = {"fsck", "--quiet", rounds->plan->server.directory, NULL};

    rounds->checks++;
    if (crash_server_command(&rounds->plan->server, words) != 0) {
        violation(rounds, "fsck finds damage");
    }
}

static void show(const struct rounds *rounds, uint64_t round)
{
    if (isatty(STDOUT_FILENO)) {
        printf("\rcrash: round %" PRIu64 " of %" PRIu64 ", %" PRIuFAST64 " writes acknowledged, "
               "%" PRIuFAST64 " violations\033[K",
               round, rounds->plan->rounds, atomic_load(&rounds->tally.acknowledged),
               atomic_load(&rounds->tally.violations));
        fflush(stdout);
    }
}

static void pause_at_random(struct rounds *rounds)
{
    crash_pause_us(ROUND_US_MIN +
                   crash_random(&rounds->plan->server.random, ROUND_US_MAX - ROUND_US_MIN));
}

/* Whatever the disk has done, it is well again, and so has the server to be. */
static void await_writes(struct rounds *rounds)
{
    uint64_t start_ns = crash_now_ns();
    uint64_t before = atomic_load(&rounds->tally.acknowledged);

    while (atomic_load(&rounds->tally.acknowledged) < before + GOES_ON_WRITES) {
        if (crash_now_ns() - start_ns > GOES_ON_NS) {
            violation(rounds, "the server does not go on after its disk has failed");
            return;
        }
        crash_pause_us(RETRY_US);
    }
}

/* The disk fails for a while, or is full; one time in two the server is killed before that ends. */
static void let_the_disk_fail(struct rounds *rounds, int error)
{
    struct crash_server *server = &rounds->plan->server;

    atomic_store(
        &server->disk->one_in,
        (unsigned)(FAILING_ONE_IN_MIN +
                   crash_random(&server->random, FAILING_ONE_IN_MAX - FAILING_ONE_IN_MIN)));
    atomic_store(&server->disk->error, error);
    rounds->outages++;
    pause_at_random(rounds);
    if (crash_random(&server->random, 2) == 0) {
        atomic_store(&server->disk->error, 0);
        await_writes(rounds);
    }
}

/* What a round does to the server before it is killed. */
static void trouble(struct rounds *rounds, uint64_t number)
{
    static const int errors[] = {0, EIO, 0, ENOSPC};

    pause_at_random(rounds);
    int error = errors[number % (sizeof(errors) / sizeof(errors[0]))];
    if (rounds->plan->server.disk && error != 0) {
        let_the_disk_fail(rounds, error);
    }
}

/* One round. False: there will be no other. */
static bool go_round(struct rounds *rounds, bool is_last)
{
    struct crash_server *server = &rounds->plan->server;
    bool is_there = server->pid > 0 || crash_server_start(server);

    rounds->is_given_up = !is_there;
    rounds->is_last = is_last || !is_there;
    atomic_store(&rounds->is_stopped, false);
    meet(rounds);
    meet(rounds);
    if (is_there) {
        count_objects(rounds);
    }
    meet(rounds);
    if (rounds->is_last) {
        return is_there;
    }
    trouble(rounds, rounds->kills);
    if (!crash_server_kill(server)) {
        violation(rounds, "the server had ended by itself");
    }
    rounds->kills++;
    atomic_store(&rounds->is_stopped, true);
    if (server->disk) {
        atomic_store(&server->disk->error, 0);
    }
    meet(rounds);
    check_directory(rounds);
    return true;
}

static bool go_all_rounds(struct rounds *rounds)
{
    struct crash_plan *plan = rounds->plan;
    bool goes_on = true;

    for (uint64_t i = 0; i < plan->rounds && goes_on; i++) {
        show(rounds, i);
        goes_on = go_round(rounds, false);
        if (crash_is_interrupted(plan) || atomic_load(&rounds->tally.violations) > 0) {
            break;
        }
    }
    /* To be sure of the last one; and then a stop that takes its time leaves nothing behind. */
    if (goes_on && go_round(rounds, true)) {
        if (!crash_server_stop(&plan->server)) {
            violation(rounds, "the server does not end well");
        }
        check_directory(rounds);
    }
    return goes_on;
}

static int conclude(const struct rounds *rounds, uint64_t start_ns)
{
    const struct crash_tally *tally = &rounds->tally;
    uint64_t violations = atomic_load(&tally->violations);

    if (isatty(STDOUT_FILENO)) {
        printf("\r\033[K");
    }
    printf(
        "crash: seed %" PRIu64 ", %d writers with %d keys each, %" PRIuFAST64 " reads, %" PRIuFAST64
        " conditions that did not hold, %" PRIu64 " checks of the directory in %.1f s\n",
        rounds->plan->seed, WRITERS, CRASH_WRITER_KEYS, atomic_load(&tally->reads),
        atomic_load(&tally->conditions), rounds->checks, (double)(crash_now_ns() - start_ns) / 1e9);
    if (rounds->plan->server.disk) {
        printf("crash: the disk failed or was full %" PRIu64 " times, in %" PRIuFAST64 " calls\n",
               rounds->outages, atomic_load(&rounds->plan->server.disk->failures));
    }
    printf("crash: %" PRIu64 " kills, %" PRIuFAST64 " writes acknowledged, %" PRIuFAST64
           " answered 503, %" PRIuFAST64 " answered 500, %" PRIuFAST64
           " in doubt of which %" PRIuFAST64 " had happened, %" PRIu64 " violation%s\n",
           rounds->kills, atomic_load(&tally->acknowledged), atomic_load(&tally->refused),
           atomic_load(&tally->failed), atomic_load(&tally->doubts), atomic_load(&tally->applied),
           violations, violations == 1 ? "" : "s");
    return violations > 0;
}

static int run(struct rounds *rounds)
{
    struct crash_plan *plan = rounds->plan;
    struct seat seats[WRITERS];
    uint64_t start_ns = crash_now_ns();
    unsigned started = 0;

    if (!crash_server_start(&plan->server) ||
        pthread_barrier_init(&rounds->barrier, NULL, WRITERS + 1) != 0) {
        return 2;
    }
    for (unsigned i = 0; i < WRITERS; i++) {
        crash_writer_init(&rounds->writers[i], i, plan->seed, plan->server.port, &rounds->tally);
        seats[i] = (struct seat){rounds, &rounds->writers[i]};
    }
    while (started < WRITERS &&
           pthread_create(&rounds->threads[started], NULL, run_writer, &seats[started]) == 0) {
        started++;
    }
    if (started < WRITERS) {
        fprintf(stderr, "crash: threads cannot be started\n");
        crash_server_fini(&plan->server);
        exit(2); /* those that were wait for the others for ever */
    }
    bool is_carried_out = go_all_rounds(rounds);
    for (unsigned i = 0; i < WRITERS; i++) {
        pthread_join(rounds->threads[i], NULL);
        crash_writer_fini(&rounds->writers[i]);
    }
    pthread_barrier_destroy(&rounds->barrier);
    int result = conclude(rounds, start_ns);
    return is_carried_out ? result : 2;
}

int crash_rounds(struct crash_plan *plan)
{
    struct rounds *rounds = calloc(1, sizeof(*rounds));
    int result = 2;

    if (rounds) {
        rounds->plan = plan;
        result = run(rounds);
    }
    free(rounds);
    return plan->interrupted ? 128 + plan->interrupted : result;
}
