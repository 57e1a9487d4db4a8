/* SPDX-License-Identifier: MIT */
#ifndef S3A_CONNECTION_H
#define S3A_CONNECTION_H

/* What libmicrohttpd calls: a connection begins, asks for one thing after another, and ends. */

#include <microhttpd.h>

#include "front.h"

/*
 * libmicrohttpd tells of the end of a request only where its head had come to its end. So that an
 * exchange whose head breaks off is not left behind, the connection remembers it as well.
 */
struct s3a_connection {
    struct s3a_exchange *exchange; /* the one under way; NULL: none */
};

/* The daemon whose connections are the front's; it has listen_fd from then on. NULL where there is
 * no memory. */
struct MHD_Daemon *s3a_connections_serve(struct s3a_front *front, int listen_fd,
                                         size_t connections_max);

/* In the thread that is going to run the daemon, before it does. */
void s3a_connections_enter(struct s3a_front *front);

#endif
