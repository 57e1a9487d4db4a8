/* SPDX-License-Identifier: MIT */
#include "json_decode.h"

#include <stdarg.h>
#include <stdio.h>

#include "error.h"

enum s3a_status s3a_json_fail_at(const struct s3a_json_place *place, const char *at,
                                 const char *format, ...)
{
    const struct s3a_json_reader *reader = place->reader;
    char message[S3A_ERROR_MESSAGE_MAX];
    va_list args;

    va_start(args, format);
    vsnprintf(message, sizeof(message), format, args);
    va_end(args);
    enum s3a_status status = s3a_json_fail(place->path, reader->error, S3A_FORMAT, "%s", message);
    if (!reader->is_default) {
        size_t before = (size_t)(at - reader->text.data);
        struct s3a_json_spot spot = s3a_json_spot(s3a_str_make(reader->text.data, before));
        s3a_error_prefix(reader->error, "line %zu, column %zu", spot.line, spot.column);
    }
    return status;
}

enum s3a_status s3a_json_fail_found(const struct s3a_json_place *place, const char *expected)
{
    struct s3a_json_shown found = s3a_json_show(s3a_json_here(place->reader));

    return s3a_json_fail_at(place, place->reader->at, "expected %s, found %s", expected,
                            found.text);
}

static struct s3a_str rest(const struct s3a_json_reader *reader)
{
    size_t before = (size_t)(reader->at - reader->text.data);

    return s3a_str_make(reader->at, reader->text.size - before);
}

struct s3a_str s3a_json_here(const struct s3a_json_reader *reader)
{
    return s3a_str_make(reader->at, s3a_json_value_size(rest(reader)));
}

struct s3a_json_token s3a_json_take_string(struct s3a_json_reader *reader)
{
    const char *start = reader->at + 1;
    const char *at = start;
    bool is_escaped = false;

    while (*at != '"') {
        bool is_escape = *at == '\\';
        is_escaped |= is_escape;
        at += is_escape ? 2 : 1;
    }
    reader->at = at + 1;
    return (struct s3a_json_token){s3a_str_make(start, (size_t)(at - start)), is_escaped};
}

/* There is always something behind it that is no space. */
static void skip_space(struct s3a_json_reader *reader)
{
    while (s3a_json_is_space(*reader->at)) {
        reader->at++;
    }
}

bool s3a_json_take_begin(struct s3a_json_reader *reader)
{
    reader->at++;
    skip_space(reader);
    bool is_empty = *reader->at == '}' || *reader->at == ']';
    reader->at += is_empty;
    return !is_empty;
}

bool s3a_json_take_more(struct s3a_json_reader *reader)
{
    skip_space(reader);
    bool is_comma = *reader->at == ',';
    reader->at++;
    if (is_comma) {
        skip_space(reader);
    }
    return is_comma;
}

void s3a_json_take_colon(struct s3a_json_reader *reader)
{
    skip_space(reader);
    reader->at++;
    skip_space(reader);
}

enum s3a_status s3a_json_enter(const struct s3a_json_place *place)
{
    if (place->reader->depth == S3A_JSON_DEPTH_MAX) {
        return s3a_json_fail_at(place, place->reader->at, "nested deeper than %d",
                                S3A_JSON_DEPTH_MAX);
    }
    place->reader->depth++;
    return S3A_OK;
}
