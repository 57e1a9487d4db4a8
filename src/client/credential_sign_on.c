/* SPDX-License-Identifier: MIT */

/*
 * Credentials by the token that `aws sso login` has left in ~/.aws/sso/cache ("IAM Identity Center
 * credential provider", AWS SDKs and Tools Reference Guide). The token is not renewed here: a
 * person has to log in.
 */

#include <stdio.h>

#include "aws_service.h"
#include "clock.h"
#include "credential_json.h"
#include "date.h"
#include "digest.h"
#include "error.h"
#include "small_file.h"
#include "uri.h"

#define TOKEN_FILE_SIZE_MAX (256 * 1024)
#define TOKEN_HEADER "x-amz-sso_bearer_token: "
#define TIMEOUT_MS 10000
#define ATTEMPTS 3
#define PAUSE_MS 1000
#define URL_SIZE_MAX 4096

static const char where[] = "single sign-on";

struct sign_on {
    struct s3a_str session; /* data NULL: of the form without one */
    struct s3a_str start_url;
    struct s3a_str region;
    struct s3a_str account;
    struct s3a_str role;
};

static bool is_set(const struct s3a_credential_search *search, struct s3a_str profile,
                   const char **ret_story)
{
    if (s3a_profile_get(&search->profiles, profile, "sso_session").data) {
        *ret_story = "sso_session of the profile";
        return true;
    }
    bool is_there = s3a_profile_get(&search->profiles, profile, "sso_start_url").data;
    *ret_story =
        is_there ? "sso_start_url of the profile" : "no sso_session and no sso_start_url there";
    return is_there;
}

static enum s3a_status read_profile(const struct s3a_profiles *profiles, struct s3a_str profile,
                                    struct sign_on *ret_sign_on, struct s3a_error *error)
{
    const char *missing = NULL;
    struct s3a_str session = s3a_profile_get(profiles, profile, "sso_session");

    *ret_sign_on = (struct sign_on){
        .session = session,
        .start_url = session.data ? s3a_profiles_get_section(profiles, "sso-session", session,
                                                             "sso_start_url")
                                  : s3a_profile_get(profiles, profile, "sso_start_url"),
        .region = session.data
                      ? s3a_profiles_get_section(profiles, "sso-session", session, "sso_region")
                      : s3a_profile_get(profiles, profile, "sso_region"),
        .account = s3a_profile_get(profiles, profile, "sso_account_id"),
        .role = s3a_profile_get(profiles, profile, "sso_role_name"),
    };
    if (!ret_sign_on->start_url.data) {
        missing = "sso_start_url";
    } else if (!ret_sign_on->region.data) {
        missing = "sso_region";
    } else if (!ret_sign_on->account.data) {
        missing = "sso_account_id";
    } else if (!ret_sign_on->role.data) {
        missing = "sso_role_name";
    }
    return missing ? s3a_error_set(error, S3A_CREDENTIALS, "%s: there is no %s for the profile",
                                   where, missing)
                   : S3A_OK;
}

static enum s3a_status ask_to_log_in(const struct s3a_credential_search *search,
                                     struct s3a_str profile, const char *why,
                                     struct s3a_error *error)
{
    bool is_default = s3a_str_is(profile, "default") && search->profile.size == 0;

    return s3a_error_set(error, S3A_CREDENTIALS, "%s: %s: run aws sso login%s%.*s", where, why,
                         is_default ? "" : " --profile ",
                         is_default ? 0 : s3a_str_print_size(profile), profile.data);
}

/* ~/.aws/sso/cache/SHA1.json, by the name of the session or the address to start from. */
static enum s3a_status cache_path(struct s3a_credential_search *search,
                                  const struct sign_on *sign_on, char **ret_path,
                                  struct s3a_error *error)
{
    struct s3a_str home = s3a_aws_get(search->environment, S3A_HOME);
    struct s3a_digest digest;
    uint8_t sha1[S3A_SHA1_SIZE];
    char hex[2 * S3A_SHA1_SIZE + 1];
    size_t size = home.size + sizeof("/.aws/sso/cache/.json") + sizeof(hex);

    *ret_path = NULL;
    if (!home.data) {
        return s3a_error_set(error, S3A_CREDENTIALS, "%s: HOME is not set", where);
    }
    if (s3a_digest_init(&digest, S3A_DIGEST_SHA1) != S3A_OK) {
        return s3a_error_set(error, S3A_CREDENTIALS, "%s: libcrypto has no SHA-1", where);
    }
    s3a_digest_add(&digest, sign_on->session.data ? sign_on->session : sign_on->start_url);
    s3a_digest_end(&digest, sha1);
    s3a_digest_fini(&digest);
    s3a_hex(sha1, sizeof(sha1), hex);
    *ret_path = s3a_pool_alloc(&search->pool, size);
    if (!*ret_path) {
        return s3a_error_set_no_memory(error);
    }
    snprintf(*ret_path, size, "%s/.aws/sso/cache/%s.json", home.data, hex);
    return S3A_OK;
}

static enum s3a_status read_token(struct s3a_credential_search *search, struct s3a_str profile,
                                  const struct sign_on *sign_on, struct s3a_str *ret_token,
                                  struct s3a_error *error)
{
    struct s3a_pool *pool = &search->pool;
    struct s3a_str text, object;
    char *path;
    int64_t expires_ms = 0;
    enum s3a_status status = cache_path(search, sign_on, &path, error);

