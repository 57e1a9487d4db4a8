/* SPDX-License-Identifier: MIT */
#include "test.h"

#include <string.h>

#include "fail_malloc.h"
#include "uri.h"

static void encodes_all_but_the_unreserved(void **state)
{
    (void)state;
    struct s3a_buf buf;
    char every[256];

    for (size_t i = 0; i < sizeof(every); i++) {
        every[i] = (char)i;
    }
    s3a_buf_init(&buf, 10000);
    s3a_uri_encode(&buf, s3a_str_make(every, sizeof(every)), false);
    assert_int_equal(buf.size, 66 + 3 * (256 - 66));
    assert_non_null(strstr(s3a_buf_text(&buf), "%00%01%02"));
    assert_non_null(strstr(s3a_buf_text(&buf), "%20%21%22%23%24%25%26%27%28%29%2A%2B%2C-.%2F0123"));
    assert_non_null(strstr(s3a_buf_text(&buf), "9%3A%3B%3C%3D%3E%3F%40ABC"));
    assert_non_null(strstr(s3a_buf_text(&buf), "XYZ%5B%5C%5D%5E_%60abc"));
    assert_non_null(strstr(s3a_buf_text(&buf), "xyz%7B%7C%7D~%7F%80"));
    assert_non_null(strstr(s3a_buf_text(&buf), "%FE%FF"));

    s3a_buf_clear(&buf);
    s3a_uri_encode(&buf, S3A_STR("/a b/\xc3\xa9+"), true);
    assert_string_equal(s3a_buf_text(&buf), "/a%20b/%C3%A9%2B");
    s3a_buf_clear(&buf);
    s3a_uri_encode(&buf, s3a_str_make(NULL, 0), true);
    assert_int_equal(buf.size, 0);
    s3a_buf_fini(&buf);
}

static void decodes_what_was_encoded(void **state)
{
    (void)state;
    struct s3a_pool pool = {0};
    struct s3a_buf buf;
    struct s3a_str text;
    char every[256];

    for (size_t i = 0; i < sizeof(every); i++) {
        every[i] = (char)i;
    }
    s3a_buf_init(&buf, 10000);
    s3a_uri_encode(&buf, s3a_str_make(every, sizeof(every)), false);
    assert_int_equal(s3a_uri_decode(&pool, s3a_buf_str(&buf), false, &text), S3A_OK);
    assert_int_equal(text.size, sizeof(every));
    assert_memory_equal(text.data, every, sizeof(every));

    assert_int_equal(s3a_uri_decode(&pool, S3A_STR("%c3%A9+%2b"), false, &text), S3A_OK);
    assert_str(text, "\xc3\xa9++");
    assert_int_equal(s3a_uri_decode(&pool, S3A_STR("a+b%2b"), true, &text), S3A_OK);
    assert_str(text, "a b+");
    assert_int_equal(s3a_uri_decode(&pool, S3A_STR("a+b"), true, &text), S3A_OK);
    assert_str(text, "a b");
    s3a_buf_fini(&buf);
    s3a_pool_fini(&pool);
}

static void what_needs_no_decoding_stays_where_it_is(void **state)
{
    (void)state;
    struct s3a_pool pool = {0};
    struct s3a_str plain = S3A_STR("a+b");
    struct s3a_str text;

    assert_int_equal(s3a_uri_decode(&pool, plain, false, &text), S3A_OK);
    assert_ptr_equal(text.data, plain.data);
    assert_int_equal(s3a_uri_decode(&pool, s3a_str_make(NULL, 0), true, &text), S3A_OK);
    assert_null(text.data);
    assert_null(pool.blocks);
}

static void refuses_half_an_escape(void **state)
{
    (void)state;
    const char *bad[] = {"%", "%4", "a%", "a%4", "%4g", "%g4", "%%41", "% 41", "%-1", "%41%"};
    struct s3a_pool pool = {0};
    struct s3a_str text;

    for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
        assert_int_equal(s3a_uri_decode(&pool, s3a_str_of(bad[i]), false, &text), S3A_INVALID);
        assert_str(text, bad[i]);
    }
    s3a_pool_fini(&pool);

    fail_malloc_at(1);
    assert_int_equal(s3a_uri_decode(&pool, S3A_STR("%41"), false, &text), S3A_NO_MEMORY);
    assert_true(fail_malloc_happened());
}

