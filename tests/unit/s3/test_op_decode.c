/* SPDX-License-Identifier: MIT */
#include "test.h"

#include "decoding.h"
#include "fail_malloc.h"

static void method_and_path_make_the_operation(void **state)
{
    (void)state;
    static const struct {
        const char *method;
        const char *path;
        enum s3a_op_kind kind;
        const char *bucket;
        const char *key;
    } rows[] = {
        {"GET", "/", S3A_OP_LIST_BUCKETS, "", ""},
        {"PUT", "/bucket", S3A_OP_CREATE_BUCKET, "bucket", ""},
        {"PUT", "/bucket/", S3A_OP_CREATE_BUCKET, "bucket", ""},
        {"HEAD", "/bucket", S3A_OP_HEAD_BUCKET, "bucket", ""},
        {"DELETE", "/bucket", S3A_OP_DELETE_BUCKET, "bucket", ""},
        {"GET", "/bucket", S3A_OP_LIST_OBJECTS, "bucket", ""},
        {"GET", "/bucket/k", S3A_OP_GET_OBJECT, "bucket", "k"},
        {"HEAD", "/bucket/k", S3A_OP_HEAD_OBJECT, "bucket", "k"},
        {"PUT", "/bucket/a/b/", S3A_OP_PUT_OBJECT, "bucket", "a/b/"},
        {"DELETE", "/bucket//k", S3A_OP_DELETE_OBJECT, "bucket", "/k"},
        {"GET", "/bucket/a%2Fb+c%20d/../%C3%BC", S3A_OP_GET_OBJECT, "bucket",
         "a/b+c d/../\xc3\xbc"},
    };
    struct decoding decoding;

    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        decoding_begin(&decoding);
        assert_int_equal(decoding_run(&decoding, rows[i].method, rows[i].path, ""), S3A_CODE_NONE);
        assert_int_equal(decoding.op.kind, rows[i].kind);
        assert_str(decoding.op.bucket, rows[i].bucket);
        assert_str(decoding.op.key, rows[i].key);
        decoding_end(&decoding);
    }
}

static void the_host_may_name_the_bucket(void **state)
{
    (void)state;
    static const struct {
        const char *host;
        const char *bucket;
        const char *key;
    } rows[] = {
        {"bucket.s3.example.com:9000", "bucket", "a/b"},
        {"bucket.S3.Example.com", "bucket", "a/b"},
        {"my.bucket.s3.example.com", "my.bucket", "a/b"},
        {"s3.example.com", "abc", "b"},
        {"nots3.example.com", "abc", "b"},
        {"127.0.0.1:9000", "abc", "b"},
        {"", "abc", "b"},
    };
    struct decoding decoding;

    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        decoding_begin(&decoding);
        decoding.headers[0].value = s3a_str_of(rows[i].host);
        const char *path = rows[i].key[1] == '/' ? "/a/b" : "/abc/b";
        assert_int_equal(decoding_run(&decoding, "GET", path, ""), S3A_CODE_NONE);
        assert_str(decoding.op.bucket, rows[i].bucket);
        assert_str(decoding.op.key, rows[i].key);
        decoding_end(&decoding);
    }
}

static void names_are_checked(void **state)
{
    (void)state;
    char path[8 + S3A_KEY_SIZE_MAX + 2] = "/bucket/";

    assert_int_equal(decode_plain("PUT", "/No", ""), S3A_CODE_INVALID_BUCKET_NAME);
    assert_int_equal(decode_plain("GET", "/..%2f../key", ""), S3A_CODE_INVALID_BUCKET_NAME);
    assert_int_equal(decode_plain("GET", "//key", ""), S3A_CODE_INVALID_BUCKET_NAME);
    assert_int_equal(decode_plain("GET", "/bucket/%ff", ""), S3A_CODE_INVALID_URI);
    assert_int_equal(decode_plain("GET", "/bucket/a%00b", ""), S3A_CODE_INVALID_URI);
    assert_int_equal(decode_plain("GET", "/bucket/%2", ""), S3A_CODE_INVALID_URI);
    assert_int_equal(decode_plain("GET", "bucket/k", ""), S3A_CODE_INVALID_URI);
    assert_int_equal(decode_plain("GET", "", ""), S3A_CODE_INVALID_URI);
    memset(path + 8, 'k', S3A_KEY_SIZE_MAX);
    assert_int_equal(decode_plain("PUT", path, ""), S3A_CODE_NONE);
    path[8 + S3A_KEY_SIZE_MAX] = 'k';
    assert_int_equal(decode_plain("PUT", path, ""), S3A_CODE_KEY_TOO_LONG);
}

static void other_methods_are_not_allowed(void **state)
{
    (void)state;

    assert_int_equal(decode_plain("POST", "/bucket/k", ""), S3A_CODE_METHOD_NOT_ALLOWED);
    assert_int_equal(decode_plain("PATCH", "/bucket/k", ""), S3A_CODE_METHOD_NOT_ALLOWED);
    assert_int_equal(decode_plain("PUT", "/", ""), S3A_CODE_METHOD_NOT_ALLOWED);
    assert_int_equal(decode_plain("DELETE", "/", ""), S3A_CODE_METHOD_NOT_ALLOWED);
    assert_int_equal(decode_plain("get", "/bucket/k", ""), S3A_CODE_METHOD_NOT_ALLOWED);
    assert_int_equal(decode_plain("POST", "/bucket/k", "select"), S3A_CODE_NOT_IMPLEMENTED);
}

static void decode_with_failing_memory(void *arg)
{
    struct decoding *decoding = arg;
    enum s3a_code code = decoding_run(decoding, "PUT", "/buck%65t/k%65y", "x-id=%50");

    assert_true(code == S3A_CODE_NONE || code == S3A_CODE_INTERNAL_ERROR);
    decoding_end(decoding);
}

static void without_memory_the_server_says_so(void **state)
{
    (void)state;
    struct decoding decoding;

    decoding_begin(&decoding);
    decoding_add(&decoding, "if-match", "a");
    decoding_add(&decoding, "if-match", "b");
    fail_malloc_sweep(decode_with_failing_memory, &decoding);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(method_and_path_make_the_operation),
        cmocka_unit_test(the_host_may_name_the_bucket),
        cmocka_unit_test(names_are_checked),
        cmocka_unit_test(other_methods_are_not_allowed),
        cmocka_unit_test(without_memory_the_server_says_so),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
