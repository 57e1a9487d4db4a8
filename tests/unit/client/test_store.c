/* SPDX-License-Identifier: MIT */
#include "test.h"

#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "desk.h"
#include "error.h"

/* Deletes; and what is wrong with arguments, which is said by name before anything is sent. */

#define assert_refused(call, word)                                                                 \
    do {                                                                                           \
        struct s3a_error error;                                                                    \
        memset(&error, 0xaa, sizeof(error));                                                       \
        assert_int_equal(call, S3A_INVALID);                                                       \
        assert_int_equal(error.status, S3A_INVALID);                                               \
        assert_non_null(strstr(error.message, word));                                              \
    } while (0)

static enum s3a_status show_nothing(const struct s3a_listing *listing, void *user)
{
    (void)listing;
    (void)user;
    return S3A_OK;
}

static enum s3a_status change_nothing(struct s3a_object *object, void *arg)
{
    (void)object;
    (void)arg;
    return S3A_OK;
}

static enum s3a_status remove_it(struct desk *desk, const char *etag)
{
    return s3a_store_delete(desk->store, DESK_BUCKET, DESK_KEY, etag, NULL);
}

static void a_delete_removes_what_it_names(void **state)
{
    struct desk *desk = *state;

    fake_store_put(&desk->fake, "text", NULL);
    assert_int_equal(remove_it(desk, "\"2\""), S3A_CONFLICT);
    assert_int_equal(remove_it(desk, "1"), S3A_OK);
    assert_int_equal(remove_it(desk, "1"), S3A_NOT_FOUND);
    assert_int_equal(remove_it(desk, NULL), S3A_OK);
    desk_script(desk, FAKE_ANSWER_LOST);
    assert_int_equal(remove_it(desk, ""), S3A_IN_DOUBT);
}

static void a_store_needs_a_client_and_a_whole_codec(void **state)
{
    struct desk *desk = *state;
    struct s3a_codec codec = *s3a_bytes_codec();

    assert_null(s3a_store_new(NULL, s3a_bytes_codec()));
    assert_null(s3a_store_new(desk->fake.client, NULL));
    codec.decode = NULL;
    assert_null(s3a_store_new(desk->fake.client, &codec));
    s3a_store_free(NULL);
    s3a_object_clear(NULL);
}

static void a_store_that_is_null_is_named(void **state)
{
    struct s3a_object object = {0};

    (void)state;
    assert_refused(s3a_store_get(NULL, "bucket", "k", &object, &error), "store");
    assert_refused(s3a_store_head(NULL, "bucket", "k", &object, &error), "store");
    assert_refused(s3a_store_put(NULL, &object, &error), "store");
    assert_refused(s3a_store_overwrite(NULL, &object, &error), "store");
    assert_refused(s3a_store_delete(NULL, "bucket", "k", NULL, &error), "store");
    assert_refused(s3a_store_list(NULL, "bucket", NULL, show_nothing, NULL, &error), "store");
    assert_refused(s3a_store_update(NULL, "bucket", "k", change_nothing, NULL, NULL, &error),
                   "store");
}

static void what_a_read_needs_is_named(void **state)
{
    struct desk *desk = *state;
    struct s3a_store *store = desk->store;
    struct s3a_object object;

    assert_refused(s3a_store_get(store, NULL, "k", &object, &error), "bucket");
    assert_refused(s3a_store_get(store, "", "k", &object, &error), "bucket");
    assert_refused(s3a_store_get(store, "Bucket", "k", &object, &error), "bucket");
    assert_refused(s3a_store_get(store, "bucket", NULL, &object, &error), "key");
    assert_refused(s3a_store_get(store, "bucket", "", &object, &error), "key");
    assert_refused(s3a_store_get(store, "bucket", "k\xff", &object, &error), "key");
    assert_refused(s3a_store_get(store, "bucket", "k", NULL, &error), "ret_object");
    assert_refused(s3a_store_head(store, "bucket", "k", NULL, &error), "ret_object");
    assert_refused(s3a_store_list(store, NULL, NULL, show_nothing, NULL, &error), "bucket");
    assert_refused(s3a_store_list(store, "bucket", NULL, NULL, NULL, &error), "each");
    assert_requests(desk, "");
}

static void what_a_write_needs_is_named(void **state)
{
    struct desk *desk = *state;
    struct s3a_store *store = desk->store;
    struct s3a_bytes bytes = bytes_of("text");
    struct s3a_object object = {.bucket = "bucket", .key = "k"};

    assert_refused(s3a_store_put(store, NULL, &error), "object");
    assert_refused(s3a_store_put(store, &object, &error), "object->value");
    object.value = &bytes;
    object.key = NULL;
    assert_refused(s3a_store_put(store, &object, &error), "object->key");
    object.key = "";
    assert_refused(s3a_store_overwrite(store, &object, &error), "key");
    object.bucket = NULL;
    assert_refused(s3a_store_overwrite(store, &object, &error), "object->bucket");
    object = (struct s3a_object){.bucket = "bucket", .key = "k", .value = &bytes};
    memset(object.etag, 'x', sizeof(object.etag));
    assert_refused(s3a_store_put(store, &object, &error), "object->etag");
    bytes = (struct s3a_bytes){NULL, 5};
    object.etag[0] = '\0';
    assert_refused(s3a_store_put(store, &object, &error), "s3://bucket/k: 5 bytes");
    assert_refused(s3a_store_delete(store, "bucket", NULL, NULL, &error), "key");
    assert_refused(s3a_store_delete(store, "bucket", "k", "*", &error), "etag");
    assert_refused(s3a_store_update(store, "bucket", "k", NULL, NULL, NULL, &error), "change");
    assert_refused(s3a_store_update(store, "bucket", "", change_nothing, NULL, NULL, &error),
                   "key");
    assert_requests(desk, "");
}

