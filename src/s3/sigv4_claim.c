/* SPDX-License-Identifier: MIT */
#include <string.h>

#include "sigv4.h"
#include "uri.h"

/* A claim on its way out of a request. */
struct parser {
    struct s3a_pool *pool;
    const struct s3a_sigv4_incoming *request;
    struct s3a_sigv4_claim *claim;
    enum s3a_code malformed; /* what a broken claim is called: it depends on where it stands */
    const char *message;
};

static enum s3a_code refuse(struct parser *parser, enum s3a_code code, const char *message)
{
    parser->message = message;
    return code;
}

static enum s3a_code malformed(struct parser *parser, const char *message)
{
    return refuse(parser, parser->malformed, message);
}

/* Data NULL where there is none. The first where there are several: what all of them say is
 * signed. */
static struct s3a_str find_header(const struct s3a_sigv4_incoming *request, const char *name)
{
    for (size_t i = 0; i < request->header_count; i++) {
        if (s3a_str_is(request->headers[i].name, name)) {
            return request->headers[i].value;
        }
    }
    return s3a_str_make(NULL, 0);
}

static size_t count_headers(const struct s3a_sigv4_incoming *request, const char *name)
{
    size_t count = 0;

    for (size_t i = 0; i < request->header_count; i++) {
        count += s3a_str_is(request->headers[i].name, name);
    }
    return count;
}

/* Cuts *rest at its last '/': returns what stands behind it. */
static struct s3a_str split_last(struct s3a_str *rest)
{
    size_t at = rest->size;

    while (at > 0 && rest->data[at - 1] != '/') {
        at--;
    }
    struct s3a_str last = s3a_str_skip(*rest, at);
    rest->size = at > 0 ? at - 1 : 0;
    return last;
}

/* "ACCESSKEY/20130524/us-east-1/s3/aws4_request"; an access key may hold a '/'. */
static enum s3a_code parse_credential(struct parser *parser, struct s3a_str text)
{
    struct s3a_sigv4_claim *claim = parser->claim;
    struct s3a_str end = split_last(&text);
    uint64_t day;

    claim->service = split_last(&text);
    claim->region = split_last(&text);
    claim->day = split_last(&text);
    claim->access_key = text;
    if (!s3a_str_is(end, S3A_SIGV4_SCOPE_END) || claim->day.size != S3A_SIGV4_DAY_SIZE ||
        !s3a_str_to_uint64(claim->day, UINT64_MAX, &day) || claim->access_key.size == 0 ||
        claim->access_key.size > S3A_ACCESS_KEY_SIZE_MAX) {
        return malformed(parser, "The Credential must be of the form "
                                 "ACCESSKEY/YYYYMMDD/REGION/s3/aws4_request");
    }
    if (!s3a_str_is(claim->service, "s3")) {
        return malformed(parser, "The Credential is for another service: this is s3");
    }
    if (claim->region.size == 0 || claim->region.size > S3A_REGION_SIZE_MAX) {
        return malformed(parser, "The Credential names no region");
    }
    return S3A_CODE_NONE;
}

/* What the header and the query both have. Data NULL: not given. */
struct parts {
    struct s3a_str credential;
    struct s3a_str signed_headers;
    struct s3a_str signature;
};

static enum s3a_code parse_parts(struct parser *parser, const struct parts *parts)
{
    struct s3a_sigv4_claim *claim = parser->claim;

    if (!parts->credential.data) {
        return malformed(parser, "The Credential is missing");
    }
    if (parts->signed_headers.size == 0) {
        return malformed(parser, "The SignedHeaders are missing");
    }
    if (parts->signature.size != S3A_SHA256_HEX_SIZE) {
        return malformed(parser, "The Signature must be 64 hexadecimal digits");
    }
    claim->signed_headers = parts->signed_headers;
    claim->signature = parts->signature;
    return parse_credential(parser, parts->credential);
}

static enum s3a_code check_day(struct parser *parser)
{
    const struct s3a_sigv4_claim *claim = parser->claim;

    return memcmp(claim->day.data, claim->date.data, S3A_SIGV4_DAY_SIZE) == 0
               ? S3A_CODE_NONE
               : malformed(parser, "The day in the Credential is not that of the request's date");
}

/* "Credential=..., SignedHeaders=..., Signature=..." in any order. */
static enum s3a_code parse_header_parts(struct parser *parser, struct s3a_str text)
{
    struct parts parts = {0};

