/* SPDX-License-Identifier: MIT */
#include "ini.h"

#include "error.h"

struct reader {
    struct s3a_pool *pool;
    struct s3a_ini *ini;
    struct s3a_error *error;
    unsigned line;
    struct s3a_str section; /* data NULL: before the first */
    struct s3a_str parent;  /* the last key without a value, which others may be nested in */
};

static bool is_space(char byte)
{
    return byte == ' ' || byte == '\t';
}

static enum s3a_status complain(const struct reader *reader, const char *what)
{
    return s3a_error_set(reader->error, S3A_FORMAT, "line %u: %s", reader->line, what);
}

static enum s3a_status add(struct reader *reader, struct s3a_str key, struct s3a_str value)
{
    struct s3a_ini_value *item = s3a_pool_alloc(reader->pool, sizeof(*item));

    if (!item) {
        return s3a_error_set_no_memory(reader->error);
    }
    *item = (struct s3a_ini_value){reader->ini->values, reader->section, key, value};
    reader->ini->values = item;
    return S3A_OK;
}

/* Up to a comment: '#' or ';' with a space before it. */
static struct s3a_str without_comment(struct s3a_str value)
{
    for (size_t i = 0; i < value.size; i++) {
        bool is_mark = value.data[i] == '#' || value.data[i] == ';';
        if (is_mark && (i == 0 || is_space(value.data[i - 1]))) {
            value.size = i;
            break;
        }
    }
    return s3a_str_trim(value);
}

/* "profile.key" for a key that is nested. */
static enum s3a_status join(const struct reader *reader, struct s3a_str key,
                            struct s3a_str *ret_key)
{
    char *text = s3a_pool_alloc(reader->pool, reader->parent.size + 1 + key.size);

    if (!text) {
        return s3a_error_set_no_memory(reader->error);
    }
    memcpy(text, reader->parent.data, reader->parent.size);
    text[reader->parent.size] = '.';
    memcpy(text + reader->parent.size + 1, key.data, key.size);
    *ret_key = s3a_str_make(text, reader->parent.size + 1 + key.size);
    return S3A_OK;
}

/* [profile "build farm"] is [profile build farm]. */
static enum s3a_status unquote(const struct reader *reader, struct s3a_str *name)
{
    size_t first = s3a_str_find(*name, '"');
    struct s3a_str rest = s3a_str_skip(*name, first + 1);
    size_t second = s3a_str_find(rest, '"');

    if (first == name->size) {
        return S3A_OK;
    }
    if (second + 1 != rest.size) {
        return complain(reader, "a quote in the name of the section has no other half at its end");
    }
    char *text = s3a_pool_alloc(reader->pool, name->size);
    if (!text) {
        return s3a_error_set_no_memory(reader->error);
    }
    memcpy(text, name->data, first);
    memcpy(text + first, rest.data, second);
    *name = s3a_str_make(text, first + second);
    return S3A_OK;
}

static enum s3a_status read_section(struct reader *reader, struct s3a_str line)
{
    size_t end = s3a_str_find(line, ']');

    if (end == line.size) {
        return complain(reader, "expected ']' at the end of a section's name");
    }
    reader->section = s3a_str_trim(s3a_str_make(line.data + 1, end - 1));
    reader->parent = s3a_str_make(NULL, 0);
    enum s3a_status status = unquote(reader, &reader->section);
    return status == S3A_OK ? add(reader, s3a_str_make("", 0), s3a_str_make("", 0)) : status;
}

static enum s3a_status read_value(struct reader *reader, struct s3a_str line, bool is_nested)
{
    size_t equals = s3a_str_find(line, '=');

    if (equals == line.size || equals == 0) {
        /* The rest of a long value: of no key that we ask for. */
        return is_nested ? S3A_OK : complain(reader, "expected KEY = VALUE or [SECTION]");
    }
    struct s3a_str key = s3a_str_trim(s3a_str_make(line.data, equals));
    struct s3a_str value = without_comment(s3a_str_skip(line, equals + 1));
    if (!reader->section.data) {
        return complain(reader, "there is no [SECTION] before it");
    }
    if (!is_nested) {
        reader->parent = value.size == 0 ? key : s3a_str_make(NULL, 0);
        return add(reader, key, value);
    }
    if (!reader->parent.data) {
        return S3A_OK;
    }
    enum s3a_status status = join(reader, key, &key);
    return status == S3A_OK ? add(reader, key, value) : status;
}

static enum s3a_status read_line(struct reader *reader, struct s3a_str line)
{
    bool is_nested = line.size > 0 && is_space(line.data[0]);

    if (s3a_str_ends_with(line, "\r")) {
        line.size--;
    }
    line = s3a_str_trim(line);
    if (line.size == 0 || line.data[0] == '#' || line.data[0] == ';') {
        return S3A_OK;
    }
    return line.data[0] == '[' && !is_nested ? read_section(reader, line)
                                             : read_value(reader, line, is_nested);
}

enum s3a_status s3a_ini_parse(struct s3a_pool *pool, struct s3a_str text, struct s3a_ini *ret_ini,
                              struct s3a_error *error)
{
    struct reader reader = {.pool = pool, .ini = ret_ini, .error = error};
    enum s3a_status status = S3A_OK;

    *ret_ini = (struct s3a_ini){NULL};
    if (s3a_str_starts_with(text, "\xef\xbb\xbf")) {
        text = s3a_str_skip(text, 3);
    }
    while (text.data && status == S3A_OK) {
        reader.line++;
        status = read_line(&reader, s3a_str_split(&text, '\n'));
    }
    return status;
}

bool s3a_ini_has_section(const struct s3a_ini *ini, struct s3a_str section)
{
    for (const struct s3a_ini_value *item = ini->values; item; item = item->next) {
        if (s3a_str_equal(item->section, section)) {
            return true;
        }
    }
    return false;
}

struct s3a_str s3a_ini_get(const struct s3a_ini *ini, struct s3a_str section, const char *key)
{
    for (const struct s3a_ini_value *item = ini->values; item; item = item->next) {
        if (s3a_str_equal(item->section, section) && s3a_str_is_nocase(item->key, key)) {
            return item->value.size > 0 ? item->value : s3a_str_make(NULL, 0);
        }
    }
    return s3a_str_make(NULL, 0);
}
