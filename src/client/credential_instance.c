/* SPDX-License-Identifier: MIT */

/*
 * Credentials of the role of a machine in EC2, from its metadata service. Version 2 with a token
 * of its own; version 1 only where the service does not know the other.
 * Source: "Use IMDSv2", Amazon EC2 User Guide.
 */

#include <stdio.h>

#include "credential_json.h"
#include "error.h"

#define ENDPOINT_IPV4 "http://169.254.169.254"
#define ENDPOINT_IPV6 "http://[fd00:ec2::254]"
#define TOKEN_PATH "/latest/api/token"
#define ROLE_PATH "/latest/meta-data/iam/security-credentials/"
#define TOKEN_LIFE "x-aws-ec2-metadata-token-ttl-seconds: 21600"
#define TOKEN_HEADER "x-aws-ec2-metadata-token: "
#define TIMEOUT_S 1
#define TIMEOUT_S_MAX 60
#define ATTEMPTS_MAX 20
#define PAUSE_MS 1000
#define ROLE_SIZE_MAX 256
#define URL_SIZE_MAX 1024

static const char where[] = "instance metadata";

struct service {
    struct s3a_credential_search *search;
    const char *endpoint;
    struct s3a_fetch fetch; /* what is the same for each request */
    const char *token;      /* a header; NULL: version 1 */
};

static bool is_set(const struct s3a_credential_search *search, struct s3a_str profile,
                   const char **ret_story)
{
    bool is_off = s3a_aws_is_true(s3a_aws_get(search->environment, S3A_AWS_EC2_METADATA_DISABLED));

    (void)profile;
    *ret_story = is_off ? "AWS_EC2_METADATA_DISABLED is true" : "asked where nothing else is set";
    return !is_off;
}

static uint64_t number(const struct s3a_aws_environment *environment,
                       enum s3a_aws_variable variable, uint64_t usual, uint64_t max)
{
    uint64_t value;

    return s3a_str_to_uint64(s3a_aws_get(environment, variable), max, &value) && value > 0 ? value
                                                                                           : usual;
}

/* The variable, the profile's setting, or the address of IPv4 or IPv6. */
static const char *choose_endpoint(struct s3a_credential_search *search, struct s3a_str profile)
{
    const struct s3a_aws_environment *environment = search->environment;
    struct s3a_str given = s3a_aws_get(environment, S3A_AWS_EC2_METADATA_SERVICE_ENDPOINT);
    struct s3a_str mode = s3a_aws_get(environment, S3A_AWS_EC2_METADATA_SERVICE_ENDPOINT_MODE);

    if (!given.data) {
        given = s3a_profile_get(&search->profiles, profile, "ec2_metadata_service_endpoint");
    }
    if (!mode.data) {
        mode = s3a_profile_get(&search->profiles, profile, "ec2_metadata_service_endpoint_mode");
    }
    if (given.data) {
        while (s3a_str_ends_with(given, "/")) {
            given.size--;
        }
        return s3a_pool_copy(&search->pool, given).data;
    }
    return s3a_str_is_nocase(mode, "ipv6") ? ENDPOINT_IPV6 : ENDPOINT_IPV4;
}

static enum s3a_status ask(const struct service *service, const char *method, const char *path,
                           struct s3a_str rest, const char *header, struct s3a_fetched *ret_fetched,
                           struct s3a_error *error)
{
    struct s3a_fetch fetch = service->fetch;
    char url[URL_SIZE_MAX];
    int size = snprintf(url, sizeof(url), "%s%s%.*s", service->endpoint, path, S3A_STR_ARG(rest));

    *ret_fetched = (struct s3a_fetched){0};
    if (size < 0 || (size_t)size >= sizeof(url)) {
        return s3a_error_set(error, S3A_CREDENTIALS, "its address is too long");
    }
    fetch.method = method;
    fetch.url = url;
    fetch.headers[0] = header;
    return s3a_fetch(&fetch, ret_fetched, error);
}

static bool version_1_is_allowed(const struct s3a_credential_search *search, struct s3a_str profile)
{
    return !s3a_aws_is_true(s3a_aws_get(search->environment, S3A_AWS_EC2_METADATA_V1_DISABLED)) &&
           !s3a_aws_is_true(
               s3a_profile_get(&search->profiles, profile, "ec2_metadata_v1_disabled"));
}

/* The token of version 2, as a header; without one, version 1. */
static enum s3a_status take_token(struct service *service, struct s3a_str profile,
                                  struct s3a_error *error)
{
    struct s3a_fetched fetched;
    enum s3a_status status =
        ask(service, "PUT", TOKEN_PATH, s3a_str_make("", 0), TOKEN_LIFE, &fetched, error);
    int code = fetched.http_status;
    bool is_unknown = status == S3A_TIMEOUT || code == 403 || code == 404 || code == 405;

