/* SPDX-License-Identifier: MIT */
#include "test.h"

#include <stdio.h>
#include <stdlib.h>

#include "purse.h"

static void the_environment_comes_first(void **state)
{
    struct purse *purse = *state;

    purse_write(purse, ".aws/credentials",
                "[default]\naws_access_key_id=FILE\naws_secret_access_key=hush\n");
    purse_holds(purse, NULL, "credentials file", "FILE", "");
    setenv("AWS_ACCESS_KEY_ID", "ENV", 1);
    setenv("AWS_SECRET_ACCESS_KEY", "hush", 1);
    setenv("AWS_SESSION_TOKEN", "token", 1);
    purse_holds(purse, NULL, "environment", "ENV", "token");
}

static void half_a_pair_is_no_reason_to_look_elsewhere(void **state)
{
    struct purse *purse = *state;

    purse_write(purse, ".aws/credentials",
                "[default]\naws_access_key_id=FILE\naws_secret_access_key=hush\n");
    setenv("AWS_ACCESS_KEY_ID", "ENV", 1);
    purse_lacks(purse, NULL, S3A_CREDENTIALS,
                "AWS_ACCESS_KEY_ID is given without AWS_SECRET_ACCESS_KEY");
    setenv("AWS_SECRET_ACCESS_KEY", "hush\n", 1);
    purse_lacks(purse, NULL, S3A_CREDENTIALS, "AWS_SECRET_ACCESS_KEY holds");
}

static void a_profile_that_is_asked_for_comes_before_the_environment(void **state)
{
    struct purse *purse = *state;
    static const char text[] = "[build]\naws_access_key_id=BUILD\naws_secret_access_key=hush\n"
                               "aws_session_token=token\n";

    purse_write(purse, ".aws/credentials", text);
    setenv("AWS_ACCESS_KEY_ID", "ENV", 1);
    setenv("AWS_SECRET_ACCESS_KEY", "hush", 1);
    purse_holds(purse, "build", "credentials file", "BUILD", "token");
    /* AWS_PROFILE only chooses among profiles. */
    setenv("AWS_PROFILE", "build", 1);
    purse_holds(purse, NULL, "environment", "ENV", "");
}

static void one_file_comes_before_the_other_and_they_are_not_mixed(void **state)
{
    struct purse *purse = *state;

    purse_write(purse, ".aws/config",
                "[profile p]\naws_access_key_id=CONFIG\naws_secret_access_key=hush\n"
                "aws_session_token=config-token\n");
    purse_holds(purse, "p", "config file", "CONFIG", "config-token");
    purse_write(purse, ".aws/credentials", "[p]\naws_access_key_id=FILE\n");
    purse_lacks(purse, "p", S3A_CREDENTIALS,
                "profile \"p\": aws_access_key_id is given without aws_secret_access_key");
    purse_write(purse, ".aws/credentials",
                "[p]\naws_access_key_id=FILE\naws_secret_access_key=hush\n");
    purse_holds(purse, "p", "credentials file", "FILE", "");
}

static void the_files_may_be_elsewhere(void **state)
{
    struct purse *purse = *state;
    char path[128];

    purse_write(purse, "elsewhere", "[default]\naws_access_key_id=X\naws_secret_access_key=hush\n");
    purse_lacks(purse, NULL, S3A_CREDENTIALS, "no credentials");
    snprintf(path, sizeof(path), "%s/elsewhere", purse->home);
    setenv("AWS_SHARED_CREDENTIALS_FILE", path, 1);
    purse_holds(purse, NULL, "credentials file", "X", "");
    unsetenv("AWS_SHARED_CREDENTIALS_FILE");
    setenv("AWS_CONFIG_FILE", "~/elsewhere", 1);
    purse_holds(purse, NULL, "config file", "X", "");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        PURSE_TEST(the_environment_comes_first),
        PURSE_TEST(half_a_pair_is_no_reason_to_look_elsewhere),
        PURSE_TEST(a_profile_that_is_asked_for_comes_before_the_environment),
        PURSE_TEST(one_file_comes_before_the_other_and_they_are_not_mixed),
        PURSE_TEST(the_files_may_be_elsewhere),
    };
    return cmocka_run_group_tests_name("credential_keys", tests, NULL, NULL);
}
