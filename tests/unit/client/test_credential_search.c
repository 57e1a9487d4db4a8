/* SPDX-License-Identifier: MIT */
#include "test.h"

#include <stdlib.h>
#include <string.h>

#include "fail_malloc.h"
#include "purse.h"

static void what_is_set_up_is_not_passed_over_when_it_fails(void **state)
{
    struct purse *purse = *state;

    purse_write(purse, ".aws/config",
                "[default]\ncredential_process = /nowhere/tool\n"
                "aws_access_key_id=A\naws_secret_access_key=hush\n");
    purse_lacks(purse, NULL, S3A_CREDENTIALS, "/nowhere/tool cannot be run");
    assert_string_equal(purse->source->name, "process");
}

static void note(const struct s3a_credential_step *step, void *user)
{
    char *names = user;

    strcat(names, step->source->name);
    strcat(names, step->is_set ? "+;" : ";");
    assert_true(strlen(step->story) > 0);
}

static void all_are_told_of_in_their_order(void **state)
{
    struct purse *purse = *state;
    struct s3a_aws_environment environment;
    struct s3a_credential_search search;
    const struct s3a_credential_source *source;
    char names[512] = "";

    setenv("AWS_ROLE_ARN", "x", 1);
    setenv("AWS_WEB_IDENTITY_TOKEN_FILE", "/nowhere", 1);
    setenv("AWS_CONTAINER_CREDENTIALS_RELATIVE_URI", "/x", 1);
    assert_int_equal(s3a_aws_environment_read(&purse->pool, &environment, &purse->error), S3A_OK);
    assert_int_equal(
        s3a_credential_search_init(&search, &environment, S3A_STR(""), S3A_STR("r"), &purse->error),
        S3A_OK);
    assert_int_equal(s3a_credential_search_choose(&search, note, names, &source, &purse->error),
                     S3A_OK);
    assert_ptr_equal(source, &s3a_web_identity_source);
    assert_string_equal(names, "environment;assumed role;web identity+;single sign-on;"
                               "credentials file;process;config file;container+;"
                               "instance metadata;");
    s3a_credential_search_fini(&search);
}

static void find_once(void *arg)
{
    struct purse *purse = arg;
    enum s3a_status status = purse_find(purse, "p");

    assert_true(status == S3A_OK || status == S3A_NO_MEMORY);
    assert_int_equal(purse->keys.credentials.access_key.data != NULL, status == S3A_OK);
}

static void memory_may_run_out_anywhere(void **state)
{
    struct purse *purse = *state;

    purse_write(purse, ".aws/config",
                "[profile p]\ncredential_process = echo "
                "'{\"Version\":1,\"AccessKeyId\":\"A\",\"SecretAccessKey\":\"hush\"}'\n");
    fail_malloc_sweep(find_once, purse);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        PURSE_TEST(what_is_set_up_is_not_passed_over_when_it_fails),
        PURSE_TEST(all_are_told_of_in_their_order),
        PURSE_TEST(memory_may_run_out_anywhere),
    };
    return cmocka_run_group_tests_name("credential_search", tests, NULL, NULL);
}
