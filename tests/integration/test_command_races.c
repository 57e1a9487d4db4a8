/* SPDX-License-Identifier: MIT */

/*
 * Two processes that reach for the same lock at the same time, round after round: exactly one has
 * it. What `s3atomic lock -n` does, without the time that it takes to start a program.
 */

#include "test.h"

#include <ftw.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include <s3atomic/s3atomic.h>

#define BUCKET "races"
#define RUNNERS 2
#define FRESH_ROUNDS 1000
#define WORN_ROUNDS 300
#define NAME_SIZE 64

/* What a runner is told, and what it answers: the token, or 0 where it did not get the lock. */
struct order {
    char name[NAME_SIZE]; /* "": end */
};

static char directory[] = "/tmp/s3atomic-races-XXXXXX";
static int runners[RUNNERS];
static pid_t pids[RUNNERS];

static bool get(int fd, void *data, size_t size)
{
    return recv(fd, data, size, MSG_WAITALL) == (ssize_t)size;
}

static bool tell(int fd, const void *data, size_t size)
{
    return send(fd, data, size, MSG_NOSIGNAL) == (ssize_t)size;
}

/* Takes the lock if it can, says so, and keeps it until it is told to go on. */
static bool run_round(struct s3a_client *client, int fd, const char *name)
{
    struct s3a_lock *lock = NULL;
    struct s3a_error error;
    char go_on;

    enum s3a_status status = s3a_lock_acquire(client, BUCKET, name, NULL, &lock, &error);
    uint64_t token = status == S3A_OK ? s3a_lock_token(lock) : 0;
    if (status != S3A_OK && status != S3A_HELD) {
        fprintf(stderr, "%s: %s\n", name, error.message);
        return false;
    }
    bool well = tell(fd, &token, sizeof(token)) && get(fd, &go_on, 1);
    if (status == S3A_OK && s3a_lock_release(lock, &error) != S3A_OK) {
        fprintf(stderr, "%s: %s\n", name, error.message);
        well = false;
    }
    s3a_lock_free(lock);
    return well && tell(fd, "d", 1);
}

static _Noreturn void be_runner(int fd)
{
    char endpoint[128];
    struct s3a_client_options options = {.endpoint = endpoint};
    struct s3a_client *client;
    struct s3a_error error;
    struct order order;

    snprintf(endpoint, sizeof(endpoint), "file://%s/store", directory);
    if (s3a_client_new(&options, &client, &error) != S3A_OK) {
        fprintf(stderr, "%s\n", error.message);
        _exit(1);
    }
    bool well = true;
    while (well && get(fd, &order, sizeof(order)) && order.name[0]) {
        well = run_round(client, fd, order.name);
    }
    s3a_client_free(client);
    _exit(well ? 0 : 1);
}

static int set_up(void **state)
{
    (void)state;
    if (!mkdtemp(directory)) {
        return -1;
    }
    for (size_t i = 0; i < RUNNERS; i++) {
        int fds[2];
        if (socketpair(AF_UNIX, SOCK_STREAM, 0, fds) != 0) {
            return -1;
        }
        pids[i] = fork();
        if (pids[i] == 0) {
            close(fds[0]);
            be_runner(fds[1]);
        }
        close(fds[1]);
        runners[i] = fds[0];
    }
    return 0;
}

static int remove_one(const char *path, const struct stat *found, int flag, struct FTW *ftw)
{
    (void)found;
    (void)flag;
    (void)ftw;
    return remove(path);
}

static int tear_down(void **state)
{
    struct order end = {0};
    int result = 0;

    (void)state;
    for (size_t i = 0; i < RUNNERS; i++) {
        int wait_status;
        tell(runners[i], &end, sizeof(end));
        close(runners[i]);
        if (waitpid(pids[i], &wait_status, 0) != pids[i] || wait_status != 0) {
            result = -1;
        }
    }
    return nftw(directory, remove_one, 16, FTW_DEPTH | FTW_PHYS) == 0 ? result : -1;
}

/* The token of the one who got it. */
static uint64_t race(const char *name)
{
    struct order order = {0};
    uint64_t winner = 0;

    snprintf(order.name, sizeof(order.name), "%s", name);
    for (size_t i = 0; i < RUNNERS; i++) {
        assert_true(tell(runners[i], &order, sizeof(order)));
    }
    for (size_t i = 0; i < RUNNERS; i++) {
        uint64_t token;
        assert_true(get(runners[i], &token, sizeof(token)));
        if (token != 0 && winner != 0) {
            fail_msg("%s: two have it, with %" PRIu64 " and %" PRIu64, name, winner, token);
        }
        winner = token != 0 ? token : winner;
    }
    for (size_t i = 0; i < RUNNERS; i++) {
        char done;
        assert_true(tell(runners[i], "g", 1));
        assert_true(get(runners[i], &done, 1));
    }
    return winner;
}

static void of_two_who_make_a_lock_exactly_one_has_it(void **state)
{
    (void)state;
    for (int round = 0; round < FRESH_ROUNDS; round++) {
        char name[NAME_SIZE];
        snprintf(name, sizeof(name), "fresh/%d", round);
        assert_true(race(name) > 0);
    }
}

static void of_two_who_take_a_free_lock_exactly_one_has_it_and_tokens_grow(void **state)
{
    uint64_t last = 0;

    (void)state;
    for (int round = 0; round < WORN_ROUNDS; round++) {
        uint64_t token = race("worn");
        assert_true(token > last);
        last = token;
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(of_two_who_make_a_lock_exactly_one_has_it),
        cmocka_unit_test(of_two_who_take_a_free_lock_exactly_one_has_it_and_tokens_grow),
    };
    return cmocka_run_group_tests(tests, set_up, tear_down);
}
