/* SPDX-License-Identifier: MIT */
#include "store_fixture.h"

#include "fail_malloc.h"

static void call(struct store *store, struct s3a_op *op, int http_status, enum s3a_code code,
                 struct s3a_answer *ret_answer)
{
    (void)store_call(store, op, s3a_str_of("body"), ret_answer);
    assert_int_equal(ret_answer->code, code);
    assert_int_equal(ret_answer->http_status, http_status);
}

static void expect(struct store *store, struct s3a_op *op, int http_status, enum s3a_code code)
{
    struct s3a_answer answer;

    call(store, op, http_status, code, &answer);
    s3a_answer_fini(&answer);
}

static void assert_tags(struct store *store, struct s3a_op *op, const char *tags)
{
    struct s3a_answer answer;

    call(store, op, 200, S3A_CODE_NONE, &answer);
    assert_str(answer.tags, tags);
    s3a_answer_fini(&answer);
}

static void tags_of_an_object_change_and_the_object_does_not(void **state)
{
    (void)state;
    struct s3a_op put = op_of(S3A_OP_PUT_OBJECT, "k");
    struct s3a_op head = op_of(S3A_OP_HEAD_OBJECT, "k");
    struct s3a_op get_tags = op_of(S3A_OP_GET_OBJECT_TAGGING, "k");
    struct s3a_op put_tags = op_of(S3A_OP_PUT_OBJECT_TAGGING, "k");
    struct s3a_op delete_tags = op_of(S3A_OP_DELETE_OBJECT_TAGGING, "k");
    struct s3a_answer before;
    struct s3a_answer after;
    struct store store;

    store_open(&store);
    put.tags = S3A_STR("a=1&b=2");
    expect(&store, &put, 200, S3A_CODE_NONE);
    assert_tags(&store, &get_tags, "a=1&b=2");
    call(&store, &head, 200, S3A_CODE_NONE, &before);
    assert_int_equal(before.tag_count, 2);
    put_tags.tags = S3A_STR("c=3");
    expect(&store, &put_tags, 200, S3A_CODE_NONE);
    store_reopen(&store);
    assert_tags(&store, &get_tags, "c=3");
    call(&store, &head, 200, S3A_CODE_NONE, &after);
    assert_int_equal(after.tag_count, 1);
    assert_string_equal(after.etag, before.etag);
    assert_true(after.modified_ms == before.modified_ms);
    s3a_answer_fini(&before);
    s3a_answer_fini(&after);
    expect(&store, &delete_tags, 204, S3A_CODE_NONE);
    assert_tags(&store, &get_tags, "");
    assert_store_has(&store, "k", "body");

    /* What is put anew has no tags of what was there. */
    expect(&store, &put_tags, 200, S3A_CODE_NONE);
    put.tags = s3a_str_of(NULL);
    expect(&store, &put, 200, S3A_CODE_NONE);
    assert_tags(&store, &get_tags, "");
    store_close(&store);
}

static void a_bucket_has_tags_or_none(void **state)
{
    (void)state;
    struct s3a_op make = {.kind = S3A_OP_CREATE_BUCKET, .bucket = S3A_STR_INIT("alpha")};
    struct s3a_op op = {.kind = S3A_OP_GET_BUCKET_TAGGING, .bucket = S3A_STR_INIT("alpha")};
    struct store store;

    store_open(&store);
    expect(&store, &op, 404, S3A_CODE_NO_SUCH_BUCKET);
    expect(&store, &make, 200, S3A_CODE_NONE);
    expect(&store, &op, 404, S3A_CODE_NO_SUCH_TAG_SET);
    op.kind = S3A_OP_PUT_BUCKET_TAGGING;
    op.tags = S3A_STR("a=1");
    expect(&store, &op, 204, S3A_CODE_NONE);
    op.kind = S3A_OP_GET_BUCKET_TAGGING;
    assert_tags(&store, &op, "a=1");
    op.kind = S3A_OP_DELETE_BUCKET_TAGGING;
    expect(&store, &op, 204, S3A_CODE_NONE);
    op.kind = S3A_OP_GET_BUCKET_TAGGING;
    expect(&store, &op, 404, S3A_CODE_NO_SUCH_TAG_SET);
    store_close(&store);
}

static void assert_acl(struct store *store, struct s3a_op *op, enum s3a_canned_acl acl)
{
    struct s3a_answer answer;

    call(store, op, 200, S3A_CODE_NONE, &answer);
    assert_string_equal(s3a_canned_acl_stored(answer.acl), s3a_canned_acl_stored(acl));
    s3a_answer_fini(&answer);
}

