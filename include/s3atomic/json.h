/* SPDX-License-Identifier: MIT */
#ifndef S3ATOMIC_JSON_H
#define S3ATOMIC_JSON_H

/*
 * JSON by a table: a row for each member of a struct says how it stands in a JSON object.
 *
 *      enum level { LEVEL_LOW, LEVEL_HIGH };
 *      struct limits {
 *          int64_t max;
 *          double rate;
 *      };
 *      struct port {
 *          char *name;
 *          uint16_t number;
 *      };
 *      struct config {
 *          char *name;
 *          char region[16];
 *          enum level level;
 *          struct limits limits;
 *          struct limits *burst;
 *          char **hosts;
 *          size_t hosts_count;
 *          struct port *ports;
 *          size_t ports_count;
 *          char *others;
 *      };
 *
 *      static const struct s3a_enum_name level_names[] = {
 *          {"low", LEVEL_LOW},
 *          {"high", LEVEL_HIGH},
 *      };
 *      static const struct s3a_type level_type = S3A_TYPE_ENUM(enum level, level_names);
 *
 *      static const struct s3a_field limits_fields[] = {
 *          S3A_FIELD(struct limits, max),
 *          S3A_FIELD(struct limits, rate, S3A_DEFAULT("0.5"), "max-rate"),
 *      };
 *      static const struct s3a_type limits_type = S3A_TYPE(struct limits, limits_fields);
 *
 *      static const struct s3a_field port_fields[] = {
 *          S3A_FIELD(struct port, name),
 *          S3A_FIELD(struct port, number),
 *      };
 *      static const struct s3a_type port_type = S3A_TYPE(struct port, port_fields);
 *
 *      static const struct s3a_field config_fields[] = {
 *          S3A_FIELD(struct config, name),
 *          S3A_FIELD_CHARS(struct config, region, S3A_OPTIONAL),
 *          S3A_FIELD_OF(struct config, level, &level_type, S3A_DEFAULT("\"low\"")),
 *          S3A_FIELD_OF(struct config, limits, &limits_type),
 *          S3A_FIELD_POINTER(struct config, burst, &limits_type, S3A_OPTIONAL),
 *          S3A_FIELD_ARRAY(struct config, hosts, hosts_count, &s3a_string_type),
 *          S3A_FIELD_MAP(struct config, ports, ports_count, &port_type),
 *          S3A_FIELD_UNKNOWN(struct config, others),
 *      };
 *      static const struct s3a_type config_type = S3A_TYPE(struct config, config_fields);
 *
 *      s3a_store_new(client, s3a_json_codec(&config_type))
 *
 * A struct config is then, for instance,
 *
 *      {"name":"main","level":"low","limits":{"max":10,"max-rate":0.5},"hosts":["a","b"],
 *       "ports":{"http":80,"https":443}}
 *
 * Values. Integers are written as integers (1, not 1.0 or 1e0), exact in all 64 bits, and must be
 * in the range of their C type. A float or double also takes an integer; it comes back as the same
 * one, and 0.1 is written as 0.1. Strings are UTF-8 without a NUL character. Nothing may be null
 * but what is S3A_OPTIONAL: so a char * that is not optional is never NULL after decoding, and must
 * not be when it is encoded.
 *
 * Unknown members, such as a newer program's, which the table does not name: S3A_FIELD_UNKNOWN
 * keeps them, and they are written again behind the others. Without it they are ignored, and so
 * lost when the value is written; with S3A_TYPE_STRICT they are refused. No object may hold two
 * members of one name, known or not, however deep.
 *
 * Ownership. What decoding made belongs to the value and comes from malloc(), each string, array
 * and struct for itself; the codec's free_value frees it all. So a string in a decoded value is
 * changed by free() of the old one and strdup() of the new one. A value of your own that is only
 * encoded may point to whatever you like; one that owns what it points to is emptied by
 * s3a_value_clear().
 */

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <s3atomic/status.h>

