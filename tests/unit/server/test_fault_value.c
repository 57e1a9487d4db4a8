/* SPDX-License-Identifier: MIT */
#include "test.h"

#include "fault_value.h"

static void reads_rates(void **state)
{
    static const struct {
        const char *text;
        uint32_t millionths;
    } table[] = {{"0%", 0},       {"5%", 50000},   {"100%", 1000000},
                 {"0.25%", 2500}, {"2.5%", 25000}, {"33.3333%", 333333},
                 {"0.0001%", 1},  {"007%", 70000}, {"100.000%", 1000000}};

    (void)state;
    for (size_t i = 0; i < sizeof(table) / sizeof(table[0]); i++) {
        uint32_t millionths = 77;
        assert_true(s3a_fault_value_rate(s3a_str_of(table[i].text), &millionths));
        assert_int_equal(millionths, table[i].millionths);
    }
}

static void refuses_what_is_no_rate(void **state)
{
    static const char *const table[] = {
        "",       "%",    "5",    "5 %",           "-5%",
        "101%",   "1.%",  ".5%",  "0.00001%",      "5%%",
        "100.1%", "5e1%", "0x5%", "1.0000000000%", "99999999999999999999%"};
    uint32_t millionths = 77;

    (void)state;
    for (size_t i = 0; i < sizeof(table) / sizeof(table[0]); i++) {
        assert_false(s3a_fault_value_rate(s3a_str_of(table[i]), &millionths));
        assert_int_equal(millionths, 77);
    }
}

static void reads_times(void **state)
{
    static const struct {
        const char *text;
        uint64_t ms;
    } table[] = {{"0", 0},      {"0ms", 0},     {"20ms", 20},    {"1.5s", 1500},
                 {"0.001s", 1}, {"2m", 120000}, {"1h", 3600000}, {"0.5h", 1800000}};

    (void)state;
    for (size_t i = 0; i < sizeof(table) / sizeof(table[0]); i++) {
        uint64_t ms = 77;
        assert_true(s3a_fault_value_ms(s3a_str_of(table[i].text), 3600000, &ms));
        assert_int_equal(ms, table[i].ms);
    }
}

static void refuses_what_is_no_time(void **state)
{
    static const char *const table[] = {
        "",      "ms",   "20",   "20 ms",   "-1s",
        "1d",    "2h",   "1.s",  ".5s",     "0.0005s",
        "0.5ms", "1sms", "1,5s", "60.001m", "18446744073709551616ms"};
    uint64_t ms = 77;

    (void)state;
    for (size_t i = 0; i < sizeof(table) / sizeof(table[0]); i++) {
        assert_false(s3a_fault_value_ms(s3a_str_of(table[i]), 3600000, &ms));
        assert_int_equal(ms, 77);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(reads_rates),
        cmocka_unit_test(refuses_what_is_no_rate),
        cmocka_unit_test(reads_times),
        cmocka_unit_test(refuses_what_is_no_time),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
