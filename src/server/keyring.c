/* SPDX-License-Identifier: MIT */
#include "keyring.h"

#include <stdlib.h>
#include <string.h>

#include "error.h"
#include "random.h"
#include "sigv4.h"

static const char letters_and_digits[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789"
                                         "abcdefghijklmnopqrstuvwxyz";
#define CAPITALS_AND_DIGITS 36

/* A copy, NULL where there is no memory. */
static char *copy(struct s3a_pool *pool, const char *text)
{
    size_t size = strlen(text) + 1;
    char *memory = s3a_pool_alloc(pool, size);

    if (memory) {
        memcpy(memory, text, size);
    }
    return memory;
}

/* size letters out of the first alphabet_size of letters_and_digits, all equally likely. */
static char *make_up(struct s3a_pool *pool, size_t size, unsigned alphabet_size)
{
    char *text = s3a_pool_alloc(pool, size + 1);
    unsigned fair = 256 - 256 % alphabet_size;

    for (size_t i = 0; text && i < size;) {
        uint8_t byte;
        s3a_random_bytes(&byte, 1);
        if (byte < fair) {
            text[i++] = letters_and_digits[byte % alphabet_size];
        }
    }
    return text;
}

/* What is printable and stands in no other part of a credential: "KEY/20261124/us-east-1/s3/...".
 */
static bool is_access_key(const char *text)
{
    size_t size = strlen(text);

    for (size_t i = 0; i < size; i++) {
        if (text[i] <= ' ' || text[i] > '~' || text[i] == '/' || text[i] == ',') {
            return false;
        }
    }
    return size > 0 && size <= S3A_ACCESS_KEY_SIZE_MAX;
}

static enum s3a_status check_buckets(const struct s3a_server_key *key, size_t index,
                                     struct s3a_error *error)
{
    if (key->bucket_count > S3A_RIGHTS_BUCKETS_MAX || (key->bucket_count > 0 && !key->buckets)) {
        return s3a_error_set(
            error, S3A_INVALID, "keys[%zu].bucket_count: %zu, with %s; %d at the most", index,
            key->bucket_count, key->buckets ? "buckets" : "no buckets", S3A_RIGHTS_BUCKETS_MAX);
    }
    for (size_t i = 0; i < key->bucket_count; i++) {
        if (!key->buckets[i] || !s3a_rights_pattern_is_valid(s3a_str_of(key->buckets[i]))) {
            return s3a_error_set(error, S3A_INVALID,
                                 "keys[%zu].buckets[%zu]: \"%.100s\" is neither the name of a "
                                 "bucket nor the beginning of one with a * behind it",
                                 index, i, key->buckets[i] ? key->buckets[i] : "");
        }
    }
    return S3A_OK;
}

static enum s3a_status check_key(const struct s3a_server_key *keys, size_t index,
                                 struct s3a_error *error)
{
    const struct s3a_server_key *key = &keys[index];

    if (!key->access_key || !is_access_key(key->access_key)) {
        return s3a_error_set(error, S3A_INVALID,
                             "keys[%zu].access_key: 1 to %d printable characters, none of them "
                             "'/', ',' or a space",
                             index, S3A_ACCESS_KEY_SIZE_MAX);
    }
    if (!key->secret_key || key->secret_key[0] == '\0' ||
        strlen(key->secret_key) > S3A_SECRET_KEY_SIZE_MAX) {
        return s3a_error_set(error, S3A_INVALID, "keys[%zu].secret_key: 1 to %d characters", index,
                             S3A_SECRET_KEY_SIZE_MAX);
    }
    for (size_t i = 0; i < index; i++) {
        if (strcmp(keys[i].access_key, key->access_key) == 0) {
            return s3a_error_set(error, S3A_INVALID, "keys[%zu].access_key: %s is there twice",
                                 index, key->access_key);
        }
    }
    return check_buckets(key, index, error);
}

static bool take_key(struct s3a_pool *pool, const struct s3a_server_key *key,
                     struct s3a_key_pair *pair)
{
    struct s3a_str *buckets = s3a_pool_alloc(pool, key->bucket_count * sizeof(buckets[0]));

    pair->access_key = copy(pool, key->access_key);
    pair->secret_key = copy(pool, key->secret_key);
    pair->rights = (struct s3a_rights){key->read_only, buckets, key->bucket_count};
    for (size_t i = 0; buckets && i < key->bucket_count; i++) {
        buckets[i] = s3a_pool_copy(pool, s3a_str_of(key->buckets[i]));
        if (!buckets[i].data) {
            return false;
        }
    }
    return pair->access_key && pair->secret_key && buckets;
}

static bool make_up_key(struct s3a_pool *pool, struct s3a_key_pair *pair)
{
    pair->access_key = make_up(pool, S3A_ACCESS_KEY_SIZE_MADE, CAPITALS_AND_DIGITS);
    pair->secret_key = make_up(pool, S3A_SECRET_KEY_SIZE_MADE, sizeof(letters_and_digits) - 1);
    return pair->access_key && pair->secret_key;
}

static bool fill(struct s3a_keyring *keyring, const struct s3a_server_key *keys, size_t key_count)
{
    keyring->key_count = key_count > 0 ? key_count : 1;
    keyring->keys = s3a_pool_alloc(&keyring->pool, keyring->key_count * sizeof(keyring->keys[0]));
    if (!keyring->keys) {
        return false;
    }
    if (key_count == 0) {
        return make_up_key(&keyring->pool, &keyring->keys[0]);
    }
    for (size_t i = 0; i < key_count; i++) {
        if (!take_key(&keyring->pool, &keys[i], &keyring->keys[i])) {
            return false;
        }
    }
    return true;
}

enum s3a_status s3a_keyring_new(const struct s3a_server_key *keys, size_t key_count,
                                struct s3a_keyring **ret_keyring, struct s3a_error *error)
{
    *ret_keyring = NULL;
    if (key_count > S3A_SERVER_KEYS_MAX || (key_count > 0 && !keys)) {
        return s3a_error_set(error, S3A_INVALID, "key_count: %zu, with %s; %d at the most",
                             key_count, keys ? "keys" : "no keys", S3A_SERVER_KEYS_MAX);
    }
    for (size_t i = 0; i < key_count; i++) {
        enum s3a_status status = check_key(keys, i, error);
        if (status != S3A_OK) {
            return status;
        }
    }
    struct s3a_keyring *keyring = calloc(1, sizeof(*keyring));
    if (!keyring) {
        return s3a_error_set_no_memory(error);
    }
    atomic_init(&keyring->references, 1);
    if (!fill(keyring, keys, key_count)) {
        s3a_keyring_unref(keyring);
        return s3a_error_set_no_memory(error);
    }
    *ret_keyring = keyring;
    return S3A_OK;
}

struct s3a_keyring *s3a_keyring_ref(struct s3a_keyring *keyring)
{
    atomic_fetch_add(&keyring->references, 1);
    return keyring;
}

void s3a_keyring_unref(struct s3a_keyring *keyring)
{
    if (!keyring || atomic_fetch_sub(&keyring->references, 1) > 1) {
        return;
    }
    for (size_t i = 0; keyring->keys && i < keyring->key_count; i++) {
        char *secret = keyring->keys[i].secret_key;
        if (secret) {
            explicit_bzero(secret, strlen(secret));
        }
    }
    s3a_pool_fini(&keyring->pool);
    free(keyring);
}
