/* SPDX-License-Identifier: MIT */
#include "test.h"

#include <string.h>

#include "fail_malloc.h"
#include "uri.h"

static void takes_endpoints_apart(void **state)
{
    (void)state;
    static const struct {
        const char *text;
        enum s3a_scheme scheme;
        const char *host, *authority;
        uint16_t port;
        bool has_port;
        const char *path;
    } table[] = {
        {"https://s3.example.com", S3A_SCHEME_HTTPS, "s3.example.com", "s3.example.com", 443, false,
         ""},
        {"http://127.0.0.1:9000/", S3A_SCHEME_HTTP, "127.0.0.1", "127.0.0.1:9000", 9000, true, ""},
        {"HTTP://Host", S3A_SCHEME_HTTP, "Host", "Host", 80, false, ""},
        {"http://[::1]:9000", S3A_SCHEME_HTTP, "::1", "[::1]:9000", 9000, true, ""},
        {"https://[2001:db8::7]", S3A_SCHEME_HTTPS, "2001:db8::7", "[2001:db8::7]", 443, false, ""},
        {"http://h:65535/a/b%20c//", S3A_SCHEME_HTTP, "h", "h:65535", 65535, true, "/a/b%20c"},
        {"http://s3_1.local.", S3A_SCHEME_HTTP, "s3_1.local.", "s3_1.local.", 80, false, ""},
        {"file:///var/lib/locks", S3A_SCHEME_FILE, "", "", 0, false, "/var/lib/locks"},
        {"file:///var/lib/locks/", S3A_SCHEME_FILE, "", "", 0, false, "/var/lib/locks"},
        {"file:/var", S3A_SCHEME_FILE, "", "", 0, false, "/var"},
        {"file://localhost/var", S3A_SCHEME_FILE, "", "", 0, false, "/var"},
        {"File:///a%20b%3F/\xc3\xa9 +@:1", S3A_SCHEME_FILE, "", "", 0, false,
         "/a b?/\xc3\xa9 +@:1"},
        {"file:///", S3A_SCHEME_FILE, "", "", 0, false, "/"},
    };

    for (size_t i = 0; i < sizeof(table) / sizeof(table[0]); i++) {
        struct s3a_pool pool = {0};
        struct s3a_endpoint endpoint;
        struct s3a_error error;
        assert_int_equal(s3a_endpoint_parse(&pool, s3a_str_of(table[i].text), &endpoint, &error),
                         S3A_OK);
        assert_string_equal(error.message, "");
        assert_int_equal(endpoint.scheme, table[i].scheme);
        assert_str(endpoint.host, table[i].host);
        assert_str(endpoint.authority, table[i].authority);
        assert_int_equal(endpoint.port, table[i].port);
        assert_int_equal(endpoint.has_port, table[i].has_port);
        assert_str(endpoint.path, table[i].path);
        s3a_pool_fini(&pool);
    }
}

static void says_what_is_wrong_with_the_others(void **state)
{
    (void)state;
    static const struct {
        const char *text;
        const char *why;
    } table[] = {
        {"", "it is empty"},
        {"s3.example.com", "it must begin with https://, http:// or file://"},
        {"localhost:9000", "it must begin with https://, http:// or file://"},
        {"ftp://h", "it must begin with https://, http:// or file://"},
        {"https:/h", "it must begin with https://, http:// or file://"},
        {"http://", "it names no host"},
        {"http:///path", "it names no host"},
        {"http://:9000", "it names no host"},
        {"http://a..b", "its host is none"},
        {"http://.a", "its host is none"},
        {"http://-a", "its host is none"},
        {"http://a,b", "its host is none"},
        {"http://a%41", "its host is none"},
        {"http://h:", "its port is none"},
        {"http://h:0", "its port is none"},
        {"http://h:65536", "its port is none"},
        {"http://h:-1", "its port is none"},
        {"http://h:80:80", "its port is none"},
        {"http://::1", "it names no host"},
        {"http://[::1", "its IPv6 address is none"},
        {"http://[::1]9", "its IPv6 address is none"},
        {"http://[1.2.3.4]", "its IPv6 address is none"},
        {"http://[]", "its IPv6 address is none"},
        {"http://[::1]:", "its port is none"},
        {"http://h?a", "it may have no query and no fragment"},
        {"http://h/#a", "it may have no query and no fragment"},
        {"http://h/ a", "it holds a character that no URL may hold"},
        {"http://h/\r\nX: y", "it holds a character that no URL may hold"},
        {"http://h\xc3\xa9", "it holds a character that no URL may hold"},
        {"file://host/dir", "it needs an absolute path"},
        {"file:dir", "it needs an absolute path"},
        {"file:", "it needs an absolute path"},
        {"file://", "it needs an absolute path"},
        {"file:///a%2", "its path has a '%' without two hexadecimal digits"},
        {"file:///a%00", "its path holds a NUL byte"},
        {"file:///a?b", "it may have no query and no fragment"},
    };

    for (size_t i = 0; i < sizeof(table) / sizeof(table[0]); i++) {
        struct s3a_pool pool = {0};
        struct s3a_endpoint endpoint;
        struct s3a_error error;
        assert_int_equal(s3a_endpoint_parse(&pool, s3a_str_of(table[i].text), &endpoint, &error),
                         S3A_INVALID);
        assert_non_null(strstr(error.message, table[i].why));
        assert_non_null(strstr(error.message, "good ones are https://s3.example.com, "));
        assert_null(strchr(error.message, '\n'));
        s3a_pool_fini(&pool);
    }
}

