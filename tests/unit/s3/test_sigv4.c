/* SPDX-License-Identifier: MIT */
#include "test.h"

#include <stdlib.h>
#include <string.h>

#include "fail_malloc.h"
#include "sigv4_examples.h"

static struct s3a_buf canonical_of(const struct s3a_sigv4_request *request, bool skip_signature)
{
    struct s3a_buf buf;

    s3a_buf_init(&buf, 10000);
    s3a_sigv4_canonical_request(&buf, request, skip_signature);
    assert_int_equal(buf.status, S3A_OK);
    return buf;
}

static void assert_canonical(const struct s3a_sigv4_request *request, const char *expected)
{
    struct s3a_buf buf = canonical_of(request, false);

    assert_string_equal(s3a_buf_text(&buf), expected);
    s3a_buf_fini(&buf);
}

static void the_worked_examples_come_out_as_printed(void **state)
{
    (void)state;

    for (size_t i = 0; i < EXAMPLE_COUNT; i++) {
        struct s3a_sigv4_request request = example_request(&examples[i]);
        struct s3a_buf buf = canonical_of(&request, false);
        uint8_t sha256[S3A_SHA256_SIZE];
        char hex[S3A_SHA256_HEX_SIZE + 1];

        s3a_sha256(s3a_buf_str(&buf), sha256);
        s3a_hex(sha256, sizeof(sha256), hex);
        assert_string_equal(hex, examples[i].canonical_request_sha256);
        s3a_buf_clear(&buf);
        s3a_sigv4_signed_headers(&buf, &request);
        assert_string_equal(s3a_buf_text(&buf), examples[i].signed_headers);
        s3a_buf_fini(&buf);
    }
}

static void a_canonical_request_has_six_parts(void **state)
{
    (void)state;
    static const struct s3a_header headers[] = {EXAMPLE_HEADER("x-amz-date", "D"),
                                                EXAMPLE_HEADER("host", "h:9000")};
    struct s3a_sigv4_request request = {.method = S3A_STR("GET"),
                                        .path = S3A_STR("/b/k"),
                                        .query = S3A_STR("b=2&a=1"),
                                        .headers = headers,
                                        .header_count = 2,
                                        .payload_hash = S3A_STR("HASH")};

    assert_canonical(&request, "GET\n/b/k\na=1&b=2\nhost:h:9000\nx-amz-date:D\n\n"
                               "host;x-amz-date\nHASH");
    assert_canonical(&(struct s3a_sigv4_request){.method = S3A_STR("GET")}, "GET\n/\n\n\n\n");
}

static void paths_are_encoded_once_and_not_normalised(void **state)
{
    (void)state;
    static const char *const paths[][2] = {
        {"/a//b/./c/../d/", "/a//b/./c/../d/"}, /* */
        {"/a b$c+d%20e%2bf", "/a%20b%24c%2Bd%20e%2Bf"},
        {"/%e1%88%b4", "/%E1%88%B4"},
        {"/\xe1\x88\xb4", "/%E1%88%B4"},
        {"/-._~AZaz09", "/-._~AZaz09"},
        {"/%zz%1", "/%25zz%251"},
    };

    for (size_t i = 0; i < sizeof(paths) / sizeof(paths[0]); i++) {
        struct s3a_sigv4_request request = {.path = s3a_str_of(paths[i][0])};
        struct s3a_buf buf = canonical_of(&request, false);
        struct s3a_str text = s3a_str_skip(s3a_buf_str(&buf), 1);
        assert_str(s3a_str_split(&text, '\n'), paths[i][1]);
        s3a_buf_fini(&buf);
    }
}

static void parameters_are_sorted_as_they_are_encoded(void **state)
{
    (void)state;
    static const char *const queries[][2] = {
        {"lifecycle", "lifecycle="},
        {"b&a=&b=1&b=0", "a=&b=&b=0&b=1"},
        {"prefix=a/b&x=1+2", "prefix=a%2Fb&x=1%202"},
        {"prefix=a%2fb", "prefix=a%2Fb"},
        /* as encoded: "%E1" < "B" < "a" < "a-b" < "ab", though the bytes say otherwise */
        {"ab&a&\xe1=1&a-b&B", "%E1=1&B=&a=&a-b=&ab="},
        {"Param-3=Value3&Param=Value2&%E1%88%B4=Value1",
         "%E1%88%B4=Value1&Param=Value2&Param-3=Value3"},
        {"&&a&", "a="},
        {"a==b", "a=%3Db"},
    };

    for (size_t i = 0; i < sizeof(queries) / sizeof(queries[0]); i++) {
        struct s3a_sigv4_request request = {.query = s3a_str_of(queries[i][0])};
        struct s3a_buf buf = canonical_of(&request, false);
        struct s3a_str text = s3a_str_skip(s3a_buf_str(&buf), 3);
        assert_str(s3a_str_split(&text, '\n'), queries[i][1]);
        s3a_buf_fini(&buf);
    }
}

