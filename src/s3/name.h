/* SPDX-License-Identifier: MIT */
#ifndef S3A_NAME_H
#define S3A_NAME_H

/* What S3 accepts as names, and what is said of those it does not accept. */

#include <s3atomic/status.h>

#include "str.h"

/*
 * 3 to 63 characters, lower-case letters, digits, dots and hyphens, a letter or digit at both
 * ends, no two dots side by side, not of the form of an IPv4 address, none of the reserved
 * prefixes and suffixes (xn--, sthree-, amzn-s3-demo-; -s3alias, --ol-s3, .mrap, --table-s3;
 * --x-s3, of a directory bucket, is allowed). Source: "General purpose bucket naming rules",
 * Amazon S3 User Guide. On failure the error says which rule the name breaks and quotes the name.
 */
S3A_MUST_CHECK enum s3a_status s3a_bucket_check(struct s3a_str bucket, struct s3a_error *error);

/* 1 to 1 024 bytes of UTF-8, without NUL. */
S3A_MUST_CHECK enum s3a_status s3a_key_check(struct s3a_str key, struct s3a_error *error);

#endif
