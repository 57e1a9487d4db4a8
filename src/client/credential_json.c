/* SPDX-License-Identifier: MIT */
#include "credential_json.h"

#include "date.h"
#include "error.h"

struct s3a_str s3a_credential_json_member(struct s3a_str object, const char *name)
{
    struct s3a_json_items items = s3a_json_items(object);
    struct s3a_str key, value;

    while (s3a_json_next(&items, &key, &value)) {
        if (s3a_json_string_is(key, s3a_str_of(name))) {
            return value;
        }
    }
    return s3a_str_make(NULL, 0);
}

struct s3a_str s3a_credential_json_text(struct s3a_pool *pool, struct s3a_str object,
                                        const char *name)
{
    struct s3a_str value = s3a_credential_json_member(object, name);

    if (!value.data || s3a_json_form(value) != S3A_JSON_STRING) {
        return s3a_str_make(NULL, 0);
    }
    char *text = s3a_pool_alloc(pool, value.size + 4);
    struct s3a_str rest = s3a_json_string_begin(value);
    size_t size = 0, step;
    while (text && (step = s3a_json_string_next(&rest, text + size)) > 0) {
        size += step;
    }
    if (text) {
        text[size] = '\0';
    }
    return s3a_str_make(text, text ? size : 0);
}

/* False: it is there, and no time. */
static bool read_time(struct s3a_pool *pool, struct s3a_str object, const char *name,
                      int64_t *ret_ms)
{
    struct s3a_str value = s3a_credential_json_member(object, name);
    struct s3a_str text = s3a_credential_json_text(pool, object, name);
    size_t size = text.size;

    *ret_ms = 0;
    if (!value.data || s3a_json_form(value) == S3A_JSON_NULL) {
        return true;
    }
    if (s3a_json_form(value) == S3A_JSON_NUMBER) {
        return s3a_json_is_integer(value) && s3a_json_int64(value, ret_ms) && *ret_ms > 0;
    }
    /* Some write the zone of Greenwich as an offset. */
    if (s3a_str_ends_with(text, "+00:00")) {
        ((char *)(uintptr_t)text.data)[size - 6] = 'Z';
        text.size = size - 5;
    }
    return text.data && s3a_date_iso_parse(text, ret_ms);
}

enum s3a_status s3a_credential_json_open(struct s3a_str text, const char *where,
                                         struct s3a_str *ret_object, struct s3a_error *error)
{
    struct s3a_error ignored;

    if (s3a_json_check(text, ret_object, &ignored) != S3A_OK ||
        s3a_json_form(*ret_object) != S3A_JSON_OBJECT) {
        return s3a_error_set(error, S3A_CREDENTIALS, "%s: what it says is no JSON object", where);
    }
    return S3A_OK;
}

enum s3a_status s3a_credential_json_read(struct s3a_pool *pool, struct s3a_str object,
                                         const struct s3a_credential_json_names *names,
                                         const char *where, struct s3a_key_set *ret_keys,
                                         struct s3a_error *error)
{
    const struct s3a_credentials found = {
        s3a_credential_json_text(pool, object, names->access_key),
        s3a_credential_json_text(pool, object, names->secret_key),
        s3a_credential_json_text(pool, object, names->session_token),
    };
    int64_t expires_ms;

    if (found.access_key.size == 0 || found.secret_key.size == 0) {
        return s3a_error_set(error, S3A_CREDENTIALS, "%s: what it says has no %s", where,
                             found.access_key.size == 0 ? names->access_key : names->secret_key);
    }
    if (!read_time(pool, object, names->expiration, &expires_ms)) {
        return s3a_error_set(error, S3A_CREDENTIALS, "%s: %s is no time", where, names->expiration);
    }
    return s3a_key_set_take(&found, expires_ms, where, ret_keys, error);
}
