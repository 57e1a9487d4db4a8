/* SPDX-License-Identifier: MIT */
#ifndef S3A_BENCH_H
#define S3A_BENCH_H

/*
 * What benchmarks share: a clock, latencies, and a line of JSON for each thing measured.
 *
 * A benchmark is a program bench_NAME. On standard output it prints lines of JSON and nothing
 * else; ./run bench makes a table of them and keeps them. It takes no arguments, needs no network
 * but loopback, and is done in well under a minute.
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

#endif
