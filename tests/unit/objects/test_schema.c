/* SPDX-License-Identifier: MIT */
#include "store_fixture.h"

#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "fail_calls.h"
#include "fail_memory.h"
#include "fail_vfs.h"
#include "schema.h"

/* A directory with its gate, and what comes of opening the database in it. */
struct place {
    char path[64];
    char file[128];
    struct s3a_directory directory;
    struct s3a_gate gate;
    struct s3a_error error;
};

static void place_open(struct place *place)
{
    directory_make(place->path);
    snprintf(place->file, sizeof(place->file), "%s/%s", place->path, S3A_DATABASE_NAME);
    assert_int_equal(s3a_directory_open(&place->directory, place->path, NULL), S3A_OK);
    assert_int_equal(s3a_gate_open(&place->gate, &place->directory, NULL), S3A_OK);
}

static void place_close(struct place *place)
{
    s3a_gate_close(&place->gate);
    s3a_directory_close(&place->directory);
    directory_remove(place->path);
}

static enum s3a_status try_open(struct place *place)
{
    struct s3a_database database;
    enum s3a_status status =
        s3a_schema_open(&database, &place->directory, &place->gate, 100, &place->error);

    if (status == S3A_OK) {
        assert_int_equal(s3a_database_query(&database, S3A_SQL_STORE_GET, S3A_NO_PARAMS),
                         SQLITE_ROW);
    } else {
        assert_null(database.sqlite);
        assert_non_null(strstr(place->error.message, place->path));
    }
    s3a_database_close(&database);
    return status;
}

/* The file as some other program would have made it. */
static void make_file(const struct place *place, const char *sql)
{
    sqlite3 *sqlite;

    assert_int_equal(sqlite3_open(place->file, &sqlite), SQLITE_OK);
    assert_int_equal(sqlite3_exec(sqlite, sql, NULL, NULL, NULL), SQLITE_OK);
    assert_int_equal(sqlite3_close(sqlite), SQLITE_OK);
}

static void write_file(const struct place *place, off_t at, const char *bytes)
{
    int fd = open(place->file, O_RDWR | O_CREAT | O_CLOEXEC, 0600);

    assert_true(fd >= 0);
    assert_int_equal(pwrite(fd, bytes, strlen(bytes), at), strlen(bytes));
    close(fd);
}

static void it_is_made_once_and_found_again(void **state)
{
    (void)state;
    struct place place;
    struct stat about;

    place_open(&place);
    assert_int_equal(try_open(&place), S3A_OK);
    assert_int_equal(stat(place.file, &about), 0);
    assert_int_equal(about.st_mode & 0777, 0600);
    assert_int_equal(try_open(&place), S3A_OK);
    place_close(&place);
}

static void other_programs_files_are_left_alone(void **state)
{
    (void)state;
    struct place place;

    place_open(&place);
    make_file(&place, "CREATE TABLE photos (name)");
    assert_int_equal(try_open(&place), S3A_FORMAT);
    make_file(&place, "SELECT name FROM photos");
    place_close(&place);

    place_open(&place);
    make_file(&place, "PRAGMA user_version = 1");
    assert_int_equal(try_open(&place), S3A_FORMAT);
    place_close(&place);

    place_open(&place);
    make_file(&place, "PRAGMA application_id = 7");
    assert_int_equal(try_open(&place), S3A_FORMAT);
    place_close(&place);
}

static void a_newer_versions_file_is_left_alone(void **state)
{
    (void)state;
    struct place place;

    place_open(&place);
    assert_int_equal(try_open(&place), S3A_OK);
    make_file(&place, "PRAGMA user_version = 3");
    assert_int_equal(try_open(&place), S3A_UNSUPPORTED);
    assert_non_null(strstr(place.error.message, "update"));
    place_close(&place);
}

static void what_is_damaged_is_called_damaged(void **state)
{
    (void)state;
    struct place place;

    place_open(&place);
    write_file(&place, 0, "This is a text, and not a database at all. It is long enough for one.");
    write_file(&place, 5000, "The end.");
    assert_int_equal(try_open(&place), S3A_CORRUPT);
    place_close(&place);

    place_open(&place);
    make_file(&place, "PRAGMA application_id = 0x53334174; PRAGMA user_version = 1");
    assert_int_equal(try_open(&place), S3A_CORRUPT); /* no tables */
    place_close(&place);
}

