/* SPDX-License-Identifier: MIT */

/* A checker that finds nothing in a broken history is worth nothing. */

#include "test.h"

#include <stdlib.h>
#include <string.h>

#include "fire_check.h"

#define LINES_MAX 32

/* Judges a history; what it tells goes to *ret_evidence, to be freed. */
static struct fire_verdict judge(const char *const *history, char **ret_evidence)
{
    struct fire_line lines[LINES_MAX];
    struct fire_verdict verdict;
    size_t count = 0;
    size_t size;
    FILE *evidence = open_memstream(ret_evidence, &size);

    assert_non_null(evidence);
    for (; history[count]; count++) {
        assert_true(count < LINES_MAX);
        assert_true(fire_line_read(history[count], &lines[count]));
    }
    assert_true(fire_check(lines, count, evidence, &verdict));
    assert_int_equal(fclose(evidence), 0);
    return verdict;
}

#define HISTORY(...) ((const char *const[]){__VA_ARGS__, NULL})

/* Exactly one violation, and its evidence has this text. */
static void assert_found(const char *const *history, const char *text)
{
    char *evidence;
    struct fire_verdict verdict = judge(history, &evidence);

    if (verdict.violations != 1 || !strstr(evidence, text)) {
        fail_msg("%u violations:\n%s", verdict.violations, evidence);
    }
    free(evidence);
}

static void assert_good(const char *const *history, unsigned grants, unsigned takeovers)
{
    char *evidence;
    struct fire_verdict verdict = judge(history, &evidence);

    if (verdict.violations != 0) {
        fail_msg("%s", evidence);
    }
    assert_string_equal(evidence, "");
    assert_int_equal(verdict.grants, grants);
    assert_int_equal(verdict.takeovers, takeovers);
    free(evidence);
}

static void one_after_the_other_is_good(void **state)
{
    (void)state;
    assert_good(HISTORY("enter 7 1 100 200", "held 7 1 201 202", "held 7 1 300 301",
                        "exit 7 1 302 302", "enter 8 2 150 310", "held 8 2 320 321",
                        "exit 8 2 330 330"),
                2, 0);
}

static void nothing_at_all_is_no_violation(void **state)
{
    (void)state;
    assert_good(HISTORY(NULL), 0, 0);
}

static void taken_over_from_one_who_vanished(void **state)
{
    (void)state;
    assert_good(HISTORY("enter 7 1 100 200", "held 7 1 201 202", "enter 8 2 150 900"), 2, 1);
}

static void a_frozen_holder_that_writes_late_has_done_nothing_wrong(void **state)
{
    (void)state;
    /* It asked at 250, was frozen, and wrote at 5000 that it had been held then. */
    assert_good(HISTORY("enter 7 1 100 200", "enter 8 2 150 900", "held 8 2 910 911",
                        "held 7 1 250 5000", "lost 7 1 5001 5002"),
                2, 1);
}

static void a_grant_that_became_known_too_late_proves_nothing(void **state)
{
    (void)state;
    /* Frozen as it returned, the taker of 7 noticed at 5000, by when it had long been lost. */
    assert_good(HISTORY("enter 8 2 150 900", "held 8 2 910 911", "enter 7 1 100 5000",
                        "lost 7 1 5001 5002"),
                2, 1);
}

static void attempts_that_fail_are_counted(void **state)
{
    char *evidence;

    (void)state;
    struct fire_verdict verdict =
        judge(HISTORY("failed 13 1 100 200", "failed 13 2 100 200"), &evidence);
    assert_int_equal(verdict.failures, 2);
    assert_int_equal(verdict.violations + verdict.grants, 0);
    free(evidence);
}

static void two_holders_at_once_are_found(void **state)
{
    (void)state;
    assert_found(HISTORY("enter 7 1 100 200", "held 7 1 5000 5001", "enter 8 2 150 3000",
                         "held 8 2 4000 4001"),
                 "at the same time, for 1.000 ms");
}

static void two_holders_are_found_though_a_short_one_lies_between(void **state)
{
    (void)state;
    assert_found(HISTORY("enter 7 1 100 200", "held 7 1 5000 5001", "lost 7 1 5002 5003",
                         "enter 8 2 150 900", "enter 9 3 150 4000", "held 9 3 6000 6001"),
                 "at the same time");
}

static void a_holder_inside_another_ones_time_is_found(void **state)
{
    (void)state;
    assert_found(HISTORY("enter 7 1 100 200", "enter 8 2 150 300", "held 8 2 310 311",
                         "exit 8 2 320 320", "held 7 1 400 401"),
                 "at the same time");
}

static void a_token_that_falls_is_found(void **state)
{
    (void)state;
    assert_found(HISTORY("enter 8 1 100 200", "held 8 1 201 202", "exit 8 1 203 203",
                         "enter 7 2 150 310", "held 7 2 320 321"),
                 "the lower token was held after the higher");
}

static void a_token_that_falls_is_found_where_nothing_was_held_for_long(void **state)
{
    (void)state;
    assert_found(HISTORY("enter 8 1 100 200", "exit 8 1 203 203", "enter 7 2 250 310"),
                 "was asked for 0.050 ms after");
}

