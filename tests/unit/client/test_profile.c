/* SPDX-License-Identifier: MIT */
#include "test.h"

#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include "purse.h"

static void a_profile_that_is_not_there_is_named(void **state)
{
    struct purse *purse = *state;

    purse_lacks(purse, "nope", S3A_CREDENTIALS, "there is no profile \"nope\": not in ");
    setenv("AWS_PROFILE", "none", 1);
    purse_lacks(purse, NULL, S3A_CREDENTIALS, "/.aws/config, not in ");
    /* What nobody asked for may be missing. */
    unsetenv("AWS_PROFILE");
    purse_lacks(purse, NULL, S3A_CREDENTIALS, "no credentials: set ");
}

static void a_file_that_is_none_of_these_is_named(void **state)
{
    struct purse *purse = *state;
    char path[128];

    purse_write(purse, ".aws/config", "[default]\nhush\n");
    purse_lacks(purse, NULL, S3A_CREDENTIALS, "/.aws/config: line 2: expected KEY = VALUE");
    snprintf(path, sizeof(path), "%s/.aws/config", purse->home);
    assert_int_equal(unlink(path), 0);
    assert_int_equal(mkdir(path, 0700), 0);
    purse_lacks(purse, NULL, S3A_CREDENTIALS, "/.aws/config: ");
}

static void settings_of_both_files_are_one_profile(void **state)
{
    struct purse *purse = *state;
    struct s3a_aws_environment environment;
    struct s3a_profiles profiles;

    purse_write(purse, ".aws/config",
                "[profile p]\nregion = a\noutput = x\n[default]\nregion = d\n"
                "[profile default]\nregion = e\n[services s]\ns3 =\n  endpoint_url = http://u\n");
    purse_write(purse, ".aws/credentials", "[p]\nregion = b\n[q]\nregion = c\n");
    assert_int_equal(s3a_aws_environment_read(&purse->pool, &environment, &purse->error), S3A_OK);
    assert_int_equal(s3a_profiles_load(&profiles, &environment, S3A_STR("p"), &purse->error),
                     S3A_OK);
    assert_str(profiles.chosen, "p");
    assert_str(s3a_profile_get(&profiles, S3A_STR("p"), "region"), "b");
    assert_str(s3a_profile_get(&profiles, S3A_STR("p"), "output"), "x");
    assert_str(s3a_profile_get(&profiles, S3A_STR("q"), "region"), "c");
    assert_str(s3a_profile_get(&profiles, S3A_STR("default"), "region"), "e");
    assert_null(s3a_profile_get(&profiles, S3A_STR("r"), "region").data);
    assert_str(s3a_profiles_get_section(&profiles, "services", S3A_STR("s"), "s3.endpoint_url"),
               "http://u");
    assert_true(s3a_profile_exists(&profiles, S3A_STR("q")));
    assert_false(s3a_profile_exists(&profiles, S3A_STR("services s")));
    s3a_profiles_fini(&profiles);
}

static void without_a_home_there_are_no_files(void **state)
{
    struct purse *purse = *state;

    purse_write(purse, ".aws/credentials",
                "[default]\naws_access_key_id=FILE\naws_secret_access_key=hush\n");
    unsetenv("HOME");
    purse_lacks(purse, NULL, S3A_CREDENTIALS, "no credentials");
    purse_lacks(purse, "p", S3A_CREDENTIALS, "not in ~/.aws/config");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        PURSE_TEST(a_profile_that_is_not_there_is_named),
        PURSE_TEST(a_file_that_is_none_of_these_is_named),
        PURSE_TEST(settings_of_both_files_are_one_profile),
        PURSE_TEST(without_a_home_there_are_no_files),
    };
    return cmocka_run_group_tests_name("profile", tests, NULL, NULL);
}
