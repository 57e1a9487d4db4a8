/* SPDX-License-Identifier: MIT */
#include "store_fixture.h"

#include <semaphore.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "fail_vfs.h"
#include "handle.h"

#define WRITES_MAX 400

/* Writes that are under way at the same time. */
struct crowd {
    struct store *store;
    struct s3a_op ops[WRITES_MAX];
    struct s3a_spool bodies[WRITES_MAX];
    struct s3a_answer answers[WRITES_MAX];
    struct s3a_write writes[WRITES_MAX];
    char keys[WRITES_MAX][16];
    int count;
    sem_t done;
};

static void tell(struct s3a_write *write)
{
    struct crowd *crowd = write->user;
    assert_int_equal(sem_post(&crowd->done), 0);
}

static void crowd_submit(struct crowd *crowd, struct store *store, int count, struct s3a_str body)
{
    crowd->store = store;
    crowd->count = count;
    assert_int_equal(sem_init(&crowd->done, 0, 0), 0);
    for (int i = 0; i < count; i++) {
        snprintf(crowd->keys[i], sizeof(crowd->keys[i]), "k%d", i);
        crowd->ops[i] = op_of(S3A_OP_PUT_OBJECT, crowd->keys[i]);
        s3a_answer_init(&crowd->answers[i], 0);
        assert_int_equal(s3a_spool_init(&crowd->bodies[i], store->objects), S3A_OK);
        assert_int_equal(s3a_spool_append(&crowd->bodies[i], body), S3A_OK);
        s3a_spool_end(&crowd->bodies[i]);
        crowd->writes[i] = (struct s3a_write){.op = &crowd->ops[i],
                                              .body = &crowd->bodies[i],
                                              .answer = &crowd->answers[i],
                                              .done = tell,
                                              .user = crowd};
        s3a_objects_submit(store->objects, &crowd->writes[i]);
    }
}

static void crowd_wait(struct crowd *crowd, int count)
{
    for (int i = 0; i < count; i++) {
        assert_int_equal(sem_wait(&crowd->done), 0);
    }
}

static void crowd_fini(struct crowd *crowd)
{
    for (int i = 0; i < crowd->count; i++) {
        s3a_answer_fini(&crowd->answers[i]);
        s3a_spool_fini(&crowd->bodies[i]);
    }
    sem_destroy(&crowd->done);
}

/* Another process that has the gate, so to say. */
struct holder {
    struct s3a_gate gate;
};

static void hold(struct holder *holder, struct store *store)
{
    assert_int_equal(s3a_gate_open(&holder->gate, &store->objects->directory, NULL), S3A_OK);
    assert_true(s3a_gate_enter(&holder->gate));
}

static void let_go(struct holder *holder)
{
    s3a_gate_leave(&holder->gate);
    s3a_gate_close(&holder->gate);
}

static int64_t commits(struct store *store)
{
    struct s3a_reader *reader;

    assert_int_equal(s3a_readers_take(&store->objects->readers, &reader), SQLITE_OK);
    assert_int_equal(s3a_database_query(&reader->database, S3A_SQL_STORE_GET, S3A_NO_PARAMS),
                     SQLITE_ROW);
    int64_t result = s3a_column_number(&reader->database, S3A_SQL_STORE_GET, 3);
    s3a_database_reset(&reader->database, S3A_SQL_STORE_GET);
    s3a_readers_give_back(&store->objects->readers, reader);
    return result;
}

static off_t log_size(struct store *store)
{
    struct stat about;
    char path[128];

    snprintf(path, sizeof(path), "%s/s3atomic.db-wal", store->path);
    return stat(path, &about) == 0 ? about.st_size : -1;
}

static void all_that_waits_is_one_commit(void **state)
{
    (void)state;
    static struct crowd crowd;
    struct holder holder;
    struct store store;

    store_open(&store);
    hold(&holder, &store);
    int64_t before = commits(&store);
    crowd_submit(&crowd, &store, 200, S3A_STR("body"));
    let_go(&holder);
    crowd_wait(&crowd, 200);
    for (int i = 0; i < 200; i++) {
        assert_int_equal(crowd.answers[i].status, S3A_OK);
    }
    assert_int_equal(commits(&store), before + 1);
    crowd_fini(&crowd);
    store_close(&store);
}

