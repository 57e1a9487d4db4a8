/* SPDX-License-Identifier: MIT */
#include "json_write.h"

#include "json_text.h"

#define INDENT 2

static void new_line(struct s3a_json_writer *writer)
{
    size_t size = 1 + (size_t)writer->depth * INDENT;
    char *end = s3a_buf_reserve(writer->buf, size);

    if (end) {
        memset(end, ' ', size);
        end[0] = '\n';
        s3a_buf_added(writer->buf, size);
    }
}

void s3a_json_write_begin(struct s3a_json_writer *writer, char bracket)
{
    s3a_buf_append_byte(writer->buf, bracket);
    writer->depth++;
    writer->deepest = writer->depth > writer->deepest ? writer->depth : writer->deepest;
}

void s3a_json_write_next(struct s3a_json_writer *writer, bool is_first)
{
    if (!is_first) {
        s3a_buf_append_byte(writer->buf, ',');
    }
    if (writer->is_pretty) {
        new_line(writer);
    }
}

void s3a_json_write_end(struct s3a_json_writer *writer, char bracket, bool is_empty)
{
    writer->depth--;
    if (writer->is_pretty && !is_empty) {
        new_line(writer);
    }
    s3a_buf_append_byte(writer->buf, bracket);
}

void s3a_json_write_colon(struct s3a_json_writer *writer)
{
    s3a_buf_append(writer->buf, writer->is_pretty ? S3A_STR(": ") : S3A_STR(":"));
}

/* RFC 8259, section 7: quotes, backslashes and control characters must be escaped. */
static bool is_plain(char byte)
{
    return (unsigned char)byte >= ' ' && byte != '"' && byte != '\\';
}

static void append_escape(struct s3a_buf *buf, char byte)
{
    static const char from[] = "\"\\\b\f\n\r\t";
    static const char to[] = "\"\\bfnrt";
    const char *found = memchr(from, byte, sizeof(from) - 1);

    if (found) {
        const char pair[] = {'\\', to[found - from]};
        s3a_buf_append(buf, s3a_str_make(pair, sizeof(pair)));
    } else {
        s3a_buf_append_format(buf, "\\u%04x", (unsigned)byte);
    }
}

void s3a_json_write_string(struct s3a_json_writer *writer, struct s3a_str text)
{
    s3a_buf_append_byte(writer->buf, '"');
    for (size_t start = 0; start < text.size;) {
        size_t end = start;
        while (end < text.size && is_plain(text.data[end])) {
            end++;
        }
        s3a_buf_append(writer->buf, s3a_str_make(text.data + start, end - start));
        if (end < text.size) {
            append_escape(writer->buf, text.data[end]);
            end++;
        }
        start = end;
    }
    s3a_buf_append_byte(writer->buf, '"');
}

void s3a_json_write_integer(struct s3a_json_writer *writer, bool is_negative, uint64_t magnitude)
{
    char digits[24];
    size_t at = sizeof(digits);

    do {
        digits[--at] = (char)('0' + magnitude % 10);
        magnitude /= 10;
    } while (magnitude > 0);
    if (is_negative) {
        digits[--at] = '-';
    }
    s3a_buf_append(writer->buf, s3a_str_make(digits + at, sizeof(digits) - at));
}

void s3a_json_write_text(struct s3a_json_writer *writer, struct s3a_str value)
{
    bool is_object = s3a_json_form(value) == S3A_JSON_OBJECT;
    struct s3a_str name;
    struct s3a_str item;
    bool is_first = true;

    if (!is_object && s3a_json_form(value) != S3A_JSON_ARRAY) {
        s3a_buf_append(writer->buf, value);
        return;
    }
    struct s3a_json_items items = s3a_json_items(value);
    s3a_json_write_begin(writer, is_object ? '{' : '[');
    while (s3a_json_next(&items, &name, &item)) {
        s3a_json_write_next(writer, is_first);
        is_first = false;
        if (is_object) {
            s3a_buf_append(writer->buf, name);
            s3a_json_write_colon(writer);
        }
        s3a_json_write_text(writer, item);
    }
    s3a_json_write_end(writer, is_object ? '}' : ']', is_first);
}
