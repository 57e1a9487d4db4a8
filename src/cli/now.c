/* SPDX-License-Identifier: MIT */
#include "now.h"

#include <sys/timerfd.h>
#include <time.h>

uint64_t s3a_now_ms(void)
{
    struct timespec now;

    clock_gettime(CLOCK_BOOTTIME, &now);
    return (uint64_t)now.tv_sec * 1000 + (uint64_t)now.tv_nsec / 1000000;
}

int64_t s3a_now_wall_ms(void)
{
    struct timespec now;

    clock_gettime(CLOCK_REALTIME, &now);
    return (int64_t)now.tv_sec * 1000 + now.tv_nsec / 1000000;
}

int s3a_alarm_open(void)
{
    return timerfd_create(CLOCK_BOOTTIME, TFD_CLOEXEC | TFD_NONBLOCK);
}

void s3a_alarm_set(int alarm, uint64_t at_ms)
{
    struct itimerspec when = {0};

    if (at_ms != S3A_NEVER) {
        /* All zero would switch it off. */
        at_ms = at_ms == 0 ? 1 : at_ms;
        when.it_value.tv_sec = (time_t)(at_ms / 1000);
        when.it_value.tv_nsec = (long)(at_ms % 1000) * 1000000;
    }
    timerfd_settime(alarm, TFD_TIMER_ABSTIME, &when, NULL);
}