/* So that others get their turn in between. */
static void so_many_bytes_that_others_would_wait_are_several(void **state)
{
    (void)state;
    static struct crowd crowd;
    struct holder holder;
    struct store store;
    struct s3a_str body = body_make("body", S3A_INLINE_SIZE_MAX);

    store_open(&store);
    hold(&holder, &store);
    int64_t before = commits(&store);
    crowd_submit(&crowd, &store, 200, body);
    let_go(&holder);
    crowd_wait(&crowd, 200);
    int64_t turns = commits(&store) - before;
    assert_int_equal(turns, 200 * S3A_INLINE_SIZE_MAX / S3A_COMMIT_BYTES_ENOUGH + 1);
    crowd_fini(&crowd);
    free((void *)(uintptr_t)body.data);
    store_close(&store);
}

static void what_is_withdrawn_in_time_never_happens(void **state)
{
    (void)state;
    static struct crowd crowd;
    struct holder holder;
    struct store store;

    store_open(&store);
    hold(&holder, &store);
    crowd_submit(&crowd, &store, 3, S3A_STR("body"));
    assert_true(s3a_objects_withdraw(store.objects, &crowd.writes[1]));
    assert_false(s3a_objects_withdraw(store.objects, &crowd.writes[1]));
    let_go(&holder);
    crowd_wait(&crowd, 2);
    assert_false(s3a_objects_withdraw(store.objects, &crowd.writes[0])); /* too late */
    assert_store_has(&store, "k0", "body");
    assert_store_has(&store, "k2", "body");
    struct s3a_op get = op_of(S3A_OP_GET_OBJECT, "k1");
    assert_int_equal(store_do(&store, &get, s3a_str_of(NULL)), S3A_NOT_FOUND);
    crowd_fini(&crowd);
    store_close(&store);
}

static void closing_finishes_what_was_handed_over(void **state)
{
    (void)state;
    static struct crowd crowd;
    struct store store;

    store_open(&store);
    crowd_submit(&crowd, &store, WRITES_MAX, S3A_STR("body"));
    s3a_objects_close(store.objects);
    store.objects = NULL;
    crowd_wait(&crowd, WRITES_MAX);
    for (int i = 0; i < WRITES_MAX; i++) {
        assert_int_equal(crowd.answers[i].status, S3A_OK);
    }
    crowd_fini(&crowd);
    store_reopen(&store);
    assert_store_has(&store, "k399", "body");
    store_close(&store);
}

/* A process that was stopped in the middle of a commit holds up nobody for ever. */
static void closing_does_not_wait_for_ever_at_the_gate(void **state)
{
    (void)state;
    static struct crowd crowd;
    struct holder holder;
    struct store store;

    store_open(&store);
    hold(&holder, &store);
    crowd_submit(&crowd, &store, 3, S3A_STR("body"));
    store.objects->close_wait_ms = 60;
    s3a_objects_close(store.objects);
    store.objects = NULL;
    crowd_wait(&crowd, 3);
    for (int i = 0; i < 3; i++) {
        assert_int_equal(crowd.answers[i].status, S3A_LATER);
        assert_int_equal(crowd.answers[i].http_status, 503);
        assert_true(crowd.answers[i].date_ms > 0);
    }
    crowd_fini(&crowd);
    let_go(&holder); /* the writer that was left behind ends */
    store_reopen(&store);
    struct s3a_op get = op_of(S3A_OP_GET_OBJECT, "k1");
    assert_int_equal(store_do(&store, &get, s3a_str_of(NULL)), S3A_NOT_FOUND);
    assert_int_equal(store_put(&store, "k1", "x"), S3A_OK);
    store_close(&store);
}

static void in_a_directory_that_was_removed_nothing_is_written(void **state)
{
    (void)state;
    struct store store;
    struct s3a_op op = op_of(S3A_OP_PUT_OBJECT, "k");
    struct s3a_answer answer;

    store_open(&store);
    assert_int_equal(store_put(&store, "k", "x"), S3A_OK);
    directory_remove(store.path);
    assert_int_equal(store_call(&store, &op, S3A_STR("y"), &answer), S3A_LATER);
    assert_non_null(memmem(answer.message.data, answer.message.size, "removed", 7));
    s3a_answer_fini(&answer);
    s3a_objects_close(store.objects);
}

