/* SPDX-License-Identifier: MIT */
#ifndef S3A_LOCK_DRIVER_H
#define S3A_LOCK_DRIVER_H

/*
 * Drives one lock machine over a transport: does what its actions say and tells it what comes of
 * it. The handle that users have is the same struct, and as small as can be: whatever is needed
 * only while something is under way is in a struct s3a_lock_work beside it (lock_work.h), which
 * goes away while the lock rests.
 */

#include <stdatomic.h>

#include <s3atomic/lock.h>

#include "client_state.h"
#include "future.h"
#include "lock_record.h"

struct s3a_lock_work;
struct s3a_lock_bed;
struct s3a_lock_release_wish;

/* Why a lock does not count as held, whatever good_until_ms says. Each wish for its release adds
 * one S3A_LOCK_WISHED. */
#define S3A_LOCK_ENDED 1u      /* its machine is */
#define S3A_LOCK_DETACHED 2u   /* its handle is the lock */
#define S3A_LOCK_GIVEN_BACK 4u /* by its free(), or with its session or client */
#define S3A_LOCK_DELETED 8u    /* that is how it was released; only with S3A_LOCK_ENDED */
#define S3A_LOCK_WISHED 16u

struct s3a_lock {
    atomic_uint references; /* the user's handle, and the driver until the machine has ended */

    /* Any thread: what was last told of the machine. owner is written before the grant is told. */
    atomic_uint unheld;
    atomic_uint_least64_t good_until_ms;
    atomic_uint_least64_t token;
    atomic_uchar lost_reason;

    /* The loop's own. */
    bool is_in_run;        /* its critical section is running: not to be released under it */
    bool is_queued;        /* among those that are to be released when it is their turn */
    bool is_counted;       /* among those that are being released */
    bool has_alarm;        /* its bed has one */
    bool is_to_be_deleted; /* by its release, where the store allows it */

    char owner[S3A_OWNER_HEX_SIZE + 1];
    enum s3a_status end_status;
    uint32_t lease_ms;
    struct s3a_client *client;
    struct s3a_session *session; /* that it is under: a reference; NULL: under none */
    s3a_lock_danger_fn on_danger;
    s3a_lock_lost_fn on_lost;
    void *user;
    struct s3a_lock *next_freed; /* among those whose handle was given back; see client_state.h */

    /* The loop's own. */
    struct s3a_list link;       /* among its session's, its client's, or those that are queued */
    struct s3a_lock_work *work; /* NULL: it rests, or has ended */
    struct s3a_lock_bed *bed;   /* what it rests in; NULL: it never did, or has ended */
    struct s3a_lock_release_wish *wishes;
    struct s3a_error *trouble; /* the last answer that was one; NULL: none */

    struct s3a_lock_entry entry; /* with its text right behind it */
    char text[];
};

static inline bool s3a_lock_is(const struct s3a_lock *lock, unsigned why_unheld)
{
    return (atomic_load(&lock->unheld) & why_unheld) != 0;
}

/* Starts acquiring: the lock and its driver are one reference each. *ret_future ends with the
 * grant (*ret_lock is set then) or with why there is none. Whatever is wrong with the arguments is
 * in the future. NULL: no memory. resumed: a grant that exists already and is to be gone on with;
 * NULL: a new one is wanted. */
struct s3a_future *s3a_lock_driver_start(struct s3a_client *client, const char *bucket,
                                         const char *name, const struct s3a_lock_options *options,
                                         const struct s3a_grant *resumed,
                                         struct s3a_lock **ret_lock);

/* The same for a session's object, which is told of its grant and its end. *ret_is_started false:
 * there is no driver, and the future, or NULL, says why. */
struct s3a_future *s3a_lock_driver_start_keeper(struct s3a_client *client, const char *bucket,
                                                const struct s3a_lock_options *options,
                                                struct s3a_session *session, bool *ret_is_started);

/* Loop's thread. One event without an answer; the machine may have ended after it. */
void s3a_lock_driver_step(struct s3a_lock *lock, enum s3a_lock_event_kind kind);

/* What every call on a lock begins with: is it one, of this process, and not detached? */
S3A_MUST_CHECK enum s3a_status s3a_lock_check_call(const struct s3a_lock *lock,
                                                   struct s3a_error *error);

/* Gives a reference back. */
void s3a_lock_unref(struct s3a_lock *lock);

/* Loop's thread: it has joined its client's locks, or its session's. */
void s3a_lock_join(struct s3a_lock *lock);

/* Loop's thread: its machine has ended, or never began. */
void s3a_lock_driver_end(struct s3a_lock *lock, enum s3a_status status);

/* Loop's thread: what a timer fires for; what a call is done with. */
void s3a_lock_driver_answered(struct s3a_call *call);

#endif
