/* SPDX-License-Identifier: MIT */
#ifndef S3A_LEASE_H
#define S3A_LEASE_H

/*
 * The arithmetic of leases. Two kinds of time occur and never meet: local time (uint64_t, a clock
 * that counts suspend; see clock.h) and the store's time (int64_t, milliseconds since 1970, out of
 * the headers of its answers).
 */

#include <stdbool.h>
#include <stdint.h>

/* A header that was missing or could not be read. */
#define S3A_STORE_TIME_NONE INT64_MIN
#define S3A_LOCAL_TIME_NEVER UINT64_MAX

/* What a holder promises and a contender allows for; all in milliseconds. */
struct s3a_lock_terms {
    uint32_t lease_ms;
    uint32_t heartbeat_ms;
    uint32_t max_hold_ms; /* 0: no bound */
    uint32_t min_hold_ms; /* given back sooner, others get it then (§5); 0: at once */
    uint32_t warn_ms;
    uint32_t grace_ms;
    uint32_t poll_min_ms;
    uint32_t poll_max_ms;
    int64_t wait_ms;        /* 0: try once; -1: for ever */
    bool observe;           /* leases of others are over by watching alone (§3) */
    bool delete_on_release; /* given back, no object is left, where that can be done (§5) */
};

/*
 * By how much a holder gives up before its lease ends: max(500 ms, lease / 50), for clocks whose
 * rates differ and for the time it takes to act. Leases below 2 s give up a quarter.
 */
uint32_t s3a_lease_guard_ms(uint32_t lease_ms);

/* The local time from which a write sent at sent_ms no longer proves the lock. */
uint64_t s3a_lease_end_ms(uint64_t sent_ms, uint32_t lease_ms);

/* What a contender knows about a lease that is not its own. */
struct s3a_lease_sight {
    uint32_t lease_ms;
    uint32_t grace_ms;
    int64_t store_now_ms;      /* Date of the answer */
    int64_t store_modified_ms; /* Last-Modified of the lock's object */
    uint64_t local_now_ms;
    uint64_t local_seen_ms; /* when this very state of the object was first seen */
};

/*
 * How long until it has expired; 0 or less: it has. By the store's own clock where both headers
 * are there and make sense; otherwise by having watched it unchanged for lease and grace.
 */
int64_t s3a_lease_expires_in_ms(const struct s3a_lease_sight *sight);

/* Random numbers for jitter and identities: reproducible from the seed (SplitMix64, Steele, Lea
 * and Flood, OOPSLA 2014). */
uint64_t s3a_jitter_next(uint64_t *state);

/* Evenly between min and max, both included. */
uint64_t s3a_jitter_between(uint64_t *state, uint64_t min, uint64_t max);

/* The pause before try number tries + 1: between a half and the whole of 50 ms doubled for each
 * try before, cap_ms at the most. */
uint64_t s3a_backoff_ms(uint64_t *state, uint32_t tries, uint32_t cap_ms);

#endif
