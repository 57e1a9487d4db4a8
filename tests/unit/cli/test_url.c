/* SPDX-License-Identifier: MIT */
#include "url.h"

#include <string.h>

#include "test.h"

static struct s3a_url url;
static struct s3a_error error;

static void assert_parsed(const char *text, enum s3a_url_form form, const char *bucket,
                          const char *key)
{
    assert_int_equal(s3a_url_parse(text, form, &url, &error), S3A_OK);
    assert_string_equal(url.bucket, bucket);
    assert_string_equal(url.key, key);
}

static void assert_refused(const char *text, enum s3a_url_form form, const char *part)
{
    assert_int_equal(s3a_url_parse(text, form, &url, &error), S3A_INVALID);
    assert_non_null(strstr(error.message, part));
    assert_string_equal(url.bucket, "");
    assert_string_equal(url.key, "");
}

static void bucket_and_key(void **state)
{
    (void)state;
    assert_parsed("s3://b/k", S3A_URL_KEY, "b", "k");
    assert_parsed("s3://my-bucket/a/b c//d?e#f%20", S3A_URL_KEY, "my-bucket", "a/b c//d?e#f%20");
    assert_parsed("s3://b//", S3A_URL_KEY, "b", "/");
    assert_parsed("s3://b", S3A_URL_BUCKET, "b", "");
    assert_parsed("s3://b/", S3A_URL_BUCKET, "b", "");
    assert_parsed("s3://b", S3A_URL_PREFIX, "b", "");
    assert_parsed("s3://b/a/", S3A_URL_PREFIX, "b", "a/");
}

static void what_is_wrong_is_said_with_a_good_one(void **state)
{
    (void)state;
    assert_refused("b/k", S3A_URL_KEY, "is no address of S3");
    assert_refused("b/k", S3A_URL_KEY, "s3://my-bucket/some/name");
    assert_refused("S3://b/k", S3A_URL_KEY, "is no address of S3");
    assert_refused("", S3A_URL_PREFIX, "s3://my-bucket/some/");
    assert_refused("s3://", S3A_URL_BUCKET, "names no bucket");
    assert_refused("s3:///k", S3A_URL_KEY, "names no bucket");
    assert_refused("s3://b", S3A_URL_KEY, "names a bucket, but nothing in it");
    assert_refused("s3://b/", S3A_URL_KEY, "names a bucket, but nothing in it");
    assert_refused("s3://b/k", S3A_URL_BUCKET, "names more than a bucket");
}

static void the_longest_bucket(void **state)
{
    char text[128] = "s3://";

    (void)state;
    memset(text + 5, 'b', S3A_URL_BUCKET_MAX);
    assert_int_equal(s3a_url_parse(text, S3A_URL_BUCKET, &url, &error), S3A_OK);
    assert_int_equal(strlen(url.bucket), S3A_URL_BUCKET_MAX);
    text[5 + S3A_URL_BUCKET_MAX] = 'b';
    assert_refused(text, S3A_URL_BUCKET, "more than 63 characters");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(bucket_and_key),
        cmocka_unit_test(what_is_wrong_is_said_with_a_good_one),
        cmocka_unit_test(the_longest_bucket),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