    if (status == S3A_OK && code == 200) {
        size_t size = sizeof(TOKEN_HEADER) + fetched.body.size;
        char *header = s3a_pool_alloc(&service->search->pool, size);
        if (header) {
            snprintf(header, size, TOKEN_HEADER "%s", s3a_buf_text(&fetched.body));
        }
        service->token = header;
        status = header ? S3A_OK : s3a_error_set_no_memory(error);
    } else if (is_unknown && version_1_is_allowed(service->search, profile)) {
        status = S3A_OK;
    } else if (status == S3A_OK) {
        status = s3a_error_set(error, S3A_CREDENTIALS, "no token: HTTP status %d%s", code,
                               is_unknown ? ", and version 1 is switched off" : "");
    }
    s3a_fetched_fini(&fetched);
    return status;
}

static bool is_role(struct s3a_str role)
{
    for (size_t i = 0; i < role.size; i++) {
        unsigned char byte = (unsigned char)role.data[i];
        if (byte <= ' ' || byte >= 0x7f || byte == '/' || byte == '?') {
            return false;
        }
    }
    return role.size > 0 && role.size <= ROLE_SIZE_MAX;
}

static enum s3a_status take_role(const struct service *service, struct s3a_str *ret_role,
                                 struct s3a_error *error)
{
    struct s3a_fetched fetched;
    enum s3a_status status =
        ask(service, "GET", ROLE_PATH, s3a_str_make("", 0), service->token, &fetched, error);
    struct s3a_str body = s3a_buf_str(&fetched.body);
    struct s3a_str role = s3a_str_trim(s3a_str_split(&body, '\n'));

    *ret_role = s3a_str_make(NULL, 0);
    if (status == S3A_OK && fetched.http_status != 200) {
        status = s3a_error_set(error, S3A_CREDENTIALS,
                               fetched.http_status == 404 ? "this machine has no role"
                                                          : "which role? HTTP status %d",
                               fetched.http_status);
    } else if (status == S3A_OK && !is_role(role)) {
        status = s3a_error_set(error, S3A_CREDENTIALS, "the name of its role is none");
    } else if (status == S3A_OK) {
        *ret_role = s3a_pool_copy(&service->search->pool, role);
        status = ret_role->data ? S3A_OK : s3a_error_set_no_memory(error);
    }
    s3a_fetched_fini(&fetched);
    return status;
}

static enum s3a_status take_keys(const struct service *service, struct s3a_str role,
                                 struct s3a_key_set *ret_keys, struct s3a_error *error)
{
    static const struct s3a_credential_json_names names = {"AccessKeyId", "SecretAccessKey",
                                                           "Token", "Expiration"};
    struct s3a_fetched fetched;
    struct s3a_str object;
    enum s3a_status status = ask(service, "GET", ROLE_PATH, role, service->token, &fetched, error);

    if (status == S3A_OK && fetched.http_status != 200) {
        status =
            s3a_error_set(error, S3A_CREDENTIALS, "its keys: HTTP status %d", fetched.http_status);
    }
    if (status == S3A_OK) {
        status = s3a_credential_json_open(s3a_buf_str(&fetched.body), "its keys", &object, error);
    }
    if (status == S3A_OK) {
        struct s3a_str code = s3a_credential_json_text(&service->search->pool, object, "Code");
        status =
            code.data && !s3a_str_is(code, "Success")
                ? s3a_error_set(error, S3A_CREDENTIALS, "it has no keys: %.*s", S3A_STR_ARG(code))
                : s3a_credential_json_read(&service->search->pool, object, &names, "its keys",
                                           ret_keys, error);
    }
    s3a_fetched_fini(&fetched);
    return status;
}

static enum s3a_status find(struct s3a_credential_search *search, struct s3a_str profile,
                            struct s3a_key_set *ret_keys, struct s3a_error *error)
{
    const struct s3a_aws_environment *environment = search->environment;
    struct s3a_str role;
    struct service service = {
        .search = search,
        .endpoint = choose_endpoint(search, profile),
        .fetch = {.environment = environment,
                  .is_unwanted = search->is_unwanted,
                  .timeout_ms =
                      1000 * (uint32_t)number(environment, S3A_AWS_METADATA_SERVICE_TIMEOUT,
                                              TIMEOUT_S, TIMEOUT_S_MAX),
                  .attempts = (unsigned)number(environment, S3A_AWS_METADATA_SERVICE_NUM_ATTEMPTS,
                                               1, ATTEMPTS_MAX),
                  .pause_ms = PAUSE_MS,
                  .is_near = true},
    };
    enum s3a_status status = service.endpoint ? S3A_OK : s3a_error_set_no_memory(error);

    *ret_keys = (struct s3a_key_set){.expires_ms = 0};
    if (status == S3A_OK) {
        status = take_token(&service, profile, error);
    }
    if (status == S3A_OK) {
        status = take_role(&service, &role, error);
    }
    if (status == S3A_OK) {
        status = take_keys(&service, role, ret_keys, error);
    }
    if (status != S3A_OK) {
        s3a_error_prefix(error, "%s", where);
    }
    return status;
}

const struct s3a_credential_source s3a_instance_source = {"instance metadata", is_set, find};
