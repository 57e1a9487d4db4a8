/* SPDX-License-Identifier: MIT */
#include "store_fixture.h"

#include <stdlib.h>
#include <string.h>

#include "fail_vfs.h"

#define LARGE (2 * S3A_INLINE_SIZE_MAX)

static void assert_put(struct store *store, const struct s3a_op *op, int http_status,
                       enum s3a_code code)
{
    struct s3a_answer answer;

    (void)store_call(store, op, S3A_STR("body"), &answer);
    assert_int_equal(answer.http_status, http_status);
    assert_int_equal(answer.code, code);
    s3a_answer_fini(&answer);
}

static void a_put_answers_with_the_md5_and_the_time_of_the_store(void **state)
{
    (void)state;
    struct store store;
    struct s3a_op op = op_of(S3A_OP_PUT_OBJECT, "k");
    struct s3a_answer answer;

    store_open(&store);
    int64_t before_ms = s3a_objects_now_ms(store.objects);
    assert_int_equal(store_call(&store, &op, S3A_STR("hello"), &answer), S3A_OK);
    assert_string_equal(answer.etag, "\"5d41402abc4b2a76b9719d911017c592\"");
    assert_true(answer.modified_ms >= before_ms);
    assert_true(answer.date_ms >= answer.modified_ms);
    assert_true(s3a_objects_now_ms(store.objects) >= answer.date_ms);
    s3a_answer_fini(&answer);
    assert_store_has(&store, "k", "hello");
    store_close(&store);
}

static void conditions_are_judged_by_what_is_there(void **state)
{
    (void)state;
    struct store store;
    struct s3a_op op = op_of(S3A_OP_PUT_OBJECT, "k");

    store_open(&store);
    op.if_match = S3A_STR("\"x\"");
    assert_put(&store, &op, 404, S3A_CODE_NO_SUCH_KEY);
    op.if_match = s3a_str_of(NULL);
    op.if_none_match = S3A_STR("*");
    assert_put(&store, &op, 200, S3A_CODE_NONE);
    assert_put(&store, &op, 412, S3A_CODE_PRECONDITION_FAILED);
    op.if_none_match = s3a_str_of(NULL);
    op.if_match = S3A_STR("841a2d689ad86bd1611447453c22c6fc"); /* md5 of "body" */
    assert_put(&store, &op, 200, S3A_CODE_NONE);
    op.if_match = S3A_STR("\"x\"");
    assert_put(&store, &op, 412, S3A_CODE_PRECONDITION_FAILED);
    op.kind = S3A_OP_DELETE_OBJECT;
    assert_put(&store, &op, 412, S3A_CODE_PRECONDITION_FAILED);
    op.if_match = S3A_STR("*");
    assert_put(&store, &op, 204, S3A_CODE_NONE);
    assert_put(&store, &op, 404, S3A_CODE_NO_SUCH_KEY);
    op.if_match = s3a_str_of(NULL);
    assert_put(&store, &op, 204, S3A_CODE_NONE); /* to delete what is not there is no error */
    store_close(&store);
}

static void what_amazon_refuses_is_refused_where_that_is_asked_for(void **state)
{
    (void)state;
    struct store store;
    struct s3a_op op = op_of(S3A_OP_PUT_OBJECT, "k");
    struct s3a_objects_options options = {
        .directory = store.path, .create_buckets = true, .as_amazon = true};

    store_open(&store);
    assert_put(&store, &op, 200, S3A_CODE_NONE);
    op.if_match = S3A_STR("*");
    assert_put(&store, &op, 200, S3A_CODE_NONE);
    s3a_objects_close(store.objects);
    assert_int_equal(s3a_objects_open(&options, &store.objects, NULL), S3A_OK);
    assert_put(&store, &op, 501, S3A_CODE_NOT_IMPLEMENTED);
    op = op_of(S3A_OP_DELETE_OBJECT, "k");
    op.if_none_match = S3A_STR("*");
    assert_put(&store, &op, 501, S3A_CODE_NOT_IMPLEMENTED);
    assert_store_has(&store, "k", "body");
    store_close(&store);
}

