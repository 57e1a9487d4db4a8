/* SPDX-License-Identifier: MIT */
#ifndef S3A_OP_DECODE_H
#define S3A_OP_DECODE_H

/* The parts of s3a_op_decode(); see http.h. Each returns what it made of its part of the request,
 * or the error it has put into the answer. */

#include "http.h"

struct s3a_op_decoder {
    const struct s3a_http_incoming *request;
    struct s3a_pool *pool;
    struct s3a_op *op;
    struct s3a_answer *answer;
};

/* Puts the error into the answer and returns code. */
enum s3a_code s3a_op_refuse(struct s3a_op_decoder *decoder, enum s3a_code code, const char *format,
                            ...) __attribute__((format(printf, 3, 4)));

/* The same with NOT_IMPLEMENTED, for a header. */
enum s3a_code s3a_op_refuse_header(struct s3a_op_decoder *decoder, struct s3a_str name);

/* The kind of the operation (op->kind), of its target, its method and its query. */
enum s3a_code s3a_op_route(struct s3a_op_decoder *decoder);

/* The headers that the operation (op->kind) has a use for; those that ask for what there is not are
 * refused. */
enum s3a_code s3a_op_decode_headers(struct s3a_op_decoder *decoder);

/* One x-amz-... header, or the parameter of a presigned URL that stands for it. */
enum s3a_code s3a_op_decode_amz_header(struct s3a_op_decoder *decoder, struct s3a_str name,
                                       struct s3a_str value);

/* Undoes the encoding of a name or a value of the query. */
enum s3a_code s3a_op_decode_query_part(struct s3a_op_decoder *decoder, struct s3a_str *part);

/* The rest of the query. */
enum s3a_code s3a_op_decode_query(struct s3a_op_decoder *decoder);

/* MALFORMED_XML. */
enum s3a_code s3a_op_refuse_document(struct s3a_op_decoder *decoder);

/* The documents. */
enum s3a_code s3a_op_decode_deletions(struct s3a_op_decoder *decoder, struct s3a_str document);

/* Reads the document of a request. S3A_CODE_NONE, MALFORMED_XML or INTERNAL_ERROR. */
enum s3a_code s3a_op_read_document(struct s3a_op_decoder *decoder, struct s3a_str document,
                                   const struct s3a_xml_events *events, void *user);

#endif
