/* SPDX-License-Identifier: MIT */
#include "apart.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <sys/wait.h>
#include <unistd.h>

#include "test.h"

static _Noreturn void tell(void (*story)(void))
{
    setenv("CMOCKA_TEST_ABORT", "1", 1);
    story();
    _exit(0);
}

static void assert_went_well(pid_t pid)
{
    int wait_status;

    assert_int_equal(waitpid(pid, &wait_status, 0), pid);
    assert_int_equal(wait_status, 0);
}

void apart(void (*story)(void))
{
    pid_t pid = fork();

    assert_true(pid >= 0);
    if (pid == 0) {
        tell(story);
    }
    assert_went_well(pid);
}

static _Noreturn void tell_on_terminal(const char *name, void (*story)(void))
{
    setsid();
    int fd = open(name, O_RDWR); /* becomes the controlling terminal */
    if (fd < 0 || dup2(fd, STDIN_FILENO) < 0 || dup2(fd, STDOUT_FILENO) < 0 ||
        dup2(fd, STDERR_FILENO) < 0) {
        _exit(1);
    }
    tell(story);
}

void apart_on_terminal(void (*story)(void))
{
    char printed[4096];
    int master = posix_openpt(O_RDWR | O_NOCTTY | O_CLOEXEC);

    assert_true(master >= 0 && grantpt(master) == 0 && unlockpt(master) == 0);
    /* Held open here, so that reading from the master ends no sooner than the story. */
    pid_t pid = fork();
    assert_true(pid >= 0);
    if (pid == 0) {
        tell_on_terminal(ptsname(master), story);
    }
    int slave = open(ptsname(master), O_RDWR | O_NOCTTY | O_CLOEXEC);
    assert_true(slave >= 0);
    assert_int_equal(fcntl(master, F_SETFL, O_NONBLOCK), 0);
    assert_went_well(pid);
    while (read(master, printed, sizeof(printed)) > 0) {
    }
    close(slave);
    close(master);
}