static void async_refusals_come_in_the_future(void **state)
{
    struct desk *desk = *state;
    struct s3a_object object = {0};
    struct s3a_future *futures[] = {
        s3a_store_get_async(NULL, "bucket", "k", &object),
        s3a_store_get_async(desk->store, "bucket", "k", NULL),
        s3a_store_head_async(desk->store, "x", "k", &object),
        s3a_store_put_async(desk->store, NULL),
        s3a_store_overwrite_async(desk->store, &object),
        s3a_store_delete_async(desk->store, "bucket", "k", "not, one"),
    };

    for (size_t i = 0; i < sizeof(futures) / sizeof(futures[0]); i++) {
        struct s3a_error error;
        assert_true(s3a_future_is_done(futures[i]));
        assert_int_equal(s3a_future_wait(futures[i], 0, &error), S3A_INVALID);
        assert_string_not_equal(error.message, "");
        s3a_future_free(futures[i]);
    }
    assert_requests(desk, "");
}

static void nothing_blocks_in_a_callback(struct s3a_future *future, void *user)
{
    struct desk *desk = user;
    struct s3a_object object;
    struct s3a_bytes bytes = bytes_of("text");

    (void)future;
    assert_refused(s3a_store_get(desk->store, "bucket", "k", &object, &error), "callback");
    object = (struct s3a_object){.bucket = "bucket", .key = "k", .value = &bytes};
    assert_refused(s3a_store_put(desk->store, &object, &error), "callback");
    assert_refused(s3a_store_delete(desk->store, "bucket", "k", NULL, &error), "callback");
    assert_refused(s3a_bucket_create(desk->fake.client, "bucket", &error), "callback");
}

static void a_call_that_would_wait_for_itself_is_refused(void **state)
{
    struct desk *desk = *state;
    struct s3a_object object;

    desk_script(desk, FAKE_SILENCE);
    struct s3a_future *future = s3a_store_head_async(desk->store, "bucket", "k", &object);
    fake_store_wait(&desk->fake, 1);
    s3a_future_on_done(future, nothing_blocks_in_a_callback, desk);
    s3a_future_cancel(future);
    assert_int_equal(s3a_future_wait(future, S3A_WAIT_FOREVER, NULL), S3A_CANCELLED);
    s3a_future_free(future);
    /* The callback came first, or comes before the next task. */
    assert_int_equal(s3a_store_get(desk->store, "bucket", "k", &object, NULL), S3A_NOT_FOUND);
    s3a_object_clear(&object);
}

static bool is_refused_here(struct desk *desk)
{
    struct s3a_object object;
    struct s3a_bytes bytes = bytes_of("text");
    struct s3a_error error;
    struct s3a_object put = {.bucket = "bucket", .key = "k", .value = &bytes};
    struct s3a_future *future = s3a_store_put_async(desk->store, &put);
    bool refused =
        s3a_store_get(desk->store, "bucket", "k", &object, &error) == S3A_INVALID &&
        strstr(error.message, "fork") && s3a_store_put(desk->store, &put, NULL) == S3A_INVALID &&
        s3a_store_list(desk->store, "bucket", NULL, show_nothing, NULL, NULL) == S3A_INVALID &&
        s3a_bucket_delete(desk->fake.client, "bucket", NULL) == S3A_INVALID &&
        s3a_future_wait(future, 0, NULL) == S3A_INVALID;

    s3a_future_free(future);
    return refused;
}

static void a_forked_child_has_no_client(void **state)
{
    struct desk *desk = *state;
    int how;
    pid_t child = fork();

    if (child == 0) {
        _exit(is_refused_here(desk) ? 0 : 1);
    }
    assert_int_equal(waitpid(child, &how, 0), child);
    assert_true(WIFEXITED(how));
    assert_int_equal(WEXITSTATUS(how), 0);
    assert_requests(desk, "");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        DESK_TEST(a_delete_removes_what_it_names),
        DESK_TEST(a_store_needs_a_client_and_a_whole_codec),
        DESK_TEST(a_store_that_is_null_is_named),
        DESK_TEST(what_a_read_needs_is_named),
        DESK_TEST(what_a_write_needs_is_named),
        DESK_TEST(async_refusals_come_in_the_future),
        DESK_TEST(a_call_that_would_wait_for_itself_is_refused),
        DESK_TEST(a_forked_child_has_no_client),
    };
    return cmocka_run_group_tests_name("store", tests, NULL, NULL);
}
