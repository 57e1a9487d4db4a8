/* SPDX-License-Identifier: MIT */
#include "signals.h"

#include <fcntl.h>
#include <poll.h>
#include <sys/wait.h>
#include <unistd.h>

#include "apart.h"
#include "test.h"

static int open_signals(void)
{
    struct s3a_error error;
    int fd;

    assert_int_equal(s3a_signals_open(&fd, &error), S3A_OK);
    return fd;
}

static void read_them(void)
{
    static const int all[] = {SIGINT,  SIGTERM, SIGHUP,   SIGQUIT, SIGUSR1,
                              SIGUSR2, SIGCONT, SIGWINCH, SIGTSTP};
    int fd = open_signals();

    assert_true(fcntl(fd, F_GETFD) & FD_CLOEXEC);
    assert_int_equal(s3a_signals_next(fd), 0);
    for (size_t i = 0; i < sizeof(all) / sizeof(all[0]); i++) {
        kill(getpid(), all[i]);
        assert_int_equal(s3a_signals_next(fd), all[i]);
    }
    assert_int_equal(s3a_signals_next(fd), 0);
}

static void signals_are_read_and_end_nothing(void **state)
{
    (void)state;
    apart(read_them);
}

static void ignore_some(void)
{
    signal(SIGHUP, SIG_IGN);
    signal(SIGINT, SIG_IGN);
    int fd = open_signals();

    kill(getpid(), SIGHUP);
    kill(getpid(), SIGINT);
    assert_int_equal(s3a_signals_next(fd), 0);
    kill(getpid(), SIGTERM);
    assert_int_equal(s3a_signals_next(fd), SIGTERM);
}

static void what_was_ignored_from_the_start_stays_ignored(void **state)
{
    (void)state;
    apart(ignore_some);
}

static void inherit(void)
{
    struct s3a_inherited inherited;
    struct sigaction found;
    sigset_t mask;

    signal(SIGCHLD, SIG_IGN);
    sigemptyset(&mask);
    sigaddset(&mask, SIGUSR1);
    sigprocmask(SIG_SETMASK, &mask, NULL);
    s3a_signals_setup(&inherited);
    sigaction(SIGPIPE, NULL, &found);
    assert_ptr_equal(found.sa_handler, SIG_IGN);
    sigaction(SIGCHLD, NULL, &found);
    assert_ptr_equal(found.sa_handler, SIG_DFL);
    open_signals();

    s3a_signals_restore(&inherited);
    sigaction(SIGPIPE, NULL, &found);
    assert_ptr_equal(found.sa_handler, SIG_DFL);
    sigaction(SIGCHLD, NULL, &found);
    assert_ptr_equal(found.sa_handler, SIG_IGN);
    sigprocmask(SIG_SETMASK, NULL, &mask);
    assert_true(sigismember(&mask, SIGUSR1));
    assert_false(sigismember(&mask, SIGINT));
    assert_false(sigismember(&mask, SIGTTOU));
}

static void programs_get_what_was_inherited(void **state)
{
    (void)state;
    apart(inherit);
}

static void stop_and_go_on(void)
{
    int wait_status;
    pid_t pid = fork();

    if (pid == 0) {
        setpgid(0, 0); /* a group that is not orphaned, else TSTP is dropped */
        open_signals();
        s3a_signals_stop();
        /* Blocked as before. */
        kill(getpid(), SIGTSTP);
        _exit(7);
    }
    assert_int_equal(waitpid(pid, &wait_status, WUNTRACED), pid);
    assert_true(WIFSTOPPED(wait_status));
    kill(pid, SIGCONT);
    assert_int_equal(waitpid(pid, &wait_status, 0), pid);
    assert_true(WIFEXITED(wait_status) && WEXITSTATUS(wait_status) == 7);
}

static void it_can_be_stopped_on_purpose(void **state)
{
    (void)state;
    apart(stop_and_go_on);
}

static void which_ones_end_and_what_they_are_called(void **state)
{
    (void)state;
    assert_true(s3a_signals_ends(SIGINT) && s3a_signals_ends(SIGTERM));
    assert_true(s3a_signals_ends(SIGHUP) && s3a_signals_ends(SIGQUIT));
    assert_false(s3a_signals_ends(SIGUSR1) || s3a_signals_ends(SIGCHLD) || s3a_signals_ends(0));
    assert_string_equal(s3a_signals_name(SIGTERM), "TERM");
    assert_string_equal(s3a_signals_name(9999), "of an unknown kind");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(signals_are_read_and_end_nothing),
        cmocka_unit_test(what_was_ignored_from_the_start_stays_ignored),
        cmocka_unit_test(programs_get_what_was_inherited),
        cmocka_unit_test(it_can_be_stopped_on_purpose),
        cmocka_unit_test(which_ones_end_and_what_they_are_called),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
