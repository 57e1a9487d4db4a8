/* SPDX-License-Identifier: MIT */
#include "test.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "clerk.h"
#include "purse.h"

#define ARN "arn:aws:iam::123456789012:role/deploy"

#define KEYS(action, key)                                                                          \
    "<" action "Response xmlns=\"https://sts.amazonaws.com/doc/2011-06-15/\"><" action "Result>"   \
    "<AssumedRoleUser><Arn>x</Arn></AssumedRoleUser><Credentials><AccessKeyId>" key                \
    "</AccessKeyId><SecretAccessKey>hush</SecretAccessKey><SessionToken>tok</SessionToken>"        \
    "<Expiration>2099-01-01T00:00:00Z</Expiration></Credentials></" action "Result></" action      \
    "Response>"

#define REFUSED(code, message)                                                                     \
    "<ErrorResponse><Error><Type>Sender</Type><Code>" code "</Code><Message>" message              \
    "</Message></Error></ErrorResponse>"

#define BASE "[base]\naws_access_key_id=BASE\naws_secret_access_key=hush\n"

static void a_role_is_taken_with_the_keys_of_another_profile(void **state)
{
    static const char *const answers[] = {CLERK_ANSWER("200 OK", KEYS("AssumeRole", "ROLE")), NULL};
    struct purse *purse = *state;
    struct clerk clerk;

    purse_write(purse, ".aws/credentials", BASE);
    purse_write(purse, ".aws/config",
                "[profile deploy]\nrole_arn = " ARN "\nsource_profile = base\n"
                "external_id = a/b c\nrole_session_name = me\nduration_seconds = 900\n");
    clerk_open(&clerk, answers);
    setenv("AWS_ENDPOINT_URL_STS", clerk.url, 1);
    purse_holds(purse, "deploy", "assumed role", "ROLE", "tok");
    clerk_close(&clerk);
    clerk_was_asked(&clerk, 0, "POST / HTTP/1.1\r\n");
    clerk_was_asked(&clerk, 0, "\r\nAuthorization: AWS4-HMAC-SHA256 Credential=BASE/");
    clerk_was_asked(&clerk, 0,
                    "/eu-central-1/sts/aws4_request, SignedHeaders=content-type;host;"
                    "x-amz-date, Signature=");
    clerk_was_asked(&clerk, 0,
                    "\r\n\r\nVersion=2011-06-15&Action=AssumeRole&RoleArn=arn%3Aaws%3Aiam%3A%3A"
                    "123456789012%3Arole%2Fdeploy&RoleSessionName=me&ExternalId=a%2Fb%20c&"
                    "DurationSeconds=900");
}

/* One role leads to another. */
static void profiles_build_on_each_other(void **state)
{
    static const char *const answers[] = {CLERK_ANSWER("200 OK", KEYS("AssumeRole", "FIRST")),
                                          CLERK_ANSWER("200 OK", KEYS("AssumeRole", "SECOND")),
                                          NULL};
    struct purse *purse = *state;
    struct clerk clerk;

    purse_write(purse, ".aws/credentials", BASE);
    purse_write(purse, ".aws/config",
                "[profile b]\nrole_arn = b\nsource_profile = a\n"
                "[profile a]\nrole_arn = a\nsource_profile = base\n");
    clerk_open(&clerk, answers);
    setenv("AWS_ENDPOINT_URL_STS", clerk.url, 1);
    purse_holds(purse, "b", "assumed role", "SECOND", "tok");
    clerk_close(&clerk);
    clerk_was_asked(&clerk, 0, "RoleArn=a&RoleSessionName=s3atomic-");
    clerk_was_asked(&clerk, 1, "Credential=FIRST/");
    clerk_was_asked(&clerk, 1, "\r\nx-amz-security-token: tok\r\n");
    clerk_was_asked(&clerk, 1, "SignedHeaders=content-type;host;x-amz-date;x-amz-security-token");
    clerk_was_asked(&clerk, 1, "RoleArn=b&");
}

static void a_profile_may_build_on_its_own_keys_or_on_another_source(void **state)
{
    static const char *const answers[] = {CLERK_ANSWER("200 OK", KEYS("AssumeRole", "OWN")),
                                          CLERK_ANSWER("200 OK", KEYS("AssumeRole", "ENV")), NULL};
    struct purse *purse = *state;
    struct clerk clerk;

    purse_write(purse, ".aws/credentials",
                "[p]\naws_access_key_id=P\naws_secret_access_key=hush\n"
                "role_arn = x\nsource_profile = p\n"
                "[e]\nrole_arn = y\ncredential_source = Environment\n");
    clerk_open(&clerk, answers);
    setenv("AWS_ENDPOINT_URL_STS", clerk.url, 1);
    purse_holds(purse, "p", "assumed role", "OWN", "tok");
    setenv("AWS_ACCESS_KEY_ID", "FROMENV", 1);
    setenv("AWS_SECRET_ACCESS_KEY", "hush", 1);
    purse_holds(purse, "e", "assumed role", "ENV", "tok");
    clerk_close(&clerk);
    clerk_was_asked(&clerk, 0, "Credential=P/");
    clerk_was_asked(&clerk, 1, "Credential=FROMENV/");
}

