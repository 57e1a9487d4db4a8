/* SPDX-License-Identifier: MIT */
#include "test.h"

#include "decoding.h"

static void version_2_is_read_with_all_its_parameters(void **state)
{
    (void)state;
    struct decoding decoding;

    decoding_begin(&decoding);
    assert_int_equal(decoding_run(&decoding, "GET", "/bucket",
                                  "list-type=2&prefix=a%2Fb+c&delimiter=%2F&start-after=s"
                                  "&continuation-token=t&max-keys=5&encoding-type=url"
                                  "&fetch-owner=true&marker=m&x-id=ListObjectsV2"),
                     S3A_CODE_NONE);
    assert_int_equal(decoding.op.kind, S3A_OP_LIST_OBJECTS);
    assert_false(decoding.op.is_version_1);
    assert_str(decoding.op.prefix, "a/b c");
    assert_str(decoding.op.delimiter, "/");
    assert_str(decoding.op.start_after, "s");
    assert_str(decoding.op.continuation, "t");
    assert_true(decoding.op.has_keys_max);
    assert_int_equal(decoding.op.keys_max, 5);
    assert_true(decoding.op.encode_keys);
    assert_true(decoding.op.fetch_owner);
    decoding_end(&decoding);
}

static void version_1_goes_on_from_its_marker(void **state)
{
    (void)state;
    struct decoding decoding;

    decoding_begin(&decoding);
    assert_int_equal(decoding_run(&decoding, "GET", "/bucket/",
                                  "marker=m&start-after=s&continuation-token=t&max-keys=2000"),
                     S3A_CODE_NONE);
    assert_true(decoding.op.is_version_1);
    assert_str(decoding.op.start_after, "m");
    assert_null(decoding.op.continuation.data);
    assert_int_equal(decoding.op.keys_max, S3A_LIST_KEYS_MAX);
    decoding_end(&decoding);
    assert_int_equal(decoding_run(&decoding, "GET", "/bucket", ""), S3A_CODE_NONE);
    assert_true(decoding.op.is_version_1);
    assert_int_equal(decoding.op.start_after.size, 0);
    assert_false(decoding.op.has_keys_max);
    decoding_end(&decoding);
}

static void buckets_are_listed_in_pages(void **state)
{
    (void)state;
    struct decoding decoding;

    decoding_begin(&decoding);
    assert_int_equal(decoding_run(&decoding, "GET", "/",
                                  "max-buckets=7&prefix=p&continuation-token=t&list-type=1"),
                     S3A_CODE_NONE);
    assert_int_equal(decoding.op.kind, S3A_OP_LIST_BUCKETS);
    assert_int_equal(decoding.op.keys_max, 7);
    assert_str(decoding.op.prefix, "p");
    assert_str(decoding.op.continuation, "t");
    decoding_end(&decoding);
    assert_int_equal(decode_plain("GET", "/", "max-buckets=0"), S3A_CODE_INVALID_ARGUMENT);
    assert_int_equal(decode_plain("GET", "/", "bucket-region=x"), S3A_CODE_NOT_IMPLEMENTED);
}

static void values_that_mean_nothing_are_refused(void **state)
{
    (void)state;
    static const char *const queries[] = {
        "list-type=3",   "list-type",           "list-type=2&max-keys=-1", "max-keys=many",
        "max-keys=",     "max-keys=9999999999", "encoding-type=base64",    "prefix=%ff",
        "delimiter=%c3", "marker=%ff",          "continuation-token="};

    for (size_t i = 0; i < sizeof(queries) / sizeof(queries[0]); i++) {
        assert_int_equal(decode_plain("GET", "/bucket", queries[i]), S3A_CODE_INVALID_ARGUMENT);
    }
    assert_int_equal(decode_plain("GET", "/bucket", "prefix=%2"), S3A_CODE_INVALID_URI);
    assert_int_equal(decode_plain("GET", "/bucket", "%=1"), S3A_CODE_INVALID_URI);
}

static void versions_are_listed_from_a_key_on(void **state)
{
    (void)state;
    struct decoding decoding;

    decoding_begin(&decoding);
    assert_int_equal(decoding_run(&decoding, "GET", "/bucket",
                                  "versions&key-marker=k&version-id-marker=null&max-keys=2"
                                  "&delimiter=%2F&prefix=p&encoding-type=url"),
                     S3A_CODE_NONE);
    assert_int_equal(decoding.op.kind, S3A_OP_LIST_VERSIONS);
    assert_str(decoding.op.start_after, "k");
    assert_str(decoding.op.version_marker, "null");
    assert_str(decoding.op.prefix, "p");
    assert_true(decoding.op.encode_keys);
    assert_int_equal(decoding.op.keys_max, 2);
    decoding_end(&decoding);
    assert_int_equal(decode_plain("GET", "/bucket", "versions&version-id-marker=null"),
                     S3A_CODE_INVALID_ARGUMENT);
    assert_int_equal(decode_plain("GET", "/bucket", "versions&key-marker=%ff"),
                     S3A_CODE_INVALID_ARGUMENT);
}

