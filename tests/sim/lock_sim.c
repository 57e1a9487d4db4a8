/* SPDX-License-Identifier: MIT */
#include <errno.h>
#include <getopt.h>
#include <inttypes.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "sim_chaos.h"

/* Seed after seed, in as many processes as asked for. It ends at the first breach, with the story
 * of that run, and exits 0 only where there was none. */

#define JOBS_MAX 64
#define SEEDS_DEFAULT 20000
#define STORY_LINES 250

static const char usage[] =
    "usage: lock_sim [--seeds N] [--start S] [--jobs J] [--quiet]\n"
    "       lock_sim --story S\n"
    "Runs the lock through N simulated worlds (20000), from seed S (1) on, in J processes (1).\n"
    "Ends at the first breach and tells the end of its story (--quiet: only the breach).\n"
    "--story tells all that happens in the world of seed S.\n";

struct job {
    uint64_t first, count, stride;
};

struct result {
    uint64_t seeds;
    uint64_t broken; /* the seed; 0: none */
    uint64_t hash;   /* over all runs, in whatever order */
    struct sim_tally tally;
};

static void add(uint64_t *sums, const uint64_t *values, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        sums[i] += values[i];
    }
}

/* stop is shared by all jobs. */
static void run_job(const struct job *job, volatile int *stop, struct result *ret_result)
{
    static struct sim sim;

    memset(ret_result, 0, sizeof(*ret_result));
    for (uint64_t i = 0; i < job->count && !*stop; i++) {
        uint64_t seed = job->first + i * job->stride;
        sim_chaos_run(&sim, seed, NULL);
        add((uint64_t *)&ret_result->tally, (const uint64_t *)&sim.tally,
            sizeof(sim.tally) / sizeof(uint64_t));
        ret_result->hash += sim.hash;
        ret_result->seeds++;
        if (sim.breach[0]) {
            ret_result->broken = seed;
            *stop = 1;
        }
        sim_fini(&sim);
    }
}

/* In a process of its own; the descriptor from which its result is to be read. */
static int start_job(const struct job *job, volatile int *stop)
{
    int ends[2];

    if (pipe(ends) != 0) {
        return -1;
    }
    pid_t pid = fork();
    if (pid == 0) {
        struct result result;
        close(ends[0]);
        run_job(job, stop, &result);
        _exit(write(ends[1], &result, sizeof(result)) == (ssize_t)sizeof(result) ? 0 : 1);
    }
    close(ends[1]);
    if (pid < 0) {
        close(ends[0]);
        return -1;
    }
    return ends[0];
}

static bool run_jobs(uint64_t start, uint64_t seeds, unsigned jobs, struct result *ret_total)
{
    int descriptors[JOBS_MAX];
    bool good = true;
    int *stop =
        mmap(NULL, sizeof(*stop), PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);

    memset(ret_total, 0, sizeof(*ret_total));
    if (stop == MAP_FAILED) {
        return false;
    }
    for (unsigned i = 0; i < jobs; i++) {
        struct job job = {start + i, (seeds + jobs - 1 - i) / jobs, jobs};
        descriptors[i] = start_job(&job, stop);
    }
    for (unsigned i = 0; i < jobs; i++) {
        struct result result;
        int fd = descriptors[i];
        if (fd < 0 || read(fd, &result, sizeof(result)) != (ssize_t)sizeof(result)) {
            good = false;
        } else {
            if (result.broken && (!ret_total->broken || result.broken < ret_total->broken)) {
                ret_total->broken = result.broken;
            }
            ret_total->hash += result.hash;
            ret_total->seeds += result.seeds;
            add((uint64_t *)&ret_total->tally, (const uint64_t *)&result.tally,
                sizeof(result.tally) / sizeof(uint64_t));
        }
        if (fd >= 0) {
            close(fd);
        }
    }
    while (wait(NULL) > 0 || errno == EINTR) {
    }
    munmap(stop, sizeof(*stop));
    return good;
}

/* Everything that the chaos is for must have happened, or it proves nothing. */
static const char *what_never_happened(const struct result *total)
{
    const struct sim_tally *tally = &total->tally;

    for (int i = 0; i < SIM_PLACES; i++) {
        if (tally->places[i] == 0) {
            return "a place of the machine";
        }
    }
    if (tally->resumed == 0) {
        return "a lock that another process goes on with";
    }
    if (tally->kept == 0 || tally->deletions == 0 || tally->late_creates == 0) {
        return "a lock given back for later or by DELETE, or an object that comes late";
    }
    if (tally->rests == 0 || tally->poor == 0) {
        return "a rest, or one without memory at its end";
    }
    for (int i = S3A_LOST_NOT + 1; i < SIM_REASONS; i++) {
        if (tally->lost[i] == 0) {
            return "a reason of loss";
        }
    }
    if (!tally->adoptions || !tally->java_grants || !tally->robberies || !tally->dangers) {
        return "an adoption, a robbery, a danger or a Java lock";
    }
    return tally->grants < total->seeds * 3 ? "enough grants" : NULL;
}