static void what_cannot_be_right_is_refused_at_once(void **state)
{
    static const struct {
        const char *config;
        const char *message;
    } wrong[] = {
        {"role_arn = x\n", "neither source_profile nor credential_source"},
        {"role_arn = x\nsource_profile = a\ncredential_source = Environment\n", "which?"},
        {"role_arn = x\ncredential_source = Elsewhere\n", "must be Environment, EcsContainer"},
        {"role_arn = x\nsource_profile = nope\n", "source_profile: there is no profile \"nope\""},
        {"role_arn = x\nsource_profile = q\n[profile q]\nregion = a\n",
         "the profile \"q\" has no credentials"},
        {"role_arn = x\nsource_profile = q\n[profile q]\nrole_arn = y\nsource_profile = p\n",
         "build on each other; in a circle?"},
        {"role_arn = x\nsource_profile = base\nmfa_serial = arn:x\n", "a second factor"},
        {"role_arn = x\nsource_profile = base\nduration_seconds = long\n", "duration_seconds"},
    };
    struct purse *purse = *state;
    char config[512];

    purse_write(purse, ".aws/credentials", BASE);
    setenv("AWS_ENDPOINT_URL_STS", "http://127.0.0.1:1", 1); /* where nobody is */
    for (size_t i = 0; i < sizeof(wrong) / sizeof(wrong[0]); i++) {
        snprintf(config, sizeof(config), "[profile p]\n%s", wrong[i].config);
        purse_write(purse, ".aws/config", config);
        purse_lacks(purse, "p", S3A_CREDENTIALS, wrong[i].message);
    }
}

static void a_refusal_is_told_in_the_words_of_the_service(void **state)
{
    static const char *const answers[] = {
        CLERK_ANSWER("403 Forbidden", REFUSED("AccessDenied", "BASE may not take that role")),
        CLERK_ANSWER("200 OK", "<AssumeRoleResponse/>"), CLERK_ANSWER("200 OK", "nonsense"), NULL};
    struct purse *purse = *state;
    struct clerk clerk;

    purse_write(purse, ".aws/credentials", BASE);
    purse_write(purse, ".aws/config", "[profile p]\nrole_arn = x\nsource_profile = base\n");
    clerk_open(&clerk, answers);
    setenv("AWS_ENDPOINT_URL_STS", clerk.url, 1);
    purse_lacks(purse, "p", S3A_CREDENTIALS,
                "assumed role: BASE may not take that role (AccessDenied, HTTP 403)");
    purse_lacks(purse, "p", S3A_CREDENTIALS, "there are no credentials in the answer");
    purse_lacks(purse, "p", S3A_CREDENTIALS, "there are no credentials in the answer");
    clerk_close(&clerk);
}

static void name_token(const struct purse *purse)
{
    char path[128];

    snprintf(path, sizeof(path), "%s/token", purse->home);
    setenv("AWS_WEB_IDENTITY_TOKEN_FILE", path, 1);
}

static void an_identity_is_enough_where_it_is_known(void **state)
{
    static const char *const answers[] = {
        CLERK_ANSWER("400 Bad Request", REFUSED("IDPCommunicationError", "not reached")),
        CLERK_ANSWER("200 OK", KEYS("AssumeRoleWithWebIdentity", "WEB")),
        CLERK_ANSWER("200 OK", KEYS("AssumeRoleWithWebIdentity", "WEB")), NULL};
    struct purse *purse = *state;
    struct clerk clerk;

    purse_write(purse, "token", "eyJ.a+b\n");
    name_token(purse);
    setenv("AWS_ROLE_ARN", ARN, 1);
    setenv("AWS_ROLE_SESSION_NAME", "pod", 1);
    clerk_open(&clerk, answers);
    setenv("AWS_ENDPOINT_URL_STS", clerk.url, 1);
    purse_holds(purse, NULL, "web identity", "WEB", "tok");
    /* The file is read again each time. */
    purse_write(purse, "token", "second");
    purse_holds(purse, NULL, "web identity", "WEB", "tok");
    clerk_close(&clerk);
    clerk_was_asked(&clerk, 1, "Action=AssumeRoleWithWebIdentity&RoleArn=arn%3A");
    clerk_was_asked(&clerk, 1, "&RoleSessionName=pod&WebIdentityToken=eyJ.a%2Bb");
    clerk_was_not_asked(&clerk, 1, "Authorization:");
    clerk_was_not_asked(&clerk, 1, "%0A");
    clerk_was_asked(&clerk, 2, "&WebIdentityToken=second");
}

static void an_identity_needs_its_role_and_its_token(void **state)
{
    struct purse *purse = *state;

    name_token(purse);
    purse_lacks(purse, NULL, S3A_CREDENTIALS, "AWS_ROLE_ARN (role_arn in a profile) is not set");
    setenv("AWS_ROLE_ARN", ARN, 1);
    purse_lacks(purse, NULL, S3A_CREDENTIALS, "/token does not exist");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        PURSE_TEST(a_role_is_taken_with_the_keys_of_another_profile),
        PURSE_TEST(profiles_build_on_each_other),
        PURSE_TEST(a_profile_may_build_on_its_own_keys_or_on_another_source),
        PURSE_TEST(what_cannot_be_right_is_refused_at_once),
        PURSE_TEST(a_refusal_is_told_in_the_words_of_the_service),
        PURSE_TEST(an_identity_is_enough_where_it_is_known),
        PURSE_TEST(an_identity_needs_its_role_and_its_token),
    };
    return cmocka_run_group_tests_name("credential_role", tests, NULL, NULL);
}
