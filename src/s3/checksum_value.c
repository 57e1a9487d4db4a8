/* SPDX-License-Identifier: MIT */
#include "checksum_value.h"

#include <stdio.h>
#include <string.h>

#define SEPARATOR '='

void s3a_checksum_value_set(struct s3a_checksum_value *value, enum s3a_checksum_kind kind,
                            const uint8_t *bytes)
{
    struct s3a_buf text;

    *value = (struct s3a_checksum_value){.kind = kind};
    s3a_buf_init(&text, S3A_CHECKSUM_TEXT_SIZE_MAX);
    s3a_base64_encode(&text, s3a_str_make(bytes, s3a_checksum_size(kind)));
    if (text.status == S3A_OK) {
        memcpy(value->text, text.data, text.size);
    } else {
        value->kind = S3A_CHECKSUM_NONE;
    }
    s3a_buf_fini(&text);
}

const char *s3a_checksum_value_type(const struct s3a_checksum_value *value)
{
    return strchr(value->text, '-') ? "COMPOSITE" : "FULL_OBJECT";
}

void s3a_checksum_value_write(const struct s3a_checksum_value *value,
                              char ret_stored[S3A_CHECKSUM_STORED_SIZE_MAX + 1])
{
    *ret_stored = '\0';
    if (value->kind != S3A_CHECKSUM_NONE) {
        snprintf(ret_stored, S3A_CHECKSUM_STORED_SIZE_MAX + 1, "%s%c%s",
                 s3a_checksum_header(value->kind) + strlen(S3A_CHECKSUM_PREFIX), SEPARATOR,
                 value->text);
    }
}

static bool is_text(struct s3a_str text)
{
    const struct s3a_str others = S3A_STR("+/=-");

    for (size_t i = 0; i < text.size; i++) {
        char byte = text.data[i];
        if (!((byte >= '0' && byte <= '9') || (byte >= 'a' && byte <= 'z') ||
              (byte >= 'A' && byte <= 'Z') || s3a_str_find(others, byte) < others.size)) {
            return false;
        }
    }
    return text.size > 0 && text.size <= S3A_CHECKSUM_TEXT_SIZE_MAX;
}

bool s3a_checksum_value_read(struct s3a_str stored, struct s3a_checksum_value *ret_value)
{
    struct s3a_str name = s3a_str_split(&stored, SEPARATOR);
    enum s3a_checksum_kind kind = s3a_checksum_kind_of_name(name);

    *ret_value = (struct s3a_checksum_value){0};
    if (name.size == 0 && !stored.data) {
        return true;
    }
    if (kind == S3A_CHECKSUM_NONE || !is_text(stored)) {
        return false;
    }
    ret_value->kind = kind;
    memcpy(ret_value->text, stored.data, stored.size);
    return true;
}
