/* SPDX-License-Identifier: MIT */
#ifndef S3A_HARBOUR_H
#define S3A_HARBOUR_H

/* An embedded transport over a directory of its own, and calls through it in a few lines each. */

#include <semaphore.h>

#include "store_fixture.h"
#include "transport.h"

#define BODY_BYTES_MAX (16 * 1024 * 1024)
#define LARGE_SIZE (5 * 1024 * 1024)
#define PATIENCE_MS (10 * 60 * 1000)

struct harbour {
    char path[64];
    struct s3a_loop *loop;
    struct s3a_transport *transport;
};

/* For cmocka: *state becomes a struct harbour. */
int harbour_open(void **state);
int harbour_close(void **state);

#define HARBOUR_TEST(name) cmocka_unit_test_setup_teardown(name, harbour_open, harbour_close)

/* A call that the loop's thread sends for the test's. */
struct trip {
    struct harbour *harbour;
    struct s3a_call call;
    struct s3a_task task;
    unsigned failing_allocation; /* of those that send makes */
    bool failed_on_purpose;
    bool is_sending;
    bool was_done_in_send;
    sem_t is_done;
};

void trip_init(struct trip *trip, struct harbour *harbour, enum s3a_op_kind kind, const char *key);
void trip_fini(struct trip *trip);

/* Sends it and waits; the status of the answer, which is in trip->call. */
enum s3a_status trip_make(struct trip *trip);

/* A PUT when only the status counts. */
enum s3a_status harbour_put(struct harbour *harbour, const char *key, struct s3a_str body);

/* Another process in the middle of its commit, as far as the store can tell: until the descriptor
 * is closed. */
int harbour_close_gate(const struct harbour *harbour);

void await(sem_t *event);

#endif
