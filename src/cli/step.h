/* SPDX-License-Identifier: MIT */
#ifndef S3A_STEP_H
#define S3A_STEP_H

/* What acquire, renew, release and check share: a lock that is held by a handle, between two
 * processes. */

#include <s3atomic/lock.h>

#include "url.h"

struct s3a_step {
    struct s3a_url url;
    char handle[S3A_LOCK_HANDLE_SIZE];
    struct s3a_lock_handle_info info;
    struct s3a_client *client; /* to be freed */
};

/* Takes the handle that was given, or standard input's where that is NULL, and connects.
 * S3A_INVALID: it is no handle, or one of another lock than the URL's. */
enum s3a_status s3a_step_open(struct s3a_step *step, const char *url, const char *given_handle,
                              struct s3a_error *error);

/* Stops the heartbeats and prints the handle, alone on a line or with what it is of as JSON. False
 * where that did not arrive: then nobody has the handle. */
bool s3a_step_hand_over(struct s3a_step *step, struct s3a_lock *lock, struct s3a_error *error);

#endif
