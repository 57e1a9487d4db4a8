/* SPDX-License-Identifier: MIT */

/* The roles that a profile names, taken with the credentials of another source or with the token
 * of an identity provider ("Assume role credential provider", AWS SDKs and Tools Reference Guide).
 */

#include "error.h"
#include "sts.h"

#define TOKEN_SIZE_MAX (32 * 1024)
#define DURATION_S_MAX (12 * 3600)

static bool is_role_set(const struct s3a_credential_search *search, struct s3a_str profile,
                        const char **ret_story)
{
    const struct s3a_profiles *profiles = &search->profiles;
    bool is_there = s3a_profile_get(profiles, profile, "role_arn").data &&
                    !s3a_profile_get(profiles, profile, "web_identity_token_file").data;

    *ret_story = is_there ? "role_arn of the profile" : "no role_arn there";
    return is_there;
}

/* A profile that builds on itself means its own keys. */
static enum s3a_status find_own_keys(struct s3a_credential_search *search, struct s3a_str profile,
                                     struct s3a_key_set *ret_keys, struct s3a_error *error)
{
    const char *story;

    if (s3a_credentials_file_source.is_set(search, profile, &story)) {
        return s3a_credentials_file_source.find(search, profile, ret_keys, error);
    }
    return s3a_config_file_source.find(search, profile, ret_keys, error);
}

static enum s3a_status find_signer(struct s3a_credential_search *search, struct s3a_str profile,
                                   struct s3a_key_set *ret_keys, struct s3a_error *error)
{
    struct s3a_str base = s3a_profile_get(&search->profiles, profile, "source_profile");
    struct s3a_str source = s3a_profile_get(&search->profiles, profile, "credential_source");

    if (base.data && source.data) {
        return s3a_error_set(
            error, S3A_CREDENTIALS,
            "profile \"%.*s\" has a source_profile and a credential_source: which?",
            S3A_STR_ARG(profile));
    }
    if (base.data) {
        return s3a_str_equal(base, profile)
                   ? find_own_keys(search, profile, ret_keys, error)
                   : s3a_credentials_of_profile(search, base, ret_keys, error);
    }
    if (s3a_str_is(source, "Environment")) {
        return s3a_environment_source.find(search, profile, ret_keys, error);
    }
    if (s3a_str_is(source, "EcsContainer")) {
        return s3a_container_source.find(search, profile, ret_keys, error);
    }
    if (s3a_str_is(source, "Ec2InstanceMetadata")) {
        return s3a_instance_source.find(search, profile, ret_keys, error);
    }
    return s3a_error_set(error, S3A_CREDENTIALS,
                         source.data
                             ? "profile \"%.*s\": credential_source must be Environment, "
                               "EcsContainer or Ec2InstanceMetadata"
                             : "profile \"%.*s\" has a role_arn, but neither source_profile "
                               "nor credential_source to take it with",
                         S3A_STR_ARG(profile));
}

static enum s3a_status check_profile(const struct s3a_credential_search *search,
                                     struct s3a_str profile, struct s3a_error *error)
{
    struct s3a_str duration = s3a_profile_get(&search->profiles, profile, "duration_seconds");
    uint64_t seconds;

    if (s3a_profile_get(&search->profiles, profile, "mfa_serial").data) {
        return s3a_error_set(error, S3A_CREDENTIALS,
                             "profile \"%.*s\" asks for a second factor (mfa_serial), and nobody "
                             "is here to type it: use aws sts assume-role and its keys",
                             S3A_STR_ARG(profile));
    }
    if (duration.data && !s3a_str_to_uint64(duration, DURATION_S_MAX, &seconds)) {
        return s3a_error_set(error, S3A_CREDENTIALS,
                             "profile \"%.*s\": duration_seconds must be up to %d",
                             S3A_STR_ARG(profile), DURATION_S_MAX);
    }
    return S3A_OK;
}

