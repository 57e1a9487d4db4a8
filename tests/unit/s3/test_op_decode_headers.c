/* SPDX-License-Identifier: MIT */
#include "test.h"

#include <stdio.h>

#include "decoding.h"

static void a_put_keeps_what_objects_keep(void **state)
{
    (void)state;
    struct decoding decoding;

    decoding_begin(&decoding);
    decoding_add(&decoding, "content-type", "text/plain");
    decoding_add(&decoding, "cache-control", "");
    decoding_add(&decoding, "content-encoding", "gzip, aws-chunked");
    decoding_add(&decoding, "x-amz-meta-a", "1");
    decoding_add(&decoding, "x-amz-meta-a", "2");
    decoding_add(&decoding, "x-amz-meta-empty", "");
    decoding_add(&decoding, "user-agent", "me");
    decoding_add(&decoding, "x-amz-checksum-crc32", "AAAAAA==");
    decoding_add(&decoding, "x-amz-sdk-checksum-algorithm", "CRC32");
    assert_int_equal(decoding_run(&decoding, "PUT", "/bucket/k", ""), S3A_CODE_NONE);
    assert_int_equal(decoding.op.headers.count, 4);
    assert_str(s3a_headers_find(&decoding.op.headers, "content-type"), "text/plain");
    assert_str(s3a_headers_find(&decoding.op.headers, "content-encoding"), "gzip");
    assert_str(s3a_headers_find(&decoding.op.headers, "x-amz-meta-a"), "1,2");
    assert_non_null(s3a_headers_find(&decoding.op.headers, "x-amz-meta-empty").data);
    decoding_end(&decoding);
    assert_int_equal(decoding_run(&decoding, "GET", "/bucket/k", ""), S3A_CODE_NONE);
    assert_int_equal(decoding.op.headers.count, 0);
    decoding_end(&decoding);
}

static void aws_chunked_alone_is_no_encoding(void **state)
{
    (void)state;
    struct decoding decoding;

    decoding_begin(&decoding);
    decoding_add(&decoding, "content-encoding", "aws-chunked");
    assert_int_equal(decoding_run(&decoding, "PUT", "/bucket/k", ""), S3A_CODE_NONE);
    assert_int_equal(decoding.op.headers.count, 0);
    decoding_end(&decoding);
}

static void conditions_are_taken_where_they_count(void **state)
{
    (void)state;
    struct decoding decoding;

    decoding_begin(&decoding);
    decoding_add(&decoding, "if-match", "\"a\"");
    decoding_add(&decoding, "if-match", "\"b\"");
    decoding_add(&decoding, "if-none-match", "*");
    decoding_add(&decoding, "if-modified-since", "Fri, 24 May 2013 00:00:00 GMT");
    decoding_add(&decoding, "if-unmodified-since", "Thu, 01 Jan 1970 00:00:00 GMT");
    assert_int_equal(decoding_run(&decoding, "GET", "/bucket/k", ""), S3A_CODE_NONE);
    assert_str(decoding.op.if_match, "\"a\",\"b\"");
    assert_str(decoding.op.if_none_match, "*");
    assert_true(decoding.op.if_modified_since_ms == INT64_C(1369353600000));
    assert_true(decoding.op.if_unmodified_since_ms != 0); /* 0 would be "not given" */
    decoding_end(&decoding);
    assert_int_equal(decoding_run(&decoding, "DELETE", "/bucket/k", ""), S3A_CODE_NONE);
    assert_str(decoding.op.if_match, "\"a\",\"b\"");
    assert_true(decoding.op.if_modified_since_ms == 0);
    decoding_end(&decoding);
    assert_int_equal(decoding_run(&decoding, "PUT", "/bucket", ""), S3A_CODE_NONE);
    assert_null(decoding.op.if_match.data);
    decoding_end(&decoding);
}

/* One that is there but empty is not one that is missing: that would let the write pass. */
static void an_empty_condition_stays_one(void **state)
{
    (void)state;
    struct decoding decoding;

    decoding_begin(&decoding);
    decoding_add(&decoding, "if-match", "");
    decoding.headers[1].value.data = NULL;
    assert_int_equal(decoding_run(&decoding, "PUT", "/bucket/k", ""), S3A_CODE_NONE);
    assert_non_null(decoding.op.if_match.data);
    decoding_end(&decoding);
}

static void a_date_that_is_none_is_passed_over(void **state)
{
    (void)state;
    struct decoding decoding;

    decoding_begin(&decoding);
    decoding_add(&decoding, "if-modified-since", "yesterday");
    assert_int_equal(decoding_run(&decoding, "GET", "/bucket/k", ""), S3A_CODE_NONE);
    assert_true(decoding.op.if_modified_since_ms == 0);
    decoding_end(&decoding);
}

