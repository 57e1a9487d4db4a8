/* SPDX-License-Identifier: MIT */
#ifndef S3A_SIGV4_H
#define S3A_SIGV4_H

/*
 * AWS Signature Version 4 as S3 wants it: paths encoded once and never normalised. The same stages
 * serve both sides; each can be called alone and is tested alone.
 * Source: "Authenticating Requests (AWS Signature Version 4)", Amazon S3 API Reference.
 */

#include "buf.h"
#include "date.h"
#include "digest.h"
#include "op.h"

#define S3A_SIGV4_ALGORITHM "AWS4-HMAC-SHA256"
#define S3A_SIGV4_SCOPE_END "aws4_request"
#define S3A_SIGV4_DAY_SIZE 8

/* A request that has more of them cannot be signed, and is not believed. */
#define S3A_SIGNED_HEADERS_MAX 128
#define S3A_SIGNED_PARAMETERS_MAX 64
#define S3A_ACCESS_KEY_SIZE_MAX 128
#define S3A_SECRET_KEY_SIZE_MAX 1024
#define S3A_REGION_SIZE_MAX 64
#define S3A_SERVICE_SIZE_MAX 32
/* "20130524/us-east-1/s3/aws4_request" */
#define S3A_SIGV4_SCOPE_SIZE_MAX                                                                   \
    (S3A_SIGV4_DAY_SIZE + 1 + S3A_REGION_SIZE_MAX + 1 + S3A_SERVICE_SIZE_MAX + 1 +                 \
     sizeof(S3A_SIGV4_SCOPE_END))
/* A URL that was signed in advance may be used for a week at the longest. */
#define S3A_PRESIGN_SECONDS_MAX (7 * 24 * 60 * 60)

/* x-amz-content-sha256 of a body that is not signed. */
#define S3A_UNSIGNED_PAYLOAD "UNSIGNED-PAYLOAD"

/* The request as it stands on the wire. */
struct s3a_sigv4_request {
    struct s3a_str method;
    struct s3a_str path;              /* as sent, encoded; without the query */
    struct s3a_str query;             /* as sent, encoded; without the '?' */
    const struct s3a_header *headers; /* lower-case names, in any order; only these are signed */
    size_t header_count;
    struct s3a_str payload_hash; /* 64 digits or one of the special words */
};

/* When and for whom: date (YYYYMMDDTHHMMSSZ), region and service of the credential scope. */
struct s3a_sigv4_scope {
    struct s3a_str date;
    struct s3a_str region;
    struct s3a_str service;
};

/* The signing key of one scope (day, region, service) and secret: worth keeping, since it costs
 * four HMACs. All zero is an empty one. One thread at a time. */
struct s3a_sigv4_key {
    char day[S3A_SIGV4_DAY_SIZE];
    char region[S3A_REGION_SIZE_MAX];
    char service[S3A_SERVICE_SIZE_MAX];
    size_t region_size;
    size_t service_size;
    uint8_t secret_hash[S3A_SHA256_SIZE];
    uint8_t key[S3A_SHA256_SIZE];
};

/*
 * The builders below append to buf, and their failures are those of buf: S3A_NO_MEMORY, and
 * S3A_TOO_LARGE for what passes buf's bound or one of the limits above. None of the texts that go
 * in may live in buf.
 */

/* "20130524" and "20130524/us-east-1/s3/aws4_request" */
struct s3a_str s3a_sigv4_day(const struct s3a_sigv4_scope *scope);
void s3a_sigv4_scope_text(struct s3a_buf *buf, const struct s3a_sigv4_scope *scope);

/* Stage 1: the canonical request. The query's parameters are sorted by encoded name, then value;
 * a parameter without '=' gets one. Whatever is escaped in a way of the sender's own is escaped
 * anew. skip_signature leaves out X-Amz-Signature. */
void s3a_sigv4_canonical_request(struct s3a_buf *buf, const struct s3a_sigv4_request *request,
                                 bool skip_signature);

/* "host;x-amz-date": the sorted names of the headers. */
void s3a_sigv4_signed_headers(struct s3a_buf *buf, const struct s3a_sigv4_request *request);

/* Stage 2. The canonical request may live in buf. */
void s3a_sigv4_string_to_sign(struct s3a_buf *buf, const struct s3a_sigv4_scope *scope,
                              struct s3a_str canonical_request);

