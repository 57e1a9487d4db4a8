/* SPDX-License-Identifier: MIT */
#ifndef S3A_DEMO_H
#define S3A_DEMO_H

/*
 * Eight processes count together in a file that nothing protects but their lock.
 *
 *      usage: demo [ENDPOINT]
 *
 * The lock lies in a directory, or in a bucket of its own at ENDPOINT, with credentials from the
 * usual variables.
 *
 * demo.c starts them, kills one while it holds the lock, and checks the count; demo_worker.c is
 * what each of them does; demo_screen.c shows it.
 */

#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>

#define DEMO_WORKERS 8
#define DEMO_INCREMENTS_EACH 25
#define DEMO_INCREMENTS (DEMO_WORKERS * DEMO_INCREMENTS_EACH)

/* The one that is killed, and how far it gets. */
#define DEMO_VICTIM 3
#define DEMO_VICTIM_INCREMENTS 8

#define DEMO_LOCK "counter"
#define DEMO_HEARTBEAT_MS 500
#define DEMO_LEASE_MS 1500
#define DEMO_GRACE_MS 1000

/* What a worker tells, through a pipe; it is short enough to arrive in one piece. */
enum demo_event {
    DEMO_HELD,    /* has the lock */
    DEMO_COUNTED, /* has counted, and still has it */
    DEMO_STUCK,   /* has the lock, and will never come back */
};

struct demo_report {
    enum demo_event event;
    int worker;
    uint64_t token;
    int64_t counter;
};

/* What a worker is to do; from the command line to the command line. */
struct demo_task {
    int worker;
    int increments;
    bool locks;      /* or goes ahead without */
    bool gets_stuck; /* takes the lock once more, and keeps it */
    const char *directory;
    const char *endpoint;
    const char *bucket;
    int pipe;
};

/* The worker's main(). */
int demo_work(const struct demo_task *task);

enum demo_state {
    DEMO_WAITS,
    DEMO_HOLDS,
    DEMO_DONE,
    DEMO_KILLED,
};

struct demo_worker {
    pid_t pid;
    bool is_running;
    enum demo_state state;
    int increments;
};

/* All that the parent knows. */
struct demo {
    char directory[256];
    char endpoint[512];
    char bucket[64]; /* "": it has not been made */
    struct demo_worker workers[DEMO_WORKERS];
    int pipe;
    int increments;
    uint64_t token;
    int64_t started_ms;
    int64_t killed_ms;   /* 0: not yet */
    int64_t takeover_ms; /* from the kill to the next one who holds it; 0: not yet */
    int out_of_order;    /* tokens that did not grow, counts that did not follow one another */
};

/* Milliseconds of a clock that only goes forward. */
int64_t demo_now_ms(void);

/* On a terminal a table that is drawn again and again; elsewhere a line now and then. */
void demo_screen_start(const struct demo *demo);
void demo_screen_show(const struct demo *demo, bool at_once);

__attribute__((format(printf, 1, 2))) void demo_screen_tell(const char *format, ...);

#endif
