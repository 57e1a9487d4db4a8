/* SPDX-License-Identifier: MIT */
#include "test.h"

#include <stdio.h>
#include <stdlib.h>

#include "decoding.h"
#include "fail_malloc.h"

static void assert_kind(const char *method, const char *path, const char *query,
                        enum s3a_op_kind kind)
{
    struct decoding decoding;

    decoding_begin(&decoding);
    assert_int_equal(decoding_run(&decoding, method, path, query), S3A_CODE_NONE);
    assert_int_equal(decoding.op.kind, kind);
    decoding_end(&decoding);
}

static void what_is_asked_makes_the_operation(void **state)
{
    (void)state;
    assert_kind("POST", "/bucket/k", "uploads", S3A_OP_CREATE_UPLOAD);
    assert_kind("POST", "/bucket/k", "uploads=&x-id=CreateMultipartUpload", S3A_OP_CREATE_UPLOAD);
    assert_kind("PUT", "/bucket/k", "partNumber=1&uploadId=abc", S3A_OP_UPLOAD_PART);
    assert_kind("POST", "/bucket/k", "uploadId=abc", S3A_OP_COMPLETE_UPLOAD);
    assert_kind("DELETE", "/bucket/k", "uploadId=abc", S3A_OP_ABORT_UPLOAD);
    assert_kind("GET", "/bucket/k", "uploadId=abc", S3A_OP_LIST_PARTS);
    assert_kind("GET", "/bucket", "uploads", S3A_OP_LIST_UPLOADS);
    assert_kind("GET", "/bucket/k", "partNumber=3", S3A_OP_GET_OBJECT);
    assert_int_equal(decode_plain("POST", "/bucket", "uploads"), S3A_CODE_NOT_IMPLEMENTED);
    assert_int_equal(decode_plain("PUT", "/bucket/k", "uploads"), S3A_CODE_NOT_IMPLEMENTED);
    assert_int_equal(decode_plain("HEAD", "/bucket/k", "uploadId=a"), S3A_CODE_NOT_IMPLEMENTED);
}

/* To pass over half of it would write an object in the place of a part, or remove one. */
static void half_of_a_part_is_none(void **state)
{
    (void)state;
    assert_int_equal(decode_plain("PUT", "/bucket/k", "partNumber=1"), S3A_CODE_INVALID_REQUEST);
    assert_int_equal(decode_plain("PUT", "/bucket/k", "uploadId=a"), S3A_CODE_INVALID_REQUEST);
    assert_int_equal(decode_plain("DELETE", "/bucket/k", "partNumber=1"), S3A_CODE_NOT_IMPLEMENTED);
    assert_int_equal(decode_plain("POST", "/bucket/k", "uploadId=a&partNumber=1"),
                     S3A_CODE_NOT_IMPLEMENTED);
    static const char *const numbers[] = {"0", "10001", "-1", "", "1x", "99999999999999999999"};
    for (size_t i = 0; i < sizeof(numbers) / sizeof(numbers[0]); i++) {
        char query[64];
        snprintf(query, sizeof(query), "uploadId=a&partNumber=%s", numbers[i]);
        assert_int_equal(decode_plain("PUT", "/bucket/k", query), S3A_CODE_INVALID_ARGUMENT);
    }
}

static void parameters_of_lists_are_read(void **state)
{
    (void)state;
    struct decoding decoding;

    decoding_begin(&decoding);
    assert_int_equal(decoding_run(&decoding, "GET", "/bucket",
                                  "uploads&prefix=a&delimiter=/&key-marker=b%20c&upload-id-marker="
                                  "id&max-uploads=7&encoding-type=url"),
                     S3A_CODE_NONE);
    assert_str(decoding.op.prefix, "a");
    assert_str(decoding.op.delimiter, "/");
    assert_str(decoding.op.start_after, "b c");
    assert_str(decoding.op.upload_id, "id");
    assert_int_equal(decoding.op.keys_max, 7);
    assert_true(decoding.op.encode_keys);
    decoding_end(&decoding);
    decoding_begin(&decoding);
    assert_int_equal(decoding_run(&decoding, "GET", "/bucket/k",
                                  "part-number-marker=12&uploadId=i%64&max-parts=5000"),
                     S3A_CODE_NONE);
    assert_str(decoding.op.upload_id, "id");
    assert_int_equal(decoding.op.part_marker, 12);
    assert_int_equal(decoding.op.keys_max, 1000);
    decoding_end(&decoding);
    assert_int_equal(decode_plain("GET", "/bucket/k", "uploadId=a&part-number-marker=x"),
                     S3A_CODE_INVALID_ARGUMENT);
    assert_int_equal(decode_plain("GET", "/bucket", "uploads&max-uploads=x"),
                     S3A_CODE_INVALID_ARGUMENT);
}

