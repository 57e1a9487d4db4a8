/* SPDX-License-Identifier: MIT */
#include "guarded.h"

#include <stdlib.h>
#include <string.h>
#include <sys/eventfd.h>
#include <unistd.h>

#include <s3atomic/server.h>
#include <s3atomic/store.h>

#include "apart.h"
#include "capture.h"
#include "exit_code.h"
#include "test.h"

#define BUCKET "guarded"

static struct s3a_inherited inherited;
static struct s3a_server *server;
static struct s3a_client *client;
static struct s3a_lock *lock;
static struct s3a_error error;
static struct s3a_guarded guarded;
static const char *words[] = {"sh", "-c", NULL, NULL};

static void on_lost(struct s3a_lock *lost, enum s3a_lost_reason reason, void *user)
{
    (void)lost;
    (void)reason;
    (void)user;
    eventfd_write(guarded.event_fd, 1);
}

static void begin(const char *script)
{
    struct s3a_lock_options options = {.heartbeat_ms = 100, .lease_ms = 60000, .on_lost = on_lost};

    words[2] = script;
    s3a_signals_setup(&inherited);
    guarded = (struct s3a_guarded){
        .url = "s3://" BUCKET "/n",
        .words = (char *const *)(uintptr_t)words,
        .inherited = &inherited,
        .event_fd = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK),
        .terms = {.kill_after_ms = 60000, .heartbeat_ms = 100},
    };
    assert_int_equal(s3a_signals_open(&guarded.signals, &error), S3A_OK);
    assert_int_equal(
        s3a_server_start(&(struct s3a_server_options){.create_buckets = true}, &server, &error),
        S3A_OK);
    assert_int_equal(s3a_server_client(server, &client, &error), S3A_OK);
    assert_int_equal(s3a_lock_acquire(client, BUCKET, "n", &options, &lock, &error), S3A_OK);
}

static void end(void)
{
    s3a_lock_free(lock);
    s3a_client_free(client);
    s3a_server_stop(server);
}

static void run_well(void)
{
    begin("test $S3ATOMIC_LOCK = s3://" BUCKET "/n -a $S3ATOMIC_KEY = n.lock "
          "-a $S3ATOMIC_BUCKET = " BUCKET " -a $S3ATOMIC_LEASE_MS = 60000 "
          "-a ${#S3ATOMIC_OWNER} = 32 -a $S3ATOMIC_TOKEN -gt 0 && exit 7");
    assert_int_equal(s3a_guarded_run(&guarded, lock), 7);
    assert_true(s3a_lock_is_held(lock));
    end();
}

static void cmd_finds_its_lock_and_its_exit_code_is_returned(void **state)
{
    (void)state;
    apart(run_well);
}

static void run_nothing(void)
{
    struct capture capture;

    begin("");
    words[0] = "no-such-program-here";
    capture_begin(&capture, STDERR_FILENO);
    int code = s3a_guarded_run(&guarded, lock);
    char *text = capture_end(&capture);
    assert_int_equal(code, S3A_EXIT_NO_PROGRAM);
    assert_string_equal(text, "s3atomic: no-such-program-here: command not found\n");
    free(text);
    assert_true(s3a_lock_is_held(lock));
    end();
}

static void what_cannot_be_run_is_said(void **state)
{
    (void)state;
    apart(run_nothing);
}

static void lose_it(void)
{
    struct s3a_store *store;
    struct capture capture;

    begin("exec sleep 1000");
    store = s3a_store_new(client, s3a_bytes_codec());
    assert_non_null(store);
    assert_int_equal(s3a_store_delete(store, BUCKET, "n.lock", NULL, &error), S3A_OK);
    capture_begin(&capture, STDERR_FILENO);
    int code = s3a_guarded_run(&guarded, lock);
    char *text = capture_end(&capture);
    assert_int_equal(code, S3A_EXIT_LOST);
    assert_non_null(strstr(text, "s3://" BUCKET "/n was lost: "));
    assert_non_null(strstr(text, s3a_lost_reason_text(S3A_LOST_DELETED)));
    assert_non_null(strstr(text, "CMD is ended"));
    free(text);
    s3a_store_free(store);
    end();
}

static void when_it_is_lost_cmd_is_ended_and_people_are_told(void **state)
{
    (void)state;
    apart(lose_it);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(cmd_finds_its_lock_and_its_exit_code_is_returned),
        cmocka_unit_test(what_cannot_be_run_is_said),
        cmocka_unit_test(when_it_is_lost_cmd_is_ended_and_people_are_told),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
