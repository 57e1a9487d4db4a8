/* SPDX-License-Identifier: MIT */
#include "fuzz.h"

#include "fuzz_request.h"

#define TEXT_SIZE_MAX (1024 * 1024)
#define DATE "20130524T000000Z"
#define SECRET S3A_STR("wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY")

static const struct s3a_credentials credentials = {
    S3A_STR_INIT("AKIAIOSFODNN7EXAMPLE"),
    S3A_STR_INIT("wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY"),
    {NULL, 0},
};
static const struct s3a_sigv4_scope scope = {S3A_STR_INIT(DATE), S3A_STR_INIT("us-east-1"),
                                             S3A_STR_INIT("s3")};

static enum s3a_code verify(const struct s3a_sigv4_incoming *incoming, struct s3a_str secret,
                            struct s3a_sigv4_claim *claim, enum s3a_code *ret_parsed)
{
    struct s3a_pool pool = {0};
    struct s3a_sigv4_key key = {0};
    struct s3a_buf scratch;
    const char *message = NULL;
    enum s3a_code code = s3a_sigv4_claim_parse(&pool, incoming, claim, &message);

    *ret_parsed = code;
    s3a_check((code == S3A_CODE_NONE) == (message == NULL));
    if (code == S3A_CODE_NONE) {
        s3a_check(claim->access_key.size > 0 && claim->access_key.size <= S3A_ACCESS_KEY_SIZE_MAX);
        s3a_check(claim->region.size > 0 && claim->region.size <= S3A_REGION_SIZE_MAX);
        s3a_check(claim->date.size == S3A_DATE_BASIC_SIZE && claim->day.size == S3A_SIGV4_DAY_SIZE);
        s3a_check(memcmp(claim->date.data, claim->day.data, S3A_SIGV4_DAY_SIZE) == 0);
        s3a_check(s3a_str_is(claim->service, "s3") && claim->signed_headers.size > 0);
        s3a_check(claim->signature.size == S3A_SHA256_HEX_SIZE && claim->payload_hash.data);
        s3a_check(!claim->in_query || (claim->expires_seconds > 0 &&
                                       claim->expires_seconds <= S3A_PRESIGN_SECONDS_MAX));
        (void)s3a_sigv4_claim_is_timely(claim, 1369353600000);
        s3a_buf_init(&scratch, S3A_CANONICAL_SIZE_MAX);
        code = s3a_sigv4_claim_verify(claim, incoming, &key, secret, &scratch);
        s3a_buf_fini(&scratch);
    }
    s3a_pool_fini(&pool);
    return code;
}

/* Nobody gets in by what he made up. */
static void check_claim(const struct fuzz_request *request)
{
    const struct s3a_sigv4_incoming incoming = fuzz_request_signed(request);
    struct s3a_sigv4_claim claim;
    enum s3a_code parsed;

    s3a_check(verify(&incoming, S3A_STR("not to be guessed"), &claim, &parsed) != S3A_CODE_NONE);
}

/* Can it be signed at all, and is it not signed twice? */
static bool is_plain(const struct fuzz_request *request)
{
    struct s3a_str rest = request->query;
    struct s3a_str name;
    struct s3a_str value;
    size_t count = 0;

    while (s3a_query_next(&rest, &name, &value)) {
        if (s3a_str_starts_with_nocase(name, "x-amz-") || s3a_str_is(name, "AWSAccessKeyId")) {
            return false;
        }
        count++;
    }
    for (size_t i = 0; i < request->header_count; i++) {
        struct s3a_str header = request->headers[i].name;
        if (header.size == 0 || s3a_str_find(header, ';') < header.size ||
            s3a_str_find(header, ',') < header.size || s3a_str_find(header, '=') < header.size ||
            s3a_str_trim(header).size < header.size || s3a_str_is(header, "date") ||
            s3a_str_is(header, "authorization") || s3a_str_starts_with(header, "x-amz-")) {
            return false;
        }
    }
    return count + 8 < S3A_SIGNED_PARAMETERS_MAX && request->path.size > 0;
}

