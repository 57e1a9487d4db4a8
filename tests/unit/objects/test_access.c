/* SPDX-License-Identifier: MIT */
#include "store_fixture.h"

#include "access.h"

static enum s3a_code do_anonymously(struct store *store, enum s3a_op_kind kind, const char *key)
{
    static const struct s3a_deletion deletion = {.key = S3A_STR_INIT("none")};
    struct s3a_op op = op_of(kind, key);
    struct s3a_answer answer;

    op.is_anonymous = true;
    op.deletions = &deletion;
    op.deletion_count = 1;
    (void)store_call(store, &op, S3A_STR("by anyone"), &answer);
    enum s3a_code code = answer.code;
    s3a_answer_fini(&answer);
    return code;
}

static void set_acl(struct store *store, const char *key, enum s3a_canned_acl acl)
{
    struct s3a_op op = op_of(*key ? S3A_OP_PUT_OBJECT_ACL : S3A_OP_PUT_BUCKET_ACL, key);

    op.acl = acl;
    assert_int_equal(store_do(store, &op, s3a_str_of(NULL)), S3A_OK);
}

static void assert_bucket_is_open(struct store *store, bool reads, bool writes)
{
    enum s3a_code read = reads ? S3A_CODE_NONE : S3A_CODE_ACCESS_DENIED;
    enum s3a_code write = writes ? S3A_CODE_NONE : S3A_CODE_ACCESS_DENIED;

    assert_int_equal(do_anonymously(store, S3A_OP_LIST_OBJECTS, ""), read);
    assert_int_equal(do_anonymously(store, S3A_OP_LIST_VERSIONS, ""), read);
    assert_int_equal(do_anonymously(store, S3A_OP_HEAD_BUCKET, ""), read);
    assert_int_equal(do_anonymously(store, S3A_OP_PUT_OBJECT, "new"), write);
    assert_int_equal(do_anonymously(store, S3A_OP_DELETE_OBJECT, "new"), write);
    assert_int_equal(do_anonymously(store, S3A_OP_DELETE_OBJECTS, ""), write);
}

static void a_bucket_is_open_to_anyone_as_far_as_its_acl_says(void **state)
{
    (void)state;
    struct store store;

    store_open(&store);
    assert_int_equal(store_put(&store, "k", "body"), S3A_OK);
    assert_bucket_is_open(&store, false, false);
    set_acl(&store, "", S3A_ACL_PUBLIC_READ);
    assert_bucket_is_open(&store, true, false);
    set_acl(&store, "", S3A_ACL_PUBLIC_READ_WRITE);
    assert_bucket_is_open(&store, true, true);
    set_acl(&store, "", S3A_ACL_AUTHENTICATED_READ);
    assert_bucket_is_open(&store, false, false);
    store_close(&store);
}

static void an_object_is_open_by_its_own_acl_alone(void **state)
{
    (void)state;
    struct store store;

    store_open(&store);
    assert_int_equal(store_put(&store, "k", "body"), S3A_OK);
    set_acl(&store, "", S3A_ACL_PUBLIC_READ_WRITE);
    assert_int_equal(do_anonymously(&store, S3A_OP_GET_OBJECT, "k"), S3A_CODE_ACCESS_DENIED);
    assert_int_equal(do_anonymously(&store, S3A_OP_HEAD_OBJECT, "k"), S3A_CODE_ACCESS_DENIED);
    set_acl(&store, "k", S3A_ACL_PUBLIC_READ);
    set_acl(&store, "", S3A_ACL_PRIVATE);
    assert_int_equal(do_anonymously(&store, S3A_OP_GET_OBJECT, "k"), S3A_CODE_NONE);
    assert_int_equal(do_anonymously(&store, S3A_OP_HEAD_OBJECT, "k"), S3A_CODE_NONE);
    store_close(&store);
}

/* Whoever may not list the bucket does not learn what is not in it. */
static void what_is_not_there_is_told_only_where_all_is_listed(void **state)
{
    (void)state;
    struct store store;

    store_open(&store);
    assert_int_equal(store_put(&store, "k", "body"), S3A_OK);
    assert_int_equal(do_anonymously(&store, S3A_OP_GET_OBJECT, "other"), S3A_CODE_ACCESS_DENIED);
    set_acl(&store, "", S3A_ACL_PUBLIC_READ);
    assert_int_equal(do_anonymously(&store, S3A_OP_GET_OBJECT, "other"), S3A_CODE_NO_SUCH_KEY);
    store_close(&store);
}

static void nothing_else_is_open_to_anyone(void **state)
{
    (void)state;
    struct store store;

    store_open(&store);
    assert_int_equal(store_put(&store, "k", "body"), S3A_OK);
    set_acl(&store, "", S3A_ACL_PUBLIC_READ_WRITE);
    set_acl(&store, "k", S3A_ACL_PUBLIC_READ_WRITE);
    for (int i = 0; s3a_op_name((enum s3a_op_kind)i); i++) {
        enum s3a_op_kind kind = (enum s3a_op_kind)i;
        if (!s3a_access_is_possible(kind)) {
            assert_int_equal(do_anonymously(&store, kind, "k"), S3A_CODE_ACCESS_DENIED);
        }
    }
    assert_store_has(&store, "k", "body");
    store_close(&store);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_bucket_is_open_to_anyone_as_far_as_its_acl_says),
        cmocka_unit_test(an_object_is_open_by_its_own_acl_alone),
        cmocka_unit_test(what_is_not_there_is_told_only_where_all_is_listed),
        cmocka_unit_test(nothing_else_is_open_to_anyone),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
