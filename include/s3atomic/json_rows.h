/* SPDX-License-Identifier: MIT */
#ifndef S3ATOMIC_JSON_ROWS_H
#define S3ATOMIC_JSON_ROWS_H

/* What the macros of <s3atomic/json.h> are made of; nothing here is for use elsewhere. */

#include <limits.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <s3atomic/json.h>

/* clang-format off */
#define S3A_COUNT_(table) (sizeof(table) / sizeof((table)[0]))
#define S3A_NULL_(struct_type) ((struct_type *)0)
#define S3A_MEMBER_(struct_type, member) (S3A_NULL_(struct_type)->member)

/* The macro that fits the number of arguments. */
#define S3A_PICK_4_(a, b, c, d, picked, ...) picked
#define S3A_PICK_5_(a, b, c, d, e, picked, ...) picked
#define S3A_PICK_6_(a, b, c, d, e, f, picked, ...) picked

#define S3A_VALUE_2_(s, m) S3A_VALUE_4_(s, m, S3A_REQUIRED, #m)
#define S3A_VALUE_3_(s, m, absent) S3A_VALUE_4_(s, m, absent, #m)
#define S3A_VALUE_4_(s, m, absent, name)                                                           \
    { (name), offsetof(s, m), S3A_FORM_VALUE, S3A_TYPE_OF_(s, m), sizeof(S3A_MEMBER_(s, m)), 0,    \
      0, NULL, (absent) }

#define S3A_CHARS_2_(s, m) S3A_CHARS_4_(s, m, S3A_REQUIRED, #m)
#define S3A_CHARS_3_(s, m, absent) S3A_CHARS_4_(s, m, absent, #m)
#define S3A_CHARS_4_(s, m, absent, name)                                                           \
    { (name), offsetof(s, m), S3A_FORM_VALUE, &s3a_chars_type, S3A_CHARS_SIZE_(s, m), 0, 0, NULL,  \
      (absent) }

#define S3A_OF_3_(s, m, type) S3A_OF_5_(s, m, type, S3A_REQUIRED, #m)
#define S3A_OF_4_(s, m, type, absent) S3A_OF_5_(s, m, type, absent, #m)
#define S3A_OF_5_(s, m, type, absent, name)                                                        \
    { (name), offsetof(s, m), S3A_FORM_VALUE, (type), sizeof(S3A_MEMBER_(s, m)), 0, 0, NULL,       \
      (absent) }

#define S3A_POINTER_3_(s, m, type) S3A_POINTER_5_(s, m, type, S3A_REQUIRED, #m)
#define S3A_POINTER_4_(s, m, type, absent) S3A_POINTER_5_(s, m, type, absent, #m)
#define S3A_POINTER_5_(s, m, type, absent, name)                                                   \
    { (name), offsetof(s, m), S3A_FORM_POINTER, (type), S3A_TARGET_SIZE_(s, m), 0, 0, NULL,        \
      (absent) }

#define S3A_FIXED_3_(s, m, type) S3A_FIXED_5_(s, m, type, S3A_REQUIRED, #m)
#define S3A_FIXED_4_(s, m, type, absent) S3A_FIXED_5_(s, m, type, absent, #m)
#define S3A_FIXED_5_(s, m, type, absent, name)                                                     \
    { (name), offsetof(s, m), S3A_FORM_FIXED, (type), S3A_ELEMENT_SIZE_(s, m),                     \
      S3A_COUNT_(S3A_MEMBER_(s, m)), 0, NULL, (absent) }

#define S3A_UP_TO_4_(s, m, count, type) S3A_UP_TO_6_(s, m, count, type, S3A_REQUIRED, #m)
#define S3A_UP_TO_5_(s, m, count, type, absent) S3A_UP_TO_6_(s, m, count, type, absent, #m)
#define S3A_UP_TO_6_(s, m, count, type, absent, name)                                              \
    { (name), offsetof(s, m), S3A_FORM_FIXED, (type), S3A_ELEMENT_SIZE_(s, m),                     \
      S3A_COUNT_(S3A_MEMBER_(s, m)), offsetof(s, count), S3A_TYPE_OF_(s, count), (absent) }

#define S3A_ARRAY_4_(s, m, count, type) S3A_ARRAY_6_(s, m, count, type, S3A_REQUIRED, #m)
#define S3A_ARRAY_5_(s, m, count, type, absent) S3A_ARRAY_6_(s, m, count, type, absent, #m)
#define S3A_ARRAY_6_(s, m, count, type, absent, name)                                              \
    { (name), offsetof(s, m), S3A_FORM_ARRAY, (type), S3A_TARGET_SIZE_(s, m), 0,                   \
      offsetof(s, count), S3A_TYPE_OF_(s, count), (absent) }

#define S3A_MAP_4_(s, m, count, type) S3A_MAP_6_(s, m, count, type, S3A_REQUIRED, #m)
#define S3A_MAP_5_(s, m, count, type, absent) S3A_MAP_6_(s, m, count, type, absent, #m)
#define S3A_MAP_6_(s, m, count, type, absent, name)                                                \
    { (name), offsetof(s, m), S3A_FORM_MAP, (type), S3A_TARGET_SIZE_(s, m), 0,                     \
      offsetof(s, count), S3A_TYPE_OF_(s, count), (absent) }

