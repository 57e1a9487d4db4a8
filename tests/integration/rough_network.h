/* SPDX-License-Identifier: MIT */
#ifndef S3A_ROUGH_NETWORK_H
#define S3A_ROUGH_NETWORK_H

/*
 * A client over the embedded store, with a network in between that loses requests and answers,
 * delays and repeats requests, and has the store say "later" and "conflict" though it is not asked.
 * All of it by chance, and soon: nobody waits for a time-out here.
 */

#include "client_state.h"

/* Chances in 1 000 for each request. */
struct rough_chances {
    unsigned request_lost; /* writes end in doubt, reads in time-out */
    unsigned answer_lost;  /* the same, but it is applied */
    unsigned late;         /* the same, and it is applied some time later */
    unsigned twice;        /* it is answered, and made once more some time later */
    unsigned later;        /* 503, not applied */
    unsigned race;         /* 409, not applied */
};

struct rough_network {
    struct s3a_transport transport;
    struct s3a_client *client;
    struct s3a_transport *store;
    struct rough_chances chances;
    uint64_t random;           /* the loop's own */
    struct s3a_list crossings; /* struct crossing */
    char path[64];
    unsigned faults;
};

void rough_network_open(struct rough_network *network, const struct rough_chances *chances,
                        uint64_t seed);
void rough_network_close(struct rough_network *network);

#endif
