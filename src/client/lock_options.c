/* SPDX-License-Identifier: MIT */
#include "lock_options.h"

#include <stdio.h>
#include <string.h>

#include "error.h"
#include "lock_record.h"
#include "name.h"

#define HEARTBEAT_MS 10000
#define HEARTBEATS_PER_LEASE 3
#define HEARTBEATS_PER_LEASE_MIN 2
#define GRACE_MS 2000
#define POLL_MIN_MS 100
#define POLL_MAX_MS 2000
#define WARN_SHARE 3
#define SUFFIX ".lock"

static uint32_t or_default(uint32_t value, uint32_t otherwise)
{
    return value ? value : otherwise;
}

static enum s3a_status check_range(const char *name, uint32_t value, uint32_t min, uint32_t max,
                                   struct s3a_error *error)
{
    if (value >= min && value <= max) {
        return S3A_OK;
    }
    return s3a_error_set(error, S3A_INVALID, "%s: %u, must be %u to %u", name, value, min, max);
}

static uint32_t lease_default(uint32_t heartbeat_ms, uint32_t max_hold_ms)
{
    uint64_t lease_ms = (uint64_t)heartbeat_ms * HEARTBEATS_PER_LEASE;
    bool is_bounded = max_hold_ms >= (uint64_t)heartbeat_ms * HEARTBEATS_PER_LEASE_MIN;

    return (uint32_t)(is_bounded && max_hold_ms < lease_ms ? max_hold_ms : lease_ms);
}

static enum s3a_status check_min_hold(const struct s3a_lock_options *options,
                                      struct s3a_error *error)
{
    if (options->max_hold_ms && options->min_hold_ms > options->max_hold_ms) {
        return s3a_error_set(error, S3A_INVALID,
                             "min_hold_ms: %u, must be at most max_hold_ms (%u)",
                             options->min_hold_ms, options->max_hold_ms);
    }
    return check_range("min_hold_ms", options->min_hold_ms, 0, S3A_LEASE_MS_MAX, error);
}

static enum s3a_status check_lease(const struct s3a_lock_options *options,
                                   struct s3a_lock_terms *terms, struct s3a_error *error)
{
    enum s3a_status status;

    terms->heartbeat_ms = or_default(options->heartbeat_ms, HEARTBEAT_MS);
    status = check_range("heartbeat_ms", terms->heartbeat_ms, S3A_HEARTBEAT_MS_MIN,
                         S3A_HEARTBEAT_MS_MAX, error);
    if (status != S3A_OK) {
        return status;
    }
    terms->max_hold_ms = options->max_hold_ms;
    if (terms->max_hold_ms && terms->max_hold_ms < terms->heartbeat_ms) {
        return s3a_error_set(error, S3A_INVALID,
                             "max_hold_ms: %u, must be at least heartbeat_ms (%u)",
                             terms->max_hold_ms, terms->heartbeat_ms);
    }
    status = check_min_hold(options, error);
    if (status != S3A_OK) {
        return status;
    }
    terms->min_hold_ms = options->min_hold_ms;
    terms->lease_ms =
        or_default(options->lease_ms, lease_default(terms->heartbeat_ms, terms->max_hold_ms));
    status = check_range("lease_ms", terms->lease_ms,
                         HEARTBEATS_PER_LEASE_MIN * terms->heartbeat_ms, S3A_LEASE_MS_MAX, error);
    if (status != S3A_OK) {
        s3a_error_prefix(error, "a lease lasts for at least two heartbeats");
        return status;
    }
    terms->warn_ms = or_default(options->warn_ms, terms->lease_ms / WARN_SHARE);
    return check_range("warn_ms", terms->warn_ms, 1, terms->lease_ms - 1, error);
}

static enum s3a_status check_waiting(const struct s3a_lock_options *options,
                                     struct s3a_lock_terms *terms, struct s3a_error *error)
{
    enum s3a_status status;

    terms->grace_ms = or_default(options->grace_ms, GRACE_MS);
    terms->poll_min_ms = options->poll_min_ms;
    terms->poll_max_ms = options->poll_max_ms;
    if (!terms->poll_min_ms) {
        bool is_short = terms->poll_max_ms && terms->poll_max_ms < POLL_MIN_MS;
        terms->poll_min_ms = is_short ? terms->poll_max_ms : POLL_MIN_MS;
    }
    if (!terms->poll_max_ms) {
        terms->poll_max_ms = terms->poll_min_ms > POLL_MAX_MS ? terms->poll_min_ms : POLL_MAX_MS;
    }
    terms->wait_ms = options->wait_ms;
    terms->observe = options->observe;
    terms->delete_on_release = options->delete_on_release;
    if (options->wait_ms < S3A_WAIT_FOREVER) {
        return s3a_error_set(error, S3A_INVALID,
                             "wait_ms: %lld, must be 0, S3A_WAIT_FOREVER (-1), or more",
                             (long long)options->wait_ms);
    }
    status = check_range("grace_ms", terms->grace_ms, 1, S3A_PAUSE_MS_MAX, error);
    if (status == S3A_OK) {
        status = check_range("poll_max_ms", terms->poll_max_ms, 1, S3A_PAUSE_MS_MAX, error);
    }
    if (status == S3A_OK) {
        status = check_range("poll_min_ms", terms->poll_min_ms, 1, terms->poll_max_ms, error);
    }
    return status;
}

static enum s3a_status check_text(const char *name, const char *text, size_t size_max,
                                  struct s3a_error *error)
{
    size_t size = text ? strlen(text) : 0;

    if (size > size_max) {
        return s3a_error_set(error, S3A_INVALID, "%s: %zu bytes, must be at most %zu", name, size,
                             size_max);
    }
    if (!s3a_str_is_utf8(s3a_str_of(text))) {
        return s3a_error_set(error, S3A_INVALID, "%s: it is not UTF-8", name);
    }
    return S3A_OK;
}

enum s3a_status s3a_lock_options_check(const struct s3a_lock_options *options,
                                       struct s3a_lock_terms *ret_terms, struct s3a_error *error)
{
    static const struct s3a_lock_options all_default;
    enum s3a_status status;

    *ret_terms = (struct s3a_lock_terms){0};
    options = options ? options : &all_default;
    status = check_lease(options, ret_terms, error);
    if (status == S3A_OK) {
        status = check_waiting(options, ret_terms, error);
    }
    if (status == S3A_OK) {
        status = check_text("label", options->label, S3A_LOCK_LABEL_SIZE_MAX, error);
    }
    if (status == S3A_OK) {
        status = check_text("data", options->data, S3A_LOCK_DATA_SIZE_MAX, error);
    }
    return status;
}

enum s3a_status s3a_lock_key_make(const char *name, char *ret_key, size_t size,
                                  struct s3a_error *error)
{
    bool has_suffix = s3a_str_ends_with(s3a_str_of(name), SUFFIX);

    if (!name || !*name) {
        return s3a_error_set(error, S3A_INVALID, "name: it is %s", name ? "empty" : "NULL");
    }
    int length = snprintf(ret_key, size, "%s%s", name, has_suffix ? "" : SUFFIX);
    if (length < 0 || (size_t)length >= size) {
        return s3a_error_set(error, S3A_INVALID,
                             "name: %d bytes with \"" SUFFIX "\", must be at most %zu", length,
                             size - 1);
    }
    enum s3a_status status = s3a_key_check(s3a_str_of(ret_key), error);
    if (status != S3A_OK) {
        s3a_error_prefix(error, "name");
    }
    return status;
}
