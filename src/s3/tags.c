/* SPDX-License-Identifier: MIT */
#include "tags.h"

#include "uri.h"

void s3a_tags_init(struct s3a_tags *tags, size_t count_max)
{
    *tags = (struct s3a_tags){.count_max = count_max};
    s3a_buf_init(&tags->text, S3A_TAGS_SIZE_MAX);
}

void s3a_tags_fini(struct s3a_tags *tags)
{
    s3a_buf_fini(&tags->text);
}

static enum s3a_code refuse(struct s3a_tags *tags, enum s3a_code code, const char *message)
{
    tags->message = message;
    return code;
}

/* "Letters, numbers, and spaces representable in UTF-8, and + - = . _ : / @" */
static bool is_character(unsigned char byte)
{
    const struct s3a_str others = S3A_STR(" +-=._:/@");

    return (byte >= '0' && byte <= '9') || (byte >= 'a' && byte <= 'z') ||
           (byte >= 'A' && byte <= 'Z') || byte >= 0x80 ||
           s3a_str_find(others, (char)byte) < others.size;
}

static bool is_text(struct s3a_str text, size_t count_min, size_t count_max)
{
    size_t count = 0;

    for (size_t i = 0; i < text.size; i++) {
        unsigned char byte = (unsigned char)text.data[i];
        if (!is_character(byte)) {
            return false;
        }
        count += (byte & 0xc0) != 0x80;
    }
    return count >= count_min && count <= count_max && s3a_str_is_utf8(text);
}

/* Is the tag whose encoded key ends the text there already? */
static bool is_repeated(const struct s3a_tags *tags, size_t key_offset)
{
    struct s3a_str rest = s3a_str_make(tags->text.data, key_offset);
    struct s3a_str key = s3a_str_skip(s3a_buf_str(&tags->text), key_offset);
    struct s3a_str name;
    struct s3a_str value;

    while (s3a_query_next(&rest, &name, &value)) {
        if (s3a_str_equal(name, key)) {
            return true;
        }
    }
    return false;
}

enum s3a_code s3a_tags_add(struct s3a_tags *tags, struct s3a_str key, struct s3a_str value)
{
    if (!is_text(key, 1, S3A_TAG_KEY_MAX)) {
        return refuse(tags, S3A_CODE_INVALID_TAG, "The TagKey you have provided is invalid");
    }
    if (!is_text(value, 0, S3A_TAG_VALUE_MAX)) {
        return refuse(tags, S3A_CODE_INVALID_TAG, "The TagValue you have provided is invalid");
    }
    if (s3a_str_starts_with_nocase(key, "aws:")) {
        return refuse(tags, S3A_CODE_INVALID_TAG,
                      "System tags cannot be added/updated by requester");
    }
    if (tags->count == tags->count_max) {
        return refuse(tags, S3A_CODE_BAD_REQUEST,
                      tags->count_max == S3A_TAGS_OF_OBJECT_MAX
                          ? "Object tags cannot be greater than 10"
                          : "Bucket tag count cannot be greater than 50");
    }
    if (tags->count > 0) {
        s3a_buf_append_byte(&tags->text, '&');
    }
    size_t offset = tags->text.size;
    s3a_uri_encode(&tags->text, key, false);
    if (tags->text.status == S3A_OK && tags->count > 0 && is_repeated(tags, offset)) {
        return refuse(tags, S3A_CODE_INVALID_TAG, "Cannot provide multiple Tags with the same key");
    }
    s3a_buf_append_byte(&tags->text, '=');
    s3a_uri_encode(&tags->text, value, false);
    tags->count++;
    return tags->text.status == S3A_OK ? S3A_CODE_NONE
                                       : refuse(tags, S3A_CODE_INTERNAL_ERROR, "out of memory");
}

enum s3a_code s3a_tags_add_query(struct s3a_tags *tags, struct s3a_pool *pool, struct s3a_str query)
{
    enum s3a_code code = S3A_CODE_NONE;
    struct s3a_str key;
    struct s3a_str value;

    while (code == S3A_CODE_NONE && s3a_query_next(&query, &key, &value)) {
        enum s3a_status status = s3a_uri_decode(pool, key, true, &key);
        if (status == S3A_OK) {
            status = s3a_uri_decode(pool, value, true, &value);
        }
        if (status != S3A_OK) {
            return status == S3A_NO_MEMORY
                       ? refuse(tags, S3A_CODE_INTERNAL_ERROR, "out of memory")
                       : refuse(tags, S3A_CODE_INVALID_ARGUMENT,
                                "The header 'x-amz-tagging' shall be encoded as UTF-8 then "
                                "URLEncoded URL query parameters without tag name duplicates.");
        }
        code = s3a_tags_add(tags, key, value);
    }
    return code;
}

size_t s3a_tags_count(struct s3a_str stored)
{
    struct s3a_str key;
    struct s3a_str value;
    size_t count = 0;

    while (s3a_query_next(&stored, &key, &value)) {
        count++;
    }
    return count;
}
