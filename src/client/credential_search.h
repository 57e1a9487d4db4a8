/* SPDX-License-Identifier: MIT */
#ifndef S3A_CREDENTIAL_SEARCH_H
#define S3A_CREDENTIAL_SEARCH_H

/*
 * Where credentials come from, in the order of the SDKs of AWS:
 *
 *      environment         AWS_ACCESS_KEY_ID, ... (not where a profile was asked for by an option)
 *      assumed role        role_arn of the profile, by the keys of another source
 *      web identity        AWS_WEB_IDENTITY_TOKEN_FILE and AWS_ROLE_ARN, or the profile's
 *      single sign-on      sso_session or sso_start_url of the profile
 *      credentials file    the profile's keys
 *      process             credential_process of the profile
 *      config file         the profile's keys
 *      container           AWS_CONTAINER_CREDENTIALS_RELATIVE_URI or _FULL_URI
 *      instance metadata   of the machine in EC2
 *
 * The first that is set is the one: if it fails, no other is tried, for whoever has set it would
 * sign as somebody else without knowing. All of it blocks, and belongs to one thread at a time.
 */

#include "credentials.h"
#include "fetch.h"
#include "profile.h"

struct s3a_key_set {
    struct s3a_credentials credentials; /* s3a_credentials_fini() */
    int64_t expires_ms;                 /* by the wall clock; 0: never */
};

struct s3a_credential_search {
    const struct s3a_aws_environment *environment;
    struct s3a_profiles profiles;
    struct s3a_str profile; /* as asked for by an option; empty: it was not */
    struct s3a_str region;
    const atomic_bool *is_unwanted; /* set by another thread: ends it early; may be NULL */
    struct s3a_pool pool;           /* what is of use during the search */
    unsigned depth;                 /* of profiles that build on each other */
};

/* What the sources of a profile are asked about: the chosen one, or one that it builds on. */
struct s3a_credential_source {
    const char *name;

    /* Is it set up? *ret_story then says by what, and otherwise what is not there. */
    bool (*is_set)(const struct s3a_credential_search *search, struct s3a_str profile,
                   const char **ret_story);

    /* S3A_CREDENTIALS, or why the service could not be asked. */
    enum s3a_status (*find)(struct s3a_credential_search *search, struct s3a_str profile,
                            struct s3a_key_set *ret_keys, struct s3a_error *error);
};

extern const struct s3a_credential_source s3a_environment_source;
extern const struct s3a_credential_source s3a_assumed_role_source;
extern const struct s3a_credential_source s3a_web_identity_source;
extern const struct s3a_credential_source s3a_sign_on_source;
extern const struct s3a_credential_source s3a_credentials_file_source;
extern const struct s3a_credential_source s3a_process_source;
extern const struct s3a_credential_source s3a_config_file_source;
extern const struct s3a_credential_source s3a_container_source;
extern const struct s3a_credential_source s3a_instance_source;

/* Reads the profiles. The texts are the caller's, and must outlive it. To be freed in any case. */
S3A_MUST_CHECK enum s3a_status s3a_credential_search_init(
    struct s3a_credential_search *search, const struct s3a_aws_environment *environment,
    struct s3a_str profile, struct s3a_str region, struct s3a_error *error);
void s3a_credential_search_fini(struct s3a_credential_search *search);

/* What became of one of the sources. */
struct s3a_credential_step {
    const struct s3a_credential_source *source;
    bool is_set;
    const char *story; /* of is_set */
};

typedef void (*s3a_credential_step_fn)(const struct s3a_credential_step *step, void *user);

/*
 * The first source that is set; each (may be NULL) is told of all of them. S3A_CREDENTIALS where
 * none is: the error says what could be set.
 */
S3A_MUST_CHECK enum s3a_status s3a_credential_search_choose(
    const struct s3a_credential_search *search, s3a_credential_step_fn each, void *user,
    const struct s3a_credential_source **ret_source, struct s3a_error *error);

/* What a source found, copied and looked at; name is where, for messages. */
S3A_MUST_CHECK enum s3a_status s3a_key_set_take(const struct s3a_credentials *found,
                                                int64_t expires_ms, const char *name,
                                                struct s3a_key_set *ret_keys,
                                                struct s3a_error *error);

/* A token that somebody has put into a file, in the search's pool. what is for messages. */
S3A_MUST_CHECK enum s3a_status s3a_credential_read_file(struct s3a_credential_search *search,
                                                        struct s3a_str path, size_t size_max,
                                                        const char *what, struct s3a_str *ret_text,
                                                        struct s3a_error *error);

/* The credentials of a profile on which another one builds. */
S3A_MUST_CHECK enum s3a_status s3a_credentials_of_profile(struct s3a_credential_search *search,
                                                          struct s3a_str profile,
                                                          struct s3a_key_set *ret_keys,
                                                          struct s3a_error *error);

#endif