#ifdef __cplusplus
extern "C" {
#endif

struct s3a_codec;
struct s3a_field;

/* Bytes: base64 in JSON (RFC 4648, section 4, padded). data is owned like a string, and may be NULL
 * where size is 0. */
struct s3a_bytes {
    const void *data;
    size_t size;
};

/* How one C value is one JSON value. */
enum s3a_kind {
    S3A_KIND_STRING,   /* char * */
    S3A_KIND_CHARS,    /* char [N], ended by a NUL character within it */
    S3A_KIND_BYTES,    /* struct s3a_bytes */
    S3A_KIND_BOOL,     /* bool */
    S3A_KIND_SIGNED,   /* int8_t to int64_t, by its size */
    S3A_KIND_UNSIGNED, /* uint8_t to uint64_t, by its size */
    S3A_KIND_REAL,     /* float or double, by its size: finite */
    S3A_KIND_ENUM,     /* an enum or integer of any size: a string, by a table of names */
    S3A_KIND_POINTER,  /* a pointer to one of another type, never NULL */
    S3A_KIND_STRUCT,   /* a struct with a table of rows: an object */
    S3A_KIND_BARE,     /* a struct with a table of one row, which stands there without an object */
};

struct s3a_enum_name {
    const char *name;
    int64_t value;
};

/* Filled by the S3A_TYPE macros. */
struct s3a_type {
    enum s3a_kind kind;
    size_t size;                       /* of one value, in bytes; CHARS: 0 */
    bool strict;                       /* STRUCT: members that no row names are refused */
    size_t count;                      /* of fields or names */
    const struct s3a_field *fields;    /* STRUCT, BARE */
    const struct s3a_enum_name *names; /* ENUM: of several with one value, the first is written */
    const struct s3a_type *target;     /* POINTER */
};

/* How a row's values lie in the member. */
enum s3a_form {
    S3A_FORM_VALUE,   /* the member is one */
    S3A_FORM_POINTER, /* the member points to one */
    S3A_FORM_ARRAY,   /* the member points to count of them, and may be NULL where count is 0 */
    S3A_FORM_FIXED,   /* the member is a C array of them: all are used, or count of them */
    S3A_FORM_MAP,     /* like ARRAY, of structs with two rows: a string, the key, and its value */
    S3A_FORM_UNKNOWN, /* the member is the text of an object: the members without a row */
};

/* Filled by the S3A_FIELD macros. */
struct s3a_field {
    const char *name; /* in JSON */
    size_t offset;    /* of the member in the struct */
    enum s3a_form form;
    const struct s3a_type *type;
    size_t size;                       /* of one value; 0: the member is not what the row says */
    size_t capacity;                   /* FIXED: values that the member holds */
    size_t count_offset;               /* of the member that counts them */
    const struct s3a_type *count_type; /* an integer's; NULL: there is no such member */
    const char *absent;                /* S3A_REQUIRED, S3A_OPTIONAL or S3A_DEFAULT */
};

/* Types that need no table, for arrays and pointers. */
extern S3A_API const struct s3a_type s3a_string_type;
extern S3A_API const struct s3a_type s3a_chars_type;
extern S3A_API const struct s3a_type s3a_bytes_type;
extern S3A_API const struct s3a_type s3a_bool_type;
extern S3A_API const struct s3a_type s3a_int8_type;
extern S3A_API const struct s3a_type s3a_int16_type;
extern S3A_API const struct s3a_type s3a_int32_type;
extern S3A_API const struct s3a_type s3a_int64_type;
extern S3A_API const struct s3a_type s3a_uint8_type;
extern S3A_API const struct s3a_type s3a_uint16_type;
extern S3A_API const struct s3a_type s3a_uint32_type;
extern S3A_API const struct s3a_type s3a_uint64_type;
extern S3A_API const struct s3a_type s3a_float_type;
extern S3A_API const struct s3a_type s3a_double_type;

/* The rows of a table lie in pairs of braces, which no formatter has laid out well yet. */
/* clang-format off */

/*
 * Types with a table. S3A_TYPE_BARE makes an array of arrays, or a document that is an array or a
 * map: the struct holds a pointer and a count, and its one row says what they are.
 */
#define S3A_TYPE(struct_type, table)                                                               \
    { S3A_KIND_STRUCT, sizeof(struct_type), false, S3A_COUNT_(table), (table), NULL, NULL }
#define S3A_TYPE_STRICT(struct_type, table)                                                        \
    { S3A_KIND_STRUCT, sizeof(struct_type), true, S3A_COUNT_(table), (table), NULL, NULL }
#define S3A_TYPE_BARE(struct_type, table)                                                          \
    { S3A_KIND_BARE, sizeof(struct_type), false, S3A_COUNT_(table), (table), NULL, NULL }
#define S3A_TYPE_ENUM(enum_type, table)                                                            \
    { S3A_KIND_ENUM, sizeof(enum_type), false, S3A_COUNT_(table), NULL, (table), NULL }
/* For an array of pointers. */
#define S3A_TYPE_POINTER(type_pointer)                                                             \
    { S3A_KIND_POINTER, sizeof(void *), false, 0, NULL, NULL, (type_pointer) }

/*
 * Where the JSON member is missing. S3A_REQUIRED, which holds where nothing else is said: refused.
 * S3A_OPTIONAL: the C member is NULL or empty, as for null, and where it is, nothing is written;
 * for whatever can be NULL or empty: pointers, strings, bytes, maps, and arrays with a count.
 * S3A_DEFAULT: as if that JSON text stood there; it is for a missing member only, not for null,
 * and is itself written like any value.
 */
#define S3A_REQUIRED NULL
#define S3A_OPTIONAL ""
#define S3A_DEFAULT(json_text) json_text

/*
 * The rows. Each may be given what holds where the member is missing, and then a name for JSON that
 * is not the member's own: S3A_FIELD(struct config, max_rate, S3A_REQUIRED, "max-rate").
 *
 *      S3A_FIELD(struct_type, member)                  char *, bool, integer, float, double,
 *                                                      struct s3a_bytes: by its C type
 *      S3A_FIELD_CHARS(struct_type, member)            char member[N]
 *      S3A_FIELD_OF(struct_type, member, type)         T member: a struct or enum
 *      S3A_FIELD_POINTER(struct_type, member, type)    T *member
 *      S3A_FIELD_FIXED(struct_type, member, type)      T member[N]: exactly N
 *      S3A_FIELD_UP_TO(struct_type, member, count_member, type)
 *                                                      T member[N], of which count are used
 *      S3A_FIELD_ARRAY(struct_type, member, count_member, type)
 *                                                      T *member: so many of them
 *      S3A_FIELD_MAP(struct_type, member, count_member, entry_type)
 *                                                      T *member: an object in JSON; T is a struct
 *                                                      of a key and a value. In the order of the
 *                                                      text; no key twice.
 *      S3A_FIELD_UNKNOWN(struct_type, member)          char *member: NULL, or a JSON object of the
 *                                                      members that no row names
 *
 * A count is any integer. A struct may point to others of its own type, or hold arrays of them.
 */
#define S3A_FIELD(...)                                                                             \
    S3A_PICK_4_(__VA_ARGS__, S3A_VALUE_4_, S3A_VALUE_3_, S3A_VALUE_2_, 0)(__VA_ARGS__)
#define S3A_FIELD_CHARS(...)                                                                       \
    S3A_PICK_4_(__VA_ARGS__, S3A_CHARS_4_, S3A_CHARS_3_, S3A_CHARS_2_, 0)(__VA_ARGS__)
#define S3A_FIELD_OF(...)                                                                          \
    S3A_PICK_5_(__VA_ARGS__, S3A_OF_5_, S3A_OF_4_, S3A_OF_3_, 0)(__VA_ARGS__)
#define S3A_FIELD_POINTER(...)                                                                     \
    S3A_PICK_5_(__VA_ARGS__, S3A_POINTER_5_, S3A_POINTER_4_, S3A_POINTER_3_, 0)(__VA_ARGS__)
#define S3A_FIELD_FIXED(...)                                                                       \
    S3A_PICK_5_(__VA_ARGS__, S3A_FIXED_5_, S3A_FIXED_4_, S3A_FIXED_3_, 0)(__VA_ARGS__)
#define S3A_FIELD_UP_TO(...)                                                                       \
    S3A_PICK_6_(__VA_ARGS__, S3A_UP_TO_6_, S3A_UP_TO_5_, S3A_UP_TO_4_, 0)(__VA_ARGS__)
#define S3A_FIELD_ARRAY(...)                                                                       \
    S3A_PICK_6_(__VA_ARGS__, S3A_ARRAY_6_, S3A_ARRAY_5_, S3A_ARRAY_4_, 0)(__VA_ARGS__)
#define S3A_FIELD_MAP(...)                                                                         \
    S3A_PICK_6_(__VA_ARGS__, S3A_MAP_6_, S3A_MAP_5_, S3A_MAP_4_, 0)(__VA_ARGS__)
#define S3A_FIELD_UNKNOWN(struct_type, member)                                                     \
    { "", offsetof(struct_type, member), S3A_FORM_UNKNOWN,                                         \
      S3A_TYPE_OF_(struct_type, member), sizeof(char *), 0, 0, NULL, NULL }
/* clang-format on */

/*
 * A codec for values of that type, which must be a struct (S3A_TYPE, S3A_TYPE_STRICT or
 * S3A_TYPE_BARE) and stay valid as long as the process. The result does so too and is the same for
 * the same type; it is not to be freed. NULL where there is no memory, or where
 * s3a_json_type_check() has something to say. Content-Type application/json. Any thread.
 *
 * Encoding writes the members in the order of the table, without white space; the codec that is
 * called pretty gives every member and element a line of its own, indented by two spaces.
 * S3A_FORMAT refuses what JSON cannot hold: a number that is not finite, a string that is not
 * UTF-8, an enum's value without a name, a key twice. S3A_INVALID: a required pointer that is NULL,
 * an array that is NULL although its count is not 0, a count that is negative or more than the
 * array holds.
 *
 * Decoding takes UTF-8 text (RFC 8259) with numbers of up to 1023 characters; S3A_FORMAT for all
 * else. Both ways, objects and arrays are nested 32 deep at the most (S3A_FORMAT), and more than
 * 256 MiB are S3A_TOO_LARGE.
 *
 * The message of an error names the place, by line and column and by the way to the member, what
 * was expected there and what was found:
 *
 *      line 3, column 7: expected ',' or '}', found '"'
 *      line 1, column 31: limits.max: expected an integer, found "ten"
 *      line 2, column 19: ports.http: expected an integer from 0 to 65535, found 80000
 *      line 1, column 1: name: missing
 *      hosts[2]: a string that is not UTF-8, which JSON cannot hold     (while encoding)
 */
S3A_API const struct s3a_codec *s3a_json_codec(const struct s3a_type *type);
S3A_API const struct s3a_codec *s3a_json_pretty_codec(const struct s3a_type *type);

/*
 * Can a codec be made of this type? S3A_INVALID says what is wrong with it and where, for tests
 * and while writing a table: a member that is not of the type that its row says, two rows of one
 * name, a default that does not fit, a struct that holds itself, more than 1024 rows in a table or
 * 256 types with a table. S3A_NO_MEMORY: it could not be found out.
 */
S3A_API S3A_MUST_CHECK enum s3a_status s3a_json_type_check(const struct s3a_type *type,
                                                           struct s3a_error *error);

/* Frees all that a value owns, but not the value itself, which is all zero then. The type must be
 * one that a codec can be made of. */
S3A_API void s3a_value_clear(const struct s3a_type *type, void *value);

#ifdef __cplusplus
}
#endif

#include <s3atomic/json_rows.h>

#endif
