/* SPDX-License-Identifier: MIT */

/* Keys that stand somewhere as they are: in the environment, in the files of profiles. */

#include "credential_search.h"
#include "error.h"

static bool is_in_environment(const struct s3a_credential_search *search, struct s3a_str profile,
                              const char **ret_story)
{
    const struct s3a_aws_environment *environment = search->environment;

    (void)profile;
    if (search->profile.size > 0) {
        *ret_story = "passed over: a profile was asked for";
        return false;
    }
    /* A token that a shell has kept from other days is no reason to complain about keys. */
    bool is_set = s3a_aws_get(environment, S3A_AWS_ACCESS_KEY_ID).data ||
                  s3a_aws_get(environment, S3A_AWS_SECRET_ACCESS_KEY).data;
    *ret_story = is_set ? "AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY"
                        : "AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY are not set";
    return is_set;
}

static enum s3a_status find_in_environment(struct s3a_credential_search *search,
                                           struct s3a_str profile, struct s3a_key_set *ret_keys,
                                           struct s3a_error *error)
{
    const struct s3a_aws_environment *environment = search->environment;
    const struct s3a_credentials found = {s3a_aws_get(environment, S3A_AWS_ACCESS_KEY_ID),
                                          s3a_aws_get(environment, S3A_AWS_SECRET_ACCESS_KEY),
                                          s3a_aws_get(environment, S3A_AWS_SESSION_TOKEN)};

    (void)profile;
    *ret_keys = (struct s3a_key_set){.expires_ms = 0};
    return s3a_credentials_take(&found, &s3a_environment_credentials, &ret_keys->credentials,
                                error);
}

static bool is_in_file(const struct s3a_credential_search *search, struct s3a_str profile,
                       bool of_config)
{
    return s3a_profile_get_credential(&search->profiles, profile, of_config, "aws_access_key_id")
               .data ||
           s3a_profile_get_credential(&search->profiles, profile, of_config,
                                      "aws_secret_access_key")
               .data;
}

static enum s3a_status find_in_file(const struct s3a_credential_search *search,
                                    struct s3a_str profile, bool of_config,
                                    struct s3a_key_set *ret_keys, struct s3a_error *error)
{
    const struct s3a_profiles *profiles = &search->profiles;
    const char *path = of_config ? profiles->config_path.data : profiles->credentials_path.data;
    const struct s3a_credentials found = {
        s3a_profile_get_credential(profiles, profile, of_config, "aws_access_key_id"),
        s3a_profile_get_credential(profiles, profile, of_config, "aws_secret_access_key"),
        s3a_profile_get_credential(profiles, profile, of_config, "aws_session_token"),
    };

    *ret_keys = (struct s3a_key_set){.expires_ms = 0};
    enum s3a_status status =
        s3a_credentials_take(&found, &s3a_file_credentials, &ret_keys->credentials, error);
    if (status == S3A_CREDENTIALS) {
        s3a_error_prefix(error, "%s, profile \"%.*s\"", path, S3A_STR_ARG(profile));
    }
    return status;
}

static bool is_in_credentials_file(const struct s3a_credential_search *search,
                                   struct s3a_str profile, const char **ret_story)
{
    bool is_set = is_in_file(search, profile, false);

    *ret_story = is_set ? "aws_access_key_id of the profile" : "no aws_access_key_id there";
    return is_set;
}

static bool is_in_config_file(const struct s3a_credential_search *search, struct s3a_str profile,
                              const char **ret_story)
{
    bool is_set = is_in_file(search, profile, true);

    *ret_story = is_set ? "aws_access_key_id of the profile" : "no aws_access_key_id there";
    return is_set;
}

static enum s3a_status find_in_credentials_file(struct s3a_credential_search *search,
                                                struct s3a_str profile,
                                                struct s3a_key_set *ret_keys,
                                                struct s3a_error *error)
{
    return find_in_file(search, profile, false, ret_keys, error);
}

static enum s3a_status find_in_config_file(struct s3a_credential_search *search,
                                           struct s3a_str profile, struct s3a_key_set *ret_keys,
                                           struct s3a_error *error)
{
    return find_in_file(search, profile, true, ret_keys, error);
}

const struct s3a_credential_source s3a_environment_source = {"environment", is_in_environment,
                                                             find_in_environment};
const struct s3a_credential_source s3a_credentials_file_source = {
    "credentials file", is_in_credentials_file, find_in_credentials_file};
const struct s3a_credential_source s3a_config_file_source = {"config file", is_in_config_file,
                                                             find_in_config_file};
