/* SPDX-License-Identifier: MIT */
#ifndef S3A_LOCK_DRIVER_H
#define S3A_LOCK_DRIVER_H

/*
 * Drives one lock machine over a transport: does what its actions say and tells it what comes of
 * it. The handle that users have is the same struct.
 */

#include <stdatomic.h>

#include <s3atomic/lock.h>

#include "client_state.h"
#include "future.h"
#include "lock_machine.h"
#include "lock_record.h"

struct s3a_lock {
    atomic_uint references; /* the user's handle, and the driver until the machine has ended */
    struct s3a_client *client;
    struct s3a_loop *loop;
    struct s3a_pool pool; /* of the texts */
    struct s3a_str bucket;
    struct s3a_str key;
    struct s3a_lock_people people; /* as we write them */
    s3a_lock_danger_fn on_danger;
    s3a_lock_lost_fn on_lost;
    void *user;

    /* Any thread: what was last told of the machine. owner is written before the grant is told. */
    atomic_uint_least64_t good_until_ms;
    atomic_uint_least64_t token;
    atomic_int lost_reason;
    atomic_bool release_asked;
    atomic_bool has_ended;
    atomic_bool is_detached;
    char owner[S3A_OWNER_HEX_SIZE + 1];

    struct s3a_session *keeps;   /* of whose object it is the driver; NULL: of none */
    struct s3a_session *session; /* that it is under: a reference; NULL: under none */

    /* The loop's own. */
    struct s3a_list session_link; /* among those under it */
    struct s3a_lock_machine machine;
    struct s3a_lock_entry *entry;
    struct s3a_list link; /* among the client's drivers */
    struct s3a_call call;
    bool is_under_way; /* the call is */
    char if_match[S3A_LOCK_ETAG_SIZE_MAX + 1];
    char expires[30];
    char session_key[S3A_SESSION_KEY_SIZE + 1]; /* of the call */
    bool is_about_session;                      /* the call is: of another holder */
    struct s3a_str body;                        /* of the call; from malloc() */
    uint8_t dated_owner[S3A_OWNER_SIZE]; /* of the grant that people.granted_at_ms tells of */
    struct s3a_timer timer;
    struct s3a_lock_people seen; /* with machine.view */
    struct s3a_error *trouble;   /* the last answer that was one; NULL: none */
    struct s3a_task start_task;
    struct s3a_task free_task;
    struct s3a_future *acquire_future; /* NULL once it is complete */
    struct s3a_lock **ret_lock;
    struct s3a_list releases; /* struct s3a_lock_release_wish */
    bool is_in_run;           /* its critical section is running: not to be released under it */
    enum s3a_status end_status;
};

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

/* Any thread. The future ends when the machine does. NULL: no memory. */
struct s3a_future *s3a_lock_driver_release(struct s3a_lock *lock);

/* Gives a reference back. */
void s3a_lock_unref(struct s3a_lock *lock);

/* Loop's thread, at the client's end: gives up what is being acquired, releases what is held. */
void s3a_lock_drivers_end(struct s3a_client *client);

#endif
