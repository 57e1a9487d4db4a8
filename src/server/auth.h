/* SPDX-License-Identifier: MIT */
#ifndef S3A_AUTH_H
#define S3A_AUTH_H

/*
 * Who sent this request, and is it so? Key pairs with their signing keys, which are worth keeping:
 * they change once a day. One of these belongs to one thread.
 */

#include "keyring.h"
#include "sigv4.h"

struct s3a_auth_key {
    struct s3a_str access_key;
    struct s3a_str secret_key;
    const struct s3a_rights *rights;
    struct s3a_sigv4_key signing;
};

struct s3a_auth {
    struct s3a_keyring *keyring;
    struct s3a_auth_key *keys;
    size_t key_count;
    struct s3a_buf scratch;
};

/* Takes a reference to the keyring. S3A_NO_MEMORY: there is nothing to be freed. */
S3A_MUST_CHECK enum s3a_status s3a_auth_init(struct s3a_auth *auth, struct s3a_keyring *keyring);

/* All zero is accepted. */
void s3a_auth_fini(struct s3a_auth *auth);

/*
 * S3A_CODE_NONE where the request was signed by one of the pairs, and lately: its time is within
 * the limits of now_ms or of store_ms. (The store's clock does not follow the machine's when that
 * is set; a client that has learnt it from the answers' Date is right as well.) Otherwise the error
 * to answer, with *ret_message or NULL for the table's. Texts of the claim live in pool.
 */
enum s3a_code s3a_auth_check(struct s3a_auth *auth, struct s3a_pool *pool,
                             const struct s3a_sigv4_incoming *request, int64_t now_ms,
                             int64_t store_ms, struct s3a_sigv4_claim *ret_claim,
                             const char **ret_message);

/* The signing key that a claim was verified with, as it is until the next check. NULL: it
 * was signed with none. */
const struct s3a_sigv4_key *s3a_auth_signing_key(struct s3a_auth *auth,
                                                 const struct s3a_sigv4_claim *claim);

/* What the one who signed a claim may do; of a claim that was verified. Lives as long as auth. */
const struct s3a_rights *s3a_auth_rights(struct s3a_auth *auth,
                                         const struct s3a_sigv4_claim *claim);

#endif
