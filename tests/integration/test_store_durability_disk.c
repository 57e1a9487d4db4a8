/* SPDX-License-Identifier: MIT */

/* A disk that is full, for real: a small file system in memory where that can be mounted, and a
 * limit on the size of files, which everybody can set. */

#include "store_fixture.h"

#include <errno.h>
#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#define CANNOT 77
#define PUTS_MAX 2000
#define LARGE (S3A_INLINE_SIZE_MAX + 1)

/* A story in a process of its own, which ends well, or with CANNOT where it cannot be told. */
static void in_a_process(struct store *store, void (*story)(struct store *store))
{
    int status;

    s3a_objects_close(store->objects);
    store->objects = NULL;
    pid_t pid = fork();
    if (pid == 0) {
        story(store);
        s3a_objects_close(store->objects);
        _exit(0);
    }
    assert_true(pid > 0);
    assert_int_equal(waitpid(pid, &status, 0), pid);
    assert_true(WIFEXITED(status));
    if (WEXITSTATUS(status) == CANNOT) {
        store_close(store);
        skip();
    }
    assert_int_equal(WEXITSTATUS(status), 0);
}

static void must(bool condition, int line)
{
    if (!condition) {
        fprintf(stderr, "# line %d does not hold\n", line);
        _exit(1);
    }
}
#define MUST(condition) must(condition, __LINE__)

/* Puts bodies of 60 000 bytes until one is refused; how many were stored. */
static int put_until_full(struct store *store)
{
    struct s3a_str body = body_make("body", 60000);
    int count;

    for (count = 0; count < PUTS_MAX; count++) {
        char key[32];
        snprintf(key, sizeof(key), "k%d", count);
        struct s3a_op op = op_of(S3A_OP_PUT_OBJECT, key);
        struct s3a_answer answer;
        enum s3a_status status = store_call(store, &op, body, &answer);
        MUST(status == S3A_OK || status == S3A_FULL);
        MUST(status == S3A_OK || answer.http_status == 503);
        s3a_answer_fini(&answer);
        if (status != S3A_OK) {
            break;
        }
    }
    MUST(count < PUTS_MAX);
    free((void *)(uintptr_t)body.data);
    return count;
}

static bool has_body(struct store *store, int number)
{
    struct s3a_buf body;
    char key[32];

    snprintf(key, sizeof(key), "k%d", number);
    s3a_buf_init(&body, SIZE_MAX - 1);
    bool result = store_read(store, key, &body) == S3A_OK && body.size == 60000 &&
                  body_is(s3a_buf_str(&body), "body");
    s3a_buf_fini(&body);
    return result;
}

static void assert_has(struct store *store, int count)
{
    for (int i = 0; i < count; i++) {
        MUST(has_body(store, i));
    }
    MUST(!has_body(store, count));
}

static enum s3a_status append_large(struct store *store)
{
    struct s3a_str body = body_make("large", LARGE);
    struct s3a_spool spool;

    MUST(s3a_spool_init(&spool, store->objects) == S3A_OK);
    enum s3a_status status = s3a_spool_append(&spool, body);
    s3a_spool_fini(&spool);
    free((void *)(uintptr_t)body.data);
    return status;
}

static void limit_files_to(rlim_t size)
{
    struct rlimit limit;

    MUST(getrlimit(RLIMIT_FSIZE, &limit) == 0);
    limit.rlim_cur = size;
    MUST(setrlimit(RLIMIT_FSIZE, &limit) == 0);
}

static void write_beyond_the_limit(struct store *store)
{
    signal(SIGXFSZ, SIG_IGN);
    store_reopen(store);
    limit_files_to(1024 * 1024);
    int count = put_until_full(store);
    MUST(count > 3);
    assert_has(store, count);
    MUST(store_put(store, "not in doubt", "x") != S3A_IN_DOUBT);
    limit_files_to(RLIM_INFINITY);
    MUST(store_put(store, "after", "x") == S3A_OK);
    limit_files_to(LARGE / 2);
    MUST(append_large(store) == S3A_FULL);
    MUST(directory_count(store->path, "incoming") == 0);
    limit_files_to(RLIM_INFINITY);
    MUST(append_large(store) == S3A_OK);
    store_reopen(store);
    assert_has(store, count);
}

