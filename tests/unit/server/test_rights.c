/* SPDX-License-Identifier: MIT */
#include "test.h"

#include "rights.h"

static const struct s3a_str patterns[] = {S3A_STR_INIT("jobs"), S3A_STR_INIT("ci-*")};
static const struct s3a_rights limited = {.buckets = patterns, .bucket_count = 2};
static const struct s3a_rights reader = {.read_only = true};
static const struct s3a_rights everything = {0};

static void a_name_is_that_bucket_and_a_beginning_is_all_of_them(void **state)
{
    (void)state;
    assert_true(s3a_rights_cover(&limited, S3A_STR("jobs")));
    assert_false(s3a_rights_cover(&limited, S3A_STR("jobs2")));
    assert_false(s3a_rights_cover(&limited, S3A_STR("job")));
    assert_true(s3a_rights_cover(&limited, S3A_STR("ci-main")));
    assert_true(s3a_rights_cover(&limited, S3A_STR("ci-")));
    assert_false(s3a_rights_cover(&limited, S3A_STR("ci")));
    assert_false(s3a_rights_cover(&limited, S3A_STR("my-ci-main")));
    assert_true(s3a_rights_cover(&everything, S3A_STR("any")));
}

/* Of each operation that there is. */
static void whoever_only_reads_changes_nothing(void **state)
{
    (void)state;
    for (int kind = 0; s3a_op_name(kind); kind++) {
        assert_int_equal(s3a_rights_allow(&reader, kind, S3A_STR("jobs")), !s3a_op_is_write(kind));
        assert_true(s3a_rights_allow(&everything, kind, S3A_STR("jobs")));
        assert_true(s3a_rights_allow(&limited, kind, S3A_STR("jobs")));
        assert_int_equal(s3a_rights_allow(&limited, kind, S3A_STR("other")),
                         kind == S3A_OP_LIST_BUCKETS);
    }
}

static void a_pattern_is_a_name_or_the_beginning_of_one(void **state)
{
    (void)state;
    static const char *const good[] = {"abc", "a.b-c", "*", "a*", "-*"};
    static const char *const bad[] = {"", "ab", "a*b", "**", "Upper", "a_b_c", "a/b", "*abc"};

    for (size_t i = 0; i < sizeof(good) / sizeof(good[0]); i++) {
        assert_true(s3a_rights_pattern_is_valid(s3a_str_of(good[i])));
    }
    for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
        assert_false(s3a_rights_pattern_is_valid(s3a_str_of(bad[i])));
    }
}

static void a_copy_stands_by_itself(void **state)
{
    (void)state;
    struct s3a_pool pool = {0};
    struct s3a_rights copy;

    assert_true(s3a_rights_copy(&limited, &pool, &copy));
    assert_int_equal(copy.bucket_count, 2);
    assert_true(copy.buckets[0].data != patterns[0].data);
    assert_true(s3a_rights_cover(&copy, S3A_STR("ci-1")));
    assert_false(s3a_rights_cover(&copy, S3A_STR("other")));
    s3a_pool_fini(&pool);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_name_is_that_bucket_and_a_beginning_is_all_of_them),
        cmocka_unit_test(whoever_only_reads_changes_nothing),
        cmocka_unit_test(a_pattern_is_a_name_or_the_beginning_of_one),
        cmocka_unit_test(a_copy_stands_by_itself),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
