/* SPDX-License-Identifier: MIT */
#include "test.h"

#include <stdlib.h>
#include <string.h>

#include "credentials.h"
#include "fail_malloc.h"

static int forget_environment(void **state)
{
    (void)state;
    unsetenv("AWS_ACCESS_KEY_ID");
    unsetenv("AWS_SECRET_ACCESS_KEY");
    unsetenv("AWS_SESSION_TOKEN");
    return 0;
}

static struct s3a_error error;

static void assert_found(const char *access_key, const char *secret_key, const char *token,
                         const char *expected[3])
{
    struct s3a_credentials found;

    assert_int_equal(s3a_credentials_find(access_key, secret_key, token, &found, &error), S3A_OK);
    assert_str(found.access_key, expected[0]);
    assert_str(found.secret_key, expected[1]);
    assert_str(found.session_token, expected[2]);
    s3a_credentials_fini(&found);
    assert_null(found.secret_key.data);
}

/* What it says must help, and must not give the secret away. */
static void assert_refused(const char *access_key, const char *secret_key, const char *token,
                           enum s3a_status status, const char *word)
{
    struct s3a_credentials found = {S3A_STR("x"), S3A_STR("x"), S3A_STR("x")};

    assert_int_equal(s3a_credentials_find(access_key, secret_key, token, &found, &error), status);
    assert_int_equal(error.status, status);
    assert_non_null(strstr(error.message, word));
    assert_null(strstr(error.message, "hush"));
    assert_null(found.access_key.data);
    assert_null(found.secret_key.data);
    assert_null(found.session_token.data);
}

static void options_come_before_the_environment(void **state)
{
    (void)state;
    setenv("AWS_ACCESS_KEY_ID", "other", 1);
    setenv("AWS_SECRET_ACCESS_KEY", "other", 1);
    setenv("AWS_SESSION_TOKEN", "other", 1);
    /* The token of the environment belongs to the keys of the environment. */
    assert_found("AK", "hush", NULL, (const char *[]){"AK", "hush", ""});
    assert_found("AK", "hush", "token", (const char *[]){"AK", "hush", "token"});
}

static void without_options_the_environment_is_asked(void **state)
{
    (void)state;
    setenv("AWS_ACCESS_KEY_ID", "AK", 1);
    setenv("AWS_SECRET_ACCESS_KEY", "hush hush", 1);
    assert_found(NULL, NULL, NULL, (const char *[]){"AK", "hush hush", ""});
    setenv("AWS_SESSION_TOKEN", "token", 1);
    assert_found("", "", "", (const char *[]){"AK", "hush hush", "token"});
}

static void one_without_the_other_is_refused(void **state)
{
    (void)state;
    assert_refused("AK", NULL, NULL, S3A_INVALID, "access_key is given without secret_key");
    assert_refused(NULL, "hush", NULL, S3A_INVALID, "secret_key is given without access_key");
    assert_refused(NULL, NULL, "hush", S3A_INVALID, "session_token is given without access_key");
    setenv("AWS_ACCESS_KEY_ID", "AK", 1);
    assert_refused(NULL, NULL, NULL, S3A_CREDENTIALS, "AWS_SECRET_ACCESS_KEY");
    /* Half of it here and half of it there is no pair. */
    assert_refused(NULL, "hush", NULL, S3A_INVALID, "secret_key");
}

static void none_at_all_says_what_to_set(void **state)
{
    (void)state;
    setenv("AWS_SESSION_TOKEN", "hush", 1);
    assert_refused(NULL, NULL, NULL, S3A_CREDENTIALS,
                   "set AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY");
}

static void what_could_not_be_sent_is_refused(void **state)
{
    char large[S3A_ACCESS_KEY_SIZE_MAX + 2];

    (void)state;
    memset(large, 'k', sizeof(large));
    large[sizeof(large) - 1] = '\0';
    assert_refused("A K", "hush", NULL, S3A_INVALID, "access_key holds");
    assert_refused("A/K", "hush", NULL, S3A_INVALID, "access_key holds");
    assert_refused("AK", "hush\n", NULL, S3A_INVALID, "secret_key holds");
    assert_refused("AK", "hush", "hush\r\nx: y", S3A_INVALID, "session_token holds");
    assert_refused(large, "hush", NULL, S3A_INVALID, "access_key is too long");
    setenv("AWS_ACCESS_KEY_ID", "AK", 1);
    setenv("AWS_SECRET_ACCESS_KEY", "hush\n", 1);
    assert_refused(NULL, NULL, NULL, S3A_CREDENTIALS, "AWS_SECRET_ACCESS_KEY holds");
}

static void find_once(void *arg)
{
    struct s3a_credentials found;

    (void)arg;
    enum s3a_status status = s3a_credentials_find("AK", "hush", "token", &found, &error);
    assert_true(status == S3A_OK || status == S3A_NO_MEMORY);
    assert_int_equal(found.secret_key.data != NULL, status == S3A_OK);
    s3a_credentials_fini(&found);
}

static void without_memory_nothing_is_kept(void **state)
{
    (void)state;
    fail_malloc_sweep(find_once, NULL);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup(options_come_before_the_environment, forget_environment),
        cmocka_unit_test_setup(without_options_the_environment_is_asked, forget_environment),
        cmocka_unit_test_setup(one_without_the_other_is_refused, forget_environment),
        cmocka_unit_test_setup(none_at_all_says_what_to_set, forget_environment),
        cmocka_unit_test_setup(what_could_not_be_sent_is_refused, forget_environment),
        cmocka_unit_test_setup(without_memory_nothing_is_kept, forget_environment),
    };
    return cmocka_run_group_tests_name("credentials", tests, NULL, NULL);
}
