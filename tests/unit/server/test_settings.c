/* SPDX-License-Identifier: MIT */
#include "test.h"

#include <string.h>
#include <sys/resource.h>

#include "fail_malloc.h"
#include "settings.h"

static void expect_invalid(const struct s3a_server_options *options, const char *named)
{
    struct s3a_settings settings;
    struct s3a_error error;

    assert_int_equal(s3a_settings_init(&settings, options, &error), S3A_INVALID);
    assert_non_null(strstr(error.message, named));
    assert_null(settings.keyring);
    s3a_settings_fini(&settings);
}

static void without_options_there_is_a_pair_that_is_made_up(void **state)
{
    (void)state;
    struct s3a_settings settings;
    struct s3a_settings others;

    assert_int_equal(s3a_settings_init(&settings, NULL, NULL), S3A_OK);
    assert_int_equal(s3a_settings_init(&others, NULL, NULL), S3A_OK);
    assert_null(settings.directory);
    assert_string_equal(settings.address, "127.0.0.1");
    assert_str(settings.base_domain, "localhost");
    assert_int_equal(settings.keyring->key_count, 1);
    assert_string_not_equal(settings.keyring->keys[0].secret_key,
                            others.keyring->keys[0].secret_key);
    s3a_settings_fini(&settings);
    s3a_settings_fini(&others);
}

static void what_is_given_is_copied(void **state)
{
    (void)state;
    char access_key[] = "AKIDEXAMPLE";
    char secret_key[] = "wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY";
    char bucket[] = "first";
    const char *buckets[] = {bucket, "second"};
    struct s3a_server_key keys[] = {{access_key, secret_key}, {"other", "s"}};
    struct s3a_server_options options = {.directory = "/x",
                                         .keep_files = true,
                                         .address = "::1",
                                         .port = 9000,
                                         .keys = keys,
                                         .key_count = 2,
                                         .buckets = buckets,
                                         .bucket_count = 2,
                                         .create_buckets = true,
                                         .strict_aws = true,
                                         .base_domain = "s3.example.com"};
    struct s3a_settings settings;

    assert_int_equal(s3a_settings_init(&settings, &options, NULL), S3A_OK);
    memset(access_key, 'x', sizeof(access_key) - 1);
    memset(secret_key, 'x', sizeof(secret_key) - 1);
    memset(bucket, 'x', sizeof(bucket) - 1);
    assert_string_equal(settings.directory, "/x");
    assert_true(settings.keep_files);
    assert_string_equal(settings.address, "::1");
    assert_int_equal(settings.port, 9000);
    assert_int_equal(settings.keyring->key_count, 2);
    assert_string_equal(settings.keyring->keys[0].access_key, "AKIDEXAMPLE");
    assert_string_equal(settings.keyring->keys[1].access_key, "other");
    assert_int_equal(settings.bucket_count, 2);
    assert_string_equal(settings.buckets[0], "first");
    assert_string_equal(settings.buckets[1], "second");
    assert_true(settings.create_buckets);
    assert_true(settings.strict_aws);
    assert_str(settings.base_domain, "s3.example.com");
    s3a_settings_fini(&settings);
}

static void an_option_that_cannot_be_is_named(void **state)
{
    (void)state;
    static const char *const buckets[] = {"good", "No_Good"};
    static const char *const no_bucket[] = {NULL};

    expect_invalid(&(struct s3a_server_options){.directory = ""}, "directory");
    expect_invalid(&(struct s3a_server_options){.base_domain = ""}, "base_domain");
    expect_invalid(&(struct s3a_server_options){.base_domain = "host:9000"}, "base_domain");
    expect_invalid(&(struct s3a_server_options){.key_count = 1}, "key_count");
    expect_invalid(&(struct s3a_server_options){.tls_cert_file = "x"}, "tls_key_file");
    expect_invalid(&(struct s3a_server_options){.tls_key_file = "x"}, "tls_cert_file");
    expect_invalid(&(struct s3a_server_options){.buckets = buckets, .bucket_count = 2},
                   "buckets[1]");
    expect_invalid(&(struct s3a_server_options){.buckets = no_bucket, .bucket_count = 1},
                   "buckets[0]");
    expect_invalid(&(struct s3a_server_options){.bucket_count = 1}, "bucket_count");
    expect_invalid(&(struct s3a_server_options){.head_timeout_ms = 99}, "head_timeout_ms");
    expect_invalid(&(struct s3a_server_options){.idle_timeout_ms = 3600001}, "idle_timeout_ms");
    expect_invalid(&(struct s3a_server_options){.connections_max = 100001}, "connections_max");
    expect_invalid(&(struct s3a_server_options){.connections_per_address_max = 100001},
                   "connections_per_address_max");
}

static void within(rlim_t descriptors, void (*story)(void))
{
    struct rlimit before;

    assert_int_equal(getrlimit(RLIMIT_NOFILE, &before), 0);
    assert_int_equal(setrlimit(RLIMIT_NOFILE, &(struct rlimit){descriptors, before.rlim_max}), 0);
    story();
    assert_int_equal(setrlimit(RLIMIT_NOFILE, &before), 0);
}

static void expect_connections(const struct s3a_server_options *options, size_t all,
                               size_t per_address)
{
    struct s3a_settings settings;

    assert_int_equal(s3a_settings_init(&settings, options, NULL), S3A_OK);
    assert_int_equal(settings.connections_max, all);
    assert_int_equal(settings.connections_per_address_max, per_address);
    s3a_settings_fini(&settings);
}

static void with_plenty(void)
{
    expect_connections(NULL, 4096, 2048);
    expect_connections(&(struct s3a_server_options){.connections_max = 5000}, 5000, 2500);
    expect_connections(&(struct s3a_server_options){.connections_max = 1}, 1, 1);
    expect_connections(&(struct s3a_server_options){.connections_per_address_max = 5}, 4096, 5);
}

static void with_the_usual(void)
{
    expect_connections(NULL, 1024 - 128, (1024 - 128) / 2);
    expect_connections(&(struct s3a_server_options){.connections_max = 896}, 896, 448);
    expect_invalid(&(struct s3a_server_options){.connections_max = 897}, "ulimit -n");
}

static void with_few(void)
{
    expect_connections(NULL, 32, 16);
}

static void there_are_as_many_connections_as_descriptors_allow(void **state)
{
    (void)state;
    within(10000, with_plenty);
    within(1024, with_the_usual);
    within(64, with_few);
}

static void take_all(void *arg)
{
    static const char *const buckets[] = {"first"};
    struct s3a_settings settings;
    enum s3a_status status = s3a_settings_init(
        &settings,
        &(struct s3a_server_options){.directory = "/x", .buckets = buckets, .bucket_count = 1},
        NULL);

    (void)arg;
    assert_true(status == S3A_OK || status == S3A_NO_MEMORY);
    s3a_settings_fini(&settings);
}

static void without_memory_it_says_so(void **state)
{
    (void)state;
    fail_malloc_sweep(take_all, NULL);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(without_options_there_is_a_pair_that_is_made_up),
        cmocka_unit_test(what_is_given_is_copied),
        cmocka_unit_test(an_option_that_cannot_be_is_named),
        cmocka_unit_test(there_are_as_many_connections_as_descriptors_allow),
        cmocka_unit_test(without_memory_it_says_so),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
