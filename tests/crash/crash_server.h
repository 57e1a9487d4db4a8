/* SPDX-License-Identifier: MIT */
#ifndef S3A_CRASH_SERVER_H
#define S3A_CRASH_SERVER_H

/* The server: `s3atomic serve`, a process that is killed and started anew. */

#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>

#include "crash_disk.h"

#define CRASH_BUCKET "crash"
#define CRASH_PATH_SIZE 256

struct crash_server {
    const char *program;
    const char *library;             /* crash_disk.h; NULL: its disk is as it is */
    bool is_recorded;                /* what it does to its directory is written down */
    struct crash_disk *disk;         /* what the library is told, and tells */
    char home[CRASH_PATH_SIZE];      /* all that is kept, removed at the end */
    char directory[CRASH_PATH_SIZE]; /* the store, in it */
    char control[CRASH_PATH_SIZE];   /* the library's file */
    char log[CRASH_PATH_SIZE];       /* and what it has written down */
    uint16_t port;
    pid_t pid; /* 0: it is not running */
    uint64_t random;
};

/* SplitMix64: evenly below bound, which is not 0. */
uint64_t crash_random(uint64_t *state, uint64_t bound);
uint64_t crash_now_ns(void); /* CLOCK_MONOTONIC */
void crash_pause_us(uint64_t pause_us);

/* Prints what went wrong, with errno; returns false. */
bool crash_complain(const char *what);

/* program, library, is_recorded and random are set: makes a home below TMPDIR (else /tmp), without
 * starting anything. What is recorded need not be on a disk at all. */
bool crash_server_init(struct crash_server *server);

/* Kills it, and removes everything. */
void crash_server_fini(struct crash_server *server);

/* Starts it and waits until it answers: at the same port each time. */
bool crash_server_start(struct crash_server *server);

/* At once, and waits for its end. False where it had ended by itself. */
bool crash_server_kill(struct crash_server *server);

/* By TERM. False where it does not end, or not well. */
bool crash_server_stop(struct crash_server *server);

/* Runs the program with these words to its end; its exit status, or -1. */
int crash_server_command(const struct crash_server *server, const char *const words[]);

#endif
