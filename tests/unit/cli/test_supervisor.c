/* SPDX-License-Identifier: MIT */
#include "supervisor.h"

#include <stdlib.h>
#include <sys/eventfd.h>
#include <unistd.h>

#include "apart.h"
#include "exit_code.h"
#include "now.h"
#include "test.h"

static struct s3a_inherited inherited;
static struct s3a_child child;
static int signals;
static int ready[2];

/* script may write a line to descriptor 9 when it is ready to be signalled. */
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
    assert_int_equal(pipe(ready), 0);
    assert_int_equal(dup2(ready[1], 9), 9);
    assert_int_equal(s3a_signals_open(&signals, &error), S3A_OK);
    assert_int_equal(s3a_child_start(&child, &plan, &error), 0);
}

static void await_ready(void)
{
    char byte;

    assert_int_equal(read(ready[0], &byte, 1), 1);
}

static int supervise(struct s3a_order (*look)(uint64_t now_ms, void *user), int event_fd)
{
    struct s3a_watch watch = {event_fd, look, NULL};
    struct s3a_error error;

    assert_int_equal(s3a_supervise(&child, signals, s3a_alarm_open(), &watch, &error), S3A_OK);
    s3a_child_close(&child);
    return s3a_exit_of_wait(child.wait_status);
}

static struct s3a_order look_on(uint64_t now_ms, void *user)
{
    (void)now_ms;
    (void)user;
    return (struct s3a_order){.wake_ms = S3A_NEVER};
}

static void pass_signals_on(void)
{
    start("exec sleep 1000");
    kill(getpid(), SIGUSR1);
    assert_int_equal(supervise(look_on, eventfd(0, 0)), 128 + SIGUSR1);
}

static void what_we_are_sent_is_passed_on(void **state)
{
    (void)state;
    apart(pass_signals_on);
}

static struct s3a_order term_then_kill(uint64_t now_ms, void *user)
{
    static bool asked;

    (void)user;
    if (!asked) {
        asked = true;
        return (struct s3a_order){SIGTERM, now_ms + 20};
    }
    return (struct s3a_order){SIGKILL, S3A_NEVER};
}

static void obey_orders(void)
{
    start("trap '' TERM; echo >&9; sleep 1000");
    await_ready();
    assert_int_equal(supervise(term_then_kill, eventfd(0, 0)), 128 + SIGKILL);
}

static void orders_are_obeyed_at_their_times(void **state)
{
    (void)state;
    apart(obey_orders);
}

static bool event_came;

static struct s3a_order end_on_event(uint64_t now_ms, void *user)
{
    (void)now_ms;
    (void)user;
    return (struct s3a_order){event_came ? SIGTERM : 0, S3A_NEVER};
}

static void ask_on_event(void)
{
    int event_fd = eventfd(1, EFD_NONBLOCK);

    start("sleep 1000");
    event_came = true;
    assert_int_equal(supervise(end_on_event, event_fd), 128 + SIGTERM);
}

static void an_event_is_reason_to_ask(void **state)
{
    (void)state;
    apart(ask_on_event);
}

static void stop_and_go_on(void)
{
    start("echo >&9; kill -STOP $$; exit 4");
    await_ready();
    s3a_child_look(&child);
    while (child.stopped_by == 0) {
        s3a_child_look(&child);
    }
    kill(getpid(), SIGCONT);
    assert_int_equal(supervise(look_on, eventfd(0, 0)), 4);
}

static void cont_wakes_one_that_is_stopped(void **state)
{
    (void)state;
    apart(stop_and_go_on);
}

static void leave_a_daemon(void)
{
    char pid_text[16] = "";

    start("setsid sleep 1000 & echo $! >&9; exit 6");
    assert_true(read(ready[0], pid_text, sizeof(pid_text) - 1) > 0);
    pid_t daemon = (pid_t)strtol(pid_text, NULL, 10);
    assert_true(daemon > 1);
    assert_int_equal(supervise(look_on, eventfd(0, 0)), 6);
    assert_int_equal(kill(daemon, SIGKILL), 0);
}

static void who_has_left_the_group_on_purpose_is_not_waited_for(void **state)
{
    (void)state;
    apart(leave_a_daemon);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(what_we_are_sent_is_passed_on),
        cmocka_unit_test(orders_are_obeyed_at_their_times),
        cmocka_unit_test(an_event_is_reason_to_ask),
        cmocka_unit_test(cont_wakes_one_that_is_stopped),
        cmocka_unit_test(who_has_left_the_group_on_purpose_is_not_waited_for),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
