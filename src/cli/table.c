/* SPDX-License-Identifier: MIT */
#include "table.h"

#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "human.h"

#define ROWS_FIRST 32
#define GAP 2

void s3a_table_init(struct s3a_table *table, const char *const *titles, size_t columns)
{
    *table = (struct s3a_table){.columns = columns};
    s3a_table_add(table, titles, S3A_TINT_NONE);
}

void s3a_table_fini(struct s3a_table *table)
{
    for (size_t i = 0; i < table->rows * table->columns; i++) {
        free(table->cells[i]);
    }
    free(table->cells);
    free(table->tints);
    *table = (struct s3a_table){.columns = table->columns};
}

static bool make_room(struct s3a_table *table)
{
    if (table->rows < table->rows_capacity) {
        return true;
    }
    size_t capacity = table->rows_capacity ? table->rows_capacity * 2 : ROWS_FIRST;
    char **cells = realloc(table->cells, capacity * table->columns * sizeof(*cells));
    if (cells) {
        table->cells = cells;
    }
    enum s3a_tint *tints = realloc(table->tints, capacity * sizeof(*tints));
    if (tints) {
        table->tints = tints;
    }
    if (!cells || !tints) {
        return false;
    }
    table->rows_capacity = capacity;
    return true;
}

bool s3a_table_add(struct s3a_table *table, const char *const *cells, enum s3a_tint tint)
{
    size_t copied = 0;

    if (table->failed || !make_room(table)) {
        table->failed = true;
        return false;
    }
    char **row = table->cells + table->rows * table->columns;
    for (; copied < table->columns; copied++) {
        row[copied] = strdup(cells[copied][0] ? cells[copied] : "-");
        if (!row[copied]) {
            break;
        }
        s3a_human_clean(row[copied]);
    }
    if (copied < table->columns) {
        while (copied > 0) {
            free(row[--copied]);
        }
        table->failed = true;
        return false;
    }
    table->tints[table->rows++] = tint;
    return true;
}

static const char *tint_code(enum s3a_tint tint)
{
    switch (tint) {
    case S3A_TINT_GOOD:
        return "\033[32m";
    case S3A_TINT_BAD:
        return "\033[31m";
    case S3A_TINT_FAINT:
        return "\033[2m";
    case S3A_TINT_NONE:
        break;
    }
    return "";
}

void s3a_table_print(const struct s3a_table *table, FILE *out, bool colours)
{
    size_t widths[S3A_TABLE_COLUMNS_MAX] = {0};

    for (size_t i = 0; i < table->rows * table->columns; i++) {
        size_t width = s3a_human_columns(table->cells[i]);
        size_t *widest = &widths[i % table->columns];
        *widest = width > *widest ? width : *widest;
    }
    for (size_t i = 0; i < table->rows * table->columns; i++) {
        size_t column = i % table->columns;
        const char *cell = table->cells[i];
        const char *tint =
            colours && column == 0 ? tint_code(table->tints[i / table->columns]) : "";
        fprintf(out, "%s%s%s", tint, cell, *tint ? "\033[0m" : "");
        if (column + 1 == table->columns) {
            fputc('\n', out);
        } else {
            fprintf(out, "%*s", (int)(widths[column] - s3a_human_columns(cell) + GAP), "");
        }
    }
}

bool s3a_table_wants_colours(FILE *out)
{
    const char *no_colour = getenv("NO_COLOR");
    const char *terminal = getenv("TERM");

    return isatty(fileno(out)) && !(no_colour && *no_colour) && terminal &&
           strcmp(terminal, "dumb") != 0;
}
