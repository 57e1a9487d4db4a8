/* SPDX-License-Identifier: MIT */
#ifndef S3A_BENCH_H
#define S3A_BENCH_H

/*
 * What benchmarks share: a clock, latencies, and a line of JSON for each thing measured.
 *
 * A benchmark is a program bench_NAME. On standard output it prints lines of JSON and nothing
 * else; ./run bench makes a table of them and keeps them. It takes no arguments (target.h: what
 * some look for in the environment), needs no network but loopback, and is done in about a minute.
 */

#include <stddef.h>
#include <stdint.h>

/* Nanoseconds of a clock that only goes forward. */
int64_t bench_now_ns(void);

/* How long each operation of a measurement took. Not for several threads at once. */
struct bench_times {
    int64_t *ns;
    size_t count;
    size_t capacity;
};

void bench_times_add(struct bench_times *times, int64_t ns);

/* Adds those of another thread. */
void bench_times_merge(struct bench_times *times, const struct bench_times *other);

void bench_times_free(struct bench_times *times);

/*
 * Prints one measurement:
 *
 *      {"bench":"server","what":"get 1 KiB","at_once":64,"operations":100000,"seconds":1.02,
 *       "per_second":98039,"p50_us":512.3,"p99_us":1204.0,"max_us":4230.9}
 *
 * bench is the NAME of bench_NAME, at_once how many operations were under way at a time. times may
 * be NULL: without latencies; it is sorted by this.
 */
void bench_print(const char *bench, const char *what, unsigned at_once, uint64_t operations,
                 int64_t elapsed_ns, struct bench_times *times);

/* What so large a share of them, 0 to 1, did not exceed. They are sorted by this. */
double bench_within_us(struct bench_times *times, double share);

/* Something measured several times, one of a pair each: the machine's moods are in both. */
#define BENCH_PAIRS_MAX 9

struct bench_values {
    double values[BENCH_PAIRS_MAX];
    unsigned count;
};

void bench_values_add(struct bench_values *values, double value);
double bench_values_median(const struct bench_values *values);

/*
 * Prints what came of something that has a goal, the median of all values with their span:
 *
 *      {"bench":"server","what":"get 200 B / nginx constant","at_once":64,"measured":0.91,
 *       "from":0.88,"to":0.93,"goal":">= 0.8","met":"yes"}
 *
 * relation is ">=" or "<=", unit what stands behind the goal: "", "/s", " ms".
 */
void bench_print_goal(const char *bench, const char *what, unsigned at_once,
                      const struct bench_values *values, const char *relation, double goal,
                      const char *unit);

/* Prints what is wrong, and ends the program. */
_Noreturn void bench_die(const char *what);

#endif
