/* SPDX-License-Identifier: MIT */
#include "test.h"

#include <fcntl.h>
#include <string.h>
#include <unistd.h>

#include "fail_malloc.h"
#include "op.h"

static const struct s3a_op get_op = {
    .kind = S3A_OP_GET_OBJECT, .bucket = S3A_STR_INIT("bucket"), .key = S3A_STR_INIT("a/key")};

static void begins_as_a_success(void **state)
{
    (void)state;
    struct s3a_answer answer;
    struct s3a_error error;

    s3a_answer_init(&answer, 10);
    assert_int_equal(answer.code, S3A_CODE_NONE);
    assert_int_equal(answer.http_status, 200);
    assert_true(answer.modified_ms == S3A_TIME_NONE);
    assert_int_equal(answer.file.fd, -1);
    assert_int_equal(s3a_answer_error(&get_op, &answer, &error), S3A_OK);
    assert_string_equal(error.message, "");
    s3a_buf_append_text(&answer.body, "0123456789!");
    assert_int_equal(answer.body.status, S3A_TOO_LARGE);
    s3a_answer_fini(&answer);
}

static void closes_the_file_it_owns(void **state)
{
    (void)state;
    struct s3a_answer answer;

    s3a_answer_init(&answer, 0);
    int fd = open("/dev/null", O_RDONLY | O_CLOEXEC);
    answer.file.fd = fd;
    s3a_answer_fini(&answer);
    assert_int_equal(fcntl(fd, F_GETFD), -1);
    s3a_answer_fini(&answer);
}

static void a_failure_tells_its_story(void **state)
{
    (void)state;
    struct s3a_answer answer;
    struct s3a_error error;

    s3a_answer_init(&answer, 0);
    s3a_answer_fail(&answer, S3A_CODE_NO_SUCH_KEY);
    strcpy(answer.request_id, "REQ1");
    assert_int_equal(s3a_answer_error(&get_op, &answer, &error), S3A_NOT_FOUND);
    assert_string_equal(
        error.message,
        "GET s3://bucket/a/key: The specified key does not exist. (NoSuchKey, HTTP 404)");
    assert_string_equal(error.code, "NoSuchKey");
    assert_string_equal(error.request_id, "REQ1");
    assert_int_equal(error.http_status, 404);
    assert_int_equal(error.status, S3A_NOT_FOUND);

    s3a_answer_fail_message(&answer, S3A_CODE_INVALID_ARGUMENT, "max-keys: %d", -1);
    assert_int_equal(s3a_answer_error(&(struct s3a_op){.bucket = S3A_STR("b")}, &answer, &error),
                     S3A_REFUSED);
    assert_string_equal(error.message, "GET s3://b: max-keys: -1 (InvalidArgument, HTTP 400)");
    assert_int_equal(s3a_answer_error(&get_op, &answer, NULL), S3A_REFUSED);

    s3a_answer_fail(&answer, S3A_CODE_SLOW_DOWN);
    assert_null(answer.message.data);
    s3a_answer_fini(&answer);
}

static void an_unknown_failure_is_told_as_well_as_can_be(void **state)
{
    (void)state;
    struct s3a_answer answer;
    struct s3a_error error;

    s3a_answer_init(&answer, 0);
    answer.code = S3A_CODE_OTHER;
    answer.http_status = 404;
    answer.status = S3A_NOT_FOUND;
    assert_int_equal(s3a_answer_error(&get_op, &answer, &error), S3A_NOT_FOUND);
    assert_string_equal(error.message, "GET s3://bucket/a/key: no such object (HTTP 404)");
    assert_string_equal(error.code, "");

    answer.code_text = S3A_STR("TeaPot");
    answer.message = S3A_STR("short and\nstout");
    assert_int_equal(s3a_answer_error(&get_op, &answer, &error), S3A_NOT_FOUND);
    assert_string_equal(error.message, "GET s3://bucket/a/key: short and?stout (TeaPot, HTTP 404)");
    assert_string_equal(error.code, "TeaPot");

    answer.http_status = 0;
    answer.status = S3A_IN_DOUBT;
    assert_int_equal(s3a_answer_error(&get_op, &answer, &error), S3A_IN_DOUBT);
    assert_string_equal(error.message, "GET s3://bucket/a/key: short and?stout");
    s3a_answer_fini(&answer);
}

static void long_texts_leave_each_other_room(void **state)
{
    (void)state;
    char key[1025];
    char message[2000];
    struct s3a_answer answer;
    struct s3a_error error;

    /* two bytes each: the cut must not go through the middle of one */
    for (size_t i = 0; i < sizeof(key) - 1; i += 2) {
        memcpy(key + i, "\xc3\xa9", 2);
    }
    memset(message, 'm', sizeof(message));
    s3a_answer_init(&answer, 0);
    s3a_answer_fail(&answer, S3A_CODE_INTERNAL_ERROR);
    answer.message = s3a_str_make(message, sizeof(message));
    struct s3a_op op = {.kind = S3A_OP_PUT_OBJECT,
                        .bucket = S3A_STR("bucket"),
                        .key = s3a_str_make(key + 1, sizeof(key) - 2)};
    (void)s3a_answer_error(&op, &answer, &error);
    op.key = s3a_str_make(key, sizeof(key) - 1);
    assert_int_equal(s3a_answer_error(&op, &answer, &error), S3A_SERVER);
    assert_true(s3a_str_is_utf8(s3a_str_of(error.message)));
    assert_non_null(strstr(error.message, "\xc3\xa9...: mmm"));
    assert_non_null(strstr(error.message, "mmm... (InternalError, HTTP 500)"));
    s3a_answer_fini(&answer);
}

static void without_memory_the_table_speaks(void **state)
{
    (void)state;
    struct s3a_answer answer;
    struct s3a_error error;

    s3a_answer_init(&answer, 0);
    fail_malloc_at(1);
    s3a_answer_fail_message(&answer, S3A_CODE_NO_SUCH_BUCKET, "of its own");
    assert_true(fail_malloc_happened());
    assert_int_equal(s3a_answer_error(&get_op, &answer, &error), S3A_NO_BUCKET);
    assert_non_null(strstr(error.message, "The specified bucket does not exist (NoSuchBucket"));
    s3a_answer_fini(&answer);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(begins_as_a_success),
        cmocka_unit_test(closes_the_file_it_owns),
        cmocka_unit_test(a_failure_tells_its_story),
        cmocka_unit_test(an_unknown_failure_is_told_as_well_as_can_be),
        cmocka_unit_test(long_texts_leave_each_other_room),
        cmocka_unit_test(without_memory_the_table_speaks),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
