/* SPDX-License-Identifier: MIT */
#include "upload_fixture.h"

static void assert_checksum(struct store *store, const struct s3a_op *op, const char *expected,
                            enum s3a_checksum_type type)
{
    struct s3a_answer answer;

    assert_int_equal(store_call(store, op, S3A_STR(""), &answer), S3A_OK);
    assert_string_equal(answer.checksum.text, expected);
    if (op->kind == S3A_OP_HEAD_OBJECT) {
        assert_int_equal(answer.checksum_choice.type, type);
    }
    s3a_answer_fini(&answer);
}

/* All are as Python's zlib computes them. */
static void an_object_is_checked_as_its_upload_was_to_be(void **state)
{
    (void)state;
    static const char *const of_whole[] = {
        [S3A_CHECKSUM_COMPOSITE] = "IhvbHw==-2", [S3A_CHECKSUM_FULL_OBJECT] = "23belg=="};
    struct store store;
    struct upload upload;
    struct s3a_op head = op_of(S3A_OP_HEAD_OBJECT, "k");

    store_open(&store);
    for (int type = S3A_CHECKSUM_COMPOSITE; type <= S3A_CHECKSUM_FULL_OBJECT; type++) {
        enum s3a_checksum_type as_type = (enum s3a_checksum_type)type;
        upload_make_checked(&store, &upload, "k", as_type);
        store_reopen(&store);
        head.part_number = 0;
        assert_checksum(&store, &head, of_whole[type], as_type);
        struct s3a_op again = upload_complete_op(&upload);
        assert_checksum(&store, &again, of_whole[type], as_type);
        head.part_number = 1;
        assert_checksum(&store, &head, "d9l+cA==", as_type);
        head.part_number = 2;
        assert_checksum(&store, &head, "9KcGiQ==", as_type);
    }
    store_close(&store);
}

static void a_part_without_the_checksum_that_was_chosen_is_refused(void **state)
{
    (void)state;
    struct store store;
    struct upload upload;
    struct s3a_answer answer;

    store_open(&store);
    upload_begin_checked(&store, &upload, "k",
                         (struct s3a_checksum_choice){S3A_CHECKSUM_SHA256, S3A_CHECKSUM_COMPOSITE});
    struct s3a_op part = upload_op(S3A_OP_UPLOAD_PART, &upload);
    part.part_number = 1;
    (void)store_call(&store, &part, S3A_STR("hello"), &answer);
    assert_int_equal(answer.code, S3A_CODE_INVALID_REQUEST);
    assert_str(answer.message, "Checksum Type mismatch occurred, expected checksum Type: sha256, "
                               "actual checksum Type: null");
    s3a_answer_fini(&answer);
    part.checksum = (struct s3a_checksum_value){S3A_CHECKSUM_CRC32, "NhCmhg=="};
    (void)store_call(&store, &part, S3A_STR("hello"), &answer);
    assert_str(answer.message, "Checksum Type mismatch occurred, expected checksum Type: sha256, "
                               "actual checksum Type: crc32");
    s3a_answer_fini(&answer);
    store_reopen(&store);
    assert_int_equal(blob_count(store.path), 0);
    store_close(&store);
}

static void a_wrong_checksum_completes_nothing(void **state)
{
    (void)state;
    struct store store;
    struct upload upload;

    store_open(&store);
    upload_begin_checked(&store, &upload, "k",
                         (struct s3a_checksum_choice){S3A_CHECKSUM_CRC32, S3A_CHECKSUM_COMPOSITE});
    upload_add(&store, &upload, 1, "a", 1000);
    struct s3a_op complete = upload_complete_op(&upload);
    complete.checksum = (struct s3a_checksum_value){S3A_CHECKSUM_CRC32, "AAAAAA==-1"};
    assert_int_equal(store_code(&store, &complete), S3A_CODE_BAD_DIGEST);
    struct s3a_op head = op_of(S3A_OP_HEAD_OBJECT, "k");
    assert_int_equal(store_code(&store, &head), S3A_CODE_NO_SUCH_KEY);
    complete.checksum.kind = S3A_CHECKSUM_NONE;
    assert_int_equal(store_code(&store, &complete), S3A_CODE_NONE);
    store_close(&store);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(an_object_is_checked_as_its_upload_was_to_be),
        cmocka_unit_test(a_part_without_the_checksum_that_was_chosen_is_refused),
        cmocka_unit_test(a_wrong_checksum_completes_nothing),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
