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
 * JSON by a table of fields: the table says which member of a struct is which member of a JSON
 * object.
 *
 *      struct limits {
 *          int64_t max;
 *          double rate;
 *      };
 *      struct config {
 *          char *name;
 *          struct limits limits;
 *          char **hosts;
 *          size_t hosts_count;
 *          bool *verbose;
 *      };
 *
 *      static const struct s3a_field limits_fields[] = {
 *          S3A_FIELD_INT64(struct limits, max),
 *          S3A_FIELD_DOUBLE(struct limits, rate),
 *      };
 *      static const struct s3a_type limits_type = S3A_TYPE(struct limits, limits_fields);
 *
 *      static const struct s3a_field config_fields[] = {
 *          S3A_FIELD_STRING(struct config, name),
 *          S3A_FIELD_STRUCT(struct config, limits, &limits_type),
 *          S3A_FIELD_ARRAY(struct config, hosts, hosts_count, &s3a_string_type),
 *          S3A_FIELD_OPTIONAL(struct config, verbose, &s3a_bool_type),
 *      };
 *      static const struct s3a_type config_type = S3A_TYPE(struct config, config_fields);
 *
 * A struct config is then, for instance,
 *
 *      {"name":"main","limits":{"max":10,"rate":0.5},"hosts":["a","b"]}
 *
 * Required and optional. Every member must be there, but for S3A_FIELD_OPTIONAL: its struct member
 * is a pointer that is NULL where the JSON member is missing or null, and where it is NULL, the
 * JSON member is left out. An optional string is a plain char *. A string that is not optional may
 * be null in JSON, and is NULL then; nothing else may be null.
 *
 * Unknown members. Those that the table does not name are ignored, and so lost when the value is
 * written again; with S3A_TYPE_STRICT they are refused. A member that the table names and that
 * stands there twice is always refused.
 *
 * Numbers. An integer is written as one: 1, not 1.0 or 1e0, and within the range of its kind. A
 * double also takes an integer. Doubles come back as the same double, and 0.1 is written as 0.1.
 *
 * Ownership. What decode made belongs to the value and comes from malloc(), each string, array and
 * optional member for itself; free_value frees it all. So a string in a decoded value is changed
 * by free() of the old one and strdup() of the new one. A value of your own that is only encoded
 * may point to whatever you like.
 */
enum s3a_kind {
    S3A_KIND_STRING, /* char *: UTF-8 without a NUL character; NULL is null */
    S3A_KIND_INT64,  /* int64_t */
    S3A_KIND_INT32,  /* int32_t */
    S3A_KIND_UINT32, /* uint32_t */
    S3A_KIND_DOUBLE, /* double: finite */
    S3A_KIND_BOOL,   /* bool */
    S3A_KIND_STRUCT, /* a struct with a table of its own */
};

enum s3a_field_form {
    S3A_FORM_VALUE,    /* the member is the value */
    S3A_FORM_ARRAY,    /* the member points to count of them, and may be NULL where count is 0 */
    S3A_FORM_OPTIONAL, /* the member points to one, or is NULL; of a string: is it, or NULL */
};

/* Filled by S3A_TYPE and S3A_TYPE_STRICT. */
struct s3a_type {
    enum s3a_kind kind;
    size_t size;                    /* of one value, in bytes */
    const struct s3a_field *fields; /* STRUCT */
    size_t field_count;             /* STRUCT */
    bool strict;                    /* STRUCT: members that no field names are refused */
};

/* Filled by the S3A_FIELD_... macros. */
struct s3a_field {
    const char *name; /* in JSON */
    size_t offset;    /* of the member in the struct */
    size_t size;      /* of the member; ARRAY and OPTIONAL: of what it points to; 0: none fits */
    enum s3a_field_form form;
    const struct s3a_type *type;
    size_t count_offset; /* ARRAY: of the size_t that counts them */
};

/* For arrays and optional members. */
extern S3A_API const struct s3a_type s3a_string_type;
extern S3A_API const struct s3a_type s3a_int64_type;
extern S3A_API const struct s3a_type s3a_int32_type;
extern S3A_API const struct s3a_type s3a_uint32_type;
extern S3A_API const struct s3a_type s3a_double_type;
extern S3A_API const struct s3a_type s3a_bool_type;

/* The rows of a table lie in pairs of braces, which no formatter has laid out well yet. */
/* clang-format off */
#define S3A_TYPE(struct_type, table)                                                               \
    { S3A_KIND_STRUCT, sizeof(struct_type), (table), sizeof(table) / sizeof((table)[0]), false }
#define S3A_TYPE_STRICT(struct_type, table)                                                        \
    { S3A_KIND_STRUCT, sizeof(struct_type), (table), sizeof(table) / sizeof((table)[0]), true }

/* One member under its own name. One whose C type is not the one that is asked for is warned of by
 * the compiler (an error in C++), and the table is refused. */
#define S3A_FIELD_STRING(struct_type, member)                                                      \
    S3A_FIELD_TYPED_(struct_type, member, char *, &s3a_string_type)
