/* SPDX-License-Identifier: MIT */
#include "store_fixture.h"

#include <sqlite3.h>
#include <stdio.h>
#include <string.h>

#include <s3atomic/upkeep.h>

#include "schema.h"

/* A store with one of everything that rows may refer to: an object, one made of two parts, and an
 * upload under way that has one. Its files are no matter here. */
static const char rows[] =
    "INSERT INTO buckets (id, name, created_ms) VALUES (7, 'bkt', 1);"
    "INSERT INTO objects (bucket, key, modified_ms, size, etag, headers, body)"
    " VALUES (7, CAST('small' AS BLOB), 1, 5, '\"x\"', '', CAST('hello' AS BLOB));"
    "INSERT INTO objects (bucket, key, modified_ms, size, etag, headers, blob, parts)"
    " VALUES (7, CAST('made' AS BLOB), 1, 30, '\"x-2\"', '', 'ee0000000000000000000000000000e1', "
    "2);"
    "INSERT INTO parts (upload, number, start, size, etag, modified_ms, blob)"
    " VALUES ('ee0000000000000000000000000000e1', 1, 0, 10, 'x', 1, "
    "'aa0123456789abcdef0123456789abcd'),"
    " ('ee0000000000000000000000000000e1', 2, 10, 20, 'x', 1, 'bb0123456789abcdef0123456789abcd');"
    "INSERT INTO uploads (id, bucket, key, created_ms, headers)"
    " VALUES ('ee0000000000000000000000000000e2', 7, CAST('coming' AS BLOB), 1, '');"
    "INSERT INTO parts (upload, number, size, etag, modified_ms, blob)"
    " VALUES ('ee0000000000000000000000000000e2', 5, 10, 'x', 1, "
    "'cc0123456789abcdef0123456789abcd');";

struct story {
    unsigned count;
    char text[256];
    char key[64];
};

static void note(const struct s3a_finding *finding, void *user)
{
    struct story *story = user;

    if (finding->kind == S3A_FINDING_DATABASE) {
        story->count++;
        snprintf(story->text, sizeof(story->text), "%s", finding->text);
        snprintf(story->key, sizeof(story->key), "%s", finding->key ? finding->key : "");
    }
}

/* What is found after this change. */
static struct story after(const char *sql)
{
    struct story story = {0};
    struct s3a_check_options options = {.sizes_only = true, .found = note, .user = &story};
    struct store store;
    char path[128];
    sqlite3 *database;

    store_open(&store);
    snprintf(path, sizeof(path), "%s/" S3A_DATABASE_NAME, store.path);
    assert_int_equal(sqlite3_open(path, &database), SQLITE_OK);
    assert_int_equal(sqlite3_exec(database, rows, NULL, NULL, NULL), SQLITE_OK);
    assert_int_equal(sqlite3_exec(database, sql, NULL, NULL, NULL), SQLITE_OK);
    assert_int_equal(sqlite3_close(database), SQLITE_OK);
    assert_int_equal(s3a_directory_check(store.path, &options, NULL, NULL), S3A_CORRUPT);
    store_close(&store);
    return story;
}

static void rows_that_agree_are_sound(void **state)
{
    (void)state;
    assert_int_equal(after("").count, 0);
}

static void expect(const char *sql, const char *text, const char *key)
{
    struct story story = after(sql);

    if (story.count == 0 || !strstr(story.text, text)) {
        print_message("%s: \"%s\" is not in \"%s\"\n", sql, text, story.text);
    }
    assert_true(story.count > 0);
    assert_non_null(strstr(story.text, text));
    assert_string_equal(story.key, key);
}

static void each_rule_that_is_broken_is_told(void **state)
{
    (void)state;
    expect("DELETE FROM store", "clock", "");
    expect("UPDATE objects SET bucket = 8 WHERE key = CAST('small' AS BLOB)",
           "a bucket that does not exist", "small");
    expect("UPDATE objects SET body = NULL", "both a body and a file, or neither", "small");
    expect("UPDATE objects SET size = 6 WHERE body IS NOT NULL", "as long as", "small");
    expect("UPDATE objects SET body = NULL, blob = '../../etc/passwd' WHERE body IS NOT NULL",
           "name of a file is none: ../../etc", "small");
    expect("UPDATE parts SET blob = blob || '0' WHERE number = 1", "file of a part is none", "");
    expect("UPDATE uploads SET bucket = 8", "upload is for a bucket", "coming");
    expect("DELETE FROM uploads",
           "belongs to no upload and to no object: ee0000000000000000000000000000e2", "");
    expect("DELETE FROM objects WHERE parts = 2",
           "belongs to no upload and to no object: ee0000000000000000000000000000e1", "");
    expect("UPDATE objects SET parts = 3 WHERE parts = 2", "do not make up", "made");
    expect("UPDATE objects SET size = 31 WHERE parts = 2", "do not make up", "made");
    expect("UPDATE parts SET number = 3 WHERE number = 2", "do not make up", "made");
    expect("UPDATE parts SET start = 11 WHERE number = 2", "do not make up", "made");
    expect("UPDATE parts SET start = NULL WHERE number = 1", "do not make up", "made");
    expect("INSERT INTO garbage (file) VALUES ('bb0123456789abcdef0123456789abcd')",
           "a part needs is on record as not needed: bb", "");
    expect("UPDATE objects SET body = NULL, blob = 'dd0123456789abcdef0123456789abcd'"
           " WHERE body IS NOT NULL;"
           "INSERT INTO garbage (file) VALUES ('dd0123456789abcdef0123456789abcd')",
           "on record as not needed: dd", "small");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(rows_that_agree_are_sound),
        cmocka_unit_test(each_rule_that_is_broken_is_told),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
