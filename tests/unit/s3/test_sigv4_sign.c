/* SPDX-License-Identifier: MIT */
#include "test.h"

#include <string.h>

#include "fail_malloc.h"
#include "sigv4_examples.h"

#define BUF_MAX 10000

static void the_worked_examples_are_signed_as_printed(void **state)
{
    (void)state;
    struct s3a_sigv4_key key = {0};
    struct s3a_buf buf;
    struct s3a_buf expected;

    s3a_buf_init(&buf, BUF_MAX);
    s3a_buf_init(&expected, BUF_MAX);
    for (size_t i = 0; i < EXAMPLE_COUNT; i++) {
        struct s3a_sigv4_request request = example_request(&examples[i]);
        s3a_buf_clear(&buf);
        s3a_buf_clear(&expected);
        s3a_sigv4_authorization(&buf, &key, &example_credentials, &example_scope, &request);
        s3a_buf_append_format(&expected,
                              "AWS4-HMAC-SHA256 Credential=" EXAMPLE_ACCESS_KEY
                              "/20130524/us-east-1/s3/aws4_request, SignedHeaders=%s, Signature=%s",
                              examples[i].signed_headers, examples[i].signature);
        assert_string_equal(s3a_buf_text(&buf), s3a_buf_text(&expected));
    }
    s3a_buf_fini(&buf);
    s3a_buf_fini(&expected);
}

static void the_worked_example_is_presigned_as_printed(void **state)
{
    (void)state;
    static const struct s3a_header host = EXAMPLE_HOST;
    struct s3a_sigv4_request request = {.method = S3A_STR("GET"),
                                        .path = S3A_STR("/test.txt"),
                                        .headers = &host,
                                        .header_count = 1,
                                        .payload_hash = S3A_STR(S3A_UNSIGNED_PAYLOAD)};
    struct s3a_sigv4_key key = {0};
    struct s3a_buf buf;

    s3a_buf_init(&buf, BUF_MAX);
    s3a_buf_append_text(&buf, "/test.txt?");
    s3a_sigv4_presign(&buf, &key, &example_credentials, &example_scope, &request, 86400);
    assert_string_equal(s3a_buf_text(&buf), "/test.txt?" EXAMPLE_PRESIGNED_QUERY
                                            "&X-Amz-Signature=" EXAMPLE_PRESIGNED_SIGNATURE);
    s3a_buf_fini(&buf);
}

/* A query of its own and a token stand in the signed query, encoded. */
static void a_presigned_url_carries_query_and_token(void **state)
{
    (void)state;
    static const struct s3a_header headers[] = {EXAMPLE_HOST, EXAMPLE_HEADER("x-amz-a", "1")};
    const struct s3a_credentials credentials = {S3A_STR("AK/1"), S3A_STR("SK"), S3A_STR("t+/=")};
    struct s3a_sigv4_request request = {.method = S3A_STR("GET"),
                                        .path = S3A_STR("/"),
                                        .query = S3A_STR("list-type=2"),
                                        .headers = headers,
                                        .header_count = 2,
                                        .payload_hash = S3A_STR(S3A_UNSIGNED_PAYLOAD)};
    struct s3a_sigv4_key key = {0};
    struct s3a_buf buf;

    s3a_buf_init(&buf, BUF_MAX);
    s3a_sigv4_presign(&buf, &key, &credentials, &example_scope, &request, 60);
    assert_true(s3a_str_starts_with(
        s3a_buf_str(&buf), "list-type=2&X-Amz-Algorithm=AWS4-HMAC-SHA256"
                           "&X-Amz-Credential=AK%2F1%2F20130524%2Fus-east-1%2Fs3%2Faws4_request"
                           "&X-Amz-Date=20130524T000000Z&X-Amz-Expires=60"
                           "&X-Amz-Security-Token=t%2B%2F%3D&X-Amz-SignedHeaders=host%3Bx-amz-a"
                           "&X-Amz-Signature="));
    s3a_buf_fini(&buf);
}

static void assert_signature(struct s3a_sigv4_key *key, const char *secret,
                             const struct s3a_sigv4_scope *scope)
{
    struct s3a_sigv4_key fresh = {0};
    char kept[S3A_SHA256_HEX_SIZE + 1];
    char derived[S3A_SHA256_HEX_SIZE + 1];

    s3a_sigv4_signature(key, s3a_str_of(secret), scope, S3A_STR("text"), kept);
    s3a_sigv4_signature(&fresh, s3a_str_of(secret), scope, S3A_STR("text"), derived);
    assert_string_equal(kept, derived);
}

