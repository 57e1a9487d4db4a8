/* SPDX-License-Identifier: MIT */
#include "name.h"

#include "error.h"
#include "op.h"

/* How much of a name that is refused is shown, and room for its "...". */
#define SHOWN_SIZE_MAX 80
#define SHOWN_SIZE (SHOWN_SIZE_MAX + sizeof("..."))

static bool is_digit(char byte)
{
    return byte >= '0' && byte <= '9';
}

static bool is_letter_or_digit(char byte)
{
    return (byte >= 'a' && byte <= 'z') || is_digit(byte);
}

/* The name as it may stand in a message: whoever sent it may have put anything into it. */
static const char *shown(struct s3a_str name, char ret_text[SHOWN_SIZE])
{
    size_t size = name.size < SHOWN_SIZE_MAX ? name.size : SHOWN_SIZE_MAX;
    size_t used = 0;

    for (; used < size; used++) {
        char byte = name.data[used];
        ret_text[used] = byte >= 0x20 && byte < 0x7f ? byte : '?';
    }
    for (int dots = 0; name.size > size && dots < 3; dots++) {
        ret_text[used++] = '.';
    }
    ret_text[used] = '\0';
    return ret_text;
}

static enum s3a_status refuse(struct s3a_str bucket, const char *rule, struct s3a_error *error)
{
    char text[SHOWN_SIZE];

    return s3a_error_set(error, S3A_INVALID, "bucket name \"%s\": %s", shown(bucket, text), rule);
}

/* "192.168.5.4": four groups of one to three digits. */
static bool is_like_ipv4(struct s3a_str bucket)
{
    int groups = 0;

    for (struct s3a_str rest = bucket; rest.data; groups++) {
        struct s3a_str group = s3a_str_split(&rest, '.');
        uint64_t value;
        if (group.size > 3 || !s3a_str_to_uint64(group, 999, &value)) {
            return false;
        }
    }
    return groups == 4;
}

static enum s3a_status check_reserved(struct s3a_str bucket, struct s3a_error *error)
{
    static const char *const prefixes[] = {"xn--", "sthree-", "amzn-s3-demo-"};
    static const char *const suffixes[] = {"-s3alias", "--ol-s3", ".mrap", "--table-s3"};
    char text[SHOWN_SIZE];

    for (size_t i = 0; i < sizeof(prefixes) / sizeof(prefixes[0]); i++) {
        if (s3a_str_starts_with(bucket, prefixes[i])) {
            return s3a_error_set(error, S3A_INVALID,
                                 "bucket name \"%s\": names that begin with \"%s\" are reserved",
                                 shown(bucket, text), prefixes[i]);
        }
    }
    for (size_t i = 0; i < sizeof(suffixes) / sizeof(suffixes[0]); i++) {
        if (s3a_str_ends_with(bucket, suffixes[i])) {
            return s3a_error_set(error, S3A_INVALID,
                                 "bucket name \"%s\": names that end with \"%s\" are reserved",
                                 shown(bucket, text), suffixes[i]);
        }
    }
    return S3A_OK;
}

enum s3a_status s3a_bucket_check(struct s3a_str bucket, struct s3a_error *error)
{
    s3a_error_clear(error);
    if (bucket.size < S3A_BUCKET_SIZE_MIN || bucket.size > S3A_BUCKET_SIZE_MAX) {
        return refuse(bucket, "it must have 3 to 63 characters", error);
    }
    for (size_t i = 0; i < bucket.size; i++) {
        char byte = bucket.data[i];
        if (!is_letter_or_digit(byte) && byte != '.' && byte != '-') {
            return refuse(bucket, "only lower-case letters, digits, '.' and '-' may stand in it",
                          error);
        }
        if (byte == '.' && i > 0 && bucket.data[i - 1] == '.') {
            return refuse(bucket, "two dots may not stand side by side", error);
        }
    }
    if (!is_letter_or_digit(bucket.data[0]) || !is_letter_or_digit(bucket.data[bucket.size - 1])) {
        return refuse(bucket, "it must begin and end with a letter or a digit", error);
    }
    if (is_like_ipv4(bucket)) {
        return refuse(bucket, "it may not look like an IP address", error);
    }
    return check_reserved(bucket, error);
}

enum s3a_status s3a_key_check(struct s3a_str key, struct s3a_error *error)
{
    char text[SHOWN_SIZE];

    s3a_error_clear(error);
    if (key.size == 0) {
        return s3a_error_set(error, S3A_INVALID, "key: it may not be empty");
    }
    if (key.size > S3A_KEY_SIZE_MAX) {
        return s3a_error_set(error, S3A_INVALID,
                             "key \"%s\": it has %zu bytes, and at most %d are allowed",
                             shown(key, text), key.size, S3A_KEY_SIZE_MAX);
    }
    if (s3a_str_find(key, '\0') < key.size) {
        return s3a_error_set(error, S3A_INVALID, "key \"%s\": it may not hold a NUL byte",
                             shown(key, text));
    }
    if (!s3a_str_is_utf8(key)) {
        return s3a_error_set(error, S3A_INVALID, "key \"%s\": it is not UTF-8", shown(key, text));
    }
    return S3A_OK;
}