static void acls_come_with_what_they_are_of_and_may_change(void **state)
{
    (void)state;
    struct s3a_op make = {.kind = S3A_OP_CREATE_BUCKET,
                          .bucket = S3A_STR_INIT(BUCKET),
                          .acl = S3A_ACL_PUBLIC_READ_WRITE};
    struct s3a_op put = op_of(S3A_OP_PUT_OBJECT, "k");
    struct s3a_op of_bucket = op_of(S3A_OP_GET_BUCKET_ACL, "");
    struct s3a_op of_object = op_of(S3A_OP_GET_OBJECT_ACL, "k");
    struct store store;

    store_open(&store);
    expect(&store, &make, 200, S3A_CODE_NONE);
    put.acl = S3A_ACL_PUBLIC_READ;
    expect(&store, &put, 200, S3A_CODE_NONE);
    assert_acl(&store, &of_bucket, S3A_ACL_PUBLIC_READ_WRITE);
    assert_acl(&store, &of_object, S3A_ACL_PUBLIC_READ);
    of_bucket.kind = S3A_OP_PUT_BUCKET_ACL;
    of_bucket.acl = S3A_ACL_PRIVATE;
    expect(&store, &of_bucket, 200, S3A_CODE_NONE);
    of_object.kind = S3A_OP_PUT_OBJECT_ACL;
    of_object.acl = S3A_ACL_AUTHENTICATED_READ;
    expect(&store, &of_object, 200, S3A_CODE_NONE);
    of_bucket.kind = S3A_OP_GET_BUCKET_ACL;
    of_object.kind = S3A_OP_GET_OBJECT_ACL;
    assert_acl(&store, &of_bucket, S3A_ACL_PRIVATE);
    assert_acl(&store, &of_object, S3A_ACL_AUTHENTICATED_READ);
    put.acl = S3A_ACL_NOT_GIVEN;
    expect(&store, &put, 200, S3A_CODE_NONE);
    assert_acl(&store, &of_object, S3A_ACL_PRIVATE);
    store_close(&store);
}

/* Source: CopyObject, Amazon S3 API Reference. */
static void a_copy_has_the_tags_of_its_source_and_an_acl_of_its_own(void **state)
{
    (void)state;
    struct s3a_op put = op_of(S3A_OP_PUT_OBJECT, "k");
    struct s3a_op copy = op_of(S3A_OP_COPY_OBJECT, "copy");
    struct s3a_op tags = op_of(S3A_OP_GET_OBJECT_TAGGING, "copy");
    struct s3a_op acl = op_of(S3A_OP_GET_OBJECT_ACL, "copy");
    struct store store;

    store_open(&store);
    put.tags = S3A_STR("a=1");
    put.acl = S3A_ACL_PUBLIC_READ;
    expect(&store, &put, 200, S3A_CODE_NONE);
    copy.source.bucket = S3A_STR(BUCKET);
    copy.source.key = S3A_STR("k");
    expect(&store, &copy, 200, S3A_CODE_NONE);
    assert_tags(&store, &tags, "a=1");
    assert_acl(&store, &acl, S3A_ACL_PRIVATE);
    copy.replaces_tags = true;
    copy.tags = S3A_STR("b=2");
    copy.acl = S3A_ACL_PUBLIC_READ;
    expect(&store, &copy, 200, S3A_CODE_NONE);
    assert_tags(&store, &tags, "b=2");
    assert_acl(&store, &acl, S3A_ACL_PUBLIC_READ);
    copy.tags = s3a_str_of(NULL);
    expect(&store, &copy, 200, S3A_CODE_NONE);
    assert_tags(&store, &tags, "");
    store_close(&store);
}

static void what_is_not_there_has_neither(void **state)
{
    (void)state;
    static const enum s3a_op_kind kinds[] = {S3A_OP_GET_OBJECT_ACL, S3A_OP_PUT_OBJECT_ACL,
                                             S3A_OP_GET_OBJECT_TAGGING, S3A_OP_PUT_OBJECT_TAGGING,
                                             S3A_OP_DELETE_OBJECT_TAGGING};
    struct store store;

    store_open(&store);
    assert_int_equal(store_put(&store, "k", "body"), S3A_OK);
    for (size_t i = 0; i < sizeof(kinds) / sizeof(kinds[0]); i++) {
        struct s3a_op op = op_of(kinds[i], "other");
        expect(&store, &op, 404, S3A_CODE_NO_SUCH_KEY);
    }
    store_close(&store);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(tags_of_an_object_change_and_the_object_does_not),
        cmocka_unit_test(a_bucket_has_tags_or_none),
        cmocka_unit_test(acls_come_with_what_they_are_of_and_may_change),
        cmocka_unit_test(a_copy_has_the_tags_of_its_source_and_an_acl_of_its_own),
        cmocka_unit_test(what_is_not_there_has_neither),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
