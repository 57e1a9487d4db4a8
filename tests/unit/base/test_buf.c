/* SPDX-License-Identifier: MIT */
#include "test.h"

#include <stdlib.h>
#include <string.h>

#include "buf.h"
#include "fail_malloc.h"

static void builds_text_of_pieces(void **state)
{
    (void)state;
    struct s3a_buf buf;

    s3a_buf_init(&buf, 1000);
    assert_string_equal(s3a_buf_text(&buf), "");
    s3a_buf_append_text(&buf, "a");
    s3a_buf_append_byte(&buf, '-');
    s3a_buf_append_format(&buf, "%s=%d", "x", 7);
    s3a_buf_append_hex(&buf, "\x01\xfe", 2);
    s3a_buf_append_uint64(&buf, UINT64_MAX);
    assert_int_equal(buf.status, S3A_OK);
    assert_string_equal(s3a_buf_text(&buf), "a-x=701fe18446744073709551615");
    s3a_buf_fini(&buf);
}

static void a_bound_is_reached_but_not_passed_and_the_failure_sticks(void **state)
{
    (void)state;
    struct s3a_buf buf;

    s3a_buf_init(&buf, 4);
    s3a_buf_append_text(&buf, "abcd");
    assert_int_equal(buf.status, S3A_OK);
    s3a_buf_append_byte(&buf, 'e');
    assert_int_equal(buf.status, S3A_TOO_LARGE);
    s3a_buf_append_text(&buf, "");
    assert_int_equal(buf.status, S3A_TOO_LARGE);
    assert_string_equal(s3a_buf_text(&buf), "abcd");

    s3a_buf_clear(&buf);
    s3a_buf_append_text(&buf, "xyz");
    assert_int_equal(buf.status, S3A_OK);
    assert_string_equal(s3a_buf_text(&buf), "xyz");
    s3a_buf_fini(&buf);
}

static void gives_its_bytes_away(void **state)
{
    (void)state;
    struct s3a_buf buf;
    size_t size;

    s3a_buf_init(&buf, 100);
    assert_null(s3a_buf_take(&buf, &size));
    assert_int_equal(size, 0);
    s3a_buf_append_text(&buf, "mine");
    char *mine = s3a_buf_take(&buf, &size);
    assert_string_equal(mine, "mine");
    assert_int_equal(size, 4);
    assert_int_equal(buf.size, 0);
    free(mine);
}

static void grows_while_a_reader_fills_it(void **state)
{
    (void)state;
    struct s3a_buf buf;

    s3a_buf_init(&buf, 100000);
    for (int i = 0; i < 100; i++) {
        char *end = s3a_buf_reserve(&buf, 1000);
        assert_non_null(end);
        memset(end, 'x', 1000);
        s3a_buf_added(&buf, 1000);
    }
    assert_int_equal(buf.size, 100000);
    assert_null(s3a_buf_reserve(&buf, 1));
    s3a_buf_fini(&buf);
}

static void without_memory_it_keeps_what_it_had(void **state)
{
    (void)state;
    struct s3a_buf buf;

    s3a_buf_init(&buf, 1000);
    s3a_buf_append_text(&buf, "kept");
    fail_malloc_at(1);
    s3a_buf_append(&buf, s3a_str_make("0123456789012345678901234567890123456789"
                                      "0123456789012345678901234567890123456789",
                                      80));
    assert_true(fail_malloc_happened());
    assert_int_equal(buf.status, S3A_NO_MEMORY);
    assert_string_equal(s3a_buf_text(&buf), "kept");
    s3a_buf_fini(&buf);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(builds_text_of_pieces),
        cmocka_unit_test(a_bound_is_reached_but_not_passed_and_the_failure_sticks),
        cmocka_unit_test(gives_its_bytes_away),
        cmocka_unit_test(grows_while_a_reader_fills_it),
        cmocka_unit_test(without_memory_it_keeps_what_it_had),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
