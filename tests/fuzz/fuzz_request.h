/* SPDX-License-Identifier: MIT */
#ifndef S3A_FUZZ_REQUEST_H
#define S3A_FUZZ_REQUEST_H

/* A request's head as an input: "PUT /bucket/key?a=b", then a header a line, "name: value". */

#include "http.h"
#include "sigv4.h"

#define FUZZ_HEADERS_MAX 100

struct fuzz_request {
    struct s3a_str method;
    struct s3a_str path;
    struct s3a_str query; /* without the '?' */
    struct s3a_header headers[FUZZ_HEADERS_MAX];
    size_t header_count;
};

/* The texts live in pool, names in lower case, as a server passes them on. */
void fuzz_request_read(struct fuzz_request *request, struct s3a_str input, struct s3a_pool *pool);

struct s3a_http_incoming fuzz_request_incoming(const struct fuzz_request *request);
struct s3a_sigv4_incoming fuzz_request_signed(const struct fuzz_request *request);

#endif
