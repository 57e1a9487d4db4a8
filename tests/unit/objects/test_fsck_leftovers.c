/* SPDX-License-Identifier: MIT */
#include "fsck_fixture.h"

#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>

#include "blobs.h"
#include "handle.h"

#define LARGE (S3A_INLINE_SIZE_MAX + 1)

static void a_file_that_nothing_needs_is_left_over_and_removed_on_request(void **state)
{
    (void)state;
    struct store store;
    struct findings findings;
    struct s3a_check_report report;
    static const char orphan[] = "blobs/ab/ab0123456789abcdef0123456789abcd";
    char path[128];

    store_open(&store);
    assert_int_equal(store_put_large(&store, "large", "large", LARGE), S3A_OK);
    snprintf(path, sizeof(path), "%s/blobs/ab", store.path);
    mkdir(path, 0700);
    put_file(&store, orphan);
    put_file(&store, "blobs/ab/notes.txt");
    put_file(&store, "blobs/ab/cd0123456789abcdef0123456789abcd");
    int count = blob_count(store.path);
    assert_int_equal(check(store.path, &findings, &report), S3A_OK);
    assert_int_equal(findings.count[S3A_FINDING_LEFTOVER], 1);
    assert_int_equal(report.leftovers, 1);
    assert_string_equal(findings.last_file, orphan);
    assert_int_equal(blob_count(store.path), count);

    struct s3a_check_options repair = {.repair = true};
    assert_int_equal(check_as(store.path, repair, &findings, &report), S3A_OK);
    assert_int_equal(report.removed, 1);
    assert_int_equal(report.leftovers, 0);
    assert_int_equal(blob_count(store.path), count - 1); /* others' files are theirs */
    assert_int_equal(check(store.path, &findings, &report), S3A_OK);
    assert_int_equal(report.leftovers + report.removed, 0);
    assert_int_equal(report.files, 1);
    store_close(&store);
}

static void what_dead_writers_have_left_is_left_over_and_removed_on_request(void **state)
{
    (void)state;
    struct store store;
    struct findings findings;
    struct s3a_check_report report;

    store_open(&store);
    put_file(&store, "incoming/ab0123456789abcdef0123456789abcd");
    damage(&store, "INSERT INTO garbage (file) VALUES ('cd0123456789abcdef0123456789abcd')");
    assert_int_equal(check(store.path, &findings, &report), S3A_OK);
    assert_int_equal(report.leftovers, 1);
    struct s3a_check_options repair = {.repair = true};
    assert_int_equal(check_as(store.path, repair, &findings, &report), S3A_OK);
    assert_int_equal(report.removed, 2);
    assert_int_equal(report.leftovers, 0);
    assert_int_equal(directory_count(store.path, "incoming"), 0);
    store_close(&store);
}

static void nothing_is_removed_where_the_tables_are_damaged(void **state)
{
    (void)state;
    struct store store;
    struct findings findings;
    struct s3a_check_report report;

    store_open(&store);
    assert_int_equal(store_put_large(&store, "large", "large", LARGE), S3A_OK);
    damage(&store, "DELETE FROM buckets; UPDATE objects SET blob = NULL");
    assert_int_equal(blob_count(store.path), 1);
    struct s3a_check_options repair = {.repair = true};
    assert_int_equal(check_as(store.path, repair, &findings, &report), S3A_CORRUPT);
    assert_int_equal(report.removed, 0);
    assert_int_equal(blob_count(store.path), 1);
    store_close(&store);
}

static void a_body_that_is_still_arriving_is_nobodys_leftover(void **state)
{
    (void)state;
    struct store store;
    struct s3a_spool spool;
    struct findings findings;
    struct s3a_check_report report;
    struct s3a_str body = body_make("large", LARGE);

    store_open(&store);
    assert_int_equal(s3a_spool_init(&spool, store.objects), S3A_OK);
    assert_int_equal(s3a_spool_append(&spool, body), S3A_OK);
    assert_int_equal(check(store.path, &findings, &report), S3A_OK);
    assert_int_equal(report.leftovers, 0);
    /* nor one that has its place, and waits for its row */
    assert_int_equal(s3a_blob_stage(&store.objects->directory, spool.id, spool.fd), S3A_OK);
    spool.staged = true;
    struct s3a_check_options repair = {.repair = true};
    assert_int_equal(check_as(store.path, repair, &findings, &report), S3A_OK);
    assert_int_equal(report.leftovers + report.removed, 0);
    assert_int_equal(blob_count(store.path), 1);
    s3a_spool_fini(&spool);
    free((void *)(uintptr_t)body.data);
    store_close(&store);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_file_that_nothing_needs_is_left_over_and_removed_on_request),
        cmocka_unit_test(what_dead_writers_have_left_is_left_over_and_removed_on_request),
        cmocka_unit_test(nothing_is_removed_where_the_tables_are_damaged),
        cmocka_unit_test(a_body_that_is_still_arriving_is_nobodys_leftover),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
