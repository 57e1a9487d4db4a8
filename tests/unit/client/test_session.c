/* SPDX-License-Identifier: MIT */
#include "test.h"

#include <semaphore.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "scene.h"

#define MANY 50

/* What an operator does who cleans up too much. */
static void delete_by_hand(struct s3a_client *client, const struct s3a_session *session)
{
    struct s3a_store *store = s3a_store_new(client, s3a_bytes_codec());

    assert_int_equal(s3a_store_delete(store, BUCKET, s3a_session_key(session), NULL, NULL), S3A_OK);
    s3a_store_free(store);
}

static void many_locks_are_held_under_one_session(void **state)
{
    struct scene *scene = *state;
    struct s3a_session *session = open_session(scene->ours, NULL);
    struct s3a_lock *locks[MANY];
    struct s3a_error error;
    struct s3a_lock_info info;

    for (int i = 0; i < MANY; i++) {
        char name[16];
        snprintf(name, sizeof(name), "job-%d", i);
        locks[i] = take(scene->ours, name, session);
        assert_int_equal(try(scene->other, name, NULL, &error), S3A_HELD);
    }
    assert_true(s3a_lock_remaining_ms(locks[0]) <= s3a_session_remaining_ms(session));
    inspect(scene->other, "job-7", &info);
    assert_int_equal(info.state, S3A_LOCK_HELD);
    assert_string_equal(info.session, s3a_session_key(session));
    assert_int_equal(s3a_lock_release(locks[7], &error), S3A_OK);
    assert_int_equal(try(scene->other, "job-7", NULL, &error), S3A_OK);
    assert_true(s3a_lock_is_held(locks[8]));

    assert_int_equal(s3a_session_close(session, &error), S3A_OK);
    assert_false(s3a_session_is_good(session));
    for (int i = 0; i < MANY; i++) {
        assert_false(s3a_lock_is_held(locks[i]));
        assert_int_equal(s3a_lock_release(locks[i], &error), S3A_OK);
        s3a_lock_free(locks[i]);
    }
    inspect(scene->other, "job-8", &info);
    assert_int_equal(info.state, S3A_LOCK_FREE);
    assert_string_equal(info.session, "");
    assert_int_equal(s3a_session_close(session, &error), S3A_OK);
    s3a_session_free(session);
}

static void only_the_session_is_written_while_they_are_held(void **state)
{
    struct scene *scene = *state;
    const struct s3a_session_options busy = {.heartbeat_ms = 100, .lease_ms = 60000};
    struct s3a_session *session = open_session(scene->ours, &busy);
    struct s3a_lock *lock = take(scene->ours, "job", session);
    struct s3a_lock_info first, info;

    inspect(scene->other, "job", &first);
    do { /* until its heartbeats are seen */
        inspect(scene->other, "job", &info);
    } while (info.beat < first.beat + 2);
    assert_string_equal(info.etag, first.etag);
    assert_int_equal(info.state, S3A_LOCK_HELD);
    assert_true(s3a_lock_is_held(lock));
    s3a_lock_free(lock);
    s3a_session_free(session);
}

struct news {
    sem_t lock_lost;
    sem_t session_lost;
    enum s3a_lost_reason lock_reason;
    enum s3a_lost_reason session_reason;
};

static void lock_lost(struct s3a_lock *lock, enum s3a_lost_reason reason, void *user)
{
    struct news *news = user;

    assert_false(s3a_lock_is_held(lock));
    news->lock_reason = reason;
    sem_post(&news->lock_lost);
}

static void session_lost(struct s3a_session *session, enum s3a_lost_reason reason, void *user)
{
    struct news *news = user;

    assert_false(s3a_session_is_good(session));
    news->session_reason = reason;
    sem_post(&news->session_lost);
}

static void with_the_session_all_its_locks_are_lost(void **state)
{
    struct scene *scene = *state;
    struct news news = {0};
    const struct s3a_session_options hasty = {
        .heartbeat_ms = 100, .lease_ms = 60000, .on_lost = session_lost, .user = &news};
    struct s3a_lock *lock;
    struct s3a_error error;

    sem_init(&news.lock_lost, 0, 0);
    sem_init(&news.session_lost, 0, 0);
    struct s3a_session *session = open_session(scene->ours, &hasty);
    const struct s3a_lock_options options = {
        .session = session, .on_lost = lock_lost, .user = &news};
    assert_int_equal(s3a_lock_acquire(scene->ours, BUCKET, "job", &options, &lock, &error), S3A_OK);
    delete_by_hand(scene->other, session);
    while (sem_wait(&news.lock_lost) != 0 || sem_wait(&news.session_lost) != 0) {
    }
    assert_int_equal(news.lock_reason, S3A_LOST_SESSION);
    assert_int_equal(news.session_reason, S3A_LOST_DELETED);
    assert_int_equal(s3a_lock_lost_reason(lock), S3A_LOST_SESSION);
    assert_int_equal(s3a_session_lost_reason(session), S3A_LOST_DELETED);
    assert_int_equal(s3a_lock_release(lock, &error), S3A_LOST);
    assert_int_equal(try(scene->ours, "another", &options, &error), S3A_LOST);
    assert_int_equal(s3a_session_close(session, &error), S3A_LOST);
    s3a_lock_free(lock);
    s3a_session_free(session);
}

