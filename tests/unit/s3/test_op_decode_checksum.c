/* SPDX-License-Identifier: MIT */
#include "test.h"

#include "decoding.h"

/* A header or two, and what comes of it. */
struct said {
    const char *algorithm;
    const char *type;
    const char *message; /* NULL: it is accepted */
    struct s3a_checksum_choice choice;
};

#define UNSUPPORTED                                                                                \
    "Checksum algorithm provided is unsupported. Please try again with any of the valid types: "   \
    "[CRC32, CRC32C, CRC64NVME, SHA1, SHA256]"

/* The messages are those that Amazon S3 was seen to give. */
static void an_upload_says_how_it_is_to_be_checked(void **state)
{
    (void)state;
    static const struct said table[] = {
        {NULL, NULL, NULL, {S3A_CHECKSUM_NONE, S3A_CHECKSUM_TYPE_NOT_GIVEN}},
        {"CRC32", NULL, NULL, {S3A_CHECKSUM_CRC32, S3A_CHECKSUM_COMPOSITE}},
        {"CRC64NVME", NULL, NULL, {S3A_CHECKSUM_CRC64NVME, S3A_CHECKSUM_FULL_OBJECT}},
        {"CRC32C", "FULL_OBJECT", NULL, {S3A_CHECKSUM_CRC32C, S3A_CHECKSUM_FULL_OBJECT}},
        {"SHA256", "COMPOSITE", NULL, {S3A_CHECKSUM_SHA256, S3A_CHECKSUM_COMPOSITE}},
        {"TEST", NULL, UNSUPPORTED, {0}},
        {"CRC32,CRC32C", NULL, UNSUPPORTED, {0}},
        {"SHA1",
         "FULL_OBJECT",
         "The FULL_OBJECT checksum type cannot be used with the sha1 checksum algorithm.",
         {0}},
        {"CRC64NVME",
         "COMPOSITE",
         "The COMPOSITE checksum type cannot be used with the crc64nvme checksum algorithm.",
         {0}},
        {"CRC32", "TEST", "Value for x-amz-checksum-type header is invalid.", {0}},
        {NULL,
         "COMPOSITE",
         "The x-amz-checksum-type header can only be used with the x-amz-checksum-algorithm "
         "header.",
         {0}},
    };

    for (size_t i = 0; i < sizeof(table) / sizeof(table[0]); i++) {
        struct decoding decoding;
        decoding_begin(&decoding);
        if (table[i].algorithm) {
            decoding_add(&decoding, "x-amz-checksum-algorithm", table[i].algorithm);
        }
        if (table[i].type) {
            decoding_add(&decoding, "x-amz-checksum-type", table[i].type);
        }
        enum s3a_code code = decoding_run(&decoding, "POST", "/bucket/k", "uploads");
        if (table[i].message) {
            assert_int_equal(code, S3A_CODE_INVALID_REQUEST);
            assert_str(decoding.answer.message, table[i].message);
        } else {
            assert_int_equal(code, S3A_CODE_NONE);
            assert_int_equal(decoding.op.checksum_choice.kind, table[i].choice.kind);
            assert_int_equal(decoding.op.checksum_choice.type, table[i].choice.type);
        }
        decoding_end(&decoding);
    }
}

static enum s3a_code complete_with(const char *name, const char *value, struct s3a_op *ret_op)
{
    struct decoding decoding;

    decoding_begin(&decoding);
    decoding_add(&decoding, name, value);
    enum s3a_code code = decoding_run(&decoding, "POST", "/bucket/k", "uploadId=u");
    *ret_op = decoding.op;
    decoding_end(&decoding);
    return code;
}

static void a_completion_says_what_the_object_has(void **state)
{
    (void)state;
    struct s3a_op op;
    struct decoding decoding;

    assert_int_equal(complete_with("x-amz-checksum-crc32", "AAECAw==-2", &op), S3A_CODE_NONE);
    assert_int_equal(op.checksum.kind, S3A_CHECKSUM_CRC32);
    assert_string_equal(op.checksum.text, "AAECAw==-2");
    assert_int_equal(complete_with("x-amz-checksum-type", "FULL_OBJECT", &op), S3A_CODE_NONE);
    assert_int_equal(op.checksum_choice.type, S3A_CHECKSUM_FULL_OBJECT);
    assert_int_equal(complete_with("x-amz-checksum-type", "full", &op), S3A_CODE_INVALID_REQUEST);
    assert_int_equal(complete_with("x-amz-checksum-crc32", "bad", &op), S3A_CODE_INVALID_REQUEST);
    assert_int_equal(complete_with("x-amz-checksum-md5", "AAAA", &op), S3A_CODE_INVALID_REQUEST);
    decoding_begin(&decoding);
    decoding_add(&decoding, "x-amz-checksum-crc32", "AAECAw==");
    decoding_add(&decoding, "x-amz-checksum-crc32c", "AAECAw==");
    assert_int_equal(decoding_run(&decoding, "POST", "/bucket/k", "uploadId=u"),
                     S3A_CODE_INVALID_REQUEST);
    decoding_end(&decoding);
}

static void a_reader_asks_for_it_or_does_not(void **state)
{
    (void)state;
    struct decoding decoding;

    decoding_begin(&decoding);
    decoding_add(&decoding, "x-amz-checksum-mode", "enabled");
    assert_int_equal(decoding_run(&decoding, "GET", "/bucket/k", ""), S3A_CODE_NONE);
    assert_true(decoding.op.wants_checksum);
    decoding_end(&decoding);
    decoding_begin(&decoding);
    decoding_add(&decoding, "x-amz-checksum-mode", "INVALID");
    assert_int_equal(decoding_run(&decoding, "HEAD", "/bucket/k", ""), S3A_CODE_INVALID_REQUEST);
    decoding_end(&decoding);
}

/* That of the body is read by whoever takes the body in. */
static void where_it_is_about_the_body_it_is_left_alone(void **state)
{
    (void)state;
    struct decoding decoding;

    decoding_begin(&decoding);
    decoding_add(&decoding, "x-amz-checksum-crc32", "bad");
    assert_int_equal(decoding_run(&decoding, "PUT", "/bucket/k", ""), S3A_CODE_NONE);
    assert_int_equal(decoding.op.checksum.kind, S3A_CHECKSUM_NONE);
    decoding_end(&decoding);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(an_upload_says_how_it_is_to_be_checked),
        cmocka_unit_test(a_completion_says_what_the_object_has),
        cmocka_unit_test(a_reader_asks_for_it_or_does_not),
        cmocka_unit_test(where_it_is_about_the_body_it_is_left_alone),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