static void buckets_are_made_only_where_that_is_asked_for(void **state)
{
    (void)state;
    struct store store;
    struct s3a_op op = op_of(S3A_OP_PUT_OBJECT, "k");
    struct s3a_objects_options options = {.directory = store.path};

    store_open(&store);
    op.kind = S3A_OP_DELETE_OBJECT;
    assert_put(&store, &op, 204, S3A_CODE_NONE); /* as if it were there already */
    op.if_match = S3A_STR("*");
    assert_put(&store, &op, 404, S3A_CODE_NO_SUCH_KEY);
    s3a_objects_close(store.objects);
    assert_int_equal(s3a_objects_open(&options, &store.objects, NULL), S3A_OK);
    op = op_of(S3A_OP_PUT_OBJECT, "k");
    assert_put(&store, &op, 404, S3A_CODE_NO_SUCH_BUCKET);
    op.kind = S3A_OP_DELETE_OBJECT;
    assert_put(&store, &op, 404, S3A_CODE_NO_SUCH_BUCKET);
    op.kind = S3A_OP_CREATE_BUCKET;
    assert_put(&store, &op, 200, S3A_CODE_NONE);
    op.kind = S3A_OP_PUT_OBJECT;
    assert_put(&store, &op, 200, S3A_CODE_NONE);
    store_close(&store);
}

/* A refused put makes no bucket either. */
static void what_is_refused_leaves_nothing(void **state)
{
    (void)state;
    struct store store;
    struct s3a_op op = op_of(S3A_OP_PUT_OBJECT, "k");
    struct s3a_op head = {.kind = S3A_OP_HEAD_BUCKET, .bucket = S3A_STR(BUCKET)};
    static char value[S3A_METADATA_SIZE_MAX + 1];

    store_open(&store);
    op.if_match = S3A_STR("\"x\"");
    assert_put(&store, &op, 404, S3A_CODE_NO_SUCH_KEY);
    op.if_match = s3a_str_of(NULL);
    memset(value, 'v', sizeof(value));
    assert_true(
        s3a_headers_add(&op.headers, S3A_STR("x-amz-meta-a"), s3a_str_make(value, sizeof(value))));
    assert_put(&store, &op, 400, S3A_CODE_METADATA_TOO_LARGE);
    assert_int_equal(store_do(&store, &head, s3a_str_of(NULL)), S3A_NO_BUCKET);

    op = op_of(S3A_OP_PUT_OBJECT, "k");
    op.if_match = S3A_STR("\"x\"");
    struct s3a_str large = body_make("large", LARGE);
    assert_int_equal(store_do(&store, &op, large), S3A_NOT_FOUND);
    assert_int_equal(directory_count(store.path, "incoming"), 0);
    assert_int_equal(blob_count(store.path), 0);
    free((void *)(uintptr_t)large.data);
    store_close(&store);
}

/* Large bodies replace small ones and the other way round; closing waits for the removals. */
static void the_file_of_an_object_goes_with_it(void **state)
{
    (void)state;
    struct store store;

    store_open(&store);
    assert_int_equal(store_put_large(&store, "k", "one", LARGE), S3A_OK);
    assert_int_equal(store_put_large(&store, "k", "two", LARGE), S3A_OK);
    assert_int_equal(store_put(&store, "k", "small"), S3A_OK);
    store_reopen(&store);
    assert_int_equal(blob_count(store.path), 0);
    assert_store_has(&store, "k", "small");

    assert_int_equal(store_put_large(&store, "k", "three", LARGE), S3A_OK);
    assert_int_equal(store_put_large(&store, "stays", "four", LARGE), S3A_OK);
    assert_int_equal(store_delete(&store, "k"), S3A_OK);
    store_reopen(&store);
    assert_int_equal(blob_count(store.path), 1);
    assert_int_equal(directory_count(store.path, "incoming"), 0);
    store_close(&store);
}

/* Nobody gets a lock because the disk did not show that another has it. */
static void an_object_that_the_disk_does_not_show_is_not_created_anew(void **state)
{
    (void)state;
    struct store store;
    struct s3a_op op = op_of(S3A_OP_PUT_OBJECT, "k");
    int failures = 1;
    int nth;

    store_open(&store);
    assert_int_equal(store_put(&store, "k", "first"), S3A_OK);
    op.if_none_match = S3A_STR("*");
    for (nth = 1; failures > 0; nth++) {
        store_reopen(&store); /* with nothing in memory */
        fail_vfs_at(FAIL_READ, nth, 1);
        enum s3a_status status = store_do(&store, &op, S3A_STR("second"));
        failures = fail_vfs_end();
        assert_true(status == S3A_CONFLICT || (failures > 0 && status == S3A_LATER));
        assert_store_has(&store, "k", "first");
    }
    assert_true(nth > 4);
    store_close(&store);
}

static void delete_all(struct store *store, const struct s3a_deletion *deletions, size_t count,
                       const char *bucket, struct s3a_answer *ret_answer)
{
    struct s3a_op op = {.kind = S3A_OP_DELETE_OBJECTS,
                        .bucket = s3a_str_of(bucket),
                        .deletions = deletions,
                        .deletion_count = count};

    (void)store_call(store, &op, s3a_str_of(NULL), ret_answer);
}

