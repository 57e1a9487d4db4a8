/* SPDX-License-Identifier: MIT */
#ifndef S3A_WAITING_H
#define S3A_WAITING_H

/* Waiting for the library without becoming deaf to signals. */

#include <stdbool.h>

#include <s3atomic/client.h>

struct s3a_waiting {
    int signals;      /* of s3a_signals_open() */
    const char *what; /* "the lock s3://b/n": for messages */
    const char *why;  /* who is in the way, told where it takes long; NULL: not known */
    bool goes_on;     /* the first signal does not cancel it */
    int ended_by;     /* out: the signal that ended it; 0: none did */
    bool abandoned;   /* out: a second one came before what was sent had been cleared up */
};

/*
 * Waits until future is done and returns its status. INT, TERM, HUP and QUIT cancel it; it is
 * still waited for, since what was sent has to be cleared up, but not past a second such signal.
 * Then abandoned is true, and nothing the future writes to may be freed any more.
 */
enum s3a_status s3a_wait(struct s3a_waiting *waiting, struct s3a_future *future,
                         struct s3a_error *error);

#endif
