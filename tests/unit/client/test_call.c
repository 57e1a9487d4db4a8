/* SPDX-License-Identifier: MIT */
#include "test.h"

#include <string.h>

#include "call.h"
#include "error.h"

static unsigned done_count;

static void count_done(struct s3a_call *call)
{
    (void)call;
    done_count++;
}

static enum s3a_status finish(enum s3a_op_kind kind, enum s3a_status status)
{
    struct s3a_call call;

    done_count = 0;
    s3a_call_init(&call, 100, count_done);
    call.op.kind = kind;
    call.answer.status = status;
    s3a_call_finish(&call);
    assert_int_equal(done_count, 1);
    status = call.answer.status;
    s3a_call_fini(&call);
    return status;
}

static enum s3a_status failure_of(enum s3a_op_kind kind, bool was_sent)
{
    struct s3a_call call;

    s3a_call_init(&call, 100, count_done);
    call.op.kind = kind;
    s3a_call_fail(&call, S3A_TIMEOUT, was_sent, "no answer within %d ms", 7);
    assert_str(call.answer.message, "no answer within 7 ms");
    enum s3a_status status = call.answer.status;
    s3a_call_fini(&call);
    return status;
}

static void a_write_that_failed_in_the_middle_is_in_doubt(void **state)
{
    (void)state;
    assert_int_equal(finish(S3A_OP_PUT_OBJECT, S3A_SERVER), S3A_IN_DOUBT);
    assert_int_equal(finish(S3A_OP_DELETE_OBJECT, S3A_PROTOCOL), S3A_IN_DOUBT);
    assert_int_equal(finish(S3A_OP_CREATE_BUCKET, S3A_LATER), S3A_LATER);
    assert_int_equal(finish(S3A_OP_GET_OBJECT, S3A_SERVER), S3A_SERVER);
}

static void a_failure_is_in_doubt_only_where_a_write_was_sent(void **state)
{
    (void)state;
    assert_int_equal(failure_of(S3A_OP_PUT_OBJECT, true), S3A_IN_DOUBT);
    assert_int_equal(failure_of(S3A_OP_PUT_OBJECT, false), S3A_TIMEOUT);
    assert_int_equal(failure_of(S3A_OP_LIST_OBJECTS, true), S3A_TIMEOUT);
}

static void its_own_timeout_comes_before_the_clients_before_the_usual_one(void **state)
{
    struct s3a_call call = {.timeout_ms = 5};

    (void)state;
    assert_int_equal(s3a_call_timeout_ms(&call, 7, 1 << 20), 5);
    call.timeout_ms = 0;
    assert_int_equal(s3a_call_timeout_ms(&call, 7, 1 << 20), 7);
    assert_int_equal(s3a_call_timeout_ms(&call, 0, 64 * 1024 - 1), 10000);
    assert_int_equal(s3a_call_timeout_ms(&call, 0, 1 << 20), 26000);
    assert_true(s3a_call_timeout_ms(&call, 0, UINT64_MAX) > UINT32_MAX - 2000);
}

static void without_a_bound_an_answer_may_still_have_a_body(void **state)
{
    struct s3a_call call;

    (void)state;
    s3a_call_init(&call, UINT64_MAX, count_done);
    s3a_buf_append_text(&call.answer.body, "bytes");
    assert_int_equal(call.answer.body.status, S3A_OK);
    s3a_call_fini(&call);
}

static void a_call_can_be_sent_again(void **state)
{
    struct s3a_call call;

    (void)state;
    s3a_call_init(&call, 5, count_done);
    s3a_buf_append_text(&call.answer.body, "bytes");
    s3a_call_clear_answer(&call);
    assert_int_equal(call.answer.body.size, 0);
    s3a_buf_append_text(&call.answer.body, "too many");
    assert_int_equal(call.answer.body.status, S3A_TOO_LARGE);
    s3a_call_fini(&call);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_write_that_failed_in_the_middle_is_in_doubt),
        cmocka_unit_test(a_failure_is_in_doubt_only_where_a_write_was_sent),
        cmocka_unit_test(its_own_timeout_comes_before_the_clients_before_the_usual_one),
        cmocka_unit_test(without_a_bound_an_answer_may_still_have_a_body),
        cmocka_unit_test(a_call_can_be_sent_again),
    };
    return cmocka_run_group_tests_name("call", tests, NULL, NULL);
}
