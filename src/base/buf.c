/* SPDX-License-Identifier: MIT */
#include "buf.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define CAPACITY_FIRST 64

void s3a_buf_init(struct s3a_buf *buf, size_t size_max)
{
    *buf = (struct s3a_buf){.size_max = size_max};
}

void s3a_buf_fini(struct s3a_buf *buf)
{
    free(buf->data);
    s3a_buf_init(buf, buf->size_max);
}

void s3a_buf_clear(struct s3a_buf *buf)
{
    buf->size = 0;
    buf->status = S3A_OK;
    if (buf->data) {
        buf->data[0] = '\0';
    }
}

char *s3a_buf_reserve(struct s3a_buf *buf, size_t size)
{
    size_t capacity = buf->capacity ? buf->capacity : CAPACITY_FIRST;

    if (buf->status != S3A_OK) {
        return NULL;
    }
    if (size > buf->size_max - buf->size || buf->size_max == SIZE_MAX) {
        buf->status = S3A_TOO_LARGE;
        return NULL;
    }
    while (capacity < buf->size + size + 1) {
        capacity = capacity > SIZE_MAX / 2 ? buf->size + size + 1 : capacity * 2;
    }
    if (capacity > buf->size_max + 1) {
        capacity = buf->size_max + 1;
    }
    if (capacity > buf->capacity) {
        char *data = realloc(buf->data, capacity);
        if (!data) {
            buf->status = S3A_NO_MEMORY;
            return NULL;
        }
        buf->data = data;
        buf->capacity = capacity;
    }
    return buf->data + buf->size;
}

void s3a_buf_added(struct s3a_buf *buf, size_t size)
{
    buf->size += size;
    buf->data[buf->size] = '\0';
}

void s3a_buf_append(struct s3a_buf *buf, struct s3a_str bytes)
{
    char *end = s3a_buf_reserve(buf, bytes.size);

    if (!end) {
        return;
    }
    if (bytes.size > 0) {
        memcpy(end, bytes.data, bytes.size);
    }
    s3a_buf_added(buf, bytes.size);
}

void s3a_buf_append_text(struct s3a_buf *buf, const char *text)
{
    s3a_buf_append(buf, s3a_str_of(text));
}

void s3a_buf_append_byte(struct s3a_buf *buf, char byte)
{
    s3a_buf_append(buf, s3a_str_make(&byte, 1));
}

void s3a_buf_append_format(struct s3a_buf *buf, const char *format, ...)
{
    va_list args;
    va_list again;

    va_start(args, format);
    va_copy(again, args);
    int size = vsnprintf(NULL, 0, format, args);
    if (size >= 0) {
        char *end = s3a_buf_reserve(buf, (size_t)size);
        if (end) {
            vsnprintf(end, (size_t)size + 1, format, again);
            s3a_buf_added(buf, (size_t)size);
        }
    }
    va_end(again);
    va_end(args);
}

void s3a_buf_append_uint64(struct s3a_buf *buf, uint64_t value)
{
    s3a_buf_append_format(buf, "%" PRIu64, value);
}

void s3a_buf_append_hex(struct s3a_buf *buf, const void *bytes, size_t size)
{
    static const char digits[] = "0123456789abcdef";
    const unsigned char *in = bytes;
    char *out = s3a_buf_reserve(buf, size * 2);

    if (!out) {
        return;
    }
    for (size_t i = 0; i < size; i++) {
        out[2 * i] = digits[in[i] >> 4];
        out[2 * i + 1] = digits[in[i] & 15];
    }
    s3a_buf_added(buf, size * 2);
}

struct s3a_str s3a_buf_str(const struct s3a_buf *buf)
{
    return s3a_str_make(buf->data, buf->size);
}

const char *s3a_buf_text(const struct s3a_buf *buf)
{
    return buf->data ? buf->data : "";
}

char *s3a_buf_take(struct s3a_buf *buf, size_t *ret_size)
{
    char *data = buf->status == S3A_OK ? buf->data : NULL;

    *ret_size = data ? buf->size : 0;
    if (data) {
        buf->data = NULL;
    }
    s3a_buf_fini(buf);
    return data;
}
