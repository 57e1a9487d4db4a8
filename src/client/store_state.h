/* SPDX-License-Identifier: MIT */
#ifndef S3A_STORE_STATE_H
#define S3A_STORE_STATE_H

/* What is behind a struct s3a_store, and what its operations share. */

#include <s3atomic/store.h>

#include "put_machine.h"
#include "request.h"
#include "update_queue.h"

/* Each write bears its history under this name (write_history.h), by which it is known again. */
#define S3A_WRITE_ID_HEADER "x-amz-meta-s3atomic-write"

/* The highest fencing token of all that wrote it, in decimal digits. */
#define S3A_FENCE_HEADER "x-amz-meta-s3atomic-fence"

struct s3a_store {
    struct s3a_client *client;
    const struct s3a_codec *codec;
    struct s3a_update_queues updates;
};

/* What the library keeps for an object that it has filled: object->owned. */
struct s3a_object_memory {
    const struct s3a_codec *codec;
    void *value;
    char etag[S3A_PUT_ETAG_SIZE_MAX + 1]; /* the state that history belongs to */
    struct s3a_history history;           /* "": it was not written by this library */
    const char *key;
    char names[]; /* bucket and key, each with its NUL */
};

/* Unlike in public functions, an error is never NULL here. */

/* NULL where there is no memory. */
struct s3a_object_memory *s3a_object_memory_new(const struct s3a_codec *codec, const char *bucket,
                                                const char *key);

/* Makes it an object of these names that does not exist; it owns memory from here on. */
void s3a_object_begin(struct s3a_object *object, struct s3a_object_memory *memory);

/* What the answer says of the object: everything but its value. */
void s3a_object_describe(struct s3a_object *object, const struct s3a_answer *answer);

/* The history of the state that object->etag names; NULL where that is not known: what was read has
 * been given another name or ETag since. */
const struct s3a_history *s3a_object_history(const struct s3a_object *object);

/* The history in an answer's headers, "" where there is none. */
void s3a_history_of(const struct s3a_answer *answer, struct s3a_history *ret_history);

/* As S3 gives it, with quotes, of one that is given with or without them. S3A_INVALID for what is
 * no ETag. */
S3A_MUST_CHECK enum s3a_status s3a_etag_quote(const char *etag,
                                              char ret_quoted[S3A_PUT_ETAG_SIZE_MAX + 1],
                                              struct s3a_error *error);

/* S3A_FENCED, with its story: fence is what the object has. */
S3A_MUST_CHECK enum s3a_status s3a_store_check_fence(uint64_t token, uint64_t fence,
                                                     struct s3a_error *error);

/* "s3://bucket/key: " before the message of a codec. */
void s3a_store_error_place(struct s3a_error *error, const char *bucket, const char *key);

/* What every operation begins with. S3A_INVALID for NULL and in a forked child; is_blocking: in a
 * callback too. */
S3A_MUST_CHECK enum s3a_status s3a_store_check(const struct s3a_store *store, bool is_blocking,
                                               struct s3a_error *error);

/* The future of an operation that could not be begun. store may be NULL. */
struct s3a_future *s3a_store_failed(const struct s3a_store *store, enum s3a_status status,
                                    const struct s3a_error *error);

/* Calls the codec, and sees to it that a failure has a story. */
S3A_MUST_CHECK enum s3a_status s3a_store_decode(const struct s3a_codec *codec, struct s3a_str bytes,
                                                void **ret_value, struct s3a_error *error);
S3A_MUST_CHECK enum s3a_status s3a_store_encode(const struct s3a_codec *codec, const void *value,
                                                void **ret_bytes, size_t *ret_size,
                                                struct s3a_error *error);

/* A read whose value is decoded by the one who asked for it, in his own thread. */
struct s3a_store_read {
    struct s3a_object object; /* filled but for its value; to be cleared */
    struct s3a_buf body;      /* to be freed */
};

/* GET_OBJECT or HEAD_OBJECT; waits for it. pause_ms NULL: tried again as the client's options say;
 * else there is one try, after so long a pause. *ret_read is always written. */
S3A_MUST_CHECK enum s3a_status s3a_store_read_now(struct s3a_store *store, enum s3a_op_kind kind,
                                                  const char *bucket, const char *key,
                                                  const uint32_t *pause_ms,
                                                  struct s3a_store_read *ret_read,
                                                  struct s3a_error *error);
void s3a_store_read_fini(struct s3a_store_read *read);

/* Turns the body into the object's value. */
S3A_MUST_CHECK enum s3a_status s3a_store_read_decode(struct s3a_store_read *read,
                                                     struct s3a_error *error);

/* What is to be written. */
struct s3a_store_write {
    enum s3a_put_condition condition;
    const char *bucket;
    const char *key;
    const char *etag; /* IF_MATCH: with quotes or without */
    const char *content_type;
    const struct s3a_history *before; /* of the state that is replaced; NULL: not known */
    uint64_t fence;                   /* the object's from then on; 0: none */
    bool is_patient;

    void *bytes; /* from malloc(): the write's own, also where it cannot be started */
    struct s3a_str body;

    /* Loop's thread, before the future is done: it was written, with this history. Where others
     * have written over it since, the answer is not about it. */
    void (*written)(const struct s3a_store_write *write, const struct s3a_put_machine *machine,
                    const struct s3a_history *history, const struct s3a_answer *answer);
    void *user;
};

/* Last-Modified of what was written, 0 where that is not known. */
int64_t s3a_store_written_ms(const struct s3a_put_machine *machine,
                             const struct s3a_answer *answer);

/* write is copied; what it points to is, too, but for body, bytes and user. On anything but S3A_OK
 * *ret_future is NULL. */
S3A_MUST_CHECK enum s3a_status s3a_store_write_start(struct s3a_store *store,
                                                     const struct s3a_store_write *write,
                                                     struct s3a_future **ret_future,
                                                     struct s3a_error *error);

#endif
