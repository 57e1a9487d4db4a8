/* SPDX-License-Identifier: MIT */
#ifndef S3A_LOAD_H
#define S3A_LOAD_H

/* Servers under wrk, for benchmarks. Whatever fails ends the program. */

#include <stdint.h>
#include <sys/types.h>

#define LOAD_TEXT_SIZE 4096

/* Who is asked, and at which port of the loopback address. */
struct load_target {
    pid_t pid;
    uint16_t port;
};

/* Runs a program to its end and reads what it prints, or only starts it where ret_text is NULL.
 * Returns its id. */
pid_t load_run(const char *const argv[], char ret_text[LOAD_TEXT_SIZE]);

/*
 * Sends the request of a script of wrk for two seconds, over that many connections. Prints a line
 * of JSON with rate, latencies and cpu_us, the processor time that the target took for a request,
 * which does not depend on what else the machine has to do. Returns the requests per second.
 */
double load_wrk(const char *what, unsigned connections, const char *script, const char *path,
                const struct load_target *target);

#endif
