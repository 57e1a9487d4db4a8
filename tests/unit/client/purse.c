/* SPDX-License-Identifier: MIT */
#include "test.h"

#include "purse.h"

#include <ftw.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "clock.h"
#include "date.h"

static void clear_environment(void)
{
    for (unsigned i = 0; i < S3A_AWS_VARIABLE_COUNT; i++) {
        unsetenv(s3a_aws_variable_name(i));
    }
}

int purse_open(void **state)
{
    struct purse *purse = calloc(1, sizeof(*purse));

    assert_non_null(purse);
    strcpy(purse->home, "/tmp/s3a-purse-XXXXXX");
    assert_non_null(mkdtemp(purse->home));
    clear_environment();
    setenv("HOME", purse->home, 1);
    setenv("AWS_EC2_METADATA_DISABLED", "true", 1);
    *state = purse;
    return 0;
}

static int remove_one(const char *path, const struct stat *about, int kind, struct FTW *where)
{
    (void)about;
    (void)kind;
    (void)where;
    return remove(path);
}

int purse_close(void **state)
{
    struct purse *purse = *state;

    s3a_credentials_fini(&purse->keys.credentials);
    s3a_pool_fini(&purse->pool);
    nftw(purse->home, remove_one, 8, FTW_DEPTH | FTW_PHYS);
    free(purse);
    return 0;
}

void purse_write(struct purse *purse, const char *path, const char *text)
{
    char whole[512];

    snprintf(whole, sizeof(whole), "%s/%s", purse->home, path);
    for (char *slash = whole + strlen(purse->home) + 1; (slash = strchr(slash, '/')); slash++) {
        *slash = '\0';
        mkdir(whole, 0700);
        *slash = '/';
    }
    FILE *file = fopen(whole, "w");
    assert_non_null(file);
    fputs(text, file);
    assert_int_equal(fclose(file), 0);
}

enum s3a_status purse_find(struct purse *purse, const char *profile)
{
    struct s3a_aws_environment environment;
    struct s3a_credential_search search = {.depth = 0};
    enum s3a_status status = s3a_aws_environment_read(&purse->pool, &environment, &purse->error);

    s3a_credentials_fini(&purse->keys.credentials);
    purse->keys = (struct s3a_key_set){.expires_ms = 0};
    purse->source = NULL;
    if (status == S3A_OK) {
        status = s3a_credential_search_init(&search, &environment, s3a_str_of(profile),
                                            S3A_STR("eu-central-1"), &purse->error);
    }
    if (status == S3A_OK) {
        status = s3a_credential_search_choose(&search, NULL, NULL, &purse->source, &purse->error);
    }
    if (status == S3A_OK) {
        status = purse->source->find(&search, search.profiles.chosen, &purse->keys, &purse->error);
    }
    s3a_credential_search_fini(&search);
    s3a_pool_fini(&purse->pool);
    return status;
}

void purse_holds(struct purse *purse, const char *profile, const char *source,
                 const char *access_key, const char *token)
{
    enum s3a_status status = purse_find(purse, profile);

    if (status != S3A_OK) {
        fail_msg("%s: %s", s3a_status_name(status), purse->error.message);
    }
    assert_str(purse->keys.credentials.access_key, access_key);
    assert_str(purse->keys.credentials.secret_key, "hush");
    if (token) {
        assert_str(purse->keys.credentials.session_token, token);
    }
    if (source) {
        assert_string_equal(purse->source->name, source);
    }
}

void purse_lacks(struct purse *purse, const char *profile, enum s3a_status status,
                 const char *message)
{
    assert_int_equal(purse_find(purse, profile), status);
    assert_int_equal(purse->error.status, status);
    if (!strstr(purse->error.message, message)) {
        fail_msg("\"%s\" does not say \"%s\"", purse->error.message, message);
    }
    assert_null(strstr(purse->error.message, "hush"));
    assert_null(purse->keys.credentials.access_key.data);
}

const char *purse_time(int seconds)
{
    static char text[S3A_DATE_ISO_SIZE + 1];

    s3a_date_iso(s3a_clock_wall_ms() + (int64_t)seconds * 1000, text);
    return text;
}
