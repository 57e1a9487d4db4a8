/* SPDX-License-Identifier: MIT */
#include "test.h"

#include <sqlite3.h>
#include <string.h>

#include "failure.h"

static void each_result_has_its_status(void **state)
{
    (void)state;
    static const struct {
        int rc;
        enum s3a_status status;
        int http_status;
    } rows[] = {
        {SQLITE_FULL, S3A_FULL, 503},
        {SQLITE_NOMEM, S3A_NO_MEMORY, 503},
        {SQLITE_BUSY, S3A_LATER, 503},
        {SQLITE_BUSY_RECOVERY, S3A_LATER, 503},
        {SQLITE_PROTOCOL, S3A_LATER, 503},
        {SQLITE_CORRUPT, S3A_CORRUPT, 500},
        {SQLITE_CORRUPT_INDEX, S3A_CORRUPT, 500},
        {SQLITE_NOTADB, S3A_CORRUPT, 500},
        {SQLITE_ERROR, S3A_CORRUPT, 500},
    };

    assert_int_equal(s3a_sqlite_status(SQLITE_OK), S3A_OK);
    assert_int_equal(s3a_sqlite_status(SQLITE_ROW), S3A_OK);
    assert_int_equal(s3a_sqlite_status(SQLITE_DONE), S3A_OK);
    assert_int_equal(s3a_sqlite_status(SQLITE_IOERR_READ), S3A_SYSTEM);
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        struct s3a_answer answer;
        assert_int_equal(s3a_sqlite_status(rows[i].rc), rows[i].status);
        s3a_answer_init(&answer, 0);
        s3a_fail_sqlite(&answer, rows[i].rc);
        assert_int_equal(answer.status, rows[i].status);
        assert_int_equal(answer.http_status, rows[i].http_status);
        assert_true(answer.message.size > 0);
        s3a_answer_fini(&answer);
    }
}

/* A disk that could not be read: it may go well the next time, and nothing was changed. */
static void an_error_of_the_disk_asks_to_come_back_later(void **state)
{
    (void)state;
    struct s3a_answer answer;

    s3a_answer_init(&answer, 0);
    s3a_fail_sqlite(&answer, SQLITE_IOERR_READ);
    assert_int_equal(answer.status, S3A_LATER);
    assert_int_equal(answer.http_status, 503);
    s3a_answer_fini(&answer);
}

static void doubt_is_never_taken_for_a_refusal(void **state)
{
    (void)state;
    struct s3a_answer answer;

    s3a_answer_init(&answer, 0);
    s3a_fail_in_doubt(&answer);
    assert_int_equal(answer.status, S3A_IN_DOUBT);
    assert_int_equal(answer.http_status, 500);
    assert_int_equal(s3a_status_action(answer.status), S3A_ACTION_IN_DOUBT);
    s3a_answer_fini(&answer);
}

/* What was read of an object before it was found to be gone is no part of the 404. */
static void a_failure_forgets_what_the_answer_held(void **state)
{
    (void)state;
    static struct s3a_entry entry;
    struct s3a_answer answer;

    s3a_answer_init(&answer, 100);
    strcpy(answer.etag, "\"x\"");
    answer.modified_ms = 5;
    answer.object_size = answer.range_size = answer.range_offset = 7;
    assert_true(s3a_headers_add(&answer.headers, S3A_STR("expires"), S3A_STR("x")));
    s3a_buf_append_text(&answer.body, "half of it");
    answer.entries = &entry;
    answer.entry_count = 1;
    answer.truncated = true;
    s3a_fail_code(&answer, S3A_CODE_NO_SUCH_KEY);
    assert_int_equal(answer.http_status, 404);
    assert_int_equal(answer.status, S3A_NOT_FOUND);
    assert_string_equal(answer.etag, "");
    assert_int_equal(answer.modified_ms, S3A_TIME_NONE);
    assert_int_equal(answer.object_size + answer.range_size + answer.range_offset, 0);
    assert_int_equal(answer.headers.count, 0);
    assert_int_equal(answer.body.size, 0);
    assert_int_equal(answer.entry_count, 0);
    assert_false(answer.truncated);
    s3a_succeed(&answer, 204);
    assert_int_equal(answer.code, S3A_CODE_NONE);
    assert_int_equal(answer.status, S3A_OK);
    assert_int_equal(answer.http_status, 204);
    s3a_answer_fini(&answer);
}

static void the_story_says_what_and_where(void **state)
{
    (void)state;
    struct s3a_error error;

    assert_int_equal(s3a_sqlite_error(SQLITE_FULL, "opening", "/some/where", &error), S3A_FULL);
    assert_non_null(strstr(error.message, "opening /some/where: "));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(each_result_has_its_status),
        cmocka_unit_test(an_error_of_the_disk_asks_to_come_back_later),
        cmocka_unit_test(doubt_is_never_taken_for_a_refusal),
        cmocka_unit_test(a_failure_forgets_what_the_answer_held),
        cmocka_unit_test(the_story_says_what_and_where),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
