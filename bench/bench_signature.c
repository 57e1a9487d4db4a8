/* SPDX-License-Identifier: MIT */

/* What it takes to sign a request, as a client does, and to verify one, as the server does: a PUT
 * of a lock's record with a condition. */

#include <stdio.h>
#include <stdlib.h>

#include "bench.h"
#include "sigv4.h"

#define OPERATIONS 500000
#define DATE "20261124T035852Z"
#define EMPTY_SHA256 "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"
#define HEADER(name, value)                                                                        \
    {                                                                                              \
        S3A_STR_INIT(name), S3A_STR_INIT(value)                                                    \
    }

static const struct s3a_credentials credentials = {
    S3A_STR_INIT("AKIAIOSFODNN7EXAMPLE"),
    S3A_STR_INIT("wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY"),
    {NULL, 0}};

static const struct s3a_sigv4_scope scope = {S3A_STR_INIT(DATE), S3A_STR_INIT("us-east-1"),
                                             S3A_STR_INIT("s3")};

/* The last one is that of the signature. */
static struct s3a_header headers[] = {
    HEADER("host", "bucket.s3.us-east-1.amazonaws.com"),
    HEADER("if-match", "\"0123456789abcdef0123456789abcdef\""),
    HEADER("content-type", "application/json"),
    HEADER("x-amz-content-sha256", EMPTY_SHA256),
    HEADER("x-amz-date", DATE),
    HEADER("authorization", ""),
};

#define HEADER_COUNT (sizeof(headers) / sizeof(headers[0]))

static const struct s3a_sigv4_request request = {
    .method = S3A_STR_INIT("PUT"),
    .path = S3A_STR_INIT("/locks/nightly-report"),
    .headers = headers,
    .header_count = HEADER_COUNT - 1,
    .payload_hash = S3A_STR_INIT(EMPTY_SHA256),
};

static void sign(struct s3a_sigv4_key *key, struct s3a_buf *buf)
{
    int64_t start = bench_now_ns();

    for (int i = 0; i < OPERATIONS; i++) {
        s3a_buf_clear(buf);
        s3a_sigv4_authorization(buf, key, &credentials, &scope, &request);
    }
    bench_print("signature", "sign", 1, OPERATIONS, bench_now_ns() - start, NULL);
}

static int verify(struct s3a_sigv4_key *key)
{
    const struct s3a_sigv4_incoming incoming = {request.method, request.path, request.query,
                                                headers, HEADER_COUNT};
    int64_t start = bench_now_ns();
    struct s3a_buf scratch;
    int wrong = 0;

    s3a_buf_init(&scratch, S3A_CANONICAL_SIZE_MAX);

    for (int i = 0; i < OPERATIONS; i++) {
        struct s3a_pool pool = {0};
        struct s3a_sigv4_claim claim;
        const char *message;
        wrong += s3a_sigv4_claim_parse(&pool, &incoming, &claim, &message) != S3A_CODE_NONE ||
                 s3a_sigv4_claim_verify(&claim, &incoming, key, credentials.secret_key, &scratch) !=
                     S3A_CODE_NONE;
        s3a_pool_fini(&pool);
    }
    s3a_buf_fini(&scratch);
    bench_print("signature", "verify", 1, OPERATIONS, bench_now_ns() - start, NULL);
    return wrong;
}

int main(void)
{
    struct s3a_sigv4_key key = {0};
    struct s3a_buf buf;

    s3a_buf_init(&buf, 100000);
    sign(&key, &buf);
    headers[HEADER_COUNT - 1].value = s3a_buf_str(&buf);
    int wrong = verify(&key);
    s3a_buf_fini(&buf);
    if (wrong != 0) {
        fprintf(stderr, "bench_signature: a signature was not believed\n");
        return EXIT_FAILURE;
    }
    return EXIT_SUCCESS;
}
