/* SPDX-License-Identifier: MIT */
#ifndef S3A_HANGUP_H
#define S3A_HANGUP_H

/*
 * Clients that will not send any more. Where the end comes in one piece with the bytes before it,
 * libmicrohttpd (0.9.75) does not notice: it reads once, takes a short read for the end of what is
 * there, and its epoll set (edge-triggered) tells of each end once. The connection would stay until
 * it has been idle for long, and so many of them would leave no room for others. So there is a
 * second set that watches for nothing but ends, and makes "long" short for those.
 */

#include <s3atomic/status.h>

/* Enough to take an answer that is under way. */
#define S3A_HUNG_UP_IDLE_S 2

struct MHD_Connection;

struct s3a_hangups {
    int fd; /* readable where an end has come; -1: none */
};

/* S3A_SYSTEM with errno. */
S3A_MUST_CHECK enum s3a_status s3a_hangups_init(struct s3a_hangups *hangups);
void s3a_hangups_fini(struct s3a_hangups *hangups);

/* From the beginning of a connection to its end. One that cannot be watched is as it would be
 * without. */
void s3a_hangups_watch(struct s3a_hangups *hangups, struct MHD_Connection *connection);
void s3a_hangups_forget(struct s3a_hangups *hangups, struct MHD_Connection *connection);

/* To be called where fd is readable, from the thread that runs the daemon. */
void s3a_hangups_take(struct s3a_hangups *hangups);

#endif
