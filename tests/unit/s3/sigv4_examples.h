/* SPDX-License-Identifier: MIT */
#ifndef S3A_SIGV4_EXAMPLES_H
#define S3A_SIGV4_EXAMPLES_H

/* The worked examples of "Authenticating Requests (AWS Signature Version 4)", Amazon S3 API
 * Reference: requests of 24 May 2013 to examplebucket, with the values that their stages have. */

#include "sigv4.h"

#define EXAMPLE_ACCESS_KEY "AKIAIOSFODNN7EXAMPLE"
#define EXAMPLE_SECRET_KEY "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY"
#define EXAMPLE_DATE "20130524T000000Z"
#define EXAMPLE_TIME_MS INT64_C(1369353600000)
#define EXAMPLE_EMPTY_SHA256 "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"

struct example {
    const char *name;
    struct s3a_sigv4_request request;
    struct s3a_header headers[8];
    const char *signed_headers;
    const char *canonical_request_sha256;
    const char *signature;
};

#define EXAMPLE_HEADER(name, value)                                                                \
    {                                                                                              \
        S3A_STR_INIT(name), S3A_STR_INIT(value)                                                    \
    }
#define EXAMPLE_HOST EXAMPLE_HEADER("host", "examplebucket.s3.amazonaws.com")

static const struct s3a_credentials example_credentials = {
    S3A_STR_INIT(EXAMPLE_ACCESS_KEY), S3A_STR_INIT(EXAMPLE_SECRET_KEY), {NULL, 0}};

static const struct s3a_sigv4_scope example_scope = {S3A_STR_INIT(EXAMPLE_DATE),
                                                     S3A_STR_INIT("us-east-1"), S3A_STR_INIT("s3")};

/* Signed in the Authorization header. */
static const struct example examples[] = {
    {
        .name = "GET Object",
        .request = {.method = S3A_STR_INIT("GET"),
                    .path = S3A_STR_INIT("/test.txt"),
                    .payload_hash = S3A_STR_INIT(EXAMPLE_EMPTY_SHA256),
                    .header_count = 4},
        .headers = {EXAMPLE_HOST, EXAMPLE_HEADER("range", "bytes=0-9"),
                    EXAMPLE_HEADER("x-amz-content-sha256", EXAMPLE_EMPTY_SHA256),
                    EXAMPLE_HEADER("x-amz-date", EXAMPLE_DATE)},
        .signed_headers = "host;range;x-amz-content-sha256;x-amz-date",
        .canonical_request_sha256 =
            "7344ae5b7ee6c3e7e6b0fe0640412a37625d1fbfff95c48bbb2dc43964946972",
        .signature = "f0e8bdb87c964420e857bd35b5d6ed310bd44f0170aba48dd91039c6036bdb41",
    },
    {
        .name = "PUT Object",
        .request = {.method = S3A_STR_INIT("PUT"),
                    .path = S3A_STR_INIT("/test$file.text"),
                    .payload_hash = S3A_STR_INIT(
                        "44ce7dd67c959e0d3524ffac1771dfbba87d2b6b4b4e99e42034a8b803f8b072"),
                    .header_count = 5},
        .headers = {EXAMPLE_HEADER("x-amz-storage-class", "REDUCED_REDUNDANCY"), EXAMPLE_HOST,
                    EXAMPLE_HEADER(
                        "x-amz-content-sha256",
                        "44ce7dd67c959e0d3524ffac1771dfbba87d2b6b4b4e99e42034a8b803f8b072"),
                    EXAMPLE_HEADER("date", "Fri, 24 May 2013 00:00:00 GMT"),
                    EXAMPLE_HEADER("x-amz-date", EXAMPLE_DATE)},
        .signed_headers = "date;host;x-amz-content-sha256;x-amz-date;x-amz-storage-class",
        .canonical_request_sha256 =
            "9e0e90d9c76de8fa5b200d8c849cd5b8dc7a3be3951ddb7f6a76b4158342019d",
        .signature = "98ad721746da40c64f1a55b78f14c238d841ea1380cd77a1b5971af0ece108bd",
    },
    {
        .name = "GET Bucket Lifecycle",
        .request = {.method = S3A_STR_INIT("GET"),
                    .path = S3A_STR_INIT("/"),
                    .query = S3A_STR_INIT("lifecycle"),
                    .payload_hash = S3A_STR_INIT(EXAMPLE_EMPTY_SHA256),
                    .header_count = 3},
        .headers = {EXAMPLE_HOST, EXAMPLE_HEADER("x-amz-date", EXAMPLE_DATE),
                    EXAMPLE_HEADER("x-amz-content-sha256", EXAMPLE_EMPTY_SHA256)},
        .signed_headers = "host;x-amz-content-sha256;x-amz-date",
        .canonical_request_sha256 =
            "9766c798316ff2757b517bc739a67f6213b4ab36dd5da2f94eaebf79c77395ca",
        .signature = "fea454ca298b7da1c68078a5d1bdbfbbe0d65c699e0f91ac7a200a0136783543",
    },
    {
        .name = "GET Bucket (List Objects)",
        .request = {.method = S3A_STR_INIT("GET"),
                    .path = S3A_STR_INIT("/"),
                    .query = S3A_STR_INIT("max-keys=2&prefix=J"),
                    .payload_hash = S3A_STR_INIT(EXAMPLE_EMPTY_SHA256),
                    .header_count = 3},
        .headers = {EXAMPLE_HEADER("x-amz-date", EXAMPLE_DATE), EXAMPLE_HOST,
                    EXAMPLE_HEADER("x-amz-content-sha256", EXAMPLE_EMPTY_SHA256)},
        .signed_headers = "host;x-amz-content-sha256;x-amz-date",
        .canonical_request_sha256 =
            "df57d21db20da04d7fa30298dd4488ba3a2b47ca3a489c74750e0f1e7df1b9b7",
        .signature = "34b48302e7b5fa45bde8084f4b7868a86f0a534bc59db6670ed5711ef69dc6f7",
    },
};

#define EXAMPLE_COUNT (sizeof(examples) / sizeof(examples[0]))

static inline struct s3a_sigv4_request example_request(const struct example *example)
{
    struct s3a_sigv4_request request = example->request;
    request.headers = example->headers;
    return request;
}

/* Signed in the query; the signature of the whole. */
#define EXAMPLE_PRESIGNED_QUERY                                                                    \
    "X-Amz-Algorithm=AWS4-HMAC-SHA256"                                                             \
    "&X-Amz-Credential=AKIAIOSFODNN7EXAMPLE%2F20130524%2Fus-east-1%2Fs3%2Faws4_request"            \
    "&X-Amz-Date=20130524T000000Z&X-Amz-Expires=86400&X-Amz-SignedHeaders=host"
#define EXAMPLE_PRESIGNED_SIGNATURE                                                                \
    "aeeed9bbccd4d02ee5c0109b86d86835f995330da4c265957d157751f604d404"

#endif
