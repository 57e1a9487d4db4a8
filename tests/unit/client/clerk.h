/* SPDX-License-Identifier: MIT */
#ifndef S3A_CLERK_H
#define S3A_CLERK_H

/*
 * A service that hands out credentials, as a test imitates it: a thread that answers one request
 * after another by a script, and keeps what it was asked.
 */

#include <pthread.h>
#include <stdint.h>

#define CLERK_REQUESTS_MAX 8
#define CLERK_REQUEST_SIZE 16384

struct clerk {
    int listener;
    uint16_t port;
    char url[64]; /* "http://127.0.0.1:34567" */
    pthread_t thread;
    const char *const *answers; /* whole ones, with their heads; ends with NULL */
    size_t count;               /* of what was asked; to be read once it is closed */
    char requests[CLERK_REQUESTS_MAX][CLERK_REQUEST_SIZE];
};

/* An answer's head and body; the body ends with the connection. */
#define CLERK_ANSWER(status, body) "HTTP/1.1 " status "\r\nConnection: close\r\n\r\n" body
/* Reads the request and says nothing, until it is closed. */
#define CLERK_SILENCE ""

/* After the last answer it listens no more. */
void clerk_open(struct clerk *clerk, const char *const *answers);
void clerk_close(struct clerk *clerk);

/* After clerk_close(): does the request hold this? */
void clerk_was_asked(const struct clerk *clerk, size_t index, const char *text);
void clerk_was_not_asked(const struct clerk *clerk, size_t index, const char *text);

#endif
