/* SPDX-License-Identifier: MIT */
#include "fsck_fixture.h"

#include <fcntl.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#define LARGE (S3A_INLINE_SIZE_MAX + 1)

static void what_was_stored_is_sound(void **state)
{
    (void)state;
    struct store store;
    struct findings findings;
    struct s3a_check_report report;

    store_open(&store);
    assert_int_equal(store_put(&store, "small", "hello"), S3A_OK);
    assert_int_equal(store_put(&store, "empty", ""), S3A_OK);
    assert_int_equal(store_put_large(&store, "large", "large", LARGE), S3A_OK);
    assert_int_equal(store_put_large(&store, "larger", "larger", 3 * LARGE), S3A_OK);
    assert_int_equal(check(store.path, &findings, &report), S3A_OK);
    assert_int_equal(report.buckets, 1);
    assert_int_equal(report.objects, 4);
    assert_int_equal(report.files, 2);
    assert_int_equal(report.files_in_all, 2);
    assert_int_equal(report.bytes_read, 4 * LARGE + 5);
    assert_int_equal(report.damages + report.leftovers + report.removed, 0);
    assert_int_equal(s3a_directory_check(store.path, NULL, NULL, NULL), S3A_OK);
    store_close(&store);
}

static void where_no_store_is_none_is_made(void **state)
{
    (void)state;
    char path[64];
    char below[80];
    struct s3a_error error;
    struct s3a_check_report report;

    directory_make(path);
    snprintf(below, sizeof(below), "%s/none", path);
    assert_int_equal(s3a_directory_check(path, NULL, &report, &error), S3A_NOT_FOUND);
    assert_non_null(strstr(error.message, path));
    assert_int_equal(s3a_directory_check(below, NULL, &report, NULL), S3A_NOT_FOUND);
    assert_int_equal(s3a_directory_check("", NULL, &report, NULL), S3A_INVALID);
    assert_int_equal(s3a_directory_check(NULL, NULL, &report, NULL), S3A_INVALID);
    assert_int_equal(rmdir(path), 0); /* it is empty still */
}

static void a_file_that_is_missing_is_found(void **state)
{
    (void)state;
    struct store store;
    struct findings findings;
    struct s3a_check_report report;
    char path[128];

    store_open(&store);
    assert_int_equal(store_put_large(&store, "large", "large", LARGE), S3A_OK);
    find_blob(&store, path);
    assert_int_equal(unlink(path), 0);
    assert_int_equal(check(store.path, &findings, &report), S3A_CORRUPT);
    assert_int_equal(findings.count[S3A_FINDING_MISSING], 1);
    assert_int_equal(report.damages, 1);
    assert_string_equal(findings.last_key, "large");
    assert_string_equal(findings.last_file, strstr(path, "blobs/"));
    store_close(&store);
}

static void a_file_that_was_cut_is_found(void **state)
{
    (void)state;
    struct store store;
    struct findings findings;
    struct s3a_check_report report;
    char path[128];

    store_open(&store);
    assert_int_equal(store_put_large(&store, "large", "large", LARGE), S3A_OK);
    find_blob(&store, path);
    assert_int_equal(truncate(path, LARGE - 1), 0);
    assert_int_equal(
        check_as(store.path, (struct s3a_check_options){.sizes_only = true}, &findings, &report),
        S3A_CORRUPT);
    assert_int_equal(findings.count[S3A_FINDING_SIZE], 1);
    store_close(&store);
}

static void a_byte_that_was_changed_is_found_by_who_reads(void **state)
{
    (void)state;
    struct store store;
    struct findings findings;
    struct s3a_check_report report;
    char path[128];

    store_open(&store);
    assert_int_equal(store_put_large(&store, "large", "large", LARGE), S3A_OK);
    find_blob(&store, path);
    int fd = open(path, O_WRONLY);
    assert_true(fd >= 0);
    assert_int_equal(pwrite(fd, "X", 1, LARGE / 2), 1);
    close(fd);
    assert_int_equal(
        check_as(store.path, (struct s3a_check_options){.sizes_only = true}, &findings, &report),
        S3A_OK);
    assert_int_equal(report.bytes_read, 0);
    assert_int_equal(check(store.path, &findings, &report), S3A_CORRUPT);
    assert_int_equal(findings.count[S3A_FINDING_CONTENT], 1);
    assert_string_equal(findings.last_key, "large");
    store_close(&store);
}

