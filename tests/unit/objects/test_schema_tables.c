/* SPDX-License-Identifier: MIT */
#include "store_fixture.h"

#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "fail_memory.h"
#include "fail_vfs.h"
#include "schema.h"
#include "schema_tables.h"

/* The tables of format 1, as they were made, with something in each of them. */
static const char format_1[] =
    "PRAGMA auto_vacuum = NONE; PRAGMA journal_mode = WAL; BEGIN IMMEDIATE;"
    "CREATE TABLE store (id INTEGER PRIMARY KEY CHECK (id = 1), boot_id TEXT NOT NULL,"
    " offset_ms INTEGER NOT NULL, high_ms INTEGER NOT NULL, commits INTEGER NOT NULL) STRICT;"
    "INSERT INTO store VALUES (1, 'of another boot', 0, 4000000000000, 77);"
    "CREATE TABLE buckets (id INTEGER PRIMARY KEY, name TEXT NOT NULL UNIQUE,"
    " created_ms INTEGER NOT NULL) STRICT;"
    "INSERT INTO buckets VALUES (5, 'test-bucket', 1000), (6, 'empty', 2000);"
    "CREATE TABLE objects (bucket INTEGER NOT NULL, key BLOB NOT NULL,"
    " modified_ms INTEGER NOT NULL, size INTEGER NOT NULL, etag TEXT NOT NULL, blob TEXT,"
    " headers TEXT NOT NULL, body BLOB, PRIMARY KEY (bucket, key)) STRICT;"
    "CREATE INDEX objects_by_blob ON objects (blob) WHERE blob IS NOT NULL;"
    "INSERT INTO objects VALUES"
    " (5, CAST('small' AS BLOB), 3000, 5, '\"5d41402abc4b2a76b9719d911017c592\"', NULL,"
    "  'content-type:text/plain' || char(10) || 'x-amz-meta-a:b' || char(10),"
    "  CAST('hello' AS BLOB)),"
    " (5, CAST('large' AS BLOB), 3001, 4, '\"8d777f385d3dfec8815d20f7496026dc\"',"
    "  'ab000000000000000000000000000001', 'content-type:text/plain' || char(10), NULL);"
    "CREATE TABLE garbage (blob TEXT PRIMARY KEY) STRICT, WITHOUT ROWID;"
    "INSERT INTO garbage VALUES ('ab000000000000000000000000000002');"
    "PRAGMA application_id = 0x53334174;"
    "PRAGMA user_version = 1;"
    "COMMIT;";

static void run_sql(const char *path, const char *sql)
{
    char file[128];
    sqlite3 *sqlite;

    snprintf(file, sizeof(file), "%s/%s", path, S3A_DATABASE_NAME);
    assert_int_equal(sqlite3_open(file, &sqlite), SQLITE_OK);
    assert_int_equal(sqlite3_exec(sqlite, sql, NULL, NULL, NULL), SQLITE_OK);
    assert_int_equal(sqlite3_close(sqlite), SQLITE_OK);
}

