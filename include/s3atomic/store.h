/* SPDX-License-Identifier: MIT */
#ifndef S3ATOMIC_STORE_H
#define S3ATOMIC_STORE_H

/*
 * The atomic store: objects that are read and written whole, typed by a codec and guarded by their
 * ETag. A write names the state it is meant to replace; where that is gone, it fails with
 * S3A_CONFLICT and changes nothing.
 *
 * What counts as the same state: its ETag, which with most stores is a hash of the bytes. An object
 * that somebody changed and changed back, or made and deleted again, is in the state it was in
 * before. Where that matters, keep a number in the value that only grows.
 *
 * Every write bears a random id (user metadata s3atomic-write), by which it is known again after an
 * answer was lost: see put. Objects are written by one PUT, so 5 GiB is the most.
 *
 * Stores may be used from several threads; an object belongs to one thread at a time. In the
 * embedded store (a file: endpoint), the first put into a bucket makes it; until then the bucket
 * counts as empty.
 *
 * What has an asynchronous twin: all that reads or writes one object, but for the update. The
 * twins encode in the caller's thread, and decode in the client's I/O thread, where heartbeats come
 * from too: JSON takes some 50 ms for each megabyte, and for so long no heartbeat is sent. Read
 * values of many megabytes, where leases are short, by the blocking call, which decodes in the
 * caller's thread (or as bytes, and decode them yourself). An object that is written must stay as
 * it is until the future is done, as must the names in it.
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
    char etag[129]; /* as S3 gives it, with quotes; taken without them, too. "": the object does not
                       exist (yet) */
    void *value;    /* as the codec makes it */
    uint64_t size;  /* in bytes, as stored */
    int64_t modified_ms; /* by the store's clock; 0: not known, as after a put */
    char content_type[128];
    uint64_t fence; /* the highest fencing token that wrote it; 0: none did */

    void *owned; /* the library's */
};

/* Frees what the library put there, and makes it all zero. */
S3A_API void s3a_object_clear(struct s3a_object *object);

/* codec must stay valid as long as the store and the objects that it has filled. NULL where there
 * is no memory, and where client, codec or one of its functions is NULL. */
S3A_API struct s3a_store *s3a_store_new(struct s3a_client *client, const struct s3a_codec *codec);

/* NULL is accepted. Not before its futures are done. */
S3A_API void s3a_store_free(struct s3a_store *store);

/*
 * Reads an object. S3A_NOT_FOUND: there is none; the object then has bucket and key, an empty etag
 * and no value, and can be filled and put as it is. S3A_FORMAT: its bytes are not what the codec
 * expects. S3A_TOO_LARGE: more than the client's body_bytes_max. On anything but S3A_OK and
 * S3A_NOT_FOUND *ret_object is all zero. What was in it before is overwritten, not freed. Blocks
 * for one request.
 */
S3A_API S3A_MUST_CHECK enum s3a_status s3a_store_get(struct s3a_store *store, const char *bucket,
                                                     const char *key, struct s3a_object *ret_object,
                                                     struct s3a_error *error);
S3A_API struct s3a_future *s3a_store_get_async(struct s3a_store *store, const char *bucket,
                                               const char *key, struct s3a_object *ret_object);

/*
 * Writes an object: with an empty etag only where there is none, otherwise only over the very
 * state that etag names. S3A_OK: object->etag is the new one, and size and content_type tell what
 * was written. S3A_CONFLICT: somebody else was there first (or, over an etag, deleted it); nothing
 * was changed. On anything but S3A_OK the object is as it was.
 *
 * Blocks for one request, but for a second one that looks at the object where the first had no
 * clear answer or was refused: it may be this very write that lies there. Where it is not, and the
 * state before still is, the same write is made again, for 20 s or so; of all its tries at most one
 * is applied. Where nothing could be sent, or the store asks to come back later, that is told at
 * once, and nothing was changed.
 *
 * Every write leaves the ids of those that it is built on in the object's metadata: the last ones
 * of some fifty writers. So one whose answer was lost is known to have been made although others
 * have written over it: that is S3A_OK, with an etag that matches nothing. And one over an object
 * that this library read, and had written, is known not to have been made where the history goes
 * back to what it was to replace: S3A_CONFLICT. S3A_IN_DOUBT: it could not be found out, as where
 * others have written without leaving a history, or no object was there before: read it.
 *
 * (The last conclusion holds as long as nobody brings the object back to the very bytes that it had
 * before, in the time of such a put. Where values come and go, something should be in them that
 * does not come again, such as a number that grows.)
 */
S3A_API S3A_MUST_CHECK enum s3a_status s3a_store_put(struct s3a_store *store,
                                                     struct s3a_object *object,
                                                     struct s3a_error *error);
S3A_API struct s3a_future *s3a_store_put_async(struct s3a_store *store, struct s3a_object *object);

/*
 * Fencing. Whoever writes under a lock may be frozen, lose the lock, and wake up in the middle of a
 * write. The object itself keeps him from it: with each write it remembers the highest fencing
 * token (s3a_lock_token()) of all that wrote it, in its metadata, and a write with a lower one is
 * S3A_FENCED. For that, all who write the object must do so by these calls, and by an ETag: a put
 * or an update without a token leaves the token there, an overwrite, a copy, and other programs do
 * not.
 *
 * Like put, with the token of the lock under which it is written. object->fence is that of the
 * state that object->etag names, as reading and writing leave it there, and the higher of the two
 * afterwards. S3A_FENCED: object->fence is higher than token; nothing was sent. So one who was
 * fenced learns it when he reads; and who writes over what he has read earlier gets S3A_CONFLICT as
 * ever. token 0 is S3A_INVALID.
 */
