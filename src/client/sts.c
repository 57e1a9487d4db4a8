/* SPDX-License-Identifier: MIT */
#include "sts.h"

#include <stdio.h>
#include <string.h>

#include "aws_service.h"
#include "clock.h"
#include "date.h"
#include "error.h"
#include "sts_answer.h"
#include "uri.h"

#define VERSION "2011-06-15"
#define REQUEST_SIZE_MAX (64 * 1024)
#define TIMEOUT_MS 10000
#define ATTEMPTS 3
#define PAUSE_MS 1000
#define IDENTITY_ATTEMPTS 3
#define HEADER_SIZE_MAX (20 * 1024)
#define FORM "application/x-www-form-urlencoded; charset=utf-8"

static void write_form(struct s3a_buf *form, const struct s3a_sts_parameter *parameters,
                       size_t count)
{
    s3a_buf_append_text(form, "Version=" VERSION);
    for (size_t i = 0; i < count; i++) {
        if (parameters[i].value.data) {
            s3a_buf_append_format(form, "&%s=", parameters[i].name);
            s3a_uri_encode(form, parameters[i].value, false);
        }
    }
}

/* "name: value"; NULL: no memory. */
static const char *header_line(struct s3a_pool *pool, const char *name, struct s3a_str value)
{
    size_t size = strlen(name) + value.size + 3;
    char *line = s3a_pool_alloc(pool, size);

    if (line) {
        snprintf(line, size, "%s: %.*s", name, S3A_STR_ARG(value));
    }
    return line;
}

/* The headers that a signature asks for, and the signature. */
static enum s3a_status sign(struct s3a_credential_search *search, struct s3a_str host,
                            struct s3a_str body, const struct s3a_credentials *signer,
                            struct s3a_fetch *fetch, struct s3a_error *error)
{
    char date[S3A_DATE_BASIC_SIZE + 1];
    uint8_t sha256[S3A_SHA256_SIZE];
    char hash[S3A_SHA256_HEX_SIZE + 1];
    struct s3a_sigv4_key key = {.region_size = 0};
    struct s3a_buf authorization;
    struct s3a_pool *pool = &search->pool;

    s3a_date_basic(s3a_clock_wall_ms(), date);
    s3a_sha256(body, sha256);
    s3a_hex(sha256, sizeof(sha256), hash);
    const struct s3a_header headers[] = {
        {S3A_STR("content-type"), S3A_STR(FORM)},
        {S3A_STR("host"), host},
        {S3A_STR("x-amz-date"), s3a_str_of(date)},
        {S3A_STR("x-amz-security-token"), signer->session_token},
    };
    const struct s3a_sigv4_scope scope = {s3a_str_of(date), search->region, S3A_STR("sts")};
    const struct s3a_sigv4_request request = {.method = S3A_STR("POST"),
                                              .path = S3A_STR("/"),
                                              .query = S3A_STR(""),
                                              .headers = headers,
                                              .header_count = signer->session_token.size ? 4 : 3,
                                              .payload_hash = s3a_str_of(hash)};
    s3a_buf_init(&authorization, HEADER_SIZE_MAX + S3A_SESSION_TOKEN_SIZE_MAX);
    s3a_sigv4_authorization(&authorization, &key, signer, &scope, &request);
    explicit_bzero(&key, sizeof(key));
    bool has_room = authorization.status == S3A_OK;
    fetch->headers[1] = header_line(pool, "x-amz-date", s3a_str_of(date));
    fetch->headers[2] = header_line(pool, "Authorization", s3a_buf_str(&authorization));
    if (signer->session_token.size > 0) {
        fetch->headers[3] = header_line(pool, "x-amz-security-token", signer->session_token);
        has_room = has_room && fetch->headers[3];
    }
    s3a_buf_fini(&authorization);
    return has_room && fetch->headers[1] && fetch->headers[2] ? S3A_OK
                                                              : s3a_error_set_no_memory(error);
}

/* "https://host:port/" and what stands in the Host header. */
static enum s3a_status choose_url(struct s3a_credential_search *search, const char **ret_url,
                                  struct s3a_str *ret_host, struct s3a_error *error)
{
    const char *given_by;
    char own[S3A_AWS_URL_SIZE];
    struct s3a_endpoint endpoint;
    struct s3a_str given =
        s3a_aws_endpoint_given(search->environment, &search->profiles, &s3a_aws_sts, &given_by);

