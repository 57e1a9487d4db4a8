/* SPDX-License-Identifier: MIT */
#include "fsck_fixture.h"

#include <dirent.h>
#include <errno.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "fail_calls.h"
#include "gate.h"

#define LARGE (S3A_INLINE_SIZE_MAX + 1)

/* A store, and a place for copies beside it. */
struct scene {
    struct store store;
    char place[64];
    char target[80];
};

static void scene_open(struct scene *scene)
{
    store_open(&scene->store);
    directory_make(scene->place);
    snprintf(scene->target, sizeof(scene->target), "%s/copy", scene->place);
}

static void scene_close(struct scene *scene)
{
    store_close(&scene->store);
    directory_remove(scene->place);
}

static enum s3a_status copy(struct scene *scene, bool with_copies,
                            struct s3a_backup_report *ret_report)
{
    struct s3a_backup_options options = {.copy = with_copies};

    return s3a_directory_backup(scene->store.path, scene->target, &options, ret_report, NULL);
}

/* The copy is opened as any store is. */
static void open_copy(struct scene *scene, struct store *ret_copy)
{
    ret_copy->objects = NULL;
    snprintf(ret_copy->path, sizeof(ret_copy->path), "%s", scene->target);
    store_reopen(ret_copy);
}

static void assert_sound(const char *path)
{
    struct findings findings;
    struct s3a_check_report report;

    if (check(path, &findings, &report) != S3A_OK || report.leftovers > 0) {
        print_message("%s: %s\n", findings.last_file, findings.last_text);
    }
    assert_int_equal(report.damages + report.leftovers, 0);
}

static void assert_has_large(struct store *store, const char *key)
{
    struct s3a_buf body;

    s3a_buf_init(&body, SIZE_MAX - 1);
    assert_int_equal(store_read(store, key, &body), S3A_OK);
    assert_true(body_is(s3a_buf_str(&body), key));
    s3a_buf_fini(&body);
}

static void a_copy_has_everything_and_a_life_of_its_own(void **state)
{
    struct scene scene;
    struct store copied;
    struct s3a_backup_report report;
    bool with_copies = *state != NULL;

    scene_open(&scene);
    assert_int_equal(store_put(&scene.store, "small", "hello"), S3A_OK);
    assert_int_equal(store_put_large(&scene.store, "large", "large", LARGE), S3A_OK);
    assert_int_equal(store_put_large(&scene.store, "other", "other", LARGE), S3A_OK);
    assert_int_equal(copy(&scene, with_copies, &report), S3A_OK);
    assert_int_equal(report.files, 2);
    assert_int_equal(report.files_linked, with_copies ? 0 : 2);
    assert_int_equal(report.bytes_copied, with_copies ? 2 * LARGE : 0);
    assert_true(report.pages > 0 && report.pages == report.pages_in_all);
    assert_sound(scene.target);

    assert_int_equal(store_delete(&scene.store, "large"), S3A_OK);
    assert_int_equal(store_put(&scene.store, "small", "changed"), S3A_OK);
    open_copy(&scene, &copied);
    assert_store_has(&copied, "small", "hello");
    assert_has_large(&copied, "large");
    assert_int_equal(store_delete(&copied, "other"), S3A_OK);
    assert_int_equal(store_put(&copied, "new", "new"), S3A_OK);
    s3a_objects_close(copied.objects);
    assert_has_large(&scene.store, "other");
    assert_sound(scene.target);
    assert_sound(scene.store.path);
    scene_close(&scene);
}

static void what_is_there_already_is_not_touched(void **state)
{
    (void)state;
    struct scene scene;
    struct s3a_error error;
    char path[100];
    FILE *file;

    scene_open(&scene);
    assert_int_equal(mkdir(scene.target, 0700), 0);
    snprintf(path, sizeof(path), "%s/mine", scene.target);
    file = fopen(path, "w");
    assert_non_null(file);
    fclose(file);
    assert_int_equal(s3a_directory_backup(scene.store.path, scene.target, NULL, NULL, &error),
                     S3A_CONFLICT);
    assert_non_null(strstr(error.message, scene.target));
    assert_int_equal(access(path, F_OK), 0);
    assert_int_equal(s3a_directory_backup(scene.store.path, path, NULL, NULL, NULL), S3A_CONFLICT);
    assert_int_equal(unlink(path), 0);
    /* but an empty directory will do, and a slash behind it */
    snprintf(path, sizeof(path), "%s/", scene.target);
    assert_int_equal(s3a_directory_backup(scene.store.path, path, NULL, NULL, NULL), S3A_OK);
    assert_sound(scene.target);
    scene_close(&scene);
}

