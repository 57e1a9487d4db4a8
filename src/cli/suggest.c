/* SPDX-License-Identifier: MIT */
#include "suggest.h"

#include <string.h>

#define WORD_MAX 32

static size_t least(size_t a, size_t b)
{
    return a < b ? a : b;
}

/*
 * Letters inserted, left out, changed, or swapped with their neighbour: the optimal string
 * alignment distance, row by row.
 */
static size_t slips_between(const char *a, size_t a_size, const char *b, size_t b_size)
{
    size_t rows[3][WORD_MAX + 1];
    size_t *before = rows[0];
    size_t *above = rows[1];
    size_t *row = rows[2];

    for (size_t k = 0; k <= b_size; k++) {
        above[k] = k;
    }
    for (size_t i = 1; i <= a_size; i++) {
        row[0] = i;
        for (size_t k = 1; k <= b_size; k++) {
            size_t changed = above[k - 1] + (a[i - 1] != b[k - 1]);
            row[k] = least(changed, least(above[k], row[k - 1]) + 1);
            if (i > 1 && k > 1 && a[i - 1] == b[k - 2] && a[i - 2] == b[k - 1]) {
                row[k] = least(row[k], before[k - 2] + 1);
            }
        }
        size_t *oldest = before;
        before = above;
        above = row;
        row = oldest;
    }
    return above[b_size];
}

void s3a_suggest(struct s3a_suggestion *suggestion, const char *typed, size_t typed_size,
                 const char *word)
{
    size_t size = strlen(word);

    if (typed_size > WORD_MAX || size > WORD_MAX) {
        return;
    }
    size_t slips = slips_between(typed, typed_size, word, size);
    size_t slips_max = size < 4 ? 1 : 2;
    if (slips <= slips_max && (!suggestion->word || slips < suggestion->slips)) {
        *suggestion = (struct s3a_suggestion){word, slips};
    }
}
