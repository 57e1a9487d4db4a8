/* SPDX-License-Identifier: MIT */
#include <stdio.h>

#include "client_options.h"
#include "error.h"

#define KEY_SIZE_SHOWN 4

struct listener {
    s3a_credential_place_fn each;
    void *user;
    bool has_one;
    bool is_asked; /* there are no better ones */
};

static void on_step(const struct s3a_credential_step *step, void *user)
{
    struct listener *listener = user;
    const struct s3a_credential_place place = {
        .name = step->source->name,
        .story = step->story,
        .is_set = step->is_set,
        .is_used = step->is_set && !listener->has_one && listener->is_asked,
    };

    listener->has_one = listener->has_one || step->is_set;
    listener->each(&place, listener->user);
}

static bool has_keys(const struct s3a_client_options *options)
{
    return (options->access_key && *options->access_key) ||
           (options->secret_key && *options->secret_key) ||
           (options->session_token && *options->session_token);
}

/* Without asking any of them. */
static enum s3a_status tell_places(const struct s3a_client_options *options,
                                   s3a_credential_place_fn each, void *user,
                                   struct s3a_error *error)
{
    struct s3a_pool pool = {NULL};
    struct s3a_aws_environment environment;
    struct s3a_credential_search search = {.depth = 0};
    const struct s3a_credential_source *ignored;
    struct listener listener = {each, user, false, !has_keys(options)};
    enum s3a_status status = s3a_aws_environment_read(&pool, &environment, error);

    if (status == S3A_OK) {
        status = s3a_credential_search_init(&search, &environment, s3a_str_of(options->profile),
                                            S3A_STR(""), error);
        if (status == S3A_OK) {
            (void)!s3a_credential_search_choose(&search, on_step, &listener, &ignored, NULL);
        }
        s3a_credential_search_fini(&search);
    }
    s3a_pool_wipe(&pool);
    return status;
}

static void report(const struct s3a_client_settings *settings,
                   struct s3a_credential_report *ret_report)
{
    struct s3a_str key = settings->keys.credentials.access_key;
    bool is_file = settings->addressing.endpoint.scheme == S3A_SCHEME_FILE;

    *ret_report = (struct s3a_credential_report){
        .has_session_token = settings->keys.credentials.session_token.size > 0,
        .expires_ms = settings->keys.expires_ms,
    };
    snprintf(ret_report->endpoint, sizeof(ret_report->endpoint), "%s", settings->endpoint.data);
    snprintf(ret_report->region, sizeof(ret_report->region), "%s", settings->region.data);
    snprintf(ret_report->source, sizeof(ret_report->source), "%s",
             is_file            ? "none needed"
             : settings->source ? settings->source->name
                                : "options");
    if (key.size >= 2 * KEY_SIZE_SHOWN) {
        snprintf(ret_report->access_key_end, sizeof(ret_report->access_key_end), "%s",
                 key.data + key.size - KEY_SIZE_SHOWN);
    }
}

enum s3a_status s3a_credentials_explain(const struct s3a_client_options *options,
                                        s3a_credential_place_fn each, void *user,
                                        struct s3a_credential_report *ret_report,
                                        struct s3a_error *error)
{
    static const struct s3a_client_options all_default;
    struct s3a_client_settings settings;
    enum s3a_status status = S3A_OK;

    s3a_error_clear(error);
    if (!ret_report) {
        return s3a_error_set(error, S3A_INVALID, "ret_report: it is NULL");
    }
    *ret_report = (struct s3a_credential_report){.expires_ms = 0};
    options = options ? options : &all_default;
    if (each) {
        status = tell_places(options, each, user, error);
    }
    if (status == S3A_OK) {
        status = s3a_client_settings_init(&settings, options, error);
    }
    if (status == S3A_OK) {
        report(&settings, ret_report);
        s3a_client_settings_fini(&settings);
    }
    return status;
}
