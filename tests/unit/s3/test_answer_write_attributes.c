/* SPDX-License-Identifier: MIT */
#include "test.h"

#include "answer_write.h"

#define DECLARATION "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n"
#define SPACE " xmlns=\"http://s3.amazonaws.com/doc/2006-03-01/\">"
#define GRANTEE "<Grant><Grantee xmlns:xsi=\"http://www.w3.org/2001/XMLSchema-instance\" xsi:type="
#define OWNER "<ID>s3atomic</ID><DisplayName>s3atomic</DisplayName>"
#define ACL                                                                                        \
    DECLARATION "<AccessControlPolicy" SPACE "<Owner>" OWNER "</Owner><AccessControlList>" GRANTEE \
                "\"CanonicalUser\">" OWNER                                                         \
                "</Grantee><Permission>FULL_CONTROL</Permission></Grant>"
#define GROUP(name, what)                                                                          \
    GRANTEE "\"Group\"><URI>http://acs.amazonaws.com/groups/global/" name                          \
            "</URI></Grantee><Permission>" what "</Permission></Grant>"
#define END "</AccessControlList></AccessControlPolicy>"

static void a_canned_acl_is_written_out(void **state)
{
    (void)state;
    static const struct {
        enum s3a_canned_acl acl;
        const char *text;
    } table[] = {
        {S3A_ACL_NOT_GIVEN, ACL END},
        {S3A_ACL_PUBLIC_READ, ACL GROUP("AllUsers", "READ") END},
        {S3A_ACL_PUBLIC_READ_WRITE, ACL GROUP("AllUsers", "READ") GROUP("AllUsers", "WRITE") END},
        {S3A_ACL_AUTHENTICATED_READ, ACL GROUP("AuthenticatedUsers", "READ") END},
    };

    for (size_t i = 0; i < sizeof(table) / sizeof(table[0]); i++) {
        struct s3a_answer answer = {.acl = table[i].acl};
        struct s3a_buf body;
        s3a_buf_init(&body, 10000);
        s3a_write_acl(&answer, &body);
        assert_string_equal(s3a_buf_text(&body), table[i].text);
        s3a_buf_fini(&body);
    }
}

static void tags_are_written_out(void **state)
{
    (void)state;
    struct s3a_answer answer = {.tags = S3A_STR_INIT("a%20b=%26&c=")};
    struct s3a_pool pool = {0};
    struct s3a_buf body;

    s3a_buf_init(&body, 10000);
    assert_int_equal(s3a_write_tags(&answer, &pool, &body), S3A_OK);
    assert_string_equal(s3a_buf_text(&body), DECLARATION
                        "<Tagging" SPACE "<TagSet><Tag><Key>a b</Key><Value>&amp;</Value></Tag>"
                        "<Tag><Key>c</Key><Value></Value></Tag></TagSet></Tagging>");
    s3a_buf_fini(&body);
    s3a_pool_fini(&pool);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_canned_acl_is_written_out),
        cmocka_unit_test(tags_are_written_out),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
