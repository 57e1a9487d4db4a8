/* SPDX-License-Identifier: MIT */

/* Credentials for a container: ECS and EKS ("Container credential provider", AWS SDKs and Tools
 * Reference Guide). */

#include <stdio.h>

#include "credential_json.h"
#include "error.h"
#include "uri.h"

#define ECS_HOST "http://169.254.170.2"
#define TIMEOUT_MS 2000
#define ATTEMPTS 3
#define PAUSE_MS 1000
#define TOKEN_SIZE_MAX (16 * 1024)
#define HEADER_NAME "Authorization: "

static const char where[] = "container credentials";

static bool is_set(const struct s3a_credential_search *search, struct s3a_str profile,
                   const char **ret_story)
{
    const struct s3a_aws_environment *environment = search->environment;

    (void)profile;
    if (s3a_aws_get(environment, S3A_AWS_CONTAINER_CREDENTIALS_RELATIVE_URI).data) {
        *ret_story = "AWS_CONTAINER_CREDENTIALS_RELATIVE_URI";
        return true;
    }
    bool is_there = s3a_aws_get(environment, S3A_AWS_CONTAINER_CREDENTIALS_FULL_URI).data;
    *ret_story = is_there ? "AWS_CONTAINER_CREDENTIALS_FULL_URI"
                          : "AWS_CONTAINER_CREDENTIALS_RELATIVE_URI and _FULL_URI are not set";
    return is_there;
}

/* A secret goes out and a secret comes back: not in the clear to just anybody. */
static bool may_be_asked(const struct s3a_endpoint *endpoint)
{
    static const char *const hosts[] = {"localhost", "::1", "169.254.170.2", "169.254.170.23",
                                        "fd00:ec2::23"};

    if (endpoint->scheme == S3A_SCHEME_HTTPS) {
        return true;
    }
    for (size_t i = 0; i < sizeof(hosts) / sizeof(hosts[0]); i++) {
        if (s3a_str_is_nocase(endpoint->host, hosts[i])) {
            return true;
        }
    }
    return s3a_host_is_address(endpoint->host) && s3a_str_starts_with(endpoint->host, "127.");
}

static enum s3a_status choose_url(struct s3a_credential_search *search, char **ret_url,
                                  bool *ret_is_near, struct s3a_error *error)
{
    struct s3a_str relative =
        s3a_aws_get(search->environment, S3A_AWS_CONTAINER_CREDENTIALS_RELATIVE_URI);
    struct s3a_str full = s3a_aws_get(search->environment, S3A_AWS_CONTAINER_CREDENTIALS_FULL_URI);
    size_t size = sizeof(ECS_HOST) + relative.size + full.size;
    struct s3a_endpoint endpoint;
    struct s3a_str rest = full;

    *ret_is_near = true;
    *ret_url = s3a_pool_alloc(&search->pool, size);
    if (!*ret_url) {
        return s3a_error_set_no_memory(error);
    }
    if (relative.data) {
        snprintf(*ret_url, size, ECS_HOST "%s", relative.data);
        return S3A_OK;
    }
    snprintf(*ret_url, size, "%s", full.data);
    /* An endpoint has no query. */
    enum s3a_status status =
        s3a_endpoint_parse(&search->pool, s3a_str_split(&rest, '?'), &endpoint, error);
    if (status != S3A_OK || endpoint.scheme == S3A_SCHEME_FILE) {
        return status == S3A_NO_MEMORY
                   ? status
                   : s3a_error_set(error, S3A_CREDENTIALS,
                                   "AWS_CONTAINER_CREDENTIALS_FULL_URI is no URL");
    }
    *ret_is_near = endpoint.scheme != S3A_SCHEME_HTTPS;
    return may_be_asked(&endpoint)
               ? S3A_OK
               : s3a_error_set(error, S3A_CREDENTIALS,
                               "AWS_CONTAINER_CREDENTIALS_FULL_URI: \"%.*s\" is not asked over "
                               "http:, only this machine and 169.254.170.2 are; use https:",
                               S3A_STR_ARG(endpoint.host));
}

static enum s3a_status make_header(struct s3a_credential_search *search, const char **ret_header,
                                   struct s3a_error *error)
{
    struct s3a_str path =
        s3a_aws_get(search->environment, S3A_AWS_CONTAINER_AUTHORIZATION_TOKEN_FILE);
    struct s3a_str token = s3a_aws_get(search->environment, S3A_AWS_CONTAINER_AUTHORIZATION_TOKEN);

    *ret_header = NULL;
    if (path.data) {
        enum s3a_status status = s3a_credential_read_file(
            search, path, TOKEN_SIZE_MAX, "AWS_CONTAINER_AUTHORIZATION_TOKEN_FILE", &token, error);
        if (status != S3A_OK) {
            return status;
        }
    } else if (!token.data) {
        return S3A_OK;
    }
    if (s3a_str_find(token, '\n') < token.size || s3a_str_find(token, '\r') < token.size) {
        return s3a_error_set(error, S3A_CREDENTIALS,
                             "AWS_CONTAINER_AUTHORIZATION_TOKEN%s: it holds the end of a line",
                             path.data ? "_FILE" : "");
    }
    char *header = s3a_pool_alloc(&search->pool, sizeof(HEADER_NAME) + token.size);
    if (!header) {
        return s3a_error_set_no_memory(error);
    }
    snprintf(header, sizeof(HEADER_NAME) + token.size, HEADER_NAME "%.*s", S3A_STR_ARG(token));
    *ret_header = header;
    return S3A_OK;
}

static enum s3a_status read_answer(struct s3a_credential_search *search,
                                   const struct s3a_fetched *fetched, struct s3a_key_set *ret_keys,
                                   struct s3a_error *error)
{
    static const struct s3a_credential_json_names names = {"AccessKeyId", "SecretAccessKey",
                                                           "Token", "Expiration"};
    struct s3a_str object;

    if (fetched->http_status != 200) {
        return s3a_error_set(error, S3A_CREDENTIALS, "%s: HTTP status %d", where,
                             fetched->http_status);
    }
    enum s3a_status status =
        s3a_credential_json_open(s3a_buf_str(&fetched->body), where, &object, error);
    return status == S3A_OK
               ? s3a_credential_json_read(&search->pool, object, &names, where, ret_keys, error)
               : status;
}

static enum s3a_status find(struct s3a_credential_search *search, struct s3a_str profile,
                            struct s3a_key_set *ret_keys, struct s3a_error *error)
{
    struct s3a_fetched fetched;
    char *url;
    struct s3a_fetch fetch = {.environment = search->environment,
                              .is_unwanted = search->is_unwanted,
                              .method = "GET",
                              .timeout_ms = TIMEOUT_MS,
                              .attempts = ATTEMPTS,
                              .pause_ms = PAUSE_MS};

    (void)profile;
    *ret_keys = (struct s3a_key_set){.expires_ms = 0};
    enum s3a_status status = choose_url(search, &url, &fetch.is_near, error);
    if (status == S3A_OK) {
        fetch.url = url;
        status = make_header(search, &fetch.headers[0], error);
    }
    if (status != S3A_OK) {
        return status;
    }
    status = s3a_fetch(&fetch, &fetched, error);
    if (status == S3A_OK) {
        status = read_answer(search, &fetched, ret_keys, error);
    } else {
        s3a_error_prefix(error, "%s", where);
    }
    s3a_fetched_fini(&fetched);
    return status;
}

const struct s3a_credential_source s3a_container_source = {"container", is_set, find};
