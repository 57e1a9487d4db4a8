/* SPDX-License-Identifier: MIT */
#include "test.h"

#include <stdlib.h>
#include <string.h>

#include "fail_malloc.h"
#include "http.h"

struct reading {
    struct s3a_pool pool;
    struct s3a_op op;
    struct s3a_answer answer;
};

static enum s3a_code read_list(struct reading *reading, struct s3a_str xml)
{
    *reading = (struct reading){.op = {.kind = S3A_OP_COMPLETE_UPLOAD}};
    s3a_answer_init(&reading->answer, 0);
    enum s3a_code code =
        s3a_op_decode_document(xml, &reading->pool, &reading->op, &reading->answer);
    assert_int_equal(reading->answer.code, code);
    return code;
}

static void reading_end(struct reading *reading)
{
    s3a_answer_fini(&reading->answer);
    s3a_pool_fini(&reading->pool);
}

static enum s3a_code code_of(const char *xml)
{
    struct reading reading;
    enum s3a_code code = read_list(&reading, s3a_str_of(xml));

    reading_end(&reading);
    return code;
}

/* As the API reference has it, and as clients send it: in any order, with what is of no use. */
static void a_list_is_read(void **state)
{
    (void)state;
    static const char xml[] =
        "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n"
        "<CompleteMultipartUpload xmlns=\"http://s3.amazonaws.com/doc/2006-03-01/\">\n"
        "  <Part>\n"
        "    <PartNumber>1</PartNumber>\n"
        "    <ETag>\"a54357aff0632cce46d942af68356b38\"</ETag>\n"
        "  </Part>\n"
        "  <Part><ChecksumCRC32>AAAAAA==</ChecksumCRC32><ETag>&#34;0c78aef83f66abc1fa1e8477f296d394"
        "&quot;</ETag><PartNumber> 2 </PartNumber></Part>"
        "  <Part><ETag>acbd18db4cc2f85cedef654fccc4a4d8</ETag><PartNumber>10000</PartNumber></Part>"
        "</CompleteMultipartUpload>";
    struct reading reading;

    assert_int_equal(read_list(&reading, s3a_str_of(xml)), S3A_CODE_NONE);
    assert_int_equal(reading.op.part_count, 3);
    assert_int_equal(reading.op.parts[0].number, 1);
    assert_str(reading.op.parts[0].etag, "\"a54357aff0632cce46d942af68356b38\"");
    assert_int_equal(reading.op.parts[1].number, 2);
    assert_str(reading.op.parts[1].etag, "\"0c78aef83f66abc1fa1e8477f296d394\"");
    assert_int_equal(reading.op.parts[0].checksum_kind, S3A_CHECKSUM_NONE);
    assert_int_equal(reading.op.parts[1].checksum_kind, S3A_CHECKSUM_CRC32);
    assert_str(reading.op.parts[1].checksum, "AAAAAA==");
    assert_int_equal(reading.op.parts[2].number, 10000);
    assert_str(reading.op.parts[2].etag, "acbd18db4cc2f85cedef654fccc4a4d8");
    reading_end(&reading);
}

#define LIST(content) "<CompleteMultipartUpload>" content "</CompleteMultipartUpload>"
#define PART(number, etag) "<Part><PartNumber>" number "</PartNumber><ETag>" etag "</ETag></Part>"

static void what_is_no_list_is_refused(void **state)
{
    (void)state;
    static const char *const malformed[] = {
        "",
        "x",
        "<CompleteMultipartUpload>",
        LIST(""),
        LIST("<Part></Part>"),
        LIST("<Part><PartNumber>1</PartNumber></Part>"),
        LIST("<Part><ETag>e</ETag></Part>"),
        LIST(PART("1", "")),
        "<Other>" PART("1", "e") "</Other>",
        LIST("<Parts>" PART("1", "e") "</Parts>"),
        "<!DOCTYPE a [<!ENTITY b \"c\">]>" LIST(PART("1", "&b;")),
        LIST("<a><b><c><d><e><f><g><h>deep</h></g></f></e></d></c></b></a>" PART("1", "e")),
        LIST(PART("1", "\xff\xfe")),
        LIST(PART("1", "e")) "<more/>",
    };
    static const char *const numbers[] = {
        LIST(PART("0", "e")),  LIST(PART("10001", "e")), LIST(PART("-1", "e")),
        LIST(PART("1.", "e")), LIST(PART("", "e")),      LIST(PART("18446744073709551617", "e")),
    };

    for (size_t i = 0; i < sizeof(malformed) / sizeof(malformed[0]); i++) {
        assert_int_equal(code_of(malformed[i]), S3A_CODE_MALFORMED_XML);
    }
    for (size_t i = 0; i < sizeof(numbers) / sizeof(numbers[0]); i++) {
        assert_int_equal(code_of(numbers[i]), S3A_CODE_INVALID_ARGUMENT);
    }
}

