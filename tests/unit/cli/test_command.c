/* SPDX-License-Identifier: MIT */
#include "command.h"

#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <s3atomic/s3atomic.h>

#include "capture.h"
#include "exit_code.h"
#include "globals.h"
#include "test.h"

static struct s3a_error error;
static char *said;
static char *printed;

/* Runs a line, its words split at blanks, and returns its exit code. */
static int run(const char *line)
{
    struct capture out;
    struct capture err;
    char copy[256];
    char *words[16] = {0};
    size_t count = 0;

    s3a_globals = (struct s3a_globals){0};
    snprintf(copy, sizeof(copy), "%s", line);
    for (char *word = strtok(copy, " "); word; word = strtok(NULL, " ")) {
        words[count++] = word;
    }
    free(said);
    free(printed);
    capture_begin(&out, STDOUT_FILENO);
    capture_begin(&err, STDERR_FILENO);
    int code = s3a_command_line(words, count);
    said = capture_end(&err);
    printed = capture_end(&out);
    return code;
}

static void commands_are_found_by_their_names(void **state)
{
    (void)state;
    assert_ptr_equal(s3a_command_find("lock", &error), &s3a_cmd_lock);
    assert_ptr_equal(s3a_command_find("help", &error), &s3a_cmd_help);
    assert_null(s3a_command_find("stauts", &error));
    assert_string_equal(error.message, "there is no command \"stauts\"; did you mean status?");
    assert_null(s3a_command_find("elephant", &error));
    assert_string_equal(error.message, "there is no command \"elephant\"");
}

static void options_stand_before_and_behind_the_command(void **state)
{
    char version[64];

    (void)state;
    snprintf(version, sizeof(version), "s3atomic %s\n", s3a_version());
    assert_int_equal(run("--json ls --version"), 0);
    assert_string_equal(printed, version);
    assert_true(s3a_globals.json);
    assert_int_equal(run("--version"), 0);
    assert_string_equal(printed, version);
    assert_string_equal(said, "");
}

static void help_goes_to_standard_output_usage_to_the_other(void **state)
{
    (void)state;
    assert_int_equal(run(""), S3A_EXIT_USAGE);
    assert_string_equal(printed, "");
    assert_non_null(strstr(said, "Usage: s3atomic"));
    assert_int_equal(run("--help"), 0);
    assert_non_null(strstr(printed, "Usage: s3atomic"));
    assert_int_equal(run("mb --help"), 0);
    assert_non_null(strstr(printed, "Usage: s3atomic mb [OPTIONS] s3://BUCKET\n"));
    assert_string_equal(said, "");
}

static void what_is_wrong_is_said_with_where_to_look(void **state)
{
    (void)state;
    assert_int_equal(run("--jsn"), S3A_EXIT_USAGE);
    assert_string_equal(said, "s3atomic: there is no option --jsn; did you mean --json?\n"
                              "s3atomic: see s3atomic --help\n");
    assert_int_equal(run("mb"), S3A_EXIT_USAGE);
    assert_string_equal(said, "s3atomic: something is missing: s3atomic mb s3://BUCKET\n"
                              "s3atomic: see s3atomic mb --help\n");
    assert_int_equal(run("mb a b"), S3A_EXIT_USAGE);
    assert_string_equal(said, "s3atomic: \"b\" is one word too many: s3atomic mb s3://BUCKET\n"
                              "s3atomic: see s3atomic mb --help\n");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(commands_are_found_by_their_names),
        cmocka_unit_test(options_stand_before_and_behind_the_command),
        cmocka_unit_test(help_goes_to_standard_output_usage_to_the_other),
        cmocka_unit_test(what_is_wrong_is_said_with_where_to_look),
    };
    int failed = cmocka_run_group_tests(tests, NULL, NULL);
    free(said);
    free(printed);
    return failed;
}
