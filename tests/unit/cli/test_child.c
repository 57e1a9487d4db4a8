/* SPDX-License-Identifier: MIT */
#include "child.h"

#include <fcntl.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "apart.h"
#include "capture.h"
#include "exit_code.h"
#include "test.h"

static struct s3a_inherited inherited;
static struct s3a_child child;
static int signals;

static void start(const char *script)
{
    const char *const words[] = {"sh", "-c", script, NULL};
    struct s3a_process_plan plan = {
        .words = (char *const *)(uintptr_t)words,
        .environment = environ,
        .inherited = &inherited,
    };
    struct s3a_error error;

    s3a_signals_setup(&inherited);
    assert_int_equal(s3a_signals_open(&signals, &error), S3A_OK);
    assert_int_equal(s3a_child_start(&child, &plan, &error), 0);
}

/* Until the next SIGCHLD, or for a tenth of a second where none may come. */
static void look_again(void)
{
    struct pollfd polled = {.fd = signals, .events = POLLIN};

    poll(&polled, 1, s3a_child_needs_looks(&child) ? 100 : -1);
    while (s3a_signals_next(signals) != 0) {
    }
    s3a_child_look(&child);
}

static void await_gone(void)
{
    s3a_child_look(&child);
    while (!child.gone) {
        look_again();
    }
    assert_true(child.ended);
    s3a_child_close(&child);
}

static void exit_with_7(void)
{
    start("exit 7");
    await_gone();
    assert_int_equal(s3a_exit_of_wait(child.wait_status), 7);
}

static void how_it_ended_is_known(void **state)
{
    (void)state;
    apart(exit_with_7);
}

static void leave_somebody_behind(void)
{
    int fds[2];
    struct capture capture;
    char script[64];
    char byte;

    assert_int_equal(pipe(fds), 0);
    snprintf(script, sizeof(script), "read x <&%d & exit 3", fds[0]);
    start(script);
    capture_begin(&capture, STDERR_FILENO);
    s3a_child_look(&child);
    while (!child.ended) {
        look_again();
    }
    char *text = capture_end(&capture);
    assert_non_null(strstr(text, "the lock is held until they have"));
    assert_false(child.gone);
    close(fds[0]);
    assert_true(s3a_child_needs_looks(&child));
    byte = '\n';
    assert_int_equal(write(fds[1], &byte, 1), 1);
    await_gone();
    assert_int_equal(s3a_exit_of_wait(child.wait_status), 3);
}

static void it_is_gone_when_its_whole_group_is(void **state)
{
    (void)state;
    apart(leave_somebody_behind);
}

static void leave_late(void)
{
    int from_it[2];
    int to_it[2];
    char script[128];
    char pid_text[16] = "";

    /* One who leaves the group only after CMD has ended: no signal tells of that. */
    assert_true(pipe(from_it) == 0 && pipe(to_it) == 0);
    snprintf(script, sizeof(script), "(read x <&%d; exec setsid sleep 1000) & echo $! >&%d; exit 3",
             to_it[0], from_it[1]);
    start(script);
    while (!child.ended) {
        look_again();
    }
    assert_true(read(from_it[0], pid_text, sizeof(pid_text) - 1) > 0);
    pid_t late = (pid_t)strtol(pid_text, NULL, 10);
    assert_int_equal(write(to_it[1], "\n", 1), 1);
    await_gone();
    assert_int_equal(kill(late, SIGKILL), 0);
}

static void who_leaves_the_group_late_is_not_waited_for_for_ever(void **state)
{
    (void)state;
    apart(leave_late);
}

static void signal_everybody(void)
{
    int fds[2];
    char script[128];
    char byte;

    assert_int_equal(pipe(fds), 0);
    snprintf(script, sizeof(script),
             "sh -c 'printf x >&%d; sleep 1000; :' & printf x >&%d; sleep 1000; :", fds[1], fds[1]);
    start(script);
    close(fds[1]);
    assert_int_equal(read(fds[0], &byte, 1), 1);
    assert_int_equal(read(fds[0], &byte, 1), 1);
    s3a_child_signal(&child, SIGTERM);
    await_gone();
    assert_int_equal(s3a_exit_of_wait(child.wait_status), 128 + SIGTERM);
    /* Grandchildren held the pipe open as well. */
    assert_int_equal(read(fds[0], &byte, 1), 0);
}

