/* SPDX-License-Identifier: MIT */
#include "signals.h"

#include <string.h>
#include <sys/signalfd.h>
#include <unistd.h>

#include "fault.h"

static const int polled[] = {SIGINT,  SIGTERM, SIGHUP,   SIGQUIT, SIGUSR1,
                             SIGUSR2, SIGCONT, SIGWINCH, SIGTSTP, SIGCHLD};

void s3a_signals_setup(struct s3a_inherited *ret_inherited)
{
    struct sigaction ignored = {.sa_handler = SIG_IGN};
    struct sigaction by_default = {.sa_handler = SIG_DFL};

    *ret_inherited = (struct s3a_inherited){0};
    sigprocmask(SIG_SETMASK, NULL, &ret_inherited->mask);
    sigaction(SIGPIPE, &ignored, &ret_inherited->pipe);
    sigaction(SIGCHLD, &by_default, &ret_inherited->child);
}

void s3a_signals_restore(const struct s3a_inherited *inherited)
{
    sigaction(SIGPIPE, &inherited->pipe, NULL);
    sigaction(SIGCHLD, &inherited->child, NULL);
    sigprocmask(SIG_SETMASK, &inherited->mask, NULL);
}

static bool is_ignored(int signal)
{
    struct sigaction found;

    return sigaction(signal, NULL, &found) == 0 && found.sa_handler == SIG_IGN;
}

enum s3a_status s3a_signals_open(int *ret_fd, struct s3a_error *error)
{
    sigset_t read_here;
    sigset_t blocked;

    sigemptyset(&read_here);
    for (size_t i = 0; i < sizeof(polled) / sizeof(polled[0]); i++) {
        if (!is_ignored(polled[i])) {
            sigaddset(&read_here, polled[i]);
        }
    }
    blocked = read_here;
    sigaddset(&blocked, SIGTTIN);
    sigaddset(&blocked, SIGTTOU);
    sigprocmask(SIG_BLOCK, &blocked, NULL);
    *ret_fd = signalfd(-1, &read_here, SFD_CLOEXEC | SFD_NONBLOCK);
    return *ret_fd < 0 ? s3a_fault_errno(error, "signals cannot be read") : S3A_OK;
}

int s3a_signals_next(int fd)
{
    struct signalfd_siginfo info;

    return read(fd, &info, sizeof(info)) == sizeof(info) ? (int)info.ssi_signo : 0;
}

bool s3a_signals_ends(int signal)
{
    return signal == SIGINT || signal == SIGTERM || signal == SIGHUP || signal == SIGQUIT;
}

void s3a_signals_stop(void)
{
    sigset_t stop;

    sigemptyset(&stop);
    sigaddset(&stop, SIGTSTP);
    raise(SIGTSTP);
    sigprocmask(SIG_UNBLOCK, &stop, NULL);
    sigprocmask(SIG_BLOCK, &stop, NULL);
}

const char *s3a_signals_name(int signal)
{
    const char *name = sigabbrev_np(signal);

    return name ? name : "of an unknown kind";
}
