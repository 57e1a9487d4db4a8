/* SPDX-License-Identifier: MIT */
#include "aspect.h"

/* Rows. EMPTY: GET answers a document. ABSENT: it answers a code. */
#define EMPTY(name, root, content)                                                                 \
    {                                                                                              \
        name, S3A_CODE_NONE, NULL, root, content, false, false                                     \
    }
#define MANY(name, root)                                                                           \
    {                                                                                              \
        name, S3A_CODE_NONE, NULL, root, NO_MORE, true, true                                       \
    }
#define ABSENT(name, code, is_removable)                                                           \
    {                                                                                              \
        name, S3A_CODE_##code, NULL, NULL, NULL, is_removable, false                               \
    }
#define NO_LOCK(name)                                                                              \
    {                                                                                              \
        name, S3A_CODE_INVALID_REQUEST, NO_LOCK_MESSAGE, NULL, NULL, false, false                  \
    }

#define NO_MORE "<IsTruncated>false</IsTruncated>"
#define NO_LOCK_MESSAGE "Bucket is missing Object Lock Configuration"

/* Encryption: Amazon S3 has encrypted everything since 2023, and says so. Here nothing is. */
static const struct s3a_aspect of_bucket[] = {
    EMPTY("accelerate", "AccelerateConfiguration", ""),
    MANY("analytics", "ListBucketAnalyticsConfigurationResult"),
    ABSENT("cors", NO_SUCH_CORS, true),
    ABSENT("encryption", NO_ENCRYPTION, true),
    MANY("intelligent-tiering", "ListBucketIntelligentTieringConfigurationsOutput"),
    MANY("inventory", "ListInventoryConfigurationsResult"),
    ABSENT("lifecycle", NO_SUCH_LIFECYCLE, true),
    EMPTY("location", "LocationConstraint", ""),
    EMPTY("logging", "BucketLoggingStatus", ""),
    MANY("metrics", "ListMetricsConfigurationsResult"),
    EMPTY("notification", "NotificationConfiguration", ""),
    ABSENT("object-lock", NO_OBJECT_LOCK, false),
    ABSENT("ownershipControls", NO_OWNERSHIP_CONTROLS, true),
    ABSENT("policy", NO_SUCH_BUCKET_POLICY, true),
    ABSENT("policyStatus", NO_SUCH_BUCKET_POLICY, false),
    ABSENT("publicAccessBlock", NO_SUCH_PUBLIC_ACCESS_BLOCK, true),
    ABSENT("replication", NO_REPLICATION, true),
    EMPTY("requestPayment", "RequestPaymentConfiguration", "<Payer>BucketOwner</Payer>"),
    EMPTY("versioning", "VersioningConfiguration", ""),
    ABSENT("website", NO_SUCH_WEBSITE, true),
};

static const struct s3a_aspect of_object[] = {
    NO_LOCK("legal-hold"),
    NO_LOCK("retention"),
};

static const struct s3a_aspect *find(const struct s3a_aspect *aspects, size_t count,
                                     struct s3a_str name)
{
    for (size_t i = 0; i < count; i++) {
        if (s3a_str_is(name, aspects[i].name)) {
            return &aspects[i];
        }
    }
    return NULL;
}

const struct s3a_aspect *s3a_aspect_of_bucket(struct s3a_str name)
{
    return find(of_bucket, sizeof(of_bucket) / sizeof(of_bucket[0]), name);
}

const struct s3a_aspect *s3a_aspect_of_object(struct s3a_str name)
{
    return find(of_object, sizeof(of_object) / sizeof(of_object[0]), name);
}