S3A_API S3A_MUST_CHECK enum s3a_status s3a_store_put_fenced(struct s3a_store *store,
                                                            struct s3a_object *object,
                                                            uint64_t token,
                                                            struct s3a_error *error);
S3A_API struct s3a_future *s3a_store_put_fenced_async(struct s3a_store *store,
                                                      struct s3a_object *object, uint64_t token);

/* Writes an object whatever lies there. object->etag is not looked at, and is the new one
 * afterwards. Not made again after S3A_IN_DOUBT: that could undo what others have written in
 * between. Blocks. */
S3A_API S3A_MUST_CHECK enum s3a_status s3a_store_overwrite(struct s3a_store *store,
                                                           struct s3a_object *object,
                                                           struct s3a_error *error);
S3A_API struct s3a_future *s3a_store_overwrite_async(struct s3a_store *store,
                                                     struct s3a_object *object);

/* Like get, without the value. (S3's answer does not tell a missing bucket from a missing object:
 * both may be S3A_NOT_FOUND.) Blocks for one request. */
S3A_API S3A_MUST_CHECK enum s3a_status s3a_store_head(struct s3a_store *store, const char *bucket,
                                                      const char *key,
                                                      struct s3a_object *ret_object,
                                                      struct s3a_error *error);
S3A_API struct s3a_future *s3a_store_head_async(struct s3a_store *store, const char *bucket,
                                                const char *key, struct s3a_object *ret_object);

/*
 * Deletes an object: with an etag only that very state (S3A_CONFLICT where it is another,
 * S3A_NOT_FOUND where there is none); with NULL or "" whatever lies there, which is S3A_OK also
 * where nothing does. S3A_UNSUPPORTED: this store ignores the condition of a delete (client.h);
 * nothing was sent. S3A_IN_DOUBT: no clear answer came. Blocks for one request.
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

/*
 * Lists a bucket, page by page. options may be NULL. What is written or deleted meanwhile may be
 * listed or not; all else is, once. Other calls on the store may be made from within each. Where
 * the error was given a message by each, together with the status that it returned, it is left so.
 * Blocks.
 */
S3A_API S3A_MUST_CHECK enum s3a_status s3a_store_list(struct s3a_store *store, const char *bucket,
                                                      const struct s3a_list_options *options,
                                                      s3a_listing_fn each, void *user,
                                                      struct s3a_error *error);

/*
 * Changes an object: object holds what was read (value NULL and etag "" where there is none); the
 * function sets object->value to what is to be written: changed in place, or a value of its own
 * that stays valid until it is called again or the update returns. The value that was read stays
 * the library's. It is called again, with what was read afresh, where somebody else was faster.
 * S3A_OK writes; any other status ends the update with it, and nothing of it is written. Called in
 * the thread that called s3a_store_update(). It must not wait for another thread's update of the
 * same object, for which that may be the turn to come.
 */
typedef enum s3a_status (*s3a_change_fn)(struct s3a_object *object, void *arg);

/* How often and how long an update tries before it gives up with S3A_CONFLICT. */
#define S3A_UPDATE_ATTEMPTS_MAX 1000
#define S3A_UPDATE_TIMEOUT_MS 60000

/*
 * Reads, changes, writes, and again from the start where another write came between, with jittered
 * back-off. Not applied twice, whatever the network does: each write bears an id, and one in doubt
 * is read back before anything else is tried; see s3a_store_put() for what is known then, and when
 * S3A_IN_DOUBT remains. Failures that may pass (S3A_ACTION_RETRY) are waited out: of reads within
 * the bounds above, of writes 20 s. ret_object (may be NULL) is what was written, with a value of
 * the library's own, to be cleared by the caller; all zero on anything but S3A_OK. Blocks.
 *
 * Threads that update the same object by the same store are combined: one reads, each calls its
 * function on what the one before it made, and one writes for all of them. The object they are
 * shown has then the etag of what was read; ret_object is, for each of them, what was written in
 * the end, with the changes of those who came behind. What a thread's own change came to, its
 * function knows: let it keep that in arg.
 */
S3A_API S3A_MUST_CHECK enum s3a_status s3a_store_update(struct s3a_store *store, const char *bucket,
                                                        const char *key, s3a_change_fn change,
                                                        void *arg, struct s3a_object *ret_object,
                                                        struct s3a_error *error);

/* All zero means: as s3a_store_update(). */
struct s3a_update_options {
    /* How often the function is called. 0: S3A_UPDATE_ATTEMPTS_MAX. */
    uint32_t attempts_max;

    /* After so long nothing new is tried; a write that has begun is seen through. In milliseconds.
     * 0: S3A_UPDATE_TIMEOUT_MS. */
    uint32_t timeout_ms;

    /* The object as an update, a put or a get has left it: the first attempt starts from it instead
     * of reading, which is one request instead of two where nobody else has written since. NULL:
     * it is read. Of the same bucket and key, S3A_INVALID otherwise; not changed. */
    const struct s3a_object *known;

    /* The fencing token of the lock under which it is written; see s3a_store_put_fenced().
     * S3A_FENCED: a higher one has written it. 0: none, and the object keeps what it has. */
    uint64_t fence;
};

/* The same with options, which may be NULL. */
S3A_API S3A_MUST_CHECK enum s3a_status s3a_store_update_with(
    struct s3a_store *store, const char *bucket, const char *key,
    const struct s3a_update_options *options, s3a_change_fn change, void *arg,
    struct s3a_object *ret_object, struct s3a_error *error);

#ifdef __cplusplus
}
#endif

#endif
