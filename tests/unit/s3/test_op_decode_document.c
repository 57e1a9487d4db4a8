/* SPDX-License-Identifier: MIT */
#include "test.h"

#include "http.h"

static enum s3a_code decode(enum s3a_op_kind kind, const char *document)
{
    struct s3a_op op = {.kind = kind};
    struct s3a_pool pool = {0};
    struct s3a_answer answer;

    s3a_answer_init(&answer, 0);
    enum s3a_code code = s3a_op_decode_document(s3a_str_of(document), &pool, &op, &answer);
    assert_int_equal(answer.code, code);
    s3a_answer_fini(&answer);
    s3a_pool_fini(&pool);
    return code;
}

static void a_new_bucket_may_be_anywhere(void **state)
{
    (void)state;
    assert_int_equal(decode(S3A_OP_CREATE_BUCKET, ""), S3A_CODE_NONE);
    assert_int_equal(decode(S3A_OP_CREATE_BUCKET, "<CreateBucketConfiguration/>"), S3A_CODE_NONE);
    assert_int_equal(decode(S3A_OP_CREATE_BUCKET,
                            "<CreateBucketConfiguration xmlns='http://s3.amazonaws.com/doc/'>"
                            "<LocationConstraint>eu-west-1</LocationConstraint>"
                            "</CreateBucketConfiguration>"),
                     S3A_CODE_NONE);
}

static void a_new_bucket_of_another_kind_is_refused(void **state)
{
    (void)state;
    assert_int_equal(decode(S3A_OP_CREATE_BUCKET,
                            "<CreateBucketConfiguration><Bucket><Type>Directory</Type></Bucket>"
                            "</CreateBucketConfiguration>"),
                     S3A_CODE_NOT_IMPLEMENTED);
    assert_int_equal(decode(S3A_OP_CREATE_BUCKET, "<Other/>"), S3A_CODE_MALFORMED_XML);
    assert_int_equal(decode(S3A_OP_CREATE_BUCKET, "<CreateBucketConfiguration>"),
                     S3A_CODE_MALFORMED_XML);
    assert_int_equal(
        decode(S3A_OP_CREATE_BUCKET, "<!DOCTYPE a [<!ENTITY b 'c'>]><CreateBucketConfiguration/>"),
        S3A_CODE_MALFORMED_XML);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_new_bucket_may_be_anywhere),
        cmocka_unit_test(a_new_bucket_of_another_kind_is_refused),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
