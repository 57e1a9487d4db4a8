/* SPDX-License-Identifier: MIT */
#include "test.h"

#include <stdlib.h>
#include <string.h>

#include "client_options.h"
#include "purse.h"

static const struct s3a_client_options keys = {
    .endpoint = "http://127.0.0.1", .access_key = "AK", .secret_key = "SK"};

static enum s3a_status take(const struct s3a_client_options *options,
                            struct s3a_retry_terms *ret_terms, struct s3a_error *error)
{
    struct s3a_client_settings settings;
    enum s3a_status status = s3a_client_settings_init(&settings, options, error);

    *ret_terms = settings.retries;
    if (status == S3A_OK) {
        s3a_client_settings_fini(&settings);
    }
    return status;
}

static void assert_terms(const struct s3a_client_options *options, uint32_t attempts_max,
                         bool is_classic)
{
    struct s3a_retry_terms terms;
    struct s3a_error error;

    if (take(options, &terms, &error) != S3A_OK) {
        fail_msg("%s", error.message);
    }
    assert_int_equal(terms.attempts_max, attempts_max);
    assert_int_equal(terms.is_classic, is_classic);
}

static void assert_refused(const char *message)
{
    struct s3a_retry_terms terms;
    struct s3a_error error;

    assert_int_equal(take(&keys, &terms, &error), S3A_INVALID);
    if (!strstr(error.message, message)) {
        fail_msg("%s", error.message);
    }
}

static void the_nearest_word_counts(void **state)
{
    struct s3a_client_options given = keys;

    purse_write(*state, ".aws/config", "[default]\nmax_attempts = 7\nretry_mode = adaptive\n");
    assert_terms(&keys, 7, false);
    setenv("AWS_MAX_ATTEMPTS", "5", 1);
    setenv("AWS_RETRY_MODE", "Standard", 1);
    assert_terms(&keys, 5, false);
    given.attempts_max = 1;
    assert_terms(&given, 1, false);
}

static void nothing_said_is_three(void **state)
{
    (void)state;
    assert_terms(&keys, 3, false);
    setenv("AWS_NEW_RETRIES_2026", "false", 1);
    assert_terms(&keys, 3, true);
    setenv("AWS_NEW_RETRIES_2026", "true", 1);
    setenv("AWS_RETRY_MODE", "legacy", 1);
    assert_terms(&keys, 3, false);
}

static void a_directory_is_asked_once(void **state)
{
    (void)state;
    setenv("AWS_MAX_ATTEMPTS", "5", 1);
    assert_terms(&(struct s3a_client_options){.endpoint = "file:///nowhere"}, 1, false);
}

static void what_is_wrong_is_named(void **state)
{
    setenv("AWS_MAX_ATTEMPTS", "0", 1);
    assert_refused("AWS_MAX_ATTEMPTS: \"0\", must be 1 to 100");
    setenv("AWS_MAX_ATTEMPTS", "many", 1);
    assert_refused("AWS_MAX_ATTEMPTS: \"many\"");
    unsetenv("AWS_MAX_ATTEMPTS");
    setenv("AWS_RETRY_MODE", "stubborn", 1);
    assert_refused("AWS_RETRY_MODE: \"stubborn\", must be standard");
    unsetenv("AWS_RETRY_MODE");
    purse_write(*state, ".aws/config", "[default]\nmax_attempts = -1\n");
    assert_refused("max_attempts: \"-1\"");
    purse_write(*state, ".aws/config", "[default]\nretry_mode = none\n");
    assert_refused("retry_mode: \"none\"");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        PURSE_TEST(the_nearest_word_counts),
        PURSE_TEST(nothing_said_is_three),
        PURSE_TEST(a_directory_is_asked_once),
        PURSE_TEST(what_is_wrong_is_named),
    };
    return cmocka_run_group_tests_name("retry_options", tests, NULL, NULL);
}
