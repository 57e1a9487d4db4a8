/* SPDX-License-Identifier: MIT */
#ifndef S3A_PROFILE_H
#define S3A_PROFILE_H

/* The profiles of "~/.aws/config" and "~/.aws/credentials", or of the files that AWS_CONFIG_FILE
 * and AWS_SHARED_CREDENTIALS_FILE name. */

#include "aws_environment.h"
#include "ini.h"

struct s3a_profiles {
    struct s3a_pool pool; /* wiped at the end: there are secrets in it */
    struct s3a_ini config;
    struct s3a_ini credentials;
    struct s3a_str config_path; /* "" where there is no home directory */
    struct s3a_str credentials_path;
    struct s3a_str chosen; /* "default" where nothing else was asked for */
};

/*
 * Reads both files; one that is not there is empty. The chosen profile is name, AWS_PROFILE, or
 * "default". S3A_CREDENTIALS: a file cannot be read or is not of that form, or there is no profile
 * of the name that was asked for. To be freed in any case.
 */
S3A_MUST_CHECK enum s3a_status s3a_profiles_load(struct s3a_profiles *ret_profiles,
                                                 const struct s3a_aws_environment *environment,
                                                 struct s3a_str name, struct s3a_error *error);
void s3a_profiles_fini(struct s3a_profiles *profiles);

bool s3a_profile_exists(const struct s3a_profiles *profiles, struct s3a_str name);

/* What the profile says: in the file of credentials, else in the other. data NULL: nothing. */
struct s3a_str s3a_profile_get(const struct s3a_profiles *profiles, struct s3a_str name,
                               const char *key);

/* The keys that a profile holds itself, in one of the two files; never a mixture of both. */
struct s3a_str s3a_profile_get_credential(const struct s3a_profiles *profiles, struct s3a_str name,
                                          bool of_config, const char *key);

/* Of the section [kind name] of the config file: "sso-session", "services". */
struct s3a_str s3a_profiles_get_section(const struct s3a_profiles *profiles, const char *kind,
                                        struct s3a_str name, const char *key);

#endif
