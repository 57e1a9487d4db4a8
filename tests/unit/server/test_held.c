/* SPDX-License-Identifier: MIT */
#include "test.h"

#include "held.h"

/* Exchanges that are released leave their letters here, in their order. */
static char released[16];
static uint64_t now_ms;

static struct s3a_faults faults;
static struct s3a_front front;
static struct s3a_exchange exchanges[8];

uint64_t __wrap_s3a_clock_ms(void);
void __wrap_s3a_exchange_release(struct s3a_exchange *exchange);

uint64_t __wrap_s3a_clock_ms(void)
{
    return now_ms;
}

void __wrap_s3a_exchange_release(struct s3a_exchange *exchange)
{
    size_t length = strlen(released);

    assert_true(s3a_list_is_empty(&exchange->held));
    released[length] = (char)('a' + (exchange - exchanges));
    released[length + 1] = '\0';
}

static int begin(void **state)
{
    (void)state;
    s3a_faults_init(&faults);
    front = (struct s3a_front){.faults = &faults};
    s3a_list_init(&front.held);
    memset(exchanges, 0, sizeof(exchanges));
    now_ms = 1000;
    released[0] = '\0';
    return 0;
}

static int end(void **state)
{
    (void)state;
    s3a_faults_fini(&faults);
    return 0;
}

static void hold(char letter, uint64_t until_ms)
{
    struct s3a_exchange *exchange = &exchanges[letter - 'a'];

    exchange->front = &front;
    exchange->faults.lifts = atomic_load(&faults.lifts);
    s3a_list_init(&exchange->held);
    s3a_held_add(exchange, until_ms);
}

static void release_at(uint64_t ms, const char *letters)
{
    now_ms = ms;
    released[0] = '\0';
    s3a_held_release(&front);
    assert_string_equal(released, letters);
}

static void each_is_released_in_its_time(void **state)
{
    (void)state;
    release_at(1000, "");
    hold('a', 1300);
    hold('b', 1100);
    hold('c', 1200);
    hold('d', 1100);
    hold('e', 1400);
    release_at(1099, "");
    release_at(1100, "bd");
    release_at(1350, "ca");
    release_at(9000, "e");
    release_at(9001, "");
}

static void the_front_waits_for_the_next_one(void **state)
{
    (void)state;
    assert_int_equal(s3a_held_wait_ms(&front, 500), 500);
    hold('a', S3A_HELD_FOR_EVER);
    assert_int_equal(s3a_held_wait_ms(&front, 500), 500);
    hold('b', 1300);
    hold('c', 1200);
    assert_int_equal(s3a_held_wait_ms(&front, 500), 200);
    assert_int_equal(s3a_held_wait_ms(&front, 100), 100);
    now_ms = 1200;
    assert_int_equal(s3a_held_wait_ms(&front, 500), 0);
    now_ms = 1250;
    assert_int_equal(s3a_held_wait_ms(&front, 500), 0);
}

static void what_is_frozen_waits_until_faults_are_lifted(void **state)
{
    (void)state;
    hold('a', S3A_HELD_FOR_EVER);
    hold('b', 5000);
    release_at(4999, "");
    s3a_faults_clear(&faults);
    hold('c', S3A_HELD_FOR_EVER);
    release_at(4999, "a");
    release_at(UINT64_MAX - 1, "b");
    s3a_faults_clear(&faults);
    release_at(UINT64_MAX - 1, "c");
}

static void a_front_that_closes_holds_nobody(void **state)
{
    (void)state;
    hold('a', S3A_HELD_FOR_EVER);
    hold('b', 5000);
    front.is_closing = true;
    assert_int_equal(s3a_held_wait_ms(&front, 500), 0);
    release_at(1000, "ba");
    assert_int_equal(s3a_held_wait_ms(&front, 500), 500);
}

#define HELD_TEST(name) cmocka_unit_test_setup_teardown(name, begin, end)

int main(void)
{
    const struct CMUnitTest tests[] = {
        HELD_TEST(each_is_released_in_its_time),
        HELD_TEST(the_front_waits_for_the_next_one),
        HELD_TEST(what_is_frozen_waits_until_faults_are_lifted),
        HELD_TEST(a_front_that_closes_holds_nobody),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
