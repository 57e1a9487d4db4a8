/* SPDX-License-Identifier: MIT */
#ifndef S3A_CLIENT_STATE_H
#define S3A_CLIENT_STATE_H

/* What is behind a struct s3a_client. */

#include <semaphore.h>
#include <stdatomic.h>

#include <s3atomic/client.h>

#include "credential_keeper.h"
#include "lock_table.h"
#include "observer.h"
#include "retry.h"
#include "store_gate.h"
#include "write_lanes.h"

struct s3a_client {
    struct s3a_loop *loop;
    struct s3a_transport *transport;      /* the gate, or what a test has put before it */
    struct s3a_credential_keeper *keeper; /* NULL: the credentials are what they are */
    struct s3a_observer observer;
    char *endpoint;
    uint64_t body_bytes_max;
    uint32_t total_timeout_ms; /* 0: no bound */
    struct s3a_lock_table lock_table;
    struct s3a_write_lanes write_lanes;
    _Atomic(struct s3a_lock *) freed; /* whose handles were given back: a stack */
    struct s3a_task freed_task;

    /* The loop's own. */
    struct s3a_retry_bucket retries;
    struct s3a_list requests; /* struct s3a_request: under way */
    struct s3a_list locks;    /* struct s3a_lock, under no session: whose machine has not ended */
    struct s3a_list queued;   /* the same, of all kinds: to be released when it is their turn */
    size_t lock_count;        /* of all kinds */
    size_t release_count;     /* those that were woken for it */
    struct s3a_timer poor_timer;
    bool is_poor;                     /* there was no memory for the next one just now */
    bool is_going_on;                 /* through those that are queued */
    struct s3a_lock_work *spare_work; /* for steps that send nothing, one at a time */
    unsigned runs;  /* critical sections of s3a_lock_run_async() that have not ended */
    bool is_ending; /* nothing new begins */
    struct s3a_store_gate gate;
    bool end_is_told;
    struct s3a_task end_task;
    sem_t has_ended;
};

/* s3a_client_new() with another transport than the endpoint calls for (NULL: that one), which is
 * the client's own where this is S3A_OK. */
S3A_MUST_CHECK enum s3a_status s3a_client_new_over(const struct s3a_client_options *options,
                                                   struct s3a_transport *transport,
                                                   struct s3a_client **ret_client,
                                                   struct s3a_error *error);

/* What every public call on a client begins with: S3A_INVALID for NULL and in a forked child. */
S3A_MUST_CHECK enum s3a_status s3a_client_check(const struct s3a_client *client,
                                                struct s3a_error *error);

/* The same for calls that block: S3A_INVALID in a callback too, which would wait for itself. */
S3A_MUST_CHECK enum s3a_status s3a_client_check_blocking(const struct s3a_client *client,
                                                         struct s3a_error *error);

/* Loop's thread, whenever one of the things above has ended: was it the last that
 * s3a_client_free() waits for? */
void s3a_client_note_end(struct s3a_client *client);

#endif
