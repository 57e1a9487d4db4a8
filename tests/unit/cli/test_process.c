/* SPDX-License-Identifier: MIT */
#include "process.h"

#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "apart.h"
#include "exit_code.h"
#include "test.h"
#include "fail_malloc.h"

static struct s3a_inherited inherited;
static struct s3a_error error;

static int start(const char *const *words, bool supervised, pid_t *ret_pid)
{
    struct s3a_process_plan plan = {
        .words = (char *const *)(uintptr_t)words,
        .environment = environ,
        .inherited = &inherited,
        .supervised = supervised,
    };

    return s3a_process_start(&plan, ret_pid, &error);
}

static int run(const char *const *words)
{
    int wait_status;
    pid_t pid;

    assert_int_equal(start(words, false, &pid), 0);
    assert_int_equal(waitpid(pid, &wait_status, 0), pid);
    return s3a_exit_of_wait(wait_status);
}

static int set_up(void **state)
{
    (void)state;
    s3a_signals_setup(&inherited);
    return 0;
}

static void a_program_is_found_by_path_and_by_name(void **state)
{
    (void)state;
    assert_int_equal(run((const char *[]){"/bin/sh", "-c", "exit 7", NULL}), 7);
    assert_int_equal(run((const char *[]){"sh", "-c", "exit 8", NULL}), 8);
    assert_int_equal(run((const char *[]){"sh", "-c", "kill -KILL $$", NULL}), 128 + SIGKILL);
}

static void words_arrive_as_they_are(void **state)
{
    (void)state;
    assert_int_equal(run((const char *[]){"test", "a  b*", "=", "a  b*", NULL}), 0);
    assert_int_equal(
        run((const char *[]){"sh", "-c", "test $# = 2 -a -z \"$1\"", "x", "", "y", NULL}), 0);
}

static void a_script_without_a_first_line_is_the_shells(void **state)
{
    char name[] = "/tmp/s3atomic-script-XXXXXX";
    int fd = mkstemp(name);

    (void)state;
    assert_true(fd >= 0);
    assert_int_equal(write(fd, "exit $1\n", 8), 8);
    assert_int_equal(fchmod(fd, 0700), 0);
    close(fd);
    int code = run((const char *[]){name, "9", NULL});
    unlink(name);
    assert_int_equal(code, 9);
}

static void what_cannot_be_run_says_why(void **state)
{
    pid_t pid;

    (void)state;
    assert_int_equal(start((const char *[]){"no-such-program-here", NULL}, true, &pid),
                     S3A_EXIT_NO_PROGRAM);
    assert_string_equal(error.message, "no-such-program-here: command not found");
    assert_int_equal(start((const char *[]){"/no/such", NULL}, true, &pid), S3A_EXIT_NO_PROGRAM);
    assert_int_equal(start((const char *[]){"", NULL}, true, &pid), S3A_EXIT_NO_PROGRAM);
    assert_int_equal(start((const char *[]){"/etc/passwd", NULL}, true, &pid), S3A_EXIT_CANNOT_RUN);
    assert_string_equal(error.message, "/etc/passwd: cannot be executed: Permission denied");
    assert_int_equal(start((const char *[]){"/etc", NULL}, true, &pid), S3A_EXIT_CANNOT_RUN);
    assert_int_equal(waitpid(-1, NULL, 0), -1); /* nobody is left */

    assert_int_equal(s3a_process_find("sh", &error), S3A_EXIT_DONE);
    assert_int_equal(s3a_process_find("no-such-program-here", &error), S3A_EXIT_NO_PROGRAM);
    assert_int_equal(s3a_process_find("/etc", &error), S3A_EXIT_CANNOT_RUN);
}

static void standard_input_and_output_can_be_others(void **state)
{
    int to_it[2];
    int from_it[2];
    char text[16] = "";
    const char *const words[] = {"cat", NULL};
    pid_t pid;

    (void)state;
    assert_int_equal(pipe2(to_it, O_CLOEXEC), 0);
    assert_int_equal(pipe2(from_it, O_CLOEXEC), 0);
    struct s3a_process_plan plan = {
        .words = (char *const *)(uintptr_t)words,
        .environment = environ,
        .inherited = &inherited,
        .standard_input = to_it[0],
        .standard_output = from_it[1],
    };
    assert_int_equal(s3a_process_start(&plan, &pid, &error), 0);
    close(to_it[0]);
    close(from_it[1]);
    assert_int_equal(write(to_it[1], "hello", 5), 5);
    close(to_it[1]);
    assert_int_equal(read(from_it[0], text, sizeof(text)), 5);
    assert_string_equal(text, "hello");
    close(from_it[0]);
    assert_int_equal(waitpid(pid, NULL, 0), pid);
}

