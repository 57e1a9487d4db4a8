/* SPDX-License-Identifier: MIT */
#include "fuzz_request.h"

#include "fuzz.h"

static struct s3a_str lower(struct s3a_pool *pool, struct s3a_str text)
{
    char *copy = s3a_pool_alloc(pool, text.size + 1);

    s3a_check(copy);
    for (size_t i = 0; i < text.size; i++) {
        char byte = text.data[i];
        copy[i] = byte >= 'A' && byte <= 'Z' ? (char)(byte - 'A' + 'a') : byte;
    }
    return s3a_str_make(copy, text.size);
}

void fuzz_request_read(struct fuzz_request *request, struct s3a_str input, struct s3a_pool *pool)
{
    struct s3a_str target = fuzz_take_line(&input);

    memset(request, 0, sizeof(*request));
    request->method = s3a_str_split(&target, ' ');
    request->path = target.data ? s3a_str_split(&target, '?') : S3A_STR("");
    request->query = target.data ? target : S3A_STR("");
    while (input.size > 0 && request->header_count < FUZZ_HEADERS_MAX) {
        struct s3a_str value = fuzz_take_line(&input);
        struct s3a_str name = s3a_str_split(&value, ':');
        value = value.data ? s3a_str_trim(value) : S3A_STR("");
        request->headers[request->header_count++] = (struct s3a_header){lower(pool, name), value};
    }
}

struct s3a_http_incoming fuzz_request_incoming(const struct fuzz_request *request)
{
    return (struct s3a_http_incoming){request->method, request->path, request->query,
                                      request->headers, request->header_count};
}

struct s3a_sigv4_incoming fuzz_request_signed(const struct fuzz_request *request)
{
    return (struct s3a_sigv4_incoming){request->method, request->path, request->query,
                                       request->headers, request->header_count};
}
