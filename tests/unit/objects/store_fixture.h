/* SPDX-License-Identifier: MIT */
#ifndef S3A_STORE_FIXTURE_H
#define S3A_STORE_FIXTURE_H

/* Stores in directories of their own, and operations on them in one line each. */

#include "test.h"

#include "objects.h"

#define BUCKET "test-bucket"

/* A new, empty directory; the caller's own until directory_remove(). */
void directory_make(char ret_path[64]);
void directory_remove(const char *path);

/* Files and directories below path/name; 0 where that does not exist. "incoming" counts the bodies
 * that are on their way, "blobs" the shelves and the bodies on them. */
int directory_count(const char *path, const char *name);

/* Bodies in blobs/, without the shelves. */
int blob_count(const char *path);

struct store {
    char path[64];
    struct s3a_objects *objects;
};

/* Opens a new store that makes buckets by itself. */
void store_open(struct store *store);
void store_reopen(struct store *store);
void store_close(struct store *store); /* and removes its directory */

/* An operation and what came of it. body_size bounds nothing here: all of it is taken. */
struct s3a_op op_of(enum s3a_op_kind kind, const char *key);
enum s3a_status store_call(struct store *store, const struct s3a_op *op, struct s3a_str body,
                           struct s3a_answer *ret_answer);

/* The same, when only the status counts. */
enum s3a_status store_do(struct store *store, const struct s3a_op *op, struct s3a_str body);
enum s3a_status store_put(struct store *store, const char *key, const char *body);
enum s3a_status store_delete(struct store *store, const char *key);

/* size bytes that begin with a text and go on with a pattern made of it. From malloc(). */
struct s3a_str body_make(const char *text, size_t size);
bool body_is(struct s3a_str body, const char *text);

/* Puts such a body. */
enum s3a_status store_put_large(struct store *store, const char *key, const char *text,
                                size_t size);

/* All of an object's body, in memory or not, appended to ret_body; the status of the GET. */
enum s3a_status store_read(struct store *store, const char *key, struct s3a_buf *ret_body);

/* A GET finds exactly this text. */
void assert_store_has(struct store *store, const char *key, const char *text);

#endif
