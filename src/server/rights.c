/* SPDX-License-Identifier: MIT */
#include "rights.h"

bool s3a_rights_pattern_is_valid(struct s3a_str pattern)
{
    struct s3a_str name = pattern;

    if (s3a_str_ends_with(pattern, "*")) {
        name.size--;
    }
    for (size_t i = 0; i < name.size; i++) {
        char byte = name.data[i];
        if (!((byte >= 'a' && byte <= 'z') || (byte >= '0' && byte <= '9') || byte == '-' ||
              byte == '.')) {
            return false;
        }
    }
    return name.size <= S3A_BUCKET_SIZE_MAX &&
           (name.size < pattern.size || name.size >= S3A_BUCKET_SIZE_MIN);
}

static bool matches(struct s3a_str pattern, struct s3a_str bucket)
{
    if (!s3a_str_ends_with(pattern, "*")) {
        return s3a_str_equal(pattern, bucket);
    }
    size_t size = pattern.size - 1;
    return bucket.size >= size &&
           s3a_str_equal(s3a_str_make(bucket.data, size), s3a_str_make(pattern.data, size));
}

bool s3a_rights_cover(const struct s3a_rights *rights, struct s3a_str bucket)
{
    for (size_t i = 0; i < rights->bucket_count; i++) {
        if (matches(rights->buckets[i], bucket)) {
            return true;
        }
    }
    return rights->bucket_count == 0;
}

bool s3a_rights_allow(const struct s3a_rights *rights, enum s3a_op_kind kind, struct s3a_str bucket)
{
    if (rights->read_only && s3a_op_is_write(kind)) {
        return false;
    }
    return s3a_op_target(kind) == S3A_TARGET_SERVICE || s3a_rights_cover(rights, bucket);
}

bool s3a_rights_copy(const struct s3a_rights *rights, struct s3a_pool *pool,
                     struct s3a_rights *ret_rights)
{
    size_t count = rights->bucket_count;
    struct s3a_str *buckets = s3a_pool_alloc(pool, count * sizeof(buckets[0]));

    *ret_rights = *rights;
    ret_rights->buckets = buckets;
    for (size_t i = 0; buckets && i < count; i++) {
        buckets[i] = s3a_pool_copy(pool, rights->buckets[i]);
        if (!buckets[i].data) {
            return false;
        }
    }
    return buckets != NULL;
}
