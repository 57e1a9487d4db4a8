/* SPDX-License-Identifier: MIT */
#include "test.h"

#include <signal.h>

#include "thread.h"

static void *look_at_signals(void *arg)
{
    pthread_sigmask(SIG_SETMASK, NULL, arg);
    return arg;
}

static void a_thread_takes_no_signal(void **state)
{
    (void)state;
    sigset_t inside;
    pthread_t thread;
    void *result;

    sigemptyset(&inside);
    assert_int_equal(s3a_thread_start(&thread, look_at_signals, &inside), 0);
    assert_int_equal(pthread_join(thread, &result), 0);
    assert_ptr_equal(result, &inside);
    assert_true(sigismember(&inside, SIGTERM) && sigismember(&inside, SIGPIPE));
}

static void who_starts_it_takes_them_as_before(void **state)
{
    (void)state;
    sigset_t given;
    sigset_t after;
    pthread_t thread;

    sigemptyset(&given);
    sigaddset(&given, SIGUSR1);
    pthread_sigmask(SIG_SETMASK, &given, NULL);
    assert_int_equal(s3a_thread_start(&thread, look_at_signals, &after), 0);
    assert_int_equal(pthread_join(thread, NULL), 0);
    pthread_sigmask(SIG_SETMASK, NULL, &after);
    assert_true(sigismember(&after, SIGUSR1) && !sigismember(&after, SIGTERM));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_thread_takes_no_signal),
        cmocka_unit_test(who_starts_it_takes_them_as_before),
    };
    return cmocka_run_group_tests_name("thread", tests, NULL, NULL);
}
