/* SPDX-License-Identifier: MIT */
#include "wait.h"

#include "check.h"
#include "clock.h"

#define MS_PER_S 1000
#define NS_PER_MS 1000000
#define WAIT_MS_MAX (INT64_C(1) << 40) /* 34 years: for ever, and no overflow */

void s3a_wait_init(pthread_cond_t *cond)
{
    pthread_condattr_t attributes;

    s3a_check(pthread_condattr_init(&attributes) == 0);
    s3a_check(pthread_condattr_setclock(&attributes, CLOCK_MONOTONIC) == 0);
    s3a_check(pthread_cond_init(cond, &attributes) == 0);
    pthread_condattr_destroy(&attributes);
}

struct timespec s3a_wait_until(int64_t ms)
{
    struct timespec at = s3a_clock_wait();

    ms = ms < 0 ? 0 : ms > WAIT_MS_MAX ? WAIT_MS_MAX : ms;
    at.tv_sec += ms / MS_PER_S;
    at.tv_nsec += ms % MS_PER_S * NS_PER_MS;
    if (at.tv_nsec >= MS_PER_S * NS_PER_MS) {
        at.tv_nsec -= MS_PER_S * NS_PER_MS;
        at.tv_sec++;
    }
    return at;
}
