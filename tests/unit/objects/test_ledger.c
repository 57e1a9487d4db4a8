/* SPDX-License-Identifier: MIT */
#include "books_fixture.h"

#include <stdio.h>

#include "fail_vfs.h"

/* Writes an entry down; the outcome of its commit. */
static enum s3a_outcome enter(struct books *books, const char *entry, int *ret_rc)
{
    *ret_rc = s3a_ledger_begin(&books->ledger);
    if (*ret_rc != SQLITE_OK) {
        return S3A_NOT_APPLIED;
    }
    *ret_rc = s3a_database_run(&books->ledger.database, S3A_SQL_GARBAGE_ADD,
                               S3A_PARAMS(s3a_param_text(s3a_str_of(entry))));
    if (*ret_rc != SQLITE_OK) {
        s3a_ledger_rollback(&books->ledger);
        return S3A_NOT_APPLIED;
    }
    books->ledger.is_changed = true;
    return s3a_ledger_commit(&books->ledger, ret_rc);
}

static bool has_entry(struct s3a_database *database, const char *entry)
{
    bool result = false;
    int rc = s3a_database_query(database, S3A_SQL_GARBAGE_LIST, S3A_NO_PARAMS);

    while (rc == SQLITE_ROW) {
        result |= s3a_str_is(s3a_column_bytes(database, S3A_SQL_GARBAGE_LIST, 0), entry);
        rc = s3a_database_next(database, S3A_SQL_GARBAGE_LIST);
    }
    assert_int_equal(rc, SQLITE_DONE);
    return result;
}

/* What will be found if all processes end now. */
static bool would_have_entry(struct books *books, const char *entry)
{
    struct books after;

    directory_make(after.path);
    fail_vfs_copy_killed(books->path, after.path);
    books_open(&after);
    bool result = has_entry(&after.reader, entry);
    books_burn(&after);
    return result;
}

static void what_is_committed_is_there_and_stays(void **state)
{
    (void)state;
    struct books books;
    int rc;

    books_new(&books);
    assert_int_equal(enter(&books, "first", &rc), S3A_APPLIED);
    assert_true(has_entry(&books.reader, "first"));
    assert_true(would_have_entry(&books, "first"));
    books_close(&books);
    books_open(&books);
    assert_true(has_entry(&books.reader, "first"));
    books_burn(&books);
}

static void what_is_rolled_back_never_was(void **state)
{
    (void)state;
    struct books books;
    int rc;

    books_new(&books);
    assert_int_equal(s3a_ledger_begin(&books.ledger), SQLITE_OK);
    assert_int_equal(s3a_database_run(&books.ledger.database, S3A_SQL_GARBAGE_ADD,
                                      S3A_PARAMS(s3a_param_text(S3A_STR("x")))),
                     SQLITE_OK);
    s3a_ledger_rollback(&books.ledger);
    assert_false(has_entry(&books.reader, "x"));
    assert_int_equal(enter(&books, "next", &rc), S3A_APPLIED);
    books_burn(&books);
}

static void each_commit_is_later_than_the_one_before_however_the_record_was_set(void **state)
{
    (void)state;
    struct books books;
    int rc;
    int64_t last_ms = 0;

    books_new(&books);
    for (int i = 0; i < 5; i++) {
        assert_int_equal(enter(&books, "x", &rc), S3A_APPLIED);
        assert_true(books.ledger.now_ms >= last_ms);
        assert_true(s3a_ledger_now_ms(&books.ledger) >= books.ledger.now_ms);
        last_ms = books.ledger.now_ms + 3600000; /* somebody else's clock was ahead */
        assert_int_equal(s3a_database_run(&books.reader, S3A_SQL_STORE_SET,
                                          S3A_PARAMS(s3a_param_text(s3a_str_of("another boot")),
                                                     s3a_param_number(0), s3a_param_number(last_ms),
                                                     s3a_param_number(0))),
                         SQLITE_OK);
    }
    books_burn(&books);
}

/* Two connections agree on the time although the record was carried by one of them only. */
static void all_who_have_the_store_open_agree_on_the_time(void **state)
{
    (void)state;
    struct books one;
    struct books other;
    int rc;

    books_new(&one);
    assert_int_equal(enter(&one, "x", &rc), S3A_APPLIED);
    other = one;
    books_open(&other);
    assert_int_equal(one.ledger.offset_ms, other.ledger.offset_ms);
    books_close(&other);
    books_burn(&one);
}

struct tally {
    int applied;
    int not_applied;
    int doubtful;
};

/* One commit in which the nth write or sync fails, times in a row. False where nothing failed:
 * the commit has no nth one. */
static bool fail_one(struct books *books, enum fail_kind kind, int nth, int times,
                     struct tally *tally)
{
    char entry[64];
    int rc;
    struct s3a_database *reader = &books->reader;

    snprintf(entry, sizeof(entry), "kind %d nth %d times %d", (int)kind, nth, times);
    fail_vfs_at(kind, nth, times);
    enum s3a_outcome outcome = enter(books, entry, &rc);
    bool has_failed = fail_vfs_end() > 0;
    bool is_there = has_entry(reader, entry);

