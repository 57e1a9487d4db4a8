/* SPDX-License-Identifier: MIT */
#include "capacity.h"

#include <sys/resource.h>

#include "error.h"

/* Descriptors that are kept back from connections: the store's readers, bodies that are files, and
 * whatever else the program has open. */
#define DESCRIPTORS_OTHER 128

/* What is left of the process's descriptors once store and program have theirs. */
static size_t possible(void)
{
    struct rlimit limit;

    if (getrlimit(RLIMIT_NOFILE, &limit) != 0 || limit.rlim_cur == RLIM_INFINITY ||
        limit.rlim_cur >= S3A_CONNECTIONS_ASKED_MAX + DESCRIPTORS_OTHER) {
        return S3A_CONNECTIONS_ASKED_MAX;
    }
    return limit.rlim_cur >= 2 * DESCRIPTORS_OTHER ? limit.rlim_cur - DESCRIPTORS_OTHER
                                                   : limit.rlim_cur / 2;
}

enum s3a_status s3a_capacity_take(size_t asked, size_t per_address_asked,
                                  struct s3a_settings *settings, struct s3a_error *error)
{
    size_t max = possible();

    if (asked > max) {
        return s3a_error_set(error, S3A_INVALID,
                             "connections_max: %zu, and the limit on descriptors leaves room for "
                             "%zu (ulimit -n)",
                             asked, max);
    }
    if (asked == 0) {
        asked = max < S3A_CONNECTIONS_MAX ? max : S3A_CONNECTIONS_MAX;
    }
    settings->connections_max = asked;
    settings->connections_per_address_max = per_address_asked ? per_address_asked : (asked + 1) / 2;
    return S3A_OK;
}
