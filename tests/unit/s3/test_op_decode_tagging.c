/* SPDX-License-Identifier: MIT */
#include "test.h"

#include "decoding.h"

struct scene {
    struct s3a_op op;
    struct s3a_pool pool;
    struct s3a_answer answer;
};

static enum s3a_code decode(struct scene *scene, enum s3a_op_kind kind, const char *document)
{
    *scene = (struct scene){.op.kind = kind};
    s3a_answer_init(&scene->answer, 0);
    enum s3a_code code =
        s3a_op_decode_document(s3a_str_of(document), &scene->pool, &scene->op, &scene->answer);
    assert_int_equal(scene->answer.code, code);
    return code;
}

static void end(struct scene *scene)
{
    s3a_answer_fini(&scene->answer);
    s3a_pool_fini(&scene->pool);
}

#define TAG(key, value) "<Tag><Key>" key "</Key><Value>" value "</Value></Tag>"
#define SET(tags) "<Tagging><TagSet>" tags "</TagSet></Tagging>"

static void assert_tags(const char *document, enum s3a_code code, const char *tags)
{
    struct scene scene;

    assert_int_equal(decode(&scene, S3A_OP_PUT_OBJECT_TAGGING, document), code);
    if (code == S3A_CODE_NONE) {
        assert_str(scene.op.tags, tags);
    } else {
        assert_null(scene.op.tags.data);
    }
    end(&scene);
}

static void a_set_of_tags_is_read(void **state)
{
    (void)state;
    assert_tags(SET(TAG("a b", "1") TAG("c", "")), S3A_CODE_NONE, "a%20b=1&c=");
    assert_tags(SET(""), S3A_CODE_NONE, "");
    assert_tags("<Tagging><TagSet/></Tagging>", S3A_CODE_NONE, "");
}

static void what_is_no_set_of_tags_is_refused(void **state)
{
    (void)state;
    static const char *const documents[] = {
        "",
        "<Tagging/>",
        "<TagSet/>",
        SET("<Tag><Key>a</Key></Tag>"),
        SET("<Tag><Value>a</Value></Tag>"),
        SET("<Tag><Key>a</Key><Key>b</Key><Value>c</Value></Tag>"),
        SET("<Tag><Key>a</Key><Value>c</Value><Colour>d</Colour></Tag>"),
        "<!DOCTYPE a [<!ENTITY b 'c'>]>" SET(TAG("&b;", "1")),
    };

    for (size_t i = 0; i < sizeof(documents) / sizeof(documents[0]); i++) {
        assert_tags(documents[i], S3A_CODE_MALFORMED_XML, NULL);
    }
    assert_tags(SET(TAG("a", "1") TAG("a", "2")), S3A_CODE_INVALID_TAG, NULL);
    assert_tags(SET(TAG("", "1")), S3A_CODE_INVALID_TAG, NULL);
}

static void a_put_may_bring_its_tags_in_a_header(void **state)
{
    (void)state;
    struct decoding decoding;

    decoding_begin(&decoding);
    decoding_add(&decoding, "x-amz-tagging", "a=1&b=x%20y");
    assert_int_equal(decoding_run(&decoding, "PUT", "/bucket/k", ""), S3A_CODE_NONE);
    assert_str(decoding.op.tags, "a=1&b=x%20y");
    decoding_end(&decoding);
    decoding.headers[1].value = S3A_STR("a=1&a=2");
    assert_int_equal(decoding_run(&decoding, "PUT", "/bucket/k", ""), S3A_CODE_INVALID_TAG);
    decoding_end(&decoding);
    assert_int_equal(decoding_run(&decoding, "PUT", "/bucket", ""), S3A_CODE_NOT_IMPLEMENTED);
    decoding_end(&decoding);
}

static void a_copy_says_whose_tags_it_takes(void **state)
{
    (void)state;
    struct decoding decoding;

    decoding_begin(&decoding);
    decoding_add(&decoding, "x-amz-copy-source", "/bucket/a");
    decoding_add(&decoding, "x-amz-tagging-directive", "REPLACE");
    decoding_add(&decoding, "x-amz-tagging", "a=1");
    assert_int_equal(decoding_run(&decoding, "PUT", "/bucket/k", ""), S3A_CODE_NONE);
    assert_int_equal(decoding.op.kind, S3A_OP_COPY_OBJECT);
    assert_true(decoding.op.replaces_tags);
    assert_str(decoding.op.tags, "a=1");
    decoding_end(&decoding);
    decoding.headers[2].value = S3A_STR("copy");
    assert_int_equal(decoding_run(&decoding, "PUT", "/bucket/k", ""), S3A_CODE_NONE);
    assert_false(decoding.op.replaces_tags);
    decoding_end(&decoding);
    decoding.headers[2].value = S3A_STR("TAKE");
    assert_int_equal(decoding_run(&decoding, "PUT", "/bucket/k", ""), S3A_CODE_INVALID_ARGUMENT);
    decoding_end(&decoding);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_set_of_tags_is_read),
        cmocka_unit_test(what_is_no_set_of_tags_is_refused),
        cmocka_unit_test(a_put_may_bring_its_tags_in_a_header),
        cmocka_unit_test(a_copy_says_whose_tags_it_takes),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
