/* SPDX-License-Identifier: MIT */
#ifndef S3A_TABLE_H
#define S3A_TABLE_H

/* Rows of texts, printed in aligned columns. */

#include <stdbool.h>
#include <stddef.h>
#include <stdio.h>

#define S3A_TABLE_COLUMNS_MAX 9

/* How a row stands out on a terminal. */
enum s3a_tint {
    S3A_TINT_NONE,
    S3A_TINT_GOOD,
    S3A_TINT_BAD,
    S3A_TINT_FAINT,
};

struct s3a_table {
    size_t columns;
    char **cells; /* row by row */
    enum s3a_tint *tints;
    size_t rows;
    size_t rows_capacity;
    bool failed; /* out of memory: nothing more is added */
};

/* The titles are the first row. */
void s3a_table_init(struct s3a_table *table, const char *const *titles, size_t columns);
void s3a_table_fini(struct s3a_table *table);

/* One cell a column, copied, and made fit for a terminal; an empty one is shown as "-". The first
 * cell has the tint. False where there is no memory. */
bool s3a_table_add(struct s3a_table *table, const char *const *cells, enum s3a_tint tint);

/* Colours only where asked for. The last column is not filled up. */
void s3a_table_print(const struct s3a_table *table, FILE *out, bool colours);

/* Does this stream show colours, and are they wanted? A terminal, other than TERM=dumb, and no
 * NO_COLOR (no-color.org). */
bool s3a_table_wants_colours(FILE *out);

#endif
