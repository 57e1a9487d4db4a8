/* SPDX-License-Identifier: MIT */
#include "stored_headers.h"

#include <string.h>

/* RFC 9110, section 5.6.2, without upper case. */
static bool is_name(struct s3a_str name)
{
    for (size_t i = 0; i < name.size; i++) {
        char byte = name.data[i];
        if (byte <= ' ' || byte >= 0x7f || (byte >= 'A' && byte <= 'Z') ||
            strchr("\"(),/:;<=>?@[\\]{}", byte)) {
            return false;
        }
    }
    return name.size > 0;
}

static bool is_value(struct s3a_str value)
{
    for (size_t i = 0; i < value.size; i++) {
        unsigned char byte = (unsigned char)value.data[i];
        if ((byte < ' ' && byte != '\t') || byte == 0x7f) {
            return false;
        }
    }
    return true;
}

static bool is_metadata(struct s3a_str name)
{
    return s3a_str_starts_with(name, "x-amz-meta-");
}

static void append(struct s3a_buf *text, struct s3a_str name, struct s3a_str value)
{
    s3a_buf_append(text, name);
    s3a_buf_append_byte(text, ':');
    s3a_buf_append(text, value);
    s3a_buf_append_byte(text, '\n');
}

enum s3a_code s3a_stored_headers_encode(const struct s3a_headers *headers, struct s3a_buf *text)
{
    bool has_type = s3a_headers_find(headers, "content-type").data;
    size_t metadata_size = 0;
    size_t size = 0;

    for (size_t i = 0; i < headers->count; i++) {
        const struct s3a_header *header = &headers->items[i];
        if (!is_name(header->name) || !is_value(header->value)) {
            return S3A_CODE_INVALID_ARGUMENT;
        }
        size += header->name.size + header->value.size;
        if (is_metadata(header->name)) {
            metadata_size += header->name.size - sizeof("x-amz-meta-") + 1 + header->value.size;
        }
        append(text, header->name, header->value);
    }
    if (metadata_size > S3A_METADATA_SIZE_MAX || size > S3A_STORED_HEADERS_SIZE_MAX ||
        headers->count + !has_type > S3A_STORED_HEADERS_MAX) {
        return S3A_CODE_METADATA_TOO_LARGE;
    }
    if (!has_type) {
        append(text, S3A_STR("content-type"), S3A_STR(S3A_CONTENT_TYPE_DEFAULT));
    }
    return S3A_CODE_NONE;
}

bool s3a_stored_headers_decode(struct s3a_str text, struct s3a_headers *ret_headers)
{
    ret_headers->count = 0;
    while (text.size > 0) {
        struct s3a_str value = s3a_str_split(&text, '\n');
        struct s3a_str name = s3a_str_split(&value, ':');
        if (name.size == 0 || !value.data || !s3a_headers_add(ret_headers, name, value)) {
            return false;
        }
    }
    return true;
}
