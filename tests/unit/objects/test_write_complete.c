/* SPDX-License-Identifier: MIT */
#include "upload_fixture.h"

#include <stdlib.h>
#include <string.h>

#include "fail_calls.h"
#include "fail_memory.h"
#include "fail_vfs.h"

static struct s3a_str made_body(void)
{
    struct s3a_str first = body_make("a", S3A_PART_SIZE_MIN);
    struct s3a_str last = body_make("b", 1000);
    char *all = malloc(MADE_SIZE);

    assert_non_null(all);
    memcpy(all, first.data, first.size);
    memcpy(all + first.size, last.data, last.size);
    free((char *)(uintptr_t)first.data);
    free((char *)(uintptr_t)last.data);
    return s3a_str_make(all, MADE_SIZE);
}

static void assert_is_made(struct store *store, const char *key)
{
    struct s3a_op get = op_of(S3A_OP_GET_OBJECT, key);
    struct s3a_str expected = made_body();

    assert_bytes(store, &get, expected, NULL);
    free((char *)(uintptr_t)expected.data);
}

static void parts_become_an_object(void **state)
{
    (void)state;
    struct store store;
    struct upload upload;
    struct s3a_op create = op_of(S3A_OP_CREATE_UPLOAD, "k");
    struct s3a_op get = op_of(S3A_OP_GET_OBJECT, "k");
    struct s3a_answer answer;

    store_open(&store);
    create.headers.items[0] = (struct s3a_header){S3A_STR("content-type"), S3A_STR("text/plain")};
    create.headers.count = 1;
    assert_int_equal(store_call(&store, &create, S3A_STR(""), &answer), S3A_OK);
    upload_begin(&store, &upload, "k");
    memcpy(upload.id, answer.upload_id.data, S3A_BLOB_ID_SIZE);
    s3a_answer_fini(&answer);
    upload_add(&store, &upload, 1, "a", S3A_PART_SIZE_MIN);
    upload_add(&store, &upload, 2, "b", 1000);
    assert_int_equal(store_code(&store, &get), S3A_CODE_NO_SUCH_KEY); /* not before */
    struct s3a_op complete = upload_complete_op(&upload);
    assert_int_equal(store_call(&store, &complete, S3A_STR(""), &answer), S3A_OK);
    assert_true(s3a_str_ends_with(s3a_str_of(answer.etag), "-2\""));
    s3a_answer_fini(&answer);
    assert_is_made(&store, "k");
    store_reopen(&store);
    assert_is_made(&store, "k");
    get.kind = S3A_OP_HEAD_OBJECT;
    assert_int_equal(store_call(&store, &get, S3A_STR(""), &answer), S3A_OK);
    assert_int_equal(answer.object_size, MADE_SIZE);
    assert_int_equal(answer.part_total, 2);
    assert_str(s3a_headers_find(&answer.headers, "content-type"), "text/plain");
    s3a_answer_fini(&answer);
    store_close(&store);
}

/* The MD5 of the MD5 of "hello", computed elsewhere. */
static void its_etag_is_that_of_amazon(void **state)
{
    (void)state;
    struct store store;
    struct upload upload;
    struct s3a_answer answer;

    store_open(&store);
    upload_begin(&store, &upload, "k");
    struct s3a_op part = upload_op(S3A_OP_UPLOAD_PART, &upload);
    part.part_number = 1;
    assert_int_equal(store_call(&store, &part, S3A_STR("hello"), &answer), S3A_OK);
    assert_string_equal(answer.etag, "\"5d41402abc4b2a76b9719d911017c592\"");
    strcpy(upload.etags[0], answer.etag);
    upload.parts[0] = (struct s3a_listed_part){.number = 1, .etag = s3a_str_of(upload.etags[0])};
    upload.count = 1;
    s3a_answer_fini(&answer);
    struct s3a_op complete = upload_complete_op(&upload);
    assert_int_equal(store_call(&store, &complete, S3A_STR(""), &answer), S3A_OK);
    assert_string_equal(answer.etag, "\"62109206880d38a4010a98e11243924a-1\"");
    s3a_answer_fini(&answer);
    assert_store_has(&store, "k", "hello");
    store_close(&store);
}

static void only_what_is_listed_counts_and_the_rest_goes(void **state)
{
    (void)state;
    struct store store;
    struct upload upload;

    store_open(&store);
    upload_begin(&store, &upload, "k");
    upload_add(&store, &upload, 3, "never listed", 100);
    upload.count = 0;
    upload_add(&store, &upload, 7, "never either", 100);
    upload.count = 0;
    upload_add(&store, &upload, 5, "a", S3A_PART_SIZE_MIN);
    upload_add(&store, &upload, 9, "b", 1000);
    assert_int_equal(upload_complete(&store, &upload), S3A_CODE_NONE);
    assert_is_made(&store, "k");
    store_reopen(&store);
    assert_int_equal(blob_count(store.path), 2);
    store_close(&store);
}

