/* SPDX-License-Identifier: MIT */
#ifndef S3A_FRONT_H
#define S3A_FRONT_H

/*
 * One thread that serves connections.
 *
 *      sockets ──► libmicrohttpd's epoll set ──┐
 *                                              ├─ poll() ──► MHD_run() ──► requests
 *      writer's thread ──► completed, eventfd ─┘     resume ──┘    └──► s3a_objects_submit()
 *
 * libmicrohttpd (0.9.75) has an epoll thread of its own, which stalls whenever exactly 128 events
 * are ready at once; the same code driven from outside does not. A connection that waits for the
 * writer is suspended. The writer commits many requests at once and wakes this thread once for all
 * of them.
 */

#include <pthread.h>
#include <stdatomic.h>

#include "access_log.h"
#include "addresses.h"
#include "auth.h"
#include "certificates.h"
#include "faults.h"
#include "hangup.h"
#include "list.h"
#include "metrics.h"
#include "objects.h"
#include "settings.h"

/*
 * Memory of one connection, in bytes: a request's head and the pieces of its body, then the
 * answer's head. Amazon S3 takes heads of 8 KB; a head beyond about 12 KiB is answered 431. It is
 * wiped after every request, which is why more would cost all requests time.
 */
#define S3A_CONNECTION_MEMORY (16 * 1024)

/* How long requests under way may take once the server is told to stop. */
#define S3A_STOP_MS 5000

/* A line of the access log; a longer one (a key with many escapes) is dropped, and counted. */
#define S3A_ACCESS_LINE_MAX (256 * 1024)

struct MHD_Daemon;
struct s3a_exchange;

/* What all fronts of a server have in common. */
struct s3a_shared {
    const struct s3a_settings *settings;
    struct s3a_objects *objects;
    struct s3a_faults *faults;
    struct s3a_front *fronts;
    size_t front_count;
    struct s3a_access_log *log; /* NULL: none */
    struct s3a_certificates certificates;
    struct s3a_addresses addresses;
    _Atomic size_t connection_count; /* of all fronts */
};

struct s3a_front {
    const struct s3a_settings *settings;
    struct s3a_objects *objects;
    struct s3a_faults *faults;
    struct s3a_fault_watcher watcher;
    struct s3a_shared *shared;
    struct s3a_auth auth;
    struct MHD_Daemon *daemon;
    int poll_fd; /* the daemon's */
    int wake_fd;
    pthread_t thread;
    bool is_running;

    struct s3a_buf line;        /* of the access log, being written */
    struct s3a_metrics metrics; /* written by this thread, read by all */

    /* This thread's own. */
    struct s3a_hangups hangups;
    struct s3a_read_turn reads; /* of one round */
    struct s3a_list spares;     /* memory of exchanges that have ended */
    size_t spare_count;
    struct s3a_list requests; /* those whose head has come */
    struct s3a_list held;     /* those that are held back on request (held.h) */
    struct s3a_list connections;
    uint64_t patrolled_ms; /* when all of them were looked at */
    bool is_crowded;       /* then there was no room for one that waited */
    uint64_t request_id_start;
    atomic_uint_least64_t request_count; /* written by this thread alone */
    size_t connection_count;
    unsigned vain_rounds; /* in a row: somebody wanted to connect, and could not be accepted */
    bool is_busy;         /* the last round was */
    bool has_opened;      /* a connection, in this round */
    bool has_closed;      /* a connection: there may be room for one that waits */
    bool is_to_stop;
    bool is_closing; /* no new requests */
    bool has_given_up;
    uint64_t give_up_ms;

    /* Shared with the writer's thread and with the one that stops the server. */
    pthread_mutex_t mutex;
    struct s3a_list completed;
    bool is_stopping;
    struct s3a_auth *next_auth; /* to be exchanged for the one above; NULL: none is */
    pthread_cond_t auth_exchanged;
};

/*
 * Starts the thread; s3a_front_join() is due where that fails, too. It accepts on a copy of
 * listen_fd; several fronts may share one. settings, objects and faults must outlive it.
 * S3A_NO_MEMORY, S3A_SYSTEM.
 */
S3A_MUST_CHECK enum s3a_status s3a_front_start(struct s3a_front *front, struct s3a_shared *shared,
                                               int listen_fd, size_t connections_max,
                                               struct s3a_error *error);

/* Tells it to stop; does not wait. All zero is accepted. */
void s3a_front_stop(struct s3a_front *front);

/* Waits for the thread to end, and frees what it had. All zero is accepted. */
void s3a_front_join(struct s3a_front *front);

/* From another thread: requests that come from now on are judged by *auth; what was used so far is
 * in *auth afterwards. Waits for the thread, which must be running. */
void s3a_front_exchange_auth(struct s3a_front *front, struct s3a_auth *auth);

/* From any thread: link, which is an exchange's, is to be resumed. */
void s3a_front_complete(struct s3a_front *front, struct s3a_list *link);

struct s3a_server;

/* How many requests have come since it was started, for tests and benchmarks. Any thread. */
uint64_t s3a_server_request_count(const struct s3a_server *server);

#endif
