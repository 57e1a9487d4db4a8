/* SPDX-License-Identifier: MIT */
#ifndef S3A_LOCK_REST_H
#define S3A_LOCK_REST_H

/*
 * A machine at rest: all that is needed of one that holds its lock, or has lost it, while nothing
 * is under way and nothing in doubt. That is most of the time, and a twentieth of the memory: so
 * one process can hold many locks. Its next event wakes it, as if it had never slept.
 *
 * The grant and the session are not in it, for whoever keeps it has them anyway.
 */

#include "lock_machine.h"
#include "str.h"

struct s3a_lock_rest {
    uint64_t beat;
    uint64_t granted_ms;
    uint64_t sent_ms;
    uint32_t next_after_ms;   /* sent_ms; UINT32_MAX: never */
    uint32_t delete_after_ms; /* granted_ms; UINT32_MAX: never */
    uint32_t lease_ms;
    uint32_t heartbeat_ms;
    uint32_t max_hold_ms;
    uint32_t min_hold_ms;
    uint32_t warn_ms;
    uint32_t grace_ms;
    uint8_t flags;
    uint8_t lost_reason;
    uint8_t recent_count;
    uint8_t etag_size;
    /* right behind it, at no particular alignment: the recent grants and the ETag */
};

/* May it rest as it is? */
bool s3a_lock_machine_may_rest(const struct s3a_lock_machine *machine);

/* How many bytes it will take, how many one has taken, and the most that any does. */
size_t s3a_lock_rest_size(const struct s3a_lock_machine *machine);
size_t s3a_lock_rest_bytes(const struct s3a_lock_rest *rest);
struct s3a_str s3a_lock_rest_etag(const struct s3a_lock_rest *rest);
#define S3A_LOCK_REST_SIZE_MAX                                                                     \
    (sizeof(struct s3a_lock_rest) + S3A_RECENT_MAX * sizeof(struct s3a_grant) +                    \
     S3A_LOCK_ETAG_SIZE_MAX)

/* One that may rest, into as many bytes, aligned as malloc() does. */
void s3a_lock_machine_rest(const struct s3a_lock_machine *machine, struct s3a_lock_rest *ret_rest);

/* grant: machine.record.grant, as it was. session: under which it is held; NULL: none. */
void s3a_lock_machine_wake(struct s3a_lock_machine *ret_machine, const struct s3a_lock_rest *rest,
                           const struct s3a_grant *grant, const uint8_t *session);

#endif
