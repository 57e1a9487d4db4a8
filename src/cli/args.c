/* SPDX-License-Identifier: MIT */
#include "args.h"

#include <errno.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "duration.h"
#include "fault.h"
#include "suggest.h"

#define NAME_SIZE_MAX 64
#define CHOICES_SIZE_MAX 128

/* The words, and how far they have been read. */
struct reader {
    const struct s3a_syntax *syntax;
    char **words;
    size_t count;
    size_t at;
    struct s3a_error *error;
};

/* NULL where there is no such option; by letter where that is not 0. */
static const struct s3a_option *find(const struct s3a_syntax *syntax, char letter, const char *name,
                                     size_t name_size)
{
    for (size_t g = 0; g < S3A_GROUPS_MAX; g++) {
        const struct s3a_option_group *group = &syntax->groups[g];
        for (size_t i = 0; i < group->count; i++) {
            const struct s3a_option *option = &group->options[i];
            if (letter ? option->letter == letter
                       : strlen(option->name) == name_size &&
                             memcmp(option->name, name, name_size) == 0) {
                return option;
            }
        }
    }
    return NULL;
}

static enum s3a_status refuse_unknown(const struct reader *reader, const char *name, size_t size)
{
    struct s3a_suggestion meant = {0};

    for (size_t g = 0; g < S3A_GROUPS_MAX; g++) {
        const struct s3a_option_group *group = &reader->syntax->groups[g];
        for (size_t i = 0; i < group->count; i++) {
            s3a_suggest(&meant, name, size, group->options[i].name);
        }
    }
    if (meant.word) {
        return s3a_fault(reader->error, S3A_INVALID,
                         "there is no option --%.*s; did you mean --%s?", (int)size, name,
                         meant.word);
    }
    return s3a_fault(reader->error, S3A_INVALID, "there is no option --%.*s", (int)size, name);
}

static enum s3a_status take_duration(const struct s3a_option *option, const char *text,
                                     struct s3a_error *error)
{
    int64_t ms;

    if (!s3a_duration_parse(text, &ms)) {
        return s3a_fault(error, S3A_INVALID,
                         "--%s: \"%s\" is no duration; good ones are " S3A_DURATION_EXAMPLES,
                         option->name, text);
    }
    if (ms < option->min || ms > option->max) {
        return s3a_fault(error, S3A_INVALID,
                         "--%s: %s is out of range: %" PRId64 "ms to %" PRId64 "ms", option->name,
                         text, option->min, option->max);
    }
    *option->duration_ms = ms;
    return S3A_OK;
}

static enum s3a_status take_number(const struct s3a_option *option, const char *text,
                                   struct s3a_error *error)
{
    char *end;

    errno = 0;
    long long value = strtoll(text, &end, 10);
    if (errno != 0 || *end != '\0' || strspn(text, "0123456789") == 0 || value < option->min ||
        value > option->max) {
        return s3a_fault(error, S3A_INVALID,
                         "--%s: \"%s\" is no number from %" PRId64 " to %" PRId64, option->name,
                         text, option->min, option->max);
    }
    *option->number = value;
    return S3A_OK;
}

static enum s3a_status take_choice(const struct s3a_option *option, const char *text,
                                   struct s3a_error *error)
{
    char all[CHOICES_SIZE_MAX] = "";

    for (unsigned i = 0; option->choices[i]; i++) {
        if (strcmp(option->choices[i], text) == 0) {
            *option->choice = i;
            return S3A_OK;
        }
        const char *glue = i == 0 ? "" : option->choices[i + 1] ? ", " : " or ";
        strncat(all, glue, sizeof(all) - strlen(all) - 1);
        strncat(all, option->choices[i], sizeof(all) - strlen(all) - 1);
    }
    return s3a_fault(error, S3A_INVALID, "--%s: \"%s\" is not one of %s", option->name, text, all);
}

static enum s3a_status take_value(const struct s3a_option *option, const char *text,
                                  struct s3a_error *error)
{
    if (option->duration_ms) {
        return take_duration(option, text, error);
    }
    if (option->number) {
        return take_number(option, text, error);
    }
    if (option->choice) {
        return take_choice(option, text, error);
    }
    if (option->texts) {
        if (option->texts->count == S3A_TEXTS_MAX) {
            return s3a_fault(error, S3A_INVALID, "--%s: more than %d of them", option->name,
                             S3A_TEXTS_MAX);
        }
        option->texts->items[option->texts->count++] = text;
        return S3A_OK;
    }
    *option->text = text;
    return S3A_OK;
}

/* attached: what stands in the option's own word, or NULL. */
static enum s3a_status take_next_value(struct reader *reader, const struct s3a_option *option,
                                       const char *attached)
{
    if (attached) {
        return take_value(option, attached, reader->error);
    }
    if (reader->at == reader->count) {
        return s3a_fault(reader->error, S3A_INVALID, "--%s needs a value: --%s %s", option->name,
                         option->name, option->value_name);
    }
    return take_value(option, reader->words[reader->at++], reader->error);
}

static enum s3a_status read_long(struct reader *reader, const char *name)
{
    size_t size = strcspn(name, "=");
    const char *attached = name[size] == '=' ? name + size + 1 : NULL;
    const struct s3a_option *option =
        size > NAME_SIZE_MAX ? NULL : find(reader->syntax, 0, name, size);

    if (!option) {
        return refuse_unknown(reader, name, size > NAME_SIZE_MAX ? NAME_SIZE_MAX : size);
    }
    if (!option->flag) {
        return take_next_value(reader, option, attached);
    }
    if (attached) {
        return s3a_fault(reader->error, S3A_INVALID, "--%s takes no value", option->name);
    }
    *option->flag = true;
    return S3A_OK;
}

static enum s3a_status read_letters(struct reader *reader, const char *letters)
{
    for (; *letters; letters++) {
        const struct s3a_option *option = find(reader->syntax, *letters, NULL, 0);
        if (!option) {
            return s3a_fault(reader->error, S3A_INVALID, "there is no option -%c", *letters);
        }
        if (!option->flag) {
            return take_next_value(reader, option, letters[1] ? letters + 1 : NULL);
        }
        *option->flag = true;
    }
    return S3A_OK;
}

enum s3a_status s3a_args_parse(const struct s3a_syntax *syntax, char **words, size_t count,
                               size_t *ret_operands, struct s3a_error *error)
{
    struct reader reader = {.syntax = syntax, .words = words, .count = count, .error = error};
    bool options = true;
    enum s3a_status status = S3A_OK;

    *ret_operands = 0;
    while (status == S3A_OK && reader.at < count) {
        char *word = words[reader.at++];
        if (!options || word[0] != '-' || word[1] == '\0') {
            options = options && !syntax->stops_at_operand;
            words[(*ret_operands)++] = word;
        } else if (strcmp(word, "--") == 0) {
            options = false;
        } else if (word[1] == '-') {
            status = read_long(&reader, word + 2);
        } else {
            status = read_letters(&reader, word + 1);
        }
    }
    return status;
}