static void where_files_may_not_grow_writes_are_refused_and_later_go_on(void **state)
{
    (void)state;
    struct store store;

    store_open(&store);
    in_a_process(&store, write_beyond_the_limit);
    store_close(&store);
}

static void mount_small(const char *path)
{
    if (unshare(CLONE_NEWNS) != 0 || mount("none", "/", NULL, MS_REC | MS_PRIVATE, NULL) != 0 ||
        mount("none", path, "tmpfs", 0, "size=4m") != 0) {
        _exit(CANNOT);
    }
}

static void fill_with_a_file(const char *path)
{
    static const char zeros[65536];
    FILE *file = fopen(path, "w");

    MUST(file != NULL);
    setvbuf(file, NULL, _IONBF, 0);
    while (fwrite(zeros, sizeof(zeros), 1, file) == 1) {
    }
    fclose(file);
}

static void write_to_a_full_disk(struct store *store)
{
    char filler[128];

    mount_small(store->path);
    store_reopen(store);
    MUST(store_put(store, "first", "x") == S3A_OK);
    snprintf(filler, sizeof(filler), "%s/filler", store->path);
    fill_with_a_file(filler);
    int count = put_until_full(store);
    MUST(append_large(store) == S3A_FULL);
    MUST(directory_count(store->path, "incoming") == 0);
    assert_has(store, count); /* to read needs no space */

    MUST(unlink(filler) == 0);
    MUST(store_put(store, "after", "x") == S3A_OK);
    count = put_until_full(store); /* and now it is the store itself that has filled the disk */
    MUST(count > 10);
    assert_has(store, count);
    store_reopen(store);
    assert_has(store, count);
}

static void on_a_full_disk_writes_are_refused_and_later_go_on(void **state)
{
    (void)state;
    struct store store;

    store_open(&store);
    in_a_process(&store, write_to_a_full_disk);
    store_close(&store);
}

static void open_on_a_full_disk(struct store *store)
{
    struct s3a_objects_options options = {.directory = store->path, .create_buckets = true};
    struct s3a_error error;
    char filler[128];

    mount_small(store->path);
    snprintf(filler, sizeof(filler), "%s/filler", store->path);
    fill_with_a_file(filler);
    MUST(s3a_objects_open(&options, &store->objects, &error) == S3A_FULL);
    MUST(strstr(error.message, store->path) != NULL);
    MUST(unlink(filler) == 0);
    store_reopen(store);
    MUST(store_put(store, "k", "x") == S3A_OK);
}

static void a_new_store_on_a_full_disk_is_not_opened_and_later_is(void **state)
{
    (void)state;
    struct store store;

    store_open(&store);
    in_a_process(&store, open_on_a_full_disk);
    store_close(&store);
}

/* Others have filled the disk: that must cost nobody his lock. */
static void rewrite_on_a_full_disk(struct store *store)
{
    char filler[128];

    mount_small(store->path);
    store_reopen(store);
    MUST(store_put(store, "lock", "granted") == S3A_OK);
    snprintf(filler, sizeof(filler), "%s/filler", store->path);
    fill_with_a_file(filler);
    for (int i = 0; i < 500; i++) {
        char beat[16];
        struct s3a_buf body;
        snprintf(beat, sizeof(beat), "beat %d", i);
        MUST(store_put(store, "lock", beat) == S3A_OK);
        s3a_buf_init(&body, 100);
        MUST(store_read(store, "lock", &body) == S3A_OK);
        MUST(strcmp(s3a_buf_text(&body), beat) == 0);
        s3a_buf_fini(&body);
    }
    MUST(store_delete(store, "lock") == S3A_OK);
}

static void on_a_full_disk_what_is_there_can_be_rewritten(void **state)
{
    (void)state;
    struct store store;

    store_open(&store);
    in_a_process(&store, rewrite_on_a_full_disk);
    store_close(&store);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(where_files_may_not_grow_writes_are_refused_and_later_go_on),
        cmocka_unit_test(on_a_full_disk_writes_are_refused_and_later_go_on),
        cmocka_unit_test(a_new_store_on_a_full_disk_is_not_opened_and_later_is),
        cmocka_unit_test(on_a_full_disk_what_is_there_can_be_rewritten),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
