/* SPDX-License-Identifier: MIT */
#include "test.h"

#include <stdio.h>

#include "write_history.h"

#define LANE_A "00112233445566aa"
#define LANE_B "ffeeddccbbaa99bb"
#define LANE_C "0123456789abcdcc"

static const struct s3a_history nothing;

static void make_id(const char *lane, unsigned number, char ret_id[S3A_WRITE_ID_SIZE + 1])
{
    snprintf(ret_id, S3A_WRITE_ID_SIZE + 1, "%s%016x", lane, number);
}

/* One more write over it. */
static void write_over(struct s3a_history *history, const char *lane, unsigned number)
{
    const struct s3a_history before = *history;
    char id[S3A_WRITE_ID_SIZE + 1];

    make_id(lane, number, id);
    s3a_history_make(id, &before, history);
}

static void a_write_stands_before_those_that_it_is_built_on(void **state)
{
    struct s3a_history history = nothing;

    (void)state;
    write_over(&history, LANE_A, 1);
    assert_string_equal(history.text, LANE_A "0000000000000001," LANE_A "-1");
    write_over(&history, LANE_B, 31);
    assert_string_equal(history.text, LANE_B "000000000000001f," LANE_A ".1," LANE_A "-1");
    write_over(&history, LANE_C, 2);
    assert_string_equal(history.text,
                        LANE_C "0000000000000002," LANE_B ".1f," LANE_A ".1," LANE_A "-1");
}

static void of_each_lane_the_last_write_stands_there(void **state)
{
    struct s3a_history history = nothing;

    (void)state;
    write_over(&history, LANE_A, 1);
    write_over(&history, LANE_A, 2);
    assert_string_equal(history.text, LANE_A "0000000000000002," LANE_A "-1");
    write_over(&history, LANE_B, 1);
    write_over(&history, LANE_A, 3);
    write_over(&history, LANE_C, 1);
    assert_string_equal(history.text,
                        LANE_C "0000000000000001," LANE_A ".3," LANE_B ".1," LANE_A "-1");
    write_over(&history, LANE_B, 2);
    assert_string_equal(history.text,
                        LANE_B "0000000000000002," LANE_C ".1," LANE_A ".3," LANE_A "-1");
}

static void tells_whose_it_is_and_what_came_before(void **state)
{
    const char *history = LANE_C "0000000000000010," LANE_B ".1f," LANE_A ".1";

    (void)state;
    assert_true(s3a_history_is_of(history, LANE_C "0000000000000010"));
    assert_false(s3a_history_is_of(history, LANE_B "000000000000001f"));
    assert_false(s3a_history_is_of(history, ""));
    assert_true(s3a_history_is_of("", ""));
    assert_true(s3a_history_is_same(history, LANE_C "0000000000000010"));
    assert_false(s3a_history_is_same(history, LANE_C "0000000000000011," LANE_B ".1f"));
    assert_false(s3a_history_is_same(history, ""));
    assert_true(s3a_history_is_same("", ""));
    assert_true(s3a_history_has(history, LANE_C "0000000000000010"));
    assert_true(s3a_history_has(history, LANE_B "000000000000001f"));
    assert_true(s3a_history_has(history, LANE_A "0000000000000001"));
    assert_false(s3a_history_has(history, LANE_A "0000000000000002"));
    assert_false(s3a_history_has(history, LANE_B "0000000000000001"));
    assert_false(s3a_history_has(history, ""));
    assert_false(s3a_history_has("", LANE_A "0000000000000001"));
}

static void what_two_histories_share_is_the_very_same_write(void **state)
{
    const char *history = LANE_C "0000000000000010," LANE_B ".1f," LANE_A ".1";

    (void)state;
    assert_true(s3a_history_shares(history, LANE_A "0000000000000001"));
    assert_true(s3a_history_shares(LANE_A "0000000000000001", history));
    assert_true(s3a_history_shares(history, LANE_B "0000000000000001," LANE_A ".1"));
    assert_true(s3a_history_shares(history, history));
    assert_false(s3a_history_shares(history, LANE_B "0000000000000001," LANE_A ".2"));
    assert_true(s3a_history_shares(LANE_A "0000000000000007," LANE_B "-1",
                                   LANE_A "0000000000000003," LANE_B "-1"));
    assert_false(s3a_history_shares(LANE_A "0000000000000007," LANE_B "-1",
                                    LANE_A "0000000000000003," LANE_B "-2"));
    assert_false(s3a_history_shares(history, ""));
    assert_false(s3a_history_shares("", history));
    assert_false(s3a_history_shares("", ""));
}

