/* SPDX-License-Identifier: MIT */
#include "json_line.h"

#include <inttypes.h>

#include "human.h"

#define REPLACEMENT "\\ufffd"

static void print_string(FILE *out, const char *text)
{
    fputc('"', out);
    while (*text) {
        size_t size = s3a_human_utf8_size(text);
        unsigned char first = (unsigned char)*text;
        if (size == 0) {
            fputs(REPLACEMENT, out);
            size = 1;
        } else if (first == '"' || first == '\\') {
            fprintf(out, "\\%c", first);
        } else if (first < 0x20 || first == 0x7f) {
            fprintf(out, "\\u%04x", first);
        } else {
            fwrite(text, 1, size, out);
        }
        text += size;
    }
    fputc('"', out);
}

static void print_name(struct s3a_json_line *line, const char *name)
{
    if (line->comma) {
        fputc(',', line->out);
    }
    line->comma = true;
    print_string(line->out, name);
    fputc(':', line->out);
}

void s3a_json_begin(struct s3a_json_line *line, FILE *out)
{
    *line = (struct s3a_json_line){.out = out};
    fputc('{', out);
}

void s3a_json_text(struct s3a_json_line *line, const char *name, const char *text)
{
    print_name(line, name);
    if (text) {
        print_string(line->out, text);
    } else {
        fputs("null", line->out);
    }
}

void s3a_json_int(struct s3a_json_line *line, const char *name, int64_t value)
{
    print_name(line, name);
    fprintf(line->out, "%" PRId64, value);
}

void s3a_json_uint(struct s3a_json_line *line, const char *name, uint64_t value)
{
    print_name(line, name);
    fprintf(line->out, "%" PRIu64, value);
}

void s3a_json_bool(struct s3a_json_line *line, const char *name, bool value)
{
    print_name(line, name);
    fputs(value ? "true" : "false", line->out);
}

void s3a_json_end(struct s3a_json_line *line)
{
    fputs("}\n", line->out);
}
