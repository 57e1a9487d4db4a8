/* SPDX-License-Identifier: MIT */
#ifndef S3A_OP_KIND_H
#define S3A_OP_KIND_H

/* The operations that there are, and what is the same for all of a kind. */

#include <stdbool.h>

/* What an operation is about. */
enum s3a_op_target {
    S3A_TARGET_SERVICE,
    S3A_TARGET_BUCKET,
    S3A_TARGET_OBJECT,
};

/* What comes with it. */
enum s3a_op_body {
    S3A_BODY_NOTHING,  /* of use: what is sent all the same is passed over */
    S3A_BODY_OBJECT,   /* the bytes of an object */
    S3A_BODY_DOCUMENT, /* XML: see s3a_op_decode_document() */
};

/* clang-format off */
/* X(name, what Amazon calls it, method, target, body, is it a write?) */
#define S3A_OP_MAP(X)                                                                              \
    X(LIST_BUCKETS, "ListBuckets", "GET", SERVICE, NOTHING, false)                                 \
    X(CREATE_BUCKET, "CreateBucket", "PUT", BUCKET, DOCUMENT, true)                                \
    X(HEAD_BUCKET, "HeadBucket", "HEAD", BUCKET, NOTHING, false)                                   \
    X(DELETE_BUCKET, "DeleteBucket", "DELETE", BUCKET, NOTHING, true)                              \
    X(LIST_OBJECTS, "ListObjects", "GET", BUCKET, NOTHING, false)                                  \
    X(GET_OBJECT, "GetObject", "GET", OBJECT, NOTHING, false)                                      \
    X(HEAD_OBJECT, "HeadObject", "HEAD", OBJECT, NOTHING, false)                                   \
    X(PUT_OBJECT, "PutObject", "PUT", OBJECT, OBJECT, true)                                        \
    X(DELETE_OBJECT, "DeleteObject", "DELETE", OBJECT, NOTHING, true)                              \
    X(COPY_OBJECT, "CopyObject", "PUT", OBJECT, NOTHING, true)                                     \
    X(CREATE_UPLOAD, "CreateMultipartUpload", "POST", OBJECT, NOTHING, true)                       \
    X(UPLOAD_PART, "UploadPart", "PUT", OBJECT, OBJECT, true)                                      \
    X(COPY_PART, "UploadPartCopy", "PUT", OBJECT, NOTHING, true)                                   \
    X(COMPLETE_UPLOAD, "CompleteMultipartUpload", "POST", OBJECT, DOCUMENT, true)                  \
    X(ABORT_UPLOAD, "AbortMultipartUpload", "DELETE", OBJECT, NOTHING, true)                       \
    X(LIST_PARTS, "ListParts", "GET", OBJECT, NOTHING, false)                                      \
    X(LIST_UPLOADS, "ListMultipartUploads", "GET", BUCKET, NOTHING, false)                         \
    X(GET_ATTRIBUTES, "GetObjectAttributes", "GET", OBJECT, NOTHING, false)                        \
    X(GET_ASPECT, "GetBucketConfiguration", "GET", BUCKET, NOTHING, false)                         \
    X(DELETE_ASPECT, "DeleteBucketConfiguration", "DELETE", BUCKET, NOTHING, false)                \
    X(DELETE_OBJECTS, "DeleteObjects", "POST", BUCKET, DOCUMENT, true)                             \
    X(LIST_VERSIONS, "ListObjectVersions", "GET", BUCKET, NOTHING, false)                          \
    X(GET_BUCKET_ACL, "GetBucketAcl", "GET", BUCKET, NOTHING, false)                               \
    X(PUT_BUCKET_ACL, "PutBucketAcl", "PUT", BUCKET, DOCUMENT, true)                               \
    X(GET_OBJECT_ACL, "GetObjectAcl", "GET", OBJECT, NOTHING, false)                               \
    X(PUT_OBJECT_ACL, "PutObjectAcl", "PUT", OBJECT, DOCUMENT, true)                               \
    X(GET_BUCKET_TAGGING, "GetBucketTagging", "GET", BUCKET, NOTHING, false)                       \
    X(PUT_BUCKET_TAGGING, "PutBucketTagging", "PUT", BUCKET, DOCUMENT, true)                       \
    X(DELETE_BUCKET_TAGGING, "DeleteBucketTagging", "DELETE", BUCKET, NOTHING, true)               \
    X(GET_OBJECT_TAGGING, "GetObjectTagging", "GET", OBJECT, NOTHING, false)                       \
    X(PUT_OBJECT_TAGGING, "PutObjectTagging", "PUT", OBJECT, DOCUMENT, true)                       \
    X(DELETE_OBJECT_TAGGING, "DeleteObjectTagging", "DELETE", OBJECT, NOTHING, true)
/* clang-format on */

enum s3a_op_kind {
#define S3A_OP_ENUM(name, api_name, method, target, body, is_write) S3A_OP_##name,
    S3A_OP_MAP(S3A_OP_ENUM)
#undef S3A_OP_ENUM
};

/* "PutObject": what Amazon's API reference calls it. NULL behind the last kind. */
const char *s3a_op_name(enum s3a_op_kind kind);

/* "GET", "PUT", ... */
const char *s3a_op_method(enum s3a_op_kind kind);

enum s3a_op_target s3a_op_target(enum s3a_op_kind kind);
enum s3a_op_body s3a_op_body(enum s3a_op_kind kind);

/* Does it change what is stored? */
bool s3a_op_is_write(enum s3a_op_kind kind);

#endif