static void walks_through_a_query(void **state)
{
    (void)state;
    struct s3a_str rest = S3A_STR("&a=1&&b&c=&=d&e=f=g&");
    struct s3a_str name;
    struct s3a_str value;

    assert_true(s3a_query_next(&rest, &name, &value));
    assert_str(name, "a");
    assert_str(value, "1");
    assert_true(s3a_query_next(&rest, &name, &value));
    assert_str(name, "b");
    assert_null(value.data);
    assert_true(s3a_query_next(&rest, &name, &value));
    assert_str(name, "c");
    assert_non_null(value.data);
    assert_int_equal(value.size, 0);
    assert_true(s3a_query_next(&rest, &name, &value));
    assert_str(name, "");
    assert_str(value, "d");
    assert_true(s3a_query_next(&rest, &name, &value));
    assert_str(name, "e");
    assert_str(value, "f=g");
    assert_false(s3a_query_next(&rest, &name, &value));
    rest = s3a_str_make(NULL, 0);
    assert_false(s3a_query_next(&rest, &name, &value));
}

static void recodes_whatever_the_sender_escaped(void **state)
{
    (void)state;
    static const struct {
        const char *text;
        bool keep_slash;
        bool plus_is_space;
        const char *expected;
    } rows[] = {
        {"/a%2fb%7E%c3%a9 $", true, false, "/a/b~%C3%A9%20%24"},
        {"a/b%2Fc", false, false, "a%2Fb%2Fc"},
        {"a+b%2b", false, false, "a%2Bb%2B"},
        {"a+b%2b", false, true, "a%20b%2B"},
        {"100%", true, false, "100%25"},
        {"%4%zz%", true, false, "%254%25zz%25"},
        {"", true, false, ""},
    };
    struct s3a_buf buf;

    s3a_buf_init(&buf, 1000);
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        s3a_buf_clear(&buf);
        s3a_uri_recode(&buf, s3a_str_of(rows[i].text), rows[i].keep_slash, rows[i].plus_is_space);
        assert_string_equal(s3a_buf_text(&buf), rows[i].expected);
    }
    s3a_buf_fini(&buf);
}

static int sign_of(int number)
{
    return (number > 0) - (number < 0);
}

/* Against the definition: what memcmp says of the encoded texts. */
static void compares_as_the_encoded_would_compare(void **state)
{
    (void)state;
    static const char *const texts[] = {"",    "a",   "a-",   "aB",    "ab",  "a%2Fb", "a/b",
                                        "%61", "A",   "~",    "%7e",   "+",   "%20",   " ",
                                        "%",   "%25", "\xff", "a\xff", "%2B", "_"};
    const size_t count = sizeof(texts) / sizeof(texts[0]);
    struct s3a_buf a;
    struct s3a_buf b;

    s3a_buf_init(&a, 1000);
    s3a_buf_init(&b, 1000);
    for (size_t i = 0; i < count * count; i++) {
        struct s3a_str left = s3a_str_of(texts[i / count]);
        struct s3a_str right = s3a_str_of(texts[i % count]);
        s3a_buf_clear(&a);
        s3a_buf_clear(&b);
        s3a_uri_recode(&a, left, false, true);
        s3a_uri_recode(&b, right, false, true);
        assert_int_equal(sign_of(s3a_uri_compare(left, right)),
                         sign_of(s3a_str_compare(s3a_buf_str(&a), s3a_buf_str(&b))));
    }
    s3a_buf_fini(&a);
    s3a_buf_fini(&b);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(encodes_all_but_the_unreserved),
        cmocka_unit_test(decodes_what_was_encoded),
        cmocka_unit_test(what_needs_no_decoding_stays_where_it_is),
        cmocka_unit_test(refuses_half_an_escape),
        cmocka_unit_test(walks_through_a_query),
        cmocka_unit_test(recodes_whatever_the_sender_escaped),
        cmocka_unit_test(compares_as_the_encoded_would_compare),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
