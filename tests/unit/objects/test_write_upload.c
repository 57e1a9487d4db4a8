/* SPDX-License-Identifier: MIT */
#include "upload_fixture.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "fail_calls.h"
#include "fail_memory.h"
#include "fail_vfs.h"

static void ids_are_in_the_order_of_time_and_never_the_same(void **state)
{
    (void)state;
    struct store store;
    struct upload uploads[20];

    store_open(&store);
    for (size_t i = 0; i < 20; i++) {
        upload_begin(&store, &uploads[i], "k");
        for (size_t k = 0; k < i; k++) {
            assert_string_not_equal(uploads[i].id, uploads[k].id);
            assert_true(strncmp(uploads[k].id, uploads[i].id, 12) <= 0);
        }
    }
    store_close(&store);
}

static void a_part_may_come_again(void **state)
{
    (void)state;
    struct store store;
    struct upload upload;

    store_open(&store);
    upload_begin(&store, &upload, "k");
    upload_add(&store, &upload, 1, "first", 100);
    upload.count = 0;
    upload_add(&store, &upload, 1, "second", 10);
    assert_int_equal(upload_complete(&store, &upload), S3A_CODE_NONE);
    store_reopen(&store);
    assert_int_equal(blob_count(store.path), 1);
    struct s3a_op get = op_of(S3A_OP_GET_OBJECT, "k");
    struct s3a_str second = body_make("second", 10);
    assert_bytes(&store, &get, second, NULL);
    free((char *)(uintptr_t)second.data);
    store_close(&store);
}

static void what_is_aborted_leaves_nothing(void **state)
{
    (void)state;
    struct store store;
    struct upload upload;

    store_open(&store);
    upload_begin(&store, &upload, "k");
    upload_add(&store, &upload, 1, "a", 100000);
    upload_add(&store, &upload, 2, "b", 10);
    struct s3a_op abort = upload_op(S3A_OP_ABORT_UPLOAD, &upload);
    struct s3a_op part = upload_op(S3A_OP_UPLOAD_PART, &upload);
    part.part_number = 3;
    assert_int_equal(store_code(&store, &abort), S3A_CODE_NONE);
    assert_int_equal(store_code(&store, &abort), S3A_CODE_NO_SUCH_UPLOAD);
    assert_int_equal(store_code(&store, &part), S3A_CODE_NO_SUCH_UPLOAD);
    assert_int_equal(upload_complete(&store, &upload), S3A_CODE_NO_SUCH_UPLOAD);
    store_reopen(&store);
    assert_int_equal(blob_count(store.path), 0);
    assert_int_equal(directory_count(store.path, "incoming"), 0);
    store_close(&store);
}

static void it_goes_on_after_the_store_was_closed(void **state)
{
    (void)state;
    struct store store;
    struct upload upload;

    store_open(&store);
    upload_begin(&store, &upload, "k");
    upload_add(&store, &upload, 1, "a", 100000);
    store_reopen(&store);
    upload_add(&store, &upload, 2, "b", 10);
    upload.parts[0] = upload.parts[1];
    upload.count = 1;
    store_reopen(&store);
    assert_int_equal(blob_count(store.path), 2);
    assert_int_equal(upload_complete(&store, &upload), S3A_CODE_NONE);
    store_close(&store);
}

static void a_bucket_goes_with_its_uploads(void **state)
{
    (void)state;
    struct store store;
    struct upload upload;
    struct s3a_op remove = {.kind = S3A_OP_DELETE_BUCKET, .bucket = S3A_STR(BUCKET)};

    store_open(&store);
    for (int i = 0; i < 3; i++) {
        upload_begin(&store, &upload, "k");
        upload_add(&store, &upload, 1, "a", 10);
    }
    assert_int_equal(store_code(&store, &remove), S3A_CODE_NONE);
    assert_int_equal(upload_complete(&store, &upload), S3A_CODE_NO_SUCH_BUCKET);
    store_reopen(&store);
    assert_int_equal(blob_count(store.path), 0);
    store_close(&store);
}

