/* SPDX-License-Identifier: MIT */
#include "test.h"

#include <arpa/inet.h>
#include <errno.h>
#include <netinet/in.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "listener.h"

static bool can_connect(uint16_t port)
{
    struct sockaddr_in address = {.sin_family = AF_INET, .sin_port = htons(port)};
    int fd = socket(AF_INET, SOCK_STREAM, 0);

    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    bool result = connect(fd, (struct sockaddr *)&address, sizeof(address)) == 0;
    close(fd);
    return result;
}

static void a_free_port_is_found_and_named(void **state)
{
    (void)state;
    struct s3a_listener listener;
    char endpoint[64];

    assert_int_equal(s3a_listener_open("127.0.0.1", 0, "http", &listener, NULL), S3A_OK);
    assert_true(listener.port > 0);
    snprintf(endpoint, sizeof(endpoint), "http://127.0.0.1:%u", listener.port);
    assert_string_equal(listener.endpoint, endpoint);
    assert_true(can_connect(listener.port));
    s3a_listener_close(&listener);
    assert_false(can_connect(listener.port));
    s3a_listener_close(&listener);
}

static void a_port_that_is_taken_is_an_error_that_names_it(void **state)
{
    (void)state;
    struct s3a_listener first;
    struct s3a_listener second;
    struct s3a_error error;

    assert_int_equal(s3a_listener_open("127.0.0.1", 0, "http", &first, NULL), S3A_OK);
    assert_int_equal(s3a_listener_open("127.0.0.1", first.port, "http", &second, &error),
                     S3A_SYSTEM);
    assert_int_equal(error.system_errno, EADDRINUSE);
    assert_non_null(strstr(error.message, "127.0.0.1"));
    assert_int_equal(second.fd, -1);
    s3a_listener_close(&second);
    s3a_listener_close(&first);
}

static void every_address_is_reached_over_the_loopback(void **state)
{
    (void)state;
    struct s3a_listener listener;

    assert_int_equal(s3a_listener_open("0.0.0.0", 0, "http", &listener, NULL), S3A_OK);
    assert_non_null(strstr(listener.endpoint, "http://127.0.0.1:"));
    assert_true(can_connect(listener.port));
    s3a_listener_close(&listener);
}

static void ipv6_addresses_stand_in_brackets(void **state)
{
    (void)state;
    struct s3a_listener listener;
    struct s3a_error error;
    enum s3a_status status = s3a_listener_open("::1", 0, "http", &listener, &error);

    if (status == S3A_SYSTEM &&
        (error.system_errno == EADDRNOTAVAIL || error.system_errno == EAFNOSUPPORT)) {
        skip(); /* no IPv6 on this machine */
    }
    assert_int_equal(status, S3A_OK);
    assert_non_null(strstr(listener.endpoint, "http://[::1]:"));
    s3a_listener_close(&listener);
    assert_int_equal(s3a_listener_open("::", 0, "http", &listener, NULL), S3A_OK);
    assert_non_null(strstr(listener.endpoint, "http://[::1]:"));
    assert_true(can_connect(listener.port));
    s3a_listener_close(&listener);
}

static void what_is_no_address_is_refused(void **state)
{
    (void)state;
    struct s3a_listener listener;
    struct s3a_error error;

    assert_int_equal(s3a_listener_open("localhost", 0, "http", &listener, &error), S3A_INVALID);
    assert_non_null(strstr(error.message, "localhost"));
    assert_int_equal(s3a_listener_open("", 0, "http", &listener, NULL), S3A_INVALID);
    assert_int_equal(listener.fd, -1);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_free_port_is_found_and_named),
        cmocka_unit_test(a_port_that_is_taken_is_an_error_that_names_it),
        cmocka_unit_test(every_address_is_reached_over_the_loopback),
        cmocka_unit_test(ipv6_addresses_stand_in_brackets),
        cmocka_unit_test(what_is_no_address_is_refused),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
