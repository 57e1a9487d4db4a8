/* SPDX-License-Identifier: MIT */
#include "test.h"

#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "home.h"

/* A directory of this test's own, with a place for the store in it. */
struct scene {
    char root[64];
    char path[80];
};

static int set_scene(void **state)
{
    struct scene *scene = calloc(1, sizeof(*scene));

    strcpy(scene->root, "/tmp/test_home-XXXXXX");
    assert_non_null(mkdtemp(scene->root));
    snprintf(scene->path, sizeof(scene->path), "%s/store", scene->root);
    *state = scene;
    return 0;
}

static int clear_scene(void **state)
{
    struct scene *scene = *state;

    assert_int_equal(rmdir(scene->root), 0);
    free(scene);
    return 0;
}

static void put_file(const char *directory, const char *name)
{
    char path[200];

    snprintf(path, sizeof(path), "%s/%s", directory, name);
    int fd = open(path, O_WRONLY | O_CREAT, 0600);
    assert_true(fd >= 0);
    close(fd);
}

static bool is_there(const char *directory, const char *name)
{
    char path[200];

    snprintf(path, sizeof(path), "%s/%s", directory, name);
    return access(path, F_OK) == 0;
}

static void remove_file(const char *directory, const char *name)
{
    char path[200];

    snprintf(path, sizeof(path), "%s/%s", directory, name);
    assert_int_equal(unlink(path), 0);
}

/* As a store that has been used leaves it. */
static void put_store(const char *directory)
{
    char path[200];

    put_file(directory, "s3atomic.db");
    put_file(directory, "s3atomic.db-wal");
    put_file(directory, "gate");
    snprintf(path, sizeof(path), "%s/incoming", directory);
    assert_int_equal(mkdir(path, 0700), 0);
    put_file(path, "01234567");
    snprintf(path, sizeof(path), "%s/blobs", directory);
    assert_int_equal(mkdir(path, 0700), 0);
    snprintf(path, sizeof(path), "%s/blobs/0a", directory);
    assert_int_equal(mkdir(path, 0700), 0);
    put_file(path, "0abcdef");
}

static void without_a_path_it_lives_below_tmpdir_and_goes_at_the_end(void **state)
{
    struct scene *scene = *state;
    struct s3a_home home;
    char path[200];

    assert_int_equal(setenv("TMPDIR", scene->root, 1), 0);
    assert_int_equal(s3a_home_init(&home, NULL, false, NULL), S3A_OK);
    assert_memory_equal(home.path, scene->root, strlen(scene->root));
    snprintf(path, sizeof(path), "%s", home.path);
    put_store(home.path);
    s3a_home_fini(&home);
    assert_int_not_equal(access(path, F_OK), 0);
    assert_int_equal(unsetenv("TMPDIR"), 0);
}

static void a_new_directory_goes_with_its_store(void **state)
{
    struct scene *scene = *state;
    struct s3a_home home;

    assert_int_equal(s3a_home_init(&home, scene->path, false, NULL), S3A_OK);
    assert_int_equal(mkdir(scene->path, 0700), 0);
    put_store(scene->path);
    s3a_home_fini(&home);
    assert_int_not_equal(access(scene->path, F_OK), 0);
}

static void files_of_others_stay(void **state)
{
    struct scene *scene = *state;
    struct s3a_home home;

    assert_int_equal(mkdir(scene->path, 0700), 0);
    put_file(scene->path, "notes.txt");
    assert_int_equal(s3a_home_init(&home, scene->path, false, NULL), S3A_OK);
    put_store(scene->path);
    s3a_home_fini(&home);
    assert_true(is_there(scene->path, "notes.txt"));
    assert_false(is_there(scene->path, "s3atomic.db"));
    assert_false(is_there(scene->path, "s3atomic.db-wal"));
    assert_false(is_there(scene->path, "gate"));
    assert_false(is_there(scene->path, "blobs"));
    assert_false(is_there(scene->path, "incoming"));
    remove_file(scene->path, "notes.txt");
    assert_int_equal(rmdir(scene->path), 0);
}

static void an_older_store_is_used_to_be_kept_or_not_at_all(void **state)
{
    struct scene *scene = *state;
    struct s3a_home home;
    struct s3a_error error;

    assert_int_equal(mkdir(scene->path, 0700), 0);
    put_store(scene->path);
    assert_int_equal(s3a_home_init(&home, scene->path, false, &error), S3A_INVALID);
    assert_non_null(strstr(error.message, "keep_files"));
    assert_non_null(strstr(error.message, scene->path));
    assert_true(is_there(scene->path, "s3atomic.db"));

    assert_int_equal(s3a_home_init(&home, scene->path, true, NULL), S3A_OK);
    s3a_home_fini(&home);
    assert_true(is_there(scene->path, "s3atomic.db"));
    assert_true(is_there(scene->path, "blobs/0a/0abcdef"));

    home = (struct s3a_home){.path = strdup(scene->path)};
    s3a_home_fini(&home);
    assert_int_not_equal(access(scene->path, F_OK), 0);
}

static void a_link_is_removed_and_not_followed(void **state)
{
    struct scene *scene = *state;
    struct s3a_home home;
    char link_path[200];

    put_file(scene->root, "precious");
    assert_int_equal(s3a_home_init(&home, scene->path, false, NULL), S3A_OK);
    assert_int_equal(mkdir(scene->path, 0700), 0);
    snprintf(link_path, sizeof(link_path), "%s/blobs", scene->path);
    assert_int_equal(symlink(scene->root, link_path), 0);
    s3a_home_fini(&home);
    assert_int_not_equal(access(scene->path, F_OK), 0);
    assert_true(is_there(scene->root, "precious"));
    remove_file(scene->root, "precious");
}

static void a_relative_path_is_made_a_full_one(void **state)
{
    struct scene *scene = *state;
    struct s3a_home home;
    char before[4096];

    assert_non_null(getcwd(before, sizeof(before)));
    assert_int_equal(chdir(scene->root), 0);
    assert_int_equal(s3a_home_init(&home, "store", false, NULL), S3A_OK);
    assert_string_equal(home.path, scene->path);
    assert_int_equal(mkdir("store", 0700), 0);
    assert_int_equal(chdir(before), 0);
    s3a_home_fini(&home);
    assert_int_not_equal(access(scene->path, F_OK), 0);
}

static void a_file_is_no_directory(void **state)
{
    struct scene *scene = *state;
    struct s3a_home home;
    struct s3a_error error;

    put_file(scene->root, "store");
    assert_int_equal(s3a_home_init(&home, scene->path, false, &error), S3A_SYSTEM);
    assert_non_null(strstr(error.message, scene->path));
    remove_file(scene->root, "store");
}

#define SCENE_TEST(name) cmocka_unit_test_setup_teardown(name, set_scene, clear_scene)

int main(void)
{
    const struct CMUnitTest tests[] = {
        SCENE_TEST(without_a_path_it_lives_below_tmpdir_and_goes_at_the_end),
        SCENE_TEST(a_new_directory_goes_with_its_store),
        SCENE_TEST(files_of_others_stay),
        SCENE_TEST(an_older_store_is_used_to_be_kept_or_not_at_all),
        SCENE_TEST(a_link_is_removed_and_not_followed),
        SCENE_TEST(a_relative_path_is_made_a_full_one),
        SCENE_TEST(a_file_is_no_directory),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
