/* SPDX-License-Identifier: MIT */
#include "books_fixture.h"

#include <stdio.h>
#include <string.h>

#include "fail_memory.h"
#include "fail_vfs.h"

#define WRITES_MAX 600

/* Writes that are committed together. */
struct batch {
    struct s3a_op ops[WRITES_MAX];
    struct s3a_spool bodies[WRITES_MAX];
    struct s3a_answer answers[WRITES_MAX];
    struct s3a_write writes[WRITES_MAX];
    char texts[WRITES_MAX][16];
    size_t count;
    struct s3a_list list;
};

static void batch_init(struct batch *batch)
{
    batch->count = 0;
    s3a_list_init(&batch->list);
}

static struct s3a_op *add(struct batch *batch, enum s3a_op_kind kind, const char *key)
{
    size_t i = batch->count++;

    assert_true(i < WRITES_MAX);
    batch->ops[i] = op_of(kind, key);
    s3a_answer_init(&batch->answers[i], 1000);
    batch->writes[i] = (struct s3a_write){.op = &batch->ops[i], .answer = &batch->answers[i]};
    s3a_list_append(&batch->list, &batch->writes[i].link);
    return &batch->ops[i];
}

/* A body in memory needs no store for its spool. */
static struct s3a_op *add_put(struct batch *batch, const char *key, const char *text)
{
    struct s3a_op *op = add(batch, S3A_OP_PUT_OBJECT, key);
    struct s3a_spool *body = &batch->bodies[batch->count - 1];

    memset(body, 0, sizeof(*body));
    body->fd = -1;
    s3a_buf_init(&body->memory, S3A_INLINE_SIZE_MAX);
    s3a_buf_append_text(&body->memory, text);
    body->size = strlen(text);
    s3a_md5(s3a_str_of(text), body->md5_bytes);
    batch->writes[batch->count - 1].body = body;
    return op;
}

static void batch_fini(struct batch *batch)
{
    for (size_t i = 0; i < batch->count; i++) {
        s3a_answer_fini(&batch->answers[i]);
        if (batch->writes[i].body) {
            s3a_buf_fini(&batch->bodies[i].memory);
        }
    }
}

static void commit(struct books *books, struct batch *batch)
{
    s3a_commit_run(&books->commit, &batch->list);
}

static bool has_key(struct books *books, const char *key)
{
    bool result = false;
    int rc = s3a_database_query(
        &books->reader, S3A_SQL_OBJECT_STATE,
        S3A_PARAMS(s3a_param_text(S3A_STR(BUCKET)), s3a_param_bytes(s3a_str_of(key))));

    if (rc == SQLITE_ROW) {
        result = !s3a_column_is_null(&books->reader, S3A_SQL_OBJECT_STATE, S3A_COLUMN_KEY);
        s3a_database_reset(&books->reader, S3A_SQL_OBJECT_STATE);
    } else {
        assert_int_equal(rc, SQLITE_DONE);
    }
    return result;
}

static void each_write_sees_those_before_it(void **state)
{
    (void)state;
    static struct batch batch;
    struct books books;

    books_new(&books);
    batch_init(&batch);
    add_put(&batch, "k", "one")->if_none_match = S3A_STR("*");
    add_put(&batch, "k", "two")->if_none_match = S3A_STR("*");
    add(&batch, S3A_OP_DELETE_OBJECT, "k");
    add_put(&batch, "k", "three")->if_none_match = S3A_STR("*");
    add(&batch, S3A_OP_DELETE_BUCKET, NULL);
    commit(&books, &batch);
    assert_int_equal(batch.answers[0].http_status, 200);
    assert_int_equal(batch.answers[1].http_status, 412);
    assert_int_equal(batch.answers[2].http_status, 204);
    assert_int_equal(batch.answers[3].http_status, 200);
    assert_int_equal(batch.answers[4].code, S3A_CODE_BUCKET_NOT_EMPTY);
    assert_true(has_key(&books, "k"));
    batch_fini(&batch);
    books_burn(&books);
}

