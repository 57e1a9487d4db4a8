/* SPDX-License-Identifier: MIT */
#include "test.h"

#include <stdio.h>
#include <string.h>

#include "fail_malloc.h"
#include "tags.h"

/* The stored form of a header, or "" where it is refused. */
static enum s3a_code read_header(const char *header, char ret_text[1000])
{
    struct s3a_pool pool = {0};
    struct s3a_tags tags;

    s3a_tags_init(&tags, S3A_TAGS_OF_OBJECT_MAX);
    enum s3a_code code = s3a_tags_add_query(&tags, &pool, s3a_str_of(header));
    snprintf(ret_text, 1000, "%s", code == S3A_CODE_NONE ? s3a_buf_text(&tags.text) : "");
    assert_int_equal(code == S3A_CODE_NONE, tags.message == NULL);
    s3a_tags_fini(&tags);
    s3a_pool_fini(&pool);
    return code;
}

static void tags_are_kept_in_one_form_and_in_their_order(void **state)
{
    (void)state;
    char text[1000];

    assert_int_equal(read_header("b=2&a=1", text), S3A_CODE_NONE);
    assert_string_equal(text, "b=2&a=1");
    assert_int_equal(read_header("colour=dark+green&size&x%2fy=%C3%BC%3d", text), S3A_CODE_NONE);
    assert_string_equal(text, "colour=dark%20green&size=&x%2Fy=%C3%BC%3D");
    assert_int_equal(s3a_tags_count(s3a_str_of(text)), 3);
    assert_int_equal(read_header("", text), S3A_CODE_NONE);
    assert_string_equal(text, "");
    assert_int_equal(s3a_tags_count(S3A_STR("")), 0);
}

static void tags_that_cannot_be_are_refused(void **state)
{
    (void)state;
    static const char *const invalid[] = {"a=1&a=2", "a=1&%61=2", "=1",      "a=%00", "a=b;c",
                                          "%ff=1",   "aws:a=1",   "AWS:a=1", "a=%3c", "a%26b=1"};
    char text[1000];

    for (size_t i = 0; i < sizeof(invalid) / sizeof(invalid[0]); i++) {
        assert_int_equal(read_header(invalid[i], text), S3A_CODE_INVALID_TAG);
    }
    assert_int_equal(read_header("a=%2", text), S3A_CODE_INVALID_ARGUMENT);
}

static void there_are_limits(void **state)
{
    (void)state;
    struct s3a_tags tags;
    char long_text[4 * S3A_TAG_VALUE_MAX + 5];
    char key[8];

    s3a_tags_init(&tags, S3A_TAGS_OF_OBJECT_MAX);
    for (int i = 0; i < S3A_TAGS_OF_OBJECT_MAX; i++) {
        snprintf(key, sizeof(key), "%d", i);
        assert_int_equal(s3a_tags_add(&tags, s3a_str_of(key), S3A_STR("v")), S3A_CODE_NONE);
    }
    assert_int_equal(s3a_tags_add(&tags, S3A_STR("more"), S3A_STR("")), S3A_CODE_BAD_REQUEST);
    s3a_tags_fini(&tags);

    /* Characters are counted, not bytes. */
    for (size_t i = 0; i <= S3A_TAG_VALUE_MAX; i++) {
        memcpy(long_text + 4 * i, "\xf0\x9f\x94\x92", 4);
    }
    s3a_tags_init(&tags, S3A_TAGS_OF_BUCKET_MAX);
    for (int i = 0; i < S3A_TAGS_OF_BUCKET_MAX; i++) {
        snprintf(key, sizeof(key), "%d", i);
        assert_int_equal(
            s3a_tags_add(&tags, s3a_str_of(key), s3a_str_make(long_text, 4 * S3A_TAG_VALUE_MAX)),
            S3A_CODE_NONE);
    }
    s3a_tags_fini(&tags);
    s3a_tags_init(&tags, S3A_TAGS_OF_BUCKET_MAX);
    assert_int_equal(
        s3a_tags_add(&tags, S3A_STR("k"), s3a_str_make(long_text, 4 * (S3A_TAG_VALUE_MAX + 1))),
        S3A_CODE_INVALID_TAG);
    assert_int_equal(
        s3a_tags_add(&tags, s3a_str_make(long_text, 4 * (S3A_TAG_KEY_MAX + 1)), S3A_STR("v")),
        S3A_CODE_INVALID_TAG);
    s3a_tags_fini(&tags);
}

static void read_with_failing_memory(void *arg)
{
    char text[1000];
    enum s3a_code code = read_header("a%20b=c%20d&e=f", text);

    (void)arg;
    assert_true(code == S3A_CODE_NONE || code == S3A_CODE_INTERNAL_ERROR);
}

static void without_memory_it_says_so(void **state)
{
    (void)state;
    fail_malloc_sweep(read_with_failing_memory, NULL);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(tags_are_kept_in_one_form_and_in_their_order),
        cmocka_unit_test(tags_that_cannot_be_are_refused),
        cmocka_unit_test(there_are_limits),
        cmocka_unit_test(without_memory_it_says_so),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
