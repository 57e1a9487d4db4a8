/* SPDX-License-Identifier: MIT */
#include "store_fixture.h"

#include <errno.h>
#include <linux/magic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "directory.h"
#include "fail_calls.h"

#define NOBODY 65534

static void assert_private(const char *path, const char *name)
{
    struct stat about;
    char full[256];

    snprintf(full, sizeof(full), "%s/%s", path, name);
    assert_int_equal(stat(full, &about), 0);
    assert_true(S_ISDIR(about.st_mode));
    assert_int_equal(about.st_mode & 0777, 0700);
}

static void assert_fails(const char *path, enum s3a_status status, const char *part)
{
    struct s3a_directory directory;
    struct s3a_error error;

    assert_int_equal(s3a_directory_open(&directory, path, &error), status);
    assert_int_equal(error.status, status);
    assert_non_null(strstr(error.message, part));
    s3a_directory_close(&directory);
}

static void it_is_made_with_all_that_belongs_to_it_for_its_owner_alone(void **state)
{
    (void)state;
    struct s3a_directory directory;
    char parent[64];
    char path[128];

    directory_make(parent);
    snprintf(path, sizeof(path), "%s/store", parent);
    for (int i = 0; i < 2; i++) {
        assert_int_equal(s3a_directory_open(&directory, path, NULL), S3A_OK);
        assert_string_equal(directory.path, path);
        assert_private(path, ".");
        assert_private(path, "blobs");
        assert_private(path, "incoming");
        assert_int_equal(s3a_directory_sync(&directory, NULL), S3A_OK);
        s3a_directory_close(&directory);
        s3a_directory_close(&directory); /* once more does no harm */
    }
    directory_remove(parent);
}

static void it_is_known_by_its_full_path_wherever_the_process_goes(void **state)
{
    (void)state;
    struct s3a_directory directory;
    char parent[64];
    char path[PATH_MAX];
    char before[PATH_MAX];

    directory_make(parent);
    assert_non_null(getcwd(before, sizeof(before)));
    assert_int_equal(chdir(parent), 0);
    assert_int_equal(mkdir("real", 0700), 0);
    assert_int_equal(symlink("real", "link"), 0);
    assert_int_equal(s3a_directory_open(&directory, "./link", NULL), S3A_OK);
    snprintf(path, sizeof(path), "%s/real", parent);
    assert_string_equal(directory.path, path);
    assert_true(s3a_directory_join(&directory, "x", path));
    assert_int_equal(strlen(path), strlen(directory.path) + 2);
    s3a_directory_close(&directory);
    assert_int_equal(chdir(before), 0);
    directory_remove(parent);
}

static void what_cannot_be_a_store_is_refused_by_name(void **state)
{
    (void)state;
    char parent[64];
    char path[1024];
    FILE *file;

    directory_make(parent);
    assert_fails("", S3A_INVALID, "empty");
    assert_fails(NULL, S3A_INVALID, "empty");
    snprintf(path, sizeof(path), "%s/missing/store", parent);
    assert_fails(path, S3A_SYSTEM, path);
    snprintf(path, sizeof(path), "%s/file", parent);
    file = fopen(path, "w");
    assert_non_null(file);
    fclose(file);
    assert_fails(path, S3A_SYSTEM, path);
    snprintf(path, sizeof(path), "%s/%0200d", parent, 1);
    for (int i = 0; i < 2; i++) {
        assert_int_equal(mkdir(path, 0700), 0);
        snprintf(path + strlen(path), 300, "/%0200d", 1);
    }
    assert_fails(path, S3A_INVALID, "longer");
    directory_remove(parent);
}

static void a_network_file_system_is_refused_with_the_way_out(void **state)
{
    (void)state;
    char path[64];

    directory_make(path);
    fail_calls_file_system(NFS_SUPER_MAGIC);
    assert_fails(path, S3A_UNSUPPORTED, "NFS");
    assert_fails(path, S3A_UNSUPPORTED, "s3atomic serve");
    fail_calls_file_system(0xff534d42L);
    assert_fails(path, S3A_UNSUPPORTED, "CIFS");
    fail_calls_file_system(0);
    directory_remove(path);
}

