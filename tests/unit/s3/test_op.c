/* SPDX-License-Identifier: MIT */
#include "test.h"

#include <string.h>

#include "op.h"

static void finds_headers_by_name(void **state)
{
    (void)state;
    struct s3a_headers headers = {0};

    assert_true(s3a_headers_add(&headers, S3A_STR("content-type"), S3A_STR("text/plain")));
    assert_true(s3a_headers_add(&headers, S3A_STR("x-amz-meta-a"), S3A_STR("")));
    assert_str(s3a_headers_find(&headers, "content-type"), "text/plain");
    assert_non_null(s3a_headers_find(&headers, "x-amz-meta-a").data);
    assert_null(s3a_headers_find(&headers, "expires").data);
}

static void headers_have_a_limit(void **state)
{
    (void)state;
    struct s3a_headers headers = {0};

    for (int i = 0; i < S3A_STORED_HEADERS_MAX; i++) {
        assert_true(s3a_headers_add(&headers, S3A_STR("x-amz-meta-a"), S3A_STR("b")));
    }
    assert_false(s3a_headers_add(&headers, S3A_STR("x-amz-meta-a"), S3A_STR("b")));
    assert_int_equal(headers.count, S3A_STORED_HEADERS_MAX);
}

static void knows_which_headers_an_object_keeps(void **state)
{
    (void)state;
    const char *kept[] = {"content-type",     "content-encoding", "content-disposition",
                          "content-language", "cache-control",    "expires",
                          "x-amz-meta-a",     "x-amz-meta-"};
    const char *passing[] = {"",     "etag",       "content-length", "content-md5",
                             "host", "x-amz-meta", "x-amz-date",     "content-types"};

    for (size_t i = 0; i < sizeof(kept) / sizeof(kept[0]); i++) {
        assert_true(s3a_header_is_stored(s3a_str_of(kept[i])));
    }
    for (size_t i = 0; i < sizeof(passing) / sizeof(passing[0]); i++) {
        assert_false(s3a_header_is_stored(s3a_str_of(passing[i])));
    }
    assert_true(s3a_header_is_metadata(S3A_STR("x-amz-meta-a")));
    assert_false(s3a_header_is_metadata(S3A_STR("content-type")));
}

static void resolves_ranges_as_http_does(void **state)
{
    (void)state;
    static const struct {
        struct s3a_range range;
        uint64_t object_size;
        bool possible;
        uint64_t offset, size;
    } table[] = {
        {{S3A_RANGE_NONE, 0, 0}, 10, true, 0, 10},
        {{S3A_RANGE_NONE, 0, 0}, 0, true, 0, 0},
        {{S3A_RANGE_FROM_TO, 0, 0}, 10, true, 0, 1},
        {{S3A_RANGE_FROM_TO, 2, 4}, 10, true, 2, 3},
        {{S3A_RANGE_FROM_TO, 9, 9}, 10, true, 9, 1},
        {{S3A_RANGE_FROM_TO, 9, 99}, 10, true, 9, 1},
        {{S3A_RANGE_FROM_TO, 0, UINT64_MAX}, 10, true, 0, 10},
        {{S3A_RANGE_FROM_TO, 10, 11}, 10, false, 0, 0},
        {{S3A_RANGE_FROM_TO, 4, 2}, 10, false, 0, 0},
        {{S3A_RANGE_FROM_TO, 0, 0}, 0, false, 0, 0},
        {{S3A_RANGE_FROM, 0, 0}, 10, true, 0, 10},
        {{S3A_RANGE_FROM, 9, 0}, 10, true, 9, 1},
        {{S3A_RANGE_FROM, 10, 0}, 10, false, 0, 0},
        {{S3A_RANGE_FROM, UINT64_MAX, 0}, 10, false, 0, 0},
        {{S3A_RANGE_FROM, 0, 0}, 0, false, 0, 0},
        {{S3A_RANGE_SUFFIX, 3, 0}, 10, true, 7, 3},
        {{S3A_RANGE_SUFFIX, 10, 0}, 10, true, 0, 10},
        {{S3A_RANGE_SUFFIX, UINT64_MAX, 0}, 10, true, 0, 10},
        {{S3A_RANGE_SUFFIX, 0, 0}, 10, false, 0, 0},
        {{S3A_RANGE_SUFFIX, 5, 0}, 0, false, 0, 0},
        {{S3A_RANGE_FROM_TO, 0, UINT64_MAX}, UINT64_MAX, true, 0, UINT64_MAX},
    };

    for (size_t i = 0; i < sizeof(table) / sizeof(table[0]); i++) {
        uint64_t offset = 77;
        uint64_t size = 77;
        assert_int_equal(s3a_range_resolve(&table[i].range, table[i].object_size, &offset, &size),
                         table[i].possible);
        assert_true(offset == table[i].offset);
        assert_true(size == table[i].size);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(finds_headers_by_name),
        cmocka_unit_test(headers_have_a_limit),
        cmocka_unit_test(knows_which_headers_an_object_keeps),
        cmocka_unit_test(resolves_ranges_as_http_does),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
