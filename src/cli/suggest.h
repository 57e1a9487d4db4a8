/* SPDX-License-Identifier: MIT */
#ifndef S3A_SUGGEST_H
#define S3A_SUGGEST_H

#include <stddef.h>

/* Finds the word that was probably meant: the one that is the fewest slips of the fingers away. */
struct s3a_suggestion {
    const char *word; /* NULL: none is near enough */
    size_t slips;
};

/* Offers one word that would have been right where typed was written. */
void s3a_suggest(struct s3a_suggestion *suggestion, const char *typed, size_t typed_size,
                 const char *word);

#endif
