/* SPDX-License-Identifier: MIT */
#include "test.h"

#include <string.h>

#include "credentials.h"
#include "fail_malloc.h"

static struct s3a_error error;

/* What it says must help, and must not give the secret away. */
static void assert_refused(const char *access_key, const char *secret_key, const char *token,
                           const char *word)
{
    struct s3a_credentials found = {S3A_STR("x"), S3A_STR("x"), S3A_STR("x")};
    bool is_given;

    assert_int_equal(
        s3a_credentials_given(access_key, secret_key, token, &is_given, &found, &error),
        S3A_INVALID);
    assert_true(is_given);
    assert_int_equal(error.status, S3A_INVALID);
    assert_non_null(strstr(error.message, word));
    assert_null(strstr(error.message, "hush"));
    assert_null(found.access_key.data);
    assert_null(found.secret_key.data);
    assert_null(found.session_token.data);
}

static void what_is_given_is_taken(void **state)
{
    (void)state;
    struct s3a_credentials found;
    bool is_given;

    assert_int_equal(s3a_credentials_given("AK", "hush hush", "token", &is_given, &found, &error),
                     S3A_OK);
    assert_true(is_given);
    assert_str(found.access_key, "AK");
    assert_str(found.secret_key, "hush hush");
    assert_str(found.session_token, "token");
    s3a_credentials_fini(&found);
    assert_null(found.secret_key.data);
}

static void empty_texts_give_nothing(void **state)
{
    (void)state;
    struct s3a_credentials found;
    bool is_given;

    assert_int_equal(s3a_credentials_given("", NULL, "", &is_given, &found, &error), S3A_OK);
    assert_false(is_given);
    assert_null(found.access_key.data);
}

static void one_without_the_other_is_refused(void **state)
{
    (void)state;
    assert_refused("AK", NULL, NULL, "access_key is given without secret_key");
    assert_refused(NULL, "hush", NULL, "secret_key is given without access_key");
    assert_refused(NULL, NULL, "hush", "session_token is given without access_key");
}

static void what_could_not_be_sent_is_refused(void **state)
{
    char large[S3A_ACCESS_KEY_SIZE_MAX + 2];

    (void)state;
    memset(large, 'k', sizeof(large));
    large[sizeof(large) - 1] = '\0';
    assert_refused("A K", "hush", NULL, "access_key holds");
    assert_refused("A/K", "hush", NULL, "access_key holds");
    assert_refused("AK", "hush\n", NULL, "secret_key holds");
    assert_refused("AK", "hush", "hush\r\nx: y", "session_token holds");
    assert_refused(large, "hush", NULL, "access_key is too long");
}

static void take_once(void *arg)
{
    const struct s3a_credentials given = {S3A_STR("AK"), S3A_STR("hush"), S3A_STR("token")};
    struct s3a_credentials found;

    (void)arg;
    enum s3a_status status = s3a_credentials_take(&given, &s3a_named_credentials, &found, &error);
    assert_true(status == S3A_OK || status == S3A_NO_MEMORY);
    assert_int_equal(found.secret_key.data != NULL, status == S3A_OK);
    s3a_credentials_fini(&found);
}

static void without_memory_nothing_is_kept(void **state)
{
    (void)state;
    fail_malloc_sweep(take_once, NULL);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(what_is_given_is_taken),
        cmocka_unit_test(empty_texts_give_nothing),
        cmocka_unit_test(one_without_the_other_is_refused),
        cmocka_unit_test(what_could_not_be_sent_is_refused),
        cmocka_unit_test(without_memory_nothing_is_kept),
    };
    return cmocka_run_group_tests_name("credentials", tests, NULL, NULL);
}
