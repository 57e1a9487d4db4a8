/* SPDX-License-Identifier: MIT */
#include "fault_rule.h"

#include <stdarg.h>
#include <stdio.h>

#include "error.h"
#include "fault_reader.h"
#include "fault_value.h"
#include "uri.h"

#define WORD_SHOWN_MAX 60

/* What takes the text behind the '='. */
typedef enum s3a_status (*take_fn)(struct s3a_fault_reader *reader, struct s3a_str value);

enum s3a_status s3a_fault_bad(const struct s3a_fault_reader *reader, const char *format, ...)
{
    struct s3a_str shown = s3a_fault_shown(reader->word);
    char message[S3A_ERROR_MESSAGE_MAX];
    va_list args;

    va_start(args, format);
    vsnprintf(message, sizeof(message), format, args);
    va_end(args);
    return s3a_error_set(reader->error, S3A_INVALID, "word %u, \"%.*s\": %s", reader->number,
                         S3A_STR_ARG(shown), message);
}

struct s3a_str s3a_fault_shown(struct s3a_str word)
{
    return s3a_str_make(word.data, word.size < WORD_SHOWN_MAX ? word.size : WORD_SHOWN_MAX);
}

/* The bit of an operation; 0: there is none of this name. */
static uint64_t bit_of(struct s3a_str name)
{
    const char *known;

    if (s3a_str_is(name, "ListObjectsV2")) {
        return UINT64_C(1) << S3A_OP_LIST_OBJECTS;
    }
    for (int kind = 0; (known = s3a_op_name((enum s3a_op_kind)kind)); kind++) {
        if (s3a_str_is(name, known)) {
            return UINT64_C(1) << kind;
        }
    }
    return 0;
}

static enum s3a_status take_ops(struct s3a_fault_reader *reader, struct s3a_str value)
{
    do {
        struct s3a_str name = s3a_str_split(&value, ',');
        uint64_t bit = bit_of(name);
        if (bit == 0) {
            return s3a_fault_bad(reader,
                                 "the server has no operation %.*s; it has PutObject, GetObject, "
                                 "DeleteObject, ... as Amazon S3's API reference calls them",
                                 S3A_STR_ARG(s3a_fault_shown(name)));
        }
        reader->rule->ops |= bit;
    } while (value.data);
    return S3A_OK;
}

static enum s3a_status take_method(struct s3a_fault_reader *reader, struct s3a_str value)
{
    static const char *const methods[] = {"GET", "HEAD", "PUT", "POST", "DELETE"};

    for (size_t i = 0; i < sizeof(methods) / sizeof(methods[0]); i++) {
        if (s3a_str_is(value, methods[i])) {
            reader->rule->method = value;
            return S3A_OK;
        }
    }
    return s3a_fault_bad(reader, "a method is GET, HEAD, PUT, POST or DELETE");
}

static enum s3a_status decode(struct s3a_fault_reader *reader, struct s3a_str value,
                              struct s3a_str *ret_text)
{
    enum s3a_status status = s3a_uri_decode(&reader->rule->pool, value, false, ret_text);

    if (status == S3A_NO_MEMORY) {
        return s3a_error_set_no_memory(reader->error);
    }
    if (status != S3A_OK) {
        return s3a_fault_bad(reader,
                             "two hexadecimal digits stand behind a '%%'; a '%%' itself is %%25");
    }
    return S3A_OK;
}

static enum s3a_status take_bucket(struct s3a_fault_reader *reader, struct s3a_str value)
{
    return decode(reader, value, &reader->rule->bucket);
}

static enum s3a_status take_key_prefix(struct s3a_fault_reader *reader, struct s3a_str value)
{
    return decode(reader, value, &reader->rule->key);
}

static enum s3a_status take_rate(struct s3a_fault_reader *reader, struct s3a_str value)
{
    if (!s3a_fault_value_rate(value, &reader->rule->rate)) {
        return s3a_fault_bad(reader, "a rate is a percentage such as 5%% or 0.25%%, up to 100%%");
    }
    return S3A_OK;
}

static enum s3a_status take_count(struct s3a_fault_reader *reader, struct s3a_str value,
                                  uint64_t min, uint64_t *ret_count)
{
    if (!s3a_str_to_uint64(value, INT64_MAX, ret_count) || *ret_count < min) {
        return s3a_fault_bad(reader, "a number stands behind the '=', %s",
                             min ? "from 1" : "from 0");
    }
    return S3A_OK;
}

static enum s3a_status take_every(struct s3a_fault_reader *reader, struct s3a_str value)
{
    return take_count(reader, value, 1, &reader->rule->every);
}

static enum s3a_status take_first(struct s3a_fault_reader *reader, struct s3a_str value)
{
    return take_count(reader, value, 1, &reader->rule->first);
}

