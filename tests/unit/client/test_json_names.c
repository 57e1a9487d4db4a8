/* SPDX-License-Identifier: MIT */
#include "test.h"

#include <stdio.h>
#include <string.h>

#include "fail_malloc.h"
#include "json_names.h"

static void names_are_told_by_what_they_say(void **state)
{
    (void)state;
    static const struct {
        const char *names[4];
        int twice; /* -1: none */
    } table[] = {
        {{"a", "b", "c", "d"}, -1},
        {{"a", "b", "c", "a"}, 3},
        {{"b", "a", "a", "b"}, 2},
        {{"a", "\\u0061", "\\u0061b", "ab"}, 1},
        {{"\\/", "/a", "/", "\\u002f"}, 2},
        {{"", "a", "aa", "A"}, -1},
        {{"", "a", "", "a"}, 2},
        {{"\xc3\xa9", "x", "\\u00E9", "y"}, 2},
    };

    for (size_t i = 0; i < sizeof(table) / sizeof(table[0]); i++) {
        char text[64];
        size_t used = 0;
        struct s3a_str views[4];
        struct s3a_json_names names;
        s3a_json_names_init(&names, true);
        for (size_t k = 0; k < 4; k++) {
            size_t size = strlen(table[i].names[k]);
            memcpy(text + used, table[i].names[k], size);
            views[k] = s3a_str_make(text + used, size);
            used += size + 1;
            assert_true(s3a_json_names_add(&names, views[k]));
        }
        struct s3a_str twice = s3a_json_names_twice(&names);
        assert_ptr_equal(twice.data, table[i].twice < 0 ? NULL : views[table[i].twice].data);
        s3a_json_names_fini(&names);
    }
}

static void a_backslash_is_itself_where_nothing_is_escaped(void **state)
{
    (void)state;
    struct s3a_json_names names;

    s3a_json_names_init(&names, false);
    assert_true(s3a_json_names_add(&names, S3A_STR("a")));
    assert_true(s3a_json_names_add(&names, S3A_STR("\\u0061")));
    assert_null(s3a_json_names_twice(&names).data);
    assert_true(s3a_json_names_add(&names, S3A_STR("\\u0061")));
    assert_str(s3a_json_names_twice(&names), "\\u0061");
    s3a_json_names_fini(&names);
}

static void many_names_take_memory_which_may_be_missing(void **state)
{
    (void)state;
    static char text[1000][8];
    struct s3a_json_names names;

    s3a_json_names_init(&names, true);
    for (int i = 0; i < 1000; i++) {
        int size = snprintf(text[i], sizeof(text[i]), "x%d", i == 999 ? 500 : i);
        struct s3a_str name = s3a_str_make(text[i], (size_t)size);
        bool is_full = names.count == names.capacity;
        fail_malloc_at(is_full ? 1 : 0);
        assert_int_equal(s3a_json_names_add(&names, name), !is_full);
        assert_int_equal(fail_malloc_happened(), is_full);
        assert_true(!is_full || s3a_json_names_add(&names, name));
    }
    assert_ptr_equal(s3a_json_names_twice(&names).data, text[999]);
    s3a_json_names_fini(&names);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(names_are_told_by_what_they_say),
        cmocka_unit_test(a_backslash_is_itself_where_nothing_is_escaped),
        cmocka_unit_test(many_names_take_memory_which_may_be_missing),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
