/* SPDX-License-Identifier: MIT */
#ifndef S3A_LOAD_H
#define S3A_LOAD_H

/* Servers under wrk, for benchmarks. Whatever fails ends the program. */

#include "target.h"

#define LOAD_TEXT_SIZE 4096

/* Runs a program to its end and reads what it prints, or only starts it where ret_text is NULL.
 * Returns its id. */
pid_t load_run(const char *const argv[], char ret_text[LOAD_TEXT_SIZE]);

/* Writes a script of wrk that only fills in the request, signed where the target wants that, and
 * is not asked again while it runs. body NULL: none. */
void load_write_script(const char *script, const struct bench_target *target, const char *method,
                       const char *path, const char *body);

struct load_result {
    double per_second;
    double p50_us;
    double p99_us;
    double cpu_us; /* processor time of the target for a request: whatever else the machine does */
};

/* Sends the request of a script to the target, over that many connections, for so many seconds. */
struct load_result load_wrk(unsigned connections, unsigned seconds, const char *script,
                            const char *path, const struct bench_target *target);

/* A line of JSON with the median of each figure. */
void load_print(const char *what, unsigned connections, const struct bench_target *target,
                const struct load_result *results, size_t count);

/* Processor time of a target and of its workers so far, in seconds; 0 where it is not known. */
double load_cpu_s(const struct bench_target *target);

#endif