static void submit_and_wait(struct store *store, int count, struct s3a_str body)
{
    static struct crowd crowd;

    crowd_submit(&crowd, store, count, body);
    crowd_wait(&crowd, count);
    crowd_fini(&crowd);
}

static void the_log_does_not_grow_without_end(void **state)
{
    (void)state;
    struct store store;
    struct s3a_str body = body_make("body", S3A_INLINE_SIZE_MAX);

    store_open(&store);
    for (int i = 0; i < 10; i++) {
        submit_and_wait(&store, 200, body); /* 12.5 MiB */
    }
    assert_true(log_size(&store) < 30 * 1024 * 1024);
    free((void *)(uintptr_t)body.data);
    store_close(&store);
}

/* A long one would cost the next open more than it must, a short one is not worth the syncs. */
static void a_long_log_is_put_away_when_the_store_is_closed_and_a_short_one_stays(void **state)
{
    (void)state;
    struct store store;
    struct s3a_reader *reader;
    struct s3a_str body = body_make("body", S3A_INLINE_SIZE_MAX);

    store_open(&store);
    assert_int_equal(s3a_readers_take(&store.objects->readers, &reader), SQLITE_OK);
    assert_int_equal(s3a_database_run(&reader->database, S3A_SQL_BEGIN_READ, S3A_NO_PARAMS),
                     SQLITE_OK);
    assert_int_equal(s3a_database_run(&reader->database, S3A_SQL_BUCKET_COUNT, S3A_NO_PARAMS),
                     SQLITE_OK);
    submit_and_wait(&store, 200, body); /* it cannot begin anew while somebody reads from it */
    s3a_database_rollback(&reader->database);
    s3a_readers_give_back(&store.objects->readers, reader);
    assert_true(log_size(&store) > 200 * S3A_INLINE_SIZE_MAX);
    store_reopen(&store);
    assert_int_equal(log_size(&store), 0);

    assert_int_equal(store_put(&store, "k", "x"), S3A_OK);
    store_reopen(&store);
    assert_true(log_size(&store) > 0);
    assert_store_has(&store, "k", "x");
    free((void *)(uintptr_t)body.data);
    store_close(&store);
}

static void while_a_commit_is_in_doubt_nobody_is_told_anything(void **state)
{
    (void)state;
    struct store store;
    struct s3a_op put = op_of(S3A_OP_PUT_OBJECT, "k");
    struct s3a_op get = op_of(S3A_OP_GET_OBJECT, "k");

    store_open(&store);
    assert_int_equal(store_put(&store, "k", "old"), S3A_OK);
    fail_vfs_at(FAIL_SYNC, 1, 1000000);
    assert_int_equal(store_do(&store, &put, S3A_STR("new")), S3A_IN_DOUBT);
    assert_int_equal(store_do(&store, &get, s3a_str_of(NULL)), S3A_LATER);
    assert_int_equal(store_do(&store, &put, S3A_STR("newer")), S3A_LATER);
    (void)fail_vfs_end();
    /* The disk works again: the reader's question has the writer find out. */
    enum s3a_status status;
    do {
        status = store_do(&store, &get, s3a_str_of(NULL));
        assert_true(status == S3A_OK || status == S3A_LATER);
    } while (status != S3A_OK);
    assert_store_has(&store, "k", "old");
    store_close(&store);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(all_that_waits_is_one_commit),
        cmocka_unit_test(so_many_bytes_that_others_would_wait_are_several),
        cmocka_unit_test(what_is_withdrawn_in_time_never_happens),
        cmocka_unit_test(closing_finishes_what_was_handed_over),
        cmocka_unit_test(closing_does_not_wait_for_ever_at_the_gate),
        cmocka_unit_test(in_a_directory_that_was_removed_nothing_is_written),
        cmocka_unit_test(the_log_does_not_grow_without_end),
        cmocka_unit_test(a_long_log_is_put_away_when_the_store_is_closed_and_a_short_one_stays),
        cmocka_unit_test(while_a_commit_is_in_doubt_nobody_is_told_anything),
    };
    fail_vfs_install();
    return cmocka_run_group_tests(tests, NULL, NULL);
}
