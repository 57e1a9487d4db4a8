/* SPDX-License-Identifier: MIT */
#ifndef S3A_CONSTANT_STORE_H
#define S3A_CONSTANT_STORE_H

/*
 * A store in a process of its own that reads requests and gives each the same answer, so that what
 * is measured is the one who asks. One thread, epoll, a system call to read and one to answer.
 */

#include <stdint.h>
#include <sys/types.h>

struct constant_store {
    pid_t pid;
    uint16_t port;
};

/* PUT is answered with an ETag, anything else with body_size bytes as well. Ends the program where
 * that fails. Before any thread is started. */
void constant_store_start(struct constant_store *store, unsigned body_size);

void constant_store_stop(struct constant_store *store);

#endif
