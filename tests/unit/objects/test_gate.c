/* SPDX-License-Identifier: MIT */
#include "store_fixture.h"

#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "gate.h"

/* One directory with two gates, as two processes would have them. */
struct pair {
    char path[64];
    struct s3a_directory directory;
    struct s3a_gate one;
    struct s3a_gate other;
};

static void pair_open(struct pair *pair)
{
    directory_make(pair->path);
    assert_int_equal(s3a_directory_open(&pair->directory, pair->path, NULL), S3A_OK);
    assert_int_equal(s3a_gate_open(&pair->one, &pair->directory, NULL), S3A_OK);
    assert_int_equal(s3a_gate_open(&pair->other, &pair->directory, NULL), S3A_OK);
}

static void pair_close(struct pair *pair)
{
    s3a_gate_close(&pair->other);
    s3a_gate_close(&pair->one);
    s3a_directory_close(&pair->directory);
}

static void one_at_a_time_has_the_turn(void **state)
{
    (void)state;
    struct pair pair;

    pair_open(&pair);
    assert_true(s3a_gate_enter(&pair.one));
    assert_false(s3a_gate_try(&pair.other));
    assert_false(s3a_gate_enter_within(&pair.other, 3));
    s3a_gate_leave(&pair.one);
    assert_true(s3a_gate_try(&pair.other));
    s3a_gate_leave(&pair.other);
    assert_true(s3a_gate_enter_within(&pair.one, 0));
    s3a_gate_leave(&pair.one);
    pair_close(&pair);
    directory_remove(pair.path);
}

static void who_closes_the_gate_gives_up_the_turn(void **state)
{
    (void)state;
    struct pair pair;

    pair_open(&pair);
    assert_true(s3a_gate_enter(&pair.one));
    s3a_gate_close(&pair.one);
    assert_true(s3a_gate_try(&pair.other));
    s3a_gate_close(&pair.one); /* once more does no harm */
    pair_close(&pair);
    directory_remove(pair.path);
}

static void only_its_owner_may_open_the_file(void **state)
{
    (void)state;
    struct pair pair;
    struct stat about;
    char path[128];

    pair_open(&pair);
    snprintf(path, sizeof(path), "%s/gate", pair.path);
    assert_int_equal(stat(path, &about), 0);
    assert_int_equal(about.st_mode & 0777, 0600);
    pair_close(&pair);
    directory_remove(pair.path);
}

/* A link that somebody else has put there leads nowhere. */
static void a_link_in_its_place_is_not_followed(void **state)
{
    (void)state;
    struct pair pair;
    struct s3a_gate gate;
    struct s3a_error error;
    char path[128];

    pair_open(&pair);
    snprintf(path, sizeof(path), "%s/gate", pair.path);
    assert_int_equal(unlink(path), 0);
    assert_int_equal(symlink("/dev/null", path), 0);
    assert_int_equal(s3a_gate_open(&gate, &pair.directory, &error), S3A_SYSTEM);
    assert_non_null(strstr(error.message, path));
    pair_close(&pair);
    directory_remove(pair.path);
}

static void a_file_that_was_removed_is_made_again_and_orders_as_before(void **state)
{
    (void)state;
    struct pair pair;
    char path[128];

    pair_open(&pair);
    snprintf(path, sizeof(path), "%s/gate", pair.path);
    assert_int_equal(unlink(path), 0);
    assert_true(s3a_gate_enter(&pair.one));
    assert_false(s3a_gate_try(&pair.other));
    s3a_gate_leave(&pair.one);
    assert_true(s3a_gate_enter(&pair.other));
    s3a_gate_leave(&pair.other);
    pair_close(&pair);
    directory_remove(pair.path);
}

/* Whoever makes the directory anew has another gate: two holders of one lock. */
static void in_a_directory_that_was_removed_nobody_gets_a_turn(void **state)
{
    (void)state;
    struct pair pair;

    pair_open(&pair);
    directory_remove(pair.path);
    assert_false(s3a_gate_enter(&pair.one));
    assert_false(s3a_gate_try(&pair.other));
    assert_int_equal(mkdir(pair.path, 0700), 0);
    assert_false(s3a_gate_enter(&pair.one));
    pair_close(&pair);
    directory_remove(pair.path);
}

/* What the child tells of itself. */
struct news {
    pid_t pid;
    bool has_no_gate;
};

/* In a process of its own: takes the turn, has a child that outlives it, and dies. */
static void die_in_the_middle(struct pair *pair, int fd)
{
    struct s3a_gate gate;

    if (s3a_gate_open(&gate, &pair->directory, NULL) != S3A_OK || !s3a_gate_enter(&gate)) {
        _exit(1);
    }
    pid_t child = fork();
    if (child == 0) {
        struct news news = {.pid = getpid(),
                            .has_no_gate = s3a_gate_is_inherited(&gate) && !s3a_gate_enter(&gate)};
        s3a_gate_close(&gate);
        if (write(fd, &news, sizeof(news)) == sizeof(news)) {
            pause();
        }
        _exit(1);
    }
    raise(SIGKILL);
}

static void a_child_does_not_keep_the_turn_of_a_parent_that_died(void **state)
{
    (void)state;
    struct pair pair;
    struct news news;
    int fds[2];
    int status;

    pair_open(&pair);
    assert_int_equal(pipe(fds), 0);
    pid_t parent = fork();
    if (parent == 0) {
        die_in_the_middle(&pair, fds[1]);
    }
    assert_true(parent > 0);
    close(fds[1]);
    assert_int_equal(waitpid(parent, &status, 0), parent);
    assert_true(WIFSIGNALED(status));
    assert_int_equal(read(fds[0], &news, sizeof(news)), sizeof(news));
    assert_true(news.has_no_gate);
    assert_true(s3a_gate_try(&pair.one));
    s3a_gate_leave(&pair.one);
    assert_int_equal(kill(news.pid, SIGKILL), 0);
    close(fds[0]);
    pair_close(&pair);
    directory_remove(pair.path);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(one_at_a_time_has_the_turn),
        cmocka_unit_test(who_closes_the_gate_gives_up_the_turn),
        cmocka_unit_test(only_its_owner_may_open_the_file),
        cmocka_unit_test(a_link_in_its_place_is_not_followed),
        cmocka_unit_test(a_file_that_was_removed_is_made_again_and_orders_as_before),
        cmocka_unit_test(in_a_directory_that_was_removed_nobody_gets_a_turn),
        cmocka_unit_test(a_child_does_not_keep_the_turn_of_a_parent_that_died),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
