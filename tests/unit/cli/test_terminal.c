/* SPDX-License-Identifier: MIT */
#include "terminal.h"

#include <fcntl.h>
#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#include "apart.h"
#include "signals.h"
#include "test.h"

/* Somebody in a group of his own. */
static pid_t start_other(void)
{
    pid_t pid = fork();

    assert_true(pid >= 0);
    if (pid == 0) {
        setpgid(0, 0);
        pause();
        _exit(0);
    }
    setpgid(pid, pid);
    return pid;
}

static void end_other(pid_t pid)
{
    kill(pid, SIGKILL);
    assert_int_equal(waitpid(pid, NULL, 0), pid);
}

static void lend_and_take(void)
{
    struct s3a_terminal terminal;
    struct termios modes;
    struct s3a_error error;
    int signals;

    assert_int_equal(s3a_signals_open(&signals, &error), S3A_OK);
    s3a_terminal_open(&terminal);
    assert_true(terminal.fd >= 0 && fcntl(terminal.fd, F_GETFD) & FD_CLOEXEC);
    assert_true(s3a_terminal_is_ours(&terminal));
    pid_t other = start_other();
    s3a_terminal_lend(&terminal, other);
    assert_int_equal(tcgetpgrp(STDIN_FILENO), other);
    assert_false(s3a_terminal_is_ours(&terminal));

    /* It leaves the terminal as no shell would like it. */
    tcgetattr(STDIN_FILENO, &modes);
    modes.c_lflag &= ~(tcflag_t)ECHO;
    tcsetattr(STDIN_FILENO, TCSANOW, &modes);
    s3a_terminal_take(&terminal, true);
    assert_true(s3a_terminal_is_ours(&terminal));
    tcgetattr(STDIN_FILENO, &modes);
    assert_true(modes.c_lflag & ECHO);

    /* What is not lent cannot be taken. */
    tcsetpgrp(STDIN_FILENO, other);
    s3a_terminal_take(&terminal, true);
    assert_false(s3a_terminal_is_ours(&terminal));
    s3a_terminal_lend(&terminal, getpgrp());
    assert_false(s3a_terminal_is_ours(&terminal));
    end_other(other);
    s3a_terminal_close(&terminal);
    assert_int_equal(terminal.fd, -1);
}

static void it_is_lent_and_taken_back_with_its_modes(void **state)
{
    (void)state;
    apart_on_terminal(lend_and_take);
}

static void have_none(void)
{
    struct s3a_terminal terminal;

    setsid();
    s3a_terminal_open(&terminal);
    assert_int_equal(terminal.fd, -1);
    assert_false(s3a_terminal_is_ours(&terminal));
    s3a_terminal_lend(&terminal, getpid());
    s3a_terminal_take(&terminal, true);
    s3a_terminal_close(&terminal);
}

static void without_one_nothing_happens(void **state)
{
    (void)state;
    apart(have_none);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(it_is_lent_and_taken_back_with_its_modes),
        cmocka_unit_test(without_one_nothing_happens),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
