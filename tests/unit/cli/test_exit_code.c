/* SPDX-License-Identifier: MIT */
#include "exit_code.h"

#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#include "test.h"

static void what_scripts_rely_on(void **state)
{
    (void)state;
    assert_int_equal(s3a_exit_of(S3A_OK), 0);
    assert_int_equal(s3a_exit_of(S3A_NOT_FOUND), 1);
    assert_int_equal(s3a_exit_of(S3A_CONFLICT), 1);
    assert_int_equal(s3a_exit_of(S3A_INVALID), 64);
    assert_int_equal(s3a_exit_of(S3A_NOT_A_LOCK), 65);
    assert_int_equal(s3a_exit_of(S3A_UNREACHABLE), 69);
    assert_int_equal(s3a_exit_of(S3A_IN_DOUBT), 69);
    assert_int_equal(s3a_exit_of(S3A_HELD), 75);
    assert_int_equal(s3a_exit_of(S3A_UNSUPPORTED), 76);
    assert_int_equal(s3a_exit_of(S3A_DENIED), 77);
    assert_int_equal(s3a_exit_of(S3A_CREDENTIALS), 78);
    assert_int_equal(s3a_exit_of(S3A_NO_BUCKET), 78);
    assert_int_equal(s3a_exit_of(S3A_LOST), 79);
}

static void only_success_is_0_and_every_code_is_documented(void **state)
{
    static const enum s3a_status all[] = {
#define ROW(name, number, action, text) S3A_##name,
        S3A_STATUS_MAP(ROW)
#undef ROW
    };
    static const int documented[] = {
#define ROW(name, number, meaning) number,
        S3A_EXIT_MAP(ROW)
#undef ROW
    };

    (void)state;
    for (size_t i = 0; i < sizeof(all) / sizeof(all[0]); i++) {
        int code = s3a_exit_of(all[i]);
        bool found = false;
        for (size_t k = 0; k < sizeof(documented) / sizeof(documented[0]); k++) {
            found = found || documented[k] == code;
        }
        assert_true(found);
        assert_int_equal(code == 0, s3a_status_action(all[i]) == S3A_ACTION_DONE);
    }
    assert_int_equal(s3a_exit_of((enum s3a_status)9999), 74);
}

static int wait_status_of(pid_t pid)
{
    int wait_status;

    assert_int_equal(waitpid(pid, &wait_status, 0), pid);
    return wait_status;
}

static void programs_end_as_in_the_shell(void **state)
{
    (void)state;
    pid_t pid = fork();
    if (pid == 0) {
        _exit(7);
    }
    assert_int_equal(s3a_exit_of_wait(wait_status_of(pid)), 7);
    pid = fork();
    if (pid == 0) {
        raise(SIGKILL);
    }
    assert_int_equal(s3a_exit_of_wait(wait_status_of(pid)), 128 + SIGKILL);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(what_scripts_rely_on),
        cmocka_unit_test(only_success_is_0_and_every_code_is_documented),
        cmocka_unit_test(programs_end_as_in_the_shell),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
