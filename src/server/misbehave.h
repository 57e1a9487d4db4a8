/* SPDX-License-Identifier: MIT */
#ifndef S3A_MISBEHAVE_H
#define S3A_MISBEHAVE_H

/* Carries out on an exchange what was decided to go wrong with it. In the thread of its front. */

#include "exchange.h"

enum s3a_misbehaviour {
    S3A_MISBEHAVE_NOT,
    S3A_MISBEHAVE_HOLD, /* it is to be suspended; it is with those held (held.h) */
    S3A_MISBEHAVE_FAIL, /* it is to be answered with the decision's code and HTTP status */
    S3A_MISBEHAVE_CUT,  /* its connection is to be closed; nothing more reaches the client */
};

/* It was admitted: decides, and makes its operation one that ignores conditions, if it is to. */
void s3a_misbehave_begin(struct s3a_exchange *exchange);

/* The document that came with it is decoded: the same for conditions within. S3A_CODE_NONE, or
 * INTERNAL_ERROR where there is no memory. */
enum s3a_code s3a_misbehave_document(struct s3a_exchange *exchange);

/* What goes wrong before its operation, or after it. To be asked again once it was released. */
enum s3a_misbehaviour s3a_misbehave(struct s3a_exchange *exchange, bool is_after);

/* s3a_reply_make(), with a wrong date or ETag, or for a body that breaks off. NULL also where that
 * has nothing to break off: the connection is to be closed. */
struct MHD_Response *s3a_misbehave_reply(struct s3a_exchange *exchange);

#endif
