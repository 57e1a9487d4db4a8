/* SPDX-License-Identifier: MIT */
#ifndef S3A_ENTRIES_H
#define S3A_ENTRIES_H

/* The lines of a listing as they are gathered, and the token that continues it. */

#include "op.h"

/*
 * Appends a line, with texts copied to the answer's pool. False without memory. Growing gives the
 * array a new place in the pool: entries are valid where answer->entries points.
 */
bool s3a_entries_add(struct s3a_answer *answer, const struct s3a_entry *entry);

/*
 * The listing ends here although there is more: sets truncated and next_continuation, a token that
 * names the last line. False without memory.
 */
bool s3a_entries_truncate(struct s3a_answer *answer);

/* The line that a token names; the text lives in pool. False where it is no token of ours, or
 * there is no memory. */
bool s3a_token_decode(struct s3a_pool *pool, struct s3a_str token, struct s3a_str *ret_name,
                      bool *ret_is_prefix);

/* Does the name begin with all of the prefix? */
bool s3a_name_starts_with(struct s3a_str name, struct s3a_str prefix);

#endif
