/* SPDX-License-Identifier: MIT */
#include "test.h"

#include <errno.h>
#include <semaphore.h>
#include <stdio.h>
#include <stdlib.h>

#include "clerk.h"
#include "credential_keeper.h"
#include "purse.h"

/* A keeper whose source is the imitated service of a container, and what it has told. */
struct stage {
    struct purse *purse;
    struct clerk clerk;
    struct s3a_client_settings settings;
    struct s3a_loop *loop;
    struct s3a_credential_keeper *keeper;
    sem_t told;
    bool has_keys;
    char access_key[64];
};

static void on_keys(const struct s3a_key_set *keys, void *user)
{
    struct stage *stage = user;

    stage->has_keys = keys != NULL;
    snprintf(stage->access_key, sizeof(stage->access_key), "%s",
             keys ? keys->credentials.access_key.data : "");
    sem_post(&stage->told);
}

static void await_news(struct stage *stage)
{
    while (sem_wait(&stage->told) != 0) {
        assert_int_equal(errno, EINTR);
    }
}

static const char *answer(char into[512], const char *key, int seconds)
{
    snprintf(into, 512,
             CLERK_ANSWER("200 OK", "{\"AccessKeyId\":\"%s\",\"SecretAccessKey\":\"hush\","
                                    "\"Token\":\"t\",\"Expiration\":\"%s\"}"),
             key, purse_time(seconds));
    return into;
}

static void open_stage(struct stage *stage, void **state, const char *const *answers)
{
    struct s3a_error error;

    *stage = (struct stage){.purse = *state};
    assert_int_equal(sem_init(&stage->told, 0, 0), 0);
    clerk_open(&stage->clerk, answers);
    setenv("AWS_CONTAINER_CREDENTIALS_FULL_URI", stage->clerk.url, 1);
    assert_int_equal(s3a_client_settings_init(&stage->settings, NULL, &error), S3A_OK);
    assert_int_equal(s3a_loop_new(&stage->loop, &error), S3A_OK);
    assert_int_equal(s3a_credential_keeper_start(stage->loop, &stage->settings, on_keys, stage,
                                                 &stage->keeper, &error),
                     S3A_OK);
}

static void close_stage(struct stage *stage)
{
    s3a_loop_stop(stage->loop);
    s3a_credential_keeper_stop(stage->keeper);
    s3a_loop_free(stage->loop);
    s3a_client_settings_fini(&stage->settings);
    clerk_close(&stage->clerk);
    sem_destroy(&stage->told);
}

static void keys_are_renewed_before_they_expire(void **state)
{
    char first[512], second[512];
    const char *const answers[] = {answer(first, "FIRST", 2), answer(second, "SECOND", 3600), NULL};
    struct stage stage;

    open_stage(&stage, state, answers);
    await_news(&stage);
    assert_true(stage.has_keys);
    assert_string_equal(stage.access_key, "SECOND");
    close_stage(&stage);
}

static void a_refusal_has_them_asked_for_at_once(void **state)
{
    char first[512], second[512];
    const char *const answers[] = {answer(first, "FIRST", 3600), answer(second, "SECOND", 3600),
                                   NULL};
    struct stage stage;

    open_stage(&stage, state, answers);
    s3a_credential_keeper_renew(stage.keeper);
    await_news(&stage);
    assert_string_equal(stage.access_key, "SECOND");
    close_stage(&stage);
}

static void a_source_that_fails_is_said_to_have_none_and_asked_again(void **state)
{
    char first[512], third[512];
    const char *const answers[] = {answer(first, "FIRST", 3600), CLERK_ANSWER("403 No", ""),
                                   answer(third, "THIRD", 3600), NULL};
    struct stage stage;

    open_stage(&stage, state, answers);
    s3a_credential_keeper_renew(stage.keeper);
    await_news(&stage);
    assert_false(stage.has_keys);
    await_news(&stage);
    assert_string_equal(stage.access_key, "THIRD");
    close_stage(&stage);
}

static void it_ends_in_the_middle_of_a_question(void **state)
{
    char first[512];
    const char *const answers[] = {answer(first, "FIRST", 3600), CLERK_SILENCE, NULL};
    struct stage stage;

    open_stage(&stage, state, answers);
    s3a_credential_keeper_renew(stage.keeper);
    close_stage(&stage);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        PURSE_TEST(keys_are_renewed_before_they_expire),
        PURSE_TEST(a_refusal_has_them_asked_for_at_once),
        PURSE_TEST(a_source_that_fails_is_said_to_have_none_and_asked_again),
        PURSE_TEST(it_ends_in_the_middle_of_a_question),
    };
    return cmocka_run_group_tests_name("credential_keeper", tests, NULL, NULL);
}
