/* SPDX-License-Identifier: MIT */
#ifndef S3A_OP_DECODE_H
#define S3A_OP_DECODE_H

/* The parts of s3a_op_decode(); see http.h. Each returns what it made of its part of the request,
 * or the error it has put into the answer. */

#include "http.h"
#include "tags.h"

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
enum s3a_code s3a_op_decode_acl(struct s3a_op_decoder *decoder, struct s3a_str document);
enum s3a_code s3a_op_decode_tagging(struct s3a_op_decoder *decoder, struct s3a_str document);

/* x-amz-tagging. */
enum s3a_code s3a_op_decode_tagging_header(struct s3a_op_decoder *decoder, struct s3a_str value);

/* Reads the document of a request. S3A_CODE_NONE, MALFORMED_XML or INTERNAL_ERROR. */
enum s3a_code s3a_op_read_document(struct s3a_op_decoder *decoder, struct s3a_str document,
                                   const struct s3a_xml_events *events, void *user);

/* COMPLETE_UPLOAD: its list of parts. MALFORMED_XML, INVALID_ARGUMENT, INVALID_PART_ORDER, ... */
enum s3a_code s3a_op_decode_part_list(struct s3a_op_decoder *decoder, struct s3a_str document);

/* A parameter of uploads, parts and attributes; false where it is none. */
bool s3a_op_decode_upload_parameter(struct s3a_op_decoder *decoder, struct s3a_str name,
                                    struct s3a_str value, enum s3a_code *ret_code);

/* A header x-amz-... of copies, uploads and attributes; false where it is none. */
bool s3a_op_decode_upload_header(struct s3a_op_decoder *decoder, struct s3a_str name,
                                 struct s3a_str value, enum s3a_code *ret_code);

/* A header x-amz-checksum-...; false where it is none. */
bool s3a_op_decode_checksum_header(struct s3a_op_decoder *decoder, struct s3a_str name,
                                   struct s3a_str value, enum s3a_code *ret_code);

/* All has come: does what is said of checksums go together? */
enum s3a_code s3a_op_check_checksums(struct s3a_op_decoder *decoder);

/* All has come: a PUT with a source is a copy; is anything missing, or too much? */
enum s3a_code s3a_op_check_upload(struct s3a_op_decoder *decoder);

/* More of a header that may come twice; and a date, and a range, as headers have them. */
enum s3a_code s3a_op_join(struct s3a_op_decoder *decoder, struct s3a_str *value,
                          struct s3a_str more);
int64_t s3a_op_condition_date(struct s3a_str value);
struct s3a_range s3a_op_range(struct s3a_str value);

/* A text, and how many lines a list may have, as parameters have them. */
enum s3a_code s3a_op_decode_text(struct s3a_op_decoder *decoder, const char *name,
                                 struct s3a_str value, struct s3a_str *ret_text);
enum s3a_code s3a_op_decode_max(struct s3a_op_decoder *decoder, const char *name,
                                struct s3a_str value);

#endif
