/* SPDX-License-Identifier: MIT */
#ifndef S3A_LISTENER_H
#define S3A_LISTENER_H

/* The socket that a server listens on. */

#include <stdint.h>

#include <s3atomic/status.h>

struct s3a_listener {
    int fd;            /* -1: none */
    uint16_t port;     /* the one it got */
    char endpoint[80]; /* "http://127.0.0.1:34567": where a client on this machine finds it */
};

/*
 * Binds and listens; address is an IPv4 or IPv6 address. From then on connections are accepted by
 * the system, and wait. "0.0.0.0" and "::" stand for every address ("::" for those of IPv4 too):
 * the endpoint then names the loopback address. scheme is
 * "http" or "https": how the endpoint begins. S3A_INVALID: no address. S3A_SYSTEM: the port is
 * taken, or not ours to take.
 */
S3A_MUST_CHECK enum s3a_status s3a_listener_open(const char *address, uint16_t port,
                                                 const char *scheme,
                                                 struct s3a_listener *ret_listener,
                                                 struct s3a_error *error);

/* One that was never opened (fd -1) is accepted. */
void s3a_listener_close(struct s3a_listener *listener);

#endif