/* The end of the story of a seed, which gives the same run again. */
static void tell_story(uint64_t seed, unsigned lines_max, FILE *out)
{
    static struct sim sim;
    char *text = NULL;
    size_t size = 0;
    FILE *trace = open_memstream(&text, &size);

    if (!trace) {
        return;
    }
    sim_chaos_run(&sim, seed, trace);
    fclose(trace);
    unsigned lines = 0;
    char *from = text + size;
    while (from > text && (lines += from[-1] == '\n') <= lines_max) {
        from--;
    }
    fputs(from, out);
    free(text);
    fprintf(out, "seed %" PRIu64 ": %s, %" PRIu64 " steps, hash %016" PRIx64 "\n", seed,
            sim.breach[0] ? sim.breach : "all held", sim.tally.steps, sim.hash);
    sim_fini(&sim);
}

static double seconds_now(void)
{
    struct timespec now;

    clock_gettime(CLOCK_MONOTONIC, &now);
    return (double)now.tv_sec + (double)now.tv_nsec / 1e9;
}

static int simulate(uint64_t start, uint64_t seeds, unsigned jobs, bool quiet)
{
    struct result total;
    double began = seconds_now();
    bool good = run_jobs(start, seeds, jobs, &total);
    double took = seconds_now() - began;
    const char *missing = total.broken || seeds < 1000 ? NULL : what_never_happened(&total);

    if (total.broken) {
        tell_story(total.broken, quiet ? 0 : STORY_LINES, stdout);
    }
    if (missing) {
        printf("this never happened: %s\n", missing);
    }
    printf("sim: %" PRIu64 " seeds from %" PRIu64 ", %" PRIu64 " steps, %" PRIu64
           " grants (%" PRIu64 " adopted), %.0f steps/s, hash %016" PRIx64 ", ",
           total.seeds, start, total.tally.steps, total.tally.grants, total.tally.adoptions,
           (double)total.tally.steps / (took > 0 ? took : 1), total.hash);
    if (total.broken) {
        printf("BROKEN by seed %" PRIu64 "\n", total.broken);
    } else {
        printf("%s\n", good && !missing ? "all held" : "FAILED");
    }
    return total.broken || !good || missing ? 1 : 0;
}

static bool parse_number(const char *text, uint64_t max, uint64_t *ret_number)
{
    char *end;

    errno = 0;
    *ret_number = strtoull(text, &end, 10);
    return errno == 0 && *text >= '0' && *text <= '9' && !*end && *ret_number <= max;
}

int main(int argc, char **argv)
{
    static const struct option options[] = {
        {"seeds", required_argument, NULL, 'n'},
        {"start", required_argument, NULL, 's'},
        {"jobs", required_argument, NULL, 'j'},
        {"story", required_argument, NULL, 't'},
        {"quiet", no_argument, NULL, 'q'},
        {"help", no_argument, NULL, 'h'},
        {NULL, 0, NULL, 0},
    };
    uint64_t seeds = SEEDS_DEFAULT, start = 1, jobs = 1, story = 0;
    bool good = true, quiet = false;
    int option;

    while ((option = getopt_long(argc, argv, "", options, NULL)) != -1) {
        switch (option) {
        case 'n':
            good = good && parse_number(optarg, UINT64_MAX / 2, &seeds);
            break;
        case 's':
            good = good && parse_number(optarg, UINT64_MAX / 2, &start);
            break;
        case 'j':
            good = good && parse_number(optarg, JOBS_MAX, &jobs) && jobs > 0;
            break;
        case 't':
            good = good && parse_number(optarg, UINT64_MAX / 2, &story);
            break;
        case 'q':
            quiet = true;
            break;
        case 'h':
            fputs(usage, stdout);
            return 0;
        default:
            good = false;
        }
    }
    if (!good || optind != argc) {
        fputs(usage, stderr);
        return 64;
    }
    if (story) {
        tell_story(story, UINT_MAX, stdout);
        return 0;
    }
    return simulate(start, seeds, (unsigned)jobs, quiet);
}
