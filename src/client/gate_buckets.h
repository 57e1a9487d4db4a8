/* SPDX-License-Identifier: MIT */
#ifndef S3A_GATE_BUCKETS_H
#define S3A_GATE_BUCKETS_H

/* What is known of the buckets that a client has written to: see store_gate.h. */

#include "list.h"
#include "store_probe.h"

/* How many are known; the one used longest ago is forgotten first. */
#define S3A_GATE_BUCKETS_MAX 1024

struct s3a_gate_probe;

struct s3a_gate_bucket {
    struct s3a_list link;
    struct s3a_gate_probe *probe; /* that has not found out all it asks; NULL: none */
    bool knows_put;
    struct s3a_store_traits traits;
    char name[S3A_BUCKET_SIZE_MAX + 1];
};

struct s3a_gate_buckets {
    struct s3a_list list; /* the last used first */
    size_t count;
};

void s3a_gate_buckets_init(struct s3a_gate_buckets *buckets);
void s3a_gate_buckets_fini(struct s3a_gate_buckets *buckets);

/* NULL: it is not known. */
struct s3a_gate_bucket *s3a_gate_buckets_find(const struct s3a_gate_buckets *buckets,
                                              struct s3a_str name);

/* As the one that was used last, with nothing known where it is new. One that is being asked about
 * is never forgotten. NULL: no memory. */
struct s3a_gate_bucket *s3a_gate_buckets_add(struct s3a_gate_buckets *buckets, struct s3a_str name);

/* Is known what the store makes of the condition of that PUT or DELETE? Does it keep to it? */
bool s3a_gate_bucket_knows(const struct s3a_gate_bucket *bucket, const struct s3a_op *op);
bool s3a_gate_bucket_is_safe(const struct s3a_gate_bucket *bucket, const struct s3a_op *op);

#endif
