/* SPDX-License-Identifier: MIT */
#ifndef S3A_CONNECTION_H
#define S3A_CONNECTION_H

/* What libmicrohttpd calls: a connection begins, asks for one thing after another, and ends. */

#include <microhttpd.h>

#include "front.h"
#include "pace.h"

/* Connections that an address has beyond the limit are told so (503 SlowDown), up to so many; even
 * more are closed at once. */
#define S3A_SURPLUS_MAX 16

/*
 * libmicrohttpd tells of the end of a request only where its head had come to its end. So that an
 * exchange whose head breaks off is not left behind, the connection remembers it as well.
 */
struct s3a_connection {
    struct s3a_exchange *exchange; /* the one under way; NULL: none */
    struct MHD_Connection *connection;
    struct s3a_list link; /* of the front's */
    uint64_t requests;    /* whose first line has come */
    struct s3a_pace pace;
    struct s3a_address *address; /* that it comes from; NULL: there was no memory to count it */
    struct s3a_tls *tls;         /* that it may be shown; NULL: no TLS */
    bool is_surplus;             /* there are more from that address than may be */
    bool is_cut;                 /* it will be gone soon */
};

/* The daemon whose connections are the front's; it has listen_fd from then on. NULL where there is
 * no memory. */
struct MHD_Daemon *s3a_connections_serve(struct s3a_front *front, int listen_fd,
                                         size_t connections_max);

/* In the thread that is going to run the daemon, before it does. */
void s3a_connections_enter(struct s3a_front *front);

#endif
