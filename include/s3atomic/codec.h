/* SPDX-License-Identifier: MIT */
#ifndef S3ATOMIC_CODEC_H
#define S3ATOMIC_CODEC_H

/*
 * How a value becomes the bytes of an object, and back.
 *
 * Three kinds of codec come with the library: bytes and text, described here, and JSON by a table
 * of fields, in <s3atomic/json.h>. Your own is a struct s3a_codec with three functions.
 */

#include <stddef.h>

#include <s3atomic/json.h>
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

/* Raw bytes: a value is a struct s3a_bytes. Content-Type application/octet-stream. What decode made
 * is one allocation: data may be set to something else, which stays yours. */
S3A_API const struct s3a_codec *s3a_bytes_codec(void);

/* Text: a value is a char *, UTF-8 and ended by a NUL character, which is not stored. Content-Type
 * text/plain; charset=utf-8. S3A_FORMAT, with line and column, where it is not UTF-8 or holds a NUL
 * character. */
S3A_API const struct s3a_codec *s3a_text_codec(void);

#ifdef __cplusplus
}
#endif

#endif
