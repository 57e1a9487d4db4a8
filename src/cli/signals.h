/* SPDX-License-Identifier: MIT */
#ifndef S3A_SIGNALS_H
#define S3A_SIGNALS_H

/*
 * Signals as something to poll for, not something that interrupts. They are blocked before any
 * thread is started, so that every thread inherits that, and read from a descriptor. Those that
 * were ignored when the command was started (nohup, or `command &` in a script) stay ignored.
 */

#include <signal.h>
#include <stdbool.h>

#include <s3atomic/status.h>

/* What the command was started with, hence what the programs it starts are to have. */
struct s3a_inherited {
    sigset_t mask;
    struct sigaction pipe;
    struct sigaction child;
};

/*
 * Once, first of all in main(): remembers what was inherited, ignores SIGPIPE (a reader that goes
 * away is an error like any other) and makes SIGCHLD what it is by default.
 */
void s3a_signals_setup(struct s3a_inherited *ret_inherited);

/* Between fork() and exec(): puts it back. Async-signal-safe. */
void s3a_signals_restore(const struct s3a_inherited *inherited);

/*
 * Blocks INT, TERM, HUP, QUIT, USR1, USR2, CONT, WINCH, TSTP and CHLD, which are then read from
 * *ret_fd (non-blocking, to be closed by the caller), and TTIN and TTOU, so that taking the
 * terminal back does not stop us. They stay blocked. One that is ignored is left alone: it would be
 * delivered where it is blocked (a blocked signal is never discarded, see signal(7)).
 */
enum s3a_status s3a_signals_open(int *ret_fd, struct s3a_error *error);

/* The next one that has come; 0: none has. */
int s3a_signals_next(int fd);

/* INT, TERM, HUP, QUIT: somebody wants it to end. */
bool s3a_signals_ends(int signal);

/* Stops this process, as TSTP does where nobody blocks it; returns when it goes on. */
void s3a_signals_stop(void);

/* "INT", "TERM", ...: for messages. */
const char *s3a_signals_name(int signal);

#endif
