/* SPDX-License-Identifier: MIT */
#include "bucket_regions.h"

#include <stdlib.h>
#include <string.h>

#include "aws_service.h"
#include "op.h"

struct s3a_bucket_region {
    char bucket[S3A_BUCKET_SIZE_MAX + 1];
    char region[S3A_AWS_REGION_SIZE_MAX + 1];
};

void s3a_bucket_regions_fini(struct s3a_bucket_regions *regions)
{
    free(regions->all);
    *regions = (struct s3a_bucket_regions){0};
}

static struct s3a_bucket_region *find(const struct s3a_bucket_regions *regions,
                                      struct s3a_str bucket)
{
    for (unsigned i = 0; i < regions->count; i++) {
        if (s3a_str_is(bucket, regions->all[i].bucket)) {
            return &regions->all[i];
        }
    }
    return NULL;
}

struct s3a_str s3a_bucket_regions_find(const struct s3a_bucket_regions *regions,
                                       struct s3a_str bucket)
{
    const struct s3a_bucket_region *region = find(regions, bucket);

    return region ? s3a_str_of(region->region) : s3a_str_make(NULL, 0);
}

static struct s3a_bucket_region *make_room(struct s3a_bucket_regions *regions)
{
    if (!regions->all) {
        regions->all = calloc(S3A_BUCKET_REGIONS_MAX, sizeof(*regions->all));
    }
    if (!regions->all) {
        return NULL;
    }
    if (regions->count < S3A_BUCKET_REGIONS_MAX) {
        return &regions->all[regions->count++];
    }
    return &regions->all[regions->next++ % S3A_BUCKET_REGIONS_MAX];
}

void s3a_bucket_regions_keep(struct s3a_bucket_regions *regions, struct s3a_str bucket,
                             struct s3a_str region)
{
    struct s3a_bucket_region *kept = find(regions, bucket);

    if (bucket.size > S3A_BUCKET_SIZE_MAX || !s3a_aws_is_region(region)) {
        return;
    }
    kept = kept ? kept : make_room(regions);
    if (kept) {
        memset(kept, 0, sizeof(*kept));
        if (bucket.size > 0) {
            memcpy(kept->bucket, bucket.data, bucket.size);
        }
        memcpy(kept->region, region.data, region.size);
    }
}
