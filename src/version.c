/* SPDX-License-Identifier: MIT */
#include <s3atomic/s3atomic.h>

const char *s3a_version(void)
{
    return S3A_VERSION;
}
