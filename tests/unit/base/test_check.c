/* SPDX-License-Identifier: MIT */
#include "test.h"

#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "check.h"

/* Checks in a process of its own; how it ended, and what it said. */
static int check_in_a_process(int value, char *ret_said, size_t size)
{
    int fds[2];
    int status;
    size_t used = 0;
    ssize_t got;

    assert_int_equal(pipe(fds), 0);
    pid_t pid = fork();
    if (pid == 0) {
        (void)signal(SIGABRT, SIG_DFL);
        if (dup2(fds[1], STDERR_FILENO) < 0) {
            _exit(2);
        }
        s3a_check(value == 1);
        _exit(0);
    }
    assert_true(pid > 0);
    close(fds[1]);
    while (used < size - 1 && (got = read(fds[0], ret_said + used, size - 1 - used)) > 0) {
        used += (size_t)got;
    }
    ret_said[used] = '\0';
    close(fds[0]);
    assert_int_equal(waitpid(pid, &status, 0), pid);
    return status;
}

static void what_holds_goes_on(void **state)
{
    (void)state;
    char said[512];
    int status = check_in_a_process(1, said, sizeof(said));

    assert_true(WIFEXITED(status));
    assert_int_equal(WEXITSTATUS(status), 0);
    assert_string_equal(said, "");
}

static void what_does_not_hold_names_itself_and_aborts(void **state)
{
    (void)state;
    char said[512];
    int status = check_in_a_process(2, said, sizeof(said));

    assert_true(WIFSIGNALED(status));
    assert_int_equal(WTERMSIG(status), SIGABRT);
    assert_non_null(strstr(said, "value == 1"));
    assert_non_null(strstr(said, "test_check.c:"));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(what_holds_goes_on),
        cmocka_unit_test(what_does_not_hold_names_itself_and_aborts),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
