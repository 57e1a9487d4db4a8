/* SPDX-License-Identifier: MIT */
#include "test.h"

#include <stdlib.h>

#include "clerk.h"
#include "purse.h"

#define KEYS                                                                                       \
    "{\"Code\":\"Success\",\"Type\":\"AWS-HMAC\",\"AccessKeyId\":\"EC2\","                         \
    "\"SecretAccessKey\":\"hush\",\"Token\":\"tok\",\"Expiration\":\"2099-01-01T00:00:00Z\"}"

static void use(const struct clerk *clerk)
{
    unsetenv("AWS_EC2_METADATA_DISABLED");
    setenv("AWS_EC2_METADATA_SERVICE_ENDPOINT", clerk->url, 1);
}

static void it_is_asked_with_a_token_of_its_own(void **state)
{
    static const char *const answers[] = {CLERK_ANSWER("200 OK", "TOKEN=="),
                                          CLERK_ANSWER("200 OK", "my-role\n"),
                                          CLERK_ANSWER("200 OK", KEYS), NULL};
    struct purse *purse = *state;
    struct clerk clerk;

    clerk_open(&clerk, answers);
    use(&clerk);
    purse_holds(purse, NULL, "instance metadata", "EC2", "tok");
    clerk_close(&clerk);
    clerk_was_asked(&clerk, 0, "PUT /latest/api/token HTTP/1.1\r\n");
    clerk_was_asked(&clerk, 0, "\r\nx-aws-ec2-metadata-token-ttl-seconds: 21600\r\n");
    clerk_was_asked(&clerk, 1, "GET /latest/meta-data/iam/security-credentials/ HTTP/1.1\r\n");
    clerk_was_asked(&clerk, 1, "\r\nx-aws-ec2-metadata-token: TOKEN==\r\n");
    clerk_was_asked(&clerk, 2,
                    "GET /latest/meta-data/iam/security-credentials/my-role HTTP/1.1\r\n");
    clerk_was_asked(&clerk, 2, "\r\nx-aws-ec2-metadata-token: TOKEN==\r\n");
}

static void where_there_are_no_tokens_it_is_asked_without(void **state)
{
    static const char *const answers[] = {CLERK_ANSWER("404 Not Found", ""),
                                          CLERK_ANSWER("200 OK", "my-role"),
                                          CLERK_ANSWER("200 OK", KEYS), NULL};
    struct purse *purse = *state;
    struct clerk clerk;

    clerk_open(&clerk, answers);
    use(&clerk);
    purse_holds(purse, NULL, "instance metadata", "EC2", "tok");
    clerk_close(&clerk);
    clerk_was_not_asked(&clerk, 1, "x-aws-ec2-metadata-token");
}

static void silence_means_no_tokens_too(void **state)
{
    /* A container one hop too far away sees no answer to the PUT. */
    static const char *const answers[] = {CLERK_SILENCE, CLERK_ANSWER("200 OK", "my-role"),
                                          CLERK_ANSWER("200 OK", KEYS), NULL};
    struct purse *purse = *state;
    struct clerk clerk;

    clerk_open(&clerk, answers);
    use(&clerk);
    purse_holds(purse, NULL, "instance metadata", "EC2", "tok");
    clerk_close(&clerk);
}

static void that_may_be_forbidden(void **state)
{
    static const char *const answers[] = {CLERK_ANSWER("403 Forbidden", ""), NULL};
    struct purse *purse = *state;
    struct clerk clerk;

    clerk_open(&clerk, answers);
    use(&clerk);
    setenv("AWS_EC2_METADATA_V1_DISABLED", "TRUE", 1);
    purse_lacks(purse, NULL, S3A_CREDENTIALS,
                "instance metadata: no token: HTTP status 403, and version 1 is switched off");
    clerk_close(&clerk);
}

static void a_machine_without_a_role_says_so(void **state)
{
    static const char *const answers[] = {CLERK_ANSWER("200 OK", "TOKEN"),
                                          CLERK_ANSWER("404 Not Found", ""), NULL};
    struct purse *purse = *state;
    struct clerk clerk;

    clerk_open(&clerk, answers);
    use(&clerk);
    purse_lacks(purse, NULL, S3A_CREDENTIALS, "this machine has no role");
    clerk_close(&clerk);
}

static void what_it_says_is_not_believed_blindly(void **state)
{
    static const struct {
        const char *role;
        const char *keys;
        const char *message;
    } wrong[] = {
        {CLERK_ANSWER("200 OK", "../../user-data"), NULL, "the name of its role is none"},
        {CLERK_ANSWER("200 OK", "r"),
         CLERK_ANSWER("200 OK", "{\"Code\":\"AssumeRoleUnauthorized\"}"),
         "it has no keys: AssumeRoleUnauthorized"},
        {CLERK_ANSWER("200 OK", "r"), CLERK_ANSWER("200 OK", "<html>hush"), "no JSON object"},
        {CLERK_ANSWER("200 OK", "r"), CLERK_ANSWER("500 No", ""), "its keys: HTTP status 500"},
    };
    struct purse *purse = *state;

    for (size_t i = 0; i < sizeof(wrong) / sizeof(wrong[0]); i++) {
        const char *const answers[] = {CLERK_ANSWER("200 OK", "TOKEN"), wrong[i].role,
                                       wrong[i].keys, NULL};
        struct clerk clerk;
        clerk_open(&clerk, answers);
        use(&clerk);
        purse_lacks(purse, NULL, S3A_CREDENTIALS, wrong[i].message);
        clerk_close(&clerk);
    }
}

static void nobody_asks_where_it_is_switched_off(void **state)
{
    purse_lacks(*state, NULL, S3A_CREDENTIALS, "no credentials: set ");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        PURSE_TEST(it_is_asked_with_a_token_of_its_own),
        PURSE_TEST(where_there_are_no_tokens_it_is_asked_without),
        PURSE_TEST(silence_means_no_tokens_too),
        PURSE_TEST(that_may_be_forbidden),
        PURSE_TEST(a_machine_without_a_role_says_so),
        PURSE_TEST(what_it_says_is_not_believed_blindly),
        PURSE_TEST(nobody_asks_where_it_is_switched_off),
    };
    return cmocka_run_group_tests_name("credential_instance", tests, NULL, NULL);
}
