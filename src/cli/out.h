/* SPDX-License-Identifier: MIT */
#ifndef S3A_OUT_H
#define S3A_OUT_H

/* Standard output, and whether what was printed has arrived. */

#include <stdbool.h>

#include "json_line.h"

/* Standard input, output and error that are closed are opened so that using them fails, lest a
 * file of ours gets their number. */
void s3a_out_setup(void);

/* Something could not be printed: the rest is not worth the work. */
bool s3a_out_failed(void);

/*
 * To be called last: flushes standard output. Returns code, or what a failure calls for where code
 * was 0: a reader that went away ends the command as SIGPIPE would, without a word.
 */
int s3a_out_finish(int code);

/* An ETag that was made: alone on a line, or with its object as JSON. */
void s3a_out_written(const char *bucket, const char *key, const char *etag, uint64_t size);

#endif
