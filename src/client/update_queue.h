/* SPDX-License-Identifier: MIT */
#ifndef S3A_UPDATE_QUEUE_H
#define S3A_UPDATE_QUEUE_H

/*
 * Threads of one process that update the same object (flat combining: Hendler, Incze, Shavit and
 * Tzafrir, SPAA 2010). They stand in a queue, and the first one leads a round: it reads the object,
 * gives each of the others its turn to change what was read, one after another and each in its own
 * thread, and writes once for all of them.
 *
 *               +------------- the write came too late -------------+
 *               v                                                   |
 *      join -> WAITS --- turn ---> TURN --- changed it ---> JOINED -+-- settled --> ENDED
 *               |  |                 '----- called it off: leaves
 *               |  '--- first in the queue ---> LEADS: leaves with what its write came to
 *               '------ at its deadline ------> LATE: leaves
 */

#include <pthread.h>
#include <stdbool.h>
#include <stdint.h>

#include <s3atomic/status.h>

#include "list.h"

/* The objects of a store that are being updated. */
struct s3a_update_queues {
    pthread_mutex_t mutex; /* of all of them, and of those who stand in them */
    struct s3a_list queues;
};

void s3a_update_queues_init(struct s3a_update_queues *queues);
void s3a_update_queues_fini(struct s3a_update_queues *queues);

enum s3a_update_role {
    S3A_UPDATE_WAITS,
    S3A_UPDATE_LEADS,
    S3A_UPDATE_TURN,
    S3A_UPDATE_JOINED,
    S3A_UPDATE_ENDED,
    S3A_UPDATE_LATE,
};

/* One object. Lives as long as somebody stands here. */
struct s3a_update_queue {
    struct s3a_list link; /* among the store's; alone: it is one thread's own */
    struct s3a_update_queues *queues;
    unsigned members;
    struct s3a_list waiting; /* struct s3a_update_member */
    struct s3a_list joined;
    pthread_cond_t returned; /* a turn has ended */
    bool is_turn;
    bool is_led;
    bool is_changing;
    pthread_t changer;
    const char *key;
    char names[]; /* bucket and key, each with its NUL */
};

/* One who stands in a queue: a part of what the caller has on its stack. */
struct s3a_update_member {
    struct s3a_list link;
    pthread_cond_t called;
    enum s3a_update_role role;
    struct s3a_update_queue *queue;
    void *round; /* TURN: the leader's */

    /* ENDED: what the write came to. */
    enum s3a_status status;
    struct s3a_error story;
};

/*
 * Stands at the end of the queue of that object, which is made where there is none. A thread that
 * is just changing that very object gets a queue to itself: it would wait for its own turn to end.
 * False: no memory.
 */
S3A_MUST_CHECK bool s3a_update_queue_join(struct s3a_update_queues *queues, const char *bucket,
                                          const char *key, struct s3a_update_member *member);

/* Until there is something to do: LEADS, TURN, ENDED, or LATE at that time of s3a_clock_ms(). */
enum s3a_update_role s3a_update_queue_wait(struct s3a_update_member *member, uint64_t deadline_ms);

/* Around the call of the function that changes the object. */
void s3a_update_queue_begin_change(struct s3a_update_member *member);
void s3a_update_queue_end_change(struct s3a_update_member *member);

/* TURN: gives it back. is_joined: it waits for what the write comes to; otherwise it has left. */
void s3a_update_queue_return(struct s3a_update_member *member, bool is_joined);

/* LEADS: gives the first who waits its turn at round, and waits until it has come back. False:
 * nobody waits. */
bool s3a_update_queue_call_next(struct s3a_update_member *leader, void *round);

/* LEADS: calls each of those who have joined, in their order. */
void s3a_update_queue_each(struct s3a_update_member *leader,
                           void (*each)(struct s3a_update_member *member, void *arg), void *arg);

/* LEADS: all who have joined have ended so. */
void s3a_update_queue_settle(struct s3a_update_member *leader, enum s3a_status status,
                             const struct s3a_error *story);

/* LEADS: those who have joined wait again, before the others. */
void s3a_update_queue_again(struct s3a_update_member *leader);

/* Once, whatever the role: LEADS makes way for the next one. */
void s3a_update_queue_leave(struct s3a_update_member *member);

#endif