static void an_object_has_one_version_and_its_name_is_null(void **state)
{
    (void)state;
    static const char *const methods[] = {"GET", "HEAD", "DELETE"};
    struct decoding decoding;

    for (size_t i = 0; i < 3; i++) {
        decoding_begin(&decoding);
        assert_int_equal(decoding_run(&decoding, methods[i], "/bucket/k", "versionId=null"),
                         S3A_CODE_NONE);
        assert_true(decoding.op.names_version);
        decoding_end(&decoding);
        assert_int_equal(decode_plain(methods[i], "/bucket/k", "versionId=1"),
                         S3A_CODE_INVALID_ARGUMENT);
        assert_int_equal(decode_plain(methods[i], "/bucket/k", "versionId"),
                         S3A_CODE_INVALID_ARGUMENT);
    }
    assert_int_equal(decode_plain("GET", "/bucket/k", "versionId=3HL4kqtJlcpXroDTDmJ.rmSpXd3dIbrH"),
                     S3A_CODE_NO_SUCH_VERSION);
    assert_int_equal(
        decode_plain("DELETE", "/bucket/k", "versionId=3HL4kqtJlcpXroDTDmJ.rmSpXd3dIbrH"),
        S3A_CODE_INVALID_ARGUMENT);
    assert_int_equal(decode_plain("PUT", "/bucket/k", "versionId=null"), S3A_CODE_INVALID_ARGUMENT);
}

static void a_read_may_name_the_content_anew(void **state)
{
    (void)state;
    struct decoding decoding;

    decoding_begin(&decoding);
    assert_int_equal(decoding_run(&decoding, "GET", "/bucket/k",
                                  "response-content-type=text%2Fplain"
                                  "&response-content-disposition=attachment%3B+filename%3Da"),
                     S3A_CODE_NONE);
    assert_str(s3a_headers_find(&decoding.op.headers, "content-type"), "text/plain");
    assert_str(s3a_headers_find(&decoding.op.headers, "content-disposition"),
               "attachment; filename=a");
    decoding_end(&decoding);
    assert_int_equal(decoding_run(&decoding, "PUT", "/bucket/k", "response-content-type=a"),
                     S3A_CODE_NONE);
    assert_int_equal(decoding.op.headers.count, 0);
    decoding_end(&decoding);
    static const char *const bad[] = {"response-content-type=a%0d%0ab", "response-content-length=1",
                                      "response-x-amz-meta-a=1", "response-",
                                      "response-expires=a&response-expires=b"};
    for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
        assert_int_equal(decode_plain("GET", "/bucket/k", bad[i]), S3A_CODE_INVALID_ARGUMENT);
    }
}

/* Presigning clients put headers there, in whatever case. */
static void headers_may_stand_in_the_query(void **state)
{
    (void)state;
    struct decoding decoding;

    decoding_begin(&decoding);
    assert_int_equal(decoding_run(&decoding, "PUT", "/bucket/k",
                                  "X-Amz-Algorithm=a&X-Amz-Signature=s&X-Amz-Meta-Owner=me"
                                  "&X-Amz-Acl=private&x-amz-checksum-crc32=AAAAAA%3D%3D"),
                     S3A_CODE_NONE);
    assert_int_equal(decoding.op.headers.count, 1);
    assert_str(s3a_headers_find(&decoding.op.headers, "x-amz-meta-owner"), "me");
    decoding_end(&decoding);
    assert_int_equal(decoding_run(&decoding, "PUT", "/bucket/k", "X-Amz-Acl=public-read"),
                     S3A_CODE_NONE);
    assert_int_equal(decoding.op.acl, S3A_ACL_PUBLIC_READ);
    decoding_end(&decoding);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(version_2_is_read_with_all_its_parameters),
        cmocka_unit_test(version_1_goes_on_from_its_marker),
        cmocka_unit_test(buckets_are_listed_in_pages),
        cmocka_unit_test(values_that_mean_nothing_are_refused),
        cmocka_unit_test(versions_are_listed_from_a_key_on),
        cmocka_unit_test(an_object_has_one_version_and_its_name_is_null),
        cmocka_unit_test(a_read_may_name_the_content_anew),
        cmocka_unit_test(headers_may_stand_in_the_query),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
