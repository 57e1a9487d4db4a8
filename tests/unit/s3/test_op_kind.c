/* SPDX-License-Identifier: MIT */
#include "test.h"

#include "op_kind.h"

static void every_operation_has_its_method(void **state)
{
    (void)state;
    assert_string_equal(s3a_op_method(S3A_OP_LIST_BUCKETS), "GET");
    assert_string_equal(s3a_op_method(S3A_OP_CREATE_BUCKET), "PUT");
    assert_string_equal(s3a_op_method(S3A_OP_HEAD_BUCKET), "HEAD");
    assert_string_equal(s3a_op_method(S3A_OP_DELETE_BUCKET), "DELETE");
    assert_string_equal(s3a_op_method(S3A_OP_LIST_OBJECTS), "GET");
    assert_string_equal(s3a_op_method(S3A_OP_GET_OBJECT), "GET");
    assert_string_equal(s3a_op_method(S3A_OP_HEAD_OBJECT), "HEAD");
    assert_string_equal(s3a_op_method(S3A_OP_PUT_OBJECT), "PUT");
    assert_string_equal(s3a_op_method(S3A_OP_DELETE_OBJECT), "DELETE");
}

static void every_operation_has_a_name_of_its_own(void **state)
{
    int count = 0;

    (void)state;
    while (s3a_op_name((enum s3a_op_kind)count)) {
        for (int other = 0; other < count; other++) {
            assert_string_not_equal(s3a_op_name((enum s3a_op_kind)other),
                                    s3a_op_name((enum s3a_op_kind)count));
        }
        count++;
    }
    assert_true(count > S3A_OP_DELETE_OBJECT);
    assert_string_equal(s3a_op_name(S3A_OP_PUT_OBJECT), "PutObject");
}

static void what_it_is_about_and_what_it_carries_is_known(void **state)
{
    (void)state;
    assert_int_equal(s3a_op_target(S3A_OP_LIST_BUCKETS), S3A_TARGET_SERVICE);
    assert_int_equal(s3a_op_target(S3A_OP_LIST_OBJECTS), S3A_TARGET_BUCKET);
    assert_int_equal(s3a_op_target(S3A_OP_GET_OBJECT), S3A_TARGET_OBJECT);
    assert_int_equal(s3a_op_body(S3A_OP_PUT_OBJECT), S3A_BODY_OBJECT);
    assert_int_equal(s3a_op_body(S3A_OP_CREATE_BUCKET), S3A_BODY_DOCUMENT);
    assert_int_equal(s3a_op_body(S3A_OP_GET_OBJECT), S3A_BODY_NOTHING);
    assert_true(s3a_op_is_write(S3A_OP_PUT_OBJECT));
    assert_true(s3a_op_is_write(S3A_OP_DELETE_BUCKET));
    assert_false(s3a_op_is_write(S3A_OP_HEAD_OBJECT));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_operation_has_its_method),
        cmocka_unit_test(every_operation_has_a_name_of_its_own),
        cmocka_unit_test(what_it_is_about_and_what_it_carries_is_known),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
