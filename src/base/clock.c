/* SPDX-License-Identifier: MIT */
#include "clock.h"

#include <time.h>

#include "check.h"

#ifdef CLOCK_BOOTTIME
#define LOCAL_CLOCK CLOCK_BOOTTIME
#else
#define LOCAL_CLOCK CLOCK_MONOTONIC
#endif

static struct timespec read_clock(clockid_t id)
{
    struct timespec now;
    s3a_check(clock_gettime(id, &now) == 0);
    return now;
}

uint64_t s3a_clock_us(void)
{
    struct timespec now = read_clock(LOCAL_CLOCK);
    return (uint64_t)now.tv_sec * 1000000 + (uint64_t)now.tv_nsec / 1000;
}

uint64_t s3a_clock_ms(void)
{
    return s3a_clock_us() / 1000;
}

struct timespec s3a_clock_wait(void)
{
    return read_clock(CLOCK_MONOTONIC);
}

int64_t s3a_clock_wall_ms(void)
{
    struct timespec now = read_clock(CLOCK_REALTIME);
    return (int64_t)now.tv_sec * 1000 + now.tv_nsec / 1000000;
}
