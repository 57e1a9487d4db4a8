/* SPDX-License-Identifier: MIT */
#ifndef S3A_USAGE_H
#define S3A_USAGE_H

/* The text of --help, for 80 columns. */

#include <stdio.h>

#include "args.h"

/* Prints text in lines of at most 79 columns, each after indent spaces. The first line begins at
 * column, which is at most indent, and is filled up to it. */
void s3a_usage_wrap(FILE *out, const char *text, size_t column, size_t indent);

/* One "name   explanation" line, or several. */
void s3a_usage_item(FILE *out, const char *name, const char *text);

/* The options of a group under its title; nothing where it is empty. */
void s3a_usage_options(FILE *out, const struct s3a_option_group *group);

#endif