static void a_supervised_one_has_a_group_of_its_own(void **state)
{
    int wait_status;
    pid_t pid;

    (void)state;
    assert_int_equal(start((const char *[]){"sleep", "1000", NULL}, true, &pid), 0);
    assert_int_equal(getpgid(pid), pid);
    assert_int_equal(kill(-pid, SIGTERM), 0);
    assert_int_equal(waitpid(pid, &wait_status, 0), pid);
    assert_int_equal(WTERMSIG(wait_status), SIGTERM);
}

/* Its parent is killed; the pipe that only it holds tells when it has ended. */
static void a_supervised_one_ends_with_its_parent(void **state)
{
    int pipe_fds[2];
    char byte;

    (void)state;
    assert_int_equal(pipe(pipe_fds), 0);
    pid_t parent = fork();
    if (parent == 0) {
        pid_t pid;
        close(pipe_fds[0]);
        int code = start((const char *[]){"sleep", "1000", NULL}, true, &pid);
        if (code == 0 && write(pipe_fds[1], "s", 1) == 1) {
            pause();
        }
        _exit(1);
    }
    close(pipe_fds[1]);
    assert_int_equal(read(pipe_fds[0], &byte, 1), 1);
    kill(parent, SIGKILL);
    assert_int_equal(waitpid(parent, NULL, 0), parent);
    assert_int_equal(read(pipe_fds[0], &byte, 1), 0);
    close(pipe_fds[0]);
}

static const char *value_of(char **environment, const char *name)
{
    const char *found = NULL;
    size_t size = strlen(name);

    for (; *environment; environment++) {
        if (strncmp(*environment, name, size) == 0 && (*environment)[size] == '=') {
            assert_null(found);
            found = *environment + size + 1;
        }
    }
    return found ? found : "(none)";
}

static void settings_replace_those_of_the_same_name(void **state)
{
    const char *const settings[] = {"S3A_TEST_A=new", "S3A_TEST_NEW=x=y"};

    (void)state;
    setenv("S3A_TEST_A", "old", 1);
    setenv("S3A_TEST_AB", "kept", 1);
    char **environment = s3a_process_environment(settings, 2);
    assert_non_null(environment);
    assert_string_equal(value_of(environment, "S3A_TEST_A"), "new");
    assert_string_equal(value_of(environment, "S3A_TEST_AB"), "kept");
    assert_string_equal(value_of(environment, "S3A_TEST_NEW"), "x=y");
    free(environment);
}

static void start_without_memory(void *arg)
{
    pid_t pid;

    (void)arg;
    int code = start((const char *[]){"true", NULL}, false, &pid);
    if (code == 0) {
        assert_int_equal(waitpid(pid, NULL, 0), pid);
    }
    assert_int_equal(code, fail_malloc_happened() ? S3A_EXIT_LOCAL_IO : 0);
}

static void without_memory_nothing_is_started(void **state)
{
    (void)state;
    fail_malloc_at(1);
    start_without_memory(NULL);
    start_without_memory(NULL);
    fail_malloc_at(1);
    assert_null(s3a_process_environment(NULL, 0));
    fail_malloc_at(0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_program_is_found_by_path_and_by_name),
        cmocka_unit_test(words_arrive_as_they_are),
        cmocka_unit_test(a_script_without_a_first_line_is_the_shells),
        cmocka_unit_test(what_cannot_be_run_says_why),
        cmocka_unit_test(standard_input_and_output_can_be_others),
        cmocka_unit_test(a_supervised_one_has_a_group_of_its_own),
        cmocka_unit_test(a_supervised_one_ends_with_its_parent),
        cmocka_unit_test(settings_replace_those_of_the_same_name),
        cmocka_unit_test(without_memory_nothing_is_started),
    };
    return cmocka_run_group_tests(tests, set_up, NULL);
}
