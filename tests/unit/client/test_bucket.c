/* SPDX-License-Identifier: MIT */
#include "test.h"

#include <string.h>

#include "pages.h"
#include "store_fixture.h"

static enum s3a_status join_name(const char *bucket, int64_t created_ms, void *user)
{
    (void)created_ms;
    strcat(strcat(user, bucket), " ");
    return S3A_OK;
}

static void buckets_are_listed_page_by_page(void **state)
{
    static const struct page_script script[] = {
        {.names = {S3A_STR_INIT("one"), S3A_STR_INIT("two")}, .continuation = "further"},
        {.names = {S3A_STR_INIT("three")}},
    };
    struct pages pages;
    char names[64] = "";

    (void)state;
    pages_open(&pages, script);
    assert_int_equal(s3a_bucket_list(pages.client, join_name, names, NULL), S3A_OK);
    assert_string_equal(names, "one two three ");
    assert_int_equal(pages.requests[0].kind, S3A_OP_LIST_BUCKETS);
    assert_false(pages.requests[0].encode_keys);
    assert_string_equal(pages.requests[1].continuation, "further");
    pages_close(&pages);
}

static void a_bucket_comes_and_goes(void **state)
{
    char directory[64];
    char endpoint[128];
    char names[64] = "";
    struct s3a_client *client;
    struct s3a_error error;

    (void)state;
    directory_make(directory);
    strcat(strcpy(endpoint, "file://"), directory);
    const struct s3a_client_options options = {.endpoint = endpoint};
    assert_int_equal(s3a_client_new(&options, &client, NULL), S3A_OK);
    assert_int_equal(s3a_bucket_create(client, "one", NULL), S3A_OK);
    assert_int_equal(s3a_bucket_create(client, "one", &error), S3A_BUCKET_EXISTS);
    assert_non_null(strstr(error.message, "s3://one"));
    assert_int_equal(s3a_bucket_list(client, join_name, names, NULL), S3A_OK);
    assert_string_equal(names, "one ");
    assert_int_equal(s3a_bucket_delete(client, "one", NULL), S3A_OK);
    assert_int_equal(s3a_bucket_delete(client, "one", &error), S3A_NO_BUCKET);
    s3a_client_free(client);
    directory_remove(directory);
}

static void what_is_wrong_is_named(void **state)
{
    static const struct page_script script[1];
    struct pages pages;
    struct s3a_error error;

    (void)state;
    pages_open(&pages, script);
    assert_int_equal(s3a_bucket_create(NULL, "one", &error), S3A_INVALID);
    assert_non_null(strstr(error.message, "client"));
    assert_int_equal(s3a_bucket_delete(pages.client, NULL, &error), S3A_INVALID);
    assert_non_null(strstr(error.message, "bucket"));
    assert_int_equal(s3a_bucket_create(pages.client, "No", &error), S3A_INVALID);
    assert_int_equal(s3a_bucket_list(pages.client, NULL, NULL, &error), S3A_INVALID);
    assert_non_null(strstr(error.message, "each"));
    assert_int_equal(s3a_bucket_list(NULL, join_name, NULL, &error), S3A_INVALID);
    assert_int_equal(pages.request_count, 0);
    pages_close(&pages);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(buckets_are_listed_page_by_page),
        cmocka_unit_test(a_bucket_comes_and_goes),
        cmocka_unit_test(what_is_wrong_is_named),
    };
    return cmocka_run_group_tests_name("bucket", tests, NULL, NULL);
}
