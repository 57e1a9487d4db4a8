/* SPDX-License-Identifier: MIT */
#ifndef S3A_HEAD_H
#define S3A_HEAD_H

/*
 * The head of a request: its target exactly as it was sent (it is signed so), its headers with
 * lower-case names in the order of arrival, and what they say of the body.
 */

#include "http.h"

/* Amazon S3 takes 8 KB of headers in all; this is far beyond. */
#define S3A_HEAD_HEADERS_MAX 256

struct s3a_head {
    struct s3a_http_incoming request;
    bool has_length; /* Content-Length is there */
    uint64_t length;
    bool is_chunked;     /* Transfer-Encoding is there: a body whose length is not known */
    bool waits_for_100;  /* Expect: 100-continue: nothing of the body is sent unasked */
    const char *message; /* what is wrong with it; NULL: nothing so far */

    struct s3a_pool *pool;
    struct s3a_header *headers;
    size_t capacity;
};

/* target: path and query. There is room for header_count headers. Nothing is copied but the names
 * of headers, into pool. */
void s3a_head_init(struct s3a_head *head, struct s3a_pool *pool, struct s3a_str method,
                   struct s3a_str target, size_t header_count);

/* The value must stay where it is. */
void s3a_head_add(struct s3a_head *head, struct s3a_str name, struct s3a_str value);

/* S3A_CODE_NONE once everything was added and is in order, or INVALID_REQUEST with
 * head->message (a line that is no header, a body announced twice, ...), or INTERNAL_ERROR where
 * there is no memory. */
enum s3a_code s3a_head_end(struct s3a_head *head);

/* Is this a method that S3 knows? */
bool s3a_head_method_is_known(const struct s3a_head *head);

#endif
