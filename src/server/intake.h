/* SPDX-License-Identifier: MIT */
#ifndef S3A_INTAKE_H
#define S3A_INTAKE_H

/* How the body of a request will be taken in: as its head announces it, its operation has a use
 * for it, and its signature vouches for it. */

#include "body.h"
#include "head.h"
#include "sigv4.h"

struct s3a_intake {
    struct s3a_objects *objects;
    const struct s3a_head *head;
    const struct s3a_sigv4_claim *claim;
    const struct s3a_sigv4_key *key; /* that the claim was verified with */
};

/*
 * Begins a body where there is to be one, and sets op->body_size. S3A_CODE_NONE; those of
 * s3a_body_init(), s3a_body_init_chunks() and s3a_body_expect(); MISSING_CONTENT_LENGTH,
 * ENTITY_TOO_LARGE. *ret_message: what is wrong, or NULL for the table's.
 */
enum s3a_code s3a_intake_begin(const struct s3a_intake *intake, struct s3a_op *op,
                               struct s3a_body *body, const char **ret_message);

#endif
