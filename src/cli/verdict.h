/* SPDX-License-Identifier: MIT */
#ifndef S3A_VERDICT_H
#define S3A_VERDICT_H

/* What a store's answer means for the command that was given. */

#include <s3atomic/status.h>

#include "url.h"

/*
 * Says why a command about url failed, and returns the exit code. Where the condition did not
 * hold, unmet says what that means ("exists already"); NULL: there was none.
 */
int s3a_verdict(const struct s3a_url *url, const char *unmet, const struct s3a_error *error);

#endif
