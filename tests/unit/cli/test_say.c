/* SPDX-License-Identifier: MIT */
#include "say.h"

#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "capture.h"
#include "exit_code.h"
#include "test.h"

static char *say_all(bool quiet, bool verbose)
{
    struct capture capture;

    s3a_say_setup(quiet, verbose);
    capture_begin(&capture, STDERR_FILENO);
    s3a_say_error("an error: %d", 1);
    s3a_say_note("a note");
    s3a_say_progress("progress");
    s3a_say_detail("a detail");
    return capture_end(&capture);
}

static void assert_said(char *text, const char *expected)
{
    assert_string_equal(text, expected);
    free(text);
}

static void errors_always_come_the_rest_as_it_is_asked_for(void **state)
{
    (void)state;
    assert_said(say_all(false, false), "s3atomic: an error: 1\ns3atomic: a note\n");
    assert_said(say_all(true, false), "s3atomic: an error: 1\n");
    assert_said(say_all(false, true), "s3atomic: an error: 1\ns3atomic: a note\n"
                                      "s3atomic: progress\ns3atomic: a detail\n");
}

static void a_failure_gives_its_story_and_its_code(void **state)
{
    struct s3a_error error = {.status = S3A_DENIED, .http_status = 403, .code = "AccessDenied"};
    struct capture capture;

    (void)state;
    s3a_say_setup(false, true);
    capture_begin(&capture, STDERR_FILENO);
    int without_message = s3a_say_failure(&error);
    strcpy(error.message, "s3://b/k: access denied");
    int with_message = s3a_say_failure(&error);
    char *text = capture_end(&capture);
    assert_int_equal(without_message, S3A_EXIT_DENIED);
    assert_int_equal(with_message, S3A_EXIT_DENIED);
    assert_said(text, "s3atomic: access denied\n"
                      "s3atomic: the store's answer: HTTP status 403, code AccessDenied, "
                      "request id none\n"
                      "s3atomic: s3://b/k: access denied\n"
                      "s3atomic: the store's answer: HTTP status 403, code AccessDenied, "
                      "request id none\n");
}

static void what_others_wrote_steers_no_terminal(void **state)
{
    struct capture capture;

    (void)state;
    capture_begin(&capture, STDERR_FILENO);
    s3a_say_error("held by %s", "\033[2J\nevil");
    assert_said(capture_end(&capture), "s3atomic: held by ?[2J?evil\n");
}

static void very_long_messages_are_cut_and_still_end_their_line(void **state)
{
    char message[5000];
    struct capture capture;

    (void)state;
    memset(message, 'x', sizeof(message));
    message[sizeof(message) - 1] = '\0';
    capture_begin(&capture, STDERR_FILENO);
    s3a_say_error("%s", message);
    char *text = capture_end(&capture);
    assert_true(strlen(text) < sizeof(message));
    assert_ptr_equal(strchr(text, '\n'), text + strlen(text) - 1);
    free(text);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(errors_always_come_the_rest_as_it_is_asked_for),
        cmocka_unit_test(a_failure_gives_its_story_and_its_code),
        cmocka_unit_test(what_others_wrote_steers_no_terminal),
        cmocka_unit_test(very_long_messages_are_cut_and_still_end_their_line),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
