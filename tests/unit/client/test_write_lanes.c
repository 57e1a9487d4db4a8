/* SPDX-License-Identifier: MIT */
#include "test.h"

#include "write_lanes.h"

static void assert_same_lane(const char *one, const char *other, bool is_same)
{
    assert_int_equal(memcmp(one, other, S3A_WRITE_LANE_SIZE) == 0, is_same);
    assert_int_not_equal(memcmp(one, other, S3A_WRITE_ID_SIZE), 0);
}

static void writes_one_after_the_other_have_one_lane(void **state)
{
    struct s3a_write_lanes lanes;
    char first[S3A_WRITE_ID_SIZE + 1];
    char second[S3A_WRITE_ID_SIZE + 1];

    (void)state;
    s3a_write_lanes_init(&lanes);
    s3a_write_lane_give(&lanes, s3a_write_lane_take(&lanes, first), true);
    s3a_write_lane_give(&lanes, s3a_write_lane_take(&lanes, second), true);
    assert_string_equal(first + S3A_WRITE_LANE_SIZE, "0000000000000001");
    assert_string_equal(second + S3A_WRITE_LANE_SIZE, "0000000000000002");
    assert_same_lane(first, second, true);
    s3a_write_lanes_fini(&lanes);
}

static void writes_at_once_have_each_their_own(void **state)
{
    struct s3a_write_lanes lanes;
    char ids[S3A_WRITE_LANES_MAX + 3][S3A_WRITE_ID_SIZE + 1];
    int taken[S3A_WRITE_LANES_MAX + 3];

    (void)state;
    s3a_write_lanes_init(&lanes);
    for (int i = 0; i < S3A_WRITE_LANES_MAX + 3; i++) {
        taken[i] = s3a_write_lane_take(&lanes, ids[i]);
        for (int j = 0; j < i; j++) {
            assert_same_lane(ids[i], ids[j], false);
        }
    }
    for (int i = 0; i < S3A_WRITE_LANES_MAX + 3; i++) {
        s3a_write_lane_give(&lanes, taken[i], true);
    }
    s3a_write_lanes_fini(&lanes);
}

static void after_a_write_in_doubt_a_lane_is_not_used_again(void **state)
{
    struct s3a_write_lanes lanes;
    char first[S3A_WRITE_ID_SIZE + 1];
    char second[S3A_WRITE_ID_SIZE + 1];

    (void)state;
    s3a_write_lanes_init(&lanes);
    s3a_write_lane_give(&lanes, s3a_write_lane_take(&lanes, first), false);
    s3a_write_lane_give(&lanes, s3a_write_lane_take(&lanes, second), true);
    assert_same_lane(first, second, false);
    s3a_write_lanes_fini(&lanes);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(writes_one_after_the_other_have_one_lane),
        cmocka_unit_test(writes_at_once_have_each_their_own),
        cmocka_unit_test(after_a_write_in_doubt_a_lane_is_not_used_again),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
