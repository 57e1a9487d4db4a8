/* SPDX-License-Identifier: MIT */
#include "connect.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "globals.h"
#include "test.h"

static struct s3a_error error;

static void etags_with_and_without_quotes(void **state)
{
    char etag[129];

    (void)state;
    assert_int_equal(s3a_etag_parse("\"0123\"", etag, &error), S3A_OK);
    assert_string_equal(etag, "\"0123\"");
    assert_int_equal(s3a_etag_parse("0123-7", etag, &error), S3A_OK);
    assert_string_equal(etag, "\"0123-7\"");
}

static void what_can_be_none_is_refused(void **state)
{
    static const char *const bad[] = {"", "*", "a b", "\"", "\"a", "a\"", "a\"b", "a\n"};
    char longest[200];
    char etag[129];

    (void)state;
    for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
        assert_int_equal(s3a_etag_parse(bad[i], etag, &error), S3A_INVALID);
        assert_string_equal(etag, "");
        assert_non_null(strstr(error.message, "is no ETag"));
    }
    memset(longest, 'a', sizeof(longest));
    longest[126] = '\0';
    assert_int_equal(s3a_etag_parse(longest, etag, &error), S3A_OK);
    longest[126] = 'a';
    longest[127] = '\0';
    assert_int_equal(s3a_etag_parse(longest, etag, &error), S3A_INVALID);
}

static void a_store_of_bytes(void **state)
{
    char directory[] = "/tmp/s3atomic-connect-XXXXXX";
    char endpoint[128];
    struct s3a_bytes_store store;

    (void)state;
    assert_non_null(mkdtemp(directory));
    snprintf(endpoint, sizeof(endpoint), "file://%s/store", directory);
    s3a_globals.endpoint = endpoint;
    assert_int_equal(s3a_bytes_store_open(&store, "text/plain", &error), S3A_OK);
    assert_string_equal(store.codec.content_type, "text/plain");
    assert_string_equal(s3a_client_endpoint(store.client), endpoint);
    s3a_bytes_store_close(&store);
    s3a_bytes_store_close(&store);
    s3a_globals.endpoint = "nonsense";
    assert_int_equal(s3a_bytes_store_open(&store, NULL, &error), S3A_INVALID);
    s3a_bytes_store_close(&store);
    snprintf(endpoint, sizeof(endpoint), "rm -r %s", directory);
    assert_int_equal(system(endpoint), 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(etags_with_and_without_quotes),
        cmocka_unit_test(what_can_be_none_is_refused),
        cmocka_unit_test(a_store_of_bytes),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
