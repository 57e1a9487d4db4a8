/* SPDX-License-Identifier: MIT */
#include "sigv4.h"

/* Most canonical requests fit, so that building one is one allocation. */
#define CANONICAL_SIZE_USUAL 2000

#define SKEW_MS_MAX (15 * 60 * INT64_C(1000))

static bool is_in_list(struct s3a_str list, struct s3a_str name)
{
    while (list.data) {
        if (s3a_str_equal(s3a_str_split(&list, ';'), name)) {
            return true;
        }
    }
    return false;
}

static bool must_be_signed(struct s3a_str name)
{
    return s3a_str_is(name, "host") ||
           (s3a_str_starts_with(name, "x-amz-") && !s3a_str_is(name, "x-amz-content-sha256"));
}

/*
 * The headers that were signed. S3A_CODE_NONE, ACCESS_DENIED where one that must be signed is not,
 * SIGNATURE_DOES_NOT_MATCH where there are more than can be signed. A name in the list that no
 * header has makes the list another one, which the signature will tell.
 */
static enum s3a_code collect(const struct s3a_sigv4_claim *claim,
                             const struct s3a_sigv4_incoming *incoming,
                             struct s3a_header headers[S3A_SIGNED_HEADERS_MAX], size_t *ret_count)
{
    bool has_host = false;

    *ret_count = 0;
    for (size_t i = 0; i < incoming->header_count; i++) {
        const struct s3a_header *header = &incoming->headers[i];
        if (!is_in_list(claim->signed_headers, header->name)) {
            if (must_be_signed(header->name)) {
                return S3A_CODE_ACCESS_DENIED;
            }
            continue;
        }
        if (*ret_count == S3A_SIGNED_HEADERS_MAX) {
            return S3A_CODE_SIGNATURE_DOES_NOT_MATCH;
        }
        has_host |= s3a_str_is(header->name, "host");
        headers[(*ret_count)++] = *header;
    }
    return has_host ? S3A_CODE_NONE : S3A_CODE_ACCESS_DENIED;
}

static enum s3a_code compare(const struct s3a_sigv4_claim *claim,
                             const struct s3a_sigv4_request *request, struct s3a_sigv4_key *key,
                             struct s3a_str secret_key, struct s3a_buf *buf)
{
    const struct s3a_sigv4_scope scope = {claim->date, claim->region, claim->service};
    char signature[S3A_SHA256_HEX_SIZE + 1];

    (void)s3a_buf_reserve(buf, CANONICAL_SIZE_USUAL);
    s3a_sigv4_canonical_request(buf, request, claim->in_query);
    size_t size = buf->size;
    if (buf->status == S3A_OK) {
        s3a_sigv4_string_to_sign(buf, &scope, s3a_buf_str(buf));
    }
    if (buf->status != S3A_OK) {
        return buf->status == S3A_NO_MEMORY ? S3A_CODE_INTERNAL_ERROR
                                            : S3A_CODE_SIGNATURE_DOES_NOT_MATCH;
    }
    s3a_sigv4_signature(key, secret_key, &scope, s3a_str_skip(s3a_buf_str(buf), size), signature);
    return s3a_equal_secret(claim->signature, s3a_str_make(signature, S3A_SHA256_HEX_SIZE))
               ? S3A_CODE_NONE
               : S3A_CODE_SIGNATURE_DOES_NOT_MATCH;
}

enum s3a_code s3a_sigv4_claim_verify(const struct s3a_sigv4_claim *claim,
                                     const struct s3a_sigv4_incoming *request,
                                     struct s3a_sigv4_key *key, struct s3a_str secret_key,
                                     struct s3a_buf *scratch)
{
    struct s3a_header headers[S3A_SIGNED_HEADERS_MAX];
    struct s3a_sigv4_request claimed = {.method = request->method,
                                        .path = request->path,
                                        .query = request->query,
                                        .headers = headers,
                                        .payload_hash = claim->payload_hash};
    enum s3a_code code = collect(claim, request, headers, &claimed.header_count);

    if (code != S3A_CODE_NONE) {
        return code;
    }
    s3a_buf_clear(scratch);
    return compare(claim, &claimed, key, secret_key, scratch);
}

enum s3a_code s3a_sigv4_claim_is_timely(const struct s3a_sigv4_claim *claim, int64_t now_ms)
{
    int64_t age_ms = now_ms - claim->date_ms;

    if (!claim->in_query) {
        return age_ms <= SKEW_MS_MAX && age_ms >= -SKEW_MS_MAX ? S3A_CODE_NONE
                                                               : S3A_CODE_REQUEST_TIME_TOO_SKEWED;
    }
    return age_ms >= -SKEW_MS_MAX && age_ms < (int64_t)claim->expires_seconds * 1000
               ? S3A_CODE_NONE
               : S3A_CODE_ACCESS_DENIED;
}
