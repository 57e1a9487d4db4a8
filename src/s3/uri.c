/* SPDX-License-Identifier: MIT */
#include "uri.h"

#include <string.h>

static bool is_unreserved(char byte)
{
    return (byte >= 'A' && byte <= 'Z') || (byte >= 'a' && byte <= 'z') ||
           (byte >= '0' && byte <= '9') || byte == '-' || byte == '.' || byte == '_' || byte == '~';
}

/* 0 to 15, or -1. */
static int hex_value(char digit)
{
    if (digit >= '0' && digit <= '9') {
        return digit - '0';
    }
    if (digit >= 'A' && digit <= 'F') {
        return digit - 'A' + 10;
    }
    return digit >= 'a' && digit <= 'f' ? digit - 'a' + 10 : -1;
}

void s3a_uri_encode(struct s3a_buf *buf, struct s3a_str text, bool keep_slash)
{
    static const char digits[] = "0123456789ABCDEF";

    /* Most of what is encoded needs no escape: it goes in long runs. */
    for (size_t at = 0; at < text.size;) {
        size_t run = at;
        while (run < text.size &&
               (is_unreserved(text.data[run]) || (keep_slash && text.data[run] == '/'))) {
            run++;
        }
        s3a_buf_append(buf, s3a_str_make(text.data + at, run - at));
        if (run < text.size) {
            unsigned char byte = (unsigned char)text.data[run++];
            char escape[3] = {'%', digits[byte >> 4], digits[byte & 15]};
            s3a_buf_append(buf, s3a_str_make(escape, sizeof(escape)));
        }
        at = run;
    }
}

/* Takes one byte, or one escape, from the front. */
static bool take_byte(struct s3a_str *rest, bool plus_is_space, char *ret_byte)
{
    char byte = rest->data[0];
    size_t taken = 1;

    if (byte == '%') {
        int high = rest->size > 2 ? hex_value(rest->data[1]) : -1;
        int low = rest->size > 2 ? hex_value(rest->data[2]) : -1;
        if (high < 0 || low < 0) {
            return false;
        }
        byte = (char)(high << 4 | low);
        taken = 3;
    } else if (byte == '+' && plus_is_space) {
        byte = ' ';
    }
    *ret_byte = byte;
    *rest = s3a_str_skip(*rest, taken);
    return true;
}

enum s3a_status s3a_uri_decode(struct s3a_pool *pool, struct s3a_str text, bool plus_is_space,
                               struct s3a_str *ret_text)
{
    *ret_text = text;
    if (s3a_str_find(text, '%') == text.size &&
        !(plus_is_space && s3a_str_find(text, '+') < text.size)) {
        return S3A_OK;
    }
    char *decoded = s3a_pool_alloc(pool, text.size);
    if (!decoded) {
        return S3A_NO_MEMORY;
    }
    size_t used = 0;
    while (text.size > 0) {
        if (!take_byte(&text, plus_is_space, &decoded[used++])) {
            return S3A_INVALID;
        }
    }
    *ret_text = s3a_str_make(decoded, used);
    return S3A_OK;
}

/* Takes what can be taken: a '%' that begins no escape is a byte of its own. */
static char take_byte_leniently(struct s3a_str *rest, bool plus_is_space)
{
    char byte;

    if (!take_byte(rest, plus_is_space, &byte)) {
        byte = rest->data[0];
        *rest = s3a_str_skip(*rest, 1);
    }
    return byte;
}

void s3a_uri_recode(struct s3a_buf *buf, struct s3a_str text, bool keep_slash, bool plus_is_space)
{
    while (text.size > 0) {
        size_t run = 0;
        while (run < text.size && text.data[run] != '%' && text.data[run] != '+') {
            run++;
        }
        s3a_uri_encode(buf, s3a_str_make(text.data, run), keep_slash);
        text = s3a_str_skip(text, run);
        if (text.size > 0) {
            char byte = take_byte_leniently(&text, plus_is_space);
            s3a_uri_encode(buf, s3a_str_make(&byte, 1), keep_slash);
        }
    }
}

/* A byte's place among the encoded: escapes, which begin with '%', come before all that stands for
 * itself. */
static int encoded_rank(char byte)
{
    return (unsigned char)byte + (is_unreserved(byte) ? 256 : 0);
}

int s3a_uri_compare(struct s3a_str a, struct s3a_str b)
{
    while (a.size > 0 && b.size > 0) {
        int rank_a = encoded_rank(take_byte_leniently(&a, true));
        int rank_b = encoded_rank(take_byte_leniently(&b, true));
        if (rank_a != rank_b) {
            return rank_a < rank_b ? -1 : 1;
        }
    }
    return (a.size > 0) - (b.size > 0);
}

bool s3a_query_next(struct s3a_str *rest, struct s3a_str *ret_name, struct s3a_str *ret_value)
{
    while (rest->size > 0) {
        struct s3a_str part = s3a_str_split(rest, '&');
        if (part.size == 0) {
            continue;
        }
        *ret_name = s3a_str_split(&part, '=');
        *ret_value = part;
        return true;
    }
    return false;
}
