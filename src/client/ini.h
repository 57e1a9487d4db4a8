/* SPDX-License-Identifier: MIT */
#ifndef S3A_INI_H
#define S3A_INI_H

/*
 * The files that AWS's tools share, "~/.aws/config" and "~/.aws/credentials" (AWS SDKs and Tools
 * Reference Guide, "Shared config and credentials files"):
 *
 *      # a comment, also behind a value with a space before it
 *      [profile "build farm"]
 *      region = eu-central-1
 *      s3 =
 *        addressing_style = path      which is the key "s3.addressing_style"
 *
 * A section that stands there twice is one, and the last value of a key holds. Section names are
 * compared as written, keys without regard to case.
 */

#include <s3atomic/status.h>

#include "pool.h"
#include "str.h"

/* Larger files are none of AWS's. */
#define S3A_INI_SIZE_MAX (1024 * 1024)

struct s3a_ini_value {
    struct s3a_ini_value *next;
    struct s3a_str section;
    struct s3a_str key; /* empty: the section's own line */
    struct s3a_str value;
};

/* All zero: an empty file. */
struct s3a_ini {
    struct s3a_ini_value *values; /* the last first */
};

/* Views into text and pool, which must outlive the result. S3A_FORMAT: "line 3: ..." (never with
 * what stands in the line, which may be a secret), S3A_NO_MEMORY. */
S3A_MUST_CHECK enum s3a_status s3a_ini_parse(struct s3a_pool *pool, struct s3a_str text,
                                             struct s3a_ini *ret_ini, struct s3a_error *error);

bool s3a_ini_has_section(const struct s3a_ini *ini, struct s3a_str section);

/* Empty, with data NULL, where there is none, or where it is empty. */
struct s3a_str s3a_ini_get(const struct s3a_ini *ini, struct s3a_str section, const char *key);

#endif
