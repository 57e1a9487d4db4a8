/* SPDX-License-Identifier: MIT */
#ifndef S3A_LOCK_WORK_H
#define S3A_LOCK_WORK_H

/*
 * What a lock needs while it is acquired, renewed or released, and what is left of that while it
 * rests (lock_rest.h): held, or lost, with nothing under way. Loop's thread, once it has started.
 */

#include "lock_driver.h"
#include "lock_rest.h"

struct s3a_lock_work {
    struct s3a_lock *lock;
    struct s3a_lock_machine machine;
    struct s3a_session *keeps; /* of whose object it is the driver; NULL: of none */
    struct s3a_timer timer;
    struct s3a_task start_task;
    struct s3a_future *acquire_future; /* NULL once it is complete */
    struct s3a_lock **ret_lock;

    struct s3a_lock_people people;       /* as we write them */
    uint8_t dated_owner[S3A_OWNER_SIZE]; /* of the grant that people.granted_at_ms tells of */
    struct s3a_lock_people seen;         /* with machine.view */

    bool in_doubt;         /* a write of the machine is, and it was good since then: */
    uint64_t good_sent_ms; /* see lock_watch.h */

    struct s3a_call call;
    bool is_under_way;     /* the call is */
    bool is_about_session; /* the call is: of another holder */
    char if_match[S3A_LOCK_ETAG_SIZE_MAX + 1];
    char expires[30];
    char session_key[S3A_SESSION_KEY_SIZE + 1];
    struct s3a_str body; /* from malloc() */
};

/* Any thread, before it starts. False: no memory. */
S3A_MUST_CHECK bool s3a_lock_work_new(struct s3a_lock *lock);
void s3a_lock_work_free(struct s3a_lock *lock);

/*
 * Sees to it that there is work to step on; it is kept until the lock rests again. False: there is
 * no memory for it, or the lock is not to send anything. Then it is the client's spare one, on
 * which nothing can be sent, for this one step, after which it rests.
 */
bool s3a_lock_wake(struct s3a_lock *lock, bool is_to_send);

/* After a step that has sent nothing and wants to be woken then: rests where it may. */
void s3a_lock_sleep(struct s3a_lock *lock, uint64_t wake_ms);

/* Of what was last written: awake or at rest, but not once it has ended. */
void s3a_lock_etag(const struct s3a_lock *lock, char ret_etag[S3A_LOCK_ETAG_SIZE_MAX + 1]);

/* Rests, or has ended: nothing is left of it. */
void s3a_lock_bed_free(struct s3a_lock *lock);

/* Loop's thread: what its timer, awake or at rest, is set for. */
void s3a_lock_driver_woken(struct s3a_lock *lock);

#endif