#define S3A_FIELD_INT64(struct_type, member)                                                       \
    S3A_FIELD_TYPED_(struct_type, member, int64_t, &s3a_int64_type)
#define S3A_FIELD_INT32(struct_type, member)                                                       \
    S3A_FIELD_TYPED_(struct_type, member, int32_t, &s3a_int32_type)
#define S3A_FIELD_UINT32(struct_type, member)                                                      \
    S3A_FIELD_TYPED_(struct_type, member, uint32_t, &s3a_uint32_type)
#define S3A_FIELD_DOUBLE(struct_type, member)                                                      \
    S3A_FIELD_TYPED_(struct_type, member, double, &s3a_double_type)
#define S3A_FIELD_BOOL(struct_type, member)                                                        \
    S3A_FIELD_TYPED_(struct_type, member, bool, &s3a_bool_type)
#define S3A_FIELD_STRUCT(struct_type, member, type_pointer)                                        \
    S3A_FIELD_NAMED(struct_type, member, #member, type_pointer)
#define S3A_FIELD_ARRAY(struct_type, member, count_member, type_pointer)                           \
    S3A_FIELD_ARRAY_NAMED(struct_type, member, count_member, #member, type_pointer)
#define S3A_FIELD_OPTIONAL(struct_type, member, type_pointer)                                      \
    S3A_FIELD_OPTIONAL_NAMED(struct_type, member, #member, type_pointer)

/* The same under another name in JSON. S3A_FIELD_NAMED is for a member of any kind:
 * S3A_FIELD_NAMED(struct config, max_rate, "max-rate", &s3a_double_type). */
#define S3A_FIELD_NAMED(struct_type, member, json_name, type_pointer)                              \
    { (json_name), offsetof(struct_type, member), sizeof(((struct_type *)0)->member),              \
      S3A_FORM_VALUE, (type_pointer), 0 }
#define S3A_FIELD_ARRAY_NAMED(struct_type, member, count_member, json_name, type_pointer)          \
    { (json_name), offsetof(struct_type, member), sizeof(*((struct_type *)0)->member),             \
      S3A_FORM_ARRAY, (type_pointer), S3A_COUNT_OFFSET_(struct_type, count_member) }
#define S3A_FIELD_OPTIONAL_NAMED(struct_type, member, json_name, type_pointer)                     \
    { (json_name), offsetof(struct_type, member), sizeof(*((struct_type *)0)->member),             \
      S3A_FORM_OPTIONAL, (type_pointer), 0 }

/* Of use above only. The size of a member; 0 where it is of another type, if that compiles: the
 * choice between pointers to different types is a pointer to void, whose size is 1. */
#define S3A_SIZE_AS_(struct_type, member, c_type)                                                  \
    (sizeof(*(1 ? &((struct_type *)0)->member : (c_type *)0)) ==                                   \
             sizeof(((struct_type *)0)->member)                                                    \
         ? sizeof(c_type)                                                                          \
         : 0)
#define S3A_FIELD_TYPED_(struct_type, member, c_type, type_pointer)                                \
    { #member, offsetof(struct_type, member), S3A_SIZE_AS_(struct_type, member, c_type),           \
      S3A_FORM_VALUE, (type_pointer), 0 }
#define S3A_COUNT_OFFSET_(struct_type, member)                                                     \
    (S3A_SIZE_AS_(struct_type, member, size_t) ? offsetof(struct_type, member) : SIZE_MAX)
/* clang-format on */

/*
 * A codec for values of that type, which must be a struct and stay valid as long as the process.
 * The result does so too and is the same for the same type; it is not to be freed. NULL where
 * there is no memory, or where s3a_json_type_check() has something to say. Content-Type
 * application/json. Any thread.
 *
 * Encoding writes the members in the order of the table, without white space. S3A_FORMAT refuses
 * what JSON cannot hold: a double that is not finite, a string that is not UTF-8. S3A_INVALID: an
 * array that is NULL although its count is not 0.
 *
 * Decoding takes UTF-8 text whose outermost value is an object (RFC 8259), nested 32 deep at the
 * most, with numbers of up to 1023 characters; S3A_FORMAT for all else. Both ways, more than
 * 256 MiB are S3A_TOO_LARGE.
 *
 * The message of an error names the place: the line and the column in what is no JSON, otherwise
 * the way to the member, what was expected and what was found:
 *
 *      line 3, column 7: expected ',' or '}', found '"'
 *      limits.max: expected an integer, found "ten"
 *      hosts[2]: expected a string, found 7
 *      name: missing
 */
S3A_API const struct s3a_codec *s3a_json_codec(const struct s3a_type *type);

/*
 * Can a codec be made of this type? S3A_INVALID says what is wrong with it and where, for tests
 * and while writing a table: a field without a name, a member whose size is not that of its type,
 * two fields of one name, more than 1024 fields in a table or 100 000 in all that are nested, or
 * tables nested deeper than 32 (objects and arrays counted), which those in a circle are.
 */
S3A_API S3A_MUST_CHECK enum s3a_status s3a_json_type_check(const struct s3a_type *type,
                                                           struct s3a_error *error);

#ifdef __cplusplus
}
#endif

#endif
