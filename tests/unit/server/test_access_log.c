/* SPDX-License-Identifier: MIT */
#include "test.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "access_log.h"

static void read_back(const char *path, char *text, size_t size)
{
    FILE *file = fopen(path, "r");

    assert_non_null(file);
    text[fread(text, 1, size - 1, file)] = '\0';
    fclose(file);
}

static void every_line_is_there_at_the_end(void **state)
{
    (void)state;
    char directory[] = "/tmp/s3atomic-log-XXXXXX";
    struct s3a_access_log log;
    char path[64];
    char text[100];

    assert_non_null(mkdtemp(directory));
    snprintf(path, sizeof(path), "%s/log", directory);
    for (int i = 0; i < 2; i++) { /* the second time it appends */
        assert_int_equal(s3a_access_log_init(&log, path, NULL), S3A_OK);
        s3a_access_log_write(&log, S3A_STR("one\n"));
        s3a_access_log_write(&log, S3A_STR("two\n"));
        s3a_access_log_fini(&log);
    }
    read_back(path, text, sizeof(text));
    assert_string_equal(text, "one\ntwo\none\ntwo\n");
    struct stat found;
    assert_int_equal(stat(path, &found), 0);
    assert_int_equal(found.st_mode & S_IRWXO, 0);
    unlink(path);
    rmdir(directory);
}

static void reopen(struct s3a_access_log *log)
{
    int fd;

    assert_int_equal(s3a_access_log_open_next(log, &fd, NULL), S3A_OK);
    s3a_access_log_continue(log, fd);
}

static void a_file_that_was_moved_away_gets_no_more(void **state)
{
    (void)state;
    char directory[] = "/tmp/s3atomic-log-XXXXXX";
    struct s3a_access_log log;
    char path[64];
    char moved[64];
    char text[100];

    assert_non_null(mkdtemp(directory));
    snprintf(path, sizeof(path), "%s/log", directory);
    snprintf(moved, sizeof(moved), "%s/log.1", directory);
    assert_int_equal(s3a_access_log_init(&log, path, NULL), S3A_OK);
    assert_int_equal(rename(path, moved), 0);
    reopen(&log);
    reopen(&log);
    s3a_access_log_write(&log, S3A_STR("new\n"));
    s3a_access_log_fini(&log);
    read_back(path, text, sizeof(text));
    assert_string_equal(text, "new\n");
    read_back(moved, text, sizeof(text));
    assert_string_equal(text, "");
    unlink(path);
    unlink(moved);
    rmdir(directory);
}

static void a_full_disk_costs_lines_and_nothing_else(void **state)
{
    (void)state;
    struct s3a_access_log log;

    assert_int_equal(s3a_access_log_init(&log, "/dev/full", NULL), S3A_OK);
    s3a_access_log_write(&log, S3A_STR("one\n"));
    while (atomic_load(&log.dropped) == 0) {
        /* until the thread has tried */
    }
    s3a_access_log_write(&log, S3A_STR("two\n"));
    while (atomic_load(&log.dropped) == 1) {
        /* and goes on to try */
    }
    assert_int_equal(atomic_load(&log.dropped), 2);
    s3a_access_log_fini(&log);
}

/* Its reader is there, and reads nothing. */
static void a_pipe_that_is_full_makes_nobody_wait(void **state)
{
    (void)state;
    struct s3a_access_log log;
    char line[1024];
    char path[64];
    int ends[2];

    memset(line, 'x', sizeof(line));
    line[sizeof(line) - 1] = '\n';
    assert_int_equal(pipe(ends), 0);
    snprintf(path, sizeof(path), "/proc/self/fd/%d", ends[1]);
    assert_int_equal(s3a_access_log_init(&log, path, NULL), S3A_OK);
    size_t enough = 2 * S3A_ACCESS_LOG_WAITING_MAX / sizeof(line) + 1024;
    for (size_t i = 0; i < enough; i++) {
        s3a_access_log_write(&log, s3a_str_make(line, sizeof(line)));
    }
    assert_true(atomic_load(&log.dropped) > 0);
    s3a_access_log_fini(&log);
    close(ends[0]);
    close(ends[1]);
}

static void a_file_that_cannot_be_opened_is_named(void **state)
{
    (void)state;
    struct s3a_access_log log;
    struct s3a_error error;

    assert_int_equal(s3a_access_log_init(&log, "/no/such/directory/log", &error), S3A_SYSTEM);
    assert_non_null(strstr(error.message, "/no/such/directory/log"));
    s3a_access_log_fini(&log);
    s3a_access_log_fini(&(struct s3a_access_log){0});
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_line_is_there_at_the_end),
        cmocka_unit_test(a_file_that_was_moved_away_gets_no_more),
        cmocka_unit_test(a_full_disk_costs_lines_and_nothing_else),
        cmocka_unit_test(a_pipe_that_is_full_makes_nobody_wait),
        cmocka_unit_test(a_file_that_cannot_be_opened_is_named),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
