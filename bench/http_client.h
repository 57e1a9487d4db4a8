/* SPDX-License-Identifier: MIT */
#ifndef S3A_HTTP_CLIENT_H
#define S3A_HTTP_CLIENT_H

/*
 * A client of HTTP for benchmarks that costs little beside the server: one connection, one request
 * after another, bodies made of one block over and over. Whatever fails ends the program.
 */

#include "target.h"

#define HTTP_TEXT_SIZE 4096

struct http_client {
    const struct bench_target *target;
    int fd;
    struct s3a_buf head;
};

struct http_answer {
    int status;
    char etag[80];
    uint64_t size;             /* of its body */
    char text[HTTP_TEXT_SIZE]; /* what the body begins with, and a NUL */
};

void http_connect(struct http_client *client, const struct bench_target *target);
void http_close(struct http_client *client);

/* Sends it, with as many bytes of the block as request->body_size says, and reads the answer. */
void http_ask(struct http_client *client, const struct target_request *request,
              struct http_answer *ret_answer);

/* The same with a body of its own, of request->body_size bytes. */
void http_ask_with(struct http_client *client, const struct target_request *request,
                   const char *body, struct http_answer *ret_answer);

/* Ends the program unless it is one of success. */
void http_expect(const struct http_answer *answer, const char *what);

/* SHA-256 in digits of the body that http_ask() sends. */
void http_body_hash(uint64_t size, char ret_hash[65]);

#endif
