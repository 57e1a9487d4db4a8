/* SPDX-License-Identifier: MIT */
#ifndef S3A_CRASH_UPLOAD_H
#define S3A_CRASH_UPLOAD_H

#include "crash_line.h"

/*
 * The PUT that a call is, as an upload of one part: begun, sent, and completed under the call's
 * conditions. The answer is that of the first request that has none or another than 200, or of the
 * last; then it has the ETag. Before the last request nothing can have happened to the object.
 */
enum crash_sent crash_upload(struct crash_line *line, const struct crash_call *call,
                             struct crash_answer *ret_answer);

#endif
