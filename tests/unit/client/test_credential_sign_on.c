/* SPDX-License-Identifier: MIT */
#include "test.h"

#include <stdio.h>
#include <stdlib.h>

#include "clerk.h"
#include "purse.h"

/* SHA-1 of "corp" (sha1sum). */
#define SESSION_FILE ".aws/sso/cache/ee0bfd2552fbd840c02cc48b6e823320543c450f.json"

#define ROLE "sso_account_id = 123456789012\nsso_role_name = Read Only\n"
#define CONFIG                                                                                     \
    "[profile dev]\nsso_session = corp\n" ROLE                                                     \
    "[sso-session corp]\nsso_region = eu-west-1\nsso_start_url = https://corp.awsapps.com/start\n"

#define KEYS                                                                                       \
    "{\"roleCredentials\":{\"accessKeyId\":\"SSO\",\"secretAccessKey\":\"hush\","                  \
    "\"sessionToken\":\"tok\",\"expiration\":4070908800000}}"

static void log_in(struct purse *purse, const char *path, int seconds)
{
    char text[256];

    snprintf(text, sizeof(text), "{\"accessToken\":\"bearer\",\"expiresAt\":\"%s\"}",
             purse_time(seconds));
    purse_write(purse, path, text);
}

static void keys_are_got_with_the_token_of_the_login(void **state)
{
    static const char *const answers[] = {CLERK_ANSWER("200 OK", KEYS), NULL};
    struct purse *purse = *state;
    struct clerk clerk;

    purse_write(purse, ".aws/config", CONFIG);
    log_in(purse, SESSION_FILE, 600);
    clerk_open(&clerk, answers);
    setenv("AWS_ENDPOINT_URL_SSO", clerk.url, 1);
    purse_holds(purse, "dev", "single sign-on", "SSO", "tok");
    assert_int_equal(purse->keys.expires_ms, 4070908800000);
    clerk_close(&clerk);
    clerk_was_asked(&clerk, 0,
                    "GET /federation/credentials?account_id=123456789012&role_name=Read%20Only "
                    "HTTP/1.1\r\n");
    clerk_was_asked(&clerk, 0, "\r\nx-amz-sso_bearer_token: bearer\r\n");
}

static void whoever_is_not_logged_in_is_told_how(void **state)
{
    struct purse *purse = *state;

    purse_write(purse, ".aws/config", CONFIG);
    purse_lacks(purse, "dev", S3A_CREDENTIALS,
                "nobody has logged in: run aws sso login --profile dev");
    log_in(purse, SESSION_FILE, -10);
    purse_lacks(purse, "dev", S3A_CREDENTIALS,
                "the token has expired: run aws sso login --profile dev");
    purse_write(purse, SESSION_FILE, "{\"accessToken\":\"hush\"}");
    purse_lacks(purse, "dev", S3A_CREDENTIALS, "the token in the cache is none");
    purse_write(purse, SESSION_FILE, "hush");
    purse_lacks(purse, "dev", S3A_CREDENTIALS, "no JSON object");
}

static void a_token_that_was_taken_back_is_not_enough(void **state)
{
    static const char *const answers[] = {CLERK_ANSWER("401 Unauthorized", "{}"), NULL};
    struct purse *purse = *state;
    struct clerk clerk;

    purse_write(purse, ".aws/config", CONFIG);
    log_in(purse, SESSION_FILE, 600);
    clerk_open(&clerk, answers);
    setenv("AWS_ENDPOINT_URL_SSO", clerk.url, 1);
    purse_lacks(purse, "dev", S3A_CREDENTIALS, "not accepted any more: run aws sso login");
    clerk_close(&clerk);
}

static void what_the_profile_lacks_is_named(void **state)
{
    struct purse *purse = *state;

    purse_write(purse, ".aws/config", "[profile dev]\nsso_session = corp\n" ROLE);
    purse_lacks(purse, "dev", S3A_CREDENTIALS, "there is no sso_start_url for the profile");
    purse_write(purse, ".aws/config",
                "[profile dev]\nsso_start_url = https://x\nsso_region = r\nsso_account_id = 1\n");
    purse_lacks(purse, "dev", S3A_CREDENTIALS, "there is no sso_role_name for the profile");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        PURSE_TEST(keys_are_got_with_the_token_of_the_login),
        PURSE_TEST(whoever_is_not_logged_in_is_told_how),
        PURSE_TEST(a_token_that_was_taken_back_is_not_enough),
        PURSE_TEST(what_the_profile_lacks_is_named),
    };
    return cmocka_run_group_tests_name("credential_sign_on", tests, NULL, NULL);
}
