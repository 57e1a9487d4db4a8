/* SPDX-License-Identifier: MIT */
#ifndef S3A_CRASH_LINE_H
#define S3A_CRASH_LINE_H

/*
 * One connection of one client, which sends a request once: never again by itself, so that it is
 * known how often a write may have been applied. Signed, over the loopback address.
 */

#include <stdbool.h>
#include <stdint.h>

#include "sigv4.h"

#define CRASH_KEY "crash"
#define CRASH_SECRET "only-for-this-machine"

struct crash_call {
    const char *method;
    const char *path;
    const char *query;    /* NULL: none */
    const char *if_match; /* NULL: no such header */
    bool if_none_match;   /* "*" */
    struct s3a_str body;  /* of a PUT or POST */
};

struct crash_answer {
    int status;
    char etag[80];       /* with its quotes; "": none */
    struct s3a_str body; /* until the next call */
};

enum crash_sent {
    CRASH_ANSWERED,
    CRASH_NOT_SENT,  /* not a byte of it */
    CRASH_NO_ANSWER, /* some of it, and what came of that is not known */
};

struct crash_line {
    uint16_t port;
    int fd; /* -1: not connected */
    struct s3a_sigv4_key key;
    struct s3a_buf out;
    struct s3a_buf scratch;
    struct s3a_buf in;
};

void crash_line_init(struct crash_line *line, uint16_t port);
void crash_line_fini(struct crash_line *line);

/* The next call is over a new connection. */
void crash_line_hang_up(struct crash_line *line);

/* Connects where that is needed. After anything but CRASH_ANSWERED it is not connected. */
enum crash_sent crash_line_ask(struct crash_line *line, const struct crash_call *call,
                               struct crash_answer *ret_answer);

#endif
