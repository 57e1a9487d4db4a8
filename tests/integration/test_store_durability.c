/* SPDX-License-Identifier: MIT */

/*
 * Writers in processes of their own are killed at random moments, together and in the middle of
 * whatever they do. Afterwards every write that was answered is there, nothing is there by half,
 * and no file is left that no object needs.
 */

#include "store_fixture.h"

#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "random.h"

#define ROUNDS 20
#define WRITERS 3
#define ACKS_MAX 120
#define LARGE (S3A_INLINE_SIZE_MAX + 4000)
#define SMALL 300
#define PATIENCE_MS 20000

/* What a writer tells after the store has answered: everything up to this number is done. */
struct ack {
    int writer;
    int number;
};

/* The text that body number of a writer begins with, and its size: every fourth is a file. */
struct text {
    char bytes[32];
};

static struct text text_of(int writer, int number)
{
    struct text text;

    snprintf(text.bytes, sizeof(text.bytes), "%d/%d.", writer, number);
    return text;
}

static size_t size_of(int number)
{
    return (size_t)(number % 4 == 0 ? LARGE : SMALL) + (size_t)number;
}

static void key_of(int round, int writer, int number, char ret_key[32])
{
    snprintf(ret_key, 32, "%02d/%d/%06d", round, writer, number);
}

static void hot_key_of(int writer, char ret_key[32])
{
    snprintf(ret_key, 32, "hot/%d", writer);
}

/* Writes number after number: to a key of its own, and over the last one at a hot key; every third
 * is deleted again. Every tenth time the store is closed and opened. */
static void write_for_ever(struct store *store, int round, int writer, int fd)
{
    char key[32];
    char hot_key[32];

    hot_key_of(writer, hot_key);
    for (int number = 1;; number++) {
        struct text text = text_of(writer, number);
        struct ack ack = {writer, number};
        key_of(round, writer, number, key);
        if (store_put_large(store, key, text.bytes, size_of(number)) != S3A_OK ||
            store_put_large(store, hot_key, text.bytes, size_of(number)) != S3A_OK ||
            (number % 3 == 0 && store_delete(store, key) != S3A_OK) ||
            write(fd, &ack, sizeof(ack)) != sizeof(ack)) {
            _exit(1);
        }
        if (number % 10 == 0) {
            store_reopen(store);
        }
    }
}

static pid_t start_writer(const struct store *store, int round, int writer, int fd)
{
    pid_t pid = fork();

    if (pid == 0) {
        struct store own = *store;
        own.objects = NULL;
        store_reopen(&own);
        write_for_ever(&own, round, writer, fd);
    }
    assert_true(pid > 0);
    return pid;
}

/* Takes what the writers tell until there are so many, or all of them are gone. */
static void listen(int fd, int count_max, int last[WRITERS])
{
    struct pollfd readable = {.fd = fd, .events = POLLIN};
    struct ack ack;

    for (int count = 0; count < count_max; count++) {
        assert_int_equal(poll(&readable, 1, PATIENCE_MS), 1);
        ssize_t got = read(fd, &ack, sizeof(ack));
        if (got == 0) {
            return;
        }
        assert_int_equal(got, sizeof(ack));
        assert_true(ack.writer >= 0 && ack.writer < WRITERS);
        last[ack.writer] = ack.number;
    }
}

/* The number that the object at a key was written with; 0: there is none. It is whole. */
static int number_at(struct store *store, const char *key, int writer)
{
    struct s3a_buf body;
    int number = 0;
    int found_writer;

    s3a_buf_init(&body, SIZE_MAX - 1);
    enum s3a_status status = store_read(store, key, &body);
    if (status == S3A_OK) {
        assert_int_equal(sscanf(s3a_buf_text(&body), "%d/%d.", &found_writer, &number), 2);
        assert_int_equal(found_writer, writer);
        struct text text = text_of(writer, number);
        assert_int_equal(body.size, size_of(number));
        assert_true(body_is(s3a_buf_str(&body), text.bytes));
    } else {
        assert_int_equal(status, S3A_NOT_FOUND);
    }
    s3a_buf_fini(&body);
    return number;
}

