/* SPDX-License-Identifier: MIT */
#include "test.h"

#include <string.h>

#include "lock_options.h"

static void assert_refused(const struct s3a_lock_options *options, const char *message)
{
    struct s3a_lock_terms terms;
    struct s3a_error error;

    assert_int_equal(s3a_lock_options_check(options, &terms, &error), S3A_INVALID);
    assert_string_equal(error.message, message);
}

static struct s3a_lock_terms accepted(const struct s3a_lock_options *options)
{
    struct s3a_lock_terms terms;
    struct s3a_error error;

    assert_int_equal(s3a_lock_options_check(options, &terms, &error), S3A_OK);
    return terms;
}

static void all_zero_means_the_defaults(void **state)
{
    (void)state;
    struct s3a_lock_terms terms = accepted(NULL);

    assert_int_equal(terms.heartbeat_ms, 10000);
    assert_int_equal(terms.lease_ms, 30000);
    assert_int_equal(terms.max_hold_ms, 0);
    assert_int_equal(terms.warn_ms, 10000);
    assert_int_equal(terms.grace_ms, 2000);
    assert_int_equal(terms.poll_min_ms, 100);
    assert_int_equal(terms.poll_max_ms, 2000);
    assert_int_equal(terms.wait_ms, 0);
    terms = accepted(&(struct s3a_lock_options){0});
    assert_int_equal(terms.lease_ms, 30000);
}

static void a_maximum_shortens_the_lease_but_not_below_two_heartbeats(void **state)
{
    (void)state;
    assert_int_equal(accepted(&(struct s3a_lock_options){.max_hold_ms = 25000}).lease_ms, 25000);
    assert_int_equal(accepted(&(struct s3a_lock_options){.max_hold_ms = 20000}).lease_ms, 20000);
    assert_int_equal(accepted(&(struct s3a_lock_options){.max_hold_ms = 19999}).lease_ms, 30000);
    assert_int_equal(accepted(&(struct s3a_lock_options){.max_hold_ms = 60000}).lease_ms, 30000);
}

static void polls_fit_each_other_when_one_is_given(void **state)
{
    (void)state;
    struct s3a_lock_terms terms = accepted(&(struct s3a_lock_options){.poll_max_ms = 20});

    assert_int_equal(terms.poll_min_ms, 20);
    terms = accepted(&(struct s3a_lock_options){.poll_min_ms = 5000});
    assert_int_equal(terms.poll_max_ms, 5000);
}

static void what_is_out_of_range_is_named(void **state)
{
    (void)state;
    char long_text[300];

    assert_refused(&(struct s3a_lock_options){.heartbeat_ms = 99},
                   "heartbeat_ms: 99, must be 100 to 86400000");
    assert_refused(&(struct s3a_lock_options){.heartbeat_ms = UINT32_MAX},
                   "heartbeat_ms: 4294967295, must be 100 to 86400000");
    assert_refused(&(struct s3a_lock_options){.heartbeat_ms = 1000, .lease_ms = 1999},
                   "a lease lasts for at least two heartbeats: lease_ms: 1999, must be 2000 to "
                   "604800000");
    assert_refused(&(struct s3a_lock_options){.heartbeat_ms = 1000, .max_hold_ms = 999},
                   "max_hold_ms: 999, must be at least heartbeat_ms (1000)");
    assert_refused(&(struct s3a_lock_options){.max_hold_ms = 20000, .min_hold_ms = 20001},
                   "min_hold_ms: 20001, must be at most max_hold_ms (20000)");
    assert_refused(&(struct s3a_lock_options){.min_hold_ms = 604800001},
                   "min_hold_ms: 604800001, must be 0 to 604800000");
    assert_refused(&(struct s3a_lock_options){.warn_ms = 30000},
                   "warn_ms: 30000, must be 1 to 29999");
    assert_refused(&(struct s3a_lock_options){.wait_ms = -2},
                   "wait_ms: -2, must be 0, S3A_WAIT_FOREVER (-1), or more");
    assert_refused(&(struct s3a_lock_options){.poll_min_ms = 10, .poll_max_ms = 9},
                   "poll_min_ms: 10, must be 1 to 9");
    assert_refused(&(struct s3a_lock_options){.grace_ms = 3600001},
                   "grace_ms: 3600001, must be 1 to 3600000");
    memset(long_text, 'x', sizeof(long_text) - 1);
    long_text[257] = '\0';
    assert_refused(&(struct s3a_lock_options){.data = long_text},
                   "data: 257 bytes, must be at most 256");
    long_text[129] = '\0';
    assert_refused(&(struct s3a_lock_options){.label = long_text},
                   "label: 129 bytes, must be at most 128");
    assert_refused(&(struct s3a_lock_options){.label = "\xff"}, "label: it is not UTF-8");
}

static void names_end_in_lock_once(void **state)
{
    (void)state;
    char key[1025];
    char longest[1025];
    struct s3a_error error;

    assert_int_equal(s3a_lock_key_make("jobs/nightly", key, sizeof(key), &error), S3A_OK);
    assert_string_equal(key, "jobs/nightly.lock");
    assert_int_equal(s3a_lock_key_make("jobs/nightly.lock", key, sizeof(key), &error), S3A_OK);
    assert_string_equal(key, "jobs/nightly.lock");
    memset(longest, 'x', sizeof(longest));
    longest[1019] = '\0';
    assert_int_equal(s3a_lock_key_make(longest, key, sizeof(key), &error), S3A_OK);
    longest[1019] = 'x';
    longest[1020] = '\0';
    assert_int_equal(s3a_lock_key_make(longest, key, sizeof(key), &error), S3A_INVALID);
    assert_string_equal(error.message, "name: 1025 bytes with \".lock\", must be at most 1024");
    assert_int_equal(s3a_lock_key_make("", key, sizeof(key), &error), S3A_INVALID);
    assert_string_equal(error.message, "name: it is empty");
    assert_int_equal(s3a_lock_key_make(NULL, key, sizeof(key), &error), S3A_INVALID);
    assert_string_equal(error.message, "name: it is NULL");
    assert_int_equal(s3a_lock_key_make("a\xff", key, sizeof(key), &error), S3A_INVALID);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(all_zero_means_the_defaults),
        cmocka_unit_test(a_maximum_shortens_the_lease_but_not_below_two_heartbeats),
        cmocka_unit_test(polls_fit_each_other_when_one_is_given),
        cmocka_unit_test(what_is_out_of_range_is_named),
        cmocka_unit_test(names_end_in_lock_once),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
