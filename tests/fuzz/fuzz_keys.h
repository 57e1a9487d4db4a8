/* SPDX-License-Identifier: MIT */
#ifndef S3A_FUZZ_KEYS_H
#define S3A_FUZZ_KEYS_H

#include "fuzz.h"

#include "credential_search.h"

static inline void fuzz_check_sendable(struct s3a_str text)
{
    for (size_t i = 0; i < text.size; i++) {
        s3a_check((unsigned char)text.data[i] > ' ' && text.data[i] != 0x7f);
    }
}

/* Whatever was read: it can be sent in a header, and adds no line to it. Frees it. */
static inline void fuzz_check_keys(struct s3a_key_set *keys)
{
    fuzz_check_sendable(keys->credentials.access_key);
    fuzz_check_sendable(keys->credentials.session_token);
    s3a_check(keys->credentials.access_key.size > 0 && keys->credentials.secret_key.size > 0);
    s3a_check(keys->expires_ms >= 0);
    s3a_credentials_fini(&keys->credentials);
}

#endif