/* Stage 3: 64 digits and a NUL. key is brought up to date where scope or secret differ. */
void s3a_sigv4_signature(struct s3a_sigv4_key *key, struct s3a_str secret_key,
                         const struct s3a_sigv4_scope *scope, struct s3a_str string_to_sign,
                         char ret_signature[S3A_SHA256_HEX_SIZE + 1]);

struct s3a_credentials {
    struct s3a_str access_key;
    struct s3a_str secret_key;
    struct s3a_str session_token; /* empty: none */
};

/*
 * The value of the Authorization header for a request whose headers are all there (host,
 * x-amz-date, x-amz-content-sha256, x-amz-security-token where there is a token, and whatever else
 * is to be signed). buf serves as scratch memory meanwhile, so that one that is cleared and used
 * again makes a signature cost no allocation; its bound must leave room for the canonical request.
 */
void s3a_sigv4_authorization(struct s3a_buf *buf, struct s3a_sigv4_key *key,
                             const struct s3a_credentials *credentials,
                             const struct s3a_sigv4_scope *scope,
                             const struct s3a_sigv4_request *request);

/*
 * The query of a presigned URL, with its signature: request->query (may be empty) and the
 * X-Amz-... parameters. request->headers holds at least host; payload_hash is UNSIGNED-PAYLOAD.
 */
void s3a_sigv4_presign(struct s3a_buf *buf, struct s3a_sigv4_key *key,
                       const struct s3a_credentials *credentials,
                       const struct s3a_sigv4_scope *scope, const struct s3a_sigv4_request *request,
                       uint32_t expires_seconds);

/* What a request claims about itself, taken apart but not believed. */
struct s3a_sigv4_claim {
    bool in_query;
    bool is_anonymous; /* there is no signature: all that is set beside this is payload_hash */
    struct s3a_str access_key;
    struct s3a_str date; /* of x-amz-date, or date where that is missing, or X-Amz-Date */
    int64_t date_ms;
    struct s3a_str day;
    struct s3a_str region;
    struct s3a_str service;
    struct s3a_str signed_headers; /* as written: "host;x-amz-date" */
    struct s3a_str signature;
    struct s3a_str session_token;
    struct s3a_str payload_hash;
    uint64_t expires_seconds; /* in_query only */
};

/* All headers of a request that came in, lower-case names, in the order of arrival. */
struct s3a_sigv4_incoming {
    struct s3a_str method;
    struct s3a_str path;
    struct s3a_str query;
    const struct s3a_header *headers;
    size_t header_count;
};

/*
 * Reads the claim out of the Authorization header or the query. S3A_CODE_NONE, or:
 * ACCESS_DENIED where there is neither (an anonymous request) or where no date says when a header
 * was signed; INVALID_REQUEST for signature version 2, for both at once, for a header without
 * x-amz-content-sha256 and for more headers or parameters than can be signed;
 * AUTHORIZATION_HEADER_MALFORMED; AUTHORIZATION_QUERY_ERROR; INTERNAL_ERROR without memory. Where
 * the code is not NONE *ret_message says what is wrong (static text). Decoded texts live in pool.
 */
enum s3a_code s3a_sigv4_claim_parse(struct s3a_pool *pool, const struct s3a_sigv4_incoming *request,
                                    struct s3a_sigv4_claim *ret_claim, const char **ret_message);

/*
 * Is the claim true? The secret belongs to claim->access_key. S3A_CODE_NONE,
 * SIGNATURE_DOES_NOT_MATCH, ACCESS_DENIED where a header that must be signed is not (host and
 * every x-amz-* but x-amz-content-sha256), or INTERNAL_ERROR without memory. Times are for the
 * caller to judge: see s3a_sigv4_claim_is_timely(). scratch is overwritten: one that is kept makes
 * it cost no allocation; its bound is S3A_CANONICAL_SIZE_MAX.
 */
#define S3A_CANONICAL_SIZE_MAX (256 * 1024)

enum s3a_code s3a_sigv4_claim_verify(const struct s3a_sigv4_claim *claim,
                                     const struct s3a_sigv4_incoming *request,
                                     struct s3a_sigv4_key *key, struct s3a_str secret_key,
                                     struct s3a_buf *scratch);

/* S3A_CODE_NONE; REQUEST_TIME_TOO_SKEWED where the header's date is more than 15 minutes off;
 * for the query, ACCESS_DENIED past its end, or more than 15 minutes before its beginning. */
enum s3a_code s3a_sigv4_claim_is_timely(const struct s3a_sigv4_claim *claim, int64_t now_ms);

#endif
