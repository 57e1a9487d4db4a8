/* SPDX-License-Identifier: MIT */
#include "test.h"

#include "counts.h"

static void commits_are_told_apart_by_their_size(void **state)
{
    (void)state;
    static const size_t sizes[] = {1, 1, 2, 3, 4, 5, 256, 257, 512};
    static const uint64_t groups[S3A_COUNT_GROUPS] = {2, 1, 2, 1, 0, 0, 0, 0, 1, 2};
    struct s3a_counts counts = {0};

    for (size_t i = 0; i < sizeof(sizes) / sizeof(sizes[0]); i++) {
        s3a_counts_commit(&counts, sizes[i]);
    }
    assert_int_equal(s3a_count_read(&counts.commits), 9);
    assert_int_equal(s3a_count_read(&counts.writes), 1 + 1 + 2 + 3 + 4 + 5 + 256 + 257 + 512);
    for (size_t i = 0; i < S3A_COUNT_GROUPS; i++) {
        assert_int_equal(s3a_count_read(&counts.groups[i]), groups[i]);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(commits_are_told_apart_by_their_size),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
