/* SPDX-License-Identifier: MIT */
#ifndef S3A_COUNT_H
#define S3A_COUNT_H

/* The processes of count.c: a server that loses things, and workers that count. */

#include <stdatomic.h>
#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>

#include "fire_given.h"

#define COUNT_PROCESSES_MAX 256
#define COUNT_PATH_SIZE 256

/* How increments end. */
enum count_outcome {
    COUNT_DONE,
    COUNT_IN_DOUBT,
    COUNT_FAILED,
    COUNT_OUTCOMES,
};

/* What a worker tells; in memory that all share. */
struct count_worker {
    atomic_uint ended[COUNT_OUTCOMES];
};

struct count_run {
    /* To be set before. */
    const char *program;
    struct fire_given given; /* in place of that, where it has an endpoint */
    unsigned processes;
    unsigned rounds;
    unsigned kills;
    unsigned lost; /* percent of the requests, and of the answers */
    unsigned seed;

    uint64_t random;
    char directory[COUNT_PATH_SIZE];
    uint16_t port;
    pid_t server;
    pid_t pids[COUNT_PROCESSES_MAX]; /* 0: it has ended */
    struct count_worker *workers;

    unsigned killed;
    unsigned requests_lost;
    unsigned answers_lost;
};

/* Starts them all. False: it was said why; close it all the same. */
bool count_open(struct count_run *run);
void count_close(struct count_run *run);

/* Does any of them still work? */
bool count_workers_work(struct count_run *run);

unsigned count_of_all(const struct count_run *run, enum count_outcome outcome);

/* Kills the server, and starts another. */
bool count_server_replace(struct count_run *run);

/* Or sees to it that what was given is well again. False: it is not. */
bool count_server_end(struct count_run *run);

/* What the counter stands at; there is no server of our own any more. UINT64_MAX: it cannot be
 * read. */
uint64_t count_read(const struct count_run *run);

/* The work of worker number, in its own process: rounds increments over the endpoint. */
void count_work(const struct count_run *run, unsigned number, struct count_worker *worker);

/* Puts the counter there, as 0. */
bool count_begin(const struct count_run *run);

#endif
