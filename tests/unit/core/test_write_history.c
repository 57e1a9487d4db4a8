/* SPDX-License-Identifier: MIT */
#include "test.h"

#include <stdio.h>

#include "write_history.h"

#define FIRST "00112233445566778899aabbccddeeff"
#define SECOND "ffeeddccbbaa99887766554433221100"
#define THIRD "0123456789abcdef0123456789abcdef"

static const struct s3a_history nothing;

static void a_write_stands_before_those_that_it_is_built_on(void **state)
{
    struct s3a_history first;
    struct s3a_history second;
    struct s3a_history third;

    (void)state;
    s3a_history_make(FIRST, &nothing, &first);
    assert_string_equal(first.text, FIRST);
    s3a_history_make(SECOND, &first, &second);
    assert_string_equal(second.text, SECOND ",0011223344556677");
    s3a_history_make(THIRD, &second, &third);
    assert_string_equal(third.text, THIRD ",ffeeddccbbaa9988,0011223344556677");
}

static void tells_whose_it_is_and_what_came_before(void **state)
{
    const char *history = THIRD ",ffeeddccbbaa9988,0011223344556677";

    (void)state;
    assert_true(s3a_history_is_of(history, THIRD));
    assert_false(s3a_history_is_of(history, SECOND));
    assert_false(s3a_history_is_of(history, ""));
    assert_true(s3a_history_is_of("", ""));
    assert_false(s3a_history_is_of("", THIRD));
    assert_true(s3a_history_goes_back_to(history, SECOND));
    assert_true(s3a_history_goes_back_to(history, FIRST));
    assert_false(s3a_history_goes_back_to(history, THIRD));
    assert_false(s3a_history_goes_back_to(history, ""));
    assert_false(s3a_history_goes_back_to(THIRD, FIRST));
    assert_false(s3a_history_goes_back_to("", FIRST));
}

static void make_id(unsigned number, char ret_id[S3A_WRITE_ID_SIZE + 1])
{
    snprintf(ret_id, S3A_WRITE_ID_SIZE + 1, "%016x%016x", number, 0);
}

static void goes_back_as_far_as_there_is_room(void **state)
{
    const unsigned parents = (S3A_HISTORY_SIZE_MAX - S3A_WRITE_ID_SIZE) / 17;
    struct s3a_history history = nothing;
    char id[S3A_WRITE_ID_SIZE + 1];

    (void)state;
    for (unsigned i = 1; i <= 200; i++) {
        const struct s3a_history before = history;
        make_id(i, id);
        s3a_history_make(id, &before, &history);
        assert_true(strlen(history.text) <= S3A_HISTORY_SIZE_MAX);
    }
    for (unsigned i = 1; i < 200; i++) {
        make_id(i, id);
        assert_int_equal(s3a_history_goes_back_to(history.text, id), i >= 200 - parents);
    }
    assert_int_equal(parents, 58);
}

static void reads_what_is_a_history_and_no_more(void **state)
{
    static const struct {
        const char *text;
        const char *read;
    } table[] = {
        {"", ""},
        {FIRST, FIRST},
        {FIRST ",ffeeddccbbaa9988", FIRST ",ffeeddccbbaa9988"},
        {FIRST ",ffeeddccbbaa9988,", FIRST ",ffeeddccbbaa9988"},
        {FIRST ",ffeeddccbbaa998", FIRST},
        {FIRST ",ffeeddccbbaa9988a", FIRST},
        {FIRST ",FFEEDDCCBBAA9988", FIRST},
        {FIRST ", ffeeddccbbaa9988", FIRST},
        {FIRST ";ffeeddccbbaa9988", ""},
        {FIRST ",,ffeeddccbbaa9988", FIRST},
        {FIRST "0", ""},
        {"00112233445566778899aabbccddeef", ""},
        {"00112233445566778899AABBCCDDEEFF", ""},
        {"ours", ""},
        {",ffeeddccbbaa9988", ""},
    };

    (void)state;
    for (size_t i = 0; i < sizeof(table) / sizeof(table[0]); i++) {
        struct s3a_history history = {"not overwritten"};
        s3a_history_read(s3a_str_of(table[i].text), &history);
        assert_string_equal(history.text, table[i].read);
    }
}

static void what_is_too_long_is_cut(void **state)
{
    char text[2 * S3A_HISTORY_SIZE_MAX];
    struct s3a_history history;
    size_t size = S3A_WRITE_ID_SIZE;

    (void)state;
    memcpy(text, FIRST, size);
    while (size + 17 <= sizeof(text)) {
        memcpy(text + size, ",ffeeddccbbaa9988", 17);
        size += 17;
    }
    s3a_history_read(s3a_str_make(text, size), &history);
    assert_int_equal(strlen(history.text), S3A_WRITE_ID_SIZE + 58 * 17);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_write_stands_before_those_that_it_is_built_on),
        cmocka_unit_test(tells_whose_it_is_and_what_came_before),
        cmocka_unit_test(goes_back_as_far_as_there_is_room),
        cmocka_unit_test(reads_what_is_a_history_and_no_more),
        cmocka_unit_test(what_is_too_long_is_cut),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