static void a_signal_is_for_the_whole_group(void **state)
{
    (void)state;
    apart(signal_everybody);
}

static void stop_and_end(void)
{
    struct capture capture;

    start("kill -STOP $$; exit 5");
    capture_begin(&capture, STDERR_FILENO);
    s3a_child_look(&child);
    while (child.stopped_by == 0) {
        look_again();
    }
    assert_int_equal(child.stopped_by, SIGSTOP);
    s3a_child_resume(&child);
    await_gone();
    char *text = capture_end(&capture);
    assert_non_null(strstr(text, "is stopped (STOP). The lock is still held."));
    assert_int_equal(s3a_exit_of_wait(child.wait_status), 5);
}

static void one_that_is_stopped_can_be_resumed(void **state)
{
    (void)state;
    apart(stop_and_end);
}

static void end_while_stopped(void)
{
    start("kill -STOP $$; exit 5");
    s3a_child_look(&child);
    while (child.stopped_by == 0) {
        look_again();
    }
    s3a_child_signal(&child, SIGTERM);
    await_gone();
    assert_int_equal(s3a_exit_of_wait(child.wait_status), 128 + SIGTERM);
}

static void one_that_is_stopped_can_be_ended(void **state)
{
    (void)state;
    apart(end_while_stopped);
}

static void use_the_terminal(void)
{
    struct s3a_terminal terminal;

    s3a_terminal_open(&terminal);
    start("test \"$(ps -o tpgid= -p $$ | tr -d ' ')\" = $$");
    await_gone();
    assert_int_equal(s3a_exit_of_wait(child.wait_status), 0);
    assert_true(s3a_terminal_is_ours(&terminal));
}

static void it_has_the_terminal_while_it_runs(void **state)
{
    (void)state;
    apart_on_terminal(use_the_terminal);
}

static void stop_on_the_terminal(void)
{
    struct s3a_terminal terminal;

    s3a_terminal_open(&terminal);
    start("kill -TSTP 0; test \"$(ps -o tpgid= -p $$ | tr -d ' ')\" = $$");
    s3a_child_look(&child);
    while (child.stopped_by == 0) {
        look_again();
    }
    assert_true(s3a_terminal_is_ours(&terminal));
    s3a_child_resume(&child);
    await_gone();
    assert_int_equal(s3a_exit_of_wait(child.wait_status), 0);
    assert_true(s3a_terminal_is_ours(&terminal));
}

static void one_that_is_stopped_gives_the_terminal_back_for_so_long(void **state)
{
    (void)state;
    apart_on_terminal(stop_on_the_terminal);
}

static void run_nothing(void)
{
    const char *const words[] = {"no-such-program-here", NULL};
    struct s3a_process_plan plan = {
        .words = (char *const *)(uintptr_t)words,
        .environment = environ,
        .inherited = &inherited,
    };
    struct s3a_terminal terminal;
    struct s3a_error error;

    s3a_terminal_open(&terminal);
    assert_int_equal(s3a_signals_open(&signals, &error), S3A_OK);
    assert_int_equal(s3a_child_start(&child, &plan, &error), S3A_EXIT_NO_PROGRAM);
    assert_true(s3a_terminal_is_ours(&terminal));
    assert_int_equal(child.terminal.fd, -1);
}

static void what_cannot_be_run_leaves_the_terminal_alone(void **state)
{
    (void)state;
    apart_on_terminal(run_nothing);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(how_it_ended_is_known),
        cmocka_unit_test(it_is_gone_when_its_whole_group_is),
        cmocka_unit_test(who_leaves_the_group_late_is_not_waited_for_for_ever),
        cmocka_unit_test(a_signal_is_for_the_whole_group),
        cmocka_unit_test(one_that_is_stopped_can_be_resumed),
        cmocka_unit_test(one_that_is_stopped_can_be_ended),
        cmocka_unit_test(it_has_the_terminal_while_it_runs),
        cmocka_unit_test(one_that_is_stopped_gives_the_terminal_back_for_so_long),
        cmocka_unit_test(what_cannot_be_run_leaves_the_terminal_alone),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
