/* SPDX-License-Identifier: MIT */
#ifndef S3A_SUPERVISOR_H
#define S3A_SUPERVISOR_H

/*
 * The loop that runs while CMD does: passes signals on, keeps track of its process group, and has
 * somebody else decide when it must go.
 */

#include <stdint.h>

#include "child.h"

struct s3a_order {
    int signal;       /* for the group: SIGTERM or SIGKILL; 0: none */
    uint64_t wake_ms; /* when to ask again, by s3a_now_ms(); S3A_NEVER */
};

struct s3a_watch {
    int event_fd; /* an eventfd: written to when there is reason to ask at once */
    struct s3a_order (*look)(uint64_t now_ms, void *user);
    void *user;
};

/*
 * Returns once the whole group is gone. signals: of s3a_signals_open(); alarm: of
 * s3a_alarm_open(). Whatever fails here, the group is not left alone: should there be no way to
 * wait for it any more, it is killed, and S3A_SYSTEM says so.
 */
enum s3a_status s3a_supervise(struct s3a_child *child, int signals, int alarm,
                              const struct s3a_watch *watch, struct s3a_error *error);

#endif