static void what_is_refused_changes_nothing_and_takes_no_commit(void **state)
{
    (void)state;
    static struct batch batch;
    struct books books;

    books_new(&books);
    batch_init(&batch);
    add_put(&batch, "k", "one")->if_match = S3A_STR("x");
    fail_vfs_at(FAIL_WRITE, 1, 1000);
    commit(&books, &batch);
    assert_int_equal(fail_vfs_end(), 0);
    assert_int_equal(batch.answers[0].code, S3A_CODE_NO_SUCH_KEY);
    assert_false(has_key(&books, "k"));
    batch_fini(&batch);
    books_burn(&books);
}

/* What the store says of a write, against what is read later and what a crash leaves. */
static void assert_told_the_truth(struct books *books, struct batch *batch)
{
    struct books after;
    bool is_in_doubt = atomic_load(&books->ledger.in_doubt);

    /* The disk works again: the next transaction ends any doubt. */
    assert_int_equal(s3a_ledger_begin(&books->ledger), SQLITE_OK);
    s3a_ledger_rollback(&books->ledger);
    directory_make(after.path);
    fail_vfs_copy_killed(books->path, after.path);
    books_open(&after);
    for (size_t i = 0; i < batch->count; i++) {
        const struct s3a_answer *answer = &batch->answers[i];
        bool is_there = has_key(books, batch->texts[i]);
        assert_int_equal(has_key(&after, batch->texts[i]), is_there);
        if (answer->status == S3A_OK) {
            assert_true(is_there);
        } else if (answer->status == S3A_IN_DOUBT) {
            assert_int_equal(answer->http_status, 500);
            assert_true(is_in_doubt);
        } else {
            assert_int_equal(answer->http_status, 503);
            assert_true(answer->status == S3A_FULL || answer->status == S3A_LATER);
            assert_string_equal(answer->etag, "");
            assert_false(is_there);
        }
    }
    books_burn(&after);
}

static void fill(struct batch *batch, const char *prefix, int count)
{
    for (int i = 0; i < count; i++) {
        snprintf(batch->texts[i], sizeof(batch->texts[i]), "%s-%d", prefix, i);
        add_put(batch, batch->texts[i], "body")->if_none_match = S3A_STR("*");
    }
}

static void a_failing_disk_never_makes_the_store_lie(void **state)
{
    (void)state;
    static const enum fail_kind kinds[] = {FAIL_FULL, FAIL_WRITE, FAIL_SYNC};
    static const int times[] = {1, 2, 3, 5, 1000};
    static struct batch batch;
    struct books books;
    char prefix[16];
    int failures = 1;

    for (size_t kind = 0; kind < 3; kind++) {
        for (size_t t = 0; t < sizeof(times) / sizeof(times[0]); t++) {
            books_new(&books);
            failures = 1;
            for (int nth = 1; failures > 0; nth++) {
                batch_init(&batch);
                snprintf(prefix, sizeof(prefix), "%d", nth);
                fill(&batch, prefix, 5);
                fail_vfs_at(kinds[kind], nth, times[t]);
                commit(&books, &batch);
                failures = fail_vfs_end();
                assert_told_the_truth(&books, &batch);
                batch_fini(&batch);
            }
            books_burn(&books);
        }
    }
}

/* In a database that may not grow, a large body is refused and the small ones beside it are not. */
static void one_write_that_fails_does_not_take_the_others_with_it(void **state)
{
    (void)state;
    static struct batch batch;
    static char large[60000];
    struct books books;

    books_new(&books);
    batch_init(&batch);
    assert_int_equal(
        sqlite3_exec(books.ledger.database.sqlite, "PRAGMA max_page_count = 20", NULL, NULL, NULL),
        SQLITE_OK);
    memset(large, 'x', sizeof(large) - 1);
    add_put(&batch, "small 1", "x");
    add_put(&batch, "large", "");
    s3a_buf_append_text(&batch.bodies[1].memory, large);
    batch.bodies[1].size = sizeof(large) - 1;
    add_put(&batch, "small 2", "x");
    commit(&books, &batch);
    assert_int_equal(batch.answers[0].status, S3A_OK);
    assert_int_equal(batch.answers[1].status, S3A_FULL);
    assert_int_equal(batch.answers[1].http_status, 503);
    assert_int_equal(batch.answers[2].status, S3A_OK);
    assert_true(has_key(&books, "small 1"));
    assert_false(has_key(&books, "large"));
    assert_true(has_key(&books, "small 2"));
    batch_fini(&batch);
    books_burn(&books);
}

