/* SPDX-License-Identifier: MIT */
#include "store_fixture.h"

#include <sqlite3.h>
#include <stdio.h>
#include <string.h>

#include "buckets.h"
#include "fail_malloc.h"

static enum s3a_code do_bucket(struct store *store, enum s3a_op_kind kind, const char *name,
                               int *ret_http_status)
{
    struct s3a_op op = {.kind = kind, .bucket = s3a_str_of(name)};
    struct s3a_answer answer;

    (void)store_call(store, &op, s3a_str_of(NULL), &answer);
    enum s3a_code code = answer.code;
    *ret_http_status = answer.http_status;
    s3a_answer_fini(&answer);
    return code;
}

static void assert_does(struct store *store, enum s3a_op_kind kind, const char *name,
                        int http_status, enum s3a_code code)
{
    int got;

    assert_int_equal(do_bucket(store, kind, name, &got), code);
    assert_int_equal(got, http_status);
}

/* As a server of us-east-1 has it. */
static void assert_is_created_again(struct store *store, const char *name)
{
    struct s3a_op op = {.kind = S3A_OP_CREATE_BUCKET,
                        .bucket = s3a_str_of(name),
                        .accepts_own_bucket = true,
                        .acl = S3A_ACL_PUBLIC_READ};
    struct s3a_op ask = {.kind = S3A_OP_GET_BUCKET_ACL, .bucket = s3a_str_of(name)};
    struct s3a_answer answer;

    assert_int_equal(store_do(store, &op, S3A_STR("")), S3A_OK);
    assert_int_equal(store_call(store, &ask, S3A_STR(""), &answer), S3A_OK);
    assert_int_equal(answer.acl, S3A_ACL_PUBLIC_READ);
    s3a_answer_fini(&answer);
}

static void a_bucket_is_made_found_and_removed(void **state)
{
    (void)state;
    struct store store;

    store_open(&store);
    assert_does(&store, S3A_OP_HEAD_BUCKET, "alpha", 404, S3A_CODE_NO_SUCH_BUCKET);
    assert_does(&store, S3A_OP_CREATE_BUCKET, "alpha", 200, S3A_CODE_NONE);
    assert_does(&store, S3A_OP_CREATE_BUCKET, "alpha", 409, S3A_CODE_BUCKET_ALREADY_OWNED);
    assert_is_created_again(&store, "alpha");
    assert_does(&store, S3A_OP_HEAD_BUCKET, "alpha", 200, S3A_CODE_NONE);
    store_reopen(&store);
    assert_does(&store, S3A_OP_HEAD_BUCKET, "alpha", 200, S3A_CODE_NONE);
    assert_does(&store, S3A_OP_DELETE_BUCKET, "alpha", 204, S3A_CODE_NONE);
    assert_does(&store, S3A_OP_HEAD_BUCKET, "alpha", 404, S3A_CODE_NO_SUCH_BUCKET);
    assert_does(&store, S3A_OP_DELETE_BUCKET, "alpha", 404, S3A_CODE_NO_SUCH_BUCKET);
    store_close(&store);
}

static void ask_aspect(struct store *store, struct s3a_op *op, int http_status, enum s3a_code code)
{
    struct s3a_answer answer;

    (void)store_call(store, op, s3a_str_of(NULL), &answer);
    assert_int_equal(answer.code, code);
    assert_int_equal(answer.http_status, http_status);
    s3a_answer_fini(&answer);
}

static void a_bucket_that_was_never_configured_says_so(void **state)
{
    (void)state;
    struct s3a_op op = {.kind = S3A_OP_GET_ASPECT, .bucket = S3A_STR("alpha")};
    struct store store;

    store_open(&store);
    op.aspect = s3a_aspect_of_bucket(S3A_STR("cors"));
    ask_aspect(&store, &op, 404, S3A_CODE_NO_SUCH_BUCKET);
    assert_does(&store, S3A_OP_CREATE_BUCKET, "alpha", 200, S3A_CODE_NONE);
    ask_aspect(&store, &op, 404, S3A_CODE_NO_SUCH_CORS);
    op.aspect = s3a_aspect_of_bucket(S3A_STR("versioning"));
    ask_aspect(&store, &op, 200, S3A_CODE_NONE);
    op.aspect = s3a_aspect_of_bucket(S3A_STR("metrics"));
    ask_aspect(&store, &op, 200, S3A_CODE_NONE);
    op.kind = S3A_OP_DELETE_ASPECT;
    ask_aspect(&store, &op, 204, S3A_CODE_NONE);
    op.aspect_id = S3A_STR("one");
    ask_aspect(&store, &op, 404, S3A_CODE_NO_SUCH_CONFIGURATION);
    store_close(&store);
}

static void a_bucket_with_an_object_stays(void **state)
{
    (void)state;
    struct store store;

    store_open(&store);
    assert_int_equal(store_put(&store, "k", "x"), S3A_OK);
    assert_does(&store, S3A_OP_DELETE_BUCKET, BUCKET, 409, S3A_CODE_BUCKET_NOT_EMPTY);
    assert_int_equal(store_delete(&store, "k"), S3A_OK);
    assert_does(&store, S3A_OP_DELETE_BUCKET, BUCKET, 204, S3A_CODE_NONE);
    store_close(&store);
}