static void assert_source(const char *text, const char *bucket, const char *key)
{
    struct decoding decoding;

    decoding_begin(&decoding);
    decoding_add(&decoding, "x-amz-copy-source", text);
    enum s3a_code code = decoding_run(&decoding, "PUT", "/bucket/k", "");
    if (bucket) {
        assert_int_equal(code, S3A_CODE_NONE);
        assert_int_equal(decoding.op.kind, S3A_OP_COPY_OBJECT);
        assert_str(decoding.op.source.bucket, bucket);
        assert_str(decoding.op.source.key, key);
    } else {
        assert_int_not_equal(code, S3A_CODE_NONE);
    }
    decoding_end(&decoding);
}

static void a_source_is_decoded_once(void **state)
{
    (void)state;
    assert_source("source/key", "source", "key");
    assert_source("/source/a/b", "source", "a/b");
    assert_source("%2Fsource/a%2Fb", "source", "a/b");
    assert_source("/source/a%2520b+c", "source", "a%20b+c");
    assert_source("/source/what%3F", "source", "what?");
    assert_source("/source/key?versionId=null", "source", "key");
    assert_source("/source/key?versionId=5", NULL, NULL);
    assert_source("/source/%", NULL, NULL);
    assert_source("/source/", NULL, NULL);
    assert_source("/source", NULL, NULL);
    assert_source("/", NULL, NULL);
    assert_source("", NULL, NULL);
}

static void a_copy_has_conditions_of_its_own(void **state)
{
    (void)state;
    struct decoding decoding;

    decoding_begin(&decoding);
    decoding_add(&decoding, "x-amz-copy-source-if-match", "\"a\"");
    decoding_add(&decoding, "if-none-match", "*");
    decoding_add(&decoding, "x-amz-copy-source", "b-1/k");
    decoding_add(&decoding, "x-amz-copy-source-if-none-match", "\"b\"");
    decoding_add(&decoding, "x-amz-copy-source-if-modified-since", "Tue, 24 Nov 2026 03:58:52 GMT");
    decoding_add(&decoding, "x-amz-copy-source-if-unmodified-since", "no date");
    decoding_add(&decoding, "x-amz-metadata-directive", "REPLACE");
    decoding_add(&decoding, "x-amz-meta-a", "b");
    assert_int_equal(decoding_run(&decoding, "PUT", "/bucket/k", ""), S3A_CODE_NONE);
    assert_str(decoding.op.source.if_match, "\"a\"");
    assert_str(decoding.op.source.if_none_match, "\"b\"");
    assert_true(decoding.op.source.if_modified_since_ms > 0);
    assert_int_equal(decoding.op.source.if_unmodified_since_ms, 0);
    assert_str(decoding.op.if_none_match, "*");
    assert_true(decoding.op.replaces_headers);
    assert_int_equal(decoding.op.headers.count, 1);
    decoding_end(&decoding);
    decoding_begin(&decoding);
    decoding_add(&decoding, "x-amz-copy-source", "b-1/k");
    decoding_add(&decoding, "x-amz-metadata-directive", "MERGE");
    assert_int_equal(decoding_run(&decoding, "PUT", "/bucket/k", ""), S3A_CODE_INVALID_ARGUMENT);
    decoding_end(&decoding);
    decoding_begin(&decoding);
    decoding_add(&decoding, "x-amz-copy-source", "b-1/k");
    assert_int_equal(decoding_run(&decoding, "DELETE", "/bucket/k", ""), S3A_CODE_NOT_IMPLEMENTED);
    decoding_end(&decoding);
}

