/* SPDX-License-Identifier: MIT */
#include "client_options.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "credentials.h"
#include "error.h"

#define REGION_DEFAULT "us-east-1"
#define BODY_BYTES_MAX (UINT64_C(256) * 1024 * 1024)
#define REQUESTS_MAX 128

/* The first of these variables that is set and not empty; NULL where none is. */
static const char *from_environment(const char *const *names, const char **ret_name)
{
    for (; *names; names++) {
        const char *value = getenv(*names);
        if (value && *value) {
            *ret_name = *names;
            return value;
        }
    }
    return NULL;
}

static bool is_region(const char *region)
{
    size_t size = strlen(region);

    return size > 0 && size <= S3A_REGION_SIZE_MAX &&
           strspn(region, "abcdefghijklmnopqrstuvwxyz0123456789-") == size;
}

static enum s3a_status take_region(struct s3a_client_settings *settings,
                                   const struct s3a_client_options *options,
                                   struct s3a_error *error)
{
    static const char *const names[] = {"AWS_REGION", "AWS_DEFAULT_REGION", NULL};
    const char *name = "region";
    const char *region = options->region ? options->region : from_environment(names, &name);

    region = region ? region : REGION_DEFAULT;
    if (!is_region(region)) {
        return s3a_error_set(error, S3A_INVALID, "%s: \"%.*s\" is no region (such as eu-central-1)",
                             name, S3A_REGION_SIZE_MAX, region);
    }
    settings->region = s3a_pool_copy(&settings->pool, s3a_str_of(region));
    return settings->region.data ? S3A_OK : s3a_error_set_no_memory(error);
}

/* Amazon S3, each partition under its own domain. */
static void use_amazon(struct s3a_client_settings *settings, char *ret_url, size_t size)
{
    bool is_china = s3a_str_starts_with(settings->region, "cn-");

    settings->addressing.virtual_host = true;
    snprintf(ret_url, size, "https://s3.%s.amazonaws.com%s", settings->region.data,
             is_china ? ".cn" : "");
}

/* So that a file: endpoint's path can be given to the system. */
static bool end_with_nul(struct s3a_pool *pool, struct s3a_str *text)
{
    *text = s3a_pool_copy(pool, *text);
    return text->data != NULL;
}

static enum s3a_status take_endpoint(struct s3a_client_settings *settings,
                                     const struct s3a_client_options *options,
                                     struct s3a_error *error)
{
    static const char *const names[] = {"S3ATOMIC_ENDPOINT", "AWS_ENDPOINT_URL_S3",
                                        "AWS_ENDPOINT_URL", NULL};
    char amazon[64 + S3A_REGION_SIZE_MAX];
    const char *name = "endpoint";
    const char *url = options->endpoint ? options->endpoint : from_environment(names, &name);
    struct s3a_endpoint *endpoint = &settings->addressing.endpoint;

    settings->addressing.virtual_host = options->virtual_host;
    if (!url) {
        use_amazon(settings, amazon, sizeof(amazon));
        url = amazon;
    }
    settings->endpoint = s3a_pool_copy(&settings->pool, s3a_str_of(url));
    if (!settings->endpoint.data) {
        return s3a_error_set_no_memory(error);
    }
    enum s3a_status status =
        s3a_endpoint_parse(&settings->pool, settings->endpoint, endpoint, error);
    if (status != S3A_OK) {
        s3a_error_prefix(error, "%s", name);
        return status;
    }
    return end_with_nul(&settings->pool, &endpoint->path) ? S3A_OK : s3a_error_set_no_memory(error);
}

static enum s3a_status take_ca_file(struct s3a_client_settings *settings, const char *name,
                                    struct s3a_error *error)
{
    if (!name) {
        return S3A_OK;
    }
    if (!*name) {
        return s3a_error_set(error, S3A_INVALID, "ca_file: it is empty");
    }
    settings->ca_file = s3a_pool_copy(&settings->pool, s3a_str_of(name)).data;
    return settings->ca_file ? S3A_OK : s3a_error_set_no_memory(error);
}

static enum s3a_status take_limits(struct s3a_client_settings *settings,
                                   const struct s3a_client_options *options,
                                   struct s3a_error *error)
{
    settings->request_timeout_ms = options->request_timeout_ms;
    if (options->request_timeout_ms && (options->request_timeout_ms < S3A_REQUEST_TIMEOUT_MS_MIN ||
                                        options->request_timeout_ms > S3A_REQUEST_TIMEOUT_MS_MAX)) {
        return s3a_error_set(error, S3A_INVALID, "request_timeout_ms: %u, must be %d to %d",
                             options->request_timeout_ms, S3A_REQUEST_TIMEOUT_MS_MIN,
                             S3A_REQUEST_TIMEOUT_MS_MAX);
    }
    settings->requests_max = options->requests_max ? options->requests_max : REQUESTS_MAX;
    if (settings->requests_max > S3A_REQUESTS_MAX_MAX) {
        return s3a_error_set(error, S3A_INVALID, "requests_max: %u, must be 1 to %d",
                             options->requests_max, S3A_REQUESTS_MAX_MAX);
    }
    settings->body_bytes_max = options->body_bytes_max ? options->body_bytes_max : BODY_BYTES_MAX;
    return S3A_OK;
}

enum s3a_status s3a_client_settings_init(struct s3a_client_settings *settings,
                                         const struct s3a_client_options *options,
                                         struct s3a_error *error)
{
    static const struct s3a_client_options all_default;
    enum s3a_status status;

    *settings = (struct s3a_client_settings){0};
    options = options ? options : &all_default;
    status = take_region(settings, options, error);
    if (status == S3A_OK) {
        status = take_endpoint(settings, options, error);
    }
    if (status == S3A_OK) {
        status = take_ca_file(settings, options->ca_file, error);
    }
    if (status == S3A_OK) {
        status = take_limits(settings, options, error);
    }
    if (status == S3A_OK && settings->addressing.endpoint.scheme != S3A_SCHEME_FILE) {
        status = s3a_credentials_find(options->access_key, options->secret_key,
                                      options->session_token, &settings->credentials, error);
    }
    if (status != S3A_OK) {
        s3a_client_settings_fini(settings);
    }
    return status;
}

void s3a_client_settings_fini(struct s3a_client_settings *settings)
{
    s3a_credentials_fini(&settings->credentials);
    s3a_pool_fini(&settings->pool);
    *settings = (struct s3a_client_settings){0};
}
