/* SPDX-License-Identifier: MIT */
#include "client_options.h"

#include <string.h>

#include "aws_service.h"
#include "error.h"

#define REGION_DEFAULT "us-east-1"
#define BODY_BYTES_MAX (UINT64_C(256) * 1024 * 1024)
#define REQUESTS_MAX 128

static enum s3a_status take_region(struct s3a_client_settings *settings,
                                   const struct s3a_client_options *options,
                                   const struct s3a_profiles *profiles, struct s3a_error *error)
{
    static const enum s3a_aws_variable variables[] = {S3A_AWS_REGION, S3A_AWS_DEFAULT_REGION,
                                                      S3A_AWS_VARIABLE_COUNT};
    enum s3a_aws_variable variable = s3a_aws_first(&settings->environment, variables);
    const char *name = "region";
    struct s3a_str region = s3a_str_of(options->region);

    if (!options->region && variable != S3A_AWS_VARIABLE_COUNT) {
        name = s3a_aws_variable_name(variable);
        region = s3a_aws_get(&settings->environment, variable);
    } else if (!options->region) {
        name = "region of the profile";
        region = s3a_profile_get(profiles, profiles->chosen, "region");
        region = region.data ? region : S3A_STR(REGION_DEFAULT);
    }
    settings->region = s3a_pool_copy(&settings->pool, region);
    if (!settings->region.data) {
        return s3a_error_set_no_memory(error);
    }
    return s3a_aws_is_region(settings->region)
               ? S3A_OK
               : s3a_error_set(error, S3A_INVALID,
                               "%s: \"%.*s\" is no region (such as eu-central-1)", name,
                               S3A_AWS_REGION_SIZE_MAX, settings->region.data);
}

/* So that a file: endpoint's path can be given to the system. */
static bool end_with_nul(struct s3a_pool *pool, struct s3a_str *text)
{
    *text = s3a_pool_copy(pool, *text);
    return text->data != NULL;
}

static enum s3a_status take_endpoint(struct s3a_client_settings *settings,
                                     const struct s3a_client_options *options,
                                     const struct s3a_profiles *profiles, struct s3a_error *error)
{
    const struct s3a_aws_environment *environment = &settings->environment;
    char amazon[S3A_AWS_URL_SIZE];
    const char *name = "endpoint";
    struct s3a_str url = s3a_str_of(options->endpoint);
    struct s3a_endpoint *endpoint = &settings->addressing.endpoint;

    settings->addressing.virtual_host = options->virtual_host;
    if (!options->endpoint) {
        name = s3a_aws_variable_name(S3A_S3ATOMIC_ENDPOINT);
        url = s3a_aws_get(environment, S3A_S3ATOMIC_ENDPOINT);
    }
    if (!options->endpoint && !url.data) {
        url = s3a_aws_endpoint_given(environment, profiles, &s3a_aws_s3, &name);
    }
    if (!options->endpoint && !url.data) {
        s3a_aws_endpoint_own(environment, profiles, &s3a_aws_s3, settings->region, amazon);
        settings->addressing.virtual_host = true;
        url = s3a_str_of(amazon);
    }
    settings->endpoint = s3a_pool_copy(&settings->pool, url);
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

static enum s3a_status take_credentials(struct s3a_client_settings *settings,
                                        const struct s3a_client_options *options,
                                        struct s3a_credential_search *search,
                                        struct s3a_error *error)
{
    bool is_given;
    enum s3a_status status =
        s3a_credentials_given(options->access_key, options->secret_key, options->session_token,
                              &is_given, &settings->keys.credentials, error);

    if (status != S3A_OK || is_given) {
        return status;
    }
    status = s3a_credential_search_choose(search, NULL, NULL, &settings->source, error);
    return status == S3A_OK
               ? settings->source->find(search, search->profiles.chosen, &settings->keys, error)
               : status;
}

/* What is said about profiles is of no interest to a store in a directory, unless it names it. */
static enum s3a_status take_all(struct s3a_client_settings *settings,
                                const struct s3a_client_options *options,
                                struct s3a_credential_search *search, struct s3a_error *error)
{
    struct s3a_error of_profiles;
    enum s3a_status loaded = s3a_credential_search_init(
        search, &settings->environment, settings->profile, S3A_STR(""), &of_profiles);
    enum s3a_status status = take_region(settings, options, &search->profiles, error);

    if (status == S3A_OK) {
        search->region = settings->region;
        status = take_endpoint(settings, options, &search->profiles, error);
    }
    if (status == S3A_OK && settings->addressing.endpoint.scheme == S3A_SCHEME_FILE) {
        settings->retries.attempts_max = 1;
        return S3A_OK;
    }
    if (loaded != S3A_OK) {
        return s3a_error_set(error, loaded, "%s", of_profiles.message);
    }
    if (status == S3A_OK) {
        status = s3a_client_take_retries(settings, options, &search->profiles, error);
    }
    return status == S3A_OK ? take_credentials(settings, options, search, error) : status;
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
    settings->on_log = options->on_log;
    settings->log_user = options->log_user;
    settings->log_level = options->log_level;
    settings->total_timeout_ms = options->total_timeout_ms;
    if (options->total_timeout_ms && (options->total_timeout_ms < S3A_REQUEST_TIMEOUT_MS_MIN ||
                                      options->total_timeout_ms > S3A_REQUEST_TIMEOUT_MS_MAX)) {
        return s3a_error_set(error, S3A_INVALID, "total_timeout_ms: %u, must be %d to %d",
                             options->total_timeout_ms, S3A_REQUEST_TIMEOUT_MS_MIN,
                             S3A_REQUEST_TIMEOUT_MS_MAX);
    }
    if (options->attempts_max > S3A_ATTEMPTS_MAX_MAX) {
        return s3a_error_set(error, S3A_INVALID, "attempts_max: %u, must be 1 to %d",
                             options->attempts_max, S3A_ATTEMPTS_MAX_MAX);
    }
    settings->unsafe_store = options->unsafe_store;
    settings->body_bytes_max = options->body_bytes_max ? options->body_bytes_max : BODY_BYTES_MAX;
    return S3A_OK;
}

enum s3a_status s3a_client_settings_init(struct s3a_client_settings *settings,
                                         const struct s3a_client_options *options,
                                         struct s3a_error *error)
{
    static const struct s3a_client_options all_default;
    struct s3a_credential_search search = {.depth = 0};
    enum s3a_status status;

    *settings = (struct s3a_client_settings){0};
    options = options ? options : &all_default;
    settings->profile = s3a_pool_copy(&settings->pool, s3a_str_of(options->profile));
    status = s3a_aws_environment_read(&settings->pool, &settings->environment, error);
    if (status == S3A_OK && !settings->profile.data) {
        status = s3a_error_set_no_memory(error);
    }
    if (status == S3A_OK) {
        status = take_ca_file(settings, options->ca_file, error);
    }
    if (status == S3A_OK) {
        status = take_limits(settings, options, error);
    }
    if (status == S3A_OK) {
        status = take_all(settings, options, &search, error);
        s3a_credential_search_fini(&search);
    }
    if (status != S3A_OK) {
        s3a_client_settings_fini(settings);
    }
    return status;
}

void s3a_client_settings_fini(struct s3a_client_settings *settings)
{
    s3a_credentials_fini(&settings->keys.credentials);
    s3a_pool_wipe(&settings->pool);
    *settings = (struct s3a_client_settings){0};
}
