/* SPDX-License-Identifier: MIT */
#ifndef S3A_BUCKET_REGIONS_H
#define S3A_BUCKET_REGIONS_H

/* The buckets that are not in the client's own region, as the store has said. */

#include "str.h"

#define S3A_BUCKET_REGIONS_MAX 64

struct s3a_bucket_region;

/* All zero: none is known. */
struct s3a_bucket_regions {
    struct s3a_bucket_region *all; /* NULL: none */
    unsigned count;
    unsigned next; /* to be forgotten where there is no more room */
};

void s3a_bucket_regions_fini(struct s3a_bucket_regions *regions);

/* data NULL: nothing is known of it. Valid until the next one is kept. */
struct s3a_str s3a_bucket_regions_find(const struct s3a_bucket_regions *regions,
                                       struct s3a_str bucket);

/* Where there is no memory for it, or bucket or region are none, it is not kept. */
void s3a_bucket_regions_keep(struct s3a_bucket_regions *regions, struct s3a_str bucket,
                             struct s3a_str region);

#endif
