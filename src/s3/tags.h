/* SPDX-License-Identifier: MIT */
#ifndef S3A_TAGS_H
#define S3A_TAGS_H

/*
 * Tags of objects and buckets. A store keeps them as the query of a URL, in the order in which they
 * were given: "colour=green&size=". Source: "Categorizing your objects using tags", Amazon S3 User
 * Guide.
 */

#include "code.h"
#include "buf.h"
#include "pool.h"

#define S3A_TAGS_OF_OBJECT_MAX 10
#define S3A_TAGS_OF_BUCKET_MAX 50
#define S3A_TAG_KEY_MAX 128   /* characters */
#define S3A_TAG_VALUE_MAX 256 /* characters */
/* All of a bucket's, each byte of each character of four encoded. */
#define S3A_TAGS_SIZE_MAX (S3A_TAGS_OF_BUCKET_MAX * (S3A_TAG_KEY_MAX + S3A_TAG_VALUE_MAX + 1) * 12)

/* A set of tags as it is gathered. */
struct s3a_tags {
    struct s3a_buf text; /* the stored form */
    size_t count;
    size_t count_max;
    const char *message; /* what is wrong with the last one */
};

/* count_max is one of the two above. Call fini in any case. */
void s3a_tags_init(struct s3a_tags *tags, size_t count_max);
void s3a_tags_fini(struct s3a_tags *tags);

/* S3A_CODE_NONE; INVALID_TAG for a key or value that none can have and for a key that is there;
 * BAD_REQUEST for one too many; INTERNAL_ERROR. */
enum s3a_code s3a_tags_add(struct s3a_tags *tags, struct s3a_str key, struct s3a_str value);

/* x-amz-tagging: the query of a URL, in any encoding. Also INVALID_ARGUMENT: it is none. */
enum s3a_code s3a_tags_add_query(struct s3a_tags *tags, struct s3a_pool *pool,
                                 struct s3a_str query);

/* How many there are in the stored form. */
size_t s3a_tags_count(struct s3a_str stored);

#endif