static void assert_all_is_there(struct store *store, int round, const int last[WRITERS])
{
    char key[32];

    for (int writer = 0; writer < WRITERS; writer++) {
        for (int number = 1; number <= last[writer]; number++) {
            key_of(round, writer, number, key);
            int expected = number % 3 == 0 ? 0 : number;
            assert_int_equal(number_at(store, key, writer), expected);
        }
        /* The one that was under way is there or not, and whole. */
        key_of(round, writer, last[writer] + 1, key);
        int next = number_at(store, key, writer);
        assert_true(next == 0 || next == last[writer] + 1);
        hot_key_of(writer, key);
        int hot = number_at(store, key, writer);
        if (last[writer] > 0) {
            assert_true(hot == last[writer] || hot == last[writer] + 1);
        }
    }
}

/* Objects whose body is a file. */
static int count_large(struct store *store)
{
    struct s3a_op op = {.kind = S3A_OP_LIST_OBJECTS, .bucket = S3A_STR(BUCKET)};
    struct s3a_answer answer;
    char token[128];
    int count = 0;

    for (bool goes_on = true; goes_on;) {
        assert_int_equal(store_call(store, &op, s3a_str_of(NULL), &answer), S3A_OK);
        for (size_t i = 0; i < answer.entry_count; i++) {
            count += answer.entries[i].size > S3A_INLINE_SIZE_MAX;
        }
        goes_on = answer.truncated;
        snprintf(token, sizeof(token), "%.*s", (int)answer.next_continuation.size,
                 goes_on ? answer.next_continuation.data : "");
        op.continuation = s3a_str_of(token);
        s3a_answer_fini(&answer);
    }
    return count;
}

static void assert_no_orphans(struct store *store)
{
    store_reopen(store); /* what was swept is gone when the store is closed */
    assert_int_equal(directory_count(store->path, "incoming"), 0);
    assert_int_equal(blob_count(store->path), count_large(store));
}

static void run_round(struct store *store, int round)
{
    pid_t pids[WRITERS];
    int last[WRITERS] = {0};
    int fds[2];
    int status;

    s3a_objects_close(store->objects);
    store->objects = NULL;
    assert_int_equal(pipe(fds), 0);
    for (int i = 0; i < WRITERS; i++) {
        pids[i] = start_writer(store, round, i, fds[1]);
    }
    close(fds[1]);
    listen(fds[0], (int)(s3a_random_uint64() % ACKS_MAX), last);
    for (int i = 0; i < WRITERS; i++) {
        assert_int_equal(kill(pids[i], SIGKILL), 0);
    }
    for (int i = 0; i < WRITERS; i++) {
        assert_int_equal(waitpid(pids[i], &status, 0), pids[i]);
        assert_true(WIFSIGNALED(status));
    }
    listen(fds[0], INT32_MAX, last); /* what they had told before */
    close(fds[0]);

    store_reopen(store);
    assert_all_is_there(store, round, last);
    assert_no_orphans(store);
}

static void what_was_answered_survives_the_end_of_all_writers(void **state)
{
    (void)state;
    struct store store;

    store_open(&store);
    assert_int_equal(store_put(&store, "first", "x"), S3A_OK);
    for (int round = 0; round < ROUNDS; round++) {
        run_round(&store, round);
    }
    store_close(&store);
}

/* Stopped where it stands, perhaps with the gate: nobody is let in wrongly, and when it goes on or
 * is killed, so do the others. */
static void a_writer_that_is_stopped_and_killed_holds_up_nobody_after_that(void **state)
{
    (void)state;
    struct store store;
    int fds[2];
    int status;

    store_open(&store);
    for (int round = 0; round < ROUNDS; round++) {
        int last[WRITERS] = {0};
        s3a_objects_close(store.objects);
        store.objects = NULL;
        assert_int_equal(pipe(fds), 0);
        pid_t pid = start_writer(&store, round, 0, fds[1]);
        close(fds[1]);
        listen(fds[0], 1 + (int)(s3a_random_uint64() % 20), last);
        assert_int_equal(kill(pid, SIGSTOP), 0);
        assert_int_equal(waitpid(pid, &status, WUNTRACED), pid);
        store_reopen(&store);
        assert_true(number_at(&store, "hot/0", 0) >= last[0]); /* readers never wait */
        assert_int_equal(kill(pid, SIGKILL), 0);
        assert_int_equal(waitpid(pid, &status, 0), pid);
        assert_int_equal(store_put(&store, "after", "x"), S3A_OK);
        listen(fds[0], INT32_MAX, last);
        close(fds[0]);
        assert_all_is_there(&store, round, last);
    }
    assert_no_orphans(&store);
    store_close(&store);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(what_was_answered_survives_the_end_of_all_writers),
        cmocka_unit_test(a_writer_that_is_stopped_and_killed_holds_up_nobody_after_that),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
