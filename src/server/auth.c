/* SPDX-License-Identifier: MIT */
#include "auth.h"

#include <stdlib.h>
#include <string.h>

enum s3a_status s3a_auth_init(struct s3a_auth *auth, struct s3a_keyring *keyring)
{
    *auth = (struct s3a_auth){0};
    auth->keys = calloc(keyring->key_count, sizeof(auth->keys[0]));
    if (!auth->keys) {
        return S3A_NO_MEMORY;
    }
    s3a_buf_init(&auth->scratch, S3A_CANONICAL_SIZE_MAX);
    auth->keyring = s3a_keyring_ref(keyring);
    auth->key_count = keyring->key_count;
    for (size_t i = 0; i < auth->key_count; i++) {
        const struct s3a_key_pair *pair = &keyring->keys[i];
        auth->keys[i].access_key = s3a_str_of(pair->access_key);
        auth->keys[i].secret_key = s3a_str_of(pair->secret_key);
        auth->keys[i].rights = &pair->rights;
    }
    return S3A_OK;
}

void s3a_auth_fini(struct s3a_auth *auth)
{
    if (auth->keys) {
        explicit_bzero(auth->keys, auth->key_count * sizeof(auth->keys[0]));
    }
    free(auth->keys);
    s3a_keyring_unref(auth->keyring);
    s3a_buf_fini(&auth->scratch);
    *auth = (struct s3a_auth){0};
}

static struct s3a_auth_key *find(struct s3a_auth *auth, struct s3a_str access_key)
{
    for (size_t i = 0; i < auth->key_count; i++) {
        if (s3a_str_equal(auth->keys[i].access_key, access_key)) {
            return &auth->keys[i];
        }
    }
    return NULL;
}

enum s3a_code s3a_auth_check(struct s3a_auth *auth, struct s3a_pool *pool,
                             const struct s3a_sigv4_incoming *request, int64_t now_ms,
                             int64_t store_ms, struct s3a_sigv4_claim *ret_claim,
                             const char **ret_message)
{
    enum s3a_code code = s3a_sigv4_claim_parse(pool, request, ret_claim, ret_message);
    struct s3a_auth_key *key;

    if (code != S3A_CODE_NONE) {
        return code;
    }
    *ret_message = NULL;
    key = find(auth, ret_claim->access_key);
    if (!key) {
        return S3A_CODE_INVALID_ACCESS_KEY_ID;
    }
    if (ret_claim->session_token.size > 0) {
        *ret_message = "The key pairs of this server come without a session token";
        return S3A_CODE_INVALID_TOKEN;
    }
    code = s3a_sigv4_claim_is_timely(ret_claim, now_ms);
    if (code != S3A_CODE_NONE && s3a_sigv4_claim_is_timely(ret_claim, store_ms) != S3A_CODE_NONE) {
        if (ret_claim->in_query) {
            *ret_message =
                now_ms < ret_claim->date_ms ? "Request is not valid yet" : "Request has expired";
        }
        return code;
    }
    return s3a_sigv4_claim_verify(ret_claim, request, &key->signing, key->secret_key,
                                  &auth->scratch);
}

const struct s3a_sigv4_key *s3a_auth_signing_key(struct s3a_auth *auth,
                                                 const struct s3a_sigv4_claim *claim)
{
    struct s3a_auth_key *key = find(auth, claim->access_key);

    return key ? &key->signing : NULL;
}

const struct s3a_rights *s3a_auth_rights(struct s3a_auth *auth, const struct s3a_sigv4_claim *claim)
{
    return find(auth, claim->access_key)->rights;
}
