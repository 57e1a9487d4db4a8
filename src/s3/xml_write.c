/* SPDX-License-Identifier: MIT */
#include "xml.h"

static void append_tag(struct s3a_buf *buf, const char *before, const char *name, const char *after)
{
    s3a_buf_append_text(buf, before);
    s3a_buf_append_text(buf, name);
    s3a_buf_append_text(buf, after);
}

void s3a_xml_begin(struct s3a_buf *buf, const char *name)
{
    append_tag(buf, "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<", name,
               " xmlns=\"http://s3.amazonaws.com/doc/2006-03-01/\">");
}

void s3a_xml_begin_plain(struct s3a_buf *buf, const char *name)
{
    append_tag(buf, "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<", name, ">");
}

void s3a_xml_open(struct s3a_buf *buf, const char *name)
{
    append_tag(buf, "<", name, ">");
}

void s3a_xml_close(struct s3a_buf *buf, const char *name)
{
    append_tag(buf, "</", name, ">");
}

static bool is_plain(unsigned char byte)
{
    return byte >= ' ' && byte < 0x7f && byte != '&' && byte != '<' && byte != '>' && byte != '"';
}

/* One ASCII character that cannot stand for itself. */
static void append_escaped(struct s3a_buf *buf, char byte)
{
    switch (byte) {
    case '&':
        s3a_buf_append_text(buf, "&amp;");
        break;
    case '<':
        s3a_buf_append_text(buf, "&lt;");
        break;
    case '>':
        s3a_buf_append_text(buf, "&gt;");
        break;
    case '"':
        s3a_buf_append_text(buf, "&quot;");
        break;
    default:
        s3a_buf_append_format(buf, "&#x%X;", (unsigned)(unsigned char)byte);
        break;
    }
}

/* Bytes of the character of several bytes that text begins with, or 0 where it begins with none. */
static size_t wide_character(struct s3a_str text)
{
    for (size_t size = 2; size <= 4 && size <= text.size; size++) {
        if (s3a_str_is_utf8(s3a_str_make(text.data, size))) {
            return size;
        }
    }
    return 0;
}

static void append_text(struct s3a_buf *buf, struct s3a_str text)
{
    while (text.size > 0) {
        size_t size = 0;
        while (size < text.size && is_plain((unsigned char)text.data[size])) {
            size++;
        }
        s3a_buf_append(buf, s3a_str_make(text.data, size));
        text = s3a_str_skip(text, size);
        if (text.size == 0) {
            return;
        }
        if ((unsigned char)text.data[0] < 0x80) {
            append_escaped(buf, text.data[0]);
            text = s3a_str_skip(text, 1);
            continue;
        }
        size = wide_character(text);
        s3a_buf_append(buf, size > 0 ? s3a_str_make(text.data, size) : S3A_STR("\xef\xbf\xbd"));
        text = s3a_str_skip(text, size > 0 ? size : 1);
    }
}

void s3a_xml_text(struct s3a_buf *buf, const char *name, struct s3a_str text)
{
    s3a_xml_open(buf, name);
    append_text(buf, text);
    s3a_xml_close(buf, name);
}

void s3a_xml_uint64(struct s3a_buf *buf, const char *name, uint64_t value)
{
    s3a_xml_open(buf, name);
    s3a_buf_append_uint64(buf, value);
    s3a_xml_close(buf, name);
}
