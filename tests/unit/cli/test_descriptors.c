/* SPDX-License-Identifier: MIT */
#include "descriptors.h"

#include "test.h"

#include <fcntl.h>
#include <unistd.h>

#define HIGH 700

static bool is_closed_by_exec(int fd)
{
    return (fcntl(fd, F_GETFD) & FD_CLOEXEC) != 0;
}

static bool is_open(int fd)
{
    return fcntl(fd, F_GETFD) >= 0;
}

static void what_was_there_stays_and_what_came_later_is_closed_by_exec(void **state)
{
    int before = dup(STDIN_FILENO);
    int high = fcntl(STDIN_FILENO, F_DUPFD, HIGH);

    (void)state;
    assert_true(before > STDERR_FILENO && high >= HIGH);
    s3a_descriptors_note();
    int between = dup(STDIN_FILENO);
    int above = fcntl(STDIN_FILENO, F_DUPFD, high);
    assert_true(between > before && above > high);
    s3a_descriptors_restore();
    assert_false(is_closed_by_exec(STDIN_FILENO));
    assert_false(is_closed_by_exec(before));
    assert_false(is_closed_by_exec(high));
    assert_true(is_closed_by_exec(between));
    assert_true(is_closed_by_exec(above));
    close(before);
    close(high);
    close(between);
    close(above);
}

static void nothing_is_left_open_by_the_looking(void **state)
{
    int next = dup(STDIN_FILENO);

    (void)state;
    close(next);
    s3a_descriptors_note();
    assert_false(is_open(next));
}

static void of_too_many_none_is_touched(void **state)
{
    int fds[300];

    (void)state;
    for (int i = 0; i < 300; i++) {
        fds[i] = dup(STDIN_FILENO);
        assert_true(fds[i] > STDERR_FILENO);
    }
    s3a_descriptors_note();
    int later = dup(STDIN_FILENO);
    s3a_descriptors_restore();
    assert_false(is_closed_by_exec(fds[0]));
    assert_false(is_closed_by_exec(fds[299]));
    assert_false(is_closed_by_exec(later));
    for (int i = 0; i < 300; i++) {
        close(fds[i]);
    }
    close(later);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(what_was_there_stays_and_what_came_later_is_closed_by_exec),
        cmocka_unit_test(nothing_is_left_open_by_the_looking),
        cmocka_unit_test(of_too_many_none_is_touched),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
