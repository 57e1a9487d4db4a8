/* SPDX-License-Identifier: MIT */
#include "credential_search.h"

#include "clock.h"
#include "error.h"
#include "small_file.h"

#define DEPTH_MAX 8

static const struct s3a_credential_source *const sources[] = {
    &s3a_environment_source, &s3a_assumed_role_source,     &s3a_web_identity_source,
    &s3a_sign_on_source,     &s3a_credentials_file_source, &s3a_process_source,
    &s3a_config_file_source, &s3a_container_source,        &s3a_instance_source,
};

#define SOURCE_COUNT (sizeof(sources) / sizeof(sources[0]))

/* Those that a profile speaks of. */
#define PROFILE_SOURCE_FIRST 1
#define PROFILE_SOURCE_END 7

enum s3a_status s3a_credential_search_init(struct s3a_credential_search *search,
                                           const struct s3a_aws_environment *environment,
                                           struct s3a_str profile, struct s3a_str region,
                                           struct s3a_error *error)
{
    *search = (struct s3a_credential_search){
        .environment = environment, .profile = profile, .region = region};
    return s3a_profiles_load(&search->profiles, environment, profile, error);
}

void s3a_credential_search_fini(struct s3a_credential_search *search)
{
    s3a_profiles_fini(&search->profiles);
    s3a_pool_wipe(&search->pool);
}

enum s3a_status s3a_credential_search_choose(const struct s3a_credential_search *search,
                                             s3a_credential_step_fn each, void *user,
                                             const struct s3a_credential_source **ret_source,
                                             struct s3a_error *error)
{
    *ret_source = NULL;
    for (size_t i = 0; i < SOURCE_COUNT; i++) {
        struct s3a_credential_step step = {sources[i], false, ""};
        step.is_set = sources[i]->is_set(search, search->profiles.chosen, &step.story);
        if (each) {
            each(&step, user);
        }
        if (step.is_set && !*ret_source) {
            *ret_source = sources[i];
        }
    }
    if (*ret_source) {
        return S3A_OK;
    }
    return s3a_error_set(error, S3A_CREDENTIALS,
                         "no credentials: set AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY, or "
                         "AWS_PROFILE, or give access_key and secret_key; s3atomic credentials "
                         "tells where they were looked for");
}

enum s3a_status s3a_credentials_of_profile(struct s3a_credential_search *search,
                                           struct s3a_str profile, struct s3a_key_set *ret_keys,
                                           struct s3a_error *error)
{
    const char *story;
    enum s3a_status status = S3A_CREDENTIALS;

    if (!s3a_profile_exists(&search->profiles, profile)) {
        return s3a_error_set(error, S3A_CREDENTIALS, "source_profile: there is no profile \"%.*s\"",
                             S3A_STR_ARG(profile));
    }
    if (search->depth == DEPTH_MAX) {
        return s3a_error_set(error, S3A_CREDENTIALS,
                             "source_profile: more than %d profiles build on each other; in a "
                             "circle?",
                             DEPTH_MAX);
    }
    search->depth++;
    for (size_t i = PROFILE_SOURCE_FIRST; i < PROFILE_SOURCE_END; i++) {
        if (sources[i]->is_set(search, profile, &story)) {
            status = sources[i]->find(search, profile, ret_keys, error);
            search->depth--;
            return status;
        }
    }
    search->depth--;
    return s3a_error_set(error, status, "source_profile: the profile \"%.*s\" has no credentials",
                         S3A_STR_ARG(profile));
}

enum s3a_status s3a_credential_read_file(struct s3a_credential_search *search, struct s3a_str path,
                                         size_t size_max, const char *what,
                                         struct s3a_str *ret_text, struct s3a_error *error)
{
    struct s3a_error reason;
    struct s3a_str name = s3a_pool_copy(&search->pool, path);
    enum s3a_status status =
        name.data ? s3a_small_file_read(&search->pool, name.data, size_max, ret_text, &reason)
                  : S3A_NO_MEMORY;

    if (status == S3A_OK) {
        return S3A_OK;
    }
    *ret_text = s3a_str_make(NULL, 0);
    return status == S3A_NO_MEMORY
               ? s3a_error_set_no_memory(error)
               : s3a_error_set(error, S3A_CREDENTIALS, "%s: %s", what, reason.message);
}

enum s3a_status s3a_key_set_take(const struct s3a_credentials *found, int64_t expires_ms,
                                 const char *name, struct s3a_key_set *ret_keys,
                                 struct s3a_error *error)
{
    enum s3a_status status;

    *ret_keys = (struct s3a_key_set){.expires_ms = expires_ms};
    if (expires_ms > 0 && expires_ms <= s3a_clock_wall_ms()) {
        return s3a_error_set(error, S3A_CREDENTIALS, "%s: the credentials have expired", name);
    }
    status = s3a_credentials_take(found, &s3a_named_credentials, &ret_keys->credentials, error);
    if (status == S3A_CREDENTIALS) {
        s3a_error_prefix(error, "%s", name);
    }
    return status;
}
