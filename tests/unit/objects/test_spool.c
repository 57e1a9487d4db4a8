/* SPDX-License-Identifier: MIT */
#include "store_fixture.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "fail_calls.h"
#include "fail_malloc.h"

#define LARGE (3 * S3A_INLINE_SIZE_MAX)

static void append(struct s3a_spool *spool, struct s3a_str body, size_t piece)
{
    while (body.size > 0) {
        size_t size = body.size < piece ? body.size : piece;
        assert_int_equal(s3a_spool_append(spool, s3a_str_make(body.data, size)), S3A_OK);
        body = s3a_str_skip(body, size);
    }
}

/* size bytes in pieces: where do they go, and is their MD5 right? */
static void assert_goes(struct store *store, size_t size, size_t piece, bool to_file)
{
    struct s3a_spool spool;
    struct s3a_str body = body_make("spool", size);
    uint8_t md5[S3A_MD5_SIZE];

    assert_int_equal(s3a_spool_init(&spool, store->objects), S3A_OK);
    append(&spool, body, piece);
    s3a_spool_end(&spool);
    s3a_md5(body, md5);
    assert_memory_equal(spool.md5_bytes, md5, S3A_MD5_SIZE);
    assert_int_equal(spool.size, size);
    assert_int_equal(spool.fd >= 0, to_file);
    assert_int_equal(spool.memory.size, to_file ? 0 : size);
    assert_int_equal(directory_count(store->path, "incoming"), to_file);
    char *back = malloc(size);
    assert_non_null(back);
    assert_int_equal(s3a_spool_read(&spool, back), S3A_OK);
    assert_memory_equal(back, body.data, size);
    free(back);
    if (to_file) {
        struct stat about;
        assert_int_equal(fstat(spool.fd, &about), 0);
        assert_int_equal(about.st_size, size);
    }
    s3a_spool_fini(&spool);
    assert_int_equal(directory_count(store->path, "incoming"), 0);
    s3a_spool_fini(&spool); /* once more does no harm */
    free((void *)(uintptr_t)body.data);
}

static void small_bodies_stay_in_memory_and_large_ones_go_to_a_file(void **state)
{
    (void)state;
    struct store store;

    store_open(&store);
    assert_goes(&store, 1, 1, false);
    assert_goes(&store, S3A_INLINE_SIZE_MAX, 1000, false);
    assert_goes(&store, S3A_INLINE_SIZE_MAX, S3A_INLINE_SIZE_MAX, false);
    assert_goes(&store, S3A_INLINE_SIZE_MAX + 1, 1000, true);
    assert_goes(&store, S3A_INLINE_SIZE_MAX + 1, LARGE, true);
    assert_goes(&store, LARGE, 7, true);
    store_close(&store);
}

static void the_empty_body_is_one(void **state)
{
    (void)state;
    struct store store;
    struct s3a_spool spool;
    uint8_t md5[S3A_MD5_SIZE];

    store_open(&store);
    assert_int_equal(s3a_spool_init(&spool, store.objects), S3A_OK);
    s3a_spool_end(&spool);
    s3a_md5(s3a_str_of(""), md5);
    assert_memory_equal(spool.md5_bytes, md5, S3A_MD5_SIZE);
    s3a_spool_fini(&spool);
    store_close(&store);
}

static void what_is_too_large_is_refused_before_it_is_written(void **state)
{
    (void)state;
    struct store store;
    struct s3a_spool spool;

    store_open(&store);
    assert_int_equal(s3a_spool_init(&spool, store.objects), S3A_OK);
    spool.size = S3A_BODY_SIZE_MAX - 3; /* as if so much had come */
    assert_int_equal(s3a_spool_append(&spool, S3A_STR("four")), S3A_TOO_LARGE);
    assert_int_equal(directory_count(store.path, "incoming"), 0);
    s3a_spool_fini(&spool);
    store_close(&store);
}

/* A body with a hole in the middle must never be stored as if it were whole. */
static void after_a_failure_nothing_is_added(void **state)
{
    (void)state;
    struct store store;
    struct s3a_spool spool;
    struct s3a_str body = body_make("spool", LARGE);
    int failures = 1;
    int nth;

    store_open(&store);
    for (nth = 1; failures > 0; nth++) {
        bool has_failed = false;
        assert_int_equal(s3a_spool_init(&spool, store.objects), S3A_OK);
        fail_calls_at(FAIL_CALL_WRITE | FAIL_CALL_OPEN, nth, 1, ENOSPC);
        for (size_t at = 0; at < body.size; at += 16384) {
            enum s3a_status status = s3a_spool_append(&spool, s3a_str_make(body.data + at, 16384));
            has_failed = has_failed || status != S3A_OK;
            assert_int_equal(status, has_failed ? S3A_FULL : S3A_OK);
        }
        failures = fail_calls_end();
        assert_int_equal(has_failed, failures > 0);
        s3a_spool_fini(&spool);
        assert_int_equal(directory_count(store.path, "incoming"), 0);
    }
    assert_true(nth > 8);
    free((void *)(uintptr_t)body.data);
    store_close(&store);
}

static void spool_without_memory(void *arg)
{
    struct store *store = arg;
    struct s3a_spool spool;
    enum s3a_status status = s3a_spool_init(&spool, store->objects);

    if (status == S3A_OK) {
        status = s3a_spool_append(&spool, S3A_STR("body"));
        s3a_spool_end(&spool);
    }
    assert_true(status == S3A_OK || status == S3A_NO_MEMORY);
    s3a_spool_fini(&spool);
}

static void without_memory_it_says_so(void **state)
{
    (void)state;
    struct store store;

    store_open(&store);
    fail_malloc_sweep(spool_without_memory, &store);
    store_close(&store);
}

/* Somebody who is still sending when the store is closed. */
static void a_body_may_outlive_the_handle(void **state)
{
    (void)state;
    struct store store;
    struct s3a_spool spool;
    struct s3a_str body = body_make("spool", LARGE);

    store_open(&store);
    assert_int_equal(s3a_spool_init(&spool, store.objects), S3A_OK);
    append(&spool, body, LARGE);
    s3a_objects_close(store.objects);
    store.objects = NULL;
    append(&spool, body, LARGE);
    assert_int_equal(directory_count(store.path, "incoming"), 1);
    s3a_spool_fini(&spool);
    assert_int_equal(directory_count(store.path, "incoming"), 0);
    free((void *)(uintptr_t)body.data);
    store_close(&store);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(small_bodies_stay_in_memory_and_large_ones_go_to_a_file),
        cmocka_unit_test(the_empty_body_is_one),
        cmocka_unit_test(what_is_too_large_is_refused_before_it_is_written),
        cmocka_unit_test(after_a_failure_nothing_is_added),
        cmocka_unit_test(without_memory_it_says_so),
        cmocka_unit_test(a_body_may_outlive_the_handle),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