static void without_a_store_or_a_target_nothing_is_made(void **state)
{
    (void)state;
    struct scene scene;

    scene_open(&scene);
    assert_int_equal(s3a_directory_backup(scene.place, scene.target, NULL, NULL, NULL),
                     S3A_NOT_FOUND);
    assert_int_equal(s3a_directory_backup(NULL, scene.target, NULL, NULL, NULL), S3A_INVALID);
    assert_int_equal(s3a_directory_backup(scene.store.path, "", NULL, NULL, NULL), S3A_INVALID);
    assert_int_equal(s3a_directory_backup(scene.store.path, NULL, NULL, NULL, NULL), S3A_INVALID);
    assert_int_equal(directory_count(scene.place, "."), 0);
    scene_close(&scene);
}

static bool stop(const struct s3a_backup_report *report, void *user)
{
    (void)report;
    (void)user;
    return false;
}

static void what_was_cancelled_leaves_nothing(void **state)
{
    (void)state;
    struct scene scene;
    struct s3a_backup_options options = {.progress = stop};

    scene_open(&scene);
    assert_int_equal(store_put_large(&scene.store, "large", "large", LARGE), S3A_OK);
    assert_int_equal(s3a_directory_backup(scene.store.path, scene.target, &options, NULL, NULL),
                     S3A_CANCELLED);
    assert_int_equal(directory_count(scene.place, "."), 0);
    scene_close(&scene);
}

/* Whichever call fails, there is either a copy that is sound, or none. */
/* A process that was stopped while it writes. */
static void who_holds_the_gate_is_not_waited_for_without_end(void **state)
{
    (void)state;
    struct scene scene;
    struct s3a_directory directory;
    struct s3a_gate gate;
    struct s3a_error error;
    struct s3a_backup_options options = {.wait_ms = 20};

    scene_open(&scene);
    assert_int_equal(s3a_directory_open(&directory, scene.store.path, NULL), S3A_OK);
    assert_int_equal(s3a_gate_open(&gate, &directory, NULL), S3A_OK);
    assert_true(s3a_gate_enter(&gate));
    assert_int_equal(s3a_directory_backup(scene.store.path, scene.target, &options, NULL, &error),
                     S3A_LATER);
    assert_non_null(strstr(error.message, "/gate could not be had for 20 ms"));
    assert_int_equal(directory_count(scene.place, "."), 0);
    s3a_gate_leave(&gate);
    assert_int_equal(s3a_directory_backup(scene.store.path, scene.target, &options, NULL, &error),
                     S3A_OK);
    s3a_gate_close(&gate);
    s3a_directory_close(&directory);
    scene_close(&scene);
}

static void a_disk_that_fails_leaves_no_half_copy(void **state)
{
    struct scene scene;
    bool with_copies = *state != NULL;
    int failed = 0;
    int nth = 0;

    scene_open(&scene);
    assert_int_equal(store_put_large(&scene.store, "large", "large", LARGE), S3A_OK);
    assert_int_equal(store_put_large(&scene.store, "other", "other", LARGE), S3A_OK);
    do {
        struct s3a_backup_report report;
        fail_calls_at(FAIL_CALL_SYNC | FAIL_CALL_OPEN | FAIL_CALL_MKDIR | FAIL_CALL_WRITE, ++nth, 1,
                      ENOSPC);
        enum s3a_status status = copy(&scene, with_copies, &report);
        failed = fail_calls_end();
        assert_true(status == S3A_OK || status == S3A_FULL);
        assert_true(failed > 0 || status == S3A_OK);
        if (status == S3A_OK) {
            assert_sound(scene.target);
        }
        if (access(scene.target, F_OK) == 0) {
            assert_sound(scene.target);
            directory_remove(scene.target);
        }
        assert_int_equal(directory_count(scene.place, "."), 0);
    } while (failed > 0);
    assert_true(nth > 10);
    scene_close(&scene);
}

