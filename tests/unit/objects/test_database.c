/* SPDX-License-Identifier: MIT */
#include "store_fixture.h"

#include <stdio.h>
#include <string.h>

#include "books_fixture.h"
#include "database.h"
#include "fail_memory.h"

static void what_is_given_in_the_place_of_a_question_mark_comes_back(void **state)
{
    (void)state;
    struct books books;
    struct s3a_str key = s3a_str_make("a\0\xff'b", 5);
    struct s3a_str body = s3a_str_make("\0\1\2", 3);

    books_new(&books);
    assert_int_equal(
        s3a_database_run(&books.reader, S3A_SQL_BUCKET_ADD,
                         S3A_PARAMS(s3a_param_text(S3A_STR("bucket")), s3a_param_number(INT64_MIN),
                                    s3a_param_text(S3A_STR("")))),
        SQLITE_OK);
    assert_int_equal(
        s3a_database_run(&books.reader, S3A_SQL_OBJECT_PUT,
                         S3A_PARAMS(s3a_param_number(1), s3a_param_bytes(key),
                                    s3a_param_number(INT64_MAX), s3a_param_number(3),
                                    s3a_param_text(S3A_STR("etag")), s3a_param_null(),
                                    s3a_param_text(s3a_str_of(NULL)), s3a_param_bytes(body),
                                    s3a_param_text(S3A_STR("")), s3a_param_text(S3A_STR("")),
                                    s3a_param_text(S3A_STR("")))),
        SQLITE_OK);

    enum s3a_sql get = S3A_SQL_OBJECT_GET;
    assert_int_equal(
        s3a_database_query(&books.reader, get,
                           S3A_PARAMS(s3a_param_text(S3A_STR("bucket")), s3a_param_bytes(key))),
        SQLITE_ROW);
    assert_true(s3a_str_equal(s3a_column_bytes(&books.reader, get, S3A_COLUMN_KEY), key));
    assert_int_equal(s3a_column_number(&books.reader, get, S3A_COLUMN_MODIFIED), INT64_MAX);
    assert_str(s3a_column_bytes(&books.reader, get, S3A_COLUMN_ETAG), "etag");
    assert_true(s3a_column_is_null(&books.reader, get, S3A_COLUMN_BLOB));
    assert_false(s3a_column_is_null(&books.reader, get, S3A_COLUMN_HEADERS));
    assert_int_equal(s3a_column_bytes(&books.reader, get, S3A_COLUMN_HEADERS).size, 0);
    assert_true(s3a_str_equal(s3a_column_bytes(&books.reader, get, S3A_COLUMN_BODY), body));
    assert_int_equal(s3a_database_next(&books.reader, get), SQLITE_DONE);
    books_burn(&books);
}

static void the_rows_come_one_by_one_and_a_reset_begins_again(void **state)
{
    (void)state;
    struct books books;
    static const char *const names[] = {"a", "b", "c"};

    books_new(&books);
    for (int i = 0; i < 3; i++) {
        assert_int_equal(s3a_database_run(&books.reader, S3A_SQL_GARBAGE_ADD,
                                          S3A_PARAMS(s3a_param_text(s3a_str_of(names[i])))),
                         SQLITE_OK);
    }
    for (int rows = 1; rows <= 3; rows++) {
        int rc = s3a_database_query(&books.reader, S3A_SQL_GARBAGE_LIST, S3A_NO_PARAMS);
        for (int i = 0; i < rows; i++) {
            assert_int_equal(rc, SQLITE_ROW);
            assert_str(s3a_column_bytes(&books.reader, S3A_SQL_GARBAGE_LIST, 0), names[i]);
            rc = s3a_database_next(&books.reader, S3A_SQL_GARBAGE_LIST);
        }
        assert_int_equal(rc, rows < 3 ? SQLITE_ROW : SQLITE_DONE);
        s3a_database_reset(&books.reader, S3A_SQL_GARBAGE_LIST);
    }
    books_burn(&books);
}

static void a_rollback_is_harmless_where_there_is_no_transaction(void **state)
{
    (void)state;
    struct books books;

    books_new(&books);
    s3a_database_rollback(&books.reader);
    assert_int_equal(s3a_database_run(&books.reader, S3A_SQL_BEGIN_WRITE, S3A_NO_PARAMS),
                     SQLITE_OK);
    s3a_database_rollback(&books.reader);
    s3a_database_rollback(&books.reader);
    assert_int_equal(s3a_database_run(&books.reader, S3A_SQL_BEGIN_WRITE, S3A_NO_PARAMS),
                     SQLITE_OK);
    s3a_database_rollback(&books.reader);
    books_burn(&books);
}

static void a_file_that_is_not_there_is_not_made(void **state)
{
    (void)state;
    struct s3a_database database;
    char path[128];
    char directory[64];

    directory_make(directory);
    snprintf(path, sizeof(path), "%s/no.db", directory);
    assert_int_equal(s3a_database_open(&database, path, 100) & 0xff, SQLITE_CANTOPEN);
    assert_null(database.sqlite);
    assert_int_equal(directory_count(directory, ""), 0);
    s3a_database_close(&database);
    directory_remove(directory);
}

static void every_connection_is_durable(void **state)
{
    (void)state;
    struct books books;
    sqlite3_stmt *statement;

    books_new(&books);
    assert_int_equal(
        sqlite3_prepare_v2(books.reader.sqlite, "PRAGMA synchronous", -1, &statement, NULL),
        SQLITE_OK);
    assert_int_equal(sqlite3_step(statement), SQLITE_ROW);
    assert_int_equal(sqlite3_column_int(statement, 0), 2); /* FULL */
    sqlite3_finalize(statement);
    books_burn(&books);
}

struct without_memory {
    char path[128];
    int done;
};

static void open_and_ask(void *arg)
{
    struct without_memory *story = arg;
    struct s3a_database database;
    int rc = s3a_database_open(&database, story->path, 100);

    if (rc == SQLITE_OK) {
        rc = s3a_database_query(&database, S3A_SQL_BUCKET_COUNT, S3A_NO_PARAMS);
        s3a_database_reset(&database, S3A_SQL_BUCKET_COUNT);
        s3a_database_close(&database);
        story->done += rc == SQLITE_ROW;
    }
    assert_true(rc == SQLITE_ROW || rc == SQLITE_NOMEM || rc == SQLITE_IOERR_NOMEM);
}

static void without_memory_it_says_so_and_leaves_nothing_open(void **state)
{
    (void)state;
    struct books books;
    struct without_memory story = {.done = 0};

    books_new(&books);
    snprintf(story.path, sizeof(story.path), "%s/%s", books.path, S3A_DATABASE_NAME);
    fail_malloc_sweep(open_and_ask, &story);
    assert_true(story.done > 0);
    books_burn(&books);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(what_is_given_in_the_place_of_a_question_mark_comes_back),
        cmocka_unit_test(the_rows_come_one_by_one_and_a_reset_begins_again),
        cmocka_unit_test(a_rollback_is_harmless_where_there_is_no_transaction),
        cmocka_unit_test(a_file_that_is_not_there_is_not_made),
        cmocka_unit_test(every_connection_is_durable),
        cmocka_unit_test(without_memory_it_says_so_and_leaves_nothing_open),
    };
    fail_memory_install();
    return cmocka_run_group_tests(tests, NULL, NULL);
}
