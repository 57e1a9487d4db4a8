/* SPDX-License-Identifier: MIT */
#ifndef S3A_KEYRING_H
#define S3A_KEYRING_H

/* Who may talk to a server, and what each of them may do. Never changed once it is made; whoever
 * uses one has a reference, so that another can take its place while requests are under way. */

#include <s3atomic/server.h>

#include <stdatomic.h>

#include "rights.h"

#define S3A_SERVER_KEYS_MAX 1024

/* A pair that is made up has the form of Amazon's: 20 capital letters and digits, 40 of both. */
#define S3A_ACCESS_KEY_SIZE_MADE 20
#define S3A_SECRET_KEY_SIZE_MADE 40

struct s3a_key_pair {
    char *access_key;
    char *secret_key;
    struct s3a_rights rights;
};

struct s3a_keyring {
    atomic_int references;
    struct s3a_pool pool;
    struct s3a_key_pair *keys;
    size_t key_count; /* at least 1 */
};

/* Without any key, one pair is made up that may do everything. S3A_INVALID: the error names the
 * key; S3A_NO_MEMORY. */
S3A_MUST_CHECK enum s3a_status s3a_keyring_new(const struct s3a_server_key *keys, size_t key_count,
                                               struct s3a_keyring **ret_keyring,
                                               struct s3a_error *error);

struct s3a_keyring *s3a_keyring_ref(struct s3a_keyring *keyring);

/* The last one wipes the secrets. NULL is accepted. */
void s3a_keyring_unref(struct s3a_keyring *keyring);

#endif