    assert_int_equal(atomic_load(&books->ledger.in_doubt), outcome == S3A_DOUBTFUL);
    if (outcome == S3A_DOUBTFUL) {
        tally->doubtful++;
        /* The disk works again: the next transaction ends the doubt. */
        assert_int_equal(s3a_ledger_begin(&books->ledger), SQLITE_OK);
        s3a_ledger_rollback(&books->ledger);
        assert_false(atomic_load(&books->ledger.in_doubt));
        is_there = has_entry(reader, entry);
    } else {
        tally->applied += outcome == S3A_APPLIED;
        tally->not_applied += outcome == S3A_NOT_APPLIED;
        assert_int_equal(is_there, outcome == S3A_APPLIED);
        assert_true(has_failed || outcome == S3A_APPLIED);
    }
    /* No crash makes the store change its mind. */
    assert_int_equal(would_have_entry(books, entry), is_there);
    return has_failed;
}

static struct tally fail_all(enum fail_kind kind, int times)
{
    struct books books;
    struct tally tally = {0};
    int nth = 1;

    books_new(&books);
    while (fail_one(&books, kind, nth, times, &tally)) {
        nth++;
    }
    assert_true(nth > 1);
    books_burn(&books);
    return tally;
}

static void a_full_disk_refuses_and_nothing_is_in_doubt(void **state)
{
    (void)state;
    struct tally once = fail_all(FAIL_FULL, 1);
    struct tally for_good = fail_all(FAIL_FULL, 1000);

    assert_true(once.not_applied > 1);
    assert_int_equal(once.doubtful, 0);
    assert_true(for_good.not_applied > 1);
    assert_int_equal(for_good.doubtful, 0);
}

static void a_disk_that_fails_once_leaves_no_doubt(void **state)
{
    (void)state;
    struct tally writes = fail_all(FAIL_WRITE, 1);
    struct tally syncs = fail_all(FAIL_SYNC, 1);

    assert_int_equal(writes.doubtful + syncs.doubtful, 0);
    assert_true(writes.not_applied > 1);
    assert_true(syncs.not_applied > 0);
}

static void a_disk_that_fails_for_good_leaves_a_doubt_that_ends_with_it(void **state)
{
    (void)state;
    assert_true(fail_all(FAIL_WRITE, 1000).doubtful > 0);
    assert_true(fail_all(FAIL_SYNC, 1000).doubtful > 0);
}

static void while_in_doubt_nothing_is_written(void **state)
{
    (void)state;
    struct books books;
    int rc;

    books_new(&books);
    fail_vfs_at(FAIL_SYNC, 1, 1000);
    assert_int_equal(enter(&books, "in doubt", &rc), S3A_DOUBTFUL);
    assert_int_not_equal(s3a_ledger_begin(&books.ledger), SQLITE_OK);
    assert_true(atomic_load(&books.ledger.in_doubt));
    (void)fail_vfs_end();
    assert_int_equal(enter(&books, "later", &rc), S3A_APPLIED);
    assert_true(would_have_entry(&books, "later"));
    assert_false(would_have_entry(&books, "in doubt"));
    books_burn(&books);
}

/* The log's index grows with the log: in steps of 4096 frames, after the frames are on the disk. */
static void without_shared_memory_the_commit_is_undone(void **state)
{
    (void)state;
    struct books books;
    char entry[32];
    int rc;
    int last = 0;
    enum s3a_outcome outcome = S3A_APPLIED;

    books_new(&books);
    fail_vfs_at(FAIL_SHM, 1, 1);
    while (outcome == S3A_APPLIED && last < 10000) {
        snprintf(entry, sizeof(entry), "entry %d", ++last);
        outcome = enter(&books, entry, &rc);
    }
    assert_int_equal(fail_vfs_end(), 1);
    assert_int_equal(outcome, S3A_NOT_APPLIED);
    assert_false(has_entry(&books.reader, entry));
    assert_false(would_have_entry(&books, entry));
    assert_int_equal(enter(&books, entry, &rc), S3A_APPLIED);
    books_burn(&books);
}

/* What a power loss leaves is what was synced. */
static void what_is_committed_survives_a_power_loss(void **state)
{
    (void)state;
    struct books books;
    struct books after;
    char entry[32];
    int rc;

    fail_vfs_watch_syncs(true);
    books_new(&books);
    for (int i = 0; i < 20; i++) {
        snprintf(entry, sizeof(entry), "entry %d", i);
        assert_int_equal(enter(&books, entry, &rc), S3A_APPLIED);
        if (i % 7 == 6) {
            (void)sqlite3_wal_checkpoint_v2(books.ledger.database.sqlite, NULL,
                                            SQLITE_CHECKPOINT_PASSIVE, NULL, NULL);
        }
        directory_make(after.path);
        fail_vfs_copy_synced(books.path, after.path);
        books_open(&after);
        for (int k = 0; k <= i; k++) {
            snprintf(entry, sizeof(entry), "entry %d", k);
            assert_true(has_entry(&after.reader, entry));
        }
        books_burn(&after);
    }
    books_burn(&books);
    fail_vfs_watch_syncs(false);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(what_is_committed_is_there_and_stays),
        cmocka_unit_test(what_is_rolled_back_never_was),
        cmocka_unit_test(each_commit_is_later_than_the_one_before_however_the_record_was_set),
        cmocka_unit_test(all_who_have_the_store_open_agree_on_the_time),
        cmocka_unit_test(a_full_disk_refuses_and_nothing_is_in_doubt),
        cmocka_unit_test(a_disk_that_fails_once_leaves_no_doubt),
        cmocka_unit_test(a_disk_that_fails_for_good_leaves_a_doubt_that_ends_with_it),
        cmocka_unit_test(while_in_doubt_nothing_is_written),
        cmocka_unit_test(without_shared_memory_the_commit_is_undone),
        cmocka_unit_test(what_is_committed_survives_a_power_loss),
    };
    fail_vfs_install();
    return cmocka_run_group_tests(tests, NULL, NULL);
}