static void one_range_is_understood(void **state)
{
    (void)state;
    static const struct {
        const char *text;
        struct s3a_range expected;
    } rows[] = {
        {"bytes=0-9", {S3A_RANGE_FROM_TO, 0, 9}},
        {"Bytes=5-", {S3A_RANGE_FROM, 5, 0}},
        {"bytes=-3", {S3A_RANGE_SUFFIX, 3, 0}},
        {"bytes=0-99999999999999999999", {S3A_RANGE_FROM_TO, 0, UINT64_MAX}},
        {"bytes=9-0", {S3A_RANGE_NONE, 0, 0}},
        {"bytes=1-2,4-5", {S3A_RANGE_NONE, 0, 0}},
        {"bytes=", {S3A_RANGE_NONE, 0, 0}},
        {"bytes=-", {S3A_RANGE_NONE, 0, 0}},
        {"bytes=5", {S3A_RANGE_NONE, 0, 0}},
        {"bytes=a-b", {S3A_RANGE_NONE, 0, 0}},
        {"bytes=+1-2", {S3A_RANGE_NONE, 0, 0}},
        {"lines=1-2", {S3A_RANGE_NONE, 0, 0}},
    };
    struct decoding decoding;

    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        decoding_begin(&decoding);
        decoding_add(&decoding, "range", rows[i].text);
        assert_int_equal(decoding_run(&decoding, "GET", "/bucket/k", ""), S3A_CODE_NONE);
        assert_int_equal(decoding.op.range.kind, rows[i].expected.kind);
        if (rows[i].expected.kind != S3A_RANGE_NONE) {
            assert_true(decoding.op.range.first == rows[i].expected.first);
            assert_true(decoding.op.range.last == rows[i].expected.last);
        }
        decoding_end(&decoding);
    }
    decoding_begin(&decoding);
    decoding_add(&decoding, "if-range", "\"e\"");
    decoding_add(&decoding, "range", "bytes=0-9");
    assert_int_equal(decoding_run(&decoding, "GET", "/bucket/k", ""), S3A_CODE_NONE);
    assert_int_equal(decoding.op.range.kind, S3A_RANGE_NONE);
    decoding_end(&decoding);
}

static void what_is_not_kept_is_not_promised(void **state)
{
    (void)state;
    static const char *const refused[][2] = {
        {"x-amz-acl", "aws-exec-read"},
        {"x-amz-storage-class", "GLACIER"},
        {"x-amz-server-side-encryption", "AES256"},
        {"x-amz-object-lock-mode", "GOVERNANCE"},
        {"x-amz-if-match-size", "5"},
        {"x-amz-grant-read", "id=1"},
    };
    static const char *const harmless[][2] = {
        {"x-amz-acl", "private"},
        {"x-amz-bypass-governance-retention", "true"}, /* there is nothing to bypass */
        {"x-amz-storage-class", "STANDARD"},
        {"x-amz-expected-bucket-owner", "1"},
        {"x-amz-user-agent", "me"},
    };
    struct decoding decoding;

    for (size_t i = 0; i < sizeof(refused) / sizeof(refused[0]); i++) {
        decoding_begin(&decoding);
        decoding_add(&decoding, refused[i][0], refused[i][1]);
        assert_int_equal(decoding_run(&decoding, "PUT", "/bucket/k", ""), S3A_CODE_NOT_IMPLEMENTED);
        assert_str(decoding.answer.header, refused[i][0]);
        decoding_end(&decoding);
    }
    decoding_begin(&decoding);
    for (size_t i = 0; i < sizeof(harmless) / sizeof(harmless[0]); i++) {
        decoding_add(&decoding, harmless[i][0], harmless[i][1]);
    }
    assert_int_equal(decoding_run(&decoding, "PUT", "/bucket/k", ""), S3A_CODE_NONE);
    decoding_end(&decoding);
}

static void what_is_kept_has_limits(void **state)
{
    (void)state;
    char value[S3A_METADATA_SIZE_MAX + 1];
    char names[S3A_STORED_HEADERS_MAX + 1][20];
    struct decoding decoding;

    memset(value, 'v', sizeof(value));
    decoding_begin(&decoding);
    decoding_add(&decoding, "x-amz-meta-a", "");
    decoding.headers[1].value = s3a_str_make(value, S3A_METADATA_SIZE_MAX - 1);
    assert_int_equal(decoding_run(&decoding, "PUT", "/bucket/k", ""), S3A_CODE_NONE);
    decoding_end(&decoding);
    decoding.headers[1].value.size++;
    assert_int_equal(decoding_run(&decoding, "PUT", "/bucket/k", ""), S3A_CODE_METADATA_TOO_LARGE);
    decoding_end(&decoding);

    decoding_begin(&decoding);
    for (size_t i = 0; i <= S3A_STORED_HEADERS_MAX; i++) {
        snprintf(names[i], sizeof(names[i]), "x-amz-meta-%zu", i);
        decoding_add(&decoding, names[i], "");
    }
    assert_int_equal(decoding_run(&decoding, "PUT", "/bucket/k", ""), S3A_CODE_METADATA_TOO_LARGE);
    decoding_end(&decoding);
    decoding.header_count--;
    assert_int_equal(decoding_run(&decoding, "PUT", "/bucket/k", ""), S3A_CODE_NONE);
    decoding_end(&decoding);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_put_keeps_what_objects_keep),
        cmocka_unit_test(aws_chunked_alone_is_no_encoding),
        cmocka_unit_test(conditions_are_taken_where_they_count),
        cmocka_unit_test(an_empty_condition_stays_one),
        cmocka_unit_test(a_date_that_is_none_is_passed_over),
        cmocka_unit_test(one_range_is_understood),
        cmocka_unit_test(what_is_not_kept_is_not_promised),
        cmocka_unit_test(what_is_kept_has_limits),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
