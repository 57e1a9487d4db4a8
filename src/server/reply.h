/* SPDX-License-Identifier: MIT */
#ifndef S3A_REPLY_H
#define S3A_REPLY_H

/* An answer as libmicrohttpd sends it. */

#include "http.h"

struct MHD_Response;

/*
 * The response to op, to be given back with MHD_destroy_response(); NULL where there is no memory.
 * Nothing is copied: answer and xml must stay as they are until it was sent. A file of the answer,
 * or its stream, moves into the response. pool and xml take what the head and an XML body are made
 * of.
 */
struct MHD_Response *s3a_reply_make(const struct s3a_op *op, struct s3a_answer *answer,
                                    struct s3a_str resource, struct s3a_pool *pool,
                                    struct s3a_buf *xml);

/* The same for a page of the server's own: text is the body. */
struct MHD_Response *s3a_reply_make_page(const char *content_type, const char *request_id,
                                         const struct s3a_buf *text);

#endif
