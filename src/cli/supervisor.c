/* SPDX-License-Identifier: MIT */
#include "supervisor.h"

#include <errno.h>
#include <poll.h>
#include <sys/eventfd.h>
#include <time.h>

#include "fault.h"
#include "now.h"

#define LOOK_MS 100

static void pass_on(struct s3a_child *child, int signal)
{
    switch (signal) {
    case SIGCHLD:
        break;
    case SIGTSTP:
        if (child->stopped_by != 0) {
            s3a_child_resume(child);
        } else {
            s3a_child_signal(child, SIGTSTP);
        }
        break;
    case SIGCONT:
        s3a_child_resume(child);
        break;
    default:
        s3a_child_signal(child, signal);
    }
}

static uint64_t sooner(uint64_t a, uint64_t b)
{
    return a < b ? a : b;
}

/* Asks what is to be done, does it, and returns when to ask again. */
static uint64_t obey(struct s3a_child *child, const struct s3a_watch *watch)
{
    uint64_t now_ms = s3a_now_ms();
    struct s3a_order order = watch->look(now_ms, watch->user);

    if (order.signal != 0) {
        s3a_child_signal(child, order.signal);
    }
    return s3a_child_needs_looks(child) ? sooner(order.wake_ms, now_ms + LOOK_MS) : order.wake_ms;
}

/* False: nothing can be waited for. */
static bool wait_for_events(int signals, int alarm, const struct s3a_watch *watch)
{
    eventfd_t events;
    struct pollfd polled[] = {{.fd = signals, .events = POLLIN},
                              {.fd = watch->event_fd, .events = POLLIN},
                              {.fd = alarm, .events = POLLIN}};

    if (poll(polled, sizeof(polled) / sizeof(polled[0]), -1) < 0) {
        return errno == EINTR;
    }
    if (polled[1].revents != 0) {
        eventfd_read(watch->event_fd, &events);
    }
    return true;
}

enum s3a_status s3a_supervise(struct s3a_child *child, int signals, int alarm,
                              const struct s3a_watch *watch, struct s3a_error *error)
{
    const struct timespec pause = {.tv_nsec = (long)LOOK_MS * 1000000};
    enum s3a_status status = S3A_OK;
    int signal;

    for (;;) {
        while ((signal = s3a_signals_next(signals)) != 0) {
            pass_on(child, signal);
        }
        s3a_child_look(child);
        if (child->gone) {
            return status;
        }
        s3a_alarm_set(alarm, obey(child, watch));
        if (!wait_for_events(signals, alarm, watch)) {
            status = s3a_fault_errno(error, "%d had to be killed: its supervision failed",
                                     (int)child->pid);
            s3a_child_signal(child, SIGKILL);
            nanosleep(&pause, NULL);
        }
    }
}
