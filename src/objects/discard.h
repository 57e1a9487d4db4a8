/* SPDX-License-Identifier: MIT */
#ifndef S3A_DISCARD_H
#define S3A_DISCARD_H

/*
 * Files that nothing needs any more, within a transaction: they are put on the list of garbage, and
 * among those to be removed once it is applied. SQLITE_OK or an error.
 */

#include "object_state.h"

/* A file that nobody reads but by a descriptor of his own. */
int s3a_discard_file(struct s3a_commit *commit, struct s3a_str blob);

/* All parts of an upload, with their rows. is_object: an object was made of them, and somebody may
 * be reading it from one file after the other. */
int s3a_discard_parts(struct s3a_commit *commit, struct s3a_str upload_id, bool is_object);

/* What an object consisted of whose row is replaced or gone by now, unless a copy needs it, too. */
int s3a_discard_object(struct s3a_commit *commit, const struct s3a_found *found);

/* All uploads of a bucket. */
int s3a_discard_uploads(struct s3a_commit *commit, int64_t bucket);

#endif
