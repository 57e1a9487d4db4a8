/* SPDX-License-Identifier: MIT */
#include "lease.h"

#define GUARD_MS 500
#define BACKOFF_FIRST_MS 50
#define BACKOFF_DOUBLINGS_MAX 16

static uint64_t min_of(uint64_t a, uint64_t b)
{
    return a < b ? a : b;
}

static uint64_t max_of(uint64_t a, uint64_t b)
{
    return a > b ? a : b;
}

uint32_t s3a_lease_guard_ms(uint32_t lease_ms)
{
    return (uint32_t)max_of(min_of(GUARD_MS, lease_ms / 4), lease_ms / 50);
}

uint64_t s3a_lease_end_ms(uint64_t sent_ms, uint32_t lease_ms)
{
    return sent_ms + lease_ms - s3a_lease_guard_ms(lease_ms);
}

static bool store_clock_makes_sense(const struct s3a_lease_sight *sight)
{
    return sight->store_now_ms != S3A_STORE_TIME_NONE &&
           sight->store_modified_ms != S3A_STORE_TIME_NONE &&
           sight->store_modified_ms <= sight->store_now_ms + sight->grace_ms;
}

int64_t s3a_lease_expires_in_ms(const struct s3a_lease_sight *sight)
{
    int64_t needed = (int64_t)sight->lease_ms + sight->grace_ms;

    if (store_clock_makes_sense(sight)) {
        return needed - (sight->store_now_ms - sight->store_modified_ms);
    }
    return needed - (int64_t)(sight->local_now_ms - sight->local_seen_ms);
}

uint64_t s3a_jitter_next(uint64_t *state)
{
    uint64_t z = *state += UINT64_C(0x9e3779b97f4a7c15);

    z = (z ^ (z >> 30)) * UINT64_C(0xbf58476d1ce4e5b9);
    z = (z ^ (z >> 27)) * UINT64_C(0x94d049bb133111eb);
    return z ^ (z >> 31);
}

uint64_t s3a_jitter_between(uint64_t *state, uint64_t min, uint64_t max)
{
    return max <= min ? min : min + s3a_jitter_next(state) % (max - min + 1);
}

uint64_t s3a_backoff_ms(uint64_t *state, uint32_t tries, uint32_t cap_ms)
{
    uint64_t doubled = (uint64_t)BACKOFF_FIRST_MS << min_of(tries, BACKOFF_DOUBLINGS_MAX);
    uint64_t pause = min_of(doubled, cap_ms);

    return s3a_jitter_between(state, pause / 2, pause);
}
