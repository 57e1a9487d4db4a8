/* SPDX-License-Identifier: MIT */
#ifndef S3ATOMIC_CODEC_H
#define S3ATOMIC_CODEC_H

/*
 * How a value becomes the bytes of an object, and back.
 *
 * Two codecs come with the library: bytes, and JSON described by a table of fields. Your own is a
 * struct s3a_codec with three functions.
 */

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <s3atomic/status.h>

#ifdef __cplusplus
extern "C" {
#endif

struct s3a_codec {
    /* Sent as Content-Type with every put. */
    const char *content_type;

    /* Makes bytes of value: *ret_bytes from malloc(), freed by the library; may be NULL where
     * *ret_size is 0. */
    enum s3a_status (*encode)(const struct s3a_codec *codec, const void *value, void **ret_bytes,
                              size_t *ret_size, struct s3a_error *error);

    /* Makes a value of bytes: *ret_value from malloc(). S3A_FORMAT, with what was expected and
     * what was found, for bytes that are not one. */
    enum s3a_status (*decode)(const struct s3a_codec *codec, const void *bytes, size_t size,
                              void **ret_value, struct s3a_error *error);

    /* Frees what decode made. NULL is accepted. */
    void (*free_value)(const struct s3a_codec *codec, void *value);

    /* For the codec's own use. */
    const void *user;
};

/* Raw bytes: a value is a struct s3a_bytes. Content-Type application/octet-stream. */
struct s3a_bytes {
    const void *data;
    size_t size;
};

S3A_API const struct s3a_codec *s3a_bytes_codec(void);

/*
 * JSON by a table of fields.
 *
 *      struct limits { int64_t max; double rate; };
 *      struct config { char *name; int64_t value; struct limits limits; char **hosts;
 *                      size_t hosts_count; bool *verbose; };
 *
 *      static const struct s3a_field limits_fields[] = {
 *          S3A_FIELD_INT64(struct limits, max),
 *          S3A_FIELD_DOUBLE(struct limits, rate),
 *      };
 *      static const struct s3a_type limits_type = S3A_TYPE(struct limits, limits_fields);
 *
 *      static const struct s3a_field config_fields[] = {
 *          S3A_FIELD_STRING(struct config, name),
 *          S3A_FIELD_INT64(struct config, value),
 *          S3A_FIELD_STRUCT(struct config, limits, &limits_type),
 *          S3A_FIELD_ARRAY(struct config, hosts, hosts_count, &s3a_string_type),
 *          S3A_FIELD_OPTIONAL(struct config, verbose, &s3a_bool_type),
 *      };
 *      static const struct s3a_type config_type = S3A_TYPE(struct config, config_fields);
 *
 * Every member is required, but for S3A_FIELD_OPTIONAL: a pointer that is NULL where the member is
 * missing or null, and that is left out when it is NULL. Members that the table does not name are
 * ignored, or refused with S3A_TYPE_STRICT. A member that stands there twice is refused.
 *
 * What decode made belongs to it: strings, arrays and optional members come from malloc() and are
 * freed with the value.
 */
enum s3a_kind {
    S3A_KIND_STRING, /* char *, UTF-8, may be NULL: null */
    S3A_KIND_INT64,
    S3A_KIND_INT32,
    S3A_KIND_UINT32,
    S3A_KIND_DOUBLE,
    S3A_KIND_BOOL,
    S3A_KIND_STRUCT,
};

enum s3a_field_form {
    S3A_FORM_VALUE,    /* the member is the value */
    S3A_FORM_ARRAY,    /* the member is a pointer to count of them */
    S3A_FORM_OPTIONAL, /* the member is a pointer to one, or NULL */
};

struct s3a_type {
    enum s3a_kind kind;
    size_t size;
    const struct s3a_field *fields; /* STRUCT */
    size_t field_count;
    bool strict; /* members that no field names are refused */
};

struct s3a_field {
    const char *name;
    size_t offset;
    enum s3a_field_form form;
    const struct s3a_type *type;
    size_t count_offset; /* ARRAY: of the size_t that counts them */
};

extern S3A_API const struct s3a_type s3a_string_type;
extern S3A_API const struct s3a_type s3a_int64_type;
extern S3A_API const struct s3a_type s3a_int32_type;
extern S3A_API const struct s3a_type s3a_uint32_type;
extern S3A_API const struct s3a_type s3a_double_type;
extern S3A_API const struct s3a_type s3a_bool_type;

#define S3A_TYPE(struct_type, table)                                                               \
    {                                                                                              \
        S3A_KIND_STRUCT, sizeof(struct_type), (table), sizeof(table) / sizeof((table)[0]), false   \
    }
#define S3A_TYPE_STRICT(struct_type, table)                                                        \
    {                                                                                              \
        S3A_KIND_STRUCT, sizeof(struct_type), (table), sizeof(table) / sizeof((table)[0]), true    \
    }

/* One member under its own name; S3A_FIELD_NAMED gives it another in JSON. */
#define S3A_FIELD_NAMED(struct_type, member, json_name, type_pointer)                              \
    {                                                                                              \
        (json_name), offsetof(struct_type, member), S3A_FORM_VALUE, (type_pointer), 0              \
    }
#define S3A_FIELD_STRUCT(struct_type, member, type_pointer)                                        \
    S3A_FIELD_NAMED(struct_type, member, #member, type_pointer)
#define S3A_FIELD_STRING(struct_type, member)                                                      \
    S3A_FIELD_NAMED(struct_type, member, #member, &s3a_string_type)
#define S3A_FIELD_INT64(struct_type, member)                                                       \
    S3A_FIELD_NAMED(struct_type, member, #member, &s3a_int64_type)
#define S3A_FIELD_INT32(struct_type, member)                                                       \
    S3A_FIELD_NAMED(struct_type, member, #member, &s3a_int32_type)
#define S3A_FIELD_UINT32(struct_type, member)                                                      \
    S3A_FIELD_NAMED(struct_type, member, #member, &s3a_uint32_type)
#define S3A_FIELD_DOUBLE(struct_type, member)                                                      \
    S3A_FIELD_NAMED(struct_type, member, #member, &s3a_double_type)
#define S3A_FIELD_BOOL(struct_type, member)                                                        \
    S3A_FIELD_NAMED(struct_type, member, #member, &s3a_bool_type)
#define S3A_FIELD_ARRAY(struct_type, member, count_member, type_pointer)                           \
    {                                                                                              \
#member, offsetof(struct_type, member), S3A_FORM_ARRAY, (type_pointer),                    \
            offsetof(struct_type, count_member)                                                    \
    }
#define S3A_FIELD_OPTIONAL(struct_type, member, type_pointer)                                      \
    {                                                                                              \
#member, offsetof(struct_type, member), S3A_FORM_OPTIONAL, (type_pointer), 0               \
    }

/*
 * A codec for values of that type, which must be of kind STRUCT and stay valid as long as the
 * codec. The result lives as long as the process and is the same for the same type; NULL where
 * there is no memory or the type is not usable (nested deeper than 32, say). Content-Type
 * application/json.
 *
 * Encoding writes members in the order of the table. It refuses what JSON cannot hold (a double
 * that is not finite, a string that is not UTF-8) with S3A_FORMAT. Errors name the path of the
 * member: `limits.max: expected an integer, found "ten"`.
 */
S3A_API const struct s3a_codec *s3a_json_codec(const struct s3a_type *type);

#ifdef __cplusplus
}
#endif

#endif