static void a_small_body_that_was_changed_is_found(void **state)
{
    (void)state;
    struct store store;
    struct findings findings;
    struct s3a_check_report report;

    store_open(&store);
    assert_int_equal(store_put(&store, "one", "hello"), S3A_OK);
    assert_int_equal(store_put(&store, "two", "hello"), S3A_OK);
    damage(&store, "UPDATE objects SET body = CAST('hallo' AS BLOB) WHERE key = CAST('two' AS "
                   "BLOB)");
    assert_int_equal(check(store.path, &findings, &report), S3A_CORRUPT);
    assert_int_equal(findings.count[S3A_FINDING_CONTENT], 1);
    assert_string_equal(findings.last_key, "two");
    store_close(&store);
}

static void a_database_that_is_none_is_found(void **state)
{
    (void)state;
    struct store store;
    struct findings findings;
    struct s3a_check_report report;
    char path[128];
    char bytes[4096];

    store_open(&store);
    for (int i = 0; i < 200; i++) {
        char key[16];
        snprintf(key, sizeof(key), "k%d", i);
        assert_int_equal(store_put(&store, key, "hello"), S3A_OK);
    }
    damage(&store, "PRAGMA wal_checkpoint(TRUNCATE)");
    s3a_objects_close(store.objects);
    store.objects = NULL;
    snprintf(path, sizeof(path), "%s/s3atomic.db", store.path);
    memset(bytes, 'X', sizeof(bytes));
    int fd = open(path, O_WRONLY);
    for (int page = 1; page < 16; page++) {
        assert_int_equal(pwrite(fd, bytes, sizeof(bytes), page * 4096), sizeof(bytes));
    }
    assert_int_equal(check(store.path, &findings, &report), S3A_CORRUPT);
    assert_true(findings.count[S3A_FINDING_DATABASE] > 0);
    assert_int_equal(pwrite(fd, bytes, sizeof(bytes), 0), sizeof(bytes));
    close(fd);
    assert_int_equal(check(store.path, &findings, &report), S3A_CORRUPT);
    assert_int_equal(findings.count[S3A_FINDING_DATABASE], 1);
    store_close(&store);
}

static bool stop(const struct s3a_check_report *report, void *user)
{
    (void)report;
    (void)user;
    return false;
}

static void it_ends_when_nobody_wants_it_any_more(void **state)
{
    (void)state;
    struct store store;
    struct s3a_check_options options = {.progress = stop};
    struct s3a_error error;

    store_open(&store);
    assert_int_equal(store_put(&store, "k", "x"), S3A_OK);
    assert_int_equal(s3a_directory_check(store.path, &options, NULL, &error), S3A_CANCELLED);
    store_close(&store);
}

struct writing {
    struct store *store;
    atomic_bool is_over;
};

static void *write_and_remove(void *arg)
{
    struct writing *writing = arg;

    for (unsigned i = 0; !atomic_load(&writing->is_over); i++) {
        char key[16];
        snprintf(key, sizeof(key), "k%u", i % 5);
        if (i % 3 == 2) {
            (void)store_delete(writing->store, key);
        } else {
            (void)store_put_large(writing->store, key, key, LARGE);
        }
    }
    return NULL;
}

/* Files come and go between a look at the tables and a look at them. */
static void a_store_in_use_is_sound_at_any_time(void **state)
{
    (void)state;
    struct store store;
    struct writing writing = {.store = &store};
    struct findings findings;
    struct s3a_check_report report;
    pthread_t thread;

    store_open(&store);
    atomic_init(&writing.is_over, false);
    assert_int_equal(pthread_create(&thread, NULL, write_and_remove, &writing), 0);
    for (int i = 0; i < 30; i++) {
        enum s3a_status status = check(store.path, &findings, &report);
        if (status != S3A_OK) {
            print_message("%s\n", findings.last_text);
        }
        assert_int_equal(status, S3A_OK);
    }
    atomic_store(&writing.is_over, true);
    pthread_join(thread, NULL);
    store_close(&store);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(what_was_stored_is_sound),
        cmocka_unit_test(where_no_store_is_none_is_made),
        cmocka_unit_test(a_file_that_is_missing_is_found),
        cmocka_unit_test(a_file_that_was_cut_is_found),
        cmocka_unit_test(a_byte_that_was_changed_is_found_by_who_reads),
        cmocka_unit_test(a_small_body_that_was_changed_is_found),
        cmocka_unit_test(a_database_that_is_none_is_found),
        cmocka_unit_test(it_ends_when_nobody_wants_it_any_more),
        cmocka_unit_test(a_store_in_use_is_sound_at_any_time),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
