/* SPDX-License-Identifier: MIT */
#ifndef S3A_CHILD_H
#define S3A_CHILD_H

/*
 * CMD and its process group: started, signalled, waited for as a whole.
 *
 * Whoever CMD starts belongs to its group unless it leaves it on purpose (setsid, a shell with job
 * control). This process becomes the parent of those of the group who outlive theirs
 * (PR_SET_CHILD_SUBREAPER), so that it sees them end. Signals must be open (see signals.h).
 */

#include <stdbool.h>
#include <sys/types.h>

#include "process.h"
#include "terminal.h"

struct s3a_child {
    pid_t pid;       /* of CMD, and of its group */
    int wait_status; /* of CMD, once it has ended */
    bool ended;      /* CMD itself */
    bool gone;       /* it and everybody else of its group */
    int stopped_by;  /* the signal that stopped it; 0: it is not stopped */
    bool wants_terminal;
    struct s3a_terminal terminal;
};

/*
 * Starts it; returns as s3a_process_start() does. plan says what to run, for whom, and with which
 * environment.
 *
 * The terminal is lent to it at once where standard input and output are terminals and we have it;
 * otherwise, in a pipeline say, once it asks for it.
 */
int s3a_child_start(struct s3a_child *child, const struct s3a_process_plan *plan,
                    struct s3a_error *error);

/* Sends a signal to the group. INT, TERM, HUP and QUIT also wake it up where it is stopped. */
void s3a_child_signal(struct s3a_child *child, int signal);

/* Wakes it up, and lends it the terminal where it had it or asked for it. */
void s3a_child_resume(struct s3a_child *child);

/* Collects who has ended, stopped or gone on. Says what people have to know on standard error. */
void s3a_child_look(struct s3a_child *child);

/* It has to be looked at from time to time: something is awaited of which no SIGCHLD tells. */
bool s3a_child_needs_looks(const struct s3a_child *child);

/* Takes the terminal back. */
void s3a_child_close(struct s3a_child *child);

#endif
