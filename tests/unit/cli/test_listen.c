/* SPDX-License-Identifier: MIT */
#include "listen.h"

#include <string.h>

#include "test.h"

static void assert_parsed(const char *text, const char *address, uint16_t port, bool loopback)
{
    struct s3a_listen listen;
    struct s3a_error error;

    assert_int_equal(s3a_listen_parse(text, &listen, &error), S3A_OK);
    assert_string_equal(listen.address, address);
    assert_int_equal(listen.port, port);
    assert_int_equal(s3a_listen_is_loopback(&listen), loopback);
}

static void addresses_of_both_kinds(void **state)
{
    (void)state;
    assert_parsed("127.0.0.1:9000", "127.0.0.1", 9000, true);
    assert_parsed("127.1.2.3:0", "127.1.2.3", 0, true);
    assert_parsed("0.0.0.0:65535", "0.0.0.0", 65535, false);
    assert_parsed("[::1]:80", "::1", 80, true);
    assert_parsed("[::]:80", "::", 80, false);
    assert_parsed("192.168.1.1:1", "192.168.1.1", 1, false);
}

static void what_is_none_is_refused(void **state)
{
    static const char *const bad[] = {"",
                                      "9000",
                                      ":9000",
                                      "127.0.0.1",
                                      "127.0.0.1:",
                                      "127.0.0.1:65536",
                                      "127.0.0.1:-1",
                                      "127.0.0.1:9000 ",
                                      "127.0.0.1:000009000",
                                      "localhost:9000",
                                      "::1:9000",
                                      "[127.0.0.1]:9000",
                                      "[::1]9000",
                                      "[]:9000",
                                      "127.0.0.256:9000"};

    (void)state;
    for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
        struct s3a_listen listen;
        struct s3a_error error;
        assert_int_equal(s3a_listen_parse(bad[i], &listen, &error), S3A_INVALID);
        assert_non_null(strstr(error.message, "127.0.0.1:9000"));
        assert_string_equal(listen.address, "");
    }
}

static void an_endless_address_is_refused(void **state)
{
    char text[500];
    struct s3a_listen listen;

    (void)state;
    memset(text, '1', sizeof(text));
    memcpy(text + sizeof(text) - 4, ":80", 4);
    assert_int_equal(s3a_listen_parse(text, &listen, NULL), S3A_INVALID);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(addresses_of_both_kinds),
        cmocka_unit_test(what_is_none_is_refused),
        cmocka_unit_test(an_endless_address_is_refused),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
