/* SPDX-License-Identifier: MIT */
#include "test.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "purse.h"

/* The profile "p", whose program is a script that prints this. */
static void use(struct purse *purse, const char *output, const char *rest)
{
    char config[512];
    char script[1024];

    snprintf(script, sizeof(script), "#!/bin/sh\ncat <<'END'\n%s\nEND\n%s\n", output, rest);
    purse_write(purse, "a tool", script);
    snprintf(config, sizeof(config),
             "[profile p]\ncredential_process = /bin/sh \"%s/a tool\" --for 'some one' x\\ y\n",
             purse->home);
    purse_write(purse, ".aws/config", config);
}

static void it_says_what_the_keys_are(void **state)
{
    struct purse *purse = *state;
    char output[512];

    use(purse,
        "{\"Version\": 1, \"AccessKeyId\": \"PROC\", \"SecretAccessKey\": \"hush\", \"Else\": 1}",
        "");
    purse_holds(purse, "p", "process", "PROC", "");
    assert_int_equal(purse->keys.expires_ms, 0);
    snprintf(output, sizeof(output),
             "{\"Version\":1,\"AccessKeyId\":\"PROC\",\"SecretAccessKey\":\"hush\","
             "\"SessionToken\":\"a\\/b\",\"Expiration\":\"%s\"}",
             purse_time(3600));
    use(purse, output, "");
    purse_holds(purse, "p", "process", "PROC", "a/b");
    assert_true(purse->keys.expires_ms > 0);
}

static void its_words_are_those_of_a_shell_that_is_not_there(void **state)
{
    struct purse *purse = *state;

    use(purse, "",
        "[ \"$#\" = 3 ] && [ \"$1\" = --for ] && [ \"$2\" = 'some one' ] && [ \"$3\" = 'x y' ] && "
        "echo '{\"Version\":1,\"AccessKeyId\":\"WORDS\",\"SecretAccessKey\":\"hush\"}'");
    purse_holds(purse, "p", "process", "WORDS", "");
    purse_write(purse, ".aws/config", "[profile p]\ncredential_process = tool \"open\n");
    purse_lacks(purse, "p", S3A_CREDENTIALS, "a quote is open at its end");
}

static void what_is_wrong_with_it_is_told_without_its_words(void **state)
{
    static const struct {
        const char *output;
        const char *rest;
        const char *message;
    } wrong[] = {
        {"hush", "", "what it says is no JSON object"},
        {"[\"hush\"]", "", "what it says is no JSON object"},
        {"{\"AccessKeyId\":\"A\",\"SecretAccessKey\":\"hush\"}", "", "Version"},
        {"{\"Version\":2,\"AccessKeyId\":\"A\",\"SecretAccessKey\":\"hush\"}", "", "Version"},
        {"{\"Version\":1,\"SecretAccessKey\":\"hush\"}", "", "has no AccessKeyId"},
        {"{\"Version\":1,\"AccessKeyId\":\"A\",\"SecretAccessKey\":17}", "",
         "has no SecretAccessKey"},
        {"{\"Version\":1,\"AccessKeyId\":\"A\",\"SecretAccessKey\":\"hush\",\"Expiration\":"
         "\"now\"}",
         "", "Expiration is no time"},
        {"{\"Version\":1,\"AccessKeyId\":\"A\",\"SecretAccessKey\":\"hush\","
         "\"Expiration\":\"2020-01-01T00:00:00Z\"}",
         "", "the credentials have expired"},
        {"{\"Version\":1,\"AccessKeyId\":\"A\",\"SecretAccessKey\":\"hush\"}", "exit 3",
         "it ended with 3"},
        {"", "kill -9 $$", "signal 9 ended it"},
    };
    struct purse *purse = *state;

    for (size_t i = 0; i < sizeof(wrong) / sizeof(wrong[0]); i++) {
        use(purse, wrong[i].output, wrong[i].rest);
        purse_lacks(purse, "p", S3A_CREDENTIALS, wrong[i].message);
        assert_non_null(strstr(purse->error.message, "credential_process"));
    }
    purse_write(purse, ".aws/config", "[profile p]\ncredential_process = /nowhere/tool\n");
    purse_lacks(purse, "p", S3A_CREDENTIALS, "/nowhere/tool cannot be run");
}

static void it_may_not_say_just_anything(void **state)
{
    struct purse *purse = *state;

    use(purse, "", "head -c 1000000 /dev/zero");
    purse_lacks(purse, "p", S3A_TOO_LARGE, "cannot be read");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        PURSE_TEST(it_says_what_the_keys_are),
        PURSE_TEST(its_words_are_those_of_a_shell_that_is_not_there),
        PURSE_TEST(what_is_wrong_with_it_is_told_without_its_words),
        PURSE_TEST(it_may_not_say_just_anything),
    };
    return cmocka_run_group_tests_name("credential_process", tests, NULL, NULL);
}
