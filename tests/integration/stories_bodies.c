/* SPDX-License-Identifier: MIT */
#include "arena.h"
#include "stories.h"

#include <stdatomic.h>
#include <stdio.h>

#define LARGE (5 * 1024 * 1024)
#define MANY 200

static const size_t sizes[] = {0, 1, 1000, 64 * 1024, 64 * 1024 + 1, 1024 * 1024, LARGE};
#define SIZES (sizeof(sizes) / sizeof(sizes[0]))

void a_body_of_any_size_comes_back(void **state)
{
    (void)state;
    for (size_t i = 0; i < SIZES; i++) {
        char key[64];
        char etag[129] = "";
        char *body = pattern(sizes[i], (unsigned)i);
        snprintf(key, sizeof(key), "size/%zu", sizes[i]);
        assert_int_equal(put_bytes(key, body, sizes[i], etag), S3A_OK);
        assert_has(key, body, sizes[i]);
        free(body);
    }
}

void a_body_can_grow_and_shrink(void **state)
{
    char etag[129] = "";

    (void)state;
    for (size_t i = 0; i < 2 * SIZES; i++) {
        size_t size = i % 2 == 0 ? sizes[i / 2] : sizes[SIZES - 1 - i / 2];
        char *body = pattern(size, (unsigned)(100 + i));
        assert_int_equal(put_bytes("grows", body, size, etag), S3A_OK);
        assert_has("grows", body, size);
        free(body);
    }
}

void a_body_larger_than_the_clients_bound_is_refused(void **state)
{
    struct s3a_client *client =
        arena_client(&(struct s3a_client_options){.body_bytes_max = 64 * 1024});
    struct s3a_store *store = s3a_store_new(client, s3a_bytes_codec());
    static const size_t too_large[] = {64 * 1024 + 1, LARGE};
    struct s3a_object object;
    struct s3a_error error;

    (void)state;
    for (size_t i = 0; i < 2; i++) {
        char etag[129] = "";
        char *body = pattern(LARGE, 7);
        assert_int_equal(put_bytes("bound", body, too_large[i], etag), S3A_OK);
        assert_int_equal(s3a_store_get(store, arena.bucket, "bound", &object, &error),
                         S3A_TOO_LARGE);
        assert_string_not_equal(error.message, "");
        assert_int_equal(s3a_store_head(store, arena.bucket, "bound", &object, NULL), S3A_OK);
        assert_int_equal(object.size, too_large[i]);
        s3a_object_clear(&object);
        assert_int_equal(s3a_store_delete(store, arena.bucket, "bound", removable(etag), NULL),
                         S3A_OK);
        free(body);
    }
    s3a_store_free(store);
    s3a_client_free(client);
}

void a_head_tells_all_but_the_value(void **state)
{
    struct s3a_object object;
    char etag[129] = "";

    (void)state;
    assert_int_equal(put_text("head", "some text", etag), S3A_OK);
    assert_int_equal(s3a_store_head(arena.store, arena.bucket, "head", &object, NULL), S3A_OK);
    assert_string_equal(object.bucket, arena.bucket);
    assert_string_equal(object.key, "head");
    assert_string_equal(object.etag, etag);
    assert_int_equal(object.size, strlen("some text"));
    assert_string_equal(object.content_type, "application/octet-stream");
    assert_true(object.modified_ms > INT64_C(1600000000000));
    assert_null(object.value);
    s3a_object_clear(&object);
    assert_int_equal(s3a_store_head(arena.store, arena.bucket, "no-head", &object, NULL),
                     S3A_NOT_FOUND);
    assert_string_equal(object.etag, "");
    s3a_object_clear(&object);
}

void many_requests_are_under_way_at_once(void **state)
{
    static struct s3a_object objects[MANY];
    static struct s3a_bytes bytes[MANY];
    static char keys[MANY][32];
    struct s3a_future *futures[MANY];

    (void)state;
    for (size_t i = 0; i < MANY; i++) {
        snprintf(keys[i], sizeof(keys[i]), "many/%zu", i);
        bytes[i] = (struct s3a_bytes){keys[i], strlen(keys[i])};
        objects[i] =
            (struct s3a_object){.bucket = arena.bucket, .key = keys[i], .value = &bytes[i]};
        futures[i] = s3a_store_put_async(arena.store, &objects[i]);
    }
    for (size_t i = 0; i < MANY; i++) {
        assert_int_equal(s3a_future_wait(futures[i], S3A_WAIT_FOREVER, NULL), S3A_OK);
        s3a_future_free(futures[i]);
        futures[i] = s3a_store_get_async(arena.store, arena.bucket, keys[i], &objects[i]);
    }
    for (size_t i = 0; i < MANY; i++) {
        assert_int_equal(s3a_future_wait(futures[i], S3A_WAIT_FOREVER, NULL), S3A_OK);
        const struct s3a_bytes *got = objects[i].value;
        assert_int_equal(got->size, strlen(keys[i]));
        assert_memory_equal(got->data, keys[i], got->size);
        s3a_future_free(futures[i]);
        futures[i] =
            s3a_store_delete_async(arena.store, arena.bucket, keys[i], removable(objects[i].etag));
    }
    for (size_t i = 0; i < MANY; i++) {
        assert_int_equal(s3a_future_wait(futures[i], S3A_WAIT_FOREVER, NULL), S3A_OK);
        s3a_future_free(futures[i]);
        s3a_object_clear(&objects[i]);
    }
}

static bool is_an_end(enum s3a_status status)
{
    return status == S3A_OK || status == S3A_CANCELLED || status == S3A_IN_DOUBT;
}

static void count_end(struct s3a_future *future, void *user)
{
    atomic_uint *ends = user;

    atomic_fetch_add(ends, is_an_end(s3a_future_wait(future, 0, NULL)));
    s3a_future_free(future);
}

void a_cancelled_request_ends_and_so_does_a_client(void **state)
{
    struct s3a_client *client = arena_client(&(struct s3a_client_options){0});
    struct s3a_store *store = s3a_store_new(client, s3a_bytes_codec());
    static struct s3a_object objects[MANY];
    static char keys[MANY][32];
    char *body = pattern(100 * 1024, 3);
    struct s3a_bytes bytes = {body, 100 * 1024};
    atomic_uint ends = 0;

    (void)state;
    for (size_t i = 0; i < MANY; i++) {
        snprintf(keys[i], sizeof(keys[i]), "cancelled/%zu", i);
        objects[i] = (struct s3a_object){.bucket = arena.bucket, .key = keys[i], .value = &bytes};
        struct s3a_future *future = s3a_store_overwrite_async(store, &objects[i]);
        if (i % 3 == 0) {
            s3a_future_cancel(future);
            assert_true(is_an_end(s3a_future_wait(future, S3A_WAIT_FOREVER, NULL)));
            s3a_future_free(future);
            atomic_fetch_add(&ends, 1);
        } else {
            s3a_future_on_done(future, count_end, &ends);
        }
    }
    s3a_client_free(client);
    s3a_store_free(store);
    assert_int_equal(atomic_load(&ends), MANY);
    free(body);
}