static void a_password_is_refused_and_not_shown(void **state)
{
    (void)state;
    struct s3a_pool pool = {0};
    struct s3a_endpoint endpoint;
    struct s3a_error error;

    assert_int_equal(
        s3a_endpoint_parse(&pool, S3A_STR("https://me:hunter2@host"), &endpoint, &error),
        S3A_INVALID);
    assert_string_equal(error.message,
                        "endpoint \"...@host\": it may not hold a user name; credentials are given "
                        "apart; good ones are https://s3.example.com, http://127.0.0.1:9000, "
                        "file:///var/lib/locks");
    s3a_pool_fini(&pool);
}

static void a_host_of_any_length_is_judged(void **state)
{
    (void)state;
    struct s3a_pool pool = {0};
    struct s3a_endpoint endpoint;
    struct s3a_error error;
    char text[7 + 254];

    memset(text, 'h', sizeof(text));
    memcpy(text, "http://", 7);
    assert_int_equal(s3a_endpoint_parse(&pool, s3a_str_make(text, 7 + 253), &endpoint, NULL),
                     S3A_OK);
    assert_int_equal(s3a_endpoint_parse(&pool, s3a_str_make(text, 7 + 254), &endpoint, &error),
                     S3A_INVALID);
    s3a_pool_fini(&pool);
}

static void knows_addresses_from_names(void **state)
{
    (void)state;
    const char *addresses[] = {"127.0.0.1", "255.255.255.255", "::1", "2001:db8::7",
                               "::ffff:1.2.3.4"};
    const char *names[] = {
        "",          "localhost",
        "1.2.3",     "1.2.3.4.5",
        "256.1.1.1", "[::1]",
        "a.b",       "1111:2222:3333:4444:5555:6666:7777:8888:9999:aaaa:bbbb:cccc"};

    for (size_t i = 0; i < sizeof(addresses) / sizeof(addresses[0]); i++) {
        assert_true(s3a_host_is_address(s3a_str_of(addresses[i])));
    }
    for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
        assert_false(s3a_host_is_address(s3a_str_of(names[i])));
    }
    assert_false(s3a_host_is_address(S3A_STR("127.0.0.1\0")));
}

static void parse_without_memory(void *arg)
{
    struct s3a_pool pool = {0};
    struct s3a_endpoint endpoint;
    enum s3a_status status = s3a_endpoint_parse(&pool, S3A_STR("file:///a%20b"), &endpoint, NULL);

    (void)arg;
    assert_true(status == S3A_OK || status == S3A_NO_MEMORY);
    s3a_pool_fini(&pool);
}

static void memory_may_run_out_at_any_point(void **state)
{
    (void)state;
    fail_malloc_sweep(parse_without_memory, NULL);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(takes_endpoints_apart),
        cmocka_unit_test(says_what_is_wrong_with_the_others),
        cmocka_unit_test(a_password_is_refused_and_not_shown),
        cmocka_unit_test(a_host_of_any_length_is_judged),
        cmocka_unit_test(knows_addresses_from_names),
        cmocka_unit_test(memory_may_run_out_at_any_point),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