static void a_part_may_be_a_piece_of_an_object(void **state)
{
    (void)state;
    static const char *const bad[] = {"bytes=5-", "bytes=-5", "bytes=9-5", "5-9", ""};
    struct decoding decoding;

    decoding_begin(&decoding);
    decoding_add(&decoding, "x-amz-copy-source-range", "bytes=5-9");
    decoding_add(&decoding, "x-amz-copy-source", "b-1/k");
    assert_int_equal(decoding_run(&decoding, "PUT", "/bucket/k", "partNumber=2&uploadId=u"),
                     S3A_CODE_NONE);
    assert_int_equal(decoding.op.kind, S3A_OP_COPY_PART);
    assert_int_equal(decoding.op.source.range.first, 5);
    assert_int_equal(decoding.op.source.range.last, 9);
    decoding_end(&decoding);
    for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
        decoding_begin(&decoding);
        decoding_add(&decoding, "x-amz-copy-source", "b-1/k");
        decoding_add(&decoding, "x-amz-copy-source-range", bad[i]);
        assert_int_equal(decoding_run(&decoding, "PUT", "/bucket/k", "partNumber=2&uploadId=u"),
                         S3A_CODE_INVALID_ARGUMENT);
        decoding_end(&decoding);
    }
    decoding_begin(&decoding);
    decoding_add(&decoding, "x-amz-copy-source", "b-1/k");
    decoding_add(&decoding, "x-amz-copy-source-range", "bytes=5-9");
    assert_int_equal(decoding_run(&decoding, "PUT", "/bucket/k", ""), S3A_CODE_NOT_IMPLEMENTED);
    decoding_end(&decoding);
}

static void attributes_are_named(void **state)
{
    (void)state;
    struct decoding decoding;

    decoding_begin(&decoding);
    decoding_add(&decoding, "x-amz-object-attributes", "ETag, ObjectParts,StorageClass");
    decoding_add(&decoding, "x-amz-max-parts", "3");
    decoding_add(&decoding, "x-amz-part-number-marker", "4");
    assert_int_equal(decoding_run(&decoding, "GET", "/bucket/k", "attributes"), S3A_CODE_NONE);
    assert_int_equal(decoding.op.attributes,
                     S3A_ATTRIBUTE_ETAG | S3A_ATTRIBUTE_PARTS | S3A_ATTRIBUTE_STORAGE_CLASS);
    assert_int_equal(decoding.op.keys_max, 3);
    assert_int_equal(decoding.op.part_marker, 4);
    decoding_end(&decoding);
    assert_int_equal(decode_plain("GET", "/bucket/k", "attributes"), S3A_CODE_INVALID_REQUEST);
}

static void what_is_said_of_the_whole_is_kept_or_refused(void **state)
{
    (void)state;
    struct decoding decoding;

    decoding_begin(&decoding);
    decoding_add(&decoding, "x-amz-mp-object-size", "5000");
    decoding_add(&decoding, "if-match", "\"a\"");
    assert_int_equal(decoding_run(&decoding, "POST", "/bucket/k", "uploadId=u"), S3A_CODE_NONE);
    assert_true(decoding.op.has_object_size);
    assert_int_equal(decoding.op.object_size, 5000);
    assert_str(decoding.op.if_match, "\"a\"");
    decoding_end(&decoding);
    decoding_begin(&decoding);
    decoding_add(&decoding, "range", "bytes=0-1");
    assert_int_equal(decoding_run(&decoding, "GET", "/bucket/k", "partNumber=1"),
                     S3A_CODE_INVALID_REQUEST);
    decoding_end(&decoding);
}

static void decode_without_memory(void *arg)
{
    struct decoding decoding;

    (void)arg;
    decoding_begin(&decoding);
    decoding_add(&decoding, "x-amz-copy-source-if-match", "\"a\"");
    decoding_add(&decoding, "x-amz-copy-source-if-match", "\"b\"");
    decoding_add(&decoding, "x-amz-copy-source", "bucket/a%20b");
    enum s3a_code code =
        decoding_run(&decoding, "PUT", "/bucket/k%20", "partNumber=1&uploadId=%61");
    assert_true(code == S3A_CODE_NONE || code == S3A_CODE_INTERNAL_ERROR);
    decoding_end(&decoding);
}

static void without_memory_the_server_says_so(void **state)
{
    (void)state;
    fail_malloc_sweep(decode_without_memory, NULL);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(what_is_asked_makes_the_operation),
        cmocka_unit_test(half_of_a_part_is_none),
        cmocka_unit_test(parameters_of_lists_are_read),
        cmocka_unit_test(a_source_is_decoded_once),
        cmocka_unit_test(a_copy_has_conditions_of_its_own),
        cmocka_unit_test(a_part_may_be_a_piece_of_an_object),
        cmocka_unit_test(attributes_are_named),
        cmocka_unit_test(what_is_said_of_the_whole_is_kept_or_refused),
        cmocka_unit_test(without_memory_the_server_says_so),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
