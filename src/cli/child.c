/* SPDX-License-Identifier: MIT */
#include "child.h"

#include <errno.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include "exit_code.h"
#include "say.h"

static void lend_terminal(pid_t pid, void *user)
{
    struct s3a_child *child = user;

    if (child->wants_terminal) {
        s3a_terminal_lend(&child->terminal, pid);
    }
}

int s3a_child_start(struct s3a_child *child, const struct s3a_process_plan *plan,
                    struct s3a_error *error)
{
    struct s3a_process_plan supervised = *plan;

    *child = (struct s3a_child){0};
    s3a_terminal_open(&child->terminal);
    child->wants_terminal = isatty(STDIN_FILENO) && isatty(STDOUT_FILENO);
    prctl(PR_SET_CHILD_SUBREAPER, 1);
    supervised.supervised = true;
    supervised.before_exec = lend_terminal;
    supervised.user = child;
    int result = s3a_process_start(&supervised, &child->pid, error);
    if (result != S3A_EXIT_DONE) {
        s3a_child_close(child);
    }
    return result;
}

void s3a_child_close(struct s3a_child *child)
{
    s3a_terminal_take(&child->terminal, child->ended && WIFSIGNALED(child->wait_status));
    s3a_terminal_close(&child->terminal);
}

void s3a_child_resume(struct s3a_child *child)
{
    if (child->wants_terminal) {
        s3a_terminal_lend(&child->terminal, child->pid);
    }
    kill(-child->pid, SIGCONT);
}

void s3a_child_signal(struct s3a_child *child, int signal)
{
    kill(-child->pid, signal);
    if (child->stopped_by != 0 && s3a_signals_ends(signal)) {
        s3a_child_resume(child);
    }
}

static bool stopped_for_terminal(const struct s3a_child *child)
{
    return child->stopped_by == SIGTTIN || child->stopped_by == SIGTTOU;
}

static void has_stopped(struct s3a_child *child, int signal)
{
    child->stopped_by = signal;
    if (stopped_for_terminal(child)) {
        child->wants_terminal = true;
        if (s3a_terminal_is_ours(&child->terminal)) {
            s3a_child_resume(child);
            return;
        }
        s3a_say_note(
            "%d is stopped: it needs the terminal. The lock is still held. It goes on once "
            "s3atomic is brought to the foreground (fg).",
            (int)child->pid);
        return;
    }
    s3a_terminal_take(&child->terminal, true);
    s3a_say_note("%d is stopped (%s). The lock is still held. %s kill -CONT %d", (int)child->pid,
                 s3a_signals_name(signal),
                 s3a_terminal_is_ours(&child->terminal)
                     ? "Ctrl-Z resumes it, Ctrl-C ends it; from elsewhere:"
                     : "To resume it:",
                 (int)getpid());
}

static void has_gone_on(struct s3a_child *child)
{
    child->stopped_by = 0;
    if (child->wants_terminal) {
        s3a_terminal_lend(&child->terminal, child->pid);
    }
}

static void has_ended(struct s3a_child *child, int wait_status)
{
    child->ended = true;
    child->stopped_by = 0;
    child->wait_status = wait_status;
}

/* One of those who are our children: CMD, and whoever of its offspring has outlived their parent.
 */
static void has_changed(struct s3a_child *child, pid_t pid, int wait_status)
{
    if (WIFEXITED(wait_status) || WIFSIGNALED(wait_status)) {
        if (pid == child->pid) {
            has_ended(child, wait_status);
        }
    } else if (pid == child->pid || getpgid(pid) == child->pid) {
        if (WIFSTOPPED(wait_status)) {
            has_stopped(child, WSTOPSIG(wait_status));
        } else {
            has_gone_on(child);
        }
    }
}

static bool group_exists(const struct s3a_child *child)
{
    return kill(-child->pid, 0) == 0 || errno != ESRCH;
}

void s3a_child_look(struct s3a_child *child)
{
    bool ended_before = child->ended;
    int wait_status;
    pid_t pid;

    while ((pid = waitpid(-1, &wait_status, WNOHANG | WUNTRACED | WCONTINUED)) > 0) {
        has_changed(child, pid, wait_status);
    }
    if (child->ended && !child->gone) {
        child->gone = !group_exists(child);
        if (!child->gone && !ended_before) {
            s3a_say_note("%d has ended, but others of its process group have not: the lock is held "
                         "until they have",
                         (int)child->pid);
        }
    }
    if (stopped_for_terminal(child) && s3a_terminal_is_ours(&child->terminal)) {
        s3a_child_resume(child);
    }
}

bool s3a_child_needs_looks(const struct s3a_child *child)
{
    /* A shell that brings us to the foreground does not say so. Nor does one who leaves the group
     * (setsid), or who ends in it and is not a child of ours. */
    return stopped_for_terminal(child) || (child->ended && !child->gone);
}
