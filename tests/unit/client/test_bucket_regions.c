/* SPDX-License-Identifier: MIT */
#include "test.h"

#include <stdio.h>

#include "bucket_regions.h"
#include "fail_malloc.h"

static void what_was_kept_is_found(void **state)
{
    struct s3a_bucket_regions regions = {0};

    (void)state;
    assert_null(s3a_bucket_regions_find(&regions, S3A_STR("one")).data);
    s3a_bucket_regions_keep(&regions, S3A_STR("one"), S3A_STR("eu-west-1"));
    s3a_bucket_regions_keep(&regions, S3A_STR("two"), S3A_STR("eu-west-2"));
    s3a_bucket_regions_keep(&regions, S3A_STR("one"), S3A_STR("ap-1"));
    assert_str(s3a_bucket_regions_find(&regions, S3A_STR("one")), "ap-1");
    assert_str(s3a_bucket_regions_find(&regions, S3A_STR("two")), "eu-west-2");
    assert_null(s3a_bucket_regions_find(&regions, S3A_STR("on")).data);
    assert_int_equal(regions.count, 2);
    s3a_bucket_regions_fini(&regions);
}

static void what_is_no_region_is_not_kept(void **state)
{
    struct s3a_bucket_regions regions = {0};

    (void)state;
    s3a_bucket_regions_keep(&regions, S3A_STR("one"), S3A_STR("evil.example.com/"));
    s3a_bucket_regions_keep(&regions, S3A_STR("one"), S3A_STR(""));
    s3a_bucket_regions_keep(
        &regions, S3A_STR("a-name-that-is-longer-than-any-bucket-can-ever-be-called-by-anybody"),
        S3A_STR("eu-west-1"));
    assert_int_equal(regions.count, 0);
    s3a_bucket_regions_fini(&regions);
}

static void the_oldest_make_room(void **state)
{
    struct s3a_bucket_regions regions = {0};
    char name[16];

    (void)state;
    for (int i = 0; i < 2 * S3A_BUCKET_REGIONS_MAX + 1; i++) {
        snprintf(name, sizeof(name), "bucket-%d", i);
        s3a_bucket_regions_keep(&regions, s3a_str_of(name), S3A_STR("eu-west-1"));
        assert_str(s3a_bucket_regions_find(&regions, s3a_str_of(name)), "eu-west-1");
    }
    assert_int_equal(regions.count, S3A_BUCKET_REGIONS_MAX);
    assert_null(s3a_bucket_regions_find(&regions, S3A_STR("bucket-0")).data);
    assert_null(s3a_bucket_regions_find(&regions, s3a_str_of("bucket-64")).data);
    assert_str(s3a_bucket_regions_find(&regions, S3A_STR("bucket-65")), "eu-west-1");
    s3a_bucket_regions_fini(&regions);
}

static void without_memory_nothing_is_kept(void **state)
{
    struct s3a_bucket_regions regions = {0};

    (void)state;
    fail_malloc_at(1);
    s3a_bucket_regions_keep(&regions, S3A_STR("one"), S3A_STR("eu-west-1"));
    assert_true(fail_malloc_happened());
    assert_null(s3a_bucket_regions_find(&regions, S3A_STR("one")).data);
    s3a_bucket_regions_keep(&regions, S3A_STR("one"), S3A_STR("eu-west-1"));
    assert_str(s3a_bucket_regions_find(&regions, S3A_STR("one")), "eu-west-1");
    s3a_bucket_regions_fini(&regions);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(what_was_kept_is_found),
        cmocka_unit_test(what_is_no_region_is_not_kept),
        cmocka_unit_test(the_oldest_make_room),
        cmocka_unit_test(without_memory_nothing_is_kept),
    };
    return cmocka_run_group_tests_name("bucket_regions", tests, NULL, NULL);
}
