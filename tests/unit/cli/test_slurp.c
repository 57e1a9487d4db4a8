/* SPDX-License-Identifier: MIT */
#include "slurp.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "capture.h"
#include "test.h"
#include "fail_malloc.h"

#define LARGE ((size_t)300 * 1024)

static char directory[] = "/tmp/s3atomic-slurp-XXXXXX";
static struct s3a_error error;

static int set_up(void **state)
{
    (void)state;
    return mkdtemp(directory) && chdir(directory) == 0 ? 0 : -1;
}

static int tear_down(void **state)
{
    (void)state;
    return chdir("/") == 0 && rmdir(directory) == 0 ? 0 : -1;
}

static void assert_content(const char *name, const char *expected, size_t size)
{
    struct s3a_heap heap;

    assert_int_equal(s3a_slurp(name, LARGE, &heap, &error), S3A_OK);
    assert_int_equal(heap.size, size);
    assert_memory_equal(heap.data, expected, size);
    s3a_heap_clear(&heap);
}

static size_t file_count(void)
{
    DIR *files = opendir(".");
    size_t count = 0;

    assert_non_null(files);
    for (struct dirent *file = readdir(files); file; file = readdir(files)) {
        count += file->d_name[0] != '.';
    }
    closedir(files);
    return count;
}

static void what_is_written_is_read(void **state)
{
    char *large = malloc(LARGE);

    (void)state;
    memset(large, 'x', LARGE);
    large[7] = '\0';
    assert_int_equal(s3a_spill("a", large, LARGE, &error), S3A_OK);
    assert_content("a", large, LARGE);
    assert_int_equal(s3a_spill("a", "", 0, &error), S3A_OK);
    assert_content("a", "", 0);
    assert_int_equal(file_count(), 1);
    unlink("a");
    free(large);
}

static void a_new_file_has_the_usual_permissions_an_old_one_keeps_its_own(void **state)
{
    struct stat found;

    (void)state;
    mode_t mask = umask(027);
    assert_int_equal(s3a_spill("a", "1", 1, &error), S3A_OK);
    umask(mask);
    assert_int_equal(stat("a", &found), 0);
    assert_int_equal(found.st_mode & 0777, 0640);
    assert_int_equal(chmod("a", 0751), 0);
    assert_int_equal(s3a_spill("a", "2", 1, &error), S3A_OK);
    assert_int_equal(stat("a", &found), 0);
    assert_int_equal(found.st_mode & 0777, 0751);
    unlink("a");
}

static void a_link_stays_a_link(void **state)
{
    struct stat found;

    (void)state;
    assert_int_equal(s3a_spill("target", "1", 1, &error), S3A_OK);
    assert_int_equal(symlink("target", "link"), 0);
    assert_int_equal(s3a_spill("link", "22", 2, &error), S3A_OK);
    assert_int_equal(lstat("link", &found), 0);
    assert_true(S_ISLNK(found.st_mode));
    assert_content("target", "22", 2);
    unlink("link");
    unlink("target");
}

static void a_pipe_is_written_not_replaced(void **state)
{
    char text[8] = "";

    (void)state;
    assert_int_equal(mkfifo("pipe", 0600), 0);
    int reader = open("pipe", O_RDONLY | O_NONBLOCK);
    assert_int_equal(s3a_spill("pipe", "hi", 2, &error), S3A_OK);
    assert_int_equal(read(reader, text, sizeof(text)), 2);
    close(reader);
    unlink("pipe");
    assert_string_equal(text, "hi");
}

static void what_fails_leaves_the_old_file_and_nothing_beside_it(void **state)
{
    (void)state;
    assert_int_equal(mkdir("d", 0700), 0);
    assert_int_equal(s3a_spill("d", "x", 1, &error), S3A_SYSTEM);
    assert_string_equal(error.message, "d is a directory");
    assert_int_equal(s3a_spill("no/such", "x", 1, &error), S3A_SYSTEM);
    assert_int_equal(error.system_errno, ENOENT);
    assert_int_equal(file_count(), 1);
    rmdir("d");
}