static void a_file_that_may_not_be_opened_is_named(void **state)
{
    (void)state;
    struct place place;

    place_open(&place);
    assert_int_equal(mkdir(place.file, 0700), 0);
    assert_int_equal(try_open(&place), S3A_SYSTEM);
    place_close(&place);
}

static void *open_in_thread(void *arg)
{
    const struct place *place = arg;
    struct s3a_database database;
    struct s3a_gate gate;
    struct s3a_error error;

    if (s3a_gate_open(&gate, &place->directory, NULL) != S3A_OK) {
        return NULL;
    }
    enum s3a_status status = s3a_schema_open(&database, &place->directory, &gate, 100, &error);
    if (status != S3A_OK) {
        print_message("# %s\n", error.message);
    }
    s3a_database_close(&database);
    s3a_gate_close(&gate);
    return status == S3A_OK ? arg : NULL;
}

static void many_may_make_it_at_the_same_time(void **state)
{
    (void)state;
    struct place place;
    pthread_t threads[8];
    void *result;

    for (int round = 0; round < 10; round++) {
        place_open(&place);
        for (int i = 0; i < 8; i++) {
            assert_int_equal(pthread_create(&threads[i], NULL, open_in_thread, &place), 0);
        }
        for (int i = 0; i < 8; i++) {
            assert_int_equal(pthread_join(threads[i], &result), 0);
            assert_non_null(result);
        }
        assert_int_equal(try_open(&place), S3A_OK);
        place_close(&place);
    }
}

/* Wherever making it fails, the next one makes it. */
static void what_is_half_made_is_made_whole_by_the_next(void **state)
{
    (void)state;
    static const enum fail_kind kinds[] = {FAIL_FULL, FAIL_WRITE, FAIL_SYNC};
    struct place place;

    for (size_t kind = 0; kind < 3; kind++) {
        int failures = 1;
        int nth;
        for (nth = 1; failures > 0; nth++) {
            place_open(&place);
            fail_vfs_at(kinds[kind], nth, 1);
            enum s3a_status status = try_open(&place);
            failures = fail_vfs_end();
            assert_true(status == S3A_OK || failures > 0);
            assert_true(status == S3A_OK || status == S3A_FULL || status == S3A_SYSTEM);
            assert_int_equal(try_open(&place), S3A_OK);
            place_close(&place);
        }
        assert_true(nth > 2);
    }
}

static void what_cannot_be_synced_is_not_opened(void **state)
{
    (void)state;
    struct place place;
    int failures = 1;
    int nth;

    for (nth = 1; failures > 0; nth++) {
        place_open(&place);
        fail_calls_at(FAIL_CALL_SYNC | FAIL_CALL_OPEN | FAIL_CALL_LOCK, nth, 1, EIO);
        enum s3a_status status = try_open(&place);
        failures = fail_calls_end();
        /* A failed attempt at the gate is followed by another. */
        assert_true(status == S3A_OK || (failures > 0 && status == S3A_SYSTEM));
        assert_int_equal(try_open(&place), S3A_OK);
        place_close(&place);
    }
    assert_true(nth > 4);
}

static void open_without_memory(void *arg)
{
    struct place *place = arg;
    struct s3a_database database;
    enum s3a_status status =
        s3a_schema_open(&database, &place->directory, &place->gate, 100, &place->error);

    assert_true(status == S3A_OK || status == S3A_NO_MEMORY);
    s3a_database_close(&database);
}

static void without_memory_it_says_so(void **state)
{
    (void)state;
    struct place place;

    place_open(&place);
    fail_malloc_sweep(open_without_memory, &place);
    place_close(&place);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(it_is_made_once_and_found_again),
        cmocka_unit_test(other_programs_files_are_left_alone),
        cmocka_unit_test(a_newer_versions_file_is_left_alone),
        cmocka_unit_test(what_is_damaged_is_called_damaged),
        cmocka_unit_test(a_file_that_may_not_be_opened_is_named),
        cmocka_unit_test(many_may_make_it_at_the_same_time),
        cmocka_unit_test(what_is_half_made_is_made_whole_by_the_next),
        cmocka_unit_test(what_cannot_be_synced_is_not_opened),
        cmocka_unit_test(without_memory_it_says_so),
    };
    fail_memory_install();
    fail_vfs_install();
    return cmocka_run_group_tests(tests, NULL, NULL);
}