    if (status == S3A_OK) {
        status = s3a_small_file_read(pool, path, TOKEN_FILE_SIZE_MAX, &text, error);
        if (status == S3A_NOT_FOUND) {
            return ask_to_log_in(search, profile, "nobody has logged in", error);
        }
    }
    if (status == S3A_OK) {
        status = s3a_credential_json_open(text, path, &object, error);
    }
    if (status != S3A_OK) {
        return status == S3A_NO_MEMORY || status == S3A_CREDENTIALS
                   ? status
                   : s3a_error_set(error, S3A_CREDENTIALS, "%s: %s cannot be read", where, path);
    }
    *ret_token = s3a_credential_json_text(pool, object, "accessToken");
    struct s3a_str end = s3a_credential_json_text(pool, object, "expiresAt");
    if (!ret_token->data || ret_token->size == 0 || !s3a_date_iso_parse(end, &expires_ms)) {
        return ask_to_log_in(search, profile, "the token in the cache is none", error);
    }
    return expires_ms > s3a_clock_wall_ms()
               ? S3A_OK
               : ask_to_log_in(search, profile, "the token has expired", error);
}

static enum s3a_status make_request(struct s3a_credential_search *search,
                                    const struct sign_on *sign_on, struct s3a_str token,
                                    struct s3a_buf *url, char **ret_header, struct s3a_error *error)
{
    const char *ignored;
    struct s3a_str given =
        s3a_aws_endpoint_given(search->environment, &search->profiles, &s3a_aws_sso, &ignored);
    char own[S3A_AWS_URL_SIZE];
    size_t size = sizeof(TOKEN_HEADER) + token.size;

    s3a_aws_endpoint_own(search->environment, &search->profiles, &s3a_aws_sso, sign_on->region,
                         own);
    s3a_buf_append(url, given.data ? given : s3a_str_of(own));
    s3a_buf_append_text(url, "/federation/credentials?account_id=");
    s3a_uri_encode(url, sign_on->account, false);
    s3a_buf_append_text(url, "&role_name=");
    s3a_uri_encode(url, sign_on->role, false);
    *ret_header = s3a_pool_alloc(&search->pool, size);
    if (!*ret_header || url->status == S3A_NO_MEMORY) {
        return s3a_error_set_no_memory(error);
    }
    snprintf(*ret_header, size, TOKEN_HEADER "%.*s", S3A_STR_ARG(token));
    return url->status == S3A_OK
               ? S3A_OK
               : s3a_error_set(error, S3A_CREDENTIALS, "%s: its address is too long", where);
}

static enum s3a_status read_answer(struct s3a_credential_search *search, struct s3a_str profile,
                                   const struct s3a_fetched *fetched, struct s3a_key_set *ret_keys,
                                   struct s3a_error *error)
{
    static const struct s3a_credential_json_names names = {"accessKeyId", "secretAccessKey",
                                                           "sessionToken", "expiration"};
    struct s3a_str object;

    if (fetched->http_status == 401) {
        return ask_to_log_in(search, profile, "the token is not accepted any more", error);
    }
    if (fetched->http_status != 200) {
        return s3a_error_set(error, S3A_CREDENTIALS,
                             "%s: HTTP status %d: may this role be taken in this account?", where,
                             fetched->http_status);
    }
    enum s3a_status status =
        s3a_credential_json_open(s3a_buf_str(&fetched->body), where, &object, error);
    if (status != S3A_OK) {
        return status;
    }
    object = s3a_credential_json_member(object, "roleCredentials");
    if (!object.data || s3a_json_form(object) != S3A_JSON_OBJECT) {
        return s3a_error_set(error, S3A_CREDENTIALS, "%s: what it says has no roleCredentials",
                             where);
    }
    return s3a_credential_json_read(&search->pool, object, &names, where, ret_keys, error);
}

static enum s3a_status find(struct s3a_credential_search *search, struct s3a_str profile,
                            struct s3a_key_set *ret_keys, struct s3a_error *error)
{
    struct sign_on sign_on;
    struct s3a_str token = {NULL, 0};
    struct s3a_buf url;
    char *header;
    struct s3a_fetched fetched = {0};
    enum s3a_status status = read_profile(&search->profiles, profile, &sign_on, error);

    *ret_keys = (struct s3a_key_set){.expires_ms = 0};
    s3a_buf_init(&url, URL_SIZE_MAX);
    if (status == S3A_OK) {
        status = read_token(search, profile, &sign_on, &token, error);
    }
    if (status == S3A_OK) {
        status = make_request(search, &sign_on, token, &url, &header, error);
    }
    if (status == S3A_OK) {
        const struct s3a_fetch fetch = {.environment = search->environment,
                                        .is_unwanted = search->is_unwanted,
                                        .method = "GET",
                                        .url = s3a_buf_text(&url),
                                        .headers = {header},
                                        .timeout_ms = TIMEOUT_MS,
                                        .attempts = ATTEMPTS,
                                        .pause_ms = PAUSE_MS};
        status = s3a_fetch(&fetch, &fetched, error);
        if (status != S3A_OK) {
            s3a_error_prefix(error, "%s", where);
        } else {
            status = read_answer(search, profile, &fetched, ret_keys, error);
        }
    }
    s3a_fetched_fini(&fetched);
    s3a_buf_fini(&url);
    return status;
}

const struct s3a_credential_source s3a_sign_on_source = {"single sign-on", is_set, find};
