/* SPDX-License-Identifier: MIT */
#ifndef S3A_ADMIT_H
#define S3A_ADMIT_H

/* The head of a request has come: what is asked, who asks, and may it be so? */

#include "exchange.h"

/*
 * Reads the head, checks the signature, decodes the operation, and prepares for the body: head, op
 * and body of the exchange are set. S3A_CODE_NONE, or the error to answer, with *ret_message or
 * NULL for the table's; where the answer holds the error already, is_explained is set.
 */
enum s3a_code s3a_admit(struct s3a_exchange *exchange, const char *method,
                        const char **ret_message);

#endif
