/* SPDX-License-Identifier: MIT */
#ifndef S3A_STORED_HEADERS_H
#define S3A_STORED_HEADERS_H

/* The headers that an object keeps, as they stand in the database: "name:value\n" each. */

#include "op.h"

/* All of them together. The metadata of the user has its own limit, S3A_METADATA_SIZE_MAX. */
#define S3A_STORED_HEADERS_SIZE_MAX (16 * 1024)

/* What Amazon S3 says of an object that was put without a content type. */
#define S3A_CONTENT_TYPE_DEFAULT "binary/octet-stream"

/*
 * Appends them to text. S3A_CODE_METADATA_TOO_LARGE; S3A_CODE_INVALID_ARGUMENT for a name or value
 * that HTTP could not carry. A failure of text itself sticks to it.
 */
enum s3a_code s3a_stored_headers_encode(const struct s3a_headers *headers, struct s3a_buf *text);

/* Views into text. False where it is not of that form. */
bool s3a_stored_headers_decode(struct s3a_str text, struct s3a_headers *ret_headers);

#endif
