/* SPDX-License-Identifier: MIT */
#include "test.h"

#include <string.h>

#include "random.h"

static void fills_every_byte_and_never_twice_alike(void **state)
{
    (void)state;
    uint8_t seen[1000] = {0};
    uint8_t first[1000], bytes[1000];

    s3a_random_bytes(first, sizeof(first));
    for (int round = 0; round < 20; round++) {
        s3a_random_bytes(bytes, sizeof(bytes));
        assert_memory_not_equal(first, bytes, sizeof(bytes));
        for (size_t i = 0; i < sizeof(bytes); i++) {
            seen[i] |= bytes[i];
        }
    }
    /* A byte that stays 0 in 20 rounds has a chance of 2^-160. */
    assert_null(memchr(seen, 0, sizeof(seen)));
}

static void numbers_differ(void **state)
{
    (void)state;
    assert_true(s3a_random_uint64() != s3a_random_uint64());
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(fills_every_byte_and_never_twice_alike),
        cmocka_unit_test(numbers_differ),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
