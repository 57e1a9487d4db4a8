/* SPDX-License-Identifier: MIT */
#include "test.h"

#include "fail_malloc.h"
#include "http.h"

struct scene {
    struct s3a_op op;
    struct s3a_pool pool;
    struct s3a_answer answer;
};

static enum s3a_code decode(struct scene *scene, const char *document)
{
    *scene = (struct scene){.op.kind = S3A_OP_DELETE_OBJECTS};
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

/* Deeper than anything of S3's. */
#define NESTED                                                                                     \
    "<Delete><Object><Key><Key><Key><Key><Key><Key><Key>a</Key></Key></Key></Key></Key></Key>"     \
    "</Key></Object></Delete>"

static void assert_refused(const char *document, enum s3a_code code)
{
    struct scene scene;

    assert_int_equal(decode(&scene, document), code);
    assert_int_equal(scene.op.deletion_count, 0);
    end(&scene);
}

static void a_list_of_keys_is_read_in_its_order(void **state)
{
    (void)state;
    struct scene scene;

    assert_int_equal(decode(&scene, "<?xml version='1.0'?>\n<Delete xmlns='http://s3/doc/'>\n"
                                    "<Object><Key>a&amp;b</Key></Object>\n"
                                    "<Object><VersionId>null</VersionId><Key>c</Key>"
                                    "<ETag>&quot;e&quot;</ETag></Object>"
                                    "<Quiet>true</Quiet></Delete>"),
                     S3A_CODE_NONE);
    assert_int_equal(scene.op.deletion_count, 2);
    assert_true(scene.op.is_quiet);
    assert_str(scene.op.deletions[0].key, "a&b");
    assert_null(scene.op.deletions[0].if_match.data);
    assert_null(scene.op.deletions[0].version_id.data);
    assert_str(scene.op.deletions[1].key, "c");
    assert_str(scene.op.deletions[1].if_match, "\"e\"");
    assert_str(scene.op.deletions[1].version_id, "null");
    end(&scene);
}

static void an_empty_condition_is_a_condition(void **state)
{
    (void)state;
    struct scene scene;

    assert_int_equal(decode(&scene, "<Delete><Object><Key>a</Key><ETag/></Object></Delete>"),
                     S3A_CODE_NONE);
    assert_non_null(scene.op.deletions[0].if_match.data);
    end(&scene);
}

static void what_is_no_such_list_deletes_nothing(void **state)
{
    (void)state;
    static const char *const documents[] = {
        "",
        "<Delete>",
        "<Delete/>",
        "<Delete><Object/></Delete>",
        "<Delete><Object><Key></Key></Object></Delete>",
        "<Delete><Object><Key>a</Key><Key>b</Key></Object></Delete>",
        "<Delete><Object><Key>a</Key><IfNew>b</IfNew></Object></Delete>",
        "<Delete><Object><Key>a</Key></Object><Quiet>perhaps</Quiet></Delete>",
        "<Delete><Object><Key>a</Key></Object></Delete><Delete/>",
        "<Deletes><Object><Key>a</Key></Object></Deletes>",
        "<!DOCTYPE a [<!ENTITY b 'c'>]><Delete><Object><Key>&b;</Key></Object></Delete>",
        NESTED};

    for (size_t i = 0; i < sizeof(documents) / sizeof(documents[0]); i++) {
        assert_refused(documents[i], S3A_CODE_MALFORMED_XML);
    }
}

/* Passed over, they would delete what was meant to stay. */
static void conditions_of_other_buckets_are_refused(void **state)
{
    (void)state;
    assert_refused("<Delete><Object><Key>a</Key><Size>1</Size></Object></Delete>",
                   S3A_CODE_NOT_IMPLEMENTED);
    assert_refused("<Delete><Object><Key>a</Key><LastModifiedTime>1</LastModifiedTime></Object>"
                   "</Delete>",
                   S3A_CODE_NOT_IMPLEMENTED);
}

static void there_is_a_limit(void **state)
{
    (void)state;
    struct scene scene;
    struct s3a_buf document;

    for (int count = S3A_DELETIONS_MAX; count <= S3A_DELETIONS_MAX + 1; count++) {
        s3a_buf_init(&document, 1000000);
        s3a_buf_append_text(&document, "<Delete>");
        for (int i = 0; i < count; i++) {
            s3a_buf_append_format(&document, "<Object><Key>%d</Key></Object>", i);
        }
        s3a_buf_append_text(&document, "</Delete>");
        enum s3a_code code = decode(&scene, s3a_buf_text(&document));
        assert_int_equal(code, count > S3A_DELETIONS_MAX ? S3A_CODE_MALFORMED_XML : S3A_CODE_NONE);
        end(&scene);
        s3a_buf_fini(&document);
    }
}

static void decode_with_failing_memory(void *arg)
{
    struct scene scene;
    enum s3a_code code =
        decode(&scene, "<Delete><Object><Key>a</Key><ETag>e</ETag></Object></Delete>");

    (void)arg;
    assert_true(code == S3A_CODE_NONE || code == S3A_CODE_INTERNAL_ERROR);
    assert_int_equal(scene.op.deletion_count, code == S3A_CODE_NONE);
    end(&scene);
}

static void without_memory_nothing_is_half_read(void **state)
{
    (void)state;
    fail_malloc_sweep(decode_with_failing_memory, NULL);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_list_of_keys_is_read_in_its_order),
        cmocka_unit_test(an_empty_condition_is_a_condition),
        cmocka_unit_test(what_is_no_such_list_deletes_nothing),
        cmocka_unit_test(conditions_of_other_buckets_are_refused),
        cmocka_unit_test(there_is_a_limit),
        cmocka_unit_test(without_memory_nothing_is_half_read),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
