/* SPDX-License-Identifier: MIT */
#include "checksum_value.h"

#include <stdio.h>
#include <string.h>

#define SEPARATOR '='
/* No digit of base64. */
#define COUNT_MARK '-'

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

void s3a_checksum_value_set_composite(struct s3a_checksum_value *value, enum s3a_checksum_kind kind,
                                      const uint8_t *bytes, size_t part_count)
{
    s3a_checksum_value_set(value, kind, bytes);
    size_t size = strlen(value->text);
    snprintf(value->text + size, sizeof(value->text) - size, "%c%zu", COUNT_MARK, part_count);
}

enum s3a_checksum_type s3a_checksum_value_type(const struct s3a_checksum_value *value)
{
    return strchr(value->text, COUNT_MARK) ? S3A_CHECKSUM_COMPOSITE : S3A_CHECKSUM_FULL_OBJECT;
}

struct s3a_checksum_choice s3a_checksum_value_choice(const struct s3a_checksum_value *value)
{
    struct s3a_checksum_choice choice = {0};

    if (value->kind != S3A_CHECKSUM_NONE) {
        choice.kind = value->kind;
        choice.type = s3a_checksum_value_type(value);
    }
    return choice;
}

struct s3a_str s3a_checksum_value_digest(const struct s3a_checksum_value *value)
{
    struct s3a_str text = s3a_str_of(value->text);

    return s3a_str_split(&text, COUNT_MARK);
}

bool s3a_checksum_value_bytes(const struct s3a_checksum_value *value,
                              uint8_t ret_bytes[S3A_CHECKSUM_SIZE_MAX])
{
    return s3a_base64_decode(s3a_checksum_value_digest(value), ret_bytes,
                             s3a_checksum_size(value->kind));
}

bool s3a_checksum_value_parse(struct s3a_checksum_value *value, enum s3a_checksum_kind kind,
                              struct s3a_str text)
{
    uint8_t bytes[S3A_CHECKSUM_SIZE_MAX];
    struct s3a_str count = text;
    struct s3a_str digest = s3a_str_split(&count, COUNT_MARK);
    uint64_t part_count;

    *value = (struct s3a_checksum_value){0};
    if (text.size > S3A_CHECKSUM_TEXT_SIZE_MAX ||
        !s3a_base64_decode(digest, bytes, s3a_checksum_size(kind)) ||
        (count.data && !s3a_str_to_uint64(count, UINT32_MAX, &part_count))) {
        return false;
    }
    value->kind = kind;
    memcpy(value->text, text.data, text.size);
    return true;
}

void s3a_checksum_value_write(const struct s3a_checksum_value *value,
                              char ret_stored[S3A_CHECKSUM_STORED_SIZE_MAX + 1])
{
    *ret_stored = '\0';
    if (value->kind != S3A_CHECKSUM_NONE) {
        snprintf(ret_stored, S3A_CHECKSUM_STORED_SIZE_MAX + 1, "%s%c%s",
                 s3a_checksum_name(value->kind), SEPARATOR, value->text);
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
