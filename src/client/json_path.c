/* SPDX-License-Identifier: MIT */
#include "json_value.h"

#include <stdarg.h>
#include <stdio.h>

#include "error.h"

/* From here on a name or a value is cut short. */
#define SHOWN_MAX 40

#define PATH_SHOWN_MAX 240
#define DOTS "..."
#define DOTS_SIZE (sizeof(DOTS) - 1)

static void __attribute__((format(printf, 2, 3)))
put(struct s3a_json_shown *shown, const char *format, ...)
{
    size_t room = sizeof(shown->text) - shown->size;
    va_list args;

    va_start(args, format);
    int size = vsnprintf(shown->text + shown->size, room, format, args);
    va_end(args);
    if (size > 0) {
        shown->size += (size_t)size < room ? (size_t)size : room - 1;
    }
}

/* One character as JSON in printable ASCII has it. */
static void put_character(struct s3a_json_shown *shown, const char *utf8, size_t size)
{
    static const unsigned char lead_mask[] = {0, 0x7f, 0x1f, 0x0f, 0x07};
    unsigned point = (unsigned char)utf8[0] & lead_mask[size];

    for (size_t i = 1; i < size; i++) {
        point = point << 6 | ((unsigned char)utf8[i] & 0x3f);
    }
    if (point == '"' || point == '\\') {
        put(shown, "\\%c", (char)point);
    } else if (point >= ' ' && point < 0x7f) {
        put(shown, "%c", (char)point);
    } else if (point < 0x10000) {
        put(shown, "\\u%04x", point);
    } else {
        point -= 0x10000;
        put(shown, "\\u%04x\\u%04x", 0xd800 + (point >> 10), 0xdc00 + (point & 0x3ff));
    }
}

static bool is_plain_word(struct s3a_str name)
{
    for (size_t i = 0; i < name.size; i++) {
        char byte = name.data[i];
        bool is_letter = (byte >= 'a' && byte <= 'z') || (byte >= 'A' && byte <= 'Z');
        if (!is_letter && !(byte >= '0' && byte <= '9') && byte != '_' && byte != '-') {
            return false;
        }
    }
    return name.size > 0;
}

static void put_quoted(struct s3a_json_shown *shown, struct s3a_str text, const char *quote)
{
    put(shown, "%s", quote);
    while (text.size > 0 && shown->size < SHOWN_MAX) {
        size_t size = s3a_json_character_size(text.data[0]);
        put_character(shown, text.data, size);
        text = s3a_str_skip(text, size);
    }
    put(shown, "%s%s", text.size > 0 ? DOTS : "", quote);
}

struct s3a_json_shown s3a_json_show_text(struct s3a_str text)
{
    struct s3a_json_shown shown = {.size = 0};

    put_quoted(&shown, text, "\"");
    return shown;
}

static struct s3a_json_shown show_step(const struct s3a_json_path *step)
{
    struct s3a_json_shown shown = {.size = 0};

    if (!step->name) {
        put(&shown, "[%zu]", step->index);
        return shown;
    }
    put(&shown, "%s", step->parent ? "." : "");
    struct s3a_str name = s3a_str_of(step->name);
    put_quoted(&shown, name, is_plain_word(name) ? "" : "\"");
    return shown;
}

/* Written from its end, as the links go. */
static const char *show_path(const struct s3a_json_path *path, char text[PATH_SHOWN_MAX + 1])
{
    char *begin = text + PATH_SHOWN_MAX;

    *begin = '\0';
    for (; path; path = path->parent) {
        struct s3a_json_shown step = show_step(path);
        if (step.size + DOTS_SIZE > (size_t)(begin - text)) {
            begin -= DOTS_SIZE;
            memcpy(begin, DOTS, DOTS_SIZE);
            break;
        }
        begin -= step.size;
        memcpy(begin, step.text, step.size);
    }
    return begin;
}

enum s3a_status s3a_json_fail(const struct s3a_json_path *path, struct s3a_error *error,
                              enum s3a_status status, const char *format, ...)
{
    char text[PATH_SHOWN_MAX + 1];
    char message[S3A_ERROR_MESSAGE_MAX];
    va_list args;

    va_start(args, format);
    vsnprintf(message, sizeof(message), format, args);
    va_end(args);
    return s3a_error_set(error, status, "%s%s%s", show_path(path, text), path ? ": " : "", message);
}

static void put_string(struct s3a_json_shown *shown, struct s3a_str string)
{
    struct s3a_str rest = s3a_json_string_begin(string);

    put(shown, "\"");
    while (rest.size > 0 && shown->size < SHOWN_MAX) {
        char utf8[4];
        put_character(shown, utf8, s3a_json_string_next(&rest, utf8));
    }
    put(shown, "%s\"", rest.size > 0 ? DOTS : "");
}

struct s3a_json_shown s3a_json_show(struct s3a_str value)
{
    struct s3a_json_shown shown = {.size = 0};

    switch (s3a_json_form(value)) {
    case S3A_JSON_OBJECT:
        put(&shown, "an object");
        break;
    case S3A_JSON_ARRAY:
        put(&shown, "an array");
        break;
    case S3A_JSON_STRING:
        put_string(&shown, value);
        break;
    default:
        put(&shown, "%.*s%s", SHOWN_MAX < value.size ? SHOWN_MAX : (int)value.size, value.data,
            SHOWN_MAX < value.size ? DOTS : "");
        break;
    }
    return shown;
}