/* However often they write: every writer of the last so many is there. */
static void goes_back_as_far_as_there_is_room(void **state)
{
    struct s3a_history history = nothing;
    char lane[S3A_WRITE_LANE_SIZE + 1];
    char id[S3A_WRITE_ID_SIZE + 1];

    (void)state;
    for (unsigned i = 0; i < 4000; i++) {
        snprintf(lane, sizeof(lane), "%016x", i % 40);
        write_over(&history, lane, 1 + i / 40);
        assert_true(strlen(history.text) <= S3A_HISTORY_SIZE_MAX);
    }
    for (unsigned i = 0; i < 40; i++) {
        snprintf(lane, sizeof(lane), "%016x", i);
        make_id(lane, 100, id);
        assert_true(s3a_history_has(history.text, id));
    }
    for (unsigned i = 100; i < 200; i++) {
        snprintf(lane, sizeof(lane), "%016x", i);
        write_over(&history, lane, 1);
        assert_true(strlen(history.text) <= S3A_HISTORY_SIZE_MAX);
    }
    for (unsigned i = 100; i < 200; i++) {
        snprintf(lane, sizeof(lane), "%016x", i);
        make_id(lane, 1, id);
        assert_int_equal(s3a_history_has(history.text, id), i >= 200 - 53);
    }
}

#define OWN LANE_A "0000000000000001"

static void reads_what_is_a_history_and_no_more(void **state)
{
    static const struct {
        const char *text;
        const char *read;
    } table[] = {
        {"", ""},
        {OWN, OWN},
        {OWN "," LANE_B ".1f", OWN "," LANE_B ".1f"},
        {OWN "," LANE_B ".1f," LANE_C ".ffffffffffffffff",
         OWN "," LANE_B ".1f," LANE_C ".ffffffffffffffff"},
        {OWN "," LANE_B ".1f," LANE_C "-1", OWN "," LANE_B ".1f," LANE_C "-1"},
        {OWN "," LANE_B "+1", OWN},
        {OWN "," LANE_B ".1f,", OWN "," LANE_B ".1f"},
        {OWN "," LANE_B ".", OWN},
        {OWN "," LANE_B "", OWN},
        {OWN "," LANE_B ".01", OWN},
        {OWN "," LANE_B ".1F", OWN},
        {OWN "," LANE_B ".10000000000000000", OWN},
        {OWN "," LANE_B "0.1", OWN},
        {OWN ", " LANE_B ".1", OWN},
        {OWN ";" LANE_B ".1", ""},
        {OWN ",," LANE_B ".1", OWN},
        {OWN "0", ""},
        {LANE_A "000000000000001", ""},
        {"00112233445566778899AABBCCDDEEFF", ""},
        {"ours", ""},
        {"," LANE_B ".1", ""},
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
    static const char parent[] = "," LANE_B ".1";
    const size_t added = sizeof(parent) - 1;
    char text[2 * S3A_HISTORY_SIZE_MAX];
    struct s3a_history history;
    size_t size = S3A_WRITE_ID_SIZE;

    (void)state;
    memcpy(text, OWN, size);
    for (; size + added <= sizeof(text); size += added) {
        memcpy(text + size, parent, added);
    }
    s3a_history_read(s3a_str_make(text, size), &history);
    assert_int_equal(strlen(history.text),
                     S3A_WRITE_ID_SIZE +
                         (S3A_HISTORY_SIZE_MAX - S3A_WRITE_ID_SIZE) / added * added);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_write_stands_before_those_that_it_is_built_on),
        cmocka_unit_test(of_each_lane_the_last_write_stands_there),
        cmocka_unit_test(tells_whose_it_is_and_what_came_before),
        cmocka_unit_test(what_two_histories_share_is_the_very_same_write),
        cmocka_unit_test(goes_back_as_far_as_there_is_room),
        cmocka_unit_test(reads_what_is_a_history_and_no_more),
        cmocka_unit_test(what_is_too_long_is_cut),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
