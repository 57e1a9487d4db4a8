/* SPDX-License-Identifier: MIT */
#ifndef S3A_ARENA_H
#define S3A_ARENA_H

/*
 * A store of one kind or another behind the public interface, and what the stories about it share.
 * All that is told of it must be true of every kind:
 *
 * - file: the embedded store, in a directory of its own
 * - http: the server in this process, over the loopback interface
 * - endpoint: what S3ATOMIC_TEST_ENDPOINT names, with credentials from the usual variables; what it
 *   is known to do differently is stated beforehand (store_traits.h)
 */

#include "test.h"

#include "store_traits.h"

#include <stdlib.h>
#include <string.h>

#include <s3atomic/s3atomic.h>

struct arena {
    struct s3a_client *client;
    struct s3a_store *store; /* of bytes */
    char bucket[64];
    bool makes_buckets; /* the first write into a bucket makes it */
    bool over_http;
};

/* The one arena of this process: opened and closed for all stories together. */
extern struct arena arena;

/* False where this kind is not to be had here. Fails the program where it should be. */
bool arena_open(const char *kind);

/* Removes the bucket with all that is in it. */
void arena_close(void);

/* Another client of the same store. */
struct s3a_client *arena_client(const struct s3a_client_options *options);

/* size bytes that depend on seed. From malloc(). */
char *pattern(size_t size, unsigned seed);

/* One operation in the arena's bucket, on bytes. etag may be NULL: none. */
enum s3a_status put_bytes(const char *key, const void *data, size_t size, char etag[129]);
enum s3a_status put_text(const char *key, const char *text, char etag[129]);
void assert_has(const char *key, const void *data, size_t size);
void assert_has_text(const char *key, const char *text);
void assert_absent(const char *key);

/* etag, or NULL where a DELETE that names one is refused, for the store would not look at it. */
const char *removable(const char *etag);

/* run(arg) in so many threads at once, each with its index; all have begun before any goes on. */
void together(size_t count, void (*run)(size_t index, void *arg), void *arg);

#endif