/* Of one value. 0, which the check of the table refuses, where the member is a C array although it
 * should be a pointer, or the other way round; what is neither does not compile. */
#define S3A_TARGET_SIZE_(s, m) (S3A_IS_POINTER_(s, m) ? sizeof(*S3A_MEMBER_(s, m)) : 0)
#define S3A_ELEMENT_SIZE_(s, m) (S3A_IS_POINTER_(s, m) ? 0 : sizeof(*S3A_MEMBER_(s, m)))

/* The type of a member that needs no table; does not compile for any other. */
#ifndef __cplusplus

#if ULONG_MAX == UINT64_MAX
#define S3A_LONG_TYPE_ &s3a_int64_type
#define S3A_ULONG_TYPE_ &s3a_uint64_type
#else
#define S3A_LONG_TYPE_ &s3a_int32_type
#define S3A_ULONG_TYPE_ &s3a_uint32_type
#endif

#define S3A_TYPE_OF_(s, m)                                                                         \
    _Generic(&S3A_MEMBER_(s, m),                                                                   \
        char **: &s3a_string_type,                                                                 \
        const char **: &s3a_string_type,                                                           \
        struct s3a_bytes *: &s3a_bytes_type,                                                       \
        bool *: &s3a_bool_type,                                                                    \
        signed char *: &s3a_int8_type,                                                             \
        short *: &s3a_int16_type,                                                                  \
        int *: &s3a_int32_type,                                                                    \
        long *: S3A_LONG_TYPE_,                                                                    \
        long long *: &s3a_int64_type,                                                              \
        unsigned char *: &s3a_uint8_type,                                                          \
        unsigned short *: &s3a_uint16_type,                                                        \
        unsigned *: &s3a_uint32_type,                                                              \
        unsigned long *: S3A_ULONG_TYPE_,                                                          \
        unsigned long long *: &s3a_uint64_type,                                                    \
        float *: &s3a_float_type,                                                                  \
        double *: &s3a_double_type)

#if defined(__GNUC__)
#define S3A_IS_POINTER_(s, m)                                                                      \
    __builtin_types_compatible_p(__typeof__(S3A_MEMBER_(s, m)), __typeof__(&*S3A_MEMBER_(s, m)))
#else
#define S3A_IS_POINTER_(s, m) (sizeof(S3A_MEMBER_(s, m)) == sizeof(void *))
#endif

#define S3A_CHARS_SIZE_(s, m)                                                                      \
    (S3A_IS_POINTER_(s, m) ? 0 : _Generic(&*S3A_MEMBER_(s, m), char *: sizeof(S3A_MEMBER_(s, m))))

#else

extern "C++" {
template <typename member_type> struct s3a_type_of_;
#define S3A_MEMBER_TYPE_(member_type, type)                                                        \
    template <> struct s3a_type_of_<member_type> {                                                 \
        static constexpr const struct s3a_type *value = type;                                      \
    };
S3A_MEMBER_TYPE_(char *, &s3a_string_type)
S3A_MEMBER_TYPE_(const char *, &s3a_string_type)
S3A_MEMBER_TYPE_(struct s3a_bytes, &s3a_bytes_type)
S3A_MEMBER_TYPE_(bool, &s3a_bool_type)
S3A_MEMBER_TYPE_(signed char, &s3a_int8_type)
S3A_MEMBER_TYPE_(short, &s3a_int16_type)
S3A_MEMBER_TYPE_(int, &s3a_int32_type)
S3A_MEMBER_TYPE_(long, sizeof(long) == 8 ? &s3a_int64_type : &s3a_int32_type)
S3A_MEMBER_TYPE_(long long, &s3a_int64_type)
S3A_MEMBER_TYPE_(unsigned char, &s3a_uint8_type)
S3A_MEMBER_TYPE_(unsigned short, &s3a_uint16_type)
S3A_MEMBER_TYPE_(unsigned, &s3a_uint32_type)
S3A_MEMBER_TYPE_(unsigned long, sizeof(long) == 8 ? &s3a_uint64_type : &s3a_uint32_type)
S3A_MEMBER_TYPE_(unsigned long long, &s3a_uint64_type)
S3A_MEMBER_TYPE_(float, &s3a_float_type)
S3A_MEMBER_TYPE_(double, &s3a_double_type)
#undef S3A_MEMBER_TYPE_

template <typename member_type> struct s3a_is_pointer_ {
    static constexpr bool value = false;
};
template <typename target_type> struct s3a_is_pointer_<target_type *> {
    static constexpr bool value = true;
};

template <typename member_type> struct s3a_chars_size_;
template <size_t size> struct s3a_chars_size_<char[size]> {
    static constexpr size_t value = size;
};
}

#define S3A_TYPE_OF_(s, m) (s3a_type_of_<decltype(S3A_NULL_(s)->m)>::value)
#define S3A_IS_POINTER_(s, m) (s3a_is_pointer_<decltype(S3A_NULL_(s)->m)>::value)
#define S3A_CHARS_SIZE_(s, m) (s3a_chars_size_<decltype(S3A_NULL_(s)->m)>::value)

#endif
/* clang-format on */

#endif
