/* SPDX-License-Identifier: MIT */
#include "waiting.h"

#include <errno.h>
#include <poll.h>
#include <string.h>
#include <sys/eventfd.h>
#include <unistd.h>

#include "fault.h"
#include "say.h"
#include "signals.h"

/* For so long, waiting is nothing to talk about. */
#define PATIENCE_MS 1000

static void wake(struct s3a_future *future, void *user)
{
    const int *event_fd = user;

    (void)future;
    eventfd_write(*event_fd, 1);
}

static void take_signal(struct s3a_waiting *waiting, struct s3a_future *future, int signal)
{
    if (signal == SIGTSTP) {
        s3a_signals_stop();
    } else if (s3a_signals_ends(signal) && waiting->ended_by == 0) {
        waiting->ended_by = signal;
        if (!waiting->goes_on) {
            s3a_future_cancel(future);
        }
    } else if (s3a_signals_ends(signal)) {
        waiting->abandoned = true;
    }
}

/* One round. False: it cannot be polled for. */
static bool look(struct s3a_waiting *waiting, struct s3a_future *future, int event_fd,
                 int timeout_ms, bool *ret_quiet)
{
    struct pollfd polled[] = {{.fd = waiting->signals, .events = POLLIN},
                              {.fd = event_fd, .events = POLLIN}};
    int ready = poll(polled, 2, timeout_ms);
    eventfd_t events;
    int signal;

    *ret_quiet = ready == 0;
    if (ready < 0) {
        return errno == EINTR;
    }
    if (polled[1].revents != 0) {
        eventfd_read(event_fd, &events);
    }
    while ((signal = s3a_signals_next(waiting->signals)) != 0) {
        take_signal(waiting, future, signal);
    }
    return true;
}

/* Signals cannot be waited for beside it: no reason to leave anything behind. */
static enum s3a_status give_up(const struct s3a_waiting *waiting, struct s3a_future *future,
                               struct s3a_error *error)
{
    s3a_say_error("no waiting for %s: %s", waiting->what, strerror(errno));
    s3a_future_cancel(future);
    return s3a_future_wait(future, S3A_WAIT_FOREVER, error);
}

enum s3a_status s3a_wait(struct s3a_waiting *waiting, struct s3a_future *future,
                         struct s3a_error *error)
{
    /* Static, for the callback may still write to it where the future is abandoned. */
    static int event_fd = -1;
    int timeout_ms = PATIENCE_MS;
    bool quiet;

    if (event_fd < 0) {
        event_fd = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
    }
    if (event_fd < 0) {
        return give_up(waiting, future, error);
    }
    s3a_future_on_done(future, wake, &event_fd);
    while (!s3a_future_is_done(future) && !waiting->abandoned) {
        if (!look(waiting, future, event_fd, timeout_ms, &quiet)) {
            return give_up(waiting, future, error);
        }
        if (quiet) {
            s3a_say_progress("waiting%s%s", waiting->why ? ": " : " for ",
                             waiting->why ? waiting->why : waiting->what);
            timeout_ms = -1;
        }
    }
    if (waiting->abandoned) {
        return s3a_fault(error, S3A_IN_DOUBT, "%s was given up before it was cleared up",
                         waiting->what);
    }
    return s3a_future_wait(future, 0, error);
}