    while (text.data) {
        struct s3a_str value = s3a_str_trim(s3a_str_split(&text, ','));
        struct s3a_str name = s3a_str_split(&value, '=');
        struct s3a_str *part = s3a_str_is(name, "Credential")      ? &parts.credential
                               : s3a_str_is(name, "SignedHeaders") ? &parts.signed_headers
                               : s3a_str_is(name, "Signature")     ? &parts.signature
                                                                   : NULL;
        if (!part || part->data || !value.data) {
            return malformed(parser, "The Authorization header must have Credential, "
                                     "SignedHeaders and Signature, each once, and nothing else");
        }
        *part = value;
    }
    return parse_parts(parser, &parts);
}

/* Signed dates have the form of x-amz-date, whatever the form of the header was. */
static enum s3a_code parse_header_date(struct parser *parser)
{
    struct s3a_sigv4_claim *claim = parser->claim;
    struct s3a_str text = find_header(parser->request, "x-amz-date");
    char basic[S3A_DATE_BASIC_SIZE + 1];

    if (!text.data) {
        text = find_header(parser->request, "date");
    }
    claim->date = text;
    if (s3a_date_basic_parse(text, &claim->date_ms)) {
        return S3A_CODE_NONE;
    }
    if (!s3a_date_http_parse(text, &claim->date_ms)) {
        return refuse(parser, S3A_CODE_ACCESS_DENIED,
                      "A signature requires a valid x-amz-date or Date header");
    }
    s3a_date_basic(claim->date_ms, basic);
    claim->date = s3a_pool_copy(parser->pool, s3a_str_of(basic));
    return claim->date.data ? S3A_CODE_NONE
                            : refuse(parser, S3A_CODE_INTERNAL_ERROR, "out of memory");
}

static enum s3a_code parse_header(struct parser *parser, struct s3a_str value)
{
    struct s3a_sigv4_claim *claim = parser->claim;
    struct s3a_str rest = s3a_str_trim(value);
    struct s3a_str algorithm = s3a_str_split(&rest, ' ');

    parser->malformed = S3A_CODE_AUTHORIZATION_HEADER_MALFORMED;
    if (s3a_str_is(algorithm, "AWS")) {
        return refuse(parser, S3A_CODE_INVALID_REQUEST,
                      "Signature version 2 is not supported: use " S3A_SIGV4_ALGORITHM
                      " (signature_version='s3v4' in boto3 and aws-cli)");
    }
    if (!s3a_str_is(algorithm, S3A_SIGV4_ALGORITHM)) {
        return malformed(parser, "The Authorization header must begin with " S3A_SIGV4_ALGORITHM);
    }
    if (count_headers(parser->request, "authorization") > 1) {
        return malformed(parser, "There is more than one Authorization header");
    }
    enum s3a_code code = parse_header_parts(parser, rest);
    if (code == S3A_CODE_NONE) {
        code = parse_header_date(parser);
    }
    if (code == S3A_CODE_NONE) {
        code = check_day(parser);
    }
    claim->payload_hash = find_header(parser->request, "x-amz-content-sha256");
    claim->session_token = find_header(parser->request, "x-amz-security-token");
    if (code == S3A_CODE_NONE && !claim->payload_hash.data) {
        return refuse(parser, S3A_CODE_INVALID_REQUEST,
                      "Missing required header for this request: x-amz-content-sha256");
    }
    return code;
}

/* The parameters of a presigned URL. */
struct query_parts {
    struct parts parts;
    struct s3a_str algorithm;
    struct s3a_str date;
    struct s3a_str expires;
    struct s3a_str payload_hash;
    struct s3a_str session_token;
    bool is_version_2;
};

static struct s3a_str *find_part(struct query_parts *parts, struct s3a_str name)
{
    const struct {
        const char *name;
        struct s3a_str *part;
    } rows[] = {
        {"X-Amz-Algorithm", &parts->algorithm},
        {"X-Amz-Credential", &parts->parts.credential},
        {"X-Amz-Date", &parts->date},
        {"X-Amz-Expires", &parts->expires},
        {"X-Amz-SignedHeaders", &parts->parts.signed_headers},
        {"X-Amz-Signature", &parts->parts.signature},
        {"X-Amz-Security-Token", &parts->session_token},
        {"X-Amz-Content-Sha256", &parts->payload_hash},
    };

    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        if (s3a_str_is(name, rows[i].name)) {
            return rows[i].part;
        }
    }
    return NULL;
}

static enum s3a_code collect_query(struct parser *parser, struct query_parts *parts)
{
    struct s3a_str rest = parser->request->query;
    struct s3a_str name;
    struct s3a_str value;
    size_t count = 0;

