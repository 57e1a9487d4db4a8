/* SPDX-License-Identifier: MIT */
#include "test.h"

#include <string.h>

#include "fail_malloc.h"
#include "keyring.h"
#include "sigv4.h"

static void expect_invalid(const struct s3a_server_key *keys, size_t count, const char *named)
{
    struct s3a_keyring *keyring;
    struct s3a_error error;

    assert_int_equal(s3a_keyring_new(keys, count, &keyring, &error), S3A_INVALID);
    assert_non_null(strstr(error.message, named));
    assert_null(keyring);
}

static void where_nobody_is_named_a_pair_is_made_up(void **state)
{
    (void)state;
    struct s3a_keyring *one;
    struct s3a_keyring *other;

    assert_int_equal(s3a_keyring_new(NULL, 0, &one, NULL), S3A_OK);
    assert_int_equal(s3a_keyring_new(NULL, 0, &other, NULL), S3A_OK);
    assert_int_equal(one->key_count, 1);
    assert_int_equal(strlen(one->keys[0].access_key), S3A_ACCESS_KEY_SIZE_MADE);
    assert_int_equal(strlen(one->keys[0].secret_key), S3A_SECRET_KEY_SIZE_MADE);
    assert_int_equal(strspn(one->keys[0].access_key, "ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789"),
                     S3A_ACCESS_KEY_SIZE_MADE);
    assert_string_not_equal(one->keys[0].access_key, other->keys[0].access_key);
    assert_string_not_equal(one->keys[0].secret_key, other->keys[0].secret_key);
    assert_true(s3a_rights_allow(&one->keys[0].rights, S3A_OP_PUT_OBJECT, S3A_STR("bucket")));
    s3a_keyring_unref(one);
    s3a_keyring_unref(other);
}

static void what_is_given_is_copied_and_lives_as_long_as_somebody_uses_it(void **state)
{
    (void)state;
    char access_key[] = "AKIDEXAMPLE";
    char secret_key[] = "wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY";
    char bucket[] = "jobs";
    const char *buckets[] = {bucket, "ci-*"};
    struct s3a_server_key keys[] = {{access_key, secret_key, true, buckets, 2}, {"other", "s"}};
    struct s3a_keyring *keyring;

    assert_int_equal(s3a_keyring_new(keys, 2, &keyring, NULL), S3A_OK);
    memset(access_key, 'x', sizeof(access_key) - 1);
    memset(secret_key, 'x', sizeof(secret_key) - 1);
    memset(bucket, 'x', sizeof(bucket) - 1);
    s3a_keyring_unref(s3a_keyring_ref(keyring));
    assert_string_equal(keyring->keys[0].access_key, "AKIDEXAMPLE");
    assert_string_equal(keyring->keys[0].secret_key, "wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY");
    assert_true(keyring->keys[0].rights.read_only);
    assert_int_equal(keyring->keys[0].rights.bucket_count, 2);
    assert_str(keyring->keys[0].rights.buckets[0], "jobs");
    assert_str(keyring->keys[0].rights.buckets[1], "ci-*");
    assert_string_equal(keyring->keys[1].access_key, "other");
    assert_false(keyring->keys[1].rights.read_only);
    assert_int_equal(keyring->keys[1].rights.bucket_count, 0);
    s3a_keyring_unref(keyring);
    s3a_keyring_unref(NULL);
}

static void a_key_that_cannot_be_is_named(void **state)
{
    (void)state;
    static const char *const buckets[] = {"good", "No_Good"};
    static const char *const no_bucket[] = {NULL};
    static const struct s3a_server_key no_name[] = {{"", "s"}};
    static const struct s3a_server_key slash[] = {{"ok", "s"}, {"a/b", "s"}};
    static const struct s3a_server_key no_secret[] = {{"a", NULL}};
    static const struct s3a_server_key twice[] = {{"a", "s"}, {"b", "s"}, {"a", "t"}};
    static const struct s3a_server_key bad_bucket[] = {{"a", "s", false, buckets, 2}};
    static const struct s3a_server_key null_bucket[] = {{"a", "s", false, no_bucket, 1}};
    static const struct s3a_server_key no_buckets[] = {{"a", "s", false, NULL, 1}};

    expect_invalid(no_name, 1, "keys[0].access_key");
    expect_invalid(slash, 2, "keys[1].access_key");
    expect_invalid(no_secret, 1, "keys[0].secret_key");
    expect_invalid(twice, 3, "keys[2].access_key");
    expect_invalid(bad_bucket, 1, "keys[0].buckets[1]: \"No_Good\"");
    expect_invalid(null_bucket, 1, "keys[0].buckets[0]");
    expect_invalid(no_buckets, 1, "keys[0].bucket_count");
    expect_invalid(NULL, 1, "key_count");
    expect_invalid(no_name, S3A_SERVER_KEYS_MAX + 1, "key_count");
}

static void a_secret_is_in_no_error(void **state)
{
    (void)state;
    char secret[S3A_SECRET_KEY_SIZE_MAX + 2];
    struct s3a_server_key keys[] = {{"a", secret}};
    struct s3a_keyring *keyring;
    struct s3a_error error;

    memset(secret, 's', sizeof(secret));
    secret[sizeof(secret) - 1] = '\0';
    assert_int_equal(s3a_keyring_new(keys, 1, &keyring, &error), S3A_INVALID);
    assert_null(strstr(error.message, "ssss"));
}

static void make_and_drop(void *arg)
{
    static const char *const buckets[] = {"first", "second*"};
    static const struct s3a_server_key keys[] = {{"a", "s", true, buckets, 2}};
    struct s3a_keyring *keyring;
    enum s3a_status status = s3a_keyring_new(keys, 1, &keyring, NULL);

    (void)arg;
    assert_true(status == S3A_OK || (status == S3A_NO_MEMORY && !keyring));
    s3a_keyring_unref(keyring);
}

static void without_memory_it_says_so(void **state)
{
    (void)state;
    fail_malloc_sweep(make_and_drop, NULL);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(where_nobody_is_named_a_pair_is_made_up),
        cmocka_unit_test(what_is_given_is_copied_and_lives_as_long_as_somebody_uses_it),
        cmocka_unit_test(a_key_that_cannot_be_is_named),
        cmocka_unit_test(a_secret_is_in_no_error),
        cmocka_unit_test(without_memory_it_says_so),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