static void what_is_wrong_with_the_list_is_said_and_changes_nothing(void **state)
{
    (void)state;
    struct store store;
    struct upload upload;

    store_open(&store);
    upload_begin(&store, &upload, "k");
    upload_add(&store, &upload, 1, "a", S3A_PART_SIZE_MIN - 1);
    upload_add(&store, &upload, 2, "b", 1000);
    assert_int_equal(upload_complete(&store, &upload), S3A_CODE_ENTITY_TOO_SMALL);
    struct s3a_op complete = upload_complete_op(&upload);
    complete.part_count = 1;
    complete.has_object_size = true;
    complete.object_size = 5;
    assert_int_equal(store_code(&store, &complete), S3A_CODE_INVALID_REQUEST);
    upload.parts[1].number = 3;
    assert_int_equal(upload_complete(&store, &upload), S3A_CODE_INVALID_PART);
    upload.parts[1].number = 2;
    upload.parts[1].etag = S3A_STR("\"00000000000000000000000000000000\"");
    assert_int_equal(upload_complete(&store, &upload), S3A_CODE_INVALID_PART);
    upload.parts[0].etag = S3A_STR("\"00000000000000000000000000000000\"");
    assert_int_equal(upload_complete(&store, &upload), S3A_CODE_INVALID_PART);
    upload.parts[0].etag = S3A_STR("no MD5");
    assert_int_equal(upload_complete(&store, &upload), S3A_CODE_INVALID_PART);
    upload_begin(&store, &upload, "k");
    upload_add(&store, &upload, 1, "a", S3A_PART_SIZE_MIN);
    strcpy(upload.key, "other");
    assert_int_equal(upload_complete(&store, &upload), S3A_CODE_NO_SUCH_UPLOAD);
    upload.parts[0].etag = S3A_STR("no MD5");
    assert_int_equal(upload_complete(&store, &upload), S3A_CODE_NO_SUCH_UPLOAD);
    strcpy(upload.key, "k");
    upload.parts[0].etag = s3a_str_make(upload.etags[0] + 1, 32); /* bare */
    assert_int_equal(upload_complete(&store, &upload), S3A_CODE_NONE);
    store_close(&store);
}

static void who_asks_again_is_told_the_same_while_it_is_there(void **state)
{
    (void)state;
    struct store store;
    struct upload upload;
    struct s3a_answer first;
    struct s3a_answer again;

    store_open(&store);
    upload_begin(&store, &upload, "k");
    upload_add(&store, &upload, 4, "a", S3A_PART_SIZE_MIN);
    upload_add(&store, &upload, 8, "b", 1000);
    struct s3a_op complete = upload_complete_op(&upload);
    complete.if_none_match = S3A_STR("*");
    assert_int_equal(store_call(&store, &complete, S3A_STR(""), &first), S3A_OK);
    assert_int_equal(store_call(&store, &complete, S3A_STR(""), &again), S3A_OK);
    assert_string_equal(first.etag, again.etag);
    assert_int_equal(first.modified_ms, again.modified_ms);
    s3a_answer_fini(&first);
    s3a_answer_fini(&again);
    complete.part_count = 1;
    assert_int_equal(store_code(&store, &complete), S3A_CODE_NO_SUCH_UPLOAD);
    complete.part_count = 2;
    assert_int_equal(store_put(&store, "k", "another"), S3A_OK);
    assert_int_equal(store_code(&store, &complete), S3A_CODE_NO_SUCH_UPLOAD);
    assert_store_has(&store, "k", "another");
    store_close(&store);
}

static enum s3a_code complete_if(struct store *store, const struct upload *upload,
                                 const char *if_match, const char *if_none_match)
{
    struct s3a_op complete = upload_complete_op(upload);

    complete.if_match = s3a_str_of(if_match);
    complete.if_none_match = s3a_str_of(if_none_match);
    return store_code(store, &complete);
}

static void conditions_are_judged_when_it_is_completed(void **state)
{
    (void)state;
    struct store store;
    struct upload upload;
    static const char of_x[] = "\"9dd4e461268c8034f5c8564e155c67a6\"";

    store_open(&store);
    upload_begin(&store, &upload, "k");
    upload_add(&store, &upload, 1, "a", 10);
    assert_int_equal(complete_if(&store, &upload, of_x, NULL), S3A_CODE_NO_SUCH_KEY);
    assert_int_equal(store_put(&store, "k", "x"), S3A_OK);
    assert_int_equal(complete_if(&store, &upload, NULL, "*"), S3A_CODE_PRECONDITION_FAILED);
    assert_store_has(&store, "k", "x");
    upload_begin(&store, &upload, "k");
    upload_add(&store, &upload, 1, "a", 10);
    assert_int_equal(complete_if(&store, &upload, "\"other\"", NULL), S3A_CODE_PRECONDITION_FAILED);
    assert_int_equal(complete_if(&store, &upload, of_x, NULL), S3A_CODE_NONE);
    store_close(&store);
}

