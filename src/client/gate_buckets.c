/* SPDX-License-Identifier: MIT */
#include "gate_buckets.h"

#include <stdlib.h>
#include <string.h>

#include "check.h"

static struct s3a_gate_bucket *bucket_of(struct s3a_list *link)
{
    return s3a_list_entry(link, struct s3a_gate_bucket, link);
}

void s3a_gate_buckets_init(struct s3a_gate_buckets *buckets)
{
    s3a_list_init(&buckets->list);
    buckets->count = 0;
}

static void forget(struct s3a_gate_buckets *buckets, struct s3a_gate_bucket *bucket)
{
    s3a_list_remove(&bucket->link);
    buckets->count--;
    free(bucket);
}

void s3a_gate_buckets_fini(struct s3a_gate_buckets *buckets)
{
    while (!s3a_list_is_empty(&buckets->list)) {
        forget(buckets, bucket_of(buckets->list.next));
    }
}

struct s3a_gate_bucket *s3a_gate_buckets_find(const struct s3a_gate_buckets *buckets,
                                              struct s3a_str name)
{
    struct s3a_list *link = buckets->list.next;

    for (; link != &buckets->list; link = link->next) {
        if (s3a_str_is(name, bucket_of(link)->name)) {
            return bucket_of(link);
        }
    }
    return NULL;
}

static void make_room(struct s3a_gate_buckets *buckets)
{
    struct s3a_list *link = buckets->list.prev;

    while (buckets->count >= S3A_GATE_BUCKETS_MAX && link != &buckets->list) {
        struct s3a_list *before = link->prev;
        if (!bucket_of(link)->probe) {
            forget(buckets, bucket_of(link));
        }
        link = before;
    }
}

struct s3a_gate_bucket *s3a_gate_buckets_add(struct s3a_gate_buckets *buckets, struct s3a_str name)
{
    struct s3a_gate_bucket *bucket = s3a_gate_buckets_find(buckets, name);

    if (!bucket) {
        make_room(buckets);
        bucket = calloc(1, sizeof(*bucket));
        if (!bucket) {
            return NULL;
        }
        s3a_check(name.size < sizeof(bucket->name)); /* it was checked with the request */
        memcpy(bucket->name, name.data, name.size);
        s3a_list_init(&bucket->link);
        buckets->count++;
    }
    s3a_list_remove(&bucket->link);
    s3a_list_append(buckets->list.next, &bucket->link);
    return bucket;
}

bool s3a_gate_bucket_knows(const struct s3a_gate_bucket *bucket, const struct s3a_op *op)
{
    return op->kind == S3A_OP_PUT_OBJECT ? bucket->knows_put
                                         : bucket->traits.removal != S3A_CONDUCT_UNKNOWN;
}

bool s3a_gate_bucket_is_safe(const struct s3a_gate_bucket *bucket, const struct s3a_op *op)
{
    const struct s3a_store_traits *traits = &bucket->traits;

    return op->kind == S3A_OP_PUT_OBJECT
               ? traits->create == S3A_CONDUCT_HONOURED && traits->replace == S3A_CONDUCT_HONOURED
               : traits->removal == S3A_CONDUCT_HONOURED;
}
