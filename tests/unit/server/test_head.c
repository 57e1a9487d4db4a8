/* SPDX-License-Identifier: MIT */
#include "test.h"

#include <string.h>

#include "fail_malloc.h"
#include "head.h"

/* Heads are written here as a target and "Name: value" lines. */
static enum s3a_code read_head(struct s3a_head *head, struct s3a_pool *pool, const char *target,
                               const char *const *lines, size_t line_count)
{
    s3a_head_init(head, pool, S3A_STR("PUT"), s3a_str_of(target), line_count);
    for (size_t i = 0; i < line_count; i++) {
        struct s3a_str value = s3a_str_of(lines[i]);
        struct s3a_str name = s3a_str_split(&value, ':');
        s3a_head_add(head, name, value);
    }
    return s3a_head_end(head);
}

#define READ_HEAD(head, pool, target, ...)                                                         \
    read_head(head, pool, target, (const char *const[]){__VA_ARGS__},                              \
              sizeof((const char *const[]){__VA_ARGS__}) / sizeof(const char *))

static void the_target_stays_as_it_was_sent(void **state)
{
    (void)state;
    struct s3a_pool pool = {0};
    struct s3a_head head;

    assert_int_equal(READ_HEAD(&head, &pool, "/b/%7Ea//./x?prefix=a%2Fb&x-id=1?2", "Host: h"),
                     S3A_CODE_NONE);
    assert_str(head.request.method, "PUT");
    assert_str(head.request.path, "/b/%7Ea//./x");
    assert_str(head.request.query, "prefix=a%2Fb&x-id=1?2");
    assert_int_equal(READ_HEAD(&head, &pool, "/b", "Host: h"), S3A_CODE_NONE);
    assert_str(head.request.query, "");
    s3a_pool_fini(&pool);
}

static void an_absolute_target_counts_from_its_path_on(void **state)
{
    (void)state;
    static const char *const rows[][3] = {
        {"http://h:9000/b/k?x=/y", "/b/k", "x=/y"},
        {"HTTP://h/", "/", ""},
        {"http://h", "", ""},
        {"/http://h/b", "/http://h/b", ""},
    };
    struct s3a_pool pool = {0};
    struct s3a_head head;

    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        assert_int_equal(READ_HEAD(&head, &pool, rows[i][0], "Host: h"), S3A_CODE_NONE);
        assert_str(head.request.path, rows[i][1]);
        assert_str(head.request.query, rows[i][2]);
    }
    s3a_pool_fini(&pool);
}

static void names_are_lower_case_and_values_trimmed_and_in_order(void **state)
{
    (void)state;
    struct s3a_pool pool = {0};
    struct s3a_head head;

    assert_int_equal(READ_HEAD(&head, &pool, "/", "HOST:  h ", "X-Amz-Meta-A: 1", "x-amz-meta-a:\t",
                               "X-Amz-Meta-B: caf\xc3\xa9 au lait"),
                     S3A_CODE_NONE);
    assert_int_equal(head.request.header_count, 4);
    assert_str(head.request.headers[0].name, "host");
    assert_str(head.request.headers[0].value, "h");
    assert_str(head.request.headers[1].name, "x-amz-meta-a");
    assert_str(head.request.headers[2].name, "x-amz-meta-a");
    assert_str(head.request.headers[2].value, "");
    assert_str(head.request.headers[3].value, "caf\xc3\xa9 au lait");
    s3a_pool_fini(&pool);
}

static void it_says_what_comes_of_the_body(void **state)
{
    (void)state;
    struct s3a_pool pool = {0};
    struct s3a_head head;

    assert_int_equal(
        READ_HEAD(&head, &pool, "/", "Content-Length: 5368709120", "Expect: 100-Continue"),
        S3A_CODE_NONE);
    assert_true(head.has_length);
    assert_true(head.length == UINT64_C(5368709120));
    assert_true(head.waits_for_100);
    assert_false(head.is_chunked);
    assert_int_equal(READ_HEAD(&head, &pool, "/", "Transfer-Encoding: chunked"), S3A_CODE_NONE);
    assert_false(head.has_length);
    assert_true(head.is_chunked);
    s3a_pool_fini(&pool);
}

