/* SPDX-License-Identifier: MIT */
#ifndef S3A_DECODING_H
#define S3A_DECODING_H

/* A request on its way through s3a_op_decode(), for its tests. */

#include <string.h>

#include "http.h"

#define DECODING_HEADERS_MAX 100

struct decoding {
    struct s3a_pool pool;
    struct s3a_op op;
    struct s3a_answer answer;
    struct s3a_header headers[DECODING_HEADERS_MAX];
    size_t header_count;
};

static inline void decoding_add(struct decoding *decoding, const char *name, const char *value)
{
    assert_true(decoding->header_count < DECODING_HEADERS_MAX);
    decoding->headers[decoding->header_count++] =
        (struct s3a_header){s3a_str_of(name), s3a_str_of(value)};
}

static inline void decoding_begin(struct decoding *decoding)
{
    memset(decoding, 0, sizeof(*decoding));
    decoding_add(decoding, "host", "s3.example.com:9000");
}

/* "GET", "/bucket/key", "a=b". Call decoding_end() after each. */
static inline enum s3a_code decoding_run(struct decoding *decoding, const char *method,
                                         const char *path, const char *query)
{
    const struct s3a_http_incoming incoming = {.method = s3a_str_of(method),
                                               .path = s3a_str_of(path),
                                               .query = s3a_str_of(query),
                                               .headers = decoding->headers,
                                               .header_count = decoding->header_count};

    decoding->pool = (struct s3a_pool){0};
    s3a_answer_init(&decoding->answer, 0);
    enum s3a_code code = s3a_op_decode(&incoming, S3A_STR("s3.example.com"), &decoding->pool,
                                       &decoding->op, &decoding->answer);
    assert_int_equal(decoding->answer.code, code);
    return code;
}

static inline void decoding_end(struct decoding *decoding)
{
    s3a_answer_fini(&decoding->answer);
    s3a_pool_fini(&decoding->pool);
}

/* Without headers of its own. */
static inline enum s3a_code decode_plain(const char *method, const char *path, const char *query)
{
    struct decoding decoding;

    decoding_begin(&decoding);
    enum s3a_code code = decoding_run(&decoding, method, path, query);
    decoding_end(&decoding);
    return code;
}

#endif
