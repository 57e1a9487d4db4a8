/* SPDX-License-Identifier: MIT */
#include "store_fixture.h"

#include <errno.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "clock.h"
#include "fail_calls.h"
#include "fail_memory.h"
#include "fail_vfs.h"
#include "handle.h"

static void what_was_written_is_there_when_it_is_opened_again(void **state)
{
    (void)state;
    struct store store;

    store_open(&store);
    for (int i = 0; i < 5; i++) {
        char text[16];
        snprintf(text, sizeof(text), "value %d", i);
        assert_int_equal(store_put(&store, "k", text), S3A_OK);
        store_reopen(&store);
        assert_store_has(&store, "k", text);
    }
    store_close(&store);
}

static void a_store_that_cannot_be_opened_says_why(void **state)
{
    (void)state;
    struct s3a_objects_options options = {.directory = "/proc/no-such-place"};
    struct s3a_objects *objects = (struct s3a_objects *)(uintptr_t)1;
    struct s3a_error error;

    assert_int_equal(s3a_objects_open(&options, &objects, &error), S3A_SYSTEM);
    assert_null(objects);
    assert_non_null(strstr(error.message, "/proc/no-such-place"));
    assert_int_equal(error.system_errno, ENOENT);
    s3a_objects_close(NULL);
}

static void two_handles_of_one_directory_see_the_same(void **state)
{
    (void)state;
    struct store one;
    struct store other;

    store_open(&one);
    other = one;
    other.objects = NULL;
    store_reopen(&other);
    assert_int_equal(store_put(&one, "k", "one"), S3A_OK);
    assert_store_has(&other, "k", "one");
    assert_int_equal(store_put(&other, "k", "other"), S3A_OK);
    assert_store_has(&one, "k", "other");
    int64_t first = s3a_objects_now_ms(one.objects);
    int64_t second = s3a_objects_now_ms(other.objects);
    assert_true(first <= second && second <= s3a_objects_now_ms(one.objects));
    s3a_objects_close(other.objects);
    assert_store_has(&one, "k", "other");
    store_close(&one);
}

/* Last-Modified of what is put now, which the answer's Date is no less than. */
static int64_t put_time_ms(struct store *store)
{
    struct s3a_op op = op_of(S3A_OP_PUT_OBJECT, "k");
    struct s3a_answer answer;

    assert_int_equal(store_call(store, &op, S3A_STR("x"), &answer), S3A_OK);
    int64_t modified_ms = answer.modified_ms;
    assert_true(answer.date_ms >= modified_ms);
    s3a_answer_fini(&answer);
    return modified_ms;
}

/* Neither while it is open, nor when it is opened again or by somebody else beside. */
static void setting_the_machines_clock_takes_nobodys_lock(void **state)
{
    (void)state;
    static const int64_t ahead_ms[] = {3600000, -3600000, 86400000, -86400000, 0};
    const int64_t minute_ms = 60000;
    struct store store;
    struct store other;

    store_open(&store);
    int64_t last_ms = put_time_ms(&store);
    for (size_t i = 0; i < sizeof(ahead_ms) / sizeof(ahead_ms[0]); i++) {
        fail_calls_wall_clock(ahead_ms[i]);
        int64_t now_ms = s3a_objects_now_ms(store.objects);
        assert_true(now_ms >= last_ms && now_ms < last_ms + minute_ms);
        last_ms = put_time_ms(&store);
        assert_true(last_ms >= now_ms && last_ms < now_ms + minute_ms);
        other = store;
        other.objects = NULL;
        store_reopen(&other);
        now_ms = put_time_ms(&other);
        assert_true(now_ms >= last_ms && now_ms < last_ms + minute_ms);
        s3a_objects_close(other.objects);
        store_reopen(&store);
        last_ms = put_time_ms(&store);
        assert_true(last_ms >= now_ms && last_ms < now_ms + minute_ms);
    }
    store_close(&store);
}

static void a_new_store_begins_with_the_time_that_the_machine_has(void **state)
{
    (void)state;
    struct store store;

    fail_calls_wall_clock(3600000);
    store_open(&store);
    assert_true(s3a_objects_now_ms(store.objects) < s3a_clock_wall_ms() + 60000);
    assert_true(s3a_objects_now_ms(store.objects) > s3a_clock_wall_ms() - 60000);
    fail_calls_wall_clock(0);
    assert_true(s3a_objects_now_ms(store.objects) > s3a_clock_wall_ms() + 3000000);
    store_close(&store);
}

struct writer {
    struct store *store;
    int number;
    int won;
};

static void *create_all(void *arg)
{
    struct writer *writer = arg;
    char key[16];

    for (int i = 0; i < 100; i++) {
        snprintf(key, sizeof(key), "k%d", i);
        struct s3a_op op = op_of(S3A_OP_PUT_OBJECT, key);
        op.if_none_match = S3A_STR("*");
        enum s3a_status status = store_do(writer->store, &op, S3A_STR("x"));
        assert_true(status == S3A_OK || status == S3A_CONFLICT);
        writer->won += status == S3A_OK;
    }
    return NULL;
}

static void of_many_threads_that_create_one_object_one_does(void **state)
{
    (void)state;
    struct store store;
    struct writer writers[8];
    pthread_t threads[8];
    int won = 0;

    store_open(&store);
    for (int i = 0; i < 8; i++) {
        writers[i] = (struct writer){.store = &store, .number = i};
        assert_int_equal(pthread_create(&threads[i], NULL, create_all, &writers[i]), 0);
    }
    for (int i = 0; i < 8; i++) {
        assert_int_equal(pthread_join(threads[i], NULL), 0);
        won += writers[i].won;
    }
    assert_int_equal(won, 100);
    store_close(&store);
}

