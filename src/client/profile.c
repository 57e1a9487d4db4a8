/* SPDX-License-Identifier: MIT */
#include "profile.h"

#include <stdio.h>
#include <string.h>

#include "error.h"
#include "small_file.h"

#define SECTION_SIZE_MAX 256

static enum s3a_status choose_path(struct s3a_profiles *profiles,
                                   const struct s3a_aws_environment *environment,
                                   enum s3a_aws_variable variable, const char *usual,
                                   struct s3a_str *ret_path, struct s3a_error *error)
{
    struct s3a_str given = s3a_aws_get(environment, variable);
    struct s3a_str home = s3a_aws_get(environment, S3A_HOME);
    bool is_at_home = !given.data || s3a_str_starts_with(given, "~/");
    const char *rest = given.data ? given.data + 1 : usual;

    *ret_path = s3a_str_make("", 0);
    if (!is_at_home) {
        *ret_path = s3a_pool_copy(&profiles->pool, given);
        return ret_path->data ? S3A_OK : s3a_error_set_no_memory(error);
    }
    if (!home.data) {
        return S3A_OK;
    }
    size_t size = home.size + strlen(rest);
    char *path = s3a_pool_alloc(&profiles->pool, size + 1);
    if (!path) {
        return s3a_error_set_no_memory(error);
    }
    snprintf(path, size + 1, "%s%s", home.data, rest);
    *ret_path = s3a_str_make(path, size);
    return S3A_OK;
}

static enum s3a_status load(struct s3a_profiles *profiles, struct s3a_str path,
                            struct s3a_ini *ret_ini, struct s3a_error *error)
{
    struct s3a_str text;
    enum s3a_status status;

    if (path.size == 0) {
        return S3A_OK;
    }
    status = s3a_small_file_read(&profiles->pool, path.data, S3A_INI_SIZE_MAX, &text, error);
    if (status == S3A_NOT_FOUND) {
        s3a_error_clear(error);
        return S3A_OK;
    }
    if (status == S3A_OK) {
        status = s3a_ini_parse(&profiles->pool, text, ret_ini, error);
        if (status != S3A_OK) {
            s3a_error_prefix(error, "%s", path.data);
        }
    }
    if (status != S3A_OK && status != S3A_NO_MEMORY) {
        status = S3A_CREDENTIALS;
        if (error) {
            error->status = status;
        }
    }
    return status;
}

/* [default], [profile other]; but also [profile default], which then is the one that counts. */
static struct s3a_str find_in_config(const struct s3a_profiles *profiles, const char *kind,
                                     struct s3a_str name, const char *key)
{
    char section[SECTION_SIZE_MAX];
    int size = snprintf(section, sizeof(section), "%s %.*s", kind, S3A_STR_ARG(name));

    if (size < 0 || (size_t)size >= sizeof(section)) {
        return s3a_str_make(NULL, 0);
    }
    return s3a_ini_get(&profiles->config, s3a_str_make(section, (size_t)size), key);
}

static bool is_in_config(const struct s3a_profiles *profiles, struct s3a_str name)
{
    char section[SECTION_SIZE_MAX];
    int size = snprintf(section, sizeof(section), "profile %.*s", S3A_STR_ARG(name));

    return (size > 0 && (size_t)size < sizeof(section) &&
            s3a_ini_has_section(&profiles->config, s3a_str_make(section, (size_t)size))) ||
           (s3a_str_is(name, "default") && s3a_ini_has_section(&profiles->config, name));
}

bool s3a_profile_exists(const struct s3a_profiles *profiles, struct s3a_str name)
{
    return is_in_config(profiles, name) || s3a_ini_has_section(&profiles->credentials, name);
}

struct s3a_str s3a_profile_get_credential(const struct s3a_profiles *profiles, struct s3a_str name,
                                          bool of_config, const char *key)
{
    struct s3a_str value;

    if (!of_config) {
        return s3a_ini_get(&profiles->credentials, name, key);
    }
    value = find_in_config(profiles, "profile", name, key);
    if (!value.data && s3a_str_is(name, "default")) {
        value = s3a_ini_get(&profiles->config, name, key);
    }
    return value;
}

struct s3a_str s3a_profile_get(const struct s3a_profiles *profiles, struct s3a_str name,
                               const char *key)
{
    struct s3a_str value = s3a_profile_get_credential(profiles, name, false, key);

    return value.data ? value : s3a_profile_get_credential(profiles, name, true, key);
}

struct s3a_str s3a_profiles_get_section(const struct s3a_profiles *profiles, const char *kind,
                                        struct s3a_str name, const char *key)
{
    return find_in_config(profiles, kind, name, key);
}

enum s3a_status s3a_profiles_load(struct s3a_profiles *ret_profiles,
                                  const struct s3a_aws_environment *environment,
                                  struct s3a_str name, struct s3a_error *error)
{
    struct s3a_profiles *profiles = ret_profiles;
    struct s3a_str wanted = name.size > 0 ? name : s3a_aws_get(environment, S3A_AWS_PROFILE);
    enum s3a_status status;

    *profiles = (struct s3a_profiles){.config_path = {"", 0}, .credentials_path = {"", 0}};
    profiles->chosen =
        s3a_pool_copy(&profiles->pool, wanted.size > 0 ? wanted : S3A_STR("default"));
    if (!profiles->chosen.data) {
        return s3a_error_set_no_memory(error);
    }
    status = choose_path(profiles, environment, S3A_AWS_CONFIG_FILE, "/.aws/config",
                         &profiles->config_path, error);
    if (status == S3A_OK) {
        status = choose_path(profiles, environment, S3A_AWS_SHARED_CREDENTIALS_FILE,
                             "/.aws/credentials", &profiles->credentials_path, error);
    }
    if (status == S3A_OK) {
        status = load(profiles, profiles->config_path, &profiles->config, error);
    }
    if (status == S3A_OK) {
        status = load(profiles, profiles->credentials_path, &profiles->credentials, error);
    }
    if (status == S3A_OK && wanted.size > 0 && !s3a_profile_exists(profiles, wanted)) {
        status =
            s3a_error_set(error, S3A_CREDENTIALS,
                          "there is no profile \"%.*s\": not in %s, not in %s", S3A_STR_ARG(wanted),
                          profiles->config_path.size ? profiles->config_path.data : "~/.aws/config",
                          profiles->credentials_path.size ? profiles->credentials_path.data
                                                          : "~/.aws/credentials");
    }
    return status;
}

void s3a_profiles_fini(struct s3a_profiles *profiles)
{
    s3a_pool_wipe(&profiles->pool);
}
