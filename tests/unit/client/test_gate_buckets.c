/* SPDX-License-Identifier: MIT */
#include "test.h"

#include <stdio.h>

#include "gate_buckets.h"

static struct s3a_gate_bucket *add(struct s3a_gate_buckets *buckets, unsigned number)
{
    char name[32];

    snprintf(name, sizeof(name), "bucket-%u", number);
    struct s3a_gate_bucket *bucket = s3a_gate_buckets_add(buckets, s3a_str_of(name));
    assert_non_null(bucket);
    return bucket;
}

static bool has(const struct s3a_gate_buckets *buckets, unsigned number)
{
    char name[32];

    snprintf(name, sizeof(name), "bucket-%u", number);
    return s3a_gate_buckets_find(buckets, s3a_str_of(name)) != NULL;
}

static void what_is_known_is_found_again(void **state)
{
    struct s3a_gate_buckets buckets;

    (void)state;
    s3a_gate_buckets_init(&buckets);
    assert_false(has(&buckets, 1));
    add(&buckets, 1)->knows_put = true;
    assert_false(add(&buckets, 2)->knows_put);
    assert_true(add(&buckets, 1)->knows_put);
    assert_int_equal(buckets.count, 2);
    s3a_gate_buckets_fini(&buckets);
}

static void the_one_used_longest_ago_is_forgotten_unless_it_is_being_asked_about(void **state)
{
    struct s3a_gate_buckets buckets;
    int somebody;

    (void)state;
    s3a_gate_buckets_init(&buckets);
    add(&buckets, 0)->probe = (struct s3a_gate_probe *)(void *)&somebody;
    for (unsigned i = 1; i < S3A_GATE_BUCKETS_MAX; i++) {
        add(&buckets, i);
    }
    add(&buckets, 1);
    add(&buckets, S3A_GATE_BUCKETS_MAX);
    assert_true(has(&buckets, 0));
    assert_true(has(&buckets, 1));
    assert_false(has(&buckets, 2));
    assert_int_equal(buckets.count, S3A_GATE_BUCKETS_MAX);
    s3a_gate_buckets_fini(&buckets);
}

static void a_store_is_safe_for_put_only_with_both_conditions(void **state)
{
    const struct s3a_op put = {.kind = S3A_OP_PUT_OBJECT};
    const struct s3a_op removal = {.kind = S3A_OP_DELETE_OBJECT};
    struct s3a_gate_bucket bucket = {.knows_put = true};

    (void)state;
    bucket.traits.create = S3A_CONDUCT_HONOURED;
    bucket.traits.replace = S3A_CONDUCT_IGNORED;
    assert_false(s3a_gate_bucket_is_safe(&bucket, &put));
    bucket.traits.replace = S3A_CONDUCT_HONOURED;
    assert_true(s3a_gate_bucket_is_safe(&bucket, &put));
    assert_false(s3a_gate_bucket_knows(&bucket, &removal));
    bucket.traits.removal = S3A_CONDUCT_IGNORED;
    assert_true(s3a_gate_bucket_knows(&bucket, &removal));
    assert_false(s3a_gate_bucket_is_safe(&bucket, &removal));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(what_is_known_is_found_again),
        cmocka_unit_test(the_one_used_longest_ago_is_forgotten_unless_it_is_being_asked_about),
        cmocka_unit_test(a_store_is_safe_for_put_only_with_both_conditions),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
