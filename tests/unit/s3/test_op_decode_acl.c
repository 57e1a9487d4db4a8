/* SPDX-License-Identifier: MIT */
#include "test.h"

#include "decoding.h"
#include "fail_malloc.h"

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

#define BEGIN                                                                                      \
    "<AccessControlPolicy xmlns='http://s3.amazonaws.com/doc/2006-03-01/'><Owner><ID>s3atomic"     \
    "</ID></Owner><AccessControlList>"
#define GRANT(who, what)                                                                           \
    "<Grant><Grantee xmlns:xsi='http://www.w3.org/2001/XMLSchema-instance' xsi:type='x'>" who      \
    "</Grantee><Permission>" what "</Permission></Grant>"
#define OWNER GRANT("<ID>s3atomic</ID>", "FULL_CONTROL")
#define GROUP(name, what) GRANT("<URI>http://acs.amazonaws.com/groups/global/" name "</URI>", what)
#define END "</AccessControlList></AccessControlPolicy>"

static void assert_acl(const char *document, enum s3a_code code, enum s3a_canned_acl acl)
{
    struct scene scene;

    assert_int_equal(decode(&scene, S3A_OP_PUT_OBJECT_ACL, document), code);
    assert_int_equal(scene.op.acl, acl);
    end(&scene);
}

static void a_list_that_says_what_a_canned_one_says_is_that_one(void **state)
{
    (void)state;
    assert_acl(BEGIN OWNER END, S3A_CODE_NONE, S3A_ACL_PRIVATE);
    assert_acl(BEGIN OWNER GROUP("AllUsers", "READ") END, S3A_CODE_NONE, S3A_ACL_PUBLIC_READ);
    assert_acl(BEGIN GROUP("AllUsers", "WRITE") OWNER GROUP("AllUsers", "READ") END, S3A_CODE_NONE,
               S3A_ACL_PUBLIC_READ_WRITE);
    assert_acl(BEGIN OWNER GROUP("AuthenticatedUsers", "READ") END, S3A_CODE_NONE,
               S3A_ACL_AUTHENTICATED_READ);
}

/* What is not understood must not become more than was meant, nor less. */
static void any_other_list_is_not_implemented(void **state)
{
    (void)state;
    static const char *const documents[] = {
        BEGIN END,
        BEGIN GROUP("AllUsers", "READ") END,
        BEGIN OWNER GROUP("AllUsers", "WRITE") END,
        BEGIN OWNER GROUP("AllUsers", "READ_ACP") END,
        BEGIN OWNER GROUP("AllUsers", "READ") GROUP("AuthenticatedUsers", "READ") END,
        BEGIN OWNER GRANT("<ID>another</ID>", "READ") END,
        BEGIN OWNER GRANT("<EmailAddress>a@b</EmailAddress>", "READ") END,
        BEGIN GRANT("<ID>another</ID><ID>s3atomic</ID>", "FULL_CONTROL") END,
        "<AccessControlPolicy><Owner><ID>another</ID></Owner><AccessControlList>" OWNER END,
    };

    for (size_t i = 0; i < sizeof(documents) / sizeof(documents[0]); i++) {
        assert_acl(documents[i], S3A_CODE_NOT_IMPLEMENTED, S3A_ACL_NOT_GIVEN);
    }
    assert_acl("<Other/>", S3A_CODE_MALFORMED_XML, S3A_ACL_NOT_GIVEN);
    assert_acl("", S3A_CODE_MALFORMED_XML, S3A_ACL_NOT_GIVEN);
}

static void a_header_may_say_it_instead(void **state)
{
    (void)state;
    struct decoding decoding;

    decoding_begin(&decoding);
    decoding_add(&decoding, "x-amz-acl", "public-read");
    assert_int_equal(decoding_run(&decoding, "PUT", "/bucket", "acl"), S3A_CODE_NONE);
    assert_int_equal(decoding.op.kind, S3A_OP_PUT_BUCKET_ACL);
    assert_int_equal(decoding.op.acl, S3A_ACL_PUBLIC_READ);
    assert_int_equal(
        s3a_op_decode_document(S3A_STR(""), &decoding.pool, &decoding.op, &decoding.answer),
        S3A_CODE_NONE);
    assert_int_equal(s3a_op_decode_document(S3A_STR(BEGIN OWNER END), &decoding.pool, &decoding.op,
                                            &decoding.answer),
                     S3A_CODE_INVALID_REQUEST);
    decoding_end(&decoding);
    decoding.headers[1].value = S3A_STR("public");
    assert_int_equal(decoding_run(&decoding, "PUT", "/bucket/k", ""), S3A_CODE_INVALID_ARGUMENT);
    decoding_end(&decoding);
    decoding.headers[1].value = S3A_STR("log-delivery-write");
    assert_int_equal(decoding_run(&decoding, "PUT", "/bucket", ""), S3A_CODE_NOT_IMPLEMENTED);
    decoding_end(&decoding);
}

static void decode_with_failing_memory(void *arg)
{
    struct scene scene;
    enum s3a_code code =
        decode(&scene, S3A_OP_PUT_BUCKET_ACL, BEGIN OWNER GROUP("AllUsers", "READ") END);

    (void)arg;
    assert_true(code == S3A_CODE_NONE || code == S3A_CODE_INTERNAL_ERROR);
    assert_int_equal(scene.op.acl, code == S3A_CODE_NONE ? S3A_ACL_PUBLIC_READ : S3A_ACL_NOT_GIVEN);
    end(&scene);
}

static void without_memory_nothing_is_granted(void **state)
{
    (void)state;
    fail_malloc_sweep(decode_with_failing_memory, NULL);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_list_that_says_what_a_canned_one_says_is_that_one),
        cmocka_unit_test(any_other_list_is_not_implemented),
        cmocka_unit_test(a_header_may_say_it_instead),
        cmocka_unit_test(without_memory_nothing_is_granted),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
