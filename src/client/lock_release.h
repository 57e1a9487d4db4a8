/* SPDX-License-Identifier: MIT */
#ifndef S3A_LOCK_RELEASE_H
#define S3A_LOCK_RELEASE_H

/*
 * Giving locks back. Each takes memory while it is released, and there may be very many of them: so
 * many at a time are woken for it, the others wait for their turn. Loop's thread, but for
 * s3a_lock_driver_release() and s3a_lock_give_handle_back().
 */

#include "lock_driver.h"

/* So many at a time, and how long to wait where there is no memory for one. */
#define S3A_LOCK_RELEASES_MAX 256
#define S3A_LOCK_RELEASE_PAUSE_MS 100

/* Any thread. The future ends when the machine does, or S3A_NO_MEMORY, and then all is as it was.
 * NULL: no memory either. */
struct s3a_future *s3a_lock_driver_release(struct s3a_lock *lock);

/* Any thread. The user's handle is not used any more. */
void s3a_lock_give_handle_back(struct s3a_lock *lock);

/* It is released for good, at once or when it is its turn, and again and again where there is no
 * memory for that. */
void s3a_lock_give_back(struct s3a_lock *lock);

/* Its turn has come. */
void s3a_lock_release_now(struct s3a_lock *lock);

/* Those under that session whose turn has not come: it was lost, so that nothing need be sent. */
void s3a_lock_release_those_under(struct s3a_session *session);

/* Its machine has ended: tells all who wait for that. */
void s3a_lock_release_ended(struct s3a_lock *lock);

/* There was no memory: tells all who wait for it. */
void s3a_lock_release_refused(struct s3a_lock *lock);

/* Those whose turn it is, in one loop: many may end at once, and each end comes here. */
void s3a_lock_releases_go_on(struct s3a_client *client);

/* The client's part of all this. */
void s3a_lock_releases_init(struct s3a_client *client);

/* At the client's end: gives up what is being acquired, releases what is held. */
void s3a_lock_drivers_end(struct s3a_client *client);

#endif
