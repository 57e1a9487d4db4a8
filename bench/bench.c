/* SPDX-License-Identifier: MIT */
#include "bench.h"

#include <inttypes.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

int64_t bench_now_ns(void)
{
    struct timespec now;

    clock_gettime(CLOCK_MONOTONIC, &now);
    return (int64_t)now.tv_sec * 1000000000 + now.tv_nsec;
}

static void make_room(struct bench_times *times, size_t more)
{
    if (times->count + more <= times->capacity) {
        return;
    }
    times->capacity = 2 * (times->count + more);
    times->ns = realloc(times->ns, times->capacity * sizeof(*times->ns));
    if (!times->ns) {
        fprintf(stderr, "bench: out of memory\n");
        exit(EXIT_FAILURE);
    }
}

void bench_times_add(struct bench_times *times, int64_t ns)
{
    make_room(times, 1);
    times->ns[times->count++] = ns;
}

void bench_times_merge(struct bench_times *times, const struct bench_times *other)
{
    if (other->count == 0) {
        return;
    }
    make_room(times, other->count);
    memcpy(times->ns + times->count, other->ns, other->count * sizeof(*other->ns));
    times->count += other->count;
}

void bench_times_free(struct bench_times *times)
{
    free(times->ns);
    memset(times, 0, sizeof(*times));
}

static int compare(const void *a, const void *b)
{
    int64_t left = *(const int64_t *)a;
    int64_t right = *(const int64_t *)b;

    return (left > right) - (left < right);
}

double bench_within_us(struct bench_times *times, double share)
{
    size_t rank = (size_t)(share * (double)times->count);

    qsort(times->ns, times->count, sizeof(*times->ns), compare);
    return (double)times->ns[rank < times->count ? rank : times->count - 1] / 1000;
}

void bench_print(const char *bench, const char *what, unsigned at_once, uint64_t operations,
                 int64_t elapsed_ns, struct bench_times *times)
{
    double seconds = (double)elapsed_ns / 1e9;

    printf("{\"bench\":\"%s\",\"what\":\"%s\",\"at_once\":%u,\"operations\":%" PRIu64
           ",\"seconds\":%.3f,\"per_second\":%.0f",
           bench, what, at_once, operations, seconds, (double)operations / seconds);
    if (times && times->count > 0) {
        printf(",\"p50_us\":%.1f,\"p99_us\":%.1f,\"max_us\":%.1f", bench_within_us(times, 0.5),
               bench_within_us(times, 0.99), bench_within_us(times, 1));
    }
    printf("}\n");
    fflush(stdout);
}

void bench_values_add(struct bench_values *values, double value)
{
    unsigned at = values->count;

    if (at == BENCH_PAIRS_MAX) {
        bench_die("more pairs than there is room for");
    }
    while (at > 0 && values->values[at - 1] > value) {
        values->values[at] = values->values[at - 1];
        at--;
    }
    values->values[at] = value;
    values->count++;
}

double bench_values_median(const struct bench_values *values)
{
    return values->values[values->count / 2];
}

void bench_print_goal(const char *bench, const char *what, unsigned at_once,
                      const struct bench_values *values, const char *relation, double goal,
                      const char *unit)
{
    double median = bench_values_median(values);
    bool is_met = relation[0] == '>' ? median >= goal : median <= goal;
    int digits = median < 100 ? 2 : 0;

    printf("{\"bench\":\"%s\",\"what\":\"%s\",\"at_once\":%u,\"measured\":%.*f,\"from\":%.*f,"
           "\"to\":%.*f,\"goal\":\"%s %g%s\",\"met\":\"%s\"}\n",
           bench, what, at_once, digits, median, digits, values->values[0], digits,
           values->values[values->count - 1], relation, goal, unit, is_met ? "yes" : "no");
    fflush(stdout);
}

void bench_die(const char *what)
{
    fprintf(stderr, "bench: %s\n", what);
    exit(EXIT_FAILURE);
}
