/* SPDX-License-Identifier: MIT */
#include "table.h"

#include <stdlib.h>
#include <string.h>

#include "test.h"
#include "fail_malloc.h"

static const char *const titles[] = {"STATE", "LOCK", "TOKEN"};

static void assert_printed(const struct s3a_table *table, bool colours, const char *expected)
{
    char *text;
    size_t size;
    FILE *out = open_memstream(&text, &size);

    assert_non_null(out);
    s3a_table_print(table, out, colours);
    fclose(out);
    assert_string_equal(text, expected);
    free(text);
}

static void columns_are_aligned_by_characters(void **state)
{
    struct s3a_table table;

    (void)state;
    s3a_table_init(&table, titles, 3);
    assert_true(s3a_table_add(&table, (const char *[]){"held", "Grüße", "7"}, S3A_TINT_GOOD));
    assert_true(s3a_table_add(&table, (const char *[]){"free", "a", ""}, S3A_TINT_FAINT));
    assert_printed(&table, false,
                   "STATE  LOCK   TOKEN\n"
                   "held   Grüße  7\n"
                   "free   a      -\n");
    s3a_table_fini(&table);
}

static void colours_do_not_count_as_columns(void **state)
{
    struct s3a_table table;

    (void)state;
    s3a_table_init(&table, titles, 3);
    assert_true(s3a_table_add(&table, (const char *[]){"x", "a", "1"}, S3A_TINT_BAD));
    assert_printed(&table, true,
                   "STATE  LOCK  TOKEN\n"
                   "\033[31mx\033[0m      a     1\n");
    s3a_table_fini(&table);
}

static void cells_are_cleaned(void **state)
{
    struct s3a_table table;

    (void)state;
    s3a_table_init(&table, titles, 3);
    assert_true(s3a_table_add(&table, (const char *[]){"a", "\033[2J", "b\nc"}, S3A_TINT_NONE));
    assert_printed(&table, false,
                   "STATE  LOCK  TOKEN\n"
                   "a      ?[2J  b?c\n");
    s3a_table_fini(&table);
}

static void it_grows(void **state)
{
    struct s3a_table table;

    (void)state;
    s3a_table_init(&table, titles, 3);
    for (int i = 0; i < 1000; i++) {
        assert_true(s3a_table_add(&table, titles, S3A_TINT_NONE));
    }
    assert_int_equal(table.rows, 1001);
    assert_string_equal(table.cells[1000 * 3 + 2], "TOKEN");
    s3a_table_fini(&table);
}

static void fill(void *arg)
{
    struct s3a_table table;
    bool complete = true;

    (void)arg;
    s3a_table_init(&table, titles, 3);
    for (int i = 0; i < 70; i++) {
        complete = s3a_table_add(&table, titles, S3A_TINT_NONE) && complete;
    }
    assert_int_equal(table.failed, !complete);
    assert_int_equal(complete, table.rows == 71);
    s3a_table_fini(&table);
}

static void without_memory_it_says_so_and_leaks_nothing(void **state)
{
    (void)state;
    fail_malloc_sweep(fill, NULL);
}

static void no_colours_but_on_a_terminal(void **state)
{
    FILE *file = tmpfile();

    (void)state;
    assert_non_null(file);
    assert_false(s3a_table_wants_colours(file));
    fclose(file);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(columns_are_aligned_by_characters),
        cmocka_unit_test(colours_do_not_count_as_columns),
        cmocka_unit_test(cells_are_cleaned),
        cmocka_unit_test(it_grows),
        cmocka_unit_test(without_memory_it_says_so_and_leaks_nothing),
        cmocka_unit_test(no_colours_but_on_a_terminal),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
