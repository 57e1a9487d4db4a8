/* SPDX-License-Identifier: MIT */
#include "test.h"

#include <stdlib.h>
#include <string.h>

#include "client_options.h"

static const char *const variables[] = {
    "S3ATOMIC_ENDPOINT",  "AWS_ENDPOINT_URL_S3", "AWS_ENDPOINT_URL",      "AWS_REGION",
    "AWS_DEFAULT_REGION", "AWS_ACCESS_KEY_ID",   "AWS_SECRET_ACCESS_KEY", "AWS_SESSION_TOKEN",
};

/* An environment with nothing but a key pair. */
static int clear_environment(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof(variables) / sizeof(variables[0]); i++) {
        unsetenv(variables[i]);
    }
    setenv("AWS_ACCESS_KEY_ID", "AK", 1);
    setenv("AWS_SECRET_ACCESS_KEY", "SK", 1);
    return 0;
}

#define STORY(name) cmocka_unit_test_setup(name, clear_environment)

static void accept(const struct s3a_client_options *options, struct s3a_client_settings *settings)
{
    struct s3a_error error;

    assert_int_equal(s3a_client_settings_init(settings, options, &error), S3A_OK);
}

static void assert_endpoint(const struct s3a_client_options *options, const char *endpoint,
                            bool virtual_host)
{
    struct s3a_client_settings settings;

    accept(options, &settings);
    assert_str(settings.endpoint, endpoint);
    assert_int_equal(settings.addressing.virtual_host, virtual_host);
    s3a_client_settings_fini(&settings);
}

static void assert_refused(const struct s3a_client_options *options, enum s3a_status status,
                           const char *message)
{
    struct s3a_client_settings settings;
    struct s3a_error error;

    assert_int_equal(s3a_client_settings_init(&settings, options, &error), status);
    assert_non_null(strstr(error.message, message));
    assert_null(settings.pool.blocks);
}

static void without_an_endpoint_it_is_amazon(void **state)
{
    (void)state;
    struct s3a_client_settings settings;

    accept(NULL, &settings);
    assert_str(settings.endpoint, "https://s3.us-east-1.amazonaws.com");
    assert_true(settings.addressing.virtual_host);
    assert_str(settings.region, "us-east-1");
    assert_str(settings.keys.credentials.access_key, "AK");
    assert_int_equal(settings.requests_max, 128);
    assert_int_equal(settings.body_bytes_max, 256 * 1024 * 1024);
    assert_int_equal(settings.request_timeout_ms, 0);
    s3a_client_settings_fini(&settings);
    setenv("AWS_DEFAULT_REGION", "eu-central-1", 1);
    assert_endpoint(NULL, "https://s3.eu-central-1.amazonaws.com", true);
    setenv("AWS_REGION", "cn-north-1", 1);
    assert_endpoint(NULL, "https://s3.cn-north-1.amazonaws.com.cn", true);
}

static void the_nearest_word_on_the_endpoint_counts(void **state)
{
    (void)state;
    const struct s3a_client_options given = {.endpoint = "http://given"};

    setenv("AWS_ENDPOINT_URL", "http://general", 1);
    assert_endpoint(NULL, "http://general", false);
    setenv("AWS_ENDPOINT_URL_S3", "http://s3", 1);
    assert_endpoint(NULL, "http://s3", false);
    setenv("S3ATOMIC_ENDPOINT", "http://ours", 1);
    assert_endpoint(NULL, "http://ours", false);
    assert_endpoint(&given, "http://given", false);
    setenv("S3ATOMIC_ENDPOINT", "", 1);
    assert_endpoint(NULL, "http://s3", false);
}

static void a_directory_needs_no_credentials(void **state)
{
    (void)state;
    const struct s3a_client_options options = {.endpoint = "file:///var/lib/some%20locks"};
    struct s3a_client_settings settings;

    unsetenv("AWS_ACCESS_KEY_ID");
    unsetenv("AWS_SECRET_ACCESS_KEY");
    accept(&options, &settings);
    assert_string_equal(settings.addressing.endpoint.path.data, "/var/lib/some locks");
    assert_int_equal(settings.keys.credentials.access_key.size, 0);
    s3a_client_settings_fini(&settings);
    assert_refused(NULL, S3A_CREDENTIALS, "AWS_ACCESS_KEY_ID");
}

static void what_is_wrong_is_named(void **state)
{
    (void)state;
    assert_refused(&(struct s3a_client_options){.endpoint = "locks"}, S3A_INVALID, "endpoint: ");
    assert_refused(&(struct s3a_client_options){.region = "Frankfurt!"}, S3A_INVALID,
                   "region: \"Frankfurt!\" is no region");
    assert_refused(&(struct s3a_client_options){.request_timeout_ms = 99}, S3A_INVALID,
                   "request_timeout_ms: 99, must be 100 to 3600000");
    assert_refused(&(struct s3a_client_options){.requests_max = 10001}, S3A_INVALID,
                   "requests_max: 10001, must be 1 to 10000");
    assert_refused(&(struct s3a_client_options){.ca_file = ""}, S3A_INVALID, "ca_file: ");
    assert_refused(&(struct s3a_client_options){.access_key = "AK"}, S3A_INVALID, "secret_key");
    setenv("AWS_ENDPOINT_URL", "ftp://host", 1);
    assert_refused(NULL, S3A_INVALID, "AWS_ENDPOINT_URL: ");
    setenv("AWS_REGION", "x y", 1);
    assert_refused(NULL, S3A_INVALID, "AWS_REGION: ");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        STORY(without_an_endpoint_it_is_amazon),
        STORY(the_nearest_word_on_the_endpoint_counts),
        STORY(a_directory_needs_no_credentials),
        STORY(what_is_wrong_is_named),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
