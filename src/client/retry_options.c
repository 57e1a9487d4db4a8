/* SPDX-License-Identifier: MIT */
#include "client_options.h"
#include "error.h"

#define ATTEMPTS_MAX 3

/* What the variable says, else the profile. *ret_name is what said it. */
static struct s3a_str find(const struct s3a_client_settings *settings,
                           const struct s3a_profiles *profiles, enum s3a_aws_variable variable,
                           const char *key, const char **ret_name)
{
    struct s3a_str value = s3a_aws_get(&settings->environment, variable);

    *ret_name = value.data ? s3a_aws_variable_name(variable) : key;
    return value.data ? value : s3a_profile_get(profiles, profiles->chosen, key);
}

static enum s3a_status take_attempts(struct s3a_client_settings *settings,
                                     const struct s3a_profiles *profiles, struct s3a_error *error)
{
    const char *name;
    struct s3a_str value = find(settings, profiles, S3A_AWS_MAX_ATTEMPTS, "max_attempts", &name);
    uint64_t attempts;

    if (!value.data) {
        settings->retries.attempts_max = ATTEMPTS_MAX;
        return S3A_OK;
    }
    if (!s3a_str_to_uint64(value, S3A_ATTEMPTS_MAX_MAX, &attempts) || attempts == 0) {
        return s3a_error_set(error, S3A_INVALID, "%s: \"%.*s\", must be 1 to %d", name,
                             S3A_STR_ARG(value), S3A_ATTEMPTS_MAX_MAX);
    }
    settings->retries.attempts_max = (uint32_t)attempts;
    return S3A_OK;
}

/* All that the SDKs know; adaptive and legacy come to the same here. */
static enum s3a_status check_mode(const struct s3a_client_settings *settings,
                                  const struct s3a_profiles *profiles, struct s3a_error *error)
{
    const char *name;
    struct s3a_str mode = find(settings, profiles, S3A_AWS_RETRY_MODE, "retry_mode", &name);

    if (!mode.data || s3a_str_is_nocase(mode, "standard") || s3a_str_is_nocase(mode, "adaptive") ||
        s3a_str_is_nocase(mode, "legacy")) {
        return S3A_OK;
    }
    return s3a_error_set(
        error, S3A_INVALID,
        "%s: \"%.*s\", must be standard (or adaptive or legacy, which are the same)", name,
        S3A_STR_ARG(mode));
}

enum s3a_status s3a_client_take_retries(struct s3a_client_settings *settings,
                                        const struct s3a_client_options *options,
                                        const struct s3a_profiles *profiles,
                                        struct s3a_error *error)
{
    settings->retries.is_classic =
        s3a_str_is_nocase(s3a_aws_get(&settings->environment, S3A_AWS_NEW_RETRIES_2026), "false");
    if (options->attempts_max > 0) {
        settings->retries.attempts_max = options->attempts_max;
        return check_mode(settings, profiles, error);
    }
    enum s3a_status status = check_mode(settings, profiles, error);
    return status == S3A_OK ? take_attempts(settings, profiles, error) : status;
}