/* As was measured at Amazon S3, for ever for that upload. */
static void what_happened_at_the_key_meanwhile_is_a_conflict(void **state)
{
    (void)state;
    struct store store;
    struct upload upload;
    static const char of_x[] = "\"9dd4e461268c8034f5c8564e155c67a6\"";

    store_open(&store);
    assert_int_equal(store_put(&store, "k", "x"), S3A_OK);
    upload_begin(&store, &upload, "k");
    upload_add(&store, &upload, 1, "a", 10);
    assert_int_equal(store_delete(&store, "k"), S3A_OK);
    assert_int_equal(complete_if(&store, &upload, NULL, "*"),
                     S3A_CODE_CONDITIONAL_REQUEST_CONFLICT);
    assert_int_equal(complete_if(&store, &upload, of_x, NULL), S3A_CODE_NO_SUCH_KEY);
    int64_t before_ms = s3a_objects_now_ms(store.objects);
    while (s3a_objects_now_ms(store.objects) == before_ms) {
        /* so that the new one is younger than the old one */
    }
    assert_int_equal(store_put(&store, "k", "x"), S3A_OK);
    assert_int_equal(complete_if(&store, &upload, of_x, NULL),
                     S3A_CODE_CONDITIONAL_REQUEST_CONFLICT);
    assert_int_equal(complete_if(&store, &upload, NULL, NULL), S3A_CODE_NONE);
    store_close(&store);
}

static void what_it_replaces_goes_and_it_goes_itself(void **state)
{
    (void)state;
    struct store store;
    struct upload upload;

    store_open(&store);
    assert_int_equal(store_put_large(&store, "k", "old", 100000), S3A_OK);
    upload_make(&store, &upload, "k");
    store_reopen(&store);
    assert_int_equal(blob_count(store.path), 2);
    assert_int_equal(store_put(&store, "k", "small"), S3A_OK);
    store_reopen(&store);
    assert_int_equal(blob_count(store.path), 0);
    store_close(&store);
}

/* Whatever fails, there is all of the object or nothing of it, and it can be completed again. */
static void a_disk_that_fails_leaves_it_whole_or_not_there(void **state)
{
    (void)state;
    static const enum fail_kind kinds[] = {FAIL_FULL, FAIL_WRITE, FAIL_SYNC};
    struct store store;
    struct upload upload;

    for (size_t kind = 0; kind < sizeof(kinds) / sizeof(kinds[0]); kind++) {
        int failures = 1;
        for (int nth = 1; failures > 0; nth++) {
            store_open(&store);
            upload_begin(&store, &upload, "k");
            upload_add(&store, &upload, 1, "a", 1000);
            struct s3a_op complete = upload_complete_op(&upload);
            fail_vfs_at(kinds[kind], nth, 1);
            enum s3a_status status = store_do(&store, &complete, S3A_STR(""));
            failures = fail_vfs_end();
            assert_true(status == S3A_OK || failures > 0);
            store_reopen(&store);
            struct s3a_op get = op_of(S3A_OP_HEAD_OBJECT, "k");
            bool is_there = store_code(&store, &get) == S3A_CODE_NONE;
            assert_true(status != S3A_OK || is_there);
            assert_int_equal(upload_complete(&store, &upload), S3A_CODE_NONE);
            store_reopen(&store);
            assert_int_equal(blob_count(store.path), 1);
            store_close(&store);
        }
    }
}

struct scene {
    struct store store;
    struct upload upload;
};

static void complete_without_memory(void *arg)
{
    struct scene *scene = arg;
    struct s3a_op complete = upload_complete_op(&scene->upload);
    struct s3a_answer answer;

    (void)store_call(&scene->store, &complete, S3A_STR(""), &answer);
    assert_true(answer.status == S3A_OK || answer.status == S3A_NO_MEMORY);
    s3a_answer_fini(&answer);
}

static void without_memory_it_says_so(void **state)
{
    (void)state;
    struct scene scene;

    store_open(&scene.store);
    upload_begin(&scene.store, &scene.upload, "k");
    upload_add(&scene.store, &scene.upload, 1, "a", 10);
    fail_malloc_sweep(complete_without_memory, &scene);
    assert_int_equal(upload_complete(&scene.store, &scene.upload), S3A_CODE_NONE);
    store_close(&scene.store);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(parts_become_an_object),
        cmocka_unit_test(its_etag_is_that_of_amazon),
        cmocka_unit_test(only_what_is_listed_counts_and_the_rest_goes),
        cmocka_unit_test(what_is_wrong_with_the_list_is_said_and_changes_nothing),
        cmocka_unit_test(who_asks_again_is_told_the_same_while_it_is_there),
        cmocka_unit_test(conditions_are_judged_when_it_is_completed),
        cmocka_unit_test(what_happened_at_the_key_meanwhile_is_a_conflict),
        cmocka_unit_test(what_it_replaces_goes_and_it_goes_itself),
        cmocka_unit_test(a_disk_that_fails_leaves_it_whole_or_not_there),
        cmocka_unit_test(without_memory_it_says_so),
    };
    fail_memory_install();
    fail_vfs_install();
    return cmocka_run_group_tests(tests, NULL, NULL);
}
