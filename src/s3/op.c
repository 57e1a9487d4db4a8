/* SPDX-License-Identifier: MIT */
#include "op.h"

struct s3a_str s3a_headers_find(const struct s3a_headers *headers, const char *name)
{
    for (size_t i = 0; i < headers->count; i++) {
        if (s3a_str_is(headers->items[i].name, name)) {
            return headers->items[i].value;
        }
    }
    return s3a_str_make(NULL, 0);
}

bool s3a_headers_add(struct s3a_headers *headers, struct s3a_str name, struct s3a_str value)
{
    if (headers->count == S3A_STORED_HEADERS_MAX) {
        return false;
    }
    headers->items[headers->count++] = (struct s3a_header){name, value};
    return true;
}

bool s3a_header_is_stored(struct s3a_str name)
{
    static const char *const names[] = {"content-type",        "content-encoding",
                                        "content-disposition", "content-language",
                                        "cache-control",       "expires"};

    for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
        if (s3a_str_is(name, names[i])) {
            return true;
        }
    }
    return s3a_header_is_metadata(name);
}

bool s3a_header_is_metadata(struct s3a_str name)
{
    return s3a_str_starts_with(name, "x-amz-meta-");
}

/* RFC 9110, section 5.6.2, without the upper-case letters. */
static bool is_token(struct s3a_str name)
{
    const struct s3a_str others = S3A_STR("!#$%&'*+-.^_`|~");

    for (size_t i = 0; i < name.size; i++) {
        char byte = name.data[i];
        if (!((byte >= 'a' && byte <= 'z') || (byte >= '0' && byte <= '9') ||
              s3a_str_find(others, byte) < others.size)) {
            return false;
        }
    }
    return name.size > 0;
}

bool s3a_header_is_valid(struct s3a_str name, struct s3a_str value)
{
    for (size_t i = 0; i < value.size; i++) {
        unsigned char byte = (unsigned char)value.data[i];
        if ((byte < ' ' && byte != '\t') || byte == 0x7f) {
            return false;
        }
    }
    return is_token(name);
}

/* Where the range begins and ends (exclusive) in an object of that size. */
static void range_bounds(const struct s3a_range *range, uint64_t object_size, uint64_t *ret_first,
                         uint64_t *ret_end)
{
    *ret_first = range->first;
    *ret_end = object_size;
    switch (range->kind) {
    case S3A_RANGE_NONE:
        *ret_first = 0;
        break;
    case S3A_RANGE_FROM_TO:
        *ret_end = range->last < object_size ? range->last + 1 : object_size;
        break;
    case S3A_RANGE_FROM:
        break;
    case S3A_RANGE_SUFFIX:
        *ret_first = range->first < object_size ? object_size - range->first : 0;
        break;
    }
}

bool s3a_range_resolve(const struct s3a_range *range, uint64_t object_size, uint64_t *ret_offset,
                       uint64_t *ret_size)
{
    uint64_t first;
    uint64_t end;

    range_bounds(range, object_size, &first, &end);
    bool is_possible = range->kind == S3A_RANGE_NONE || first < end;
    *ret_offset = is_possible ? first : 0;
    *ret_size = is_possible ? end - first : 0;
    return is_possible;
}
