/* SPDX-License-Identifier: MIT */
#include "test.h"

#include "decoding.h"

static void assert_route(const char *method, const char *path, const char *query,
                         enum s3a_op_kind kind)
{
    struct decoding decoding;

    decoding_begin(&decoding);
    assert_int_equal(decoding_run(&decoding, method, path, query), S3A_CODE_NONE);
    assert_int_equal(decoding.op.kind, kind);
    decoding_end(&decoding);
}

static void method_and_path_make_the_operation(void **state)
{
    (void)state;
    assert_route("GET", "/", "", S3A_OP_LIST_BUCKETS);
    assert_route("GET", "/bucket", "", S3A_OP_LIST_OBJECTS);
    assert_route("HEAD", "/bucket/", "x-id=HeadBucket", S3A_OP_HEAD_BUCKET);
    assert_route("GET", "/bucket/k", "x-id=GetObject", S3A_OP_GET_OBJECT);
    assert_route("DELETE", "/bucket/k", "", S3A_OP_DELETE_OBJECT);
    assert_int_equal(decode_plain("PUT", "/", ""), S3A_CODE_METHOD_NOT_ALLOWED);
    assert_int_equal(decode_plain("POST", "/bucket", ""), S3A_CODE_METHOD_NOT_ALLOWED);
    assert_int_equal(decode_plain("PATCH", "/bucket/k", ""), S3A_CODE_METHOD_NOT_ALLOWED);
}

static void a_sub_resource_makes_another_one(void **state)
{
    (void)state;
    struct decoding decoding;

    decoding_begin(&decoding);
    assert_int_equal(decoding_run(&decoding, "GET", "/bucket", "loc%61tion="), S3A_CODE_NONE);
    assert_int_equal(decoding.op.kind, S3A_OP_GET_ASPECT);
    assert_string_equal(decoding.op.aspect->name, "location");
    decoding_end(&decoding);
    assert_route("DELETE", "/bucket", "cors", S3A_OP_DELETE_ASPECT);
    assert_route("GET", "/bucket/k", "retention", S3A_OP_GET_ASPECT);
    decoding_begin(&decoding);
    assert_int_equal(decoding_run(&decoding, "GET", "/bucket", "id=a&metrics"), S3A_CODE_NONE);
    assert_str(decoding.op.aspect_id, "a");
    decoding_end(&decoding);
}

/* Passing over "retention" would write an object in the place of its retention. */
static void what_there_is_no_way_to_do_is_not_implemented(void **state)
{
    (void)state;
    static const char *const queries[] = {"retention", "torrent", "select", "restore"};
    static const char *const of_bucket[] = {"cors", "versioning", "encryption", "location"};

    for (size_t i = 0; i < 4; i++) {
        assert_int_equal(decode_plain("PUT", "/bucket/k", queries[i]), S3A_CODE_NOT_IMPLEMENTED);
        assert_int_equal(decode_plain("HEAD", "/bucket/k", queries[i]), S3A_CODE_NOT_IMPLEMENTED);
        assert_int_equal(decode_plain("DELETE", "/bucket/k", queries[i]), S3A_CODE_NOT_IMPLEMENTED);
        assert_int_equal(decode_plain("PUT", "/bucket", of_bucket[i]), S3A_CODE_NOT_IMPLEMENTED);
    }
    assert_int_equal(decode_plain("DELETE", "/bucket", "versioning"), S3A_CODE_NOT_IMPLEMENTED);
    assert_int_equal(decode_plain("GET", "/", "cors"), S3A_CODE_NOT_IMPLEMENTED);
    assert_int_equal(decode_plain("GET", "/bucket/k", "cors"), S3A_CODE_NOT_IMPLEMENTED);
}

static void two_sub_resources_contradict_each_other(void **state)
{
    (void)state;
    assert_int_equal(decode_plain("GET", "/bucket", "cors&policy"), S3A_CODE_INVALID_ARGUMENT);
    assert_int_equal(decode_plain("GET", "/bucket", "cors&cors"), S3A_CODE_NONE);
    assert_int_equal(decode_plain("GET", "/bucket", "%c"), S3A_CODE_INVALID_URI);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(method_and_path_make_the_operation),
        cmocka_unit_test(a_sub_resource_makes_another_one),
        cmocka_unit_test(what_there_is_no_way_to_do_is_not_implemented),
        cmocka_unit_test(two_sub_resources_contradict_each_other),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
