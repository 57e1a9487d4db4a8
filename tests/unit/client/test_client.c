/* SPDX-License-Identifier: MIT */
#include "test.h"

#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include <s3atomic/lock.h>
#include <s3atomic/store.h>

#include "fail_malloc.h"
#include "fake_store.h"

static void what_it_is_made_of_is_checked(void **state)
{
    (void)state;
    struct s3a_client *client = NULL;
    struct s3a_error error;

    assert_int_equal(s3a_client_new(NULL, NULL, &error), S3A_INVALID);
    assert_string_equal(error.message, "ret_client: it is NULL");
    client = (struct s3a_client *)&error;
    assert_int_equal(
        s3a_client_new(&(struct s3a_client_options){.endpoint = "file:locks"}, &client, &error),
        S3A_INVALID);
    assert_null(client);
    assert_int_equal(
        s3a_client_new(&(struct s3a_client_options){.endpoint = "file:///no/such/parent/locks"},
                       &client, &error),
        S3A_SYSTEM);
    assert_null(client);
    assert_string_equal(s3a_client_endpoint(NULL), "");
    s3a_client_free(NULL);
}

static void its_endpoint_is_told_as_it_was_given(void **state)
{
    (void)state;
    struct fake_store store;

    fake_store_open(&store);
    assert_string_equal(s3a_client_endpoint(store.client), "file:///nowhere");
    fake_store_close(&store);
}

struct outcome {
    struct s3a_future *future;
    struct s3a_object object;
};

static void what_is_under_way_at_the_end_is_cancelled(void **state)
{
    (void)state;
    const enum fake_fault faults[] = {FAKE_SILENCE, FAKE_SILENCE, FAKE_SILENCE};
    struct fake_store store;
    struct s3a_bytes content = {"x", 1};
    struct outcome read = {0}, written = {.object = {.bucket = "bucket", .key = "key"}};
    struct s3a_lock *lock;
    struct s3a_error error;

    fake_store_open(&store);
    fake_store_script(&store, faults, 3);
    struct s3a_store *objects = s3a_store_new(store.client, s3a_bytes_codec());
    written.object.value = &content;
    read.future = s3a_store_get_async(objects, "bucket", "key", &read.object);
    written.future = s3a_store_put_async(objects, &written.object);
    struct s3a_future *acquired =
        s3a_lock_acquire_async(store.client, "bucket", "job", NULL, &lock);
    fake_store_wait(&store, 3);
    fake_store_close(&store);
    assert_int_equal(s3a_future_wait(read.future, 0, &error), S3A_CANCELLED);
    assert_int_equal(s3a_future_wait(written.future, 0, &error), S3A_IN_DOUBT);
    assert_int_equal(s3a_future_wait(acquired, 0, &error), S3A_CANCELLED);
    assert_null(lock);
    s3a_future_free(read.future);
    s3a_future_free(written.future);
    s3a_future_free(acquired);
    s3a_object_clear(&read.object);
    s3a_object_clear(&written.object);
    s3a_store_free(objects);
}

/* A callback that asks for what would have it wait for itself. */
struct asked {
    struct s3a_client *client;
    struct s3a_store *objects;
    enum s3a_status statuses[5];
};

static void ask_from_inside(struct s3a_future *future, void *user)
{
    struct asked *asked = user;
    struct s3a_lock *lock;
    struct s3a_lock_info info;
    struct s3a_object object;
    struct s3a_error error;

    (void)future;
    asked->statuses[0] = s3a_lock_acquire(asked->client, "bucket", "job", NULL, &lock, &error);
    asked->statuses[1] = s3a_lock_inspect(asked->client, "bucket", "job", &info, &error);
    asked->statuses[2] = s3a_store_get(asked->objects, "bucket", "key", &object, &error);
    asked->statuses[3] = s3a_store_delete(asked->objects, "bucket", "key", NULL, &error);
    asked->statuses[4] = s3a_bucket_create(asked->client, "bucket", &error);
}

static void a_callback_that_blocks_is_refused(void **state)
{
    (void)state;
    struct fake_store store;
    struct s3a_lock *lock;
    struct s3a_error error;

    fake_store_open(&store);
    struct asked asked = {.client = store.client,
                          .objects = s3a_store_new(store.client, s3a_bytes_codec())};
    const enum fake_fault faults[] = {FAKE_SILENCE};
    fake_store_script(&store, faults, 1);
    struct s3a_future *future =
        s3a_lock_acquire_async(store.client, "bucket", "other", NULL, &lock);
    s3a_future_on_done(future, ask_from_inside, &asked);
    fake_store_wait(&store, 1);
    s3a_future_cancel(future);
    assert_int_equal(s3a_future_wait(future, S3A_WAIT_FOREVER, &error), S3A_CANCELLED);
    s3a_future_free(future);
    fake_store_close(&store); /* and so the callback has returned */
    s3a_store_free(asked.objects);
    for (int i = 0; i < 5; i++) {
        assert_int_equal(asked.statuses[i], S3A_INVALID);
    }
    assert_int_equal(store.request_count, 1);
}

static void live_a_life(void *arg)
{
    (void)arg;
    struct s3a_client *client;
    struct s3a_error error;
    const struct s3a_client_options options = {
        .endpoint = "http://127.0.0.1:1", .access_key = "AK", .secret_key = "SK"};
    enum s3a_status status = s3a_client_new(&options, &client, &error);

    assert_true(status == S3A_OK || status == S3A_NO_MEMORY);
    assert_int_equal(error.status, status);
    s3a_client_free(client);
}

static void without_memory_there_is_none(void **state)
{
    (void)state;
    fail_malloc_sweep(live_a_life, NULL);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(what_it_is_made_of_is_checked),
        cmocka_unit_test(its_endpoint_is_told_as_it_was_given),
        cmocka_unit_test(what_is_under_way_at_the_end_is_cancelled),
        cmocka_unit_test(a_callback_that_blocks_is_refused),
        cmocka_unit_test(without_memory_there_is_none),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
