/* SPDX-License-Identifier: MIT */
#ifndef S3ATOMIC_CLIENT_H
#define S3ATOMIC_CLIENT_H

/*
 * A client: one endpoint, one set of credentials, one I/O thread. Locks and stores are made from
 * it. All functions here may be called from any thread.
 *
 * Locks and compare-and-swap are worth what the store's conditional writes are worth, and not every
 * store that speaks S3 has them: some ignore If-None-Match and If-Match without a word. So before
 * the first write under a condition, a client finds out what the store makes of conditions, once
 * for each bucket: by a scratch object "DIRECTORY/.s3atomic/probe/<32 hexadecimal digits>", beside
 * the key that is to be written, to which four PUTs are made, two of which must be refused, and
 * which is deleted again. (A process that is killed in the middle of that leaves it behind: it can
 * be deleted. The credentials must allow s3:PutObject, s3:GetObject and s3:DeleteObject there.)
 * Where the store fails, the write is not sent, and is S3A_UNSUPPORTED, as are those that come
 * after it. Where a condition is compared with an ETag without quotes, it is sent without them from
 * then on. Nothing is asked of Amazon S3, by the name of its host, and of file: endpoints.
 *
 * A client does not survive fork(): in the child, every call on it or on what was made from it
 * returns S3A_INVALID, and no lock counts as held.
 */

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <s3atomic/observe.h>
#include <s3atomic/status.h>