#if defined(__has_feature)
#if __has_feature(thread_sanitizer)
#define NO_THREADS_AFTER_FORK 1 /* ThreadSanitizer ends a child that starts one */
#endif
#endif

static bool may_open_anew(const struct store *store)
{
#ifdef NO_THREADS_AFTER_FORK
    (void)store;
    return true;
#else
    struct store own = *store;

    own.objects = NULL;
    store_reopen(&own);
    bool result = store_put(&own, "child", "x") == S3A_OK;
    s3a_objects_close(own.objects);
    return result;
#endif
}

/* In the child: nothing is done, and nothing hangs. */
static int use_in_child(struct store *store)
{
    struct s3a_op get = op_of(S3A_OP_GET_OBJECT, "k");
    bool is_refused = store_do(store, &get, s3a_str_of(NULL)) == S3A_INVALID &&
                      store_put(store, "k", "child") == S3A_INVALID;

    s3a_objects_close(store->objects);
    return is_refused && may_open_anew(store) ? 0 : 1;
}

static void a_child_has_to_open_it_anew(void **state)
{
    (void)state;
    struct store store;
    struct s3a_spool spool;
    struct s3a_str body = body_make("large", 2 * S3A_INLINE_SIZE_MAX);
    int status;

    store_open(&store);
    assert_int_equal(store_put(&store, "k", "parent"), S3A_OK);
    assert_int_equal(s3a_spool_init(&spool, store.objects), S3A_OK);
    assert_int_equal(s3a_spool_append(&spool, body), S3A_OK);
    pid_t pid = fork();
    if (pid == 0) {
        int result = use_in_child(&store);
        s3a_spool_fini(&spool); /* takes nothing away from the parent */
        _exit(result);
    }
    assert_true(pid > 0);
    assert_int_equal(waitpid(pid, &status, 0), pid);
    assert_true(WIFEXITED(status));
    assert_int_equal(WEXITSTATUS(status), 0);
    assert_int_equal(directory_count(store.path, "incoming"), 1);
    s3a_spool_fini(&spool);
    assert_store_has(&store, "k", "parent");
    free((void *)(uintptr_t)body.data);
    store_close(&store);
}

static enum s3a_status open_and_close(const char *path)
{
    struct s3a_objects_options options = {.directory = path, .create_buckets = true};
    struct s3a_objects *objects;
    struct s3a_error error;
    enum s3a_status status = s3a_objects_open(&options, &objects, &error);

    assert_int_equal(objects != NULL, status == S3A_OK);
    assert_int_equal(error.status, status);
    assert_true(status == S3A_OK || error.message[0] != '\0');
    (void)fail_calls_end();
    s3a_objects_close(objects);
    return status;
}

static void each_system_call_of_an_open_may_fail(void **state)
{
    (void)state;
    struct store store;
    int failed = 0;

    for (int is_new = 0; is_new < 2; is_new++) {
        for (int nth = 1; nth <= 30; nth++) {
            store_open(&store);
            if (is_new) {
                s3a_objects_close(store.objects);
                store.objects = NULL;
                directory_remove(store.path);
            }
            fail_calls_at(FAIL_CALL_ANY & ~(unsigned)FAIL_CALL_LOCK, nth, 1, EIO);
            enum s3a_status status = open_and_close(store.path);
            assert_true(status == S3A_OK || status == S3A_SYSTEM);
            failed += status != S3A_OK;
            assert_int_equal(open_and_close(store.path), S3A_OK);
            store_close(&store);
        }
    }
    assert_true(failed > 20);
}

static void each_write_of_an_open_may_fail(void **state)
{
    (void)state;
    static const enum fail_kind kinds[] = {FAIL_FULL, FAIL_WRITE, FAIL_SYNC};
    struct store store;

    for (size_t kind = 0; kind < 3; kind++) {
        int failures = 1;
        for (int nth = 1; failures > 0; nth++) {
            store_open(&store);
            s3a_objects_close(store.objects);
            store.objects = NULL;
            directory_remove(store.path);
            fail_vfs_at(kinds[kind], nth, 1000000);
            enum s3a_status status = open_and_close(store.path);
            failures = fail_vfs_end();
            assert_true(status == S3A_OK || status == S3A_SYSTEM || status == S3A_FULL);
            assert_true(status != S3A_OK || failures == 0);
            assert_int_equal(open_and_close(store.path), S3A_OK);
            directory_remove(store.path);
        }
    }
}

static void open_without_memory(void *arg)
{
    struct store *store = arg;
    enum s3a_status status = open_and_close(store->path);

    assert_true(status == S3A_OK || status == S3A_NO_MEMORY);
}

static void without_memory_it_is_not_opened(void **state)
{
    (void)state;
    struct store store;

    store_open(&store);
    fail_malloc_sweep(open_without_memory, &store);
    store_close(&store);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(what_was_written_is_there_when_it_is_opened_again),
        cmocka_unit_test(a_store_that_cannot_be_opened_says_why),
        cmocka_unit_test(two_handles_of_one_directory_see_the_same),
        cmocka_unit_test(a_new_store_begins_with_the_time_that_the_machine_has),
        cmocka_unit_test(setting_the_machines_clock_takes_nobodys_lock),
        cmocka_unit_test(of_many_threads_that_create_one_object_one_does),
        cmocka_unit_test(a_child_has_to_open_it_anew),
        cmocka_unit_test(each_system_call_of_an_open_may_fail),
        cmocka_unit_test(each_write_of_an_open_may_fail),
        cmocka_unit_test(without_memory_it_is_not_opened),
    };
    fail_memory_install();
    fail_vfs_install();
    return cmocka_run_group_tests(tests, NULL, NULL);
}
