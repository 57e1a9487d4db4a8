/* SPDX-License-Identifier: MIT */
#include "upload_fixture.h"

#include <stdlib.h>
#include <string.h>

#include "copies.h"
#include "fail_memory.h"
#include "fail_vfs.h"

#define LARGE (2 * S3A_INLINE_SIZE_MAX)
#define OF_X "\"9dd4e461268c8034f5c8564e155c67a6\""

static struct s3a_op copy_op(const char *from, const char *to)
{
    struct s3a_op op = op_of(S3A_OP_COPY_OBJECT, to);

    op.source.bucket = S3A_STR(BUCKET);
    op.source.key = s3a_str_of(from);
    return op;
}

static enum s3a_code copy(struct store *store, const char *from, const char *to)
{
    struct s3a_op op = copy_op(from, to);

    return store_code(store, &op);
}

static void assert_has_large(struct store *store, const char *key, const char *text)
{
    struct s3a_buf body;

    s3a_buf_init(&body, SIZE_MAX - 1);
    assert_int_equal(store_read(store, key, &body), S3A_OK);
    assert_int_equal(body.size, LARGE);
    assert_true(body_is(s3a_buf_str(&body), text));
    s3a_buf_fini(&body);
}

static void a_small_object_is_copied_with_its_headers(void **state)
{
    (void)state;
    struct store store;
    struct s3a_op put = op_of(S3A_OP_PUT_OBJECT, "a");
    struct s3a_op op = copy_op("a", "b");
    struct s3a_answer answer;

    store_open(&store);
    put.headers.items[0] = (struct s3a_header){S3A_STR("x-amz-meta-a"), S3A_STR("1")};
    put.headers.count = 1;
    assert_int_equal(store_do(&store, &put, S3A_STR("x")), S3A_OK);
    op.headers.items[0] = (struct s3a_header){S3A_STR("x-amz-meta-a"), S3A_STR("2")};
    op.headers.count = 1;
    assert_int_equal(store_call(&store, &op, S3A_STR(""), &answer), S3A_OK);
    assert_string_equal(answer.etag, OF_X);
    s3a_answer_fini(&answer);
    assert_store_has(&store, "b", "x");
    struct s3a_op get = op_of(S3A_OP_HEAD_OBJECT, "b");
    assert_int_equal(store_call(&store, &get, S3A_STR(""), &answer), S3A_OK);
    assert_str(s3a_headers_find(&answer.headers, "x-amz-meta-a"), "1");
    s3a_answer_fini(&answer);
    op.replaces_headers = true;
    op.source.key = S3A_STR("b"); /* onto itself */
    assert_int_equal(store_code(&store, &op), S3A_CODE_NONE);
    assert_store_has(&store, "b", "x");
    assert_int_equal(store_call(&store, &get, S3A_STR(""), &answer), S3A_OK);
    assert_str(s3a_headers_find(&answer.headers, "x-amz-meta-a"), "2");
    s3a_answer_fini(&answer);
    store_close(&store);
}

static void a_checksum_that_is_asked_for_is_the_source_s_or_none(void **state)
{
    (void)state;
    struct store store;
    struct s3a_op put = op_of(S3A_OP_PUT_OBJECT, "a");
    struct s3a_op op = copy_op("a", "b");
    struct s3a_answer answer;

    store_open(&store);
    assert_true(s3a_checksum_value_parse(&put.checksum, S3A_CHECKSUM_CRC32, S3A_STR("jNwbeg==")));
    assert_int_equal(store_do(&store, &put, S3A_STR("x")), S3A_OK);
    op.checksum_choice.kind = S3A_CHECKSUM_SHA256;
    assert_int_equal(store_call(&store, &op, S3A_STR(""), &answer), S3A_UNSUPPORTED);
    assert_int_equal(answer.code, S3A_CODE_NOT_IMPLEMENTED);
    s3a_answer_fini(&answer);
    assert_int_equal(copy(&store, "b", "c"), S3A_CODE_NO_SUCH_KEY); /* nothing was made */
    op.checksum_choice.kind = S3A_CHECKSUM_CRC32;
    assert_int_equal(store_call(&store, &op, S3A_STR(""), &answer), S3A_OK);
    assert_string_equal(answer.checksum.text, "jNwbeg==");
    s3a_answer_fini(&answer);
    store_close(&store);
}