/* A key that is kept must never sign what it is not for. */
static void a_kept_key_follows_secret_day_region_and_service(void **state)
{
    (void)state;
    static const struct s3a_sigv4_scope scopes[] = {
        {S3A_STR_INIT("20130524T000000Z"), S3A_STR_INIT("us-east-1"), S3A_STR_INIT("s3")},
        {S3A_STR_INIT("20130524T235959Z"), S3A_STR_INIT("us-east-1"), S3A_STR_INIT("s3")},
        {S3A_STR_INIT("20130525T000000Z"), S3A_STR_INIT("us-east-1"), S3A_STR_INIT("s3")},
        {S3A_STR_INIT("20130525T000000Z"), S3A_STR_INIT("us-east-2"), S3A_STR_INIT("s3")},
        {S3A_STR_INIT("20130525T000000Z"), S3A_STR_INIT("us-east-2"), S3A_STR_INIT("sts")},
        {S3A_STR_INIT("20130525T000000Z"), S3A_STR_INIT("us-east-2s"), S3A_STR_INIT("ts")},
        {S3A_STR_INIT("2013"), S3A_STR_INIT("us-east-1"), S3A_STR_INIT("s3")},
        {S3A_STR_INIT(""), S3A_STR_INIT(""), S3A_STR_INIT("")},
        {S3A_STR_INIT("20130524T000000Z"),
         S3A_STR_INIT("a-region-whose-name-is-longer-than-any-name-that-a-region-has-had-so-far"),
         S3A_STR_INIT("s3")},
    };
    struct s3a_sigv4_key key = {0};

    for (size_t i = 0; i < sizeof(scopes) / sizeof(scopes[0]); i++) {
        assert_signature(&key, "secret", &scopes[i]);
        assert_signature(&key, "secret", &scopes[0]);
        assert_signature(&key, "another", &scopes[0]);
    }
}

/* By HMAC's own rule (RFC 2104) a key that is longer than a block counts as its hash. The value was
 * computed with Python's hmac. */
static void a_secret_may_be_longer_than_a_block(void **state)
{
    (void)state;
    char secret[101];
    char signature[S3A_SHA256_HEX_SIZE + 1];
    struct s3a_sigv4_key key = {0};

    memset(secret, 's', 100);
    secret[100] = '\0';
    assert_signature(&key, secret, &example_scope);
    s3a_sigv4_signature(&key, s3a_str_of(secret), &example_scope, S3A_STR("text"), signature);
    assert_string_equal(signature,
                        "77be4b9977a32622912838639e6105533d104e275a9b75b23d8131f9645abb14");
    s3a_sigv4_signature(&key, s3a_str_make(secret, 60), &example_scope, S3A_STR("text"), signature);
    assert_string_equal(signature,
                        "5e6f8a4b289a7a951dcdc0526b6c2c99466ed2161322d4ff5a3155ae06251ad8");
}

static void sign_with_failing_memory(void *arg)
{
    const struct s3a_sigv4_request *request = arg;
    struct s3a_sigv4_key key = {0};
    struct s3a_buf buf;

    s3a_buf_init(&buf, BUF_MAX);
    s3a_sigv4_authorization(&buf, &key, &example_credentials, &example_scope, request);
    assert_true(buf.status == S3A_OK || buf.status == S3A_NO_MEMORY);
    s3a_buf_fini(&buf);
    s3a_sigv4_presign(&buf, &key, &example_credentials, &example_scope, request, 60);
    assert_true(buf.status == S3A_OK || buf.status == S3A_NO_MEMORY);
    s3a_buf_fini(&buf);
}

static void without_memory_nothing_is_signed(void **state)
{
    (void)state;
    struct s3a_sigv4_request request = example_request(&examples[1]);

    fail_malloc_sweep(sign_with_failing_memory, &request);
}

static void a_builder_that_is_used_again_saves_the_memory(void **state)
{
    (void)state;
    struct s3a_sigv4_request request = example_request(&examples[1]);
    struct s3a_sigv4_key key = {0};
    struct s3a_buf buf;

    s3a_buf_init(&buf, BUF_MAX);
    s3a_sigv4_authorization(&buf, &key, &example_credentials, &example_scope, &request);
    s3a_buf_clear(&buf);
    fail_malloc_at(1);
    s3a_sigv4_authorization(&buf, &key, &example_credentials, &example_scope, &request);
    assert_false(fail_malloc_happened());
    assert_int_equal(buf.status, S3A_OK);
    s3a_buf_fini(&buf);
}

static void what_does_not_fit_is_too_large(void **state)
{
    (void)state;
    static const struct s3a_header host = EXAMPLE_HOST;
    static char path[100000];
    struct s3a_sigv4_request request = {
        .path = s3a_str_make(path, sizeof(path)), .headers = &host, .header_count = 1};
    struct s3a_sigv4_key key = {0};
    struct s3a_buf buf;

    memset(path, '/', sizeof(path));
    s3a_buf_init(&buf, 50000);
    s3a_sigv4_authorization(&buf, &key, &example_credentials, &example_scope, &request);
    assert_int_equal(buf.status, S3A_TOO_LARGE);
    s3a_buf_clear(&buf);
    memset(path, ' ', sizeof(path)); /* three times as long when it is encoded */
    s3a_sigv4_presign(&buf, &key, &example_credentials, &example_scope, &request, 60);
    assert_int_equal(buf.status, S3A_TOO_LARGE);
    s3a_buf_fini(&buf);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_worked_examples_are_signed_as_printed),
        cmocka_unit_test(the_worked_example_is_presigned_as_printed),
        cmocka_unit_test(a_presigned_url_carries_query_and_token),
        cmocka_unit_test(a_kept_key_follows_secret_day_region_and_service),
        cmocka_unit_test(a_secret_may_be_longer_than_a_block),
        cmocka_unit_test(without_memory_nothing_is_signed),
        cmocka_unit_test(a_builder_that_is_used_again_saves_the_memory),
        cmocka_unit_test(what_does_not_fit_is_too_large),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
