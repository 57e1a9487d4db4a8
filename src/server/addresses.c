/* SPDX-License-Identifier: MIT */
#include "addresses.h"

#include <netinet/in.h>
#include <stdlib.h>
#include <string.h>

#include "check.h"
#include "random.h"

/* IPv4 addresses are keys within ffff:ffff::/32: that is multicast, and nobody's own. */
#define V4_MARK (UINT64_C(0xffffffff) << 32)

static uint64_t key_of(const struct sockaddr *peer)
{
    uint64_t network = 0;
    uint32_t v4 = 0;

    if (peer->sa_family == AF_INET) {
        const struct sockaddr_in *in = (const struct sockaddr_in *)(const void *)peer;
        v4 = ntohl(in->sin_addr.s_addr);
    } else if (peer->sa_family == AF_INET6) {
        const struct in6_addr *v6 = &((const struct sockaddr_in6 *)(const void *)peer)->sin6_addr;
        if (!IN6_IS_ADDR_V4MAPPED(v6)) {
            for (size_t i = 0; i < sizeof(network); i++) {
                network = network << 8 | v6->s6_addr[i];
            }
            return network;
        }
        memcpy(&v4, v6->s6_addr + 12, sizeof(v4));
        v4 = ntohl(v4);
    }
    return V4_MARK | v4;
}

/* The last step of MurmurHash3's 64 bits: every bit of the key changes half of the result's. */
static struct s3a_list *list_of(struct s3a_addresses *addresses, uint64_t key)
{
    key ^= addresses->seed;
    key = (key ^ key >> 33) * UINT64_C(0xff51afd7ed558ccd);
    key = (key ^ key >> 33) * UINT64_C(0xc4ceb9fe1a85ec53);
    return &addresses->lists[(key ^ key >> 33) % S3A_ADDRESS_LISTS];
}

static struct s3a_address *find(struct s3a_list *list, uint64_t key)
{
    for (struct s3a_list *link = list->next; link != list; link = link->next) {
        struct s3a_address *address = s3a_list_entry(link, struct s3a_address, link);
        if (address->key == key) {
            return address;
        }
    }
    return NULL;
}

void s3a_addresses_init(struct s3a_addresses *addresses)
{
    s3a_check(pthread_mutex_init(&addresses->mutex, NULL) == 0);
    addresses->seed = s3a_random_uint64();
    for (size_t i = 0; i < S3A_ADDRESS_LISTS; i++) {
        s3a_list_init(&addresses->lists[i]);
    }
}

void s3a_addresses_fini(struct s3a_addresses *addresses)
{
    for (size_t i = 0; i < S3A_ADDRESS_LISTS; i++) {
        s3a_check(s3a_list_is_empty(&addresses->lists[i]));
    }
    pthread_mutex_destroy(&addresses->mutex);
}

struct s3a_address *s3a_addresses_enter(struct s3a_addresses *addresses,
                                        const struct sockaddr *peer, size_t *ret_count)
{
    uint64_t key = key_of(peer);
    struct s3a_list *list = list_of(addresses, key);

    *ret_count = 0;
    pthread_mutex_lock(&addresses->mutex);
    struct s3a_address *address = find(list, key);
    if (!address && (address = calloc(1, sizeof(*address)))) {
        address->key = key;
        s3a_list_append(list, &address->link);
    }
    if (address) {
        *ret_count = ++address->connections;
    }
    pthread_mutex_unlock(&addresses->mutex);
    return address;
}

void s3a_addresses_leave(struct s3a_addresses *addresses, struct s3a_address *address)
{
    if (!address) {
        return;
    }
    pthread_mutex_lock(&addresses->mutex);
    if (--address->connections == 0) {
        s3a_list_remove(&address->link);
        free(address);
    }
    pthread_mutex_unlock(&addresses->mutex);
}

size_t s3a_addresses_count(struct s3a_addresses *addresses, const struct sockaddr *peer)
{
    uint64_t key = key_of(peer);

    pthread_mutex_lock(&addresses->mutex);
    const struct s3a_address *address = find(list_of(addresses, key), key);
    size_t count = address ? address->connections : 0;
    pthread_mutex_unlock(&addresses->mutex);
    return count;
}
