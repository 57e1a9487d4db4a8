/* SPDX-License-Identifier: MIT */
#ifndef S3ATOMIC_LOCK_H
#define S3ATOMIC_LOCK_H

/*
 * Distributed locks.
 *
 * A lock is an object of a bucket: its name, with ".lock" appended unless it ends so already. Its
 * holder rewrites it at every heartbeat; when the heartbeats stop, its lease runs out and others
 * take it. No two machines' clocks are compared for that: see s3atomic-protocol(7).
 *
 * What a lock can promise, and what not: while s3a_lock_is_held() is true, no other process holds
 * a valid lease. A process that is stopped for longer than its lease (SIGSTOP, a paused virtual
 * machine) can still act before it notices. Where that matters, pass the fencing token to whatever
 * the lock protects, and have it refuse a token lower than the highest it has seen.
 */

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <s3atomic/client.h>
#include <s3atomic/status.h>

#ifdef __cplusplus
extern "C" {
#endif

struct s3a_lock;
struct s3a_session; /* session.h */

/* Why a lock was lost. */
enum s3a_lost_reason {
    S3A_LOST_NOT = 0,       /* it was not */
    S3A_LOST_TAKEN_OVER,    /* another holds it now */
    S3A_LOST_FREED,         /* freed by force, from outside */
    S3A_LOST_DELETED,       /* its object was deleted */
    S3A_LOST_OVERWRITTEN,   /* something that is no lock lies there now */
    S3A_LOST_UNREACHABLE,   /* no heartbeat got through before the lease's end */
    S3A_LOST_CREDENTIALS,   /* the store refused the credentials until the lease's end */
    S3A_LOST_HELD_TOO_LONG, /* max_hold_ms */
    S3A_LOST_SESSION,       /* the session that it was under was lost */
};

/* "taken over by another holder", ...: for messages. Never NULL. */
S3A_API const char *s3a_lost_reason_text(enum s3a_lost_reason reason);

/* Called from the client's I/O thread, with no lock held. They must not block; everything that
 * does not block may be called on the lock. */
typedef void (*s3a_lock_danger_fn)(struct s3a_lock *lock, int64_t remaining_ms, void *user);
typedef void (*s3a_lock_lost_fn)(struct s3a_lock *lock, enum s3a_lost_reason reason, void *user);

/* All zero means the defaults. Strings and data are copied. Durations are in milliseconds. */
struct s3a_lock_options {
    /* From one heartbeat to the next; at least 100. 0: 10 000. */
    uint32_t heartbeat_ms;

    /* How long the lock outlives its last heartbeat; at least 2 * heartbeat_ms. 0: 3 *
     * heartbeat_ms, or max_hold_ms where that is less and at least 2 * heartbeat_ms. */
    uint32_t lease_ms;

    /* The longest time it may be held; at least heartbeat_ms. At that age the heartbeats stop and
     * the lock counts as lost (S3A_LOST_HELD_TOO_LONG). 0: no bound. */
    uint32_t max_hold_ms;

    /* Given back before it was held for so long, it is left held until then, without heartbeats;
     * the release itself does not wait. For jobs that every host starts on its own clock: a host
     * that is late does not run again what was quick elsewhere. Exact to a second, as the dates of
     * most stores are. At most a week, and max_hold_ms where there is one. 0: others may have it at
     * once. */
    uint32_t min_hold_ms;

    /* How long to wait for it. 0: try once. S3A_WAIT_FOREVER. */
    int64_t wait_ms;

    /* Pauses between two looks at a lock that is held: random, from poll_min_ms up to a bound that
     * doubles from there to poll_max_ms. 0: 100 and 2 000. */
    uint32_t poll_min_ms;
    uint32_t poll_max_ms;

    /* How much longer than its lease a lock is left alone by those who wait; it absorbs whole
     * seconds in HTTP dates and front ends that disagree. All who contend for a lock should agree
     * on it. 0: 2 000. */
    uint32_t grace_ms;

    /* Others' leases count as over only when this client has watched them for lease and grace
     * without a change, by its own clock; what the store's clock says is not asked. For stores
     * whose dates are not to be trusted. It takes longer, and with wait_ms 0 it never takes over
     * what a dead holder left. Without it, that is done only where the dates make no sense. */
    bool observe;

    /* No object is left when it is given back: it is deleted, in the place of being marked as free.
     * That is done only where the store is known to honour If-Match on DELETE, which is found out
     * once for each client and bucket, by a scratch object that is deleted again (see client.h).
     * And it is done only where the token of the
     * next holder will certainly be higher: where this one has been held for about 5 s, or took
     * what was left free that long ago. Otherwise it is marked as free, as without this option;
     * s3a_lock_was_deleted() tells. Attempts that were given up may leave a free lock as well. */
    bool delete_on_release;

    /* on_danger is called this long before the end of a lease that no heartbeat has extended; less
     * than lease_ms. 0: a third of lease_ms. */
    uint32_t warn_ms;

    /* The lock is held for as long as this session is good, and has no heartbeats of its own; see
     * session.h. Of the same client and bucket; heartbeat_ms and lease_ms must be 0, and on_danger
     * tells only of max_hold_ms. Such a lock cannot be detached. NULL: it keeps its own lease. */
    struct s3a_session *session;

    /* Shown to people who look at the lock; UTF-8, at most 128 and 256 bytes. */
    const char *label;
    const char *data;

    /* May be NULL. on_danger may be called several times, on_lost at most once. */
    s3a_lock_danger_fn on_danger;
    s3a_lock_lost_fn on_lost;
    void *user;
};

/* Who holds a lock, as far as its object tells. Fixed size, owned by the caller. */
enum s3a_lock_state {
    S3A_LOCK_FREE = 0,
    S3A_LOCK_HELD,
    S3A_LOCK_EXPIRED, /* its holder has not been heard of for longer than its lease and grace */
};

struct s3a_lock_info {
    enum s3a_lock_state state;
    uint64_t token;
    char name[1025]; /* the object's key */
    char etag[129];  /* names this very state of the lock */
    char owner[33];
    char host[65];
    int64_t pid;
    char label[129];
    char data[257];
    char session[65]; /* key of the session that it is held under; "": of none */
    bool foreign; /* of the Java library java-s3-atomic-utils: nothing but expires_in_ms is known */
    int64_t granted_at_ms; /* the holder's wall clock, since 1970; 0: not known */
    int64_t last_beat_ms;  /* age of the last heartbeat, by the store's clock */
    int64_t expires_in_ms; /* until others may take it, grace included; not positive: now */
    uint64_t beat;
    uint32_t lease_ms;
    uint32_t heartbeat_ms;
};

/*
 * Takes the lock, waiting up to options->wait_ms. options may be NULL. Blocks.
 *
 * S3A_OK: *ret_lock is held, heartbeats are running; to be given back with s3a_lock_release() and
 * s3a_lock_free(). S3A_HELD: somebody else has it; the error says who, since when and until when.
 * S3A_BUSY: this very client holds it or is acquiring it; nothing was sent. S3A_NOT_A_LOCK: some
 * other file lies at its key; it was left as it is. S3A_UNSUPPORTED: the lock was written by a
 * newer version. S3A_INVALID: a name or an option; nothing was sent. S3A_UNREACHABLE, S3A_LATER,
 * S3A_SERVER, S3A_TIMEOUT: the store gave no clear answer, try after try (for 20 s, or wait_ms
 * where that is shorter, and three tries at least). S3A_DENIED, S3A_CREDENTIALS, S3A_NO_BUCKET:
 * as the store says. On anything but S3A_OK *ret_lock is NULL and nothing is held.
 */
S3A_API S3A_MUST_CHECK enum s3a_status s3a_lock_acquire(struct s3a_client *client,
                                                        const char *bucket, const char *name,
                                                        const struct s3a_lock_options *options,
                                                        struct s3a_lock **ret_lock,
                                                        struct s3a_error *error);

/* The same without blocking. Cancelling the future clears up what was sent: nothing is left held
 * when it ends. A future that ended S3A_OK has set *ret_lock. */
S3A_API struct s3a_future *s3a_lock_acquire_async(struct s3a_client *client, const char *bucket,
                                                  const char *name,
                                                  const struct s3a_lock_options *options,
                                                  struct s3a_lock **ret_lock);

/* Is the lease good at this instant? No I/O, never blocks, any thread; false after release, after
 * loss, and in a forked child. */
S3A_API bool s3a_lock_is_held(const struct s3a_lock *lock);

/* How long the lease is still good without another heartbeat; 0 where it is not. */
S3A_API int64_t s3a_lock_remaining_ms(const struct s3a_lock *lock);

/* The fencing token: below 2^53, greater than that of every grant of this lock before. */
S3A_API uint64_t s3a_lock_token(const struct s3a_lock *lock);

/* What it is about; valid as long as the lock. key ends in ".lock"; owner is 32 hex digits. */
S3A_API const char *s3a_lock_bucket(const struct s3a_lock *lock);
S3A_API const char *s3a_lock_key(const struct s3a_lock *lock);
S3A_API const char *s3a_lock_owner(const struct s3a_lock *lock);
S3A_API uint32_t s3a_lock_lease_ms(const struct s3a_lock *lock);

/* S3A_LOST_NOT while it is held or was released in time. */
S3A_API enum s3a_lost_reason s3a_lock_lost_reason(const struct s3a_lock *lock);

/*
 * Stops the heartbeats and frees the lock for others. Blocks until the store has answered; a store
 * that does not answer clearly is asked again until the lease would have ended by itself.
 *
 * S3A_OK: it was held until now and is free, or will be at min_hold_ms. S3A_LOST: it had been lost
 * before; whoever holds it now is left alone. S3A_UNREACHABLE and the like: it could not be freed
 * and will expire by itself. A second call returns the same again. S3A_NO_MEMORY: nothing was asked
 * of the store, and all is as it was: the lock is held, and can be released again. The handle stays
 * valid until s3a_lock_free().
 */
S3A_API S3A_MUST_CHECK enum s3a_status s3a_lock_release(struct s3a_lock *lock,
                                                        struct s3a_error *error);
S3A_API struct s3a_future *s3a_lock_release_async(struct s3a_lock *lock);

/* After a release that was S3A_OK: is no object left (delete_on_release)? */
S3A_API bool s3a_lock_was_deleted(const struct s3a_lock *lock);

/* Gives the handle back, releasing the lock in the background where that was not done. NULL is
 * accepted. */
S3A_API void s3a_lock_free(struct s3a_lock *lock);

/*
 * Steps. A lock can be handed on from one process to the next as a handle: one printable word of
 * letters, digits, '-' and '_' that names the grant, for scripts and jobs whose steps are processes
 * of their own. Between two steps nobody beats: the lock stays held for as long as its lease lasts.
 *
 * A handle is not a secret, but it is the lock: whoever has it can renew and release it. Two that
 * go on with one handle at the same time both hold the lock; it does not protect them from each
 * other.
 */
#define S3A_LOCK_HANDLE_SIZE 2048

/*
 * Stops the heartbeats and leaves the lock held until its lease ends, counted from the last
 * heartbeat. From then on it is the handle's: s3a_lock_is_held() is false, a release is
 * S3A_INVALID, and s3a_lock_free() leaves it alone. Waits for no answer, but must not be called in
 * a callback. S3A_LOST: it had been lost before. S3A_INVALID: it was given back or detached before.
 * On anything but S3A_OK the handle is "", and the lock is as it was.
 */
S3A_API S3A_MUST_CHECK enum s3a_status s3a_lock_detach(struct s3a_lock *lock,
                                                       char ret_handle[S3A_LOCK_HANDLE_SIZE],
                                                       struct s3a_error *error);

/*
 * Goes on with a lock that was detached: looks whether it is still held by that very grant, and
 * beats once. Its lease counts from the sending of that heartbeat, and more follow. options as for
 * acquiring, but that it waits for nobody, that the lease is the handle's where neither lease_ms
 * nor heartbeat_ms is given, that label and data stay where they are not given, and that
 * max_hold_ms and min_hold_ms count from here. May be NULL.
 *
 * S3A_OK: *ret_lock is held. S3A_LOST: it is not that grant's any more, or its lease has run out by
 * the store's clock, even if nobody has taken it; the error says why. S3A_INVALID: it is no handle,
 * or an option is wrong; nothing was sent. S3A_BUSY: this client has it already. Others as for
 * acquiring; the lock is then what it was, or was given one more lease. Blocks.
 */
S3A_API S3A_MUST_CHECK enum s3a_status s3a_lock_attach(struct s3a_client *client,
                                                       const char *handle,
                                                       const struct s3a_lock_options *options,
                                                       struct s3a_lock **ret_lock,
                                                       struct s3a_error *error);
S3A_API struct s3a_future *s3a_lock_attach_async(struct s3a_client *client, const char *handle,
                                                 const struct s3a_lock_options *options,
                                                 struct s3a_lock **ret_lock);

/*
 * Is it still held by the handle's grant? One request, and nothing is changed. S3A_OK:
 * *ret_remaining_ms (may be NULL) is what is left of its lease by the store's clock, which may show
 * whole seconds. S3A_LOST: as for s3a_lock_attach(). Blocks.
 */
S3A_API S3A_MUST_CHECK enum s3a_status s3a_lock_check(struct s3a_client *client, const char *handle,
                                                      int64_t *ret_remaining_ms,
                                                      struct s3a_error *error);

/* What a handle says; the ETag is that of its time. */
struct s3a_lock_handle_info {
    char bucket[64];
    char key[1025];
    char etag[129];
    char owner[33];
    uint64_t token;
    uint32_t lease_ms;
};

/* S3A_INVALID: it is no handle, or not the whole of one. No I/O. */
S3A_API S3A_MUST_CHECK enum s3a_status s3a_lock_handle_read(const char *handle,
                                                            struct s3a_lock_handle_info *ret_info,
                                                            struct s3a_error *error);

/* The critical section. What it returns is what the run returns; S3A_FAILED is there for it. */
typedef enum s3a_status (*s3a_work_fn)(struct s3a_lock *lock, void *arg);

/*
 * Takes the lock, calls work in the caller's thread, releases the lock whatever work returned.
 * Returns work's status; or, where work was not called, why the lock was not obtained; or
 * S3A_LOST where work returned S3A_OK but the lock had been lost by then (the error tells the
 * reason).
 */
S3A_API S3A_MUST_CHECK enum s3a_status s3a_lock_run(struct s3a_client *client, const char *bucket,
                                                    const char *name,
                                                    const struct s3a_lock_options *options,
                                                    s3a_work_fn work, void *arg,
                                                    struct s3a_error *error);

/*
 * The same without blocking: work is called in a thread of its own once the lock is held.
 * Cancelling the future before that keeps work from being called; afterwards it changes nothing.
 */
S3A_API struct s3a_future *s3a_lock_run_async(struct s3a_client *client, const char *bucket,
                                              const char *name,
                                              const struct s3a_lock_options *options,
                                              s3a_work_fn work, void *arg);

/*
 * Looks at a lock without touching it. S3A_NOT_FOUND: it was never taken, which is as good as
 * free. S3A_NOT_A_LOCK. Blocks for one request.
 */
S3A_API S3A_MUST_CHECK enum s3a_status s3a_lock_inspect(struct s3a_client *client,
                                                        const char *bucket, const char *name,
                                                        struct s3a_lock_info *ret_info,
                                                        struct s3a_error *error);

/*
 * Frees a lock by force, for operators: exactly the state that etag names (s3a_lock_info.etag), so
 * that nobody's lock is freed but the one that was looked at. Its holder, if it is still there,
 * finds the lock lost at its next heartbeat (S3A_LOST_FREED), or when its lease ends; until then it
 * may go on working. S3A_OK: it is free, or was so in that state. S3A_CONFLICT: it has changed
 * since; a holder that is alive changes it with every heartbeat. S3A_NOT_FOUND, S3A_NOT_A_LOCK.
 * S3A_UNSUPPORTED: a lock of java-s3-atomic-utils or of a newer version. Blocks.
 *
 * A lock under a session has no heartbeats of its own: its holder notices only when it gives the
 * lock back.
 */
S3A_API S3A_MUST_CHECK enum s3a_status s3a_lock_break(struct s3a_client *client, const char *bucket,
                                                      const char *name, const char *etag,
                                                      struct s3a_error *error);

/* Called for each lock in the order of their keys; info is valid during the call. Anything but
 * S3A_OK ends the listing with that status. */
typedef enum s3a_status (*s3a_lock_fn)(const struct s3a_lock_info *info, void *user);

/*
 * Looks at all locks whose key begins with prefix ("" or NULL: all of the bucket). Objects that
 * are no locks are passed over. each is called in the caller's thread. Blocks.
 */
S3A_API S3A_MUST_CHECK enum s3a_status s3a_lock_list(struct s3a_client *client, const char *bucket,
                                                     const char *prefix, s3a_lock_fn each,
                                                     void *user, struct s3a_error *error);

#ifdef __cplusplus
}
#endif

#endif