static void a_body_of_two_lengths_is_refused(void **state)
{
    (void)state;
    struct s3a_pool pool = {0};
    struct s3a_head head;

    assert_int_equal(READ_HEAD(&head, &pool, "/", "Content-Length: 5", "Content-Length: 6"),
                     S3A_CODE_INVALID_REQUEST);
    assert_non_null(head.message);
    assert_int_equal(
        READ_HEAD(&head, &pool, "/", "Content-Length: 5", "Transfer-Encoding: chunked"),
        S3A_CODE_INVALID_REQUEST);
    assert_int_equal(READ_HEAD(&head, &pool, "/", "Content-Length: -5"), S3A_CODE_INVALID_REQUEST);
    s3a_pool_fini(&pool);
}

static void lines_that_are_no_headers_are_refused(void **state)
{
    (void)state;
    struct s3a_pool pool = {0};
    struct s3a_head head;

    assert_int_equal(READ_HEAD(&head, &pool, "/", "Host : h"), S3A_CODE_INVALID_REQUEST);
    assert_int_equal(READ_HEAD(&head, &pool, "/", ": h"), S3A_CODE_INVALID_REQUEST);
    assert_int_equal(READ_HEAD(&head, &pool, "/", "x-amz-meta-a: b\rSet-Cookie: c"),
                     S3A_CODE_INVALID_REQUEST);
    assert_non_null(head.message);
    s3a_pool_fini(&pool);
}

static void more_headers_than_anybody_needs_are_refused(void **state)
{
    (void)state;
    struct s3a_pool pool = {0};
    struct s3a_head head;

    s3a_head_init(&head, &pool, S3A_STR("GET"), S3A_STR("/"), S3A_HEAD_HEADERS_MAX + 1);
    for (int i = 0; i <= S3A_HEAD_HEADERS_MAX; i++) {
        s3a_head_add(&head, S3A_STR("x"), S3A_STR("y"));
    }
    assert_int_equal(s3a_head_end(&head), S3A_CODE_INVALID_REQUEST);
    s3a_pool_fini(&pool);
}

static void methods_of_s3_are_known(void **state)
{
    (void)state;
    static const struct {
        const char *method;
        bool is_known;
    } cases[] = {{"GET", true},    {"HEAD", true},     {"PUT", true},
                 {"POST", true},   {"DELETE", true},   {"get", false},
                 {"PATCH", false}, {"OPTIONS", false}, {"PROPFIND", false}};

    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        struct s3a_head head = {.request = {.method = s3a_str_of(cases[i].method)}};
        assert_int_equal(s3a_head_method_is_known(&head), cases[i].is_known);
    }
}

static void read_without_memory(void *arg)
{
    struct s3a_pool pool = {0};
    struct s3a_head head;
    char long_name[4000];

    (void)arg;
    memset(long_name, 'a', sizeof(long_name));
    s3a_head_init(&head, &pool, S3A_STR("GET"), S3A_STR("/"), 2);
    s3a_head_add(&head, S3A_STR("host"), S3A_STR("h"));
    s3a_head_add(&head, s3a_str_make(long_name, sizeof(long_name)), S3A_STR("y"));
    enum s3a_code code = s3a_head_end(&head);
    s3a_pool_fini(&pool);
    assert_int_equal(code, fail_malloc_happened() ? S3A_CODE_INTERNAL_ERROR : S3A_CODE_NONE);
}

static void without_memory_it_is_an_internal_error(void **state)
{
    (void)state;
    for (unsigned nth = 1; nth <= 3; nth++) {
        fail_malloc_at(nth);
        read_without_memory(NULL);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_target_stays_as_it_was_sent),
        cmocka_unit_test(an_absolute_target_counts_from_its_path_on),
        cmocka_unit_test(names_are_lower_case_and_values_trimmed_and_in_order),
        cmocka_unit_test(it_says_what_comes_of_the_body),
        cmocka_unit_test(a_body_of_two_lengths_is_refused),
        cmocka_unit_test(lines_that_are_no_headers_are_refused),
        cmocka_unit_test(more_headers_than_anybody_needs_are_refused),
        cmocka_unit_test(methods_of_s3_are_known),
        cmocka_unit_test(without_memory_it_is_an_internal_error),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
