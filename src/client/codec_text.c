/* SPDX-License-Identifier: MIT */
#include <stdlib.h>
#include <string.h>

#include <s3atomic/codec.h>

#include "error.h"
#include "json_text.h"

static enum s3a_status encode(const struct s3a_codec *codec, const void *value, void **ret_bytes,
                              size_t *ret_size, struct s3a_error *error)
{
    struct s3a_str text = s3a_str_of(value);

    (void)codec;
    *ret_bytes = NULL;
    *ret_size = 0;
    s3a_error_clear(error);
    if (!value) {
        return s3a_error_set(error, S3A_INVALID, "there is no value to encode");
    }
    if (!s3a_str_is_utf8(text)) {
        return s3a_error_set(error, S3A_FORMAT, "a text that is not UTF-8");
    }
    if (text.size == 0) {
        return S3A_OK;
    }
    void *copy = malloc(text.size);
    if (!copy) {
        return s3a_error_set_no_memory(error);
    }
    *ret_bytes = memcpy(copy, text.data, text.size);
    *ret_size = text.size;
    return S3A_OK;
}

/* What begins the text and is UTF-8 without a NUL character. */
static struct s3a_str good_part(struct s3a_str text)
{
    size_t at = 0;

    while (at < text.size && text.data[at] != '\0') {
        struct s3a_str character = {text.data + at, s3a_json_character_size(text.data[at])};
        if (character.size > text.size - at || !s3a_str_is_utf8(character)) {
            break;
        }
        at += character.size;
    }
    return s3a_str_make(text.data, at);
}

static enum s3a_status decode(const struct s3a_codec *codec, const void *bytes, size_t size,
                              void **ret_value, struct s3a_error *error)
{
    struct s3a_str text = s3a_str_make(bytes, size);

    (void)codec;
    *ret_value = NULL;
    s3a_error_clear(error);
    if (!s3a_str_is_utf8(text) || s3a_str_find(text, '\0') < size) {
        struct s3a_str good = good_part(text);
        struct s3a_json_spot spot = s3a_json_spot(good);
        return s3a_error_set(error, S3A_FORMAT,
                             "line %zu, column %zu: expected text in UTF-8, found byte 0x%02x",
                             spot.line, spot.column, (unsigned char)text.data[good.size]);
    }
    char *value = size < SIZE_MAX ? malloc(size + 1) : NULL;
    if (!value) {
        return s3a_error_set_no_memory(error);
    }
    if (size > 0) {
        memcpy(value, bytes, size);
    }
    value[size] = '\0';
    *ret_value = value;
    return S3A_OK;
}

static void free_value(const struct s3a_codec *codec, void *value)
{
    (void)codec;
    free(value);
}

const struct s3a_codec *s3a_text_codec(void)
{
    static const struct s3a_codec codec = {
        .content_type = "text/plain; charset=utf-8",
        .encode = encode,
        .decode = decode,
        .free_value = free_value,
    };
    return &codec;
}
