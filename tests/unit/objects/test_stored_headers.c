/* SPDX-License-Identifier: MIT */
#include "test.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "fail_malloc.h"
#include "stored_headers.h"

static enum s3a_code encode_one(const char *name, const char *value)
{
    struct s3a_headers headers = {0};
    struct s3a_buf text;

    assert_true(s3a_headers_add(&headers, s3a_str_of(name), s3a_str_of(value)));
    s3a_buf_init(&text, 100000);
    enum s3a_code code = s3a_stored_headers_encode(&headers, &text);
    s3a_buf_fini(&text);
    return code;
}

static void what_is_kept_comes_back(void **state)
{
    (void)state;
    struct s3a_headers headers = {0};
    struct s3a_headers back;
    struct s3a_buf text;

    assert_true(s3a_headers_add(&headers, S3A_STR("content-type"), S3A_STR("text/plain")));
    assert_true(s3a_headers_add(&headers, S3A_STR("x-amz-meta-a"), S3A_STR("x:y; z=\"1\"")));
    assert_true(s3a_headers_add(&headers, S3A_STR("x-amz-meta-empty"), S3A_STR("")));
    s3a_buf_init(&text, 1000);
    assert_int_equal(s3a_stored_headers_encode(&headers, &text), S3A_CODE_NONE);
    assert_true(s3a_stored_headers_decode(s3a_buf_str(&text), &back));
    assert_int_equal(back.count, 3);
    assert_str(s3a_headers_find(&back, "content-type"), "text/plain");
    assert_str(s3a_headers_find(&back, "x-amz-meta-a"), "x:y; z=\"1\"");
    assert_str(s3a_headers_find(&back, "x-amz-meta-empty"), "");
    s3a_buf_fini(&text);
}

static void an_object_always_has_a_content_type(void **state)
{
    (void)state;
    struct s3a_headers headers = {0};
    struct s3a_headers back;
    struct s3a_buf text;

    s3a_buf_init(&text, 1000);
    assert_int_equal(s3a_stored_headers_encode(&headers, &text), S3A_CODE_NONE);
    assert_true(s3a_stored_headers_decode(s3a_buf_str(&text), &back));
    assert_str(s3a_headers_find(&back, "content-type"), "binary/octet-stream");
    s3a_buf_fini(&text);
}

/* The content type that the store adds counts as well: what is kept must be readable later. */
static void as_many_headers_as_are_kept_come_back_and_one_more_is_refused(void **state)
{
    (void)state;
    char names[S3A_STORED_HEADERS_MAX][32];
    struct s3a_headers headers = {0};
    struct s3a_headers back;
    struct s3a_buf text;

    for (int i = 0; i < S3A_STORED_HEADERS_MAX; i++) {
        snprintf(names[i], sizeof(names[i]), "x-amz-meta-%d", i);
        s3a_buf_init(&text, 10000);
        enum s3a_code code = s3a_stored_headers_encode(&headers, &text);
        assert_int_equal(code, S3A_CODE_NONE);
        assert_true(s3a_stored_headers_decode(s3a_buf_str(&text), &back));
        assert_int_equal(back.count, i + 1);
        s3a_buf_fini(&text);
        assert_true(s3a_headers_add(&headers, s3a_str_of(names[i]), S3A_STR("x")));
    }
    s3a_buf_init(&text, 10000);
    assert_int_equal(s3a_stored_headers_encode(&headers, &text), S3A_CODE_METADATA_TOO_LARGE);
    s3a_buf_fini(&text);
}

static void what_http_cannot_carry_is_refused(void **state)
{
    (void)state;
    assert_int_equal(encode_one("x-amz-meta-a", "1\r\nset-cookie: x"), S3A_CODE_INVALID_ARGUMENT);
    assert_int_equal(encode_one("x-amz-meta-a", "\x7f"), S3A_CODE_INVALID_ARGUMENT);
    assert_int_equal(encode_one("x-amz-meta-a b", "1"), S3A_CODE_INVALID_ARGUMENT);
    assert_int_equal(encode_one("x-amz-meta-a:b", "1"), S3A_CODE_INVALID_ARGUMENT);
    assert_int_equal(encode_one("x-amz-meta-a\n", "1"), S3A_CODE_INVALID_ARGUMENT);
    assert_int_equal(encode_one("X-Amz-Meta-A", "1"), S3A_CODE_INVALID_ARGUMENT);
    assert_int_equal(encode_one("", "1"), S3A_CODE_INVALID_ARGUMENT);
    assert_int_equal(encode_one("x-amz-meta-a", "tab\tand \xc3\xa9"), S3A_CODE_NONE);
}

static void metadata_has_amazons_limit(void **state)
{
    (void)state;
    char value[S3A_METADATA_SIZE_MAX + 1];

    memset(value, 'v', sizeof(value));
    value[S3A_METADATA_SIZE_MAX - 1] = '\0'; /* and the one letter of the name */
    assert_int_equal(encode_one("x-amz-meta-n", value), S3A_CODE_NONE);
    assert_int_equal(encode_one("x-amz-meta-nn", value), S3A_CODE_METADATA_TOO_LARGE);
    assert_int_equal(encode_one("content-disposition", value), S3A_CODE_NONE);
}

static void all_headers_together_have_a_limit(void **state)
{
    (void)state;
    char *value = calloc(1, S3A_STORED_HEADERS_SIZE_MAX + 1);

    memset(value, 'v', S3A_STORED_HEADERS_SIZE_MAX);
    assert_int_equal(encode_one("expires", value), S3A_CODE_METADATA_TOO_LARGE);
    value[S3A_STORED_HEADERS_SIZE_MAX - strlen("expires")] = '\0';
    assert_int_equal(encode_one("expires", value), S3A_CODE_NONE);
    free(value);
}

static void damaged_text_is_told(void **state)
{
    (void)state;
    struct s3a_headers back;

    assert_false(s3a_stored_headers_decode(S3A_STR("no colon\n"), &back));
    assert_false(s3a_stored_headers_decode(S3A_STR(":no name\n"), &back));
    assert_true(s3a_stored_headers_decode(S3A_STR(""), &back));
    assert_int_equal(back.count, 0);
}

static void without_memory_the_text_says_so(void **state)
{
    (void)state;
    struct s3a_headers headers = {0};
    struct s3a_buf text;

    s3a_buf_init(&text, 1000);
    fail_malloc_at(1);
    (void)s3a_stored_headers_encode(&headers, &text);
    assert_true(fail_malloc_happened());
    assert_int_equal(text.status, S3A_NO_MEMORY);
    s3a_buf_fini(&text);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(what_is_kept_comes_back),
        cmocka_unit_test(an_object_always_has_a_content_type),
        cmocka_unit_test(as_many_headers_as_are_kept_come_back_and_one_more_is_refused),
        cmocka_unit_test(what_http_cannot_carry_is_refused),
        cmocka_unit_test(metadata_has_amazons_limit),
        cmocka_unit_test(all_headers_together_have_a_limit),
        cmocka_unit_test(damaged_text_is_told),
        cmocka_unit_test(without_memory_the_text_says_so),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
