/* SPDX-License-Identifier: MIT */
#include "counts.h"

#include "handle.h"

void s3a_counts_commit(struct s3a_counts *counts, size_t writes)
{
    size_t group = 0;

    while (group + 1 < S3A_COUNT_GROUPS && ((size_t)1 << group) < writes) {
        group++;
    }
    s3a_count_add(&counts->commits, 1);
    s3a_count_add(&counts->writes, writes);
    s3a_count_add(&counts->groups[group], 1);
}

const struct s3a_counts *s3a_objects_counts(const struct s3a_objects *objects)
{
    return &objects->counts;
}