static enum s3a_status find_role(struct s3a_credential_search *search, struct s3a_str profile,
                                 struct s3a_key_set *ret_keys, struct s3a_error *error)
{
    const struct s3a_profiles *profiles = &search->profiles;
    struct s3a_key_set signer = {.expires_ms = 0};
    const struct s3a_sts_parameter parameters[] = {
        {"Action", S3A_STR("AssumeRole")},
        {"RoleArn", s3a_profile_get(profiles, profile, "role_arn")},
        {"RoleSessionName",
         s3a_sts_session_name(&search->pool,
                              s3a_profile_get(profiles, profile, "role_session_name"))},
        {"ExternalId", s3a_profile_get(profiles, profile, "external_id")},
        {"DurationSeconds", s3a_profile_get(profiles, profile, "duration_seconds")},
    };

    *ret_keys = (struct s3a_key_set){.expires_ms = 0};
    if (!parameters[2].value.data) {
        return s3a_error_set_no_memory(error);
    }
    enum s3a_status status = check_profile(search, profile, error);
    if (status == S3A_OK) {
        status = find_signer(search, profile, &signer, error);
    }
    if (status == S3A_OK) {
        status = s3a_sts_ask(search, parameters, sizeof(parameters) / sizeof(parameters[0]),
                             &signer.credentials, "assumed role", ret_keys, error);
    }
    s3a_credentials_fini(&signer.credentials);
    return status;
}

/* Of the environment, where it is asked at all: not for a profile that another one builds on. */
static struct s3a_str identity_setting(const struct s3a_credential_search *search,
                                       struct s3a_str profile, enum s3a_aws_variable variable,
                                       const char *key)
{
    bool asks_environment = search->profile.size == 0 && search->depth == 0;
    struct s3a_str value =
        asks_environment ? s3a_aws_get(search->environment, variable) : s3a_str_make(NULL, 0);

    return value.data ? value : s3a_profile_get(&search->profiles, profile, key);
}

static struct s3a_str token_path(const struct s3a_credential_search *search, struct s3a_str profile)
{
    return identity_setting(search, profile, S3A_AWS_WEB_IDENTITY_TOKEN_FILE,
                            "web_identity_token_file");
}

static bool is_identity_set(const struct s3a_credential_search *search, struct s3a_str profile,
                            const char **ret_story)
{
    bool is_there = token_path(search, profile).data;

    *ret_story = is_there
                     ? "AWS_WEB_IDENTITY_TOKEN_FILE, or web_identity_token_file of the profile"
                     : "AWS_WEB_IDENTITY_TOKEN_FILE is not set, and no such file in the profile";
    return is_there;
}

static enum s3a_status find_identity(struct s3a_credential_search *search, struct s3a_str profile,
                                     struct s3a_key_set *ret_keys, struct s3a_error *error)
{
    struct s3a_str token;
    struct s3a_sts_parameter parameters[] = {
        {"Action", S3A_STR("AssumeRoleWithWebIdentity")},
        {"RoleArn", identity_setting(search, profile, S3A_AWS_ROLE_ARN, "role_arn")},
        {"RoleSessionName",
         s3a_sts_session_name(
             &search->pool,
             identity_setting(search, profile, S3A_AWS_ROLE_SESSION_NAME, "role_session_name"))},
        {"WebIdentityToken", {NULL, 0}},
    };

    *ret_keys = (struct s3a_key_set){.expires_ms = 0};
    if (!parameters[2].value.data) {
        return s3a_error_set_no_memory(error);
    }
    if (!parameters[1].value.data) {
        return s3a_error_set(error, S3A_CREDENTIALS,
                             "web identity: AWS_ROLE_ARN (role_arn in a profile) is not set");
    }
    /* Whoever provides it writes a new one from time to time. */
    enum s3a_status status = s3a_credential_read_file(
        search, token_path(search, profile), TOKEN_SIZE_MAX, "web identity", &token, error);
    if (status != S3A_OK) {
        return status;
    }
    while (s3a_str_ends_with(token, "\n") || s3a_str_ends_with(token, "\r")) {
        token.size--;
    }
    parameters[3].value = token;
    return s3a_sts_ask(search, parameters, sizeof(parameters) / sizeof(parameters[0]), NULL,
                       "web identity", ret_keys, error);
}

const struct s3a_credential_source s3a_assumed_role_source = {"assumed role", is_role_set,
                                                              find_role};
const struct s3a_credential_source s3a_web_identity_source = {"web identity", is_identity_set,
                                                              find_identity};
