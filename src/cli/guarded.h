/* SPDX-License-Identifier: MIT */
#ifndef S3A_GUARDED_H
#define S3A_GUARDED_H

/* CMD while the lock is held: started, supervised, and ended in time should the lock go. */

#include <s3atomic/lock.h>

#include "ending.h"
#include "signals.h"

struct s3a_guarded {
    const char *url;    /* as it was written, for CMD and for messages */
    char *const *words; /* CMD; ends with NULL */
    const struct s3a_inherited *inherited;
    int signals;  /* of s3a_signals_open() */
    int event_fd; /* written to by the lock's callbacks */
    struct s3a_ending_terms terms;
};

/*
 * Runs CMD and returns when its whole process group is gone: its exit code, or S3A_EXIT_LOST where
 * the lock was lost or CMD was ended lest it be, or what kept it from being run. What went wrong
 * has been said. The lock is left as it is.
 */
int s3a_guarded_run(const struct s3a_guarded *guarded, struct s3a_lock *lock);

#endif
