/* SPDX-License-Identifier: MIT */
#ifndef S3A_LIBCURL_H
#define S3A_LIBCURL_H

/* Sets libcurl up, once in the life of the process. Any thread. */
void s3a_libcurl_start(void);

#endif
