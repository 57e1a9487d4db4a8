/* SPDX-License-Identifier: MIT */
#include "store_fixture.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "fail_calls.h"
#include "handle.h"

#define LARGE (S3A_INLINE_SIZE_MAX + 1)

/* Has a process of its own do something in the store, and die there. */
static void in_a_process_that_dies(struct store *store,
                                   void (*story)(struct store *store, int count), int count)
{
    int status;

    s3a_objects_close(store->objects);
    store->objects = NULL;
    pid_t pid = fork();
    if (pid == 0) {
        store_reopen(store);
        story(store, count);
        _exit(0); /* nothing is tidied up */
    }
    assert_true(pid > 0);
    assert_int_equal(waitpid(pid, &status, 0), pid);
    assert_true(WIFEXITED(status) && WEXITSTATUS(status) == 0);
}

static void spool_large(struct store *store, struct s3a_spool *spool)
{
    struct s3a_str body = body_make("large", LARGE);

    if (s3a_spool_init(spool, store->objects) != S3A_OK ||
        s3a_spool_append(spool, body) != S3A_OK) {
        _exit(1);
    }
    s3a_spool_end(spool);
    free((void *)(uintptr_t)body.data);
}

static void die_while_they_arrive(struct store *store, int count)
{
    struct s3a_spool spool;

    for (int i = 0; i < count; i++) {
        spool_large(store, &spool);
    }
}

static void die_before_the_commit(struct store *store, int count)
{
    struct s3a_spool spool;

    for (int i = 0; i < count; i++) {
        spool_large(store, &spool);
        if (s3a_blob_stage(&store->objects->directory, spool.id, spool.fd) != S3A_OK) {
            _exit(1);
        }
    }
}

/* The first names stay: as if it had died right after the commit. */
static void die_after_the_commit(struct store *store, int count)
{
    char key[16];

    fail_calls_at(FAIL_CALL_UNLINK, 1, 1000000, EIO);
    for (int i = 0; i < count; i++) {
        snprintf(key, sizeof(key), "k%d", i);
        if (store_put_large(store, key, key, LARGE) != S3A_OK) {
            _exit(1);
        }
    }
}

static void die_before_what_was_replaced_is_removed(struct store *store, int count)
{
    for (int i = 0; i < count; i++) {
        if (store_put_large(store, "k", "large", LARGE) != S3A_OK) {
            _exit(1);
        }
        if (i == 0) {
            fail_calls_at(FAIL_CALL_UNLINK, 1, 1000000, EIO);
        }
    }
}

static void what_was_still_arriving_is_removed(void **state)
{
    (void)state;
    struct store store;

    store_open(&store);
    in_a_process_that_dies(&store, die_while_they_arrive, 3);
    assert_int_equal(directory_count(store.path, "incoming"), 3);
    store_reopen(&store);
    assert_int_equal(directory_count(store.path, "incoming"), 0);
    store_close(&store);
}

static void what_no_row_names_is_removed_however_much_it_is(void **state)
{
    (void)state;
    struct store store;

    store_open(&store);
    in_a_process_that_dies(&store, die_before_the_commit, 150);
    assert_int_equal(directory_count(store.path, "incoming"), 150);
    assert_int_equal(blob_count(store.path), 150);
    store_reopen(&store);
    assert_int_equal(directory_count(store.path, "incoming"), 0);
    assert_int_equal(blob_count(store.path), 0);
    store_close(&store);
}

static void what_a_row_names_stays(void **state)
{
    (void)state;
    struct store store;
    struct s3a_buf body;

    store_open(&store);
    in_a_process_that_dies(&store, die_after_the_commit, 3);
    assert_int_equal(directory_count(store.path, "incoming"), 3);
    store_reopen(&store);
    assert_int_equal(directory_count(store.path, "incoming"), 0);
    assert_int_equal(blob_count(store.path), 3);
    s3a_buf_init(&body, SIZE_MAX - 1);
    assert_int_equal(store_read(&store, "k2", &body), S3A_OK);
    assert_true(body_is(s3a_buf_str(&body), "k2"));
    s3a_buf_fini(&body);
    store_close(&store);
}

static void what_was_replaced_is_removed(void **state)
{
    (void)state;
    struct store store;

    store_open(&store);
    in_a_process_that_dies(&store, die_before_what_was_replaced_is_removed, 5);
    assert_int_equal(blob_count(store.path), 5);
    store_reopen(&store);
    store_reopen(&store); /* the stager has done its work when the store is closed */
    assert_int_equal(blob_count(store.path), 1);
    assert_int_equal(directory_count(store.path, "incoming"), 0);
    store_close(&store);
}

static void what_is_arriving_in_a_living_process_stays(void **state)
{
    (void)state;
    struct store store;
    struct store other;
    struct s3a_spool spool;

    store_open(&store);
    spool_large(&store, &spool);
    other = store;
    other.objects = NULL;
    store_reopen(&other);
    s3a_objects_close(other.objects);
    assert_int_equal(directory_count(store.path, "incoming"), 1);
    struct s3a_op op = op_of(S3A_OP_PUT_OBJECT, "k");
    struct s3a_answer answer;
    s3a_answer_init(&answer, 0);
    assert_int_equal(s3a_objects_write(store.objects, &op, &spool, &answer), S3A_OK);
    s3a_answer_fini(&answer);
    s3a_spool_fini(&spool);
    assert_int_equal(blob_count(store.path), 1);
    store_close(&store);
}

static void files_of_other_names_are_nobodys_to_remove(void **state)
{
    (void)state;
    struct store store;
    char path[128];

    store_open(&store);
    snprintf(path, sizeof(path), "%s/incoming/notes.txt", store.path);
    FILE *file = fopen(path, "w");
    assert_non_null(file);
    fclose(file);
    store_reopen(&store);
    assert_int_equal(directory_count(store.path, "incoming"), 1);
    store_close(&store);
}

/* The next open tries again; this one does not try for ever. */
static void what_cannot_be_removed_does_not_keep_the_store_from_opening(void **state)
{
    (void)state;
    struct store store;

    store_open(&store);
    in_a_process_that_dies(&store, die_before_the_commit, 150);
    fail_calls_at(FAIL_CALL_UNLINK, 1, 1000000, EACCES);
    store_reopen(&store);
    assert_true(fail_calls_end() > 0);
    assert_int_equal(directory_count(store.path, "incoming"), 150);
    assert_int_equal(store_put(&store, "k", "x"), S3A_OK);
    store_reopen(&store);
    assert_int_equal(directory_count(store.path, "incoming"), 0);
    store_close(&store);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(what_was_still_arriving_is_removed),
        cmocka_unit_test(what_no_row_names_is_removed_however_much_it_is),
        cmocka_unit_test(what_a_row_names_stays),
        cmocka_unit_test(what_was_replaced_is_removed),
        cmocka_unit_test(what_is_arriving_in_a_living_process_stays),
        cmocka_unit_test(files_of_other_names_are_nobodys_to_remove),
        cmocka_unit_test(what_cannot_be_removed_does_not_keep_the_store_from_opening),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