/* One file with several names in the database: it goes with the last of them, not before. */
static void a_large_one_shares_its_file(void **state)
{
    (void)state;
    struct store store;
    struct s3a_op again;

    store_open(&store);
    assert_int_equal(store_put_large(&store, "a", "large", LARGE), S3A_OK);
    assert_int_equal(copy(&store, "a", "b"), S3A_CODE_NONE);
    assert_int_equal(copy(&store, "b", "c"), S3A_CODE_NONE);
    assert_int_equal(blob_count(store.path), 1);
    assert_int_equal(store_delete(&store, "a"), S3A_OK);
    assert_int_equal(store_put(&store, "c", "other"), S3A_OK);
    store_reopen(&store);
    assert_has_large(&store, "b", "large");
    again = copy_op("b", "b");
    again.replaces_headers = true;
    assert_int_equal(store_code(&store, &again), S3A_CODE_NONE);
    store_reopen(&store);
    assert_has_large(&store, "b", "large");
    assert_int_equal(blob_count(store.path), 1);
    assert_int_equal(store_delete(&store, "b"), S3A_OK);
    store_reopen(&store);
    assert_int_equal(blob_count(store.path), 0);
    store_close(&store);
}

static void so_does_one_of_parts(void **state)
{
    (void)state;
    struct store store;
    struct upload upload;
    struct s3a_op part = op_of(S3A_OP_GET_OBJECT, "b");
    struct s3a_str last = body_make("b", 1000);

    store_open(&store);
    upload_make(&store, &upload, "a");
    assert_int_equal(copy(&store, "a", "b"), S3A_CODE_NONE);
    assert_int_equal(store_delete(&store, "a"), S3A_OK);
    store_reopen(&store);
    assert_int_equal(blob_count(store.path), 2);
    part.part_number = 2;
    assert_bytes(&store, &part, last, NULL);
    assert_int_equal(store_put(&store, "b", "small"), S3A_OK);
    store_reopen(&store);
    assert_int_equal(blob_count(store.path), 0);
    free((char *)(uintptr_t)last.data);
    store_close(&store);
}

static void what_is_not_there_is_not_copied(void **state)
{
    (void)state;
    struct store store;
    struct s3a_op op = copy_op("a", "b");

    store_open(&store);
    assert_int_equal(copy(&store, "a", "b"), S3A_CODE_NO_SUCH_BUCKET);
    assert_int_equal(store_put(&store, "k", "x"), S3A_OK);
    assert_int_equal(copy(&store, "a", "b"), S3A_CODE_NO_SUCH_KEY);
    op.source.bucket = S3A_STR("another");
    assert_int_equal(store_code(&store, &op), S3A_CODE_NO_SUCH_BUCKET);
    op.source.bucket = S3A_STR("NO");
    assert_int_equal(store_code(&store, &op), S3A_CODE_INVALID_BUCKET_NAME);
    assert_int_equal(copy(&store, "k", "k"), S3A_CODE_INVALID_REQUEST);
    store_close(&store);
}

struct condition {
    const char *if_match;
    const char *if_none_match;
    int64_t since_ms;
    int64_t unmodified_since_ms;
    const char *expected; /* NULL: it is copied */
};

static void the_source_has_conditions(void **state)
{
    (void)state;
    static const struct s3a_present present = {S3A_STR_INIT(OF_X), 1000000};
    static const struct condition rows[] = {
        {OF_X, NULL, 0, 0, NULL},
        {"\"o\"", NULL, 0, 0, "x-amz-copy-source-If-Match"},
        {NULL, "\"o\"", 0, 0, NULL},
        {NULL, OF_X, 0, 0, "x-amz-copy-source-If-None-Match"},
        {NULL, NULL, 999000, 0, NULL},
        {NULL, NULL, 1000000, 0, "x-amz-copy-source-If-Modified-Since"},
        {NULL, NULL, 0, 999000, "x-amz-copy-source-If-Unmodified-Since"},
        {OF_X, NULL, 0, 999000, NULL},
        {NULL, OF_X, 999000, 0, "x-amz-copy-source-If-None-Match"},
    };

    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        const struct condition *row = &rows[i];
        struct s3a_op op = copy_op("a", "b");
        struct s3a_answer answer;
        op.source.if_match = s3a_str_of(row->if_match);
        op.source.if_none_match = s3a_str_of(row->if_none_match);
        op.source.if_modified_since_ms = row->since_ms;
        op.source.if_unmodified_since_ms = row->unmodified_since_ms;
        s3a_answer_init(&answer, 0);
        bool is_copied = s3a_source_may_be_read(&op, &present, 2000000, &answer);
        assert_int_equal(is_copied, row->expected == NULL);
        if (row->expected) {
            assert_int_equal(answer.code, S3A_CODE_PRECONDITION_FAILED);
            assert_str(answer.condition, row->expected);
        }
        s3a_answer_fini(&answer);
    }
}