#ifdef __cplusplus
extern "C" {
#endif

struct s3a_client;

/* All zero means: everything from the environment. Strings are copied. */
struct s3a_client_options {
    /*
     * "https://host[:port]", "http://host[:port]", or "file:///directory" for the embedded store.
     * NULL: S3ATOMIC_ENDPOINT, AWS_ENDPOINT_URL_S3, AWS_ENDPOINT_URL, endpoint_url of the profile
     * (or of its services), else Amazon S3 in region: over FIPS and dual stack where
     * AWS_USE_FIPS_ENDPOINT and AWS_USE_DUALSTACK_ENDPOINT, or the profile, say so.
     */
    const char *endpoint;

    /* NULL: AWS_REGION, AWS_DEFAULT_REGION, region of the profile, else "us-east-1". A bucket that
     * the store says to be in another one is asked for there from then on: at Amazon S3's host of
     * that region, or at the endpoint's own with another signature; at no other host. */
    const char *region;

    /* A profile of ~/.aws/config and ~/.aws/credentials (AWS_CONFIG_FILE and
     * AWS_SHARED_CREDENTIALS_FILE). NULL: AWS_PROFILE, else "default". */
    const char *profile;

    /*
     * NULL: where the SDKs of AWS look, in their order: AWS_ACCESS_KEY_ID, AWS_SECRET_ACCESS_KEY
     * and AWS_SESSION_TOKEN (not where profile is given), a role of the profile, web identity,
     * single sign-on, the profile's keys, its credential_process, a container's credentials, the
     * machine's. Those that expire are renewed in the background. Not needed, and not looked for,
     * where the endpoint is a file: URL. Giving one of the two without the other is S3A_INVALID.
     */
    const char *access_key;
    const char *secret_key;
    const char *session_token;

    /* A file of certificates (PEM) that are trusted instead of the system's, for https: endpoints.
     * NULL: AWS_CA_BUNDLE, else the system's. */
    const char *ca_file;

    /* "https://bucket.host/key" instead of "https://host/bucket/key". Amazon S3 without an
     * endpoint is always addressed so, where the bucket's name allows it. */
    bool virtual_host;

    /* How long one request may take, from its start to the last byte of its answer, in
     * milliseconds; 100 to 3 600 000. 0: 10 000 for requests without a large body; a large one may
     * take a second more for each 64 KiB. */
    uint32_t request_timeout_ms;

    /*
     * How often a read, a listing, or a write that was not carried out (nothing was sent, or the
     * store was busy) is tried, the first time included; 1 to 100. 0: AWS_MAX_ATTEMPTS,
     * max_attempts of the profile, else 3. The pauses between are those of the standard mode of the
     * SDKs of AWS: random, up to 50 ms doubled each time, and up to 1 s doubled where the store
     * says that it is asked too often; no more is tried again than a bucket of tokens allows, which
     * failures empty and successes fill. AWS_RETRY_MODE (retry_mode of the profile) may be
     * standard, adaptive or legacy, and is the standard mode in any case;
     * AWS_NEW_RETRIES_2026=false wants its pauses of before 2026, from 1 s on.
     *
     * Locks, sessions and s3a_store_update() do not go by this, but by what they have to reach: a
     * lease that is to be kept, an answer that has to be cleared up. A file: endpoint is asked
     * once.
     */
    uint32_t attempts_max;

    /* How long all tries of one request may take together, with the pauses between, in
     * milliseconds; 100 to 3 600 000. 0: no bound but attempts_max. */
    uint32_t total_timeout_ms;

    /* Bounds what is read into memory for one object, in bytes. 0: 256 MiB. Larger objects are
     * S3A_TOO_LARGE. */
    uint64_t body_bytes_max;

    /*
     * Writes under conditions although the store does not keep to them (see above): two may hold
     * one lock then, and updates may be lost. The caller knows better, or does not mind. The form
     * of the ETags is still found out, where the store lets us.
     */
    bool unsafe_store;

    /* Requests under way at the same time; more wait their turn. 1 to 10 000. 0: 128. Those that
     * keep or give back a lock that is held do not wait behind others: there may be as many again
     * of them, and they go first. (In sessions, one heartbeat is enough for many locks.) */
    uint32_t requests_max;

    /* NULL: nobody is told. Called for everything up to log_level, with log_user. */
    s3a_log_fn on_log;
    void *log_user;
    enum s3a_log_level log_level;
};

/*
 * Makes a client and starts its thread. Does not talk to an HTTP endpoint; a file: directory is
 * opened, and made if it is missing. Blocks where credentials have to be asked for: a second or
 * less, half a minute where their service does not answer. options may be NULL.
 *
 * S3A_INVALID: an option out of range or an endpoint that is no URL; the error names it.
 * S3A_CREDENTIALS: none to be found, or their source has failed. S3A_UNREACHABLE, S3A_TIMEOUT: it
 * could not be asked. S3A_SYSTEM, S3A_FULL, S3A_CORRUPT: the
 * directory of a file: endpoint cannot be used.
 */
S3A_API S3A_MUST_CHECK enum s3a_status s3a_client_new(const struct s3a_client_options *options,
                                                      struct s3a_client **ret_client,
                                                      struct s3a_error *error);

/*
 * Releases the locks that are still held, ends what is under way (futures end S3A_CANCELLED), and
 * frees the client. Handles made from it must have been freed before, or be freed after without
 * any other call on them. Blocks until the releases are answered, each for as long as its lease at
 * the most, and until the work of every s3a_lock_run_async() that has begun has returned. NULL is
 * accepted. Not from a callback.
 */
S3A_API void s3a_client_free(struct s3a_client *client);

/* The endpoint in use, for messages: "https://s3.eu-central-1.amazonaws.com". Lives as long as
 * the client. */
S3A_API const char *s3a_client_endpoint(const struct s3a_client *client);

/* One of the places where credentials are looked for. */
struct s3a_credential_place {
    const char *name;  /* "environment", "web identity", ... */
    const char *story; /* by what it is set, or what is missing */
    bool is_set;
    bool is_used; /* the first that is set */
};

typedef void (*s3a_credential_place_fn)(const struct s3a_credential_place *place, void *user);

/* What a client with the same options would sign with. No secret is in it. */
struct s3a_credential_report {
    char endpoint[256];
    char region[65];
    char source[64];        /* of the places above, "options", or "none needed" */
    char access_key_end[5]; /* its last four characters; "" where it is shorter than 8 */
    bool has_session_token;
    int64_t expires_ms; /* since 1970; 0: never */
};

/*
 * Tells each (NULL: nobody) about all places in their order, then asks the one that is used, as
 * s3a_client_new() does. Blocks as that does, and fails as that does. options may be NULL.
 */
S3A_API S3A_MUST_CHECK enum s3a_status s3a_credentials_explain(
    const struct s3a_client_options *options, s3a_credential_place_fn each, void *user,
    struct s3a_credential_report *ret_report, struct s3a_error *error);

/*
 * Makes a bucket. S3A_BUCKET_EXISTS where there is one already; but some stores answer S3A_OK where
 * it is one's own, and leave it as it is: Amazon S3 in us-east-1, this library's server, Ceph.
 * Blocks for one request.
 */
S3A_API S3A_MUST_CHECK enum s3a_status s3a_bucket_create(struct s3a_client *client,
                                                         const char *bucket,
                                                         struct s3a_error *error);

/* Removes an empty bucket; S3A_NOT_EMPTY, S3A_NO_BUCKET. Blocks for one request. */
S3A_API S3A_MUST_CHECK enum s3a_status s3a_bucket_delete(struct s3a_client *client,
                                                         const char *bucket,
                                                         struct s3a_error *error);

/* Called for each bucket, in the order of their names; the name is valid during the call.
 * Returning anything but S3A_OK ends the listing with that status. */
typedef enum s3a_status (*s3a_bucket_fn)(const char *bucket, int64_t created_ms, void *user);

/* Lists the buckets of the account. each is called in the caller's thread. Blocks. */
S3A_API S3A_MUST_CHECK enum s3a_status s3a_bucket_list(struct s3a_client *client,
                                                       s3a_bucket_fn each, void *user,
                                                       struct s3a_error *error);

/*
 * Futures: something that takes time.
 *
 * What takes or gives back a lock, or reads or writes one object, has an asynchronous twin that
 * returns a future at once. Where the twin has ret_... parameters, they must stay valid until the
 * future is done, and are written before it is. NULL is returned only where there is no memory.
 */
struct s3a_future;

#define S3A_WAIT_FOREVER (-1)

/*
 * Waits until it is done, timeout_ms at the most (0: asks without waiting; S3A_WAIT_FOREVER), and
 * returns its status, with its story in error. Still under way after that time: S3A_TIMEOUT, and
 * nothing is changed by it. May be called again, and from several threads. Not from a callback
 * (with a timeout other than 0).
 */
S3A_API S3A_MUST_CHECK enum s3a_status s3a_future_wait(struct s3a_future *future,
                                                       int64_t timeout_ms, struct s3a_error *error);

S3A_API bool s3a_future_is_done(const struct s3a_future *future);

typedef void (*s3a_future_fn)(struct s3a_future *future, void *user);

/*
 * Has on_done called once it is done: from the client's I/O thread, with no lock held, or at once
 * from this call where it is done already. It must not block. One callback a future; a second call
 * replaces a callback that has not been made. s3a_future_wait(future, 0, ...) inside it gives the
 * outcome, and s3a_future_free() is allowed there.
 */
S3A_API void s3a_future_on_done(struct s3a_future *future, s3a_future_fn on_done, void *user);

/*
 * Asks for an early end. It still has to be waited for: a write that is in doubt is cleared up
 * first, and what has been done is done (the future then tells so). Otherwise it ends
 * S3A_CANCELLED.
 */
S3A_API void s3a_future_cancel(struct s3a_future *future);

/*
 * Gives the handle back; NULL is accepted. Freeing one that is still under way does not end what
 * it stands for: cancel it and wait where that matters. ret_... parameters must then still stay
 * valid until it has ended.
 */
S3A_API void s3a_future_free(struct s3a_future *future);

#ifdef __cplusplus
}
#endif

#endif
