/* SPDX-License-Identifier: MIT */
#ifndef S3A_ACCESS_LOG_H
#define S3A_ACCESS_LOG_H

/*
 * A file of lines, one for each request. Whoever has a line leaves it in memory; a thread of the
 * log's own writes. Where the file cannot take them (a full disk, a pipe that nobody reads), lines
 * are dropped and counted, and nobody waits.
 */

#include <pthread.h>
#include <stdatomic.h>

#include <s3atomic/status.h>

#include "buf.h"

/* Lines that wait, in bytes, at the most. */
#define S3A_ACCESS_LOG_WAITING_MAX ((size_t)4 * 1024 * 1024)

/* How long the end of the log waits for a pipe that nobody reads. */
#define S3A_ACCESS_LOG_STOP_MS 1000

struct s3a_access_log {
    const char *path; /* NULL: there is no log */
    int fd;           /* the thread's */
    pthread_t thread;
    bool is_running;
    atomic_bool is_stopping;
    uint64_t stop_ms;
    _Atomic uint64_t dropped; /* lines */

    pthread_mutex_t mutex; /* of all that follows */
    pthread_cond_t wake;
    struct s3a_buf waiting;
    int next_fd; /* to be used from now on; -1: the one above */
};

/* Appends to the file of that name, which is made where it is missing; "-" is standard output. The
 * path must outlive it. S3A_SYSTEM, S3A_NO_MEMORY. fini is due in any case. */
S3A_MUST_CHECK enum s3a_status s3a_access_log_init(struct s3a_access_log *log, const char *path,
                                                   struct s3a_error *error);

/* Writes what waits, and ends. All zero is accepted. */
void s3a_access_log_fini(struct s3a_access_log *log);

/* One line, with its end. Any thread. */
void s3a_access_log_write(struct s3a_access_log *log, struct s3a_str line);

/* There was a line, and no memory for it. Any thread. */
void s3a_access_log_drop(struct s3a_access_log *log);

/* Opens the file that has that name now. S3A_SYSTEM. */
S3A_MUST_CHECK enum s3a_status s3a_access_log_open_next(const struct s3a_access_log *log,
                                                        int *ret_fd, struct s3a_error *error);

/* What waits and what comes goes to this file, which is the log's own from now on. */
void s3a_access_log_continue(struct s3a_access_log *log, int fd);

#endif