#define CHECKED(checksums)                                                                         \
    LIST("<Part>" checksums "<PartNumber>1</PartNumber><ETag>e</ETag></Part>")

static void a_part_has_one_checksum_that_is_one(void **state)
{
    (void)state;
    static const char *const wrong[] = {
        CHECKED("<ChecksumCRC32>bad</ChecksumCRC32>"),
        CHECKED("<ChecksumCRC32>AAAAAB==</ChecksumCRC32>"),
        CHECKED("<ChecksumCRC32></ChecksumCRC32>"),
        CHECKED("<ChecksumSHA1>AAAAAA==</ChecksumSHA1>"),
        CHECKED("<ChecksumCRC32>AAAAAA==</ChecksumCRC32><ChecksumCRC32C>AAAAAA=="
                "</ChecksumCRC32C>"),
    };
    struct reading reading;

    for (size_t i = 0; i < sizeof(wrong) / sizeof(wrong[0]); i++) {
        assert_int_equal(read_list(&reading, s3a_str_of(wrong[i])), S3A_CODE_INVALID_ARGUMENT);
        assert_str(reading.answer.message,
                   "Invalid Base64 or multiple checksums present in request");
        reading_end(&reading);
    }
    assert_int_equal(code_of(CHECKED("<ChecksumMD5>AAAAAA==</ChecksumMD5>")),
                     S3A_CODE_INVALID_PART);
    assert_int_equal(code_of(CHECKED("<ChecksumCRC32> AAAAAA== </ChecksumCRC32>")), S3A_CODE_NONE);
}

static void the_order_is_that_of_the_numbers(void **state)
{
    (void)state;
    assert_int_equal(code_of(LIST(PART("2", "e") PART("1", "e"))), S3A_CODE_INVALID_PART_ORDER);
    assert_int_equal(code_of(LIST(PART("1", "e") PART("1", "e"))), S3A_CODE_INVALID_PART_ORDER);
    assert_int_equal(code_of(LIST(PART("1", "e") PART("9", "e"))), S3A_CODE_NONE);
}

static void a_list_may_have_ten_thousand_parts_and_no_more(void **state)
{
    (void)state;
    struct reading reading;
    struct s3a_buf xml;

    s3a_buf_init(&xml, S3A_DOCUMENT_SIZE_MAX);
    s3a_buf_append_text(&xml, "<CompleteMultipartUpload>");
    for (int i = 1; i <= S3A_PARTS_MAX; i++) {
        s3a_buf_append_format(&xml,
                              "<Part><PartNumber>%d</PartNumber><ETag>\"%032x\"</ETag>"
                              "<ChecksumSHA256>ungWv48Bz+pBQUDeXa4iI7ADYaOWF3qctBD/YfIAFa0="
                              "</ChecksumSHA256></Part>",
                              i, (unsigned)i);
    }
    size_t size = xml.size;
    s3a_buf_append_text(&xml, "</CompleteMultipartUpload>");
    assert_int_equal(read_list(&reading, s3a_buf_str(&xml)), S3A_CODE_NONE);
    assert_int_equal(reading.op.part_count, S3A_PARTS_MAX);
    assert_int_equal(reading.op.parts[9999].number, 10000);
    reading_end(&reading);
    xml.size = size;
    s3a_buf_append_text(&xml, PART("10000", "e") "</CompleteMultipartUpload>");
    assert_int_equal(read_list(&reading, s3a_buf_str(&xml)), S3A_CODE_MALFORMED_XML);
    reading_end(&reading);
    s3a_buf_fini(&xml);
}

static void read_without_memory(void *arg)
{
    (void)arg;
    enum s3a_code code = code_of(LIST(
        PART("1", "e") PART("2", "&#34;e&#34;") "<Part><ChecksumCRC32>AAAAAA==</ChecksumCRC32>"
                                                "<PartNumber>3</PartNumber><ETag>e</ETag></Part>"));

    assert_true(code == S3A_CODE_NONE || code == S3A_CODE_INTERNAL_ERROR);
}

static void without_memory_the_server_says_so(void **state)
{
    (void)state;
    fail_malloc_sweep(read_without_memory, NULL);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_list_is_read),
        cmocka_unit_test(what_is_no_list_is_refused),
        cmocka_unit_test(a_part_has_one_checksum_that_is_one),
        cmocka_unit_test(the_order_is_that_of_the_numbers),
        cmocka_unit_test(a_list_may_have_ten_thousand_parts_and_no_more),
        cmocka_unit_test(without_memory_the_server_says_so),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