static void only_verifying_leaves_out_the_signature(void **state)
{
    (void)state;
    struct s3a_sigv4_request request = {.query = S3A_STR("X-Amz-Signature=0&X-Amz-Date=1")};
    struct s3a_buf buf = canonical_of(&request, true);

    assert_string_equal(s3a_buf_text(&buf), "\n/\nX-Amz-Date=1\n\n\n");
    s3a_buf_fini(&buf);
    assert_canonical(&request, "\n/\nX-Amz-Date=1&X-Amz-Signature=0\n\n\n");
}

static void values_of_one_name_are_joined_and_trimmed(void **state)
{
    (void)state;
    static const struct s3a_header headers[] = {
        EXAMPLE_HEADER("b", "  a   b \t c  "), EXAMPLE_HEADER("a", "3"), EXAMPLE_HEADER("a", " 1 "),
        EXAMPLE_HEADER("a", ""), EXAMPLE_HEADER("ab", "\"x  y\"")};
    struct s3a_sigv4_request request = {.headers = headers, .header_count = 5};

    assert_canonical(&request, "\n/\n\na:3,1,\nab:\"x y\"\nb:a b c\n\na;ab;b\n");
}

static void what_is_signed_has_a_limit(void **state)
{
    (void)state;
    static struct s3a_header headers[S3A_SIGNED_HEADERS_MAX + 1];
    struct s3a_sigv4_request request = {.headers = headers, .header_count = S3A_SIGNED_HEADERS_MAX};
    char query[2 * (S3A_SIGNED_PARAMETERS_MAX + 1)];
    struct s3a_buf buf;

    for (size_t i = 0; i < S3A_SIGNED_HEADERS_MAX + 1; i++) {
        headers[i] = (struct s3a_header)EXAMPLE_HEADER("a", "");
    }
    for (size_t i = 0; i < sizeof(query); i += 2) {
        memcpy(query + i, "a&", 2);
    }
    request.query = s3a_str_make(query, 2 * S3A_SIGNED_PARAMETERS_MAX);
    buf = canonical_of(&request, false);
    s3a_buf_clear(&buf);
    request.query = s3a_str_make(query, sizeof(query));
    s3a_sigv4_canonical_request(&buf, &request, false);
    assert_int_equal(buf.status, S3A_TOO_LARGE);
    s3a_buf_clear(&buf);
    request.query.size = 0;
    request.header_count++;
    s3a_sigv4_canonical_request(&buf, &request, false);
    assert_int_equal(buf.status, S3A_TOO_LARGE);
    s3a_buf_clear(&buf);
    s3a_sigv4_signed_headers(&buf, &request);
    assert_int_equal(buf.status, S3A_TOO_LARGE);
    s3a_buf_fini(&buf);
}

static void the_string_to_sign_names_time_scope_and_request(void **state)
{
    (void)state;
    struct s3a_buf buf;

    s3a_buf_init(&buf, 1000);
    s3a_buf_append_text(&buf, "abc");
    s3a_sigv4_string_to_sign(&buf, &example_scope, s3a_buf_str(&buf));
    assert_string_equal(s3a_buf_text(&buf),
                        "abcAWS4-HMAC-SHA256\n20130524T000000Z\n"
                        "20130524/us-east-1/s3/aws4_request\n"
                        "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
    s3a_buf_fini(&buf);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_worked_examples_come_out_as_printed),
        cmocka_unit_test(a_canonical_request_has_six_parts),
        cmocka_unit_test(paths_are_encoded_once_and_not_normalised),
        cmocka_unit_test(parameters_are_sorted_as_they_are_encoded),
        cmocka_unit_test(only_verifying_leaves_out_the_signature),
        cmocka_unit_test(values_of_one_name_are_joined_and_trimmed),
        cmocka_unit_test(what_is_signed_has_a_limit),
        cmocka_unit_test(the_string_to_sign_names_time_scope_and_request),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
