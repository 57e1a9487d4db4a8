/* SPDX-License-Identifier: MIT */
#include "test.h"

#include <stdio.h>
#include <stdlib.h>

#include "clerk.h"
#include "purse.h"

#define KEYS                                                                                       \
    "{\"AccessKeyId\":\"TASK\",\"SecretAccessKey\":\"hush\",\"Token\":\"tok\","                    \
    "\"Expiration\":\"2099-01-01T00:00:00Z\",\"RoleArn\":\"arn\"}"

static void name_it(const struct clerk *clerk)
{
    char url[128];

    snprintf(url, sizeof(url), "%s/creds?id=1", clerk->url);
    setenv("AWS_CONTAINER_CREDENTIALS_FULL_URI", url, 1);
}

static void it_is_asked_with_the_token_of_the_environment(void **state)
{
    static const char *const answers[] = {CLERK_ANSWER("200 OK", KEYS), NULL};
    struct purse *purse = *state;
    struct clerk clerk;

    clerk_open(&clerk, answers);
    name_it(&clerk);
    setenv("AWS_CONTAINER_AUTHORIZATION_TOKEN", "Bearer xyz", 1);
    purse_holds(purse, NULL, "container", "TASK", "tok");
    clerk_close(&clerk);
    clerk_was_asked(&clerk, 0, "GET /creds?id=1 HTTP/1.1\r\n");
    clerk_was_asked(&clerk, 0, "\r\nAuthorization: Bearer xyz\r\n");
}

static void the_token_of_a_file_counts_more(void **state)
{
    static const char *const answers[] = {CLERK_ANSWER("200 OK", KEYS), NULL};
    struct purse *purse = *state;
    struct clerk clerk;
    char path[128];

    purse_write(purse, "token", "from-file");
    snprintf(path, sizeof(path), "%s/token", purse->home);
    clerk_open(&clerk, answers);
    name_it(&clerk);
    setenv("AWS_CONTAINER_AUTHORIZATION_TOKEN", "other", 1);
    setenv("AWS_CONTAINER_AUTHORIZATION_TOKEN_FILE", path, 1);
    purse_holds(purse, NULL, "container", "TASK", "tok");
    clerk_close(&clerk);
    clerk_was_asked(&clerk, 0, "\r\nAuthorization: from-file\r\n");
}

static void a_token_that_would_break_the_request_is_refused(void **state)
{
    struct purse *purse = *state;

    setenv("AWS_CONTAINER_CREDENTIALS_FULL_URI", "http://127.0.0.1:1/", 1);
    setenv("AWS_CONTAINER_AUTHORIZATION_TOKEN", "hush\r\nx: y", 1);
    purse_lacks(purse, NULL, S3A_CREDENTIALS, "it holds the end of a line");
}

static void strangers_are_not_asked_in_the_clear(void **state)
{
    struct purse *purse = *state;

    setenv("AWS_CONTAINER_CREDENTIALS_FULL_URI", "http://keys.example.com/x", 1);
    purse_lacks(purse, NULL, S3A_CREDENTIALS, "\"keys.example.com\" is not asked over http:");
    setenv("AWS_CONTAINER_CREDENTIALS_FULL_URI", "http://127.0.0.1.example.com/x", 1);
    purse_lacks(purse, NULL, S3A_CREDENTIALS, "is not asked over http:");
    setenv("AWS_CONTAINER_CREDENTIALS_FULL_URI", "nonsense", 1);
    purse_lacks(purse, NULL, S3A_CREDENTIALS, "AWS_CONTAINER_CREDENTIALS_FULL_URI is no URL");
}

static void it_is_asked_again_after_a_failure_of_its_own(void **state)
{
    static const char *const answers[] = {CLERK_ANSWER("503 Slow", ""),
                                          CLERK_ANSWER("200 OK", KEYS), NULL};
    struct purse *purse = *state;
    struct clerk clerk;

    clerk_open(&clerk, answers);
    name_it(&clerk);
    purse_holds(purse, NULL, "container", "TASK", "tok");
    clerk_close(&clerk);
    assert_int_equal(clerk.count, 2);
}

static void a_refusal_is_the_end(void **state)
{
    static const char *const answers[] = {CLERK_ANSWER("403 No", "hush"), NULL};
    struct purse *purse = *state;
    struct clerk clerk;

    clerk_open(&clerk, answers);
    name_it(&clerk);
    purse_lacks(purse, NULL, S3A_CREDENTIALS, "container credentials: HTTP status 403");
    clerk_close(&clerk);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        PURSE_TEST(it_is_asked_with_the_token_of_the_environment),
        PURSE_TEST(the_token_of_a_file_counts_more),
        PURSE_TEST(a_token_that_would_break_the_request_is_refused),
        PURSE_TEST(strangers_are_not_asked_in_the_clear),
        PURSE_TEST(it_is_asked_again_after_a_failure_of_its_own),
        PURSE_TEST(a_refusal_is_the_end),
    };
    return cmocka_run_group_tests_name("credential_container", tests, NULL, NULL);
}
