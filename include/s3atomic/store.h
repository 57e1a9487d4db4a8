/* SPDX-License-Identifier: MIT */
#ifndef S3ATOMIC_STORE_H
#define S3ATOMIC_STORE_H

/*
 * The atomic store: objects that are read and written whole, typed by a codec and guarded by their
 * ETag. A write names the state it is meant to replace; where that is gone, it fails with
 * S3A_CONFLICT and changes nothing.
 *
 * Stores may be used from several threads; an object belongs to one thread at a time.
 */

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <s3atomic/client.h>
#include <s3atomic/codec.h>
#include <s3atomic/status.h>

#ifdef __cplusplus
extern "C" {
#endif

struct s3a_store;

/*
 * One object as it was read, or as it is to be written. All zero is an empty one.
 *
 * s3a_store_get() fills it and owns what it put there: give it back with s3a_object_clear(). To
 * write a value of your own, set value (and, in an object that was not read, bucket and key): what
 * you set stays yours.
 */
struct s3a_object {
    const char *bucket;
    const char *key;
    char etag[129]; /* "": the object does not exist (yet) */
    void *value;    /* as the codec makes it */
    uint64_t size;  /* in bytes, as stored */
    int64_t modified_ms;
    char content_type[128];

    void *owned; /* the library's */
};

/* Frees what the library put there, and makes it all zero. */
S3A_API void s3a_object_clear(struct s3a_object *object);

/* codec must stay valid as long as the store. NULL where there is no memory, or where client or
 * codec is NULL. */
S3A_API struct s3a_store *s3a_store_new(struct s3a_client *client, const struct s3a_codec *codec);

/* NULL is accepted. Not before its futures are done. */
S3A_API void s3a_store_free(struct s3a_store *store);

/*
 * Reads an object. S3A_NOT_FOUND: there is none; the object then has bucket and key, an empty etag
 * and no value, and can be filled and put as it is. S3A_FORMAT: its bytes are not what the codec
 * expects. S3A_TOO_LARGE: more than the client's body_bytes_max. What was in *ret_object before is
 * overwritten, not freed. Blocks for one request.
 */
S3A_API S3A_MUST_CHECK enum s3a_status s3a_store_get(struct s3a_store *store, const char *bucket,
                                                     const char *key, struct s3a_object *ret_object,
                                                     struct s3a_error *error);
S3A_API struct s3a_future *s3a_store_get_async(struct s3a_store *store, const char *bucket,
                                               const char *key, struct s3a_object *ret_object);

/*
 * Writes an object: with an empty etag only where there is none, otherwise only over the very
 * state that etag names. S3A_OK: object->etag is the new one. S3A_CONFLICT: somebody else was
 * there first (or, over an etag, deleted it); nothing was changed. S3A_IN_DOUBT: no clear answer
 * came, and it could not be found out whether the write was applied: read it. Blocks.
 */
S3A_API S3A_MUST_CHECK enum s3a_status s3a_store_put(struct s3a_store *store,
                                                     struct s3a_object *object,
                                                     struct s3a_error *error);
S3A_API struct s3a_future *s3a_store_put_async(struct s3a_store *store, struct s3a_object *object);

/* Writes an object whatever lies there. object->etag is not looked at, and is the new one
 * afterwards. Blocks. */
S3A_API S3A_MUST_CHECK enum s3a_status s3a_store_overwrite(struct s3a_store *store,
                                                           struct s3a_object *object,
                                                           struct s3a_error *error);
S3A_API struct s3a_future *s3a_store_overwrite_async(struct s3a_store *store,
                                                     struct s3a_object *object);

/* Like get, without the value. Blocks for one request. */
S3A_API S3A_MUST_CHECK enum s3a_status s3a_store_head(struct s3a_store *store, const char *bucket,
                                                      const char *key,
                                                      struct s3a_object *ret_object,
                                                      struct s3a_error *error);
S3A_API struct s3a_future *s3a_store_head_async(struct s3a_store *store, const char *bucket,
                                                const char *key, struct s3a_object *ret_object);

/*
 * Deletes an object: with an etag only that very state (S3A_CONFLICT where it is another,
 * S3A_NOT_FOUND where there is none); with NULL or "" whatever lies there, which is S3A_OK also
 * where nothing does. Blocks for one request.
 */
S3A_API S3A_MUST_CHECK enum s3a_status s3a_store_delete(struct s3a_store *store, const char *bucket,
                                                        const char *key, const char *etag,
                                                        struct s3a_error *error);
S3A_API struct s3a_future *s3a_store_delete_async(struct s3a_store *store, const char *bucket,
                                                  const char *key, const char *etag);

struct s3a_listing {
    const char *key; /* valid during the call */
    bool is_prefix;  /* a common prefix: nothing else is set */
    const char *etag;
    uint64_t size;
    int64_t modified_ms;
};

/* Called for each object and common prefix, in the order of their names, in the caller's thread.
 * Anything but S3A_OK ends the listing with that status. */
typedef enum s3a_status (*s3a_listing_fn)(const struct s3a_listing *listing, void *user);

struct s3a_list_options {
    const char *prefix;      /* only keys that begin so */
    const char *delimiter;   /* keys with it behind the prefix are rolled up to a common prefix */
    const char *start_after; /* only keys behind this one */
    uint32_t keys_max;       /* how many entries in all; 0: all there are */
};

/* Lists a bucket, page by page. options may be NULL. Blocks. */
S3A_API S3A_MUST_CHECK enum s3a_status s3a_store_list(struct s3a_store *store, const char *bucket,
                                                      const struct s3a_list_options *options,
                                                      s3a_listing_fn each, void *user,
                                                      struct s3a_error *error);

/*
 * Changes an object: object holds what was read (value NULL and etag "" where there is none); the
 * function sets object->value to what is to be written: changed in place, or a value of its own
 * that stays valid until it is called again or the update returns. It is called again, with what
 * was read afresh, where somebody else was faster. S3A_OK writes; any other status ends the update
 * with it, and nothing is written. Called in the thread that called s3a_store_update().
 */
typedef enum s3a_status (*s3a_change_fn)(struct s3a_object *object, void *arg);

/* How often and how long an update tries before it gives up with S3A_CONFLICT. */
#define S3A_UPDATE_ATTEMPTS_MAX 1000
#define S3A_UPDATE_TIMEOUT_MS 60000

/*
 * Reads, changes, writes, and again from the start where another write came between, with jittered
 * back-off. Not applied twice, whatever the network does: each write bears an id, and one in doubt
 * is read back before anything else is tried. S3A_IN_DOUBT remains where somebody else has written
 * since. ret_object (may be NULL) is what was written, to be cleared by the caller. Blocks.
 */
S3A_API S3A_MUST_CHECK enum s3a_status s3a_store_update(struct s3a_store *store, const char *bucket,
                                                        const char *key, s3a_change_fn change,
                                                        void *arg, struct s3a_object *ret_object,
                                                        struct s3a_error *error);

#ifdef __cplusplus
}
#endif

#endif
