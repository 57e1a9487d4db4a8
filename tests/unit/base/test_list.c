/* SPDX-License-Identifier: MIT */
#include "test.h"

#include "list.h"

struct member {
    int number;
    struct s3a_list link;
};

static int pop_number(struct s3a_list *list)
{
    struct s3a_list *link = s3a_list_pop(list);
    return link ? s3a_list_entry(link, struct member, link)->number : -1;
}

static void first_in_first_out(void **state)
{
    (void)state;
    struct s3a_list list;
    struct member one = {.number = 1}, two = {.number = 2};

    s3a_list_init(&list);
    assert_true(s3a_list_is_empty(&list));
    s3a_list_append(&list, &one.link);
    s3a_list_append(&list, &two.link);
    assert_int_equal(pop_number(&list), 1);
    assert_int_equal(pop_number(&list), 2);
    assert_int_equal(pop_number(&list), -1);
}

static void a_member_leaves_from_the_middle_and_may_leave_twice(void **state)
{
    (void)state;
    struct s3a_list list;
    struct member one = {.number = 1}, two = {.number = 2}, three = {.number = 3};

    s3a_list_init(&list);
    s3a_list_append(&list, &one.link);
    s3a_list_append(&list, &two.link);
    s3a_list_append(&list, &three.link);
    s3a_list_remove(&two.link);
    s3a_list_remove(&two.link);
    assert_int_equal(pop_number(&list), 1);
    assert_int_equal(pop_number(&list), 3);
    assert_true(s3a_list_is_empty(&list));
}

static void a_whole_list_moves_behind_another(void **state)
{
    (void)state;
    struct s3a_list to, from;
    struct member one = {.number = 1}, two = {.number = 2}, three = {.number = 3};

    s3a_list_init(&to);
    s3a_list_init(&from);
    s3a_list_move(&to, &from);
    assert_true(s3a_list_is_empty(&to));
    s3a_list_append(&to, &one.link);
    s3a_list_append(&from, &two.link);
    s3a_list_append(&from, &three.link);
    s3a_list_move(&to, &from);
    assert_true(s3a_list_is_empty(&from));
    assert_int_equal(pop_number(&to), 1);
    assert_int_equal(pop_number(&to), 2);
    assert_int_equal(pop_number(&to), 3);
    assert_int_equal(pop_number(&to), -1);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(first_in_first_out),
        cmocka_unit_test(a_member_leaves_from_the_middle_and_may_leave_twice),
        cmocka_unit_test(a_whole_list_moves_behind_another),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
