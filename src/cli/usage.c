/* SPDX-License-Identifier: MIT */
#include "usage.h"

#include <string.h>

#define COLUMNS 79
#define TEXT_COLUMN 26
#define NAME_SIZE_MAX 128

static void fill(FILE *out, size_t count)
{
    fprintf(out, "%*s", (int)count, "");
}

/* One line of text, without its end. */
static void wrap_line(FILE *out, const char *line, size_t line_size, size_t indent)
{
    size_t column = indent;
    size_t at = 0;

    while (at < line_size) {
        size_t size = strcspn(line + at, " \n");
        if (at > 0 && column + 1 + size > COLUMNS) {
            fputc('\n', out);
            fill(out, indent);
            column = indent;
        } else if (at > 0) {
            fputc(' ', out);
            column++;
        }
        fwrite(line + at, 1, size, out);
        column += size;
        at += size + 1;
    }
    fputc('\n', out);
}

void s3a_usage_wrap(FILE *out, const char *text, size_t column, size_t indent)
{
    do {
        size_t size = strcspn(text, "\n");
        fill(out, size > 0 && indent > column ? indent - column : 0);
        wrap_line(out, text, size, indent);
        text += size + (text[size] != '\0');
        column = 0;
    } while (*text);
}

void s3a_usage_item(FILE *out, const char *name, const char *text)
{
    size_t column = 2 + strlen(name);

    fprintf(out, "  %s", name);
    if (column + 2 > TEXT_COLUMN) {
        fputc('\n', out);
        column = 0;
    }
    s3a_usage_wrap(out, text, column, TEXT_COLUMN);
}

void s3a_usage_options(FILE *out, const struct s3a_option_group *group)
{
    char name[NAME_SIZE_MAX];

    if (group->count == 0) {
        return;
    }
    fprintf(out, "\n%s:\n", group->title);
    for (size_t i = 0; i < group->count; i++) {
        const struct s3a_option *option = &group->options[i];
        char letter[] = {'-', option->letter, ',', ' ', '\0'};
        snprintf(name, sizeof(name), "%s--%s%s%s", option->letter ? letter : "    ", option->name,
                 option->value_name ? " " : "", option->value_name ? option->value_name : "");
        s3a_usage_item(out, name, option->help);
    }
}
