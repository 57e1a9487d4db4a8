/* SPDX-License-Identifier: MIT */
#include "access_line.h"

#include <inttypes.h>

#include "date.h"

static bool is_secret(struct s3a_str name)
{
    return s3a_str_is_nocase(name, "X-Amz-Signature") ||
           s3a_str_is_nocase(name, "X-Amz-Security-Token") || s3a_str_is_nocase(name, "Signature");
}

typedef void (*write_fn)(struct s3a_buf *line, struct s3a_str text);

static void write_target(struct s3a_buf *line, struct s3a_str target, write_fn write)
{
    struct s3a_str rest = target;
    char separator = '?';

    write(line, s3a_str_split(&rest, '?'));
    while (rest.data) {
        struct s3a_str value = s3a_str_split(&rest, '&');
        struct s3a_str name = s3a_str_split(&value, '=');
        s3a_buf_append_byte(line, separator);
        separator = '&';
        write(line, name);
        if (value.data) {
            s3a_buf_append_byte(line, '=');
            write(line, is_secret(name) ? S3A_STR("REDACTED") : value);
        }
    }
}

static void write_escaped(struct s3a_buf *line, struct s3a_str text)
{
    for (size_t i = 0; i < text.size; i++) {
        unsigned char byte = (unsigned char)text.data[i];
        if (byte < ' ' || byte > '~' || byte == '"' || byte == '\\') {
            s3a_buf_append_format(line, "\\x%02x", byte);
        } else {
            s3a_buf_append_byte(line, (char)byte);
        }
    }
}

static void write_word(struct s3a_buf *line, struct s3a_str text)
{
    s3a_buf_append_byte(line, ' ');
    if (text.size > 0) {
        write_escaped(line, text);
    } else {
        s3a_buf_append_byte(line, '-');
    }
}

/* "24/Nov/2026:03:58:52 +0000", out of "Tue, 24 Nov 2026 03:58:52 GMT". */
static void write_time(struct s3a_buf *line, int64_t time_ms)
{
    char http[S3A_DATE_HTTP_SIZE + 1];

    s3a_date_http(time_ms, http);
    s3a_buf_append_format(line, "[%.2s/%.3s/%.4s:%.8s +0000]", http + 5, http + 8, http + 12,
                          http + 17);
}

void s3a_access_line_common(const struct s3a_access_record *record, struct s3a_buf *line)
{
    s3a_buf_append_format(line, "%s -", record->remote);
    write_word(line, record->user);
    s3a_buf_append_byte(line, ' ');
    write_time(line, record->time_ms);
    s3a_buf_append_text(line, " \"");
    write_escaped(line, record->method);
    s3a_buf_append_byte(line, ' ');
    write_target(line, record->target, write_escaped);
    s3a_buf_append_format(line, " HTTP/1.1\" %d %" PRIu64, record->status, record->bytes_out);
    write_word(line, record->request_id);
    write_word(line, s3a_str_of(record->operation));
    write_word(line, s3a_str_of(record->is_complete ? record->code : "aborted"));
    s3a_buf_append_format(line, " %" PRIu64 " %" PRIu64 "\n", record->bytes_in,
                          record->duration_us);
}

static void write_json_bytes(struct s3a_buf *line, struct s3a_str text)
{
    bool is_utf8 = s3a_str_is_utf8(text);

    for (size_t i = 0; i < text.size; i++) {
        unsigned char byte = (unsigned char)text.data[i];
        if (byte == '"' || byte == '\\') {
            s3a_buf_append_byte(line, '\\');
            s3a_buf_append_byte(line, (char)byte);
        } else if (byte < ' ' || byte == 0x7f || (byte > 0x7f && !is_utf8)) {
            s3a_buf_append_format(line, "\\u%04x", byte);
        } else {
            s3a_buf_append_byte(line, (char)byte);
        }
    }
}

/* null where there is none. */
static void write_member(struct s3a_buf *line, const char *name, struct s3a_str text)
{
    s3a_buf_append_format(line, ",\"%s\":", name);
    if (text.size == 0) {
        s3a_buf_append_text(line, "null");
        return;
    }
    s3a_buf_append_byte(line, '"');
    write_json_bytes(line, text);
    s3a_buf_append_byte(line, '"');
}

void s3a_access_line_json(const struct s3a_access_record *record, struct s3a_buf *line)
{
    char time[S3A_DATE_ISO_SIZE + 1];

    s3a_date_iso(record->time_ms, time);
    s3a_buf_append_format(line, "{\"time\":\"%s\"", time);
    write_member(line, "remote", s3a_str_of(record->remote));
    write_member(line, "user", record->user);
    write_member(line, "request_id", record->request_id);
    write_member(line, "method", record->method);
    s3a_buf_append_text(line, ",\"target\":\"");
    write_target(line, record->target, write_json_bytes);
    s3a_buf_append_byte(line, '"');
    write_member(line, "operation", s3a_str_of(record->operation));
    write_member(line, "bucket", record->bucket);
    write_member(line, "key", record->key);
    s3a_buf_append_format(line, ",\"status\":%d", record->status);
    write_member(line, "code", s3a_str_of(record->code));
    s3a_buf_append_format(line,
                          ",\"bytes_in\":%" PRIu64 ",\"bytes_out\":%" PRIu64
                          ",\"duration_us\":%" PRIu64 ",\"complete\":%s}\n",
                          record->bytes_in, record->bytes_out, record->duration_us,
                          record->is_complete ? "true" : "false");
}