static void so_has_what_is_there_already(void **state)
{
    (void)state;
    struct store store;
    struct s3a_op op = copy_op("a", "b");

    store_open(&store);
    assert_int_equal(store_put(&store, "a", "x"), S3A_OK);
    op.if_match = S3A_STR(OF_X);
    assert_int_equal(store_code(&store, &op), S3A_CODE_NO_SUCH_KEY);
    op.if_match = s3a_str_make(NULL, 0);
    op.if_none_match = S3A_STR("*");
    assert_int_equal(store_code(&store, &op), S3A_CODE_NONE);
    assert_int_equal(store_code(&store, &op), S3A_CODE_PRECONDITION_FAILED);
    op.if_none_match = s3a_str_make(NULL, 0);
    op.if_match = S3A_STR(OF_X);
    assert_int_equal(store_code(&store, &op), S3A_CODE_NONE);
    store_close(&store);
}

static void a_disk_that_fails_copies_all_or_nothing(void **state)
{
    (void)state;
    static const enum fail_kind kinds[] = {FAIL_FULL, FAIL_WRITE, FAIL_SYNC};
    struct store store;

    for (size_t kind = 0; kind < sizeof(kinds) / sizeof(kinds[0]); kind++) {
        int failures = 1;
        for (int nth = 1; failures > 0; nth++) {
            store_open(&store);
            assert_int_equal(store_put_large(&store, "a", "new", LARGE), S3A_OK);
            assert_int_equal(store_put_large(&store, "b", "old", LARGE), S3A_OK);
            fail_vfs_at(kinds[kind], nth, 1);
            enum s3a_code code = copy(&store, "a", "b");
            failures = fail_vfs_end();
            store_reopen(&store);
            assert_has_large(&store, "a", "new");
            if (code == S3A_CODE_NONE) {
                assert_has_large(&store, "b", "new");
                assert_int_equal(blob_count(store.path), 1);
            } else {
                struct s3a_buf body;
                s3a_buf_init(&body, SIZE_MAX - 1);
                assert_int_equal(store_read(&store, "b", &body), S3A_OK);
                s3a_buf_fini(&body);
            }
            store_close(&store);
        }
    }
}

static void copy_without_memory(void *arg)
{
    struct store *store = arg;
    struct s3a_op op = copy_op("a", "b");
    struct s3a_answer answer;

    op.replaces_headers = true;
    op.headers.items[0] = (struct s3a_header){S3A_STR("x-amz-meta-a"), S3A_STR("2")};
    op.headers.count = 1;
    (void)store_call(store, &op, S3A_STR(""), &answer);
    assert_true(answer.status == S3A_OK || answer.status == S3A_NO_MEMORY);
    s3a_answer_fini(&answer);
}

static void without_memory_it_says_so(void **state)
{
    (void)state;
    struct store store;

    store_open(&store);
    assert_int_equal(store_put(&store, "a", "x"), S3A_OK);
    fail_malloc_sweep(copy_without_memory, &store);
    assert_store_has(&store, "b", "x");
    store_close(&store);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_small_object_is_copied_with_its_headers),
        cmocka_unit_test(a_checksum_that_is_asked_for_is_the_source_s_or_none),
        cmocka_unit_test(a_large_one_shares_its_file),
        cmocka_unit_test(so_does_one_of_parts),
        cmocka_unit_test(what_is_not_there_is_not_copied),
        cmocka_unit_test(the_source_has_conditions),
        cmocka_unit_test(so_has_what_is_there_already),
        cmocka_unit_test(a_disk_that_fails_copies_all_or_nothing),
        cmocka_unit_test(without_memory_it_says_so),
    };
    fail_memory_install();
    fail_vfs_install();
    return cmocka_run_group_tests(tests, NULL, NULL);
}
