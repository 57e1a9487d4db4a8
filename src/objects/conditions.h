/* SPDX-License-Identifier: MIT */
#ifndef S3A_CONDITIONS_H
#define S3A_CONDITIONS_H

/*
 * May this operation go on, given what lies at its key? Pure.
 *
 * Reads follow RFC 9110, section 13.2.2. So do writes: lists of ETags, "*" and both conditions at
 * once are judged, with one answer that is Amazon S3's instead: If-Match on a key without an object
 * is 404, not 412.
 *
 * Amazon S3 itself accepts less, as was measured: on PUT If-None-Match takes only "*", If-Match one
 * ETag, never "*", and not both at once; on DELETE there is no If-None-Match. The rest is 501
 * there, which the functions that end in _as_amazon do too: for tests of programs that will meet
 * it.
 */

#include "op.h"

/* What lies at the key. */
struct s3a_present {
    struct s3a_str etag; /* with its quotes */
    int64_t modified_ms;
};

struct s3a_verdict {
    enum s3a_code code;    /* S3A_CODE_NONE: go on */
    const char *condition; /* PRECONDITION_FAILED: the header that did not hold */
    const char *header;    /* NOT_IMPLEMENTED: the header that is not accepted */
};

/* present is NULL where there is no object. */
struct s3a_verdict s3a_judge_write(const struct s3a_op *op, const struct s3a_present *present);
struct s3a_verdict s3a_judge_put_as_amazon(const struct s3a_op *op,
                                           const struct s3a_present *present);
struct s3a_verdict s3a_judge_delete_as_amazon(const struct s3a_op *op,
                                              const struct s3a_present *present);

/* GET and HEAD of an object that is there. An If-Modified-Since later than now_ms is no
 * condition at all (RFC 9110, section 13.1.3). Dates compare by whole seconds. */
struct s3a_verdict s3a_judge_read(const struct s3a_op *op, const struct s3a_present *present,
                                  int64_t now_ms);

#endif
