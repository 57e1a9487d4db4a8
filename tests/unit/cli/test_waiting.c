/* SPDX-License-Identifier: MIT */
#include "waiting.h"

#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <s3atomic/lock.h>
#include <s3atomic/server.h>

#include "apart.h"
#include "capture.h"
#include "say.h"
#include "signals.h"
#include "test.h"

#define BUCKET "waiting"

static struct s3a_server *server;
static struct s3a_client *client;
static struct s3a_client *other;
static struct s3a_lock *held;
static struct s3a_error error;
static int signals;

/* Somebody else holds the lock "n". */
static void begin(void)
{
    assert_int_equal(s3a_signals_open(&signals, &error), S3A_OK);
    assert_int_equal(
        s3a_server_start(&(struct s3a_server_options){.create_buckets = true}, &server, &error),
        S3A_OK);
    assert_int_equal(s3a_server_client(server, &client, &error), S3A_OK);
    assert_int_equal(s3a_server_client(server, &other, &error), S3A_OK);
    assert_int_equal(s3a_lock_acquire(other, BUCKET, "n", NULL, &held, &error), S3A_OK);
}

static void end(void)
{
    s3a_lock_free(held);
    s3a_client_free(client);
    s3a_client_free(other);
    s3a_server_stop(server);
}

static struct s3a_future *ask(int64_t wait_ms, struct s3a_lock **ret_lock)
{
    struct s3a_lock_options options = {.wait_ms = wait_ms};
    struct s3a_future *future = s3a_lock_acquire_async(client, BUCKET, "n", &options, ret_lock);

    assert_non_null(future);
    return future;
}

static void wait_for_what_comes(void)
{
    struct s3a_waiting waiting = {.what = "it"};
    struct s3a_lock *lock;

    begin();
    waiting.signals = signals;
    struct s3a_future *future = ask(0, &lock);
    assert_int_equal(s3a_wait(&waiting, future, &error), S3A_HELD);
    s3a_future_free(future);
    assert_int_equal(s3a_lock_release(held, &error), S3A_OK);
    future = ask(0, &lock);
    kill(getpid(), SIGUSR1);
    assert_int_equal(s3a_wait(&waiting, future, &error), S3A_OK);
    assert_int_equal(waiting.ended_by, 0);
    s3a_future_free(future);
    s3a_lock_free(lock);
    end();
}

static void what_comes_is_returned(void **state)
{
    (void)state;
    apart(wait_for_what_comes);
}

static void be_interrupted(void)
{
    struct s3a_waiting waiting = {.what = "it"};
    struct s3a_lock *lock;

    begin();
    waiting.signals = signals;
    struct s3a_future *future = ask(S3A_WAIT_FOREVER, &lock);
    kill(getpid(), SIGTERM);
    assert_int_equal(s3a_wait(&waiting, future, &error), S3A_CANCELLED);
    assert_int_equal(waiting.ended_by, SIGTERM);
    assert_false(waiting.abandoned);
    assert_null(lock);
    s3a_future_free(future);
    end();
}

static void a_signal_cancels_it(void **state)
{
    (void)state;
    apart(be_interrupted);
}

static void go_on(void)
{
    struct s3a_waiting waiting = {.what = "it", .goes_on = true};

    begin();
    waiting.signals = signals;
    kill(getpid(), SIGTERM);
    struct s3a_future *future = s3a_lock_release_async(held);
    assert_int_equal(s3a_wait(&waiting, future, &error), S3A_OK);
    s3a_future_free(future);
    end();
}

static void what_goes_on_is_not_cancelled(void **state)
{
    (void)state;
    apart(go_on);
}

static void be_interrupted_twice(void)
{
    struct s3a_waiting waiting = {.what = "it", .goes_on = true};
    struct s3a_lock *lock;

    begin();
    waiting.signals = signals;
    struct s3a_future *future = ask(S3A_WAIT_FOREVER, &lock);
    kill(getpid(), SIGTERM);
    kill(getpid(), SIGINT);
    assert_int_equal(s3a_wait(&waiting, future, &error), S3A_IN_DOUBT);
    assert_true(waiting.abandoned);
    assert_string_equal(error.message, "it was given up before it was cleared up");
    /* As the command does: nothing is freed. */
}

static void a_second_signal_abandons_it(void **state)
{
    (void)state;
    apart(be_interrupted_twice);
}

static void tell_why(void)
{
    struct s3a_waiting waiting = {.what = "the lock", .why = "held by somebody"};
    struct capture capture;
    struct s3a_lock *lock;

    begin();
    waiting.signals = signals;
    s3a_say_setup(false, true);
    capture_begin(&capture, STDERR_FILENO);
    struct s3a_future *future = ask(1200, &lock);
    enum s3a_status status = s3a_wait(&waiting, future, &error);
    char *text = capture_end(&capture);
    assert_int_equal(status, S3A_HELD);
    assert_string_equal(text, "s3atomic: waiting: held by somebody\n");
    free(text);
    s3a_future_free(future);
    end();
}

static void what_takes_long_is_told_once_and_why(void **state)
{
    (void)state;
    apart(tell_why);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(what_comes_is_returned),
        cmocka_unit_test(a_signal_cancels_it),
        cmocka_unit_test(what_goes_on_is_not_cancelled),
        cmocka_unit_test(a_second_signal_abandons_it),
        cmocka_unit_test(what_takes_long_is_told_once_and_why),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
