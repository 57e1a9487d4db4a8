/* SPDX-License-Identifier: MIT */
#include "settings.h"

#include <string.h>

#include "error.h"
#include "name.h"
#include "random.h"
#include "sigv4.h"

#define ADDRESS_DEFAULT "127.0.0.1"
#define BASE_DOMAIN_DEFAULT "localhost"
/* "255 octets or less" (RFC 1035, section 2.3.4). */
#define BASE_DOMAIN_SIZE_MAX 255

static const char letters_and_digits[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789"
                                         "abcdefghijklmnopqrstuvwxyz";
#define CAPITALS_AND_DIGITS 36

/* A copy, NULL where there is no memory. */
static char *copy(struct s3a_settings *settings, const char *text)
{
    size_t size = strlen(text) + 1;
    char *memory = s3a_pool_alloc(&settings->pool, size);

    if (memory) {
        memcpy(memory, text, size);
    }
    return memory;
}

/* size letters out of the first alphabet_size of letters_and_digits, all equally likely. */
static char *make_up(struct s3a_settings *settings, size_t size, unsigned alphabet_size)
{
    char *text = s3a_pool_alloc(&settings->pool, size + 1);
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

static enum s3a_status check_key(const struct s3a_server_options *options, size_t index,
                                 struct s3a_error *error)
{
    const struct s3a_server_key *key = &options->keys[index];

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
        if (strcmp(options->keys[i].access_key, key->access_key) == 0) {
            return s3a_error_set(error, S3A_INVALID, "keys[%zu].access_key: %s is there twice",
                                 index, key->access_key);
        }
    }
    return S3A_OK;
}

static enum s3a_status take_keys(struct s3a_settings *settings,
                                 const struct s3a_server_options *options, struct s3a_error *error)
{
    size_t count = options->key_count;

    if (count > S3A_SERVER_KEYS_MAX || (count > 0 && !options->keys)) {
        return s3a_error_set(error, S3A_INVALID, "key_count: %zu, with %s; %d at the most", count,
                             options->keys ? "keys" : "no keys", S3A_SERVER_KEYS_MAX);
    }
    for (size_t i = 0; i < count; i++) {
        enum s3a_status status = check_key(options, i, error);
        if (status != S3A_OK) {
            return status;
        }
    }
    settings->key_count = count > 0 ? count : 1;
    settings->keys =
        s3a_pool_alloc(&settings->pool, settings->key_count * sizeof(settings->keys[0]));
    for (size_t i = 0; settings->keys && i < settings->key_count; i++) {
        struct s3a_key_pair *pair = &settings->keys[i];
        if (count > 0) {
            pair->access_key = copy(settings, options->keys[i].access_key);
            pair->secret_key = copy(settings, options->keys[i].secret_key);
        } else {
            pair->access_key = make_up(settings, S3A_ACCESS_KEY_SIZE_MADE, CAPITALS_AND_DIGITS);
            pair->secret_key =
                make_up(settings, S3A_SECRET_KEY_SIZE_MADE, sizeof(letters_and_digits) - 1);
        }
        if (!pair->access_key || !pair->secret_key) {
            return s3a_error_set_no_memory(error);
        }
    }
    return settings->keys ? S3A_OK : s3a_error_set_no_memory(error);
}

static enum s3a_status take_buckets(struct s3a_settings *settings,
                                    const struct s3a_server_options *options,
                                    struct s3a_error *error)
{
    size_t count = options->bucket_count;

    if (count > S3A_SERVER_BUCKETS_MAX || (count > 0 && !options->buckets)) {
        return s3a_error_set(error, S3A_INVALID, "bucket_count: %zu, with %s; %d at the most",
                             count, options->buckets ? "buckets" : "no buckets",
                             S3A_SERVER_BUCKETS_MAX);
    }
    settings->bucket_count = count;
    settings->buckets = s3a_pool_alloc(&settings->pool, count * sizeof(settings->buckets[0]));
    if (!settings->buckets) {
        return s3a_error_set_no_memory(error);
    }
    for (size_t i = 0; i < count; i++) {
        enum s3a_status status = s3a_bucket_check(s3a_str_of(options->buckets[i]), error);
        if (status != S3A_OK) {
            s3a_error_prefix(error, "buckets[%zu]", i);
            return status;
        }
        settings->buckets[i] = copy(settings, options->buckets[i]);
        if (!settings->buckets[i]) {
            return s3a_error_set_no_memory(error);
        }
    }
    return S3A_OK;
}

/* Letters, digits, hyphens and dots; a port is no part of it. */
static bool is_domain(const char *text)
{
    size_t size = strlen(text);

    return size > 0 && size <= BASE_DOMAIN_SIZE_MAX && text[0] != '.' &&
           strspn(text, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-.") == size;
}

static enum s3a_status take_names(struct s3a_settings *settings,
                                  const struct s3a_server_options *options, struct s3a_error *error)
{
    const char *domain = options->base_domain ? options->base_domain : BASE_DOMAIN_DEFAULT;

    if (options->directory && options->directory[0] == '\0') {
        return s3a_error_set(error, S3A_INVALID, "directory: it is empty");
    }
    if (!is_domain(domain)) {
        return s3a_error_set(error, S3A_INVALID,
                             "base_domain: \"%s\" is no domain name (such as s3.example.com)",
                             domain);
    }
    settings->base_domain = s3a_pool_copy(&settings->pool, s3a_str_of(domain));
    settings->address = copy(settings, options->address ? options->address : ADDRESS_DEFAULT);
    settings->directory = options->directory ? copy(settings, options->directory) : NULL;
    if (!settings->base_domain.data || !settings->address ||
        (options->directory && !settings->directory)) {
        return s3a_error_set_no_memory(error);
    }
    return S3A_OK;
}

enum s3a_status s3a_settings_init(struct s3a_settings *settings,
                                  const struct s3a_server_options *options, struct s3a_error *error)
{
    static const struct s3a_server_options all_default;
    enum s3a_status status;

    *settings = (struct s3a_settings){0};
    if (!options) {
        options = &all_default;
    }
    settings->keep_files = options->keep_files;
    settings->port = options->port;
    settings->create_buckets = options->create_buckets;
    status = take_names(settings, options, error);
    if (status == S3A_OK) {
        status = take_keys(settings, options, error);
    }
    if (status == S3A_OK) {
        status = take_buckets(settings, options, error);
    }
    if (status != S3A_OK) {
        s3a_settings_fini(settings);
    }
    return status;
}

void s3a_settings_fini(struct s3a_settings *settings)
{
    for (size_t i = 0; settings->keys && i < settings->key_count; i++) {
        char *secret = settings->keys[i].secret_key;
        if (secret) {
            explicit_bzero(secret, strlen(secret));
        }
    }
    s3a_pool_fini(&settings->pool);
    *settings = (struct s3a_settings){0};
}
