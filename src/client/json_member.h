/* SPDX-License-Identifier: MIT */
#ifndef S3A_JSON_MEMBER_H
#define S3A_JSON_MEMBER_H

/* Members of structs, read and written by what a row says of them. */

#include <string.h>

#include <s3atomic/json.h>

/* A member that is a pointer, whatever it points to. */
static inline void *s3a_json_pointer(const void *member)
{
    void *pointer;

    memcpy(&pointer, member, sizeof(pointer));
    return pointer;
}

static inline void s3a_json_set_pointer(void *member, const void *pointer)
{
    memcpy(member, &pointer, sizeof(pointer));
}

/* An integer of 1, 2, 4 or 8 bytes; a signed one is extended. */
uint64_t s3a_json_load(const void *member, size_t size, bool is_signed);
void s3a_json_store(void *member, size_t size, uint64_t value);

/* Of an integer type. */
int64_t s3a_json_integer_min(const struct s3a_type *type);
uint64_t s3a_json_integer_max(const struct s3a_type *type);

/* How many elements the row's array has in that struct; false where the count is negative. */
bool s3a_json_count(const struct s3a_field *field, const char *value, size_t *ret_count);

static inline bool s3a_json_is_optional(const struct s3a_field *field)
{
    return field->absent && field->absent[0] == '\0';
}

/* "a string", "an integer", ... */
const char *s3a_json_kind_text(enum s3a_kind kind);

/* What a name in the table of an enum stands for; NULL where there is none. */
const struct s3a_enum_name *s3a_json_enum_name(const struct s3a_type *type, const void *member,
                                               size_t size);

#endif
