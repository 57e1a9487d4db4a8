/* SPDX-License-Identifier: MIT */
#include "check.h"

#include <stdio.h>
#include <stdlib.h>

_Noreturn void s3a_check_failed(const char *condition, const char *file, int line)
{
    fprintf(stderr, "s3atomic: this is a bug, please report it: %s:%d: %s\n", file, line,
            condition);
    abort();
}
