/* SPDX-License-Identifier: MIT */
#ifndef S3A_PATROL_H
#define S3A_PATROL_H

/*
 * Looks at all connections of a front from time to time, and ends those that may not stay: too slow
 * (pace.h), or in the way of others.
 *
 * What has come and what was taken tells the kernel (TCP_INFO): neither libmicrohttpd nor a request
 * in good time has anything to do for it. Its numbers are those of the wire, TLS and all.
 *
 * Where as many connections are open as may be and somebody waits to be accepted, those that have
 * been without a request for longest make room: a client that finds an idle connection closed
 * makes another, and one that never said anything has no claim to it.
 */

#include "front.h"

/* Between two rounds, at the most. */
#define S3A_PATROL_MS 1000

/* Likewise, where somebody waits for room. */
#define S3A_PATROL_CROWDED_MS 100

/* A connection that has been without a request for so long may have to make room. */
#define S3A_VACANT_MS 1000

/* So many make room in one round. */
#define S3A_ROOM_BATCH 32

/* How long until the next round, at most max_ms. */
uint64_t s3a_patrol_wait_ms(const struct s3a_front *front, uint64_t max_ms);

/* Goes round, where it is time. */
void s3a_patrol(struct s3a_front *front);

#endif
