/* SPDX-License-Identifier: MIT */
#ifndef S3A_LOOP_H
#define S3A_LOOP_H

/*
 * The client's one I/O thread: tasks that other threads hand over, timers, and descriptors that
 * become ready. Everything that happens to a lock or a request happens here, one thing after
 * another, so that none of it needs a mutex.
 */

#include <s3atomic/status.h>

#include "list.h"
#include "timers.h"

struct s3a_loop;

/* Lives in whatever it is about. It may be posted again once it has begun to run. */
struct s3a_task {
    void (*run)(struct s3a_task *task);
    struct s3a_list link; /* NULL links: never posted */
    bool posted;
};

/* A descriptor of interest. */
struct s3a_watch {
    void (*ready)(struct s3a_watch *watch, uint32_t epoll_events);
    int fd;
};

S3A_MUST_CHECK enum s3a_status s3a_loop_new(struct s3a_loop **ret_loop, struct s3a_error *error);

/* Ends the thread, after the tasks that are posted by then have run. Not from the loop's own
 * thread. What is posted later does nothing. */
void s3a_loop_stop(struct s3a_loop *loop);

/* Stops it where that was not done, and frees it. NULL is accepted. */
void s3a_loop_free(struct s3a_loop *loop);

/* False in a forked child, which does not have the thread. Any thread. */
bool s3a_loop_is_ours(const struct s3a_loop *loop);

/* Any thread; never fails, never blocks for long. A task that is posted already stays where it
 * is. */
void s3a_loop_post(struct s3a_loop *loop, struct s3a_task *task);

/* Is this the loop's own thread? */
bool s3a_loop_is_inside(const struct s3a_loop *loop);

/* The rest belongs to the loop's own thread. */

/* Local time at the beginning of this turn of the loop. */
uint64_t s3a_loop_now_ms(const struct s3a_loop *loop);

void s3a_loop_timer_set(struct s3a_loop *loop, struct s3a_timer *timer, uint64_t at_ms);
void s3a_loop_timer_clear(struct s3a_loop *loop, struct s3a_timer *timer);

/* epoll(7) events, level-triggered; 0 takes the descriptor out. False where the kernel refuses. */
bool s3a_loop_watch(struct s3a_loop *loop, struct s3a_watch *watch, uint32_t epoll_events,
                    bool is_new);

#endif
