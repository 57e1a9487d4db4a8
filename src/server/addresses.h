/* SPDX-License-Identifier: MIT */
#ifndef S3A_ADDRESSES_H
#define S3A_ADDRESSES_H

/*
 * How many connections each address has to a server, over all its threads. An IPv6 address counts
 * with its /64: whoever has one has them all. An IPv4 address is the same within IPv6.
 */

#include <pthread.h>
#include <stdint.h>

#include "list.h"

#define S3A_ADDRESS_LISTS 1024

struct sockaddr;

struct s3a_address {
    struct s3a_list link;
    uint64_t key;
    size_t connections;
};

struct s3a_addresses {
    pthread_mutex_t mutex;
    uint64_t seed; /* nobody shall know which addresses share a list */
    struct s3a_list lists[S3A_ADDRESS_LISTS];
};

void s3a_addresses_init(struct s3a_addresses *addresses);

/* Every connection must be gone. */
void s3a_addresses_fini(struct s3a_addresses *addresses);

/* One more connection of an address; *ret_count is how many it has with this one. NULL where there
 * is no memory to count it. */
struct s3a_address *s3a_addresses_enter(struct s3a_addresses *addresses,
                                        const struct sockaddr *peer, size_t *ret_count);

/* One less. NULL is accepted. */
void s3a_addresses_leave(struct s3a_addresses *addresses, struct s3a_address *address);

/* How many it has now. */
size_t s3a_addresses_count(struct s3a_addresses *addresses, const struct sockaddr *peer);

#endif
