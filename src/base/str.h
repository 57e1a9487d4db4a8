/* SPDX-License-Identifier: MIT */
#ifndef S3A_STR_H
#define S3A_STR_H

/*
 * A view of bytes: not owned, not NUL-terminated, may hold any byte. The empty view has size 0;
 * its data may be NULL. Whoever keeps a view answers for the memory behind it.
 */

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

struct s3a_str {
    const char *data;
    size_t size;
};

/* A view of a string literal, usable in initialisers. */
#define S3A_STR(literal) ((struct s3a_str){(literal), sizeof(literal) - 1})
#define S3A_STR_INIT(literal)                                                                      \
    {                                                                                              \
        (literal), sizeof(literal) - 1                                                             \
    }

/* For printf's "%.*s". Cuts at INT_MAX. */
#define S3A_STR_ARG(str) s3a_str_print_size(str), (str).data ? (str).data : ""

int s3a_str_print_size(struct s3a_str str);

/* These four stand here so that the size of a literal is known when it is compiled: a request is
 * taken apart with hundreds of them. */
static inline struct s3a_str s3a_str_make(const void *data, size_t size)
{
    return (struct s3a_str){(const char *)data, size};
}

/* text may be NULL: the empty view. */
static inline struct s3a_str s3a_str_of(const char *text)
{
    return s3a_str_make(text, text ? strlen(text) : 0);
}

static inline bool s3a_str_equal(struct s3a_str a, struct s3a_str b)
{
    return a.size == b.size && (a.size == 0 || memcmp(a.data, b.data, a.size) == 0);
}

static inline bool s3a_str_is(struct s3a_str a, const char *text)
{
    return s3a_str_equal(a, s3a_str_of(text));
}

/* ASCII letters only; other bytes compare as they are. */
bool s3a_str_equal_nocase(struct s3a_str a, struct s3a_str b);
bool s3a_str_is_nocase(struct s3a_str a, const char *text);

bool s3a_str_starts_with(struct s3a_str str, const char *prefix);
bool s3a_str_starts_with_nocase(struct s3a_str str, const char *prefix);
bool s3a_str_ends_with(struct s3a_str str, const char *suffix);

/* Compares as memcmp does, the shorter first where one begins the other. */
int s3a_str_compare(struct s3a_str a, struct s3a_str b);

/* Drops count bytes at the front; all of them if there are fewer. */
struct s3a_str s3a_str_skip(struct s3a_str str, size_t count);

/* Without spaces and tabs at both ends. */
struct s3a_str s3a_str_trim(struct s3a_str str);

/*
 * Cuts *rest at the first separator: returns what stands before it and leaves in *rest what comes
 * after. Without a separator it returns everything and leaves *rest empty with data NULL.
 */
struct s3a_str s3a_str_split(struct s3a_str *rest, char separator);

/* Offset of the first such byte, or str.size. */
size_t s3a_str_find(struct s3a_str str, char byte);

/*
 * Decimal digits only, at least one, no sign, no space, no overflow past max. False leaves
 * *ret_value alone.
 */
bool s3a_str_to_uint64(struct s3a_str str, uint64_t max, uint64_t *ret_value);

/* Every byte sequence is well-formed UTF-8 (RFC 3629: no surrogates, no overlong forms). */
bool s3a_str_is_utf8(struct s3a_str str);

#endif