static void an_upload_belongs_to_its_key(void **state)
{
    (void)state;
    struct store store;
    struct upload upload;

    store_open(&store);
    upload_begin(&store, &upload, "k");
    strcpy(upload.key, "other");
    struct s3a_op part = upload_op(S3A_OP_UPLOAD_PART, &upload);
    part.part_number = 1;
    assert_int_equal(store_code(&store, &part), S3A_CODE_NO_SUCH_UPLOAD);
    struct s3a_op abort = upload_op(S3A_OP_ABORT_UPLOAD, &upload);
    assert_int_equal(store_code(&store, &abort), S3A_CODE_NO_SUCH_UPLOAD);
    strcpy(upload.key, "k");
    upload_add(&store, &upload, 1, "a", 10);
    store_close(&store);
}

/* A part that was not acknowledged may be there or not, but never half of it; and no file stays. */
static void a_part_that_cannot_be_made_durable_is_none(void **state)
{
    (void)state;
    struct store store;
    struct upload upload;
    int failures = 1;

    for (int nth = 1; failures > 0; nth++) {
        store_open(&store);
        upload_begin(&store, &upload, "k");
        struct s3a_op part = upload_op(S3A_OP_UPLOAD_PART, &upload);
        part.part_number = 1;
        fail_calls_at(FAIL_CALL_SYNC, nth, 1, EIO);
        enum s3a_status status = store_do(&store, &part, S3A_STR("hello"));
        failures = fail_calls_end();
        assert_true(status == S3A_OK || failures > 0);
        store_reopen(&store);
        struct s3a_op list = upload_op(S3A_OP_LIST_PARTS, &upload);
        struct s3a_answer answer;
        assert_int_equal(store_call(&store, &list, S3A_STR(""), &answer), S3A_OK);
        assert_int_equal((int)answer.entry_count, blob_count(store.path));
        assert_true(status != S3A_OK || answer.entry_count == 1);
        assert_int_equal(directory_count(store.path, "incoming"), 0);
        s3a_answer_fini(&answer);
        store_close(&store);
    }
}

static void upload_without_memory(void *arg)
{
    struct store *store = arg;
    struct s3a_op create = op_of(S3A_OP_CREATE_UPLOAD, "k");
    struct s3a_answer answer;

    (void)store_call(store, &create, S3A_STR(""), &answer);
    assert_true(answer.status == S3A_OK || answer.status == S3A_NO_MEMORY);
    if (answer.status == S3A_OK) {
        struct s3a_op abort = op_of(S3A_OP_ABORT_UPLOAD, "k");
        abort.upload_id = answer.upload_id;
        enum s3a_status status = store_do(store, &abort, S3A_STR(""));
        assert_true(status == S3A_OK || status == S3A_NO_MEMORY);
    }
    s3a_answer_fini(&answer);
}

static void without_memory_it_says_so(void **state)
{
    (void)state;
    struct store store;

    store_open(&store);
    assert_int_equal(store_put(&store, "k", "x"), S3A_OK);
    fail_malloc_sweep(upload_without_memory, &store);
    store_close(&store);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(ids_are_in_the_order_of_time_and_never_the_same),
        cmocka_unit_test(a_part_may_come_again),
        cmocka_unit_test(what_is_aborted_leaves_nothing),
        cmocka_unit_test(it_goes_on_after_the_store_was_closed),
        cmocka_unit_test(a_bucket_goes_with_its_uploads),
        cmocka_unit_test(an_upload_belongs_to_its_key),
        cmocka_unit_test(a_part_that_cannot_be_made_durable_is_none),
        cmocka_unit_test(without_memory_it_says_so),
    };
    fail_memory_install();
    fail_vfs_install();
    return cmocka_run_group_tests(tests, NULL, NULL);
}
