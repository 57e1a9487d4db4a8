/* SPDX-License-Identifier: MIT */
#include "settings.h"

#include <string.h>

#include "capacity.h"
#include "error.h"
#include "name.h"

#define ADDRESS_DEFAULT "127.0.0.1"
#define BASE_DOMAIN_DEFAULT "localhost"
/* "255 octets or less" (RFC 1035, section 2.3.4). */
#define BASE_DOMAIN_SIZE_MAX 255

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
    if (options->access_log && options->access_log[0] == '\0') {
        return s3a_error_set(error, S3A_INVALID, "access_log: it is empty");
    }
    settings->access_log = options->access_log ? copy(settings, options->access_log) : NULL;
    settings->base_domain = s3a_pool_copy(&settings->pool, s3a_str_of(domain));
    settings->address = copy(settings, options->address ? options->address : ADDRESS_DEFAULT);
    settings->directory = options->directory ? copy(settings, options->directory) : NULL;
    if (!settings->base_domain.data || !settings->address ||
        (options->directory && !settings->directory) ||
        (options->access_log && !settings->access_log)) {
        return s3a_error_set_no_memory(error);
    }
    return S3A_OK;
}

static enum s3a_status take_tls(struct s3a_settings *settings,
                                const struct s3a_server_options *options, struct s3a_error *error)
{
    if (!options->tls_cert_file != !options->tls_key_file) {
        return s3a_error_set(error, S3A_INVALID, "%s: it is missing; a certificate needs its key",
                             options->tls_cert_file ? "tls_key_file" : "tls_cert_file");
    }
    if (!options->tls_cert_file) {
        return S3A_OK;
    }
    settings->tls_cert_file = copy(settings, options->tls_cert_file);
    settings->tls_key_file = copy(settings, options->tls_key_file);
    return settings->tls_cert_file && settings->tls_key_file ? S3A_OK
                                                             : s3a_error_set_no_memory(error);
}

/* 0 is the default. */
static enum s3a_status take_number(const char *name, uint64_t given, uint64_t min, uint64_t max,
                                   struct s3a_error *error)
{
    if (given == 0 || (given >= min && given <= max)) {
        return S3A_OK;
    }
    return s3a_error_set(error, S3A_INVALID, "%s: %llu is not between %llu and %llu", name,
                         (unsigned long long)given, (unsigned long long)min,
                         (unsigned long long)max);
}

static enum s3a_status take_limits(struct s3a_settings *settings,
                                   const struct s3a_server_options *options,
                                   struct s3a_error *error)
{
    const struct {
        const char *name;
        uint64_t given;
        uint64_t min;
        uint64_t max;
    } numbers[] = {
        {"head_timeout_ms", options->head_timeout_ms, S3A_TIMEOUT_MS_MIN, S3A_TIMEOUT_MS_MAX},
        {"idle_timeout_ms", options->idle_timeout_ms, S3A_TIMEOUT_MS_MIN, S3A_TIMEOUT_MS_MAX},
        {"bytes_per_s_min", options->bytes_per_s_min, 1, UINT32_MAX},
        {"connections_max", options->connections_max, 1, S3A_CONNECTIONS_ASKED_MAX},
        {"connections_per_address_max", options->connections_per_address_max, 1,
         S3A_CONNECTIONS_ASKED_MAX},
    };
    enum s3a_status status = S3A_OK;

    for (size_t i = 0; status == S3A_OK && i < sizeof(numbers) / sizeof(numbers[0]); i++) {
        status =
            take_number(numbers[i].name, numbers[i].given, numbers[i].min, numbers[i].max, error);
    }
    if (status != S3A_OK) {
        return status;
    }
    settings->pace = (struct s3a_pace_limits){
        .head_ms = options->head_timeout_ms ? options->head_timeout_ms : S3A_HEAD_TIMEOUT_MS,
        .idle_ms = options->idle_timeout_ms ? options->idle_timeout_ms : S3A_IDLE_TIMEOUT_MS,
        .bytes_per_s = options->bytes_per_s_min ? options->bytes_per_s_min : S3A_BYTES_PER_S_MIN,
    };
    return s3a_capacity_take(options->connections_max, options->connections_per_address_max,
                             settings, error);
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
    settings->access_log_json = options->access_log_json;
    settings->create_buckets = options->create_buckets;
    settings->strict_aws = options->strict_aws;
    status = take_names(settings, options, error);
    if (status == S3A_OK) {
        status = take_tls(settings, options, error);
    }
    if (status == S3A_OK) {
        status = take_limits(settings, options, error);
    }
    if (status == S3A_OK) {
        status = s3a_keyring_new(options->keys, options->key_count, &settings->keyring, error);
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
    s3a_keyring_unref(settings->keyring);
    s3a_pool_fini(&settings->pool);
    *settings = (struct s3a_settings){0};
}
