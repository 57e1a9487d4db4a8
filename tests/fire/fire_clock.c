/* SPDX-License-Identifier: MIT */
#include "fire.h"

#include <time.h>

static uint64_t read_us(clockid_t clock)
{
    struct timespec now;

    clock_gettime(clock, &now);
    return (uint64_t)now.tv_sec * 1000000 + (uint64_t)now.tv_nsec / 1000;
}

uint64_t fire_now_us(void)
{
    return read_us(CLOCK_BOOTTIME);
}

int64_t fire_wall_us(void)
{
    return (int64_t)read_us(CLOCK_REALTIME);
}

void fire_pause_us(uint64_t pause_us)
{
    struct timespec pause = {.tv_sec = (time_t)(pause_us / 1000000),
                             .tv_nsec = (long)(pause_us % 1000000) * 1000};

    nanosleep(&pause, NULL);
}

uint64_t fire_random(uint64_t *state, uint64_t bound)
{
    uint64_t value = *state += UINT64_C(0x9e3779b97f4a7c15);

    value = (value ^ (value >> 30)) * UINT64_C(0xbf58476d1ce4e5b9);
    value = (value ^ (value >> 27)) * UINT64_C(0x94d049bb133111eb);
    return (value ^ (value >> 31)) % bound;
}
