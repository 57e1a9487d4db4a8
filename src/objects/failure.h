/* SPDX-License-Identifier: MIT */
#ifndef S3A_FAILURE_H
#define S3A_FAILURE_H

/* What came of it below, in the words of those above. */

#include "op.h"

/* S3A_OK, S3A_FULL, S3A_NO_MEMORY, S3A_LATER (somebody else is in the way), S3A_CORRUPT, else
 * S3A_SYSTEM. */
enum s3a_status s3a_sqlite_status(int rc);

/* "what path: reason"; returns the status. */
enum s3a_status s3a_sqlite_error(int rc, const char *what, const char *path,
                                 struct s3a_error *error);

/*
 * Nothing was changed and nothing is known: 503 with S3A_LATER, S3A_FULL or S3A_NO_MEMORY, but 500
 * with S3A_CORRUPT where the data is damaged. What the answer held before is forgotten.
 */
void s3a_fail_sqlite(struct s3a_answer *answer, int rc);

/* The same for a status that came from elsewhere, with a message. */
void s3a_fail_status(struct s3a_answer *answer, enum s3a_status status, const char *message);

/* It may have been applied: 500 and S3A_IN_DOUBT. */
void s3a_fail_in_doubt(struct s3a_answer *answer);

/* A success, whatever the answer was before. */
void s3a_succeed(struct s3a_answer *answer, int http_status);

/* An error of S3's own, as the store answers it. What the answer held before is forgotten. */
void s3a_fail_code(struct s3a_answer *answer, enum s3a_code code);

#endif
