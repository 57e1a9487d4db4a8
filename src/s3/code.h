/* SPDX-License-Identifier: MIT */
#ifndef S3A_CODE_H
#define S3A_CODE_H

/*
 * The error codes of S3: what the server says and what the client understands, in one table.
 * Source: "Error responses", Amazon S3 API Reference.
 */

#include <s3atomic/status.h>

#include "str.h"

/* clang-format off */
/* X(name, code on the wire, HTTP status, meaning for our callers, message) */
#define S3A_CODE_MAP(X)                                                                            \
    X(ACCESS_DENIED, "AccessDenied", 403, DENIED, "Access Denied")                                 \
    X(AUTHORIZATION_HEADER_MALFORMED, "AuthorizationHeaderMalformed", 400, REFUSED,                \
      "The authorization header that you provided is not valid.")                                  \
    X(AUTHORIZATION_QUERY_ERROR, "AuthorizationQueryParametersError", 400, REFUSED,                \
      "The authorization query parameters that you provided are not valid.")                       \
    X(BAD_DIGEST, "BadDigest", 400, REFUSED,                                                       \
      "The Content-MD5 or checksum value that you specified did not match what the server "        \
      "received.")                                                                                 \
    X(BAD_REQUEST, "BadRequest", 400, REFUSED, "Bad Request")                                      \
    X(BUCKET_ALREADY_EXISTS, "BucketAlreadyExists", 409, BUCKET_EXISTS,                            \
      "The requested bucket name is not available.")                                               \
    X(BUCKET_ALREADY_OWNED, "BucketAlreadyOwnedByYou", 409, BUCKET_EXISTS,                         \
      "The bucket that you tried to create already exists, and you own it.")                       \
    X(BUCKET_NOT_EMPTY, "BucketNotEmpty", 409, NOT_EMPTY,                                          \
      "The bucket that you tried to delete is not empty.")                                         \
    X(CORS_FORBIDDEN, "AccessForbidden", 403, DENIED,                                              \
      "CORSResponse: CORS is not enabled for this bucket.")                                        \
    X(CONDITIONAL_REQUEST_CONFLICT, "ConditionalRequestConflict", 409, RACE,                       \
      "The conditional request cannot succeed due to a conflicting operation against this "        \
      "resource.")                                                                                 \
    X(ENTITY_TOO_LARGE, "EntityTooLarge", 400, TOO_LARGE,                                          \
      "Your proposed upload exceeds the maximum allowed object size.")                             \
    X(ENTITY_TOO_SMALL, "EntityTooSmall", 400, REFUSED,                                            \
      "Your proposed upload is smaller than the minimum allowed size")                             \
    X(EXPIRED_TOKEN, "ExpiredToken", 400, CREDENTIALS, "The provided token has expired.")          \
    X(INCOMPLETE_BODY, "IncompleteBody", 400, REFUSED,                                             \
      "You did not provide the number of bytes specified by the Content-Length HTTP header.")      \
    X(INTERNAL_ERROR, "InternalError", 500, SERVER,                                                \
      "An internal error occurred. Try again.")                                                    \
    X(INVALID_ACCESS_KEY_ID, "InvalidAccessKeyId", 403, CREDENTIALS,                               \
      "The access key ID that you provided does not exist in our records.")                        \
    X(INVALID_ARGUMENT, "InvalidArgument", 400, REFUSED, "Invalid Argument")                       \
    X(INVALID_BUCKET_NAME, "InvalidBucketName", 400, INVALID,                                      \
      "The specified bucket is not valid.")                                                        \
    X(INVALID_DIGEST, "InvalidDigest", 400, REFUSED,                                               \
      "The Content-MD5 or checksum value that you specified is not valid.")                        \
    X(INVALID_PART, "InvalidPart", 400, REFUSED,                                                   \
      "One or more of the specified parts could not be found. The part may not have been "         \
      "uploaded, or the specified entity tag may not match the part's entity tag.")                \
    X(INVALID_PART_NUMBER, "InvalidPartNumber", 416, RANGE,                                        \
      "The requested partnumber is not satisfiable")                                               \
    X(INVALID_PART_ORDER, "InvalidPartOrder", 400, REFUSED,                                        \
      "The list of parts was not in ascending order. Parts must be ordered by part number.")       \
    X(INVALID_RANGE, "InvalidRange", 416, RANGE, "The requested range is not satisfiable")         \
    X(INVALID_REQUEST, "InvalidRequest", 400, REFUSED, "Invalid Request")                          \
    X(INVALID_TAG, "InvalidTag", 400, REFUSED, "The tag provided was not a valid tag.")            \
    X(INVALID_TOKEN, "InvalidToken", 400, CREDENTIALS,                                             \
      "The provided token is malformed or otherwise not valid.")                                   \
    X(INVALID_URI, "InvalidURI", 400, REFUSED, "The specified URI couldn't be parsed.")            \
    X(KEY_TOO_LONG, "KeyTooLongError", 400, INVALID, "Your key is too long")                       \
    X(MALFORMED_XML, "MalformedXML", 400, REFUSED,                                                 \
      "The XML that you provided was not well formed or did not validate against our published "   \
      "schema.")                                                                                   \
    X(METADATA_TOO_LARGE, "MetadataTooLarge", 400, TOO_LARGE,                                      \
      "Your metadata headers exceed the maximum allowed metadata size.")                           \
    X(METHOD_NOT_ALLOWED, "MethodNotAllowed", 405, UNSUPPORTED,                                    \
      "The specified method is not allowed against this resource.")                                \
    X(MISSING_CONTENT_LENGTH, "MissingContentLength", 411, REFUSED,                                \
      "You must provide the Content-Length HTTP header.")                                          \
    X(NO_SUCH_BUCKET, "NoSuchBucket", 404, NO_BUCKET, "The specified bucket does not exist")       \
    X(NO_SUCH_KEY, "NoSuchKey", 404, NOT_FOUND, "The specified key does not exist.")               \
    X(NO_SUCH_UPLOAD, "NoSuchUpload", 404, NOT_FOUND,                                              \
      "The specified multipart upload does not exist. The upload ID may be invalid, or the "       \
      "upload may have been aborted or completed.")                                                \
    X(NO_SUCH_BUCKET_POLICY, "NoSuchBucketPolicy", 404, NOT_FOUND,                                 \
      "The bucket policy does not exist")                                                          \
    X(NO_SUCH_CONFIGURATION, "NoSuchConfiguration", 404, NOT_FOUND,                                \
      "The specified configuration does not exist.")                                               \
    X(NO_SUCH_CORS, "NoSuchCORSConfiguration", 404, NOT_FOUND,                                     \
      "The CORS configuration does not exist")                                                     \
    X(NO_SUCH_LIFECYCLE, "NoSuchLifecycleConfiguration", 404, NOT_FOUND,                           \
      "The lifecycle configuration does not exist")                                                \
    X(NO_SUCH_PUBLIC_ACCESS_BLOCK, "NoSuchPublicAccessBlockConfiguration", 404, NOT_FOUND,         \
      "The public access block configuration was not found")                                       \
    X(NO_SUCH_TAG_SET, "NoSuchTagSet", 404, NOT_FOUND, "The TagSet does not exist")                \
    X(NO_SUCH_VERSION, "NoSuchVersion", 404, NOT_FOUND, "The specified version does not exist.")   \
    X(NO_SUCH_WEBSITE, "NoSuchWebsiteConfiguration", 404, NOT_FOUND,                               \
      "The specified bucket does not have a website configuration")                                \
    X(NO_ENCRYPTION, "ServerSideEncryptionConfigurationNotFoundError", 404, NOT_FOUND,             \
      "The server side encryption configuration was not found")                                    \
    X(NO_OBJECT_LOCK, "ObjectLockConfigurationNotFoundError", 404, NOT_FOUND,                      \
      "Object Lock configuration does not exist for this bucket")                                  \
    X(NO_OWNERSHIP_CONTROLS, "OwnershipControlsNotFoundError", 404, NOT_FOUND,                     \
      "The bucket ownership controls were not found")                                              \
    X(NO_REPLICATION, "ReplicationConfigurationNotFoundError", 404, NOT_FOUND,                     \
      "The replication configuration was not found")                                               \
    X(NOT_IMPLEMENTED, "NotImplemented", 501, UNSUPPORTED,                                         \
      "A header you provided implies functionality that is not implemented")                       \
    X(NOT_MODIFIED, "NotModified", 304, NOT_MODIFIED, "Not Modified")                              \
    X(OPERATION_ABORTED, "OperationAborted", 409, RACE,                                            \
      "A conflicting conditional operation is currently in progress against this resource. Try "   \
      "again.")                                                                                    \
    X(PERMANENT_REDIRECT, "PermanentRedirect", 301, REFUSED,                                       \
      "The bucket that you are attempting to access must be addressed using the specified "        \
      "endpoint.")                                                                                 \
    X(PRECONDITION_FAILED, "PreconditionFailed", 412, CONFLICT,                                    \
      "At least one of the pre-conditions you specified did not hold")                             \
    X(REQUEST_EXPIRED, "RequestExpired", 403, DENIED, "Request has expired")                       \
    X(REQUEST_TIME_TOO_SKEWED, "RequestTimeTooSkewed", 403, DENIED,                                \
      "The difference between the request time and the server's time is too large.")               \
    X(REQUEST_TIMEOUT, "RequestTimeout", 400, LATER,                                               \
      "Your socket connection to the server was not read from or written to within the timeout "   \
      "period.")                                                                                   \
    X(SERVICE_UNAVAILABLE, "ServiceUnavailable", 503, LATER,                                       \
      "Service is unable to handle request.")                                                      \
    X(SIGNATURE_DOES_NOT_MATCH, "SignatureDoesNotMatch", 403, CREDENTIALS,                         \
      "The request signature that the server calculated does not match the signature that you "    \
      "provided. Check your secret access key and signing method.")                                \
    X(SLOW_DOWN, "SlowDown", 503, LATER, "Please reduce your request rate.")                       \
    X(TOO_MANY_BUCKETS, "TooManyBuckets", 400, REFUSED,                                            \
      "You have attempted to create more buckets than are allowed.")                               \
    X(XAMZ_CONTENT_SHA256_MISMATCH, "XAmzContentSHA256Mismatch", 400, REFUSED,                     \
      "The provided 'x-amz-content-sha256' header does not match what was computed.")
/* clang-format on */

enum s3a_code {
    S3A_CODE_NONE, /* success */
#define S3A_CODE_ENUM(name, wire, http_status, status, message) S3A_CODE_##name,
    S3A_CODE_MAP(S3A_CODE_ENUM)
#undef S3A_CODE_ENUM
    S3A_CODE_OTHER, /* an error whose code is not in the table */
};

/* "NoSuchKey"; "" for NONE and OTHER. */
const char *s3a_code_wire(enum s3a_code code);
const char *s3a_code_message(enum s3a_code code);
int s3a_code_http_status(enum s3a_code code);

/* S3A_CODE_OTHER for a text that is not in the table. */
enum s3a_code s3a_code_of_wire(struct s3a_str wire);

/* One of the codes outside of the table by which stores and what stands before them say that
 * requests come too often. (The throttling codes of the SDKs' standard retry mode.) */
bool s3a_code_is_throttling(struct s3a_str wire);

/*
 * What an HTTP answer means: by its code where that is in the table, else by its HTTP status alone
 * (a HEAD carries no code; proxies answer without one). 429 is LATER; a 5xx that is not in the
 * table, and any 500, is SERVER.
 */
enum s3a_status s3a_code_status(enum s3a_code code, int http_status);

#endif
