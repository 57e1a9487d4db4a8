/* SPDX-License-Identifier: MIT */
#include "books_fixture.h"

#include <pthread.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "snapshot.h"

#define ROUNDS 100

static void read_something(struct books *books)
{
    assert_int_equal(s3a_database_run(&books->reader, S3A_SQL_BUCKET_COUNT, S3A_NO_PARAMS),
                     SQLITE_OK);
}

static void commit_something(struct books *books)
{
    int rc;

    assert_int_equal(s3a_ledger_begin(&books->ledger), SQLITE_OK);
    books->ledger.is_changed = true;
    assert_int_equal(s3a_ledger_commit(&books->ledger, &rc), S3A_APPLIED);
}

/* Renews it. Did what was read before go on? */
static bool goes_on(struct s3a_snapshot *snapshot)
{
    assert_int_equal(s3a_snapshot_renew(snapshot), SQLITE_OK);
    return sqlite3_txn_state(snapshot->database->sqlite, "main") == SQLITE_TXN_READ;
}

static void it_goes_on_until_somebody_commits(void **state)
{
    (void)state;
    struct books books;
    struct s3a_snapshot snapshot;

    books_new(&books);
    assert_int_equal(s3a_snapshot_init(&snapshot, &books.reader), SQLITE_OK);
    assert_non_null(snapshot.header);
    for (int i = 0; i < 3; i++) {
        assert_false(goes_on(&snapshot));
        read_something(&books);
        assert_true(goes_on(&snapshot));
        read_something(&books);
        assert_true(goes_on(&snapshot));
        commit_something(&books);
    }
    s3a_snapshot_end(&snapshot);
    books_burn(&books);
}

static void a_log_that_begins_anew_is_told_from_the_one_before(void **state)
{
    (void)state;
    struct books books;
    struct s3a_snapshot snapshot;

    books_new(&books);
    assert_int_equal(s3a_snapshot_init(&snapshot, &books.reader), SQLITE_OK);
    commit_something(&books);
    assert_false(goes_on(&snapshot));
    read_something(&books);
    s3a_snapshot_end(&snapshot);
    assert_int_equal(sqlite3_wal_checkpoint_v2(books.ledger.database.sqlite, NULL,
                                               SQLITE_CHECKPOINT_RESTART, NULL, NULL),
                     SQLITE_OK);
    assert_false(goes_on(&snapshot));
    read_something(&books);
    commit_something(&books);
    assert_false(goes_on(&snapshot));
    s3a_snapshot_end(&snapshot);
    books_burn(&books);
}

/* Half of it may be written. */
static void each_word_of_the_header_counts(void **state)
{
    (void)state;
    struct books books;
    struct s3a_snapshot snapshot;
    uint32_t header[S3A_WAL_HEADER_WORDS];

    books_new(&books);
    assert_int_equal(s3a_snapshot_init(&snapshot, &books.reader), SQLITE_OK);
    for (int i = 0; i < S3A_WAL_HEADER_WORDS; i++) {
        header[i] = snapshot.header[i];
    }
    snapshot.header = header;
    assert_false(goes_on(&snapshot));
    for (int i = 1; i < S3A_WAL_HEADER_WORDS; i++) {
        read_something(&books);
        assert_true(goes_on(&snapshot));
        header[i]++;
        assert_false(goes_on(&snapshot));
    }
    s3a_snapshot_end(&snapshot);
    books_burn(&books);
}

static void a_header_that_is_not_known_is_not_trusted(void **state)
{
    (void)state;
    struct books books;
    struct s3a_snapshot snapshot;
    uint32_t header[S3A_WAL_HEADER_WORDS] = {3008000};

    books_new(&books);
    assert_int_equal(s3a_snapshot_init(&snapshot, &books.reader), SQLITE_OK);
    const volatile uint32_t *untrusted[] = {header, NULL};
    for (int i = 0; i < 2; i++) {
        snapshot.header = untrusted[i];
        for (int j = 0; j < 2; j++) {
            assert_false(goes_on(&snapshot));
            read_something(&books);
        }
    }
    s3a_snapshot_end(&snapshot);
    books_burn(&books);
}

static void put_number(struct s3a_objects *objects, int number)
{
    struct store store = {.objects = objects};
    char text[16];

    snprintf(text, sizeof(text), "%d", number);
    assert_int_equal(store_put(&store, "number", text), S3A_OK);
}

static int number_in_turn(struct s3a_objects *objects, struct s3a_read_turn *turn)
{
    struct s3a_op op = op_of(S3A_OP_GET_OBJECT, "number");
    struct s3a_answer answer;

    s3a_answer_init(&answer, S3A_INLINE_SIZE_MAX);
    s3a_objects_read_in_turn(objects, turn, &op, &answer);
    assert_int_equal(answer.http_status, 200);
    int number = atoi(s3a_buf_text(&answer.body));
    s3a_answer_fini(&answer);
    return number;
}