static void a_token_that_is_granted_twice_is_found(void **state)
{
    (void)state;
    assert_found(HISTORY("enter 7 1 100 200", "exit 7 1 203 203", "enter 7 1 250 310"),
                 "granted twice");
}

static void a_token_of_two_processes_is_found(void **state)
{
    (void)state;
    assert_found(HISTORY("enter 7 1 100 200", "held 7 1 201 201", "held 7 2 202 203"),
                 "used by process 1 and 2");
}

static void a_lock_that_is_held_after_its_exit_is_found(void **state)
{
    (void)state;
    assert_found(HISTORY("enter 7 1 100 200", "exit 7 1 250 250", "held 7 1 260 261"),
                 "after it had been given back");
}

static void a_lock_that_comes_back_is_found(void **state)
{
    (void)state;
    assert_found(HISTORY("enter 7 1 100 200", "lost 7 1 250 251", "held 7 1 260 261"),
                 "after it had been lost");
}

static void a_lock_that_was_never_granted_is_found(void **state)
{
    (void)state;
    assert_found(HISTORY("held 7 1 260 261"), "never granted");
}

static void the_evidence_shows_the_lines_of_both(void **state)
{
    char *evidence;

    (void)state;
    struct fire_verdict verdict = judge(HISTORY("enter 7 1 100 200", "held 7 1 5000 5001",
                                                "enter 8 2 150 3000", "held 8 2 4000 4001"),
                                        &evidence);
    assert_int_equal(verdict.violations, 1);
    assert_non_null(strstr(evidence, "token 7, process 1:\n    line 1: enter 7 1 100 200"));
    assert_non_null(strstr(evidence, "line 2: held 7 1 5000 5001 (0.004900 s to 0.004901 s)"));
    assert_non_null(strstr(evidence, "token 8, process 2:\n    line 3: enter 8 2 150 3000"));
    free(evidence);
}

static void a_line_is_read_as_it_was_written(void **state)
{
    struct fire_line line = {FIRE_EXIT, UINT64_MAX, INT32_MAX, UINT64_MAX, 1};
    struct fire_line again;
    char text[FIRE_LINE_SIZE_MAX];

    (void)state;
    size_t length = fire_line_print(&line, text, sizeof(text));
    assert_int_equal(length, strlen(text));
    assert_true(fire_line_read(text, &again));
    assert_int_equal(again.kind, FIRE_EXIT);
    assert_int_equal(again.token, UINT64_MAX);
    assert_int_equal(again.pid, INT32_MAX);
    assert_int_equal(again.began_us, UINT64_MAX);
    assert_int_equal(again.at_us, 1);
    assert_false(fire_line_read("enter 1 2 3", &again));
    assert_false(fire_line_read("enter 1 2 3 4 5", &again));
    assert_false(fire_line_read("entry 1 2 3 4", &again));
    assert_false(fire_line_read("", &again));
}

static void a_log_is_read_as_it_grows_whole_lines_only(void **state)
{
    struct fire_log log = {0};
    FILE *file = tmpfile();

    (void)state;
    assert_non_null(file);
    fputs("enter 7 1 100 200\nheld 7 1 20", file);
    fflush(file);
    assert_true(fire_log_read(&log, fileno(file)));
    assert_int_equal(log.count, 1);
    fputs("1 202\nnonsense\n", file);
    fflush(file);
    assert_true(fire_log_read(&log, fileno(file)));
    assert_int_equal(log.count, 2);
    assert_int_equal(log.lines[1].began_us, 201);
    assert_int_equal(log.bad_lines, 1);
    fire_log_fini(&log);
    fclose(file);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(one_after_the_other_is_good),
        cmocka_unit_test(nothing_at_all_is_no_violation),
        cmocka_unit_test(taken_over_from_one_who_vanished),
        cmocka_unit_test(a_frozen_holder_that_writes_late_has_done_nothing_wrong),
        cmocka_unit_test(a_grant_that_became_known_too_late_proves_nothing),
        cmocka_unit_test(attempts_that_fail_are_counted),
        cmocka_unit_test(two_holders_at_once_are_found),
        cmocka_unit_test(two_holders_are_found_though_a_short_one_lies_between),
        cmocka_unit_test(a_holder_inside_another_ones_time_is_found),
        cmocka_unit_test(a_token_that_falls_is_found),
        cmocka_unit_test(a_token_that_falls_is_found_where_nothing_was_held_for_long),
        cmocka_unit_test(a_token_that_is_granted_twice_is_found),
        cmocka_unit_test(a_token_of_two_processes_is_found),
        cmocka_unit_test(a_lock_that_is_held_after_its_exit_is_found),
        cmocka_unit_test(a_lock_that_comes_back_is_found),
        cmocka_unit_test(a_lock_that_was_never_granted_is_found),
        cmocka_unit_test(the_evidence_shows_the_lines_of_both),
        cmocka_unit_test(a_line_is_read_as_it_was_written),
        cmocka_unit_test(a_log_is_read_as_it_grows_whole_lines_only),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