static void make_blob(const char *path, const char *id, const char *text)
{
    char file[128];

    snprintf(file, sizeof(file), "%s/blobs", path);
    assert_true(mkdir(file, 0700) == 0 || errno == EEXIST);
    snprintf(file, sizeof(file), "%s/blobs/%.2s", path, id);
    assert_true(mkdir(file, 0700) == 0 || errno == EEXIST);
    snprintf(file, sizeof(file), "%s/blobs/%.2s/%s", path, id, id);
    int fd = open(file, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
    assert_true(fd >= 0);
    assert_int_equal(write(fd, text, strlen(text)), strlen(text));
    close(fd);
}

static void make_format_1(char ret_path[64])
{
    directory_make(ret_path);
    run_sql(ret_path, format_1);
    make_blob(ret_path, "ab000000000000000000000000000001", "data");
    make_blob(ret_path, "ab000000000000000000000000000002", "gone");
}

static enum s3a_status open_store(struct store *store, struct s3a_error *error)
{
    const struct s3a_objects_options options = {.directory = store->path, .create_buckets = true};

    return s3a_objects_open(&options, &store->objects, error);
}

static void assert_all_is_there(struct store *store)
{
    struct s3a_answer answer;
    struct s3a_op op = op_of(S3A_OP_HEAD_OBJECT, "small");

    assert_store_has(store, "small", "hello");
    assert_store_has(store, "large", "data");
    assert_int_equal(store_call(store, &op, S3A_STR(""), &answer), S3A_OK);
    assert_int_equal(answer.modified_ms, 3000);
    assert_string_equal(answer.etag, "\"5d41402abc4b2a76b9719d911017c592\"");
    assert_str(s3a_headers_find(&answer.headers, "content-type"), "text/plain");
    assert_str(s3a_headers_find(&answer.headers, "x-amz-meta-a"), "b");
    s3a_answer_fini(&answer);
    op = (struct s3a_op){.kind = S3A_OP_HEAD_BUCKET, .bucket = S3A_STR("empty")};
    assert_int_equal(store_do(store, &op, S3A_STR("")), S3A_OK);
    /* The clock goes on from the highest time on record. */
    assert_true(s3a_objects_now_ms(store->objects) >= INT64_C(4000000000000));
}

static void what_was_in_format_1_is_there_and_may_be_written(void **state)
{
    (void)state;
    struct store store;

    make_format_1(store.path);
    assert_int_equal(open_store(&store, NULL), S3A_OK);
    assert_all_is_there(&store);
    assert_int_equal(store_put(&store, "large", "small now"), S3A_OK);
    assert_int_equal(store_put(&store, "new", "value"), S3A_OK);
    store_reopen(&store);
    assert_store_has(&store, "large", "small now");
    assert_store_has(&store, "new", "value");
    s3a_objects_close(store.objects);
    assert_int_equal(blob_count(store.path), 0); /* what was garbage then is, too */
    directory_remove(store.path);
}

/* Texts of a statement that lists what there is, in a line. */
static void list_columns(const char *path, const char *table, char *ret_text, size_t size)
{
    char file[128];
    char sql[256];
    sqlite3 *sqlite;
    sqlite3_stmt *statement;

    snprintf(file, sizeof(file), "%s/%s", path, S3A_DATABASE_NAME);
    assert_int_equal(sqlite3_open(file, &sqlite), SQLITE_OK);
    snprintf(sql, sizeof(sql),
             "SELECT group_concat(name || ' ' || type || ' ' || \"notnull\" || ' ' ||"
             " ifnull(dflt_value, '-')) FROM pragma_table_xinfo('%s')",
             table);
    assert_int_equal(sqlite3_prepare_v2(sqlite, sql, -1, &statement, NULL), SQLITE_OK);
    assert_int_equal(sqlite3_step(statement), SQLITE_ROW);
    snprintf(ret_text, size, "%s", (const char *)sqlite3_column_text(statement, 0));
    sqlite3_finalize(statement);
    sqlite3_close(sqlite);
}

static void an_upgraded_store_has_the_tables_of_a_new_one(void **state)
{
    (void)state;
    static const char *const names[] = {"store",   "buckets", "objects",
                                        "uploads", "parts",   "garbage"};
    struct store old;
    struct store new;
    char old_columns[1000];
    char new_columns[1000];

    make_format_1(old.path);
    assert_int_equal(open_store(&old, NULL), S3A_OK);
    store_open(&new);
    for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
        list_columns(old.path, names[i], old_columns, sizeof(old_columns));
        list_columns(new.path, names[i], new_columns, sizeof(new_columns));
        assert_string_equal(old_columns, new_columns);
    }
    store_close(&old);
    store_close(&new);
}

/* Another process that has the store open in format 1, and knows nothing of copies and parts. */
static void who_has_it_open_in_format_1_writes_no_more(void **state)
{
    (void)state;
    struct store store;
    char file[128];
    sqlite3 *sqlite;
    sqlite3_stmt *statement;

    make_format_1(store.path);
    snprintf(file, sizeof(file), "%s/%s", store.path, S3A_DATABASE_NAME);
    assert_int_equal(sqlite3_open(file, &sqlite), SQLITE_OK);
    assert_int_equal(sqlite3_prepare_v2(sqlite,
                                        "SELECT boot_id, offset_ms, high_ms, commits FROM store",
                                        -1, &statement, NULL),
                     SQLITE_OK);
    assert_int_equal(sqlite3_step(statement), SQLITE_ROW);
    sqlite3_reset(statement);
    assert_int_equal(open_store(&store, NULL), S3A_OK);
    assert_int_equal(sqlite3_step(statement), SQLITE_ERROR); /* each of its writes begins so */
    sqlite3_finalize(statement);
    sqlite3_close(sqlite);
    store_close(&store);
}

static int open_in_child(const char *path)
{
    struct store store;

    snprintf(store.path, sizeof(store.path), "%s", path);
    if (open_store(&store, NULL) != S3A_OK) {
        return 1;
    }
    bool is_written = store_put(&store, "of-a-child", "value") == S3A_OK;
    s3a_objects_close(store.objects);
    return is_written ? 0 : 2;
}