    while (s3a_query_next(&rest, &name, &value)) {
        struct s3a_str *part = find_part(parts, name);
        parts->is_version_2 |= s3a_str_is(name, "AWSAccessKeyId");
        if (count++ == S3A_SIGNED_PARAMETERS_MAX) {
            return refuse(parser, S3A_CODE_INVALID_REQUEST,
                          "There are more parameters than can be signed");
        }
        if (!part) {
            continue;
        }
        if (part->data) {
            return malformed(parser, "A parameter of the signature is there twice");
        }
        switch (s3a_uri_decode(parser->pool, value.data ? value : S3A_STR(""), true, part)) {
        case S3A_OK:
            break;
        case S3A_NO_MEMORY:
            return refuse(parser, S3A_CODE_INTERNAL_ERROR, "out of memory");
        default:
            return malformed(parser, "A parameter of the signature cannot be decoded");
        }
    }
    return S3A_CODE_NONE;
}

/* Where no parameter says what is signed of the body, a header may; else nothing is. */
static struct s3a_str query_payload_hash(const struct parser *parser,
                                         const struct query_parts *parts)
{
    struct s3a_str header = find_header(parser->request, "x-amz-content-sha256");

    if (parts->payload_hash.data) {
        return parts->payload_hash;
    }
    return header.data ? header : S3A_STR(S3A_UNSIGNED_PAYLOAD);
}

static enum s3a_code parse_query(struct parser *parser, const struct query_parts *parts)
{
    struct s3a_sigv4_claim *claim = parser->claim;

    claim->in_query = true;
    if (!s3a_str_is(parts->algorithm, S3A_SIGV4_ALGORITHM)) {
        return malformed(parser, "X-Amz-Algorithm must be " S3A_SIGV4_ALGORITHM);
    }
    enum s3a_code code = parse_parts(parser, &parts->parts);
    if (code != S3A_CODE_NONE) {
        return code;
    }
    if (!s3a_date_basic_parse(parts->date, &claim->date_ms)) {
        return malformed(parser, "X-Amz-Date must be of the form YYYYMMDDTHHMMSSZ");
    }
    /* One that is valid for no second at all is well formed: it has expired. */
    if (!s3a_str_to_uint64(parts->expires, S3A_PRESIGN_SECONDS_MAX, &claim->expires_seconds)) {
        return malformed(parser, "X-Amz-Expires must be between 0 and 604800 seconds");
    }
    claim->date = parts->date;
    claim->session_token = parts->session_token;
    claim->payload_hash = query_payload_hash(parser, parts);
    return check_day(parser);
}

static enum s3a_code parse(struct parser *parser)
{
    struct s3a_str header = find_header(parser->request, "authorization");
    struct query_parts parts = {0};

    parser->malformed = S3A_CODE_AUTHORIZATION_QUERY_ERROR;
    enum s3a_code code = collect_query(parser, &parts);
    if (code != S3A_CODE_NONE) {
        return code;
    }
    bool in_query =
        parts.algorithm.data || parts.parts.signature.data || parts.parts.credential.data;
    if (header.data && (in_query || parts.is_version_2)) {
        return refuse(parser, S3A_CODE_INVALID_REQUEST,
                      "Only one way to authenticate is allowed: the Authorization header or the "
                      "query");
    }
    if (header.data) {
        return parse_header(parser, header);
    }
    if (in_query) {
        return parse_query(parser, &parts);
    }
    if (parts.is_version_2) {
        return refuse(parser, S3A_CODE_INVALID_REQUEST,
                      "Signature version 2 is not supported: presign with version 4 "
                      "(Config(signature_version='s3v4') in boto3, s3.signature_version = s3v4 "
                      "in aws-cli)");
    }
    parser->claim->is_anonymous = true;
    parser->claim->payload_hash = query_payload_hash(parser, &parts);
    return refuse(parser, S3A_CODE_ACCESS_DENIED,
                  "Anonymous access is not allowed: the request must be signed");
}

enum s3a_code s3a_sigv4_claim_parse(struct s3a_pool *pool, const struct s3a_sigv4_incoming *request,
                                    struct s3a_sigv4_claim *ret_claim, const char **ret_message)
{
    struct parser parser = {.pool = pool, .request = request, .claim = ret_claim};

    *ret_claim = (struct s3a_sigv4_claim){0};
    enum s3a_code code = parse(&parser);
    *ret_message = parser.message;
    return code;
}
