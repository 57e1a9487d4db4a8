/* SPDX-License-Identifier: MIT */
#include "test.h"

#include <arpa/inet.h>

#include "addresses.h"
#include "fail_malloc.h"

#define MANY 5000

static struct s3a_addresses addresses;

static int begin(void **state)
{
    (void)state;
    s3a_addresses_init(&addresses);
    return 0;
}

static int end(void **state)
{
    (void)state;
    s3a_addresses_fini(&addresses);
    return 0;
}

union peer {
    struct sockaddr any;
    struct sockaddr_in v4;
    struct sockaddr_in6 v6;
};

static union peer peer_of(const char *text)
{
    union peer peer = {.v4 = {.sin_family = AF_INET, .sin_port = 1}};

    if (inet_pton(AF_INET, text, &peer.v4.sin_addr) != 1) {
        peer.v6 = (struct sockaddr_in6){.sin6_family = AF_INET6};
        assert_int_equal(inet_pton(AF_INET6, text, &peer.v6.sin6_addr), 1);
    }
    return peer;
}

static struct s3a_address *enter(const char *text, size_t expected)
{
    union peer peer = peer_of(text);
    size_t count;
    struct s3a_address *address = s3a_addresses_enter(&addresses, &peer.any, &count);

    assert_non_null(address);
    assert_int_equal(count, expected);
    assert_int_equal(s3a_addresses_count(&addresses, &peer.any), expected);
    return address;
}

static void leave(struct s3a_address *address)
{
    s3a_addresses_leave(&addresses, address);
}

static void each_address_is_counted_for_itself(void **state)
{
    (void)state;
    struct s3a_address *first = enter("192.0.2.1", 1);
    struct s3a_address *other = enter("192.0.2.2", 1);
    union peer peer = peer_of("192.0.2.1");

    assert_ptr_equal(enter("192.0.2.1", 2), first);
    leave(first);
    assert_ptr_equal(enter("192.0.2.1", 2), first);
    leave(first);
    leave(first);
    assert_int_equal(s3a_addresses_count(&addresses, &peer.any), 0);
    leave(enter("192.0.2.1", 1));
    leave(other);
    leave(NULL);
}

static void ipv6_counts_by_networks(void **state)
{
    (void)state;
    struct s3a_address *first = enter("2001:db8:0:1::1", 1);

    assert_ptr_equal(enter("2001:db8:0:1:ffff::2", 2), first);
    leave(first);
    leave(enter("2001:db8:0:2::1", 1));
    leave(enter("2001:db9:0:1::1", 1));
    leave(first);
}

static void an_ipv4_address_is_the_same_within_ipv6(void **state)
{
    (void)state;
    struct s3a_address *first = enter("192.0.2.1", 1);

    assert_ptr_equal(enter("::ffff:192.0.2.1", 2), first);
    leave(enter("::ffff:192.0.2.2", 1));
    /* The same 64 bits in either order are no network of anybody's. */
    leave(enter("c000:201:ffff:ffff::1", 1));
    leave(enter("102:c0:ffff:ffff::1", 1));
    leave(first);
    leave(first);
}

static void there_may_be_many(void **state)
{
    (void)state;
    static struct s3a_address *many[MANY];
    size_t count;

    for (uint32_t i = 0; i < MANY; i++) {
        struct sockaddr_in v4 = {.sin_family = AF_INET, .sin_addr = {htonl(0x0a000000 + i)}};
        many[i] = s3a_addresses_enter(&addresses, (struct sockaddr *)&v4, &count);
        assert_non_null(many[i]);
        assert_int_equal(count, 1);
    }
    for (uint32_t i = 0; i < MANY; i++) {
        leave(many[i]);
    }
}

static void enter_and_leave(void *arg)
{
    union peer peer = peer_of("192.0.2.1");
    size_t count;

    (void)arg;
    struct s3a_address *address = s3a_addresses_enter(&addresses, &peer.any, &count);
    assert_int_equal(count, address ? 1 : 0);
    leave(address);
}

static void without_memory_one_is_not_counted(void **state)
{
    (void)state;
    fail_malloc_sweep(enter_and_leave, NULL);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(each_address_is_counted_for_itself, begin, end),
        cmocka_unit_test_setup_teardown(ipv6_counts_by_networks, begin, end),
        cmocka_unit_test_setup_teardown(an_ipv4_address_is_the_same_within_ipv6, begin, end),
        cmocka_unit_test_setup_teardown(there_may_be_many, begin, end),
        cmocka_unit_test_setup_teardown(without_memory_one_is_not_counted, begin, end),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
