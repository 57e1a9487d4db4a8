/* SPDX-License-Identifier: MIT */
#include "filter.h"

#include <dirent.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>

#include "exit_code.h"
#include "test.h"
#include "fail_malloc.h"

#define LARGE ((size_t)1 << 20)

static struct s3a_inherited inherited;
static struct s3a_error error;
static struct s3a_heap output;

static int run_with(const char *script, const void *input, size_t size, size_t output_max)
{
    const char *const words[] = {"sh", "-c", script, NULL};
    struct s3a_filter filter = {(char *const *)(uintptr_t)words, &inherited, output_max};

    return s3a_filter_run(&filter, input, size, &output, &error);
}

static int run(const char *script, const char *input)
{
    return run_with(script, input, strlen(input), LARGE);
}

static void assert_output(const char *expected)
{
    assert_int_equal(output.size, strlen(expected));
    assert_memory_equal(output.data ? output.data : "", expected, strlen(expected));
    s3a_heap_clear(&output);
}

static size_t descriptor_count(void)
{
    DIR *all = opendir("/proc/self/fd");
    size_t count = 0;

    assert_non_null(all);
    while (readdir(all)) {
        count++;
    }
    closedir(all);
    return count;
}

static int set_up(void **state)
{
    (void)state;
    s3a_signals_setup(&inherited);
    return 0;
}

static void new_bytes_of_old_ones(void **state)
{
    (void)state;
    assert_int_equal(run("tr a-z A-Z", "hello"), 0);
    assert_output("HELLO");
    assert_int_equal(run("cat", ""), 0);
    assert_output("");
    assert_int_equal(run("cat; echo end", ""), 0);
    assert_output("end\n");
}

static void much_goes_both_ways_at_once(void **state)
{
    char *large = malloc(LARGE);

    (void)state;
    memset(large, 'x', LARGE);
    assert_int_equal(run_with("cat", large, LARGE, LARGE), 0);
    assert_int_equal(output.size, LARGE);
    assert_memory_equal(output.data, large, LARGE);
    s3a_heap_clear(&output);
    free(large);
}

static void it_need_not_read_what_it_is_given(void **state)
{
    char *large = calloc(1, LARGE);

    (void)state;
    assert_int_equal(run_with("echo done", large, LARGE, LARGE), 0);
    assert_output("done\n");
    assert_int_equal(run_with("exec <&-; echo done", large, LARGE, LARGE), 0);
    assert_output("done\n");
    free(large);
}

static void its_failure_is_told_and_its_output_dropped(void **state)
{
    (void)state;
    assert_int_equal(run("echo half; exit 4", "x"), 4);
    assert_string_equal(error.message, "sh failed with exit status 4; nothing was written");
    assert_null(output.data);
    assert_int_equal(run("kill -TERM $$", "x"), 128 + SIGTERM);
    assert_string_equal(error.message, "sh was ended by signal TERM; nothing was written");
}

static void what_cannot_be_run_is_told(void **state)
{
    char name[] = "no-such-program-here";
    char *const words[] = {name, NULL};
    struct s3a_filter filter = {words, &inherited, LARGE};

    (void)state;
    assert_int_equal(s3a_filter_run(&filter, "", 0, &output, &error), S3A_EXIT_NO_PROGRAM);
}

static void one_that_prints_without_end_is_ended(void **state)
{
    (void)state;
    assert_int_equal(run_with("exec yes", "", 0, 100), S3A_EXIT_CONTENT);
    assert_non_null(strstr(error.message, "prints too much"));
    assert_null(output.data);
    assert_int_equal(waitpid(-1, NULL, 0), -1);
}

static void nothing_of_ours_is_open_in_it_and_nothing_stays_open_here(void **state)
{
    (void)state;
    size_t before = descriptor_count();
    assert_int_equal(run("ls /proc/self/fd | wc -l", ""), 0);
    size_t within = strtoul(output.data, NULL, 10);
    s3a_heap_clear(&output);
    assert_true(within <= before);
    assert_int_equal(run("exit 1", ""), 1);
    assert_int_equal(descriptor_count(), before);
}

static void run_without_memory(void *arg)
{
    (void)arg;
    int code = run("echo x", "y");
    assert_true(code == 0 || (code == S3A_EXIT_LOCAL_IO && !output.data));
    s3a_heap_clear(&output);
    assert_int_equal(waitpid(-1, NULL, 0), -1);
}

static void without_memory_nobody_is_left_behind(void **state)
{
    (void)state;
    fail_malloc_sweep(run_without_memory, NULL);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(new_bytes_of_old_ones),
        cmocka_unit_test(much_goes_both_ways_at_once),
        cmocka_unit_test(it_need_not_read_what_it_is_given),
        cmocka_unit_test(its_failure_is_told_and_its_output_dropped),
        cmocka_unit_test(what_cannot_be_run_is_told),
        cmocka_unit_test(one_that_prints_without_end_is_ended),
        cmocka_unit_test(nothing_of_ours_is_open_in_it_and_nothing_stays_open_here),
        cmocka_unit_test(without_memory_nobody_is_left_behind),
    };
    return cmocka_run_group_tests(tests, set_up, NULL);
}
