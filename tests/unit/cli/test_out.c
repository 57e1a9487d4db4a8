/* SPDX-License-Identifier: MIT */
#include "out.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "apart.h"
#include "capture.h"
#include "exit_code.h"
#include "globals.h"
#include "test.h"

static void all_is_well(void **state)
{
    (void)state;
    assert_int_equal(s3a_out_finish(0), 0);
    assert_int_equal(s3a_out_finish(7), 7);
    assert_false(s3a_out_failed());
}

static void be_closed(void)
{
    char byte;

    close(STDIN_FILENO);
    close(STDOUT_FILENO);
    s3a_out_setup();
    assert_true(open("/dev/null", O_RDONLY) > STDERR_FILENO);
    assert_int_equal(read(STDIN_FILENO, &byte, 1), -1);
    assert_int_equal(errno, EBADF);
    printf("lost");
    assert_int_equal(s3a_out_finish(0), S3A_EXIT_LOCAL_IO);
}

static void a_closed_descriptor_gets_no_file_of_ours(void **state)
{
    (void)state;
    apart(be_closed);
}

static void print_to_nobody(void)
{
    struct capture capture;
    int fds[2];

    signal(SIGPIPE, SIG_IGN);
    assert_int_equal(pipe(fds), 0);
    close(fds[0]);
    dup2(fds[1], STDOUT_FILENO);
    capture_begin(&capture, STDERR_FILENO);
    printf("lost");
    int code = s3a_out_finish(0);
    printf("lost");
    int other = s3a_out_finish(3);
    char *text = capture_end(&capture);
    assert_int_equal(code, 128 + SIGPIPE);
    assert_int_equal(other, 3);
    assert_string_equal(text, "");
}

static void a_reader_that_went_away_is_not_worth_a_word(void **state)
{
    (void)state;
    apart(print_to_nobody);
}

static void print_to_a_full_disk(void)
{
    struct capture capture;
    int fd = open("/dev/full", O_WRONLY);

    if (fd < 0) {
        return;
    }
    dup2(fd, STDOUT_FILENO);
    capture_begin(&capture, STDERR_FILENO);
    printf("lost");
    int code = s3a_out_finish(0);
    char *text = capture_end(&capture);
    assert_int_equal(code, S3A_EXIT_LOCAL_IO);
    assert_string_equal(text, "s3atomic: standard output cannot be written: "
                              "No space left on device\n");
    assert_true(s3a_out_failed());
}

static void a_full_disk_is_told(void **state)
{
    (void)state;
    apart(print_to_a_full_disk);
}

static char *print_written(bool json, bool quiet)
{
    struct capture capture;

    s3a_globals.json = json;
    s3a_globals.quiet = quiet;
    capture_begin(&capture, STDOUT_FILENO);
    s3a_out_written("b", "k", "\"e\"", 7);
    return capture_end(&capture);
}

static void an_etag_that_was_made_is_printed(void **state)
{
    (void)state;
    char *plain = print_written(false, false);
    char *quiet = print_written(false, true);
    char *json = print_written(true, true);
    assert_string_equal(plain, "\"e\"\n");
    assert_string_equal(quiet, "");
    assert_string_equal(json,
                        "{\"bucket\":\"b\",\"key\":\"k\",\"etag\":\"\\\"e\\\"\",\"size\":7}\n");
    free(plain);
    free(quiet);
    free(json);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(all_is_well),
        cmocka_unit_test(a_closed_descriptor_gets_no_file_of_ours),
        cmocka_unit_test(a_reader_that_went_away_is_not_worth_a_word),
        cmocka_unit_test(a_full_disk_is_told),
        cmocka_unit_test(an_etag_that_was_made_is_printed),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
