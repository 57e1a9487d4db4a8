/* SPDX-License-Identifier: MIT */
#include "random.h"

#include <errno.h>
#include <sys/random.h>

#include "check.h"

void s3a_random_bytes(void *bytes, size_t size)
{
    unsigned char *at = bytes;

    while (size > 0) {
        ssize_t got = getrandom(at, size, 0);
        if (got < 0 && errno == EINTR) {
            continue;
        }
        s3a_check(got > 0);
        at += got;
        size -= (size_t)got;
    }
}

uint64_t s3a_random_uint64(void)
{
    uint64_t value;
    s3a_random_bytes(&value, sizeof(value));
    return value;
}
