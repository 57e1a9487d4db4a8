/* SPDX-License-Identifier: MIT */
#include "test.h"

#include "answer_write.h"

static const struct s3a_deletion deletions[] = {
    {.key = S3A_STR_INIT("a&b"), .version_id = S3A_STR_INIT("null")},
    {.key = S3A_STR_INIT("c")},
};

static struct s3a_deleted deleted[] = {
    {S3A_CODE_NONE},
    {S3A_CODE_PRECONDITION_FAILED},
};

#define BEGIN                                                                                      \
    "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n"                                                 \
    "<DeleteResult xmlns=\"http://s3.amazonaws.com/doc/2006-03-01/\">"
#define DELETED "<Deleted><Key>a&amp;b</Key><VersionId>null</VersionId></Deleted>"
#define ERROR                                                                                      \
    "<Error><Key>c</Key><Code>PreconditionFailed</Code><Message>At least one of the "              \
    "pre-conditions you specified did not hold</Message></Error>"

static void each_deletion_is_told_of_and_quietly_only_failures(void **state)
{
    (void)state;
    struct s3a_op op = {.kind = S3A_OP_DELETE_OBJECTS, .deletions = deletions, .deletion_count = 2};
    struct s3a_answer answer = {.deleted = deleted};
    struct s3a_buf body;

    s3a_buf_init(&body, 10000);
    s3a_write_deletions(&op, &answer, &body);
    assert_string_equal(s3a_buf_text(&body), BEGIN DELETED ERROR "</DeleteResult>");
    s3a_buf_clear(&body);
    op.is_quiet = true;
    s3a_write_deletions(&op, &answer, &body);
    assert_string_equal(s3a_buf_text(&body), BEGIN ERROR "</DeleteResult>");
    s3a_buf_fini(&body);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(each_deletion_is_told_of_and_quietly_only_failures),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
