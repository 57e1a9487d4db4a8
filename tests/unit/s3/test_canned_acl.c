/* SPDX-License-Identifier: MIT */
#include "test.h"

#include "canned_acl.h"

static void canned_lists_have_names_and_come_back_from_the_store(void **state)
{
    (void)state;
    static const char *const names[] = {"public-read", "public-read-write", "authenticated-read"};

    for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
        enum s3a_canned_acl acl = s3a_canned_acl_of(s3a_str_of(names[i]));
        assert_true(acl > S3A_ACL_PRIVATE);
        assert_string_equal(s3a_canned_acl_stored(acl), names[i]);
    }
    assert_int_equal(s3a_canned_acl_of(S3A_STR("private")), S3A_ACL_PRIVATE);
    assert_int_equal(s3a_canned_acl_of(S3A_STR("bucket-owner-full-control")), S3A_ACL_PRIVATE);
    assert_string_equal(s3a_canned_acl_stored(S3A_ACL_PRIVATE), "");
    assert_string_equal(s3a_canned_acl_stored(S3A_ACL_NOT_GIVEN), "");
    assert_int_equal(s3a_canned_acl_of(S3A_STR("public")), S3A_ACL_NOT_GIVEN);
    assert_true(s3a_canned_acl_is_foreign(S3A_STR("log-delivery-write")));
    assert_false(s3a_canned_acl_is_foreign(S3A_STR("public-read")));
}

static void anyone_may_do_what_the_name_says_and_no_more(void **state)
{
    (void)state;
    static const struct {
        enum s3a_canned_acl acl;
        bool reads, writes;
    } table[] = {
        {S3A_ACL_NOT_GIVEN, false, false},          {S3A_ACL_PRIVATE, false, false},
        {S3A_ACL_PUBLIC_READ, true, false},         {S3A_ACL_PUBLIC_READ_WRITE, true, true},
        {S3A_ACL_AUTHENTICATED_READ, false, false},
    };

    for (size_t i = 0; i < sizeof(table) / sizeof(table[0]); i++) {
        assert_int_equal(s3a_canned_acl_lets_anyone_read(table[i].acl), table[i].reads);
        assert_int_equal(s3a_canned_acl_lets_anyone_write(table[i].acl), table[i].writes);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(canned_lists_have_names_and_come_back_from_the_store),
        cmocka_unit_test(anyone_may_do_what_the_name_says_and_no_more),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