static void many_processes_may_upgrade_it_at_the_same_time(void **state)
{
    (void)state;
    enum {
        CHILDREN = 4
    };
    struct store store;
    pid_t children[CHILDREN];

    for (int round = 0; round < 5; round++) {
        make_format_1(store.path);
        for (int i = 0; i < CHILDREN; i++) {
            children[i] = fork();
            assert_true(children[i] >= 0);
            if (children[i] == 0) {
                _exit(open_in_child(store.path));
            }
        }
        for (int i = 0; i < CHILDREN; i++) {
            int result = -1;
            assert_int_equal(waitpid(children[i], &result, 0), children[i]);
            assert_int_equal(result, 0);
        }
        assert_int_equal(open_store(&store, NULL), S3A_OK);
        assert_all_is_there(&store);
        assert_store_has(&store, "of-a-child", "value");
        store_close(&store);
    }
}

/* Wherever it fails, it is in the one format or in the other, and the next one brings it up. */
static void an_upgrade_that_fails_changes_nothing(void **state)
{
    (void)state;
    static const enum fail_kind kinds[] = {FAIL_FULL, FAIL_WRITE, FAIL_SYNC};
    struct store store;

    for (size_t kind = 0; kind < sizeof(kinds) / sizeof(kinds[0]); kind++) {
        int failures = 1;
        int refusals = 0;
        for (int nth = 1; failures > 0; nth++) {
            make_format_1(store.path);
            fail_vfs_at(kinds[kind], nth, 1);
            enum s3a_status status = open_store(&store, NULL);
            failures = fail_vfs_end();
            refusals += status != S3A_OK;
            assert_true(status == S3A_OK || failures > 0);
            if (status != S3A_OK) {
                assert_int_equal(open_store(&store, NULL), S3A_OK);
            }
            assert_all_is_there(&store);
            store_close(&store);
        }
        assert_true(refusals > 0);
    }
}

static void open_without_memory(void *arg)
{
    struct store *store = arg;
    struct s3a_error error;
    enum s3a_status status = open_store(store, &error);

    assert_true(status == S3A_OK || status == S3A_NO_MEMORY);
    if (status == S3A_OK) {
        s3a_objects_close(store->objects);
    }
}

static void an_upgrade_without_memory_says_so(void **state)
{
    (void)state;
    struct store store;

    make_format_1(store.path);
    fail_malloc_sweep(open_without_memory, &store);
    assert_int_equal(open_store(&store, NULL), S3A_OK);
    assert_all_is_there(&store);
    store_close(&store);
}

/* Its 64 KiB would be 16 pages and more. */
static void what_is_asked_without_its_body_is_read_without_it(void **state)
{
    (void)state;
    struct store store;
    struct s3a_database database;
    char file[128];
    int hits = 0;
    int misses = 0;
    int high;

    store_open(&store);
    assert_int_equal(store_put_large(&store, "wide", "x", S3A_INLINE_SIZE_MAX), S3A_OK);
    snprintf(file, sizeof(file), "%s/%s", store.path, S3A_DATABASE_NAME);
    assert_int_equal(s3a_database_open(&database, file, 1000), SQLITE_OK);
    for (int i = 0; i < 2; i++) {
        sqlite3_db_status(database.sqlite, SQLITE_DBSTATUS_CACHE_MISS, &misses, &high, 1);
        sqlite3_db_status(database.sqlite, SQLITE_DBSTATUS_CACHE_HIT, &hits, &high, 1);
        assert_int_equal(s3a_database_query(&database, S3A_SQL_OBJECT_HEAD,
                                            S3A_PARAMS(s3a_param_text(S3A_STR(BUCKET)),
                                                       s3a_param_bytes(S3A_STR("wide")))),
                         SQLITE_ROW);
        for (int column = 0; column <= S3A_COLUMN_HEADERS; column++) {
            (void)s3a_column_bytes(&database, S3A_SQL_OBJECT_HEAD, column);
        }
        s3a_database_reset(&database, S3A_SQL_OBJECT_HEAD);
    }
    sqlite3_db_status(database.sqlite, SQLITE_DBSTATUS_CACHE_MISS, &misses, &high, 0);
    sqlite3_db_status(database.sqlite, SQLITE_DBSTATUS_CACHE_HIT, &hits, &high, 0);
    assert_in_range(misses + hits, 1, 8);
    s3a_database_close(&database);
    store_close(&store);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(what_was_in_format_1_is_there_and_may_be_written),
        cmocka_unit_test(an_upgraded_store_has_the_tables_of_a_new_one),
        cmocka_unit_test(who_has_it_open_in_format_1_writes_no_more),
        cmocka_unit_test(many_processes_may_upgrade_it_at_the_same_time),
        cmocka_unit_test(an_upgrade_that_fails_changes_nothing),
        cmocka_unit_test(an_upgrade_without_memory_says_so),
        cmocka_unit_test(what_is_asked_without_its_body_is_read_without_it),
    };
    fail_memory_install();
    fail_vfs_install();
    return cmocka_run_group_tests(tests, NULL, NULL);
}