static void names_that_s3_does_not_allow_are_refused(void **state)
{
    (void)state;
    struct store store;

    store_open(&store);
    assert_does(&store, S3A_OP_CREATE_BUCKET, "Upper", 400, S3A_CODE_INVALID_BUCKET_NAME);
    assert_does(&store, S3A_OP_HEAD_BUCKET, "..", 400, S3A_CODE_INVALID_BUCKET_NAME);
    assert_does(&store, S3A_OP_DELETE_BUCKET, "", 400, S3A_CODE_INVALID_BUCKET_NAME);
    store_close(&store);
}

/* "b0000" ... as many as there may be. */
static void make_many(struct store *store, int count)
{
    sqlite3 *sqlite;
    char path[128];
    char sql[256];

    snprintf(path, sizeof(path), "%s/s3atomic.db", store->path);
    snprintf(sql, sizeof(sql),
             "WITH RECURSIVE n(i) AS (SELECT 0 UNION ALL SELECT i + 1 FROM n WHERE i < %d) "
             "INSERT INTO buckets (name, created_ms) SELECT printf('b%%05d', i), i FROM n",
             count - 1);
    assert_int_equal(sqlite3_open(path, &sqlite), SQLITE_OK);
    assert_int_equal(sqlite3_exec(sqlite, sql, NULL, NULL, NULL), SQLITE_OK);
    assert_int_equal(sqlite3_close(sqlite), SQLITE_OK);
}

static void there_are_at_most_as_many_as_amazon_allows(void **state)
{
    (void)state;
    struct store store;

    store_open(&store);
    make_many(&store, S3A_BUCKETS_MAX);
    assert_does(&store, S3A_OP_CREATE_BUCKET, "one-more", 400, S3A_CODE_TOO_MANY_BUCKETS);
    assert_int_equal(store_put(&store, "k", "a put makes no bucket then either"), S3A_REFUSED);
    assert_does(&store, S3A_OP_DELETE_BUCKET, "b00007", 204, S3A_CODE_NONE);
    assert_does(&store, S3A_OP_CREATE_BUCKET, "one-more", 200, S3A_CODE_NONE);
    store_close(&store);
}

/* Lists page by page; how many there were in all. */
static size_t walk(struct store *store, const char *prefix, uint32_t page)
{
    struct s3a_op op = {.kind = S3A_OP_LIST_BUCKETS,
                        .prefix = s3a_str_of(prefix),
                        .keys_max = page,
                        .has_keys_max = true};
    struct s3a_answer answer;
    char token[256] = "";
    char last[64] = "";
    size_t count = 0;

    for (bool goes_on = true; goes_on;) {
        assert_int_equal(store_call(store, &op, s3a_str_of(NULL), &answer), S3A_OK);
        assert_true(answer.entry_count <= page);
        for (size_t i = 0; i < answer.entry_count; i++) {
            assert_true(s3a_str_starts_with(answer.entries[i].name, prefix));
            assert_true(s3a_str_compare(answer.entries[i].name, s3a_str_of(last)) > 0);
            snprintf(last, sizeof(last), "%.*s", (int)answer.entries[i].name.size,
                     answer.entries[i].name.data);
        }
        count += answer.entry_count;
        goes_on = answer.truncated;
        snprintf(token, sizeof(token), "%.*s", (int)answer.next_continuation.size,
                 answer.next_continuation.size ? answer.next_continuation.data : "");
        op.continuation = s3a_str_of(token);
        s3a_answer_fini(&answer);
    }
    return count;
}

static void they_are_listed_in_order_and_in_pages(void **state)
{
    (void)state;
    struct store store;
    struct s3a_op op = {.kind = S3A_OP_LIST_BUCKETS, .continuation = S3A_STR("not-a-token")};

    store_open(&store);
    make_many(&store, 120);
    assert_int_equal(walk(&store, "", 1000), 120);
    assert_int_equal(walk(&store, "", 120), 120);
    assert_int_equal(walk(&store, "", 7), 120);
    assert_int_equal(walk(&store, "b0001", 3), 10);
    assert_int_equal(walk(&store, "b00119", 1), 1);
    assert_int_equal(walk(&store, "c", 1), 0);
    assert_int_equal(store_do(&store, &op, s3a_str_of(NULL)), S3A_REFUSED);
    store_close(&store);
}

static void list_without_memory(void *arg)
{
    struct store *store = arg;
    struct s3a_op op = {.kind = S3A_OP_LIST_BUCKETS, .keys_max = 40, .has_keys_max = true};
    struct s3a_answer answer;

    enum s3a_status status = store_call(store, &op, s3a_str_of(NULL), &answer);
    if (status == S3A_OK) {
        assert_int_equal(answer.entry_count, 40);
        assert_true(answer.truncated);
    } else {
        assert_int_equal(status, S3A_NO_MEMORY);
        assert_int_equal(answer.http_status, 503);
        assert_int_equal(answer.entry_count, 0);
        assert_false(answer.truncated);
    }
    s3a_answer_fini(&answer);
}

static void without_memory_no_part_of_a_listing_is_given_for_the_whole(void **state)
{
    (void)state;
    struct store store;

    store_open(&store);
    make_many(&store, 50);
    fail_malloc_sweep(list_without_memory, &store);
    store_close(&store);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_bucket_is_made_found_and_removed),
        cmocka_unit_test(a_bucket_that_was_never_configured_says_so),
        cmocka_unit_test(a_bucket_with_an_object_stays),
        cmocka_unit_test(names_that_s3_does_not_allow_are_refused),
        cmocka_unit_test(there_are_at_most_as_many_as_amazon_allows),
        cmocka_unit_test(they_are_listed_in_order_and_in_pages),
        cmocka_unit_test(without_memory_no_part_of_a_listing_is_given_for_the_whole),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
