/* SPDX-License-Identifier: MIT */
#ifndef S3A_CREDENTIAL_JSON_H
#define S3A_CREDENTIAL_JSON_H

/* The JSON in which processes and services hand out credentials. No message quotes any of it. */

#include "credential_search.h"
#include "json_text.h"

/* The member of an object that is a string, with its escapes undone, in pool, ending with a NUL;
 * data NULL: there is none, it is no string, or there is no memory. */
struct s3a_str s3a_credential_json_text(struct s3a_pool *pool, struct s3a_str object,
                                        const char *name);

/* A member, whatever it is; data NULL: none. */
struct s3a_str s3a_credential_json_member(struct s3a_str object, const char *name);

struct s3a_credential_json_names {
    const char *access_key;
    const char *secret_key;
    const char *session_token;
    const char *expiration; /* a time in ISO 8601, or milliseconds since 1970 */
};

/* An object with members of those names; where is what it came from, for messages. */
S3A_MUST_CHECK enum s3a_status s3a_credential_json_read(
    struct s3a_pool *pool, struct s3a_str object, const struct s3a_credential_json_names *names,
    const char *where, struct s3a_key_set *ret_keys, struct s3a_error *error);

/* The document itself, which must be an object. */
S3A_MUST_CHECK enum s3a_status s3a_credential_json_open(struct s3a_str text, const char *where,
                                                        struct s3a_str *ret_object,
                                                        struct s3a_error *error);

#endif