static void each_call_on_the_way_may_fail(void **state)
{
    (void)state;
    struct s3a_directory directory;
    struct s3a_error error;
    char parent[64];
    char path[128];
    int failures = 1;
    int nth;

    for (nth = 1; failures > 0; nth++) {
        directory_make(parent);
        snprintf(path, sizeof(path), "%s/store", parent);
        fail_calls_at(FAIL_CALL_ANY, nth, 1, ENOSPC);
        enum s3a_status status = s3a_directory_open(&directory, path, &error);
        if (status == S3A_OK) {
            status = s3a_directory_sync(&directory, &error);
        }
        failures = fail_calls_end();
        assert_int_equal(status, failures > 0 ? S3A_FULL : S3A_OK);
        assert_true(failures == 0 || strstr(error.message, path));
        s3a_directory_close(&directory);
        directory_remove(parent);
    }
    assert_true(nth > 8);
}

/* As somebody who may do little, whoever runs the test. */
static int run_as_nobody(const char *path, int (*story)(const char *path))
{
    int status;

    if (geteuid() == 0) {
        assert_int_equal(chown(path, NOBODY, NOBODY), 0);
    }
    pid_t pid = fork();
    if (pid == 0) {
        _exit(geteuid() == 0 && (setgid(NOBODY) != 0 || setuid(NOBODY) != 0) ? 99 : story(path));
    }
    assert_true(pid > 0);
    assert_int_equal(waitpid(pid, &status, 0), pid);
    assert_true(WIFEXITED(status));
    return WEXITSTATUS(status);
}

static int open_where_nothing_may_be_made(const char *path)
{
    struct s3a_directory directory;
    struct s3a_error error;

    if (chmod(path, 0500) != 0) {
        return 1;
    }
    enum s3a_status status = s3a_directory_open(&directory, path, &error);
    s3a_directory_close(&directory);
    (void)chmod(path, 0700);
    return status == S3A_SYSTEM && error.system_errno == EACCES && strstr(error.message, path) ? 0
                                                                                               : 2;
}

/* A drop box: one may make a directory there, but not look. */
static int open_below_what_may_not_be_read(const char *parent)
{
    struct s3a_directory directory;
    char path[128];

    snprintf(path, sizeof(path), "%s/store", parent);
    if (chmod(parent, 0300) != 0 || s3a_directory_open(&directory, path, NULL) != S3A_OK) {
        return 1;
    }
    enum s3a_status status = s3a_directory_sync(&directory, NULL);
    s3a_directory_close(&directory);
    (void)chmod(parent, 0700);
    return status == S3A_OK ? 0 : 2;
}

static int use_the_store(const char *path)
{
    struct s3a_objects_options options = {.directory = path, .create_buckets = true};
    struct store store = {.objects = NULL};
    struct s3a_buf body;

    if (s3a_objects_open(&options, &store.objects, NULL) != S3A_OK) {
        return 1;
    }
    s3a_buf_init(&body, SIZE_MAX - 1);
    bool is_good = store_read(&store, "large", &body) == S3A_OK && body.size == 100000 &&
                   store_put_large(&store, "large", "other", 100000) == S3A_OK &&
                   store_put(&store, "small", "y") == S3A_OK;
    s3a_buf_fini(&body);
    s3a_objects_close(store.objects);
    return is_good ? 0 : 2;
}

static void permissions_that_are_missing_are_named_and_those_not_needed_are_not_asked(void **state)
{
    (void)state;
    char path[64];

    directory_make(path);
    assert_int_equal(run_as_nobody(path, open_where_nothing_may_be_made), 0);
    assert_int_equal(run_as_nobody(path, open_below_what_may_not_be_read), 0);
    directory_remove(path);
}

/* In the directory of somebody else, root leaves nothing that he could not use. */
static void what_root_makes_in_it_belongs_to_its_owner(void **state)
{
    (void)state;
    struct store store;
    int result;

    if (geteuid() != 0) {
        skip();
    }
    directory_make(store.path);
    assert_int_equal(chown(store.path, NOBODY, NOBODY), 0);
    store.objects = NULL;
    store_reopen(&store);
    assert_int_equal(store_put(&store, "small", "x"), S3A_OK);
    assert_int_equal(store_put_large(&store, "large", "body", 100000), S3A_OK);
    s3a_objects_close(store.objects);
    result = run_as_nobody(store.path, use_the_store);
    assert_int_equal(result, 0);
    directory_remove(store.path);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(it_is_made_with_all_that_belongs_to_it_for_its_owner_alone),
        cmocka_unit_test(it_is_known_by_its_full_path_wherever_the_process_goes),
        cmocka_unit_test(what_cannot_be_a_store_is_refused_by_name),
        cmocka_unit_test(a_network_file_system_is_refused_with_the_way_out),
        cmocka_unit_test(each_call_on_the_way_may_fail),
        cmocka_unit_test(what_root_makes_in_it_belongs_to_its_owner),
        cmocka_unit_test(permissions_that_are_missing_are_named_and_those_not_needed_are_not_asked),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
