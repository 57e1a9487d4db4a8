/* SPDX-License-Identifier: MIT */
#ifndef S3A_HTTP_H
#define S3A_HTTP_H

/* Operations and answers as HTTP messages: the wire format of S3. See op.h for the picture. */

#include "op.h"
#include "uri.h"
#include "xml.h"

#define S3A_HTTP_HEADERS_MAX (S3A_STORED_HEADERS_MAX + 24)
/* A head that is longer than this is not accepted. */
#define S3A_HTTP_HEAD_SIZE_MAX (64 * 1024)

/* Where requests go, and how a bucket is written into them. */
struct s3a_addressing {
    struct s3a_endpoint endpoint;
    /* bucket.host instead of host/bucket; not where the host is an address, where the bucket's name
     * is no host name, or where it has a dot and the endpoint is https: (no certificate fits). */
    bool virtual_host;
};

/* A request, without what signing adds. The texts live in pool or in the op. */
struct s3a_http_request {
    const char *method;
    struct s3a_str host;                             /* Host header */
    struct s3a_str path;                             /* encoded */
    struct s3a_str query;                            /* encoded, "" where there is none */
    struct s3a_header headers[S3A_HTTP_HEADERS_MAX]; /* with host, without content-length */
    size_t header_count;
};

/* An answer's head. The texts live in pool or in the answer. */
struct s3a_http_response {
    int http_status;
    struct s3a_header headers[S3A_HTTP_HEADERS_MAX];
    size_t header_count;
};

/* False where there is no more room. */
bool s3a_http_request_add(struct s3a_http_request *request, struct s3a_str name,
                          struct s3a_str value);

/* client: op → request. S3A_NO_MEMORY, or S3A_INVALID for what only servers know, for more headers
 * than there is room for, and for one that an object does not keep or that would break the request
 * (s3a_header_is_valid). */
S3A_MUST_CHECK enum s3a_status s3a_op_encode(const struct s3a_op *op,
                                             const struct s3a_addressing *addressing,
                                             struct s3a_pool *pool,
                                             struct s3a_http_request *ret_request);

/* What the server has in hand. */
struct s3a_http_incoming {
    struct s3a_str method;
    struct s3a_str path;              /* as it came, encoded */
    struct s3a_str query;             /* as it came, encoded, without the '?' */
    const struct s3a_header *headers; /* lower-case names */
    size_t header_count;
};

/*
 * server: request → op. base_domain ("s3.localhost", data NULL: path style only) is what stands
 * behind the bucket in a virtual-host style Host header. Views into the request stay views; what
 * had to be decoded lives in pool. On anything but S3A_CODE_NONE the answer carries the error with
 * its message: requests that S3 knows and we do not are NOT_IMPLEMENTED and say what they ask for.
 * Bucket and key names are checked; a missing body length is not judged here.
 */
enum s3a_code s3a_op_decode(const struct s3a_http_incoming *request, struct s3a_str base_domain,
                            struct s3a_pool *pool, struct s3a_op *ret_op,
                            struct s3a_answer *answer);

/* A document that comes with a request may not be longer: 1 000 keys to be deleted, escaped, or
 * 10 000 parts of an upload. */
#define S3A_DOCUMENT_SIZE_MAX S3A_XML_SIZE_MAX

/*
 * server: the document that came with a request into its op, which s3a_op_decode() has begun:
 * nothing to do where its kind has none. The op's views live in pool. S3A_CODE_NONE, or
 * MALFORMED_XML, NOT_IMPLEMENTED, ..., with the error in the answer.
 */
enum s3a_code s3a_op_decode_document(struct s3a_str document, struct s3a_pool *pool,
                                     struct s3a_op *op, struct s3a_answer *answer);

/*
 * server: answer → response head, and body: the XML where the answer is a listing or an error (none
 * for HEAD, 204 and 304). An object's bytes stay where they are, in answer->body or answer->file;
 * content-length is for the caller to send. resource is the path as it came.
 */
S3A_MUST_CHECK enum s3a_status s3a_answer_encode(const struct s3a_op *op,
                                                 const struct s3a_answer *answer,
                                                 struct s3a_str resource, struct s3a_pool *pool,
                                                 struct s3a_http_response *ret_response,
                                                 struct s3a_buf *body);

/*
 * client: response → answer. headers are all that came, lower-case names; the body has been
 * collected in answer->body already. Sets everything of the answer, status included: a listing
 * that is no XML, a success without what it must carry (an ETag on PUT and GET), or a header that
 * contradicts itself is S3A_PROTOCOL with a message. An <Error> in the body of a 200 is that
 * error.
 */
void s3a_answer_decode(const struct s3a_op *op, int http_status, const struct s3a_header *headers,
                       size_t header_count, struct s3a_answer *answer);

#endif
