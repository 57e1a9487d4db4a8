/* SPDX-License-Identifier: MIT */
#include "test.h"

#include <stdalign.h>
#include <stdio.h>
#include <string.h>

#include "fail_malloc.h"
#include "pool.h"

static void keeps_many_small_and_some_large_pieces(void **state)
{
    (void)state;
    struct s3a_pool pool = {0};
    struct s3a_str copies[500];
    char text[32];

    for (int i = 0; i < 500; i++) {
        snprintf(text, sizeof(text), "piece %d", i);
        copies[i] = s3a_pool_copy(&pool, s3a_str_of(text));
        uint64_t *numbers = s3a_pool_alloc(&pool, i % 50 == 0 ? 10000 : 24);
        assert_int_equal((uintptr_t)numbers % alignof(max_align_t), 0);
        assert_int_equal(numbers[0] | numbers[1] | numbers[2], 0);
        memset(numbers, 0xff, 24);
    }
    for (int i = 0; i < 500; i++) {
        snprintf(text, sizeof(text), "piece %d", i);
        assert_string_equal(copies[i].data, text);
        assert_int_equal(copies[i].size, strlen(text));
    }
    s3a_pool_fini(&pool);
}

static void an_empty_copy_is_not_a_failure(void **state)
{
    (void)state;
    struct s3a_pool pool = {0};

    assert_non_null(s3a_pool_copy(&pool, s3a_str_make(NULL, 0)).data);
    s3a_pool_fini(&pool);
}

static void what_is_cut_after_a_clear_needs_no_new_memory(void **state)
{
    (void)state;
    struct s3a_pool pool = {0};

    s3a_pool_clear(&pool);
    for (int i = 0; i < 100; i++) {
        assert_non_null(s3a_pool_copy(&pool, S3A_STR("some kilobytes of this")).data);
    }
    s3a_pool_clear(&pool);
    fail_malloc_at(1);
    assert_string_equal(s3a_pool_copy(&pool, S3A_STR("again")).data, "again");
    assert_false(fail_malloc_happened());
    s3a_pool_fini(&pool);
}

/* One large request must not be paid for by the small ones behind it. */
static void a_large_piece_is_not_kept(void **state)
{
    (void)state;
    struct s3a_pool pool = {0};

    assert_non_null(s3a_pool_alloc(&pool, 100000));
    s3a_pool_clear(&pool);
    assert_null(pool.blocks);
}

static void without_memory_there_is_no_piece(void **state)
{
    (void)state;
    struct s3a_pool pool = {0};

    fail_malloc_at(1);
    assert_null(s3a_pool_alloc(&pool, 8));
    assert_true(fail_malloc_happened());
    fail_malloc_at(1);
    assert_null(s3a_pool_copy(&pool, S3A_STR("x")).data);
    assert_true(fail_malloc_happened());
    assert_null(s3a_pool_alloc(&pool, SIZE_MAX));
    assert_non_null(s3a_pool_alloc(&pool, 8));
    s3a_pool_fini(&pool);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(keeps_many_small_and_some_large_pieces),
        cmocka_unit_test(an_empty_copy_is_not_a_failure),
        cmocka_unit_test(what_is_cut_after_a_clear_needs_no_new_memory),
        cmocka_unit_test(a_large_piece_is_not_kept),
        cmocka_unit_test(without_memory_there_is_no_piece),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
