/* SPDX-License-Identifier: MIT */
#ifndef S3A_CONNECT_H
#define S3A_CONNECT_H

#include <s3atomic/client.h>
#include <s3atomic/store.h>

/* The largest object that is read or written; all of it is in memory. */
#define S3A_OBJECT_BYTES_MAX (UINT64_C(256) << 20)

/* What the global options ask of a client. */
struct s3a_client_options s3a_connect_options(void);

/* A client as the global options and the environment ask for. */
enum s3a_status s3a_connect(struct s3a_client **ret_client, struct s3a_error *error);

/* A client and a store of raw bytes that are written with this content type, which may change
 * between two calls. */
struct s3a_bytes_store {
    struct s3a_client *client;
    struct s3a_codec codec;
    struct s3a_store *store;
};

/* content_type NULL: application/octet-stream. In both cases to be closed. */
enum s3a_status s3a_bytes_store_open(struct s3a_bytes_store *store, const char *content_type,
                                     struct s3a_error *error);
void s3a_bytes_store_close(struct s3a_bytes_store *store);

/* Copies what somebody wrote behind --if-match into an object's etag. S3A_INVALID: it can be none.
 */
enum s3a_status s3a_etag_parse(const char *text, char ret_etag[129], struct s3a_error *error);

#endif
