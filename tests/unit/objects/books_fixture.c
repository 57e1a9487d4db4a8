/* SPDX-License-Identifier: MIT */
#include "books_fixture.h"

static void open_database(struct books *books, struct s3a_database *ret_database)
{
    assert_int_equal(s3a_schema_open(ret_database, &books->directory, &books->gate, 1024, NULL),
                     S3A_OK);
}

void books_open(struct books *books)
{
    struct s3a_database database;
    bool is_current;

    assert_int_equal(s3a_directory_open(&books->directory, books->path, NULL), S3A_OK);
    assert_int_equal(s3a_gate_open(&books->gate, &books->directory, NULL), S3A_OK);
    open_database(books, &database);
    assert_int_equal(s3a_ledger_init(&books->ledger, &database, NULL), S3A_OK);
    assert_int_equal(s3a_ledger_load(&books->ledger, &is_current), SQLITE_OK);
    if (!is_current) {
        int rc;
        assert_int_equal(s3a_ledger_begin(&books->ledger), SQLITE_OK);
        assert_int_equal(s3a_ledger_commit(&books->ledger, &rc), S3A_APPLIED);
    }
    s3a_commit_init(&books->commit, &books->ledger, &books->directory,
                    &(struct s3a_objects_options){.create_buckets = true});
    open_database(books, &books->reader);
}

void books_close(struct books *books)
{
    s3a_database_close(&books->reader);
    s3a_commit_fini(&books->commit);
    s3a_ledger_fini(&books->ledger);
    s3a_gate_close(&books->gate);
    s3a_directory_close(&books->directory);
}

void books_new(struct books *books)
{
    directory_make(books->path);
    books_open(books);
}

void books_burn(struct books *books)
{
    books_close(books);
    directory_remove(books->path);
}