static void a_file_that_is_missing_is_told(void **state)
{
    (void)state;
    struct scene scene;
    char path[128];

    scene_open(&scene);
    assert_int_equal(store_put_large(&scene.store, "large", "large", LARGE), S3A_OK);
    find_blob(&scene.store, path);
    assert_int_equal(unlink(path), 0);
    assert_int_equal(copy(&scene, false, NULL), S3A_CORRUPT);
    assert_int_equal(copy(&scene, true, NULL), S3A_CORRUPT);
    assert_int_equal(directory_count(scene.place, "."), 0);
    scene_close(&scene);
}

struct writing {
    struct store *store;
    atomic_bool is_over;
    atomic_uint rounds;
};

/* "first" is always written before "second": in any moment, first is as far, or one ahead. */
static void *write_pairs(void *arg)
{
    struct writing *writing = arg;

    for (unsigned i = 1; !atomic_load(&writing->is_over); i++) {
        char text[16];
        snprintf(text, sizeof(text), "%08u", i);
        (void)store_put_large(writing->store, "first", text, LARGE);
        (void)store_put(writing->store, "between", text);
        (void)store_put_large(writing->store, "second", text, LARGE);
        atomic_store(&writing->rounds, i);
    }
    return NULL;
}

static unsigned read_round(struct store *store, const char *key)
{
    struct s3a_buf body;
    char text[9] = "0";

    s3a_buf_init(&body, SIZE_MAX - 1);
    if (store_read(store, key, &body) == S3A_OK) {
        assert_true(body.size >= 8);
        memcpy(text, body.data, 8);
    }
    s3a_buf_fini(&body);
    return (unsigned)strtoul(text, NULL, 10);
}

static void a_copy_of_a_store_in_use_is_of_one_moment(void **state)
{
    struct scene scene;
    struct writing writing = {.store = &scene.store};
    bool with_copies = *state != NULL;
    pthread_t thread;

    scene_open(&scene);
    atomic_init(&writing.is_over, false);
    atomic_init(&writing.rounds, 0);
    assert_int_equal(pthread_create(&thread, NULL, write_pairs, &writing), 0);
    for (int i = 0; i < 5; i++) {
        struct store copied;
        unsigned before = atomic_load(&writing.rounds);
        assert_int_equal(copy(&scene, with_copies, NULL), S3A_OK);
        unsigned after = atomic_load(&writing.rounds) + 1;
        assert_sound(scene.target);
        open_copy(&scene, &copied);
        unsigned first = read_round(&copied, "first");
        unsigned between = read_round(&copied, "between");
        unsigned second = read_round(&copied, "second");
        assert_true(first - between <= 1 && between - second <= 1 && first - second <= 1);
        assert_true(before <= first && second <= after);
        s3a_objects_close(copied.objects);
        directory_remove(scene.target);
    }
    atomic_store(&writing.is_over, true);
    pthread_join(thread, NULL);
    scene_close(&scene);
}

int main(void)
{
    static char with_copies[] = "copies";
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_copy_has_everything_and_a_life_of_its_own),
        {"a_copy_with_files_of_its_own_has_everything", a_copy_has_everything_and_a_life_of_its_own,
         NULL, NULL, with_copies},
        cmocka_unit_test(what_is_there_already_is_not_touched),
        cmocka_unit_test(without_a_store_or_a_target_nothing_is_made),
        cmocka_unit_test(what_was_cancelled_leaves_nothing),
        cmocka_unit_test(who_holds_the_gate_is_not_waited_for_without_end),
        cmocka_unit_test(a_disk_that_fails_leaves_no_half_copy),
        {"a_disk_that_fails_leaves_no_half_copy_of_files", a_disk_that_fails_leaves_no_half_copy,
         NULL, NULL, with_copies},
        cmocka_unit_test(a_file_that_is_missing_is_told),
        cmocka_unit_test(a_copy_of_a_store_in_use_is_of_one_moment),
        {"a_copy_with_files_of_its_own_is_of_one_moment", a_copy_of_a_store_in_use_is_of_one_moment,
         NULL, NULL, with_copies},
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
