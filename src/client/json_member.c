/* SPDX-License-Identifier: MIT */
#include "json_member.h"

#define SIGNED(bits)                                                                               \
    {                                                                                              \
        .kind = S3A_KIND_SIGNED, .size = (bits) / 8                                                \
    }
#define UNSIGNED(bits)                                                                             \
    {                                                                                              \
        .kind = S3A_KIND_UNSIGNED, .size = (bits) / 8                                              \
    }

const struct s3a_type s3a_string_type = {.kind = S3A_KIND_STRING, .size = sizeof(char *)};
const struct s3a_type s3a_chars_type = {.kind = S3A_KIND_CHARS};
const struct s3a_type s3a_bytes_type = {.kind = S3A_KIND_BYTES, .size = sizeof(struct s3a_bytes)};
const struct s3a_type s3a_bool_type = {.kind = S3A_KIND_BOOL, .size = sizeof(bool)};
const struct s3a_type s3a_int8_type = SIGNED(8);
const struct s3a_type s3a_int16_type = SIGNED(16);
const struct s3a_type s3a_int32_type = SIGNED(32);
const struct s3a_type s3a_int64_type = SIGNED(64);
const struct s3a_type s3a_uint8_type = UNSIGNED(8);
const struct s3a_type s3a_uint16_type = UNSIGNED(16);
const struct s3a_type s3a_uint32_type = UNSIGNED(32);
const struct s3a_type s3a_uint64_type = UNSIGNED(64);
const struct s3a_type s3a_float_type = {.kind = S3A_KIND_REAL, .size = sizeof(float)};
const struct s3a_type s3a_double_type = {.kind = S3A_KIND_REAL, .size = sizeof(double)};

const char *s3a_json_kind_text(enum s3a_kind kind)
{
    static const char *const texts[] = {
        [S3A_KIND_STRING] = "a string",      [S3A_KIND_CHARS] = "a string",
        [S3A_KIND_BYTES] = "base64",         [S3A_KIND_BOOL] = "true or false",
        [S3A_KIND_SIGNED] = "an integer",    [S3A_KIND_UNSIGNED] = "an integer",
        [S3A_KIND_REAL] = "a number",        [S3A_KIND_ENUM] = "an enum",
        [S3A_KIND_POINTER] = "a pointer",    [S3A_KIND_STRUCT] = "an object",
        [S3A_KIND_BARE] = "an array or map",
    };

    return (size_t)kind < sizeof(texts) / sizeof(texts[0]) ? texts[kind] : NULL;
}

uint64_t s3a_json_load(const void *member, size_t size, bool is_signed)
{
    uint8_t one;
    uint16_t two;
    uint32_t four;
    uint64_t eight;

    switch (size) {
    case 1:
        memcpy(&one, member, size);
        return is_signed ? (uint64_t)(int8_t)one : one;
    case 2:
        memcpy(&two, member, size);
        return is_signed ? (uint64_t)(int16_t)two : two;
    case 4:
        memcpy(&four, member, size);
        return is_signed ? (uint64_t)(int32_t)four : four;
    default:
        memcpy(&eight, member, sizeof(eight));
        return eight;
    }
}

void s3a_json_store(void *member, size_t size, uint64_t value)
{
    uint8_t one = (uint8_t)value;
    uint16_t two = (uint16_t)value;
    uint32_t four = (uint32_t)value;

    switch (size) {
    case 1:
        memcpy(member, &one, size);
        break;
    case 2:
        memcpy(member, &two, size);
        break;
    case 4:
        memcpy(member, &four, size);
        break;
    default:
        memcpy(member, &value, sizeof(value));
        break;
    }
}

int64_t s3a_json_integer_min(const struct s3a_type *type)
{
    return type->kind == S3A_KIND_UNSIGNED ? 0 : -(int64_t)s3a_json_integer_max(type) - 1;
}

uint64_t s3a_json_integer_max(const struct s3a_type *type)
{
    return UINT64_MAX >> (64 - 8 * type->size + (type->kind == S3A_KIND_SIGNED));
}

bool s3a_json_count(const struct s3a_field *field, const char *value, size_t *ret_count)
{
    const struct s3a_type *type = field->count_type;

    *ret_count = field->capacity;
    if (!type) {
        return true;
    }
    bool is_signed = type->kind == S3A_KIND_SIGNED;
    uint64_t count = s3a_json_load(value + field->count_offset, type->size, is_signed);
    *ret_count = (size_t)count;
    return !is_signed || (int64_t)count >= 0;
}

const struct s3a_enum_name *s3a_json_enum_name(const struct s3a_type *type, const void *member,
                                               size_t size)
{
    uint64_t value = s3a_json_load(member, size, false);

    for (size_t i = 0; i < type->count; i++) {
        if (value << (64 - 8 * size) == (uint64_t)type->names[i].value << (64 - 8 * size)) {
            return &type->names[i];
        }
    }
    return NULL;
}