struct race {
    struct store store;
    atomic_int acknowledged;
};

static void *count_up(void *arg)
{
    struct race *race = arg;

    for (int i = 2; i <= ROUNDS; i++) {
        put_number(race->store.objects, i);
        atomic_store(&race->acknowledged, i);
    }
    return NULL;
}

static void no_read_of_a_turn_is_older_than_what_was_acknowledged(void **state)
{
    (void)state;
    static struct race race;
    struct s3a_read_turn turn = {0};
    pthread_t thread;
    int number = 0;

    store_open(&race.store);
    put_number(race.store.objects, 1);
    atomic_store(&race.acknowledged, 1);
    assert_int_equal(pthread_create(&thread, NULL, count_up, &race), 0);
    while (number < ROUNDS) {
        int acknowledged = atomic_load(&race.acknowledged);
        int before = number;
        number = number_in_turn(race.store.objects, &turn);
        assert_true(number >= acknowledged && number >= before);
    }
    pthread_join(thread, NULL);
    s3a_objects_end_turn(race.store.objects, &turn);
    store_close(&race.store);
}

/* Another process: writes the next number whenever it gets a byte, and then gives it back. */
static _Noreturn void count_when_asked(const char *path, int ask_fd, int done_fd)
{
    struct s3a_objects_options options = {.directory = path, .create_buckets = true};
    struct s3a_objects *objects;
    char byte;

    if (s3a_objects_open(&options, &objects, NULL) != S3A_OK) {
        _exit(1);
    }
    for (int i = 1; read(ask_fd, &byte, 1) == 1; i++) {
        put_number(objects, i);
        if (write(done_fd, &byte, 1) != 1) {
            _exit(1);
        }
    }
    s3a_objects_close(objects);
    _exit(0);
}

static void what_another_process_commits_is_seen_within_the_turn(void **state)
{
    (void)state;
    struct store store = {.objects = NULL};
    struct s3a_read_turn turn = {0};
    int ask[2];
    int done[2];
    int status;
    char byte = 0;

    directory_make(store.path);
    assert_true(pipe(ask) == 0 && pipe(done) == 0);
    pid_t child = fork();
    if (child == 0) {
        close(ask[1]);
        count_when_asked(store.path, ask[0], done[1]);
    }
    assert_true(child > 0);
    close(ask[0]);
    close(done[1]);
    store_reopen(&store);
    for (int i = 1; i <= ROUNDS; i++) {
        assert_int_equal(write(ask[1], &byte, 1), 1);
        assert_int_equal(read(done[0], &byte, 1), 1);
        assert_int_equal(number_in_turn(store.objects, &turn), i);
        assert_int_equal(number_in_turn(store.objects, &turn), i);
    }
    s3a_objects_end_turn(store.objects, &turn);
    close(ask[1]);
    close(done[0]);
    assert_int_equal(waitpid(child, &status, 0), child);
    assert_int_equal(status, 0);
    store_close(&store);
}

/* Lists and buckets are read in transactions of their own. */
static void a_turn_may_be_of_all_sorts_of_reads(void **state)
{
    (void)state;
    static const enum s3a_op_kind kinds[] = {S3A_OP_LIST_BUCKETS, S3A_OP_HEAD_BUCKET,
                                             S3A_OP_LIST_OBJECTS, S3A_OP_HEAD_OBJECT};
    struct store store;
    struct s3a_read_turn turn = {0};

    store_open(&store);
    put_number(store.objects, 7);
    for (int i = 0; i < 4; i++) {
        struct s3a_op op = op_of(kinds[i], kinds[i] == S3A_OP_HEAD_OBJECT ? "number" : "");
        struct s3a_answer answer;
        assert_int_equal(number_in_turn(store.objects, &turn), 7);
        assert_int_equal(number_in_turn(store.objects, &turn), 7);
        s3a_answer_init(&answer, S3A_INLINE_SIZE_MAX);
        s3a_objects_read_in_turn(store.objects, &turn, &op, &answer);
        assert_int_equal(answer.http_status, 200);
        s3a_answer_fini(&answer);
    }
    s3a_objects_end_turn(store.objects, &turn);
    store_close(&store);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(it_goes_on_until_somebody_commits),
        cmocka_unit_test(a_log_that_begins_anew_is_told_from_the_one_before),
        cmocka_unit_test(each_word_of_the_header_counts),
        cmocka_unit_test(a_header_that_is_not_known_is_not_trusted),
        cmocka_unit_test(no_read_of_a_turn_is_older_than_what_was_acknowledged),
        cmocka_unit_test(what_another_process_commits_is_seen_within_the_turn),
        cmocka_unit_test(a_turn_may_be_of_all_sorts_of_reads),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