static void who_died_with_a_session_is_survived(void **state)
{
    struct scene *scene = *state;
    int ends[2];
    char byte;

    assert_int_equal(pipe(ends), 0);
    pid_t pid = fork();
    if (pid == 0) {
        const struct s3a_session_options hasty = {.heartbeat_ms = 250, .lease_ms = 1000};
        struct s3a_client *client = scene_client(scene);
        struct s3a_session *session;
        struct s3a_lock *lock;
        bool good = s3a_session_open(client, BUCKET, &hasty, &session, NULL) == S3A_OK;
        const struct s3a_lock_options options = {.session = session};
        good = good && s3a_lock_acquire(client, BUCKET, "job", &options, &lock, NULL) == S3A_OK &&
               write(ends[1], "x", 1) == 1;
        _exit(good ? 0 : 1); /* as if it were killed: nothing is given back */
    }
    close(ends[1]);
    assert_int_equal(read(ends[0], &byte, 1), 1);
    close(ends[0]);
    int result;
    assert_int_equal(waitpid(pid, &result, 0), pid);
    assert_int_equal(result, 0);
    const struct s3a_lock_options patient = {
        .wait_ms = S3A_WAIT_FOREVER, .grace_ms = 1, .poll_min_ms = 1, .poll_max_ms = 20};
    struct s3a_lock *lock;
    struct s3a_lock_info info;
    struct s3a_error error;
    assert_int_equal(s3a_lock_acquire(scene->other, BUCKET, "job", &patient, &lock, &error),
                     S3A_OK);
    inspect(scene->ours, "job", &info);
    assert_string_equal(info.session, "");
    assert_int_equal(info.token, s3a_lock_token(lock));
    s3a_lock_free(lock);
}

static void what_does_not_go_together_is_refused(void **state)
{
    struct scene *scene = *state;
    struct s3a_session *session = open_session(scene->ours, NULL);
    struct s3a_lock_options options = {.session = session};
    char handle[S3A_LOCK_HANDLE_SIZE];
    struct s3a_error error;

    assert_int_equal(try(scene->other, "job", &options, &error), S3A_INVALID);
    assert_non_null(strstr(error.message, "another client"));
    options.lease_ms = 30000;
    assert_int_equal(try(scene->ours, "job", &options, &error), S3A_INVALID);
    assert_non_null(strstr(error.message, "lease_ms"));
    struct s3a_lock *lock = take(scene->ours, "job", session);
    assert_int_equal(s3a_lock_detach(lock, handle, &error), S3A_INVALID);
    assert_true(s3a_lock_is_held(lock));
    s3a_lock_free(lock);
    struct s3a_session *none = session;
    const struct s3a_session_options short_lease = {.heartbeat_ms = 1000, .lease_ms = 1000};
    assert_int_equal(s3a_session_open(scene->ours, BUCKET, &short_lease, &none, &error),
                     S3A_INVALID);
    assert_null(none);
    assert_int_equal(s3a_session_open(scene->ours, "A", NULL, &none, &error), S3A_INVALID);
    assert_int_equal(s3a_session_close(NULL, &error), S3A_INVALID);
    assert_false(s3a_session_is_good(NULL));
    s3a_session_free(NULL);
    s3a_session_free(session);
}

static void freeing_the_client_gives_all_back(void **state)
{
    struct scene *scene = *state;
    struct s3a_session *session = open_session(scene->ours, NULL);
    struct s3a_lock *one = take(scene->ours, "one", session);
    struct s3a_lock *two = take(scene->ours, "two", session);
    struct s3a_error error;

    s3a_client_free(scene->ours);
    scene->ours = NULL;
    assert_false(s3a_lock_is_held(one));
    assert_int_equal(try(scene->other, "one", NULL, &error), S3A_OK);
    assert_int_equal(try(scene->other, "two", NULL, &error), S3A_OK);
    s3a_lock_free(one);
    s3a_session_free(session);
    s3a_lock_free(two);
}

static void a_child_has_neither_the_session_nor_its_locks(void **state)
{
    struct scene *scene = *state;
    struct s3a_session *session = open_session(scene->ours, NULL);
    struct s3a_lock *lock = take(scene->ours, "job", session);
    int result;

    pid_t pid = fork();
    if (pid == 0) {
        bool has = s3a_session_is_good(session) || s3a_lock_is_held(lock) ||
                   s3a_session_close(session, NULL) != S3A_INVALID;
        s3a_session_free(session);
        _exit(has ? 1 : 0);
    }
    assert_int_equal(waitpid(pid, &result, 0), pid);
    assert_int_equal(result, 0);
    assert_true(s3a_session_is_good(session));
    assert_true(s3a_lock_is_held(lock));
    s3a_lock_free(lock);
    s3a_session_free(session);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        STORY(many_locks_are_held_under_one_session),
        STORY(only_the_session_is_written_while_they_are_held),
        STORY(with_the_session_all_its_locks_are_lost),
        STORY(who_died_with_a_session_is_survived),
        STORY(what_does_not_go_together_is_refused),
        STORY(freeing_the_client_gives_all_back),
        STORY(a_child_has_neither_the_session_nor_its_locks),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
