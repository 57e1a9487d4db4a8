/* SPDX-License-Identifier: MIT */
#ifndef S3A_LISTEN_H
#define S3A_LISTEN_H

#include <stdbool.h>
#include <stdint.h>

#include <s3atomic/status.h>

#define S3A_LISTEN_ADDRESS_SIZE 64

/* Where a server is to be found. */
struct s3a_listen {
    char address[S3A_LISTEN_ADDRESS_SIZE];
    uint16_t port; /* 0: a free one */
};

/* "127.0.0.1:9000", "[::1]:9000"; S3A_INVALID: the error quotes the text and shows a good one. */
enum s3a_status s3a_listen_parse(const char *text, struct s3a_listen *ret_listen,
                                 struct s3a_error *error);

/* Can nobody but this machine reach it? */
bool s3a_listen_is_loopback(const struct s3a_listen *listen);

#endif