static enum s3a_status take_after(struct s3a_fault_reader *reader, struct s3a_str value)
{
    return take_count(reader, value, 0, &reader->rule->after);
}

static enum s3a_status take_seed(struct s3a_fault_reader *reader, struct s3a_str value)
{
    return take_count(reader, value, 0, &reader->rule->seed);
}

static const struct {
    const char *name;
    take_fn take;
} settings[] = {
    {"op", take_ops},         {"method", take_method}, {"bucket", take_bucket},
    {"key", take_key_prefix}, {"rate", take_rate},     {"every", take_every},
    {"first", take_first},    {"after", take_after},   {"seed", take_seed},
};

static enum s3a_status take_setting(struct s3a_fault_reader *reader, struct s3a_str name,
                                    struct s3a_str value)
{
    for (size_t i = 0; i < sizeof(settings) / sizeof(settings[0]); i++) {
        if (!s3a_str_is(name, settings[i].name)) {
            continue;
        }
        if (reader->given & (1U << i)) {
            return s3a_fault_bad(reader, "%s is there twice", settings[i].name);
        }
        reader->given |= 1U << i;
        if (value.size == 0) {
            return s3a_fault_bad(reader, "a value stands behind it: %s=...", settings[i].name);
        }
        return settings[i].take(reader, value);
    }
    return s3a_fault_bad(reader,
                         "behind the first word come op=, method=, bucket=, key=, rate=, every=, "
                         "first=, after= and seed=");
}

static enum s3a_status read_word(struct s3a_fault_reader *reader, struct s3a_str word)
{
    struct s3a_str value = word;
    struct s3a_str name = s3a_str_split(&value, '=');

    reader->number++;
    reader->word = word;
    return reader->number == 1 ? s3a_fault_take_kind(reader, name, value)
                               : take_setting(reader, name, value);
}

static enum s3a_status check_text(struct s3a_str text, struct s3a_error *error)
{
    if (text.size > S3A_FAULT_TEXT_MAX) {
        return s3a_error_set(error, S3A_INVALID, "a fault has %d bytes at the most",
                             S3A_FAULT_TEXT_MAX);
    }
    for (size_t i = 0; i < text.size; i++) {
        unsigned char byte = (unsigned char)text.data[i];
        if ((byte < ' ' && byte != '\t') || byte > '~') {
            return s3a_error_set(error, S3A_INVALID,
                                 "byte %zu is none of printable ASCII; in a key it is written as "
                                 "%%%02X",
                                 i + 1, byte);
        }
    }
    return S3A_OK;
}

static enum s3a_status read_words(struct s3a_fault_reader *reader, struct s3a_str text)
{
    enum s3a_status status = S3A_OK;

    while (status == S3A_OK && text.size > 0) {
        size_t size = 0;
        while (size < text.size && text.data[size] != ' ' && text.data[size] != '\t') {
            size++;
        }
        if (size > 0) {
            status = read_word(reader, s3a_str_make(text.data, size));
        }
        text = s3a_str_skip(text, size + 1);
    }
    if (status == S3A_OK && reader->number == 0) {
        status = s3a_error_set(reader->error, S3A_INVALID,
                               "there is no word in it; a fault is "
                               "one such as \"reset-after rate=5%%\"");
    }
    return status;
}

enum s3a_status s3a_fault_rule_init(struct s3a_fault_rule *rule, struct s3a_str text,
                                    struct s3a_error *error)
{
    struct s3a_fault_reader reader = {.rule = rule, .error = error};
    enum s3a_status status = check_text(text, error);

    *rule = (struct s3a_fault_rule){.rate = S3A_FAULT_ALWAYS, .every = 1, .seed = 1};
    if (status == S3A_OK) {
        rule->text = s3a_pool_copy(&rule->pool, s3a_str_trim(text));
        status = rule->text.data ? read_words(&reader, rule->text) : s3a_error_set_no_memory(error);
    }
    if (status != S3A_OK) {
        s3a_fault_rule_fini(rule);
    }
    return status;
}

void s3a_fault_rule_fini(struct s3a_fault_rule *rule)
{
    s3a_pool_fini(&rule->pool);
    *rule = (struct s3a_fault_rule){0};
}

static bool starts_with(struct s3a_str text, struct s3a_str start)
{
    return text.size >= start.size && s3a_str_equal(s3a_str_make(text.data, start.size), start);
}

bool s3a_fault_rule_is_about(const struct s3a_fault_rule *rule, struct s3a_str method,
                             const struct s3a_op *op)
{
    return (rule->ops == 0 || (rule->ops & (UINT64_C(1) << op->kind))) &&
           (!rule->method.data || s3a_str_equal(rule->method, method)) &&
           (!rule->bucket.data || s3a_str_equal(rule->bucket, op->bucket)) &&
           starts_with(op->key, rule->key);
}
