/* SPDX-License-Identifier: MIT */
#ifndef S3A_SESSION_STATE_H
#define S3A_SESSION_STATE_H

/*
 * A session: its object is kept by a lock driver like any other, the keeper; beside that it knows
 * the locks that are held or acquired under it.
 */

#include <s3atomic/session.h>

#include "lock_work.h"

struct s3a_session {
    atomic_uint references; /* the user's handle, the keeper's driver, each lock, each closing */
    struct s3a_client *client;
    struct s3a_loop *loop;
    uint8_t id[S3A_SESSION_ID_SIZE];
    char key[S3A_SESSION_KEY_SIZE + 1];
    uint32_t lease_ms;
    uint32_t heartbeat_ms;
    struct s3a_lock *keeper; /* a reference; NULL where it was not granted */
    struct s3a_lock *granted;
    struct s3a_session **ret_session;
    s3a_session_danger_fn on_danger;
    s3a_session_lost_fn on_lost;
    void *user;
    atomic_bool close_asked;
    atomic_bool has_ended;

    /* The loop's own. */
    struct s3a_list locks; /* struct s3a_lock, but those that are queued at the client */
    size_t lock_count;     /* whose machine has not ended */
    bool is_closing;       /* no more locks under it */
    bool is_ending;        /* the keeper is being released */
    struct s3a_timer deadline;
    struct s3a_list closings; /* struct closing */
    struct s3a_task free_task;
    enum s3a_status end_status;
};

/* Any thread: until when its locks may count as held; 0: not. */
uint64_t s3a_session_good_until_ms(const struct s3a_session *session);

/* The options of a lock under it: the lease and the heartbeat are the session's. */
S3A_MUST_CHECK enum s3a_status s3a_session_fill_options(const struct s3a_client *client,
                                                        const char *bucket,
                                                        const struct s3a_lock_options *options,
                                                        struct s3a_lock_options *ret_options,
                                                        struct s3a_error *error);

void s3a_session_unref(struct s3a_session *session);

/* Loop's thread. A lock under it has ended; the keeper has, granted or not. */
void s3a_session_lock_ended(struct s3a_session *session);
void s3a_session_keeper_ended(struct s3a_session *session, enum s3a_status status);

/* Loop's thread. Begins what s3a_session_close() is about. */
void s3a_session_begin_close(struct s3a_session *session);

#endif
