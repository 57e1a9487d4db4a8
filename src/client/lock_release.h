/* SPDX-License-Identifier: MIT */
#ifndef S3A_LOCK_RELEASE_H
#define S3A_LOCK_RELEASE_H

#include "lock_driver.h"

/* Loop's thread, once the machine has ended: tells all who wait for that. */
void s3a_lock_releases_answer(struct s3a_lock *lock);

#endif
