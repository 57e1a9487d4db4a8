/* SPDX-License-Identifier: MIT */
#ifndef S3ATOMIC_SESSION_H
#define S3ATOMIC_SESSION_H

/*
 * Sessions: one heartbeat for any number of locks.
 *
 * A lock that is taken under a session (s3a_lock_options.session) has no heartbeat of its own: it
 * is written when it is taken and when it is given back, and held for as long as the session is
 * good. The session is an object of the same bucket, which this client rewrites at every heartbeat.
 * When the session is lost, so are all its locks, at once.
 *
 * The price: a lock that is freed, deleted or overwritten by hand is noticed only when it is given
 * back, and two requests are sent for each look by one who waits for such a lock. Programs that use
 * java-s3-atomic-utils never take over what a holder that died held under a session.
 */

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <s3atomic/client.h>
#include <s3atomic/lock.h>
#include <s3atomic/status.h>

#ifdef __cplusplus
extern "C" {
#endif

/* Called from the client's I/O thread, with no lock held. They must not block. */
typedef void (*s3a_session_danger_fn)(struct s3a_session *session, int64_t remaining_ms,
                                      void *user);
typedef void (*s3a_session_lost_fn)(struct s3a_session *session, enum s3a_lost_reason reason,
                                    void *user);

/* All zero means the defaults. Durations are in milliseconds, and mean what they mean for a lock
 * that keeps its own lease. The label is copied. */
struct s3a_session_options {
    uint32_t heartbeat_ms; /* at least 100. 0: 10 000 */
    uint32_t lease_ms;     /* at least 2 * heartbeat_ms. 0: 3 * heartbeat_ms */
    uint32_t warn_ms;      /* less than lease_ms. 0: a third of it */
    const char *label;     /* for people; UTF-8, at most 128 bytes */

    /* May be NULL. on_lost is called at most once, after the on_lost of each lock. */
    s3a_session_danger_fn on_danger;
    s3a_session_lost_fn on_lost;
    void *user;
};

/*
 * Begins a session in that bucket; options may be NULL. Blocks. S3A_OK: *ret_session is good and
 * its heartbeats are running; to be given back with s3a_session_free(). Anything else as for
 * s3a_lock_acquire(), and *ret_session is NULL.
 */
S3A_API S3A_MUST_CHECK enum s3a_status s3a_session_open(struct s3a_client *client,
                                                        const char *bucket,
                                                        const struct s3a_session_options *options,
                                                        struct s3a_session **ret_session,
                                                        struct s3a_error *error);

/* The same without blocking. A future that ended S3A_OK has set *ret_session. */
S3A_API struct s3a_future *s3a_session_open_async(struct s3a_client *client, const char *bucket,
                                                  const struct s3a_session_options *options,
                                                  struct s3a_session **ret_session);

/*
 * Releases all locks that are held under it, side by side, cancels those that are being acquired,
 * then ends it. Locks in s3a_lock_run() or _run_async() are waited for. What is not released after
 * the session's lease is ended with the session. From the call on neither the session nor its locks
 * count as good. Blocks.
 *
 * S3A_OK: it is dead, and its locks are free or will be taken as such. S3A_LOST: it had been lost
 * before. S3A_UNREACHABLE and the like: it will expire by itself. A second call returns the same.
 */
S3A_API S3A_MUST_CHECK enum s3a_status s3a_session_close(struct s3a_session *session,
                                                         struct s3a_error *error);
S3A_API struct s3a_future *s3a_session_close_async(struct s3a_session *session);

/* Gives the handle back, closing the session in the background where that was not done. Handles of
 * its locks stay valid. NULL is accepted. */
S3A_API void s3a_session_free(struct s3a_session *session);

/* No I/O, never block, any thread: as for locks. False and 0 after close, loss and fork. */
S3A_API bool s3a_session_is_good(const struct s3a_session *session);
S3A_API int64_t s3a_session_remaining_ms(const struct s3a_session *session);

/* S3A_LOST_NOT while it is good or was closed in time. */
S3A_API enum s3a_lost_reason s3a_session_lost_reason(const struct s3a_session *session);

/* Of its object: ".s3atomic/sessions/<32 hex digits>.session". Valid as long as the session. */
S3A_API const char *s3a_session_key(const struct s3a_session *session);

#ifdef __cplusplus
}
#endif

#endif