    s3a_aws_endpoint_own(search->environment, &search->profiles, &s3a_aws_sts, search->region, own);
    enum s3a_status status =
        s3a_endpoint_parse(&search->pool, given.data ? given : s3a_str_of(own), &endpoint, error);
    if (status == S3A_OK && endpoint.scheme == S3A_SCHEME_FILE) {
        status = s3a_error_set(error, S3A_CREDENTIALS, "no role can be taken over file:");
    }
    if (status != S3A_OK) {
        s3a_error_prefix(error, "%s", given.data ? given_by : "STS");
        return status;
    }
    size_t size = sizeof("https:///") + endpoint.authority.size;
    char *url = s3a_pool_alloc(&search->pool, size);
    if (!url) {
        return s3a_error_set_no_memory(error);
    }
    snprintf(url, size, "%s://%.*s/", endpoint.scheme == S3A_SCHEME_HTTPS ? "https" : "http",
             S3A_STR_ARG(endpoint.authority));
    *ret_url = url;
    *ret_host = endpoint.authority;
    return S3A_OK;
}

/* What identified us did not reach STS in time: to be asked again (IDPCommunicationError). */
static bool may_ask_again(const struct s3a_sts_answer *answer)
{
    return s3a_str_is(answer->code, "IDPCommunicationError");
}

static enum s3a_status send(struct s3a_credential_search *search, const struct s3a_fetch *fetch,
                            const char *where, struct s3a_key_set *ret_keys,
                            struct s3a_error *error)
{
    enum s3a_status status;

    for (unsigned left = IDENTITY_ATTEMPTS;; left--) {
        struct s3a_sts_answer answer = {.code = {NULL, 0}};
        struct s3a_fetched fetched;
        status = s3a_fetch(fetch, &fetched, error);
        if (status == S3A_OK) {
            status = s3a_sts_answer_read(&search->pool, fetched.http_status,
                                         s3a_buf_str(&fetched.body), where, &answer, error);
            if (status == S3A_OK) {
                status = s3a_key_set_take(&answer.credentials, answer.expires_ms, where, ret_keys,
                                          error);
            }
        } else {
            s3a_error_prefix(error, "%s", where);
        }
        s3a_fetched_fini(&fetched);
        if (left == 1 || !may_ask_again(&answer) ||
            !s3a_fetch_pause(search->is_unwanted, PAUSE_MS)) {
            return status;
        }
    }
}

enum s3a_status s3a_sts_ask(struct s3a_credential_search *search,
                            const struct s3a_sts_parameter *parameters, size_t count,
                            const struct s3a_credentials *signer, const char *where,
                            struct s3a_key_set *ret_keys, struct s3a_error *error)
{
    struct s3a_buf form;
    struct s3a_str host = {NULL, 0};
    struct s3a_fetch fetch = {.environment = search->environment,
                              .is_unwanted = search->is_unwanted,
                              .method = "POST",
                              .headers = {"Content-Type: " FORM},
                              .timeout_ms = TIMEOUT_MS,
                              .attempts = ATTEMPTS,
                              .pause_ms = PAUSE_MS};

    *ret_keys = (struct s3a_key_set){.expires_ms = 0};
    s3a_buf_init(&form, REQUEST_SIZE_MAX);
    write_form(&form, parameters, count);
    enum s3a_status status = choose_url(search, &fetch.url, &host, error);
    if (status == S3A_OK && form.status != S3A_OK) {
        status = form.status == S3A_NO_MEMORY
                     ? s3a_error_set_no_memory(error)
                     : s3a_error_set(error, S3A_CREDENTIALS, "%s: too long for a request", where);
    }
    fetch.body = s3a_buf_str(&form);
    if (status == S3A_OK && signer) {
        status = sign(search, host, fetch.body, signer, &fetch, error);
    }
    if (status == S3A_OK) {
        status = send(search, &fetch, where, ret_keys, error);
    }
    if (form.data) {
        explicit_bzero(form.data, form.capacity);
    }
    s3a_buf_fini(&form);
    return status;
}

struct s3a_str s3a_sts_session_name(struct s3a_pool *pool, struct s3a_str given)
{
    char name[64];

    if (given.data) {
        return given;
    }
    snprintf(name, sizeof(name), "s3atomic-%lld", (long long)(s3a_clock_wall_ms() / 1000));
    return s3a_pool_copy(pool, s3a_str_of(name));
}