/* Somebody else's secret, another method, another path: all of that is seen. */
static void check_refused(struct s3a_sigv4_incoming incoming)
{
    struct s3a_sigv4_claim claim;
    enum s3a_code parsed;

    s3a_check(verify(&incoming, S3A_STR("another"), &claim, &parsed) ==
              S3A_CODE_SIGNATURE_DOES_NOT_MATCH);
    incoming.method = s3a_str_is(incoming.method, "PUT") ? S3A_STR("GET") : S3A_STR("PUT");
    s3a_check(verify(&incoming, SECRET, &claim, &parsed) == S3A_CODE_SIGNATURE_DOES_NOT_MATCH);
}

/* What we sign is what we believe: in the header ... */
static void check_header(struct fuzz_request *request)
{
    struct s3a_sigv4_key key = {0};
    struct s3a_buf authorization;
    struct s3a_sigv4_claim claim;
    enum s3a_code parsed;
    struct s3a_sigv4_request signing = {.method = request->method,
                                        .path = request->path,
                                        .query = request->query,
                                        .headers = request->headers,
                                        .payload_hash = S3A_STR(S3A_UNSIGNED_PAYLOAD)};

    signing.header_count = request->header_count;
    s3a_buf_init(&authorization, TEXT_SIZE_MAX);
    s3a_sigv4_authorization(&authorization, &key, &credentials, &scope, &signing);
    if (authorization.status == S3A_OK) {
        struct s3a_sigv4_incoming incoming = fuzz_request_signed(request);
        request->headers[incoming.header_count++] =
            (struct s3a_header){S3A_STR("authorization"), s3a_buf_str(&authorization)};
        s3a_check(verify(&incoming, SECRET, &claim, &parsed) == S3A_CODE_NONE);
        s3a_check(s3a_str_equal(claim.access_key, credentials.access_key));
        check_refused(incoming);
    }
    s3a_buf_fini(&authorization);
}

/* ... and in the query. */
static void check_query(const struct fuzz_request *request)
{
    struct s3a_sigv4_key key = {0};
    struct s3a_buf query;
    struct s3a_sigv4_claim claim;
    enum s3a_code parsed;
    const struct s3a_sigv4_request signing = {.method = request->method,
                                              .path = request->path,
                                              .query = request->query,
                                              .headers = request->headers,
                                              .header_count = request->header_count,
                                              .payload_hash = S3A_STR(S3A_UNSIGNED_PAYLOAD)};

    s3a_buf_init(&query, TEXT_SIZE_MAX);
    s3a_sigv4_presign(&query, &key, &credentials, &scope, &signing, 60);
    if (query.status == S3A_OK) {
        struct s3a_sigv4_incoming incoming = fuzz_request_signed(request);
        incoming.query = s3a_buf_str(&query);
        s3a_check(verify(&incoming, SECRET, &claim, &parsed) == S3A_CODE_NONE);
        s3a_check(claim.in_query && claim.expires_seconds == 60);
        check_refused(incoming);
    }
    s3a_buf_fini(&query);
}

static void add(struct fuzz_request *request, const char *name, const char *value)
{
    request->headers[request->header_count++] =
        (struct s3a_header){s3a_str_of(name), s3a_str_of(value)};
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size)
{
    struct s3a_pool pool = {0};
    struct fuzz_request request;
    struct s3a_str input = fuzz_copy(s3a_str_make(bytes, size));

    fuzz_request_read(&request, input, &pool);
    check_claim(&request);
    if (is_plain(&request) && request.header_count + 4 <= FUZZ_HEADERS_MAX) {
        add(&request, "host", "examplebucket.s3.amazonaws.com");
        check_query(&request);
        add(&request, "x-amz-date", DATE);
        add(&request, "x-amz-content-sha256", S3A_UNSIGNED_PAYLOAD);
        check_header(&request);
    }
    fuzz_free(input);
    s3a_pool_fini(&pool);
    return 0;
}
