/* SPDX-License-Identifier: MIT */
#ifndef S3A_FLIGHT_H
#define S3A_FLIGHT_H

/*
 * A call on its way through the embedded store.
 *
 *      send ── small read, at once ─────────────────────────────┐
 *        ├──── small write ──────► objects' writer ───────────► back in the loop ──► call->done
 *        ├──── listing ──────────► worker ────────────────────► │
 *        ├──── large GET ────────► worker (out of its file) ──► │
 *        └──── large PUT ────────► worker (into a file) ──► loop ──► objects' writer ──► back
 *
 * A flight owns all that it works on, but for the body of a large PUT, which the worker copies bit
 * by bit under its mutex. So a call can be abandoned at any moment, and its flight ends alone. The
 * file of a body that was not stored goes back to the worker, which removes it.
 */

#include <pthread.h>
#include <stdatomic.h>

#include "call.h"
#include "loop.h"
#include "objects.h"
#include "transport.h"

struct s3a_embedded;

struct s3a_flight {
    struct s3a_embedded *embedded;
    struct s3a_call *call; /* NULL: nobody waits for it any more */
    struct s3a_op op;
    struct s3a_pool pool; /* the op's texts */
    struct s3a_answer answer;
    struct s3a_spool spool;
    struct s3a_write write;
    struct s3a_list link; /* in the transport's list of all */
    struct s3a_timer timer;
    uint32_t timeout_ms;
    bool is_submitted; /* the writer has it, or had it */
    bool is_discarded; /* nothing is left to do but to remove its file */

    struct s3a_task task; /* brings it back */
    atomic_bool is_back;  /* it is posted, or about to be */

    /* The worker's. */
    struct s3a_list queue_link;
    atomic_bool is_unwanted;
    struct s3a_str body;      /* under the worker's mutex: what has not been copied yet */
    enum s3a_status failure;  /* that no store answered */
    const char *failure_text; /* what failed */
};

/* One thread for what takes long. */
struct s3a_worker {
    pthread_t thread;
    pthread_mutex_t mutex; /* of all that follows */
    pthread_cond_t wake;
    struct s3a_list queue;
    bool is_ending;
};

struct s3a_embedded {
    struct s3a_transport transport;
    struct s3a_loop *loop;
    struct s3a_objects *objects;
    struct s3a_worker worker;
    uint32_t request_timeout_ms;
    atomic_bool is_closing; /* the loop's thread has ended */

    /* The loop's own. */
    struct s3a_list flights;
    struct s3a_list failed; /* struct s3a_call: there was no memory for a flight */
    struct s3a_task failed_task;
};

/* Any thread: the flight goes on in the loop's. */
void s3a_flight_back(struct s3a_flight *flight);

S3A_MUST_CHECK enum s3a_status s3a_worker_start(struct s3a_worker *worker, struct s3a_error *error);

/* Does first what is in the queue. */
void s3a_worker_stop(struct s3a_worker *worker);

/* Loop's thread: it will come back. */
void s3a_worker_enqueue(struct s3a_worker *worker, struct s3a_flight *flight);

/* Loop's thread: the result is not wanted, and the body may go away. True: it was still in the
 * queue and will not come back. */
bool s3a_worker_withdraw(struct s3a_worker *worker, struct s3a_flight *flight);

#endif
