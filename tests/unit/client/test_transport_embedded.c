/* SPDX-License-Identifier: MIT */
#include "test.h"

#include <stdio.h>
#include <string.h>
#include <sqlite3.h>
#include <unistd.h>

#include "harbour.h"

static void the_stores_own_word_comes_through(void **state)
{
    struct trip trip;

    assert_int_equal(harbour_put(*state, "k", S3A_STR("one")), S3A_OK);
    trip_init(&trip, *state, S3A_OP_PUT_OBJECT, "k");
    trip.call.op.if_none_match = S3A_STR("*");
    assert_int_equal(trip_make(&trip), S3A_CONFLICT);
    assert_int_equal(trip.call.answer.code, S3A_CODE_PRECONDITION_FAILED);
    assert_int_equal(trip.call.answer.http_status, 412);
    trip_fini(&trip);
    trip_init(&trip, *state, S3A_OP_HEAD_OBJECT, "missing");
    assert_int_equal(trip_make(&trip), S3A_NOT_FOUND);
    trip_fini(&trip);
    trip_init(&trip, *state, S3A_OP_DELETE_OBJECT, "k");
    assert_int_equal(trip_make(&trip), S3A_OK);
    trip_fini(&trip);
}

static void assert_absent(struct harbour *harbour, const char *key)
{
    struct trip trip;

    /* Writes come in their order: once this one is done, the one before would be, too. */
    assert_int_equal(harbour_put(harbour, "later", S3A_STR("x")), S3A_OK);
    trip_init(&trip, harbour, S3A_OP_HEAD_OBJECT, key);
    assert_int_equal(trip_make(&trip), S3A_NOT_FOUND);
    trip_fini(&trip);
}

static void a_write_whose_turn_does_not_come_is_never_made(void **state)
{
    int gate = harbour_close_gate(*state);
    struct trip trip;

    trip_init(&trip, *state, S3A_OP_PUT_OBJECT, "k");
    trip.call.body = S3A_STR("x");
    trip.call.timeout_ms = 1;
    assert_int_equal(trip_make(&trip), S3A_TIMEOUT);
    trip_fini(&trip);
    close(gate);
    assert_absent(*state, "k");
}

static sqlite3 *lock_database(const struct harbour *harbour)
{
    char path[128];
    sqlite3 *sqlite;

    snprintf(path, sizeof(path), "%s/s3atomic.db", harbour->path);
    assert_int_equal(sqlite3_open(path, &sqlite), SQLITE_OK);
    assert_int_equal(sqlite3_exec(sqlite, "BEGIN IMMEDIATE", NULL, NULL, NULL), SQLITE_OK);
    return sqlite;
}

static void a_write_that_has_begun_is_in_doubt_when_time_runs_out(void **state)
{
    struct trip trip;
    enum s3a_status status = S3A_TIMEOUT;

    /* Usually the first time: the writer takes it at once, and then waits for the database. */
    for (uint32_t timeout_ms = 100; status == S3A_TIMEOUT && timeout_ms < 10000; timeout_ms *= 2) {
        sqlite3 *sqlite = lock_database(*state);
        trip_init(&trip, *state, S3A_OP_PUT_OBJECT, "k");
        trip.call.body = S3A_STR("x");
        trip.call.timeout_ms = timeout_ms;
        status = trip_make(&trip);
        trip_fini(&trip);
        sqlite3_close(sqlite);
    }
    assert_int_equal(status, S3A_IN_DOUBT);
    assert_int_equal(harbour_put(*state, "later", S3A_STR("x")), S3A_OK);
    trip_init(&trip, *state, S3A_OP_HEAD_OBJECT, "k");
    assert_int_equal(trip_make(&trip), S3A_OK);
    trip_fini(&trip);
}

static void without_memory_it_fails_and_nothing_was_sent(void **state)
{
    static const enum s3a_op_kind kinds[] = {S3A_OP_PUT_OBJECT, S3A_OP_HEAD_OBJECT,
                                             S3A_OP_LIST_OBJECTS};
    unsigned failures = 0;

    for (size_t i = 0; i < sizeof(kinds) / sizeof(kinds[0]); i++) {
        bool failed = true;
        for (unsigned nth = 1; failed; nth++) {
            struct trip trip;
            trip_init(&trip, *state, kinds[i], "k");
            trip.call.body = S3A_STR("x");
            trip.call.op.if_none_match = S3A_STR("*");
            trip.failing_allocation = nth;
            enum s3a_status status = trip_make(&trip);
            failed = trip.failed_on_purpose;
            assert_int_equal(status == S3A_NO_MEMORY, failed);
            failures += failed;
            trip_fini(&trip);
        }
    }
    assert_true(failures >= 6);
}

static void a_directory_that_cannot_be_is_an_error(void **state)
{
    struct s3a_loop *loop;
    struct s3a_transport *transport;
    struct s3a_error error;

    (void)state;
    assert_int_equal(s3a_loop_new(&loop, &error), S3A_OK);
    assert_int_equal(s3a_transport_embedded_new(loop, "/dev/null/not/there", 0, &transport, &error),
                     S3A_SYSTEM);
    assert_null(transport);
    assert_non_null(strstr(error.message, "/dev/null/not/there"));
    s3a_loop_free(loop);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        HARBOUR_TEST(the_stores_own_word_comes_through),
        HARBOUR_TEST(a_write_whose_turn_does_not_come_is_never_made),
        HARBOUR_TEST(a_write_that_has_begun_is_in_doubt_when_time_runs_out),
        HARBOUR_TEST(without_memory_it_fails_and_nothing_was_sent),
        cmocka_unit_test(a_directory_that_cannot_be_is_an_error),
    };
    return cmocka_run_group_tests_name("transport_embedded", tests, NULL, NULL);
}
