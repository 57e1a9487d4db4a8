/* SPDX-License-Identifier: MIT */
#ifndef S3A_PROCESS_H
#define S3A_PROCESS_H

/* Starting a program from a process that has threads. */

#include <stdbool.h>
#include <stddef.h>
#include <sys/types.h>

#include <s3atomic/status.h>

#include "signals.h"

struct s3a_process_plan {
    char *const *words;       /* the program and its arguments; ends with NULL */
    char *const *environment; /* ends with NULL */
    const struct s3a_inherited *inherited;
    int standard_input;  /* 0: ours */
    int standard_output; /* 0: ours */

    /* In a process group of its own, and killed when this process ends. That covers the program
     * itself, not what it starts (prctl(2), PR_SET_PDEATHSIG). The thread that starts it must stay
     * until it has ended. */
    bool supervised;

    /* Called in this process once the other one exists, before the program runs in it. */
    void (*before_exec)(pid_t pid, void *user);
    void *user;
};

/*
 * Starts it. Returns S3A_EXIT_DONE with its process id, S3A_EXIT_NO_PROGRAM, S3A_EXIT_CANNOT_RUN
 * or S3A_EXIT_LOCAL_IO; the error then says why, and no process is left. The program is looked for
 * as execvp(3) does, and one that is no executable format is given to /bin/sh.
 */
int s3a_process_start(const struct s3a_process_plan *plan, pid_t *ret_pid, struct s3a_error *error);

/* Is there such a program? S3A_EXIT_DONE, or what s3a_process_start() would return. */
int s3a_process_find(const char *word, struct s3a_error *error);

/*
 * A copy of this process's environment in which the given NAME=VALUE texts replace those of the
 * same names. The texts are not copied. To be freed with free(); NULL: no memory.
 */
char **s3a_process_environment(const char *const *settings, size_t count);

#endif
