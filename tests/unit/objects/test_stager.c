/* SPDX-License-Identifier: MIT */
#include "store_fixture.h"

#include <errno.h>
#include <semaphore.h>
#include <stdlib.h>

#include "fail_calls.h"
#include "handle.h"

#define LARGE (2 * S3A_INLINE_SIZE_MAX)

static void a_large_body_becomes_a_file_with_one_name(void **state)
{
    (void)state;
    struct store store;
    struct s3a_buf body;

    store_open(&store);
    assert_int_equal(store_put_large(&store, "k", "large", LARGE), S3A_OK);
    assert_int_equal(directory_count(store.path, "incoming"), 0);
    assert_int_equal(blob_count(store.path), 1);
    s3a_buf_init(&body, SIZE_MAX - 1);
    assert_int_equal(store_read(&store, "k", &body), S3A_OK);
    assert_int_equal(body.size, LARGE);
    assert_true(body_is(s3a_buf_str(&body), "large"));
    s3a_buf_fini(&body);
    store_close(&store);
}

/* A write that goes on only when somebody says so. */
struct slow_disk {
    sem_t has_come;
    sem_t goes_on;
};

static void stand_still(void *arg)
{
    struct slow_disk *disk = arg;

    assert_int_equal(sem_post(&disk->has_come), 0);
    assert_int_equal(sem_wait(&disk->goes_on), 0);
}

static void answered(struct s3a_write *write)
{
    assert_int_equal(sem_post(write->user), 0);
}

static void no_small_write_waits_for_a_large_one(void **state)
{
    (void)state;
    struct store store;
    struct slow_disk disk;
    struct s3a_spool spool;
    struct s3a_answer answer;
    struct s3a_op op = op_of(S3A_OP_PUT_OBJECT, "large");
    sem_t is_done;
    struct s3a_write write = {
        .op = &op, .body = &spool, .answer = &answer, .done = answered, .user = &is_done};
    struct s3a_str body = body_make("large", LARGE);

    store_open(&store);
    assert_int_equal(sem_init(&disk.has_come, 0, 0) | sem_init(&disk.goes_on, 0, 0), 0);
    assert_int_equal(sem_init(&is_done, 0, 0), 0);
    s3a_answer_init(&answer, 0);
    assert_int_equal(s3a_spool_init(&spool, store.objects), S3A_OK);
    assert_int_equal(s3a_spool_append(&spool, body), S3A_OK);
    s3a_spool_end(&spool);
    fail_calls_hook(FAIL_CALL_SYNC, 1, stand_still, &disk);
    s3a_objects_submit(store.objects, &write);
    assert_int_equal(sem_wait(&disk.has_come), 0);
    assert_false(s3a_objects_withdraw(store.objects, &write)); /* it has begun */
    assert_int_equal(store_put(&store, "small", "x"), S3A_OK);
    assert_store_has(&store, "small", "x");
    assert_int_equal(sem_trywait(&is_done), -1);
    assert_int_equal(sem_post(&disk.goes_on), 0);
    assert_int_equal(sem_wait(&is_done), 0);
    assert_int_equal(answer.status, S3A_OK);
    (void)fail_calls_end();
    s3a_answer_fini(&answer);
    s3a_spool_fini(&spool);
    free((void *)(uintptr_t)body.data);
    store_close(&store);
}

static void a_body_that_cannot_be_made_durable_is_refused_and_leaves_nothing(void **state)
{
    (void)state;
    struct store store;
    int failures = 1;
    int nth;

    for (nth = 1; failures > 0; nth++) {
        store_open(&store);
        fail_calls_at(FAIL_CALL_SYNC | FAIL_CALL_LINK | FAIL_CALL_MKDIR, nth, 1,
                      nth % 2 ? ENOSPC : EIO);
        enum s3a_status status = store_put_large(&store, "k", "large", LARGE);
        failures = fail_calls_end();
        assert_int_equal(status, failures == 0 ? S3A_OK : nth % 2 ? S3A_FULL : S3A_LATER);
        assert_int_equal(directory_count(store.path, "incoming"), 0);
        assert_int_equal(blob_count(store.path), failures == 0);
        assert_int_equal(store_put(&store, "small", "x"), S3A_OK);
        store_close(&store);
    }
    assert_true(nth > 4);
}

/* What cannot be removed now stays on record. */
static void a_file_that_cannot_be_removed_is_removed_later(void **state)
{
    (void)state;
    struct store store;

    store_open(&store);
    assert_int_equal(store_put_large(&store, "k", "one", LARGE), S3A_OK);
    fail_calls_at(FAIL_CALL_UNLINK, 1, 1000000, EACCES);
    assert_int_equal(store_put(&store, "k", "two"), S3A_OK);
    s3a_objects_close(store.objects);
    store.objects = NULL;
    assert_int_equal(fail_calls_end(), 1);
    assert_int_equal(blob_count(store.path), 1);
    store_reopen(&store);
    store_reopen(&store);
    assert_int_equal(blob_count(store.path), 0);
    store_close(&store);
}

/* Nor is its name taken off the record before its end would survive a power loss. */
static void a_file_whose_end_is_not_durable_stays_on_record(void **state)
{
    (void)state;
    struct store store;
    struct s3a_reader *reader;

    store_open(&store);
    assert_int_equal(store_put_large(&store, "k", "one", LARGE), S3A_OK);
    fail_calls_at(FAIL_CALL_SYNC, 1, 1000000, EIO);
    assert_int_equal(store_put(&store, "k", "two"), S3A_OK);
    s3a_objects_close(store.objects);
    assert_true(fail_calls_end() > 0);
    store.objects = NULL;
    assert_int_equal(blob_count(store.path), 0);

    fail_calls_at(FAIL_CALL_UNLINK, 1, 1000000, EIO); /* so that this open leaves it there */
    store_reopen(&store);
    assert_int_equal(s3a_readers_take(&store.objects->readers, &reader), SQLITE_OK);
    assert_int_equal(s3a_database_query(&reader->database, S3A_SQL_GARBAGE_LIST, S3A_NO_PARAMS),
                     SQLITE_ROW);
    s3a_database_reset(&reader->database, S3A_SQL_GARBAGE_LIST);
    s3a_readers_give_back(&store.objects->readers, reader);
    store_close(&store);
    (void)fail_calls_end();
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_large_body_becomes_a_file_with_one_name),
        cmocka_unit_test(no_small_write_waits_for_a_large_one),
        cmocka_unit_test(a_body_that_cannot_be_made_durable_is_refused_and_leaves_nothing),
        cmocka_unit_test(a_file_that_cannot_be_removed_is_removed_later),
        cmocka_unit_test(a_file_whose_end_is_not_durable_stays_on_record),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