static int count_waits(void *arg, int attempts)
{
    (void)attempts;
    ++*(int *)arg;
    return 0; /* waits no longer */
}

/* Some other program has the database locked: all writes are refused after one wait, not each after
 * its own, with everybody else at the gate. */
static void who_is_locked_out_waits_once_for_all_its_writes(void **state)
{
    (void)state;
    static struct batch batch;
    struct books books;
    int waits = 0;

    books_new(&books);
    batch_init(&batch);
    fill(&batch, "k", 10);
    assert_int_equal(sqlite3_exec(books.reader.sqlite, "BEGIN IMMEDIATE", NULL, NULL, NULL),
                     SQLITE_OK);
    sqlite3_busy_handler(books.ledger.database.sqlite, count_waits, &waits);
    commit(&books, &batch);
    assert_int_equal(waits, 1);
    s3a_database_rollback(&books.reader);
    for (size_t i = 0; i < batch.count; i++) {
        assert_int_equal(batch.answers[i].status, S3A_LATER);
        assert_int_equal(batch.answers[i].http_status, 503);
    }
    batch_fini(&batch);
    books_burn(&books);
}

static void what_rests_on_a_doubtful_write_is_not_told(void **state)
{
    (void)state;
    static struct batch batch;
    struct books books;

    books_new(&books);
    batch_init(&batch);
    add_put(&batch, "k", "one")->if_none_match = S3A_STR("*");
    add_put(&batch, "k", "two")->if_none_match = S3A_STR("*");
    fail_vfs_at(FAIL_SYNC, 1, 1000);
    commit(&books, &batch);
    (void)fail_vfs_end();
    assert_int_equal(batch.answers[0].status, S3A_IN_DOUBT);
    assert_int_equal(batch.answers[0].http_status, 500);
    assert_int_equal(batch.answers[1].status, S3A_LATER); /* not 412 */
    assert_int_equal(batch.answers[1].http_status, 503);
    batch_fini(&batch);
    books_burn(&books);
}

/* One put with the nth allocation failing; false where there is no nth one. */
static bool put_without_memory(struct books *books, unsigned nth)
{
    static struct batch batch;
    char key[16];

    snprintf(key, sizeof(key), "k%u", nth);
    batch_init(&batch);
    add_put(&batch, key, "body");
    fail_malloc_at(nth);
    commit(books, &batch);
    bool has_failed = fail_malloc_happened();
    enum s3a_status status = batch.answers[0].status;
    assert_true(status == S3A_OK || status == S3A_NO_MEMORY);
    assert_true(has_failed || status == S3A_OK);
    assert_int_equal(has_key(books, key), status == S3A_OK);
    batch_fini(&batch);
    return has_failed;
}

static void without_memory_a_put_is_refused_whole(void **state)
{
    (void)state;
    struct books books;
    unsigned nth = 1;

    books_new(&books);
    while (put_without_memory(&books, nth)) {
        nth++;
    }
    assert_true(nth > 10);
    books_burn(&books);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(each_write_sees_those_before_it),
        cmocka_unit_test(what_is_refused_changes_nothing_and_takes_no_commit),
        cmocka_unit_test(a_failing_disk_never_makes_the_store_lie),
        cmocka_unit_test(one_write_that_fails_does_not_take_the_others_with_it),
        cmocka_unit_test(who_is_locked_out_waits_once_for_all_its_writes),
        cmocka_unit_test(what_rests_on_a_doubtful_write_is_not_told),
        cmocka_unit_test(without_memory_a_put_is_refused_whole),
    };
    fail_memory_install();
    fail_vfs_install();
    return cmocka_run_group_tests(tests, NULL, NULL);
}
