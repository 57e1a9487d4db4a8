/* SPDX-License-Identifier: MIT */
#ifndef S3A_LISTING_DECODE_H
#define S3A_LISTING_DECODE_H

/* The XML answers of S3, read into an answer. Texts live in its pool. */

#include "op.h"

/*
 * A listing (of objects, or of buckets, as op says): entries by name, truncated, next_continuation.
 * Where the XML is an <Error> instead, *ret_is_error is set and only that. S3A_OK, S3A_NO_MEMORY,
 * or S3A_PROTOCOL with *ret_message (static text).
 */
S3A_MUST_CHECK enum s3a_status s3a_listing_decode(const struct s3a_op *op, struct s3a_str xml,
                                                  struct s3a_answer *answer, bool *ret_is_error,
                                                  const char **ret_message);

/*
 * An <Error>: code, code_text, message, condition, header; region, location and the ids of the
 * request where they are not known yet. False where the XML is none (no memory included); the
 * answer is then as it was, but for texts.
 */
bool s3a_error_decode(struct s3a_str xml, struct s3a_answer *answer);

#endif
