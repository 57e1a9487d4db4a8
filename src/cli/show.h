/* SPDX-License-Identifier: MIT */
#ifndef S3A_SHOW_H
#define S3A_SHOW_H

/* What is known of an object. */

#include <stdio.h>

#include <s3atomic/store.h>

/* As JSON on a line, or as lines for people, as the global options ask. */
void s3a_show_object(FILE *out, const struct s3a_object *object);

#endif