static void many_are_deleted_at_once_and_each_is_judged_alone(void **state)
{
    (void)state;
    static const struct s3a_deletion deletions[] = {
        {.key = S3A_STR_INIT("a")},
        {.key = S3A_STR_INIT("b"), .if_match = S3A_STR_INIT("\"x\"")},
        {.key = S3A_STR_INIT("c"), .if_match = S3A_STR_INIT("841a2d689ad86bd1611447453c22c6fc")},
        {.key = S3A_STR_INIT("never"), .if_match = S3A_STR_INIT("\"x\"")},
        {.key = S3A_STR_INIT("never")},
        {.key = S3A_STR_INIT("b"), .version_id = S3A_STR_INIT("1")},
        {.key = S3A_STR_INIT("c"), .if_match = S3A_STR_INIT("*")},
        {.key = S3A_STR_INIT("d"), .version_id = S3A_STR_INIT("null")},
    };
    static const enum s3a_code codes[] = {
        S3A_CODE_NONE, S3A_CODE_PRECONDITION_FAILED, S3A_CODE_NONE,        S3A_CODE_NO_SUCH_KEY,
        S3A_CODE_NONE, S3A_CODE_NO_SUCH_VERSION,     S3A_CODE_NO_SUCH_KEY, S3A_CODE_NONE};
    struct s3a_answer answer;
    struct store store;
    const char *keys[] = {"a", "b", "c", "d"};

    store_open(&store);
    for (size_t i = 0; i < 4; i++) {
        assert_int_equal(store_put(&store, keys[i], "body"), S3A_OK);
    }
    delete_all(&store, deletions, 8, BUCKET, &answer);
    assert_int_equal(answer.http_status, 200);
    for (size_t i = 0; i < 8; i++) {
        assert_int_equal(answer.deleted[i].code, codes[i]);
    }
    s3a_answer_fini(&answer);
    assert_store_has(&store, "b", "body");
    struct s3a_op get = op_of(S3A_OP_GET_OBJECT, "a");
    assert_put(&store, &get, 404, S3A_CODE_NO_SUCH_KEY);
    get.key = S3A_STR("c");
    assert_put(&store, &get, 404, S3A_CODE_NO_SUCH_KEY);
    get.key = S3A_STR("d");
    assert_put(&store, &get, 404, S3A_CODE_NO_SUCH_KEY);
    store_close(&store);
}

static void files_of_many_go_with_them_and_without_a_bucket_nothing_does(void **state)
{
    (void)state;
    static const struct s3a_deletion deletions[] = {{.key = S3A_STR_INIT("a")},
                                                    {.key = S3A_STR_INIT("b")}};
    struct s3a_objects_options strict = {.create_buckets = false};
    struct s3a_answer answer;
    struct store store;

    store_open(&store);
    assert_int_equal(store_put_large(&store, "a", "a", LARGE), S3A_OK);
    assert_int_equal(store_put_large(&store, "b", "b", LARGE), S3A_OK);
    delete_all(&store, deletions, 2, BUCKET, &answer);
    assert_int_equal(answer.http_status, 200);
    s3a_answer_fini(&answer);
    store_reopen(&store);
    assert_int_equal(blob_count(store.path), 0);
    s3a_objects_close(store.objects);
    strict.directory = store.path;
    assert_int_equal(s3a_objects_open(&strict, &store.objects, NULL), S3A_OK);
    delete_all(&store, deletions, 2, "not-there", &answer);
    assert_int_equal(answer.http_status, 404);
    assert_int_equal(answer.code, S3A_CODE_NO_SUCH_BUCKET);
    s3a_answer_fini(&answer);
    store_close(&store);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_put_answers_with_the_md5_and_the_time_of_the_store),
        cmocka_unit_test(conditions_are_judged_by_what_is_there),
        cmocka_unit_test(what_amazon_refuses_is_refused_where_that_is_asked_for),
        cmocka_unit_test(buckets_are_made_only_where_that_is_asked_for),
        cmocka_unit_test(what_is_refused_leaves_nothing),
        cmocka_unit_test(the_file_of_an_object_goes_with_it),
        cmocka_unit_test(an_object_that_the_disk_does_not_show_is_not_created_anew),
        cmocka_unit_test(many_are_deleted_at_once_and_each_is_judged_alone),
        cmocka_unit_test(files_of_many_go_with_them_and_without_a_bucket_nothing_does),
    };
    fail_vfs_install();
    return cmocka_run_group_tests(tests, NULL, NULL);
}