static void a_full_disk_is_told(void **state)
{
    (void)state;
    int fd = open("/dev/full", O_WRONLY);
    if (fd < 0) {
        skip();
    }
    close(fd);
    assert_int_equal(s3a_spill("/dev/full", "x", 1, &error), S3A_SYSTEM);
    assert_int_equal(error.system_errno, ENOSPC);
    assert_string_equal(error.message, "/dev/full cannot be written: No space left on device");
}

static void what_is_too_large_is_refused(void **state)
{
    struct s3a_heap heap;

    (void)state;
    assert_int_equal(s3a_spill("a", "12345", 5, &error), S3A_OK);
    assert_int_equal(s3a_slurp("a", 4, &heap, &error), S3A_TOO_LARGE);
    assert_non_null(strstr(error.message, "a is too large"));
    assert_null(heap.data);
    assert_int_equal(s3a_slurp("a", 5, &heap, &error), S3A_OK);
    s3a_heap_clear(&heap);
    unlink("a");
}

static void what_cannot_be_read_is_told(void **state)
{
    struct s3a_heap heap;

    (void)state;
    assert_int_equal(s3a_slurp("no-such", 4, &heap, &error), S3A_SYSTEM);
    assert_string_equal(error.message, "no-such cannot be read: No such file or directory");
    assert_int_equal(s3a_slurp(".", 4, &heap, &error), S3A_SYSTEM);
    assert_int_equal(error.system_errno, EISDIR);
}

static void a_dash_is_standard_input_or_output(void **state)
{
    struct capture capture;
    int saved = dup(STDIN_FILENO);

    (void)state;
    capture_begin(&capture, STDOUT_FILENO);
    enum s3a_status status = s3a_spill("-", "out", 3, &error);
    char *text = capture_end(&capture);
    assert_int_equal(status, S3A_OK);
    assert_string_equal(text, "out");
    free(text);

    assert_int_equal(s3a_spill("in", "abc", 3, &error), S3A_OK);
    int fd = open("in", O_RDONLY);
    assert_int_equal(dup2(fd, STDIN_FILENO), STDIN_FILENO);
    close(fd);
    assert_content("-", "abc", 3);
    assert_int_equal(dup2(saved, STDIN_FILENO), STDIN_FILENO);
    close(saved);
    unlink("in");
}

static void read_without_memory(void *arg)
{
    struct s3a_heap heap;

    (void)arg;
    enum s3a_status status = s3a_slurp("a", LARGE, &heap, &error);
    assert_true(status == S3A_OK || (status == S3A_NO_MEMORY && !heap.data));
    s3a_heap_clear(&heap);
}

static void without_memory_nothing_leaks(void **state)
{
    char *large = calloc(1, LARGE);

    (void)state;
    assert_int_equal(s3a_spill("a", large, LARGE, &error), S3A_OK);
    free(large);
    fail_malloc_sweep(read_without_memory, NULL);
    unlink("a");
}

static void who_wants_us_to_end_waits_until_the_file_is_whole(void **state)
{
    sigset_t before;
    sigset_t after;

    (void)state;
    sigprocmask(SIG_SETMASK, NULL, &before);
    assert_int_equal(s3a_spill("a", "x", 1, &error), S3A_OK);
    sigprocmask(SIG_SETMASK, NULL, &after);
    assert_int_equal(sigismember(&before, SIGINT), sigismember(&after, SIGINT));
    unlink("a");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(what_is_written_is_read),
        cmocka_unit_test(a_new_file_has_the_usual_permissions_an_old_one_keeps_its_own),
        cmocka_unit_test(a_link_stays_a_link),
        cmocka_unit_test(a_pipe_is_written_not_replaced),
        cmocka_unit_test(what_fails_leaves_the_old_file_and_nothing_beside_it),
        cmocka_unit_test(a_full_disk_is_told),
        cmocka_unit_test(what_is_too_large_is_refused),
        cmocka_unit_test(what_cannot_be_read_is_told),
        cmocka_unit_test(a_dash_is_standard_input_or_output),
        cmocka_unit_test(without_memory_nothing_leaks),
        cmocka_unit_test(who_wants_us_to_end_waits_until_the_file_is_whole),
    };
    return cmocka_run_group_tests(tests, set_up, tear_down);
}
