/* SPDX-License-Identifier: MIT */
#include "test.h"

#include <stdio.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "lock_release.h"
#include "scene.h"

/* More than are released at a time. */
#define MANY (3 * S3A_LOCK_RELEASES_MAX + 1)

static struct s3a_lock *locks[MANY];

static void take_many(struct scene *scene, struct s3a_session *session)
{
    const struct s3a_lock_options options = {.session = session};
    static struct s3a_future *futures[MANY];
    struct s3a_error error;
    char name[16];

    for (int i = 0; i < MANY; i++) {
        snprintf(name, sizeof(name), "job-%d", i);
        futures[i] = s3a_lock_acquire_async(scene->ours, BUCKET, name, &options, &locks[i]);
    }
    for (int i = 0; i < MANY; i++) {
        assert_int_equal(s3a_future_wait(futures[i], S3A_WAIT_FOREVER, &error), S3A_OK);
        s3a_future_free(futures[i]);
        assert_true(s3a_lock_is_held(locks[i]));
    }
}

static void all_are_free(struct scene *scene)
{
    struct s3a_lock_info info;
    char name[16];

    for (int i = 0; i < MANY; i++) {
        snprintf(name, sizeof(name), "job-%d", i);
        inspect(scene->other, name, &info);
        assert_int_equal(info.state, S3A_LOCK_FREE);
    }
}

static void a_session_of_many_closes_in_turns(void **state)
{
    struct scene *scene = *state;
    struct s3a_session *session = open_session(scene->ours, NULL);
    struct s3a_error error;

    take_many(scene, session);
    assert_int_equal(s3a_session_close(session, &error), S3A_OK);
    all_are_free(scene);
    for (int i = 0; i < MANY; i++) {
        assert_int_equal(s3a_lock_release(locks[i], &error), S3A_OK);
        s3a_lock_free(locks[i]);
    }
    s3a_session_free(session);
}

static void many_releases_and_frees_at_once_all_come_to_their_turn(void **state)
{
    struct scene *scene = *state;
    struct s3a_session *session = open_session(scene->ours, NULL);
    static struct s3a_future *futures[MANY];
    struct s3a_error error;

    take_many(scene, session);
    for (int i = 0; i < MANY; i++) {
        futures[i] = s3a_lock_release_async(locks[i]);
        assert_false(s3a_lock_is_held(locks[i]));
    }
    for (int i = 0; i < MANY; i++) {
        assert_int_equal(s3a_future_wait(futures[i], S3A_WAIT_FOREVER, &error), S3A_OK);
        s3a_future_free(futures[i]);
        s3a_lock_free(locks[i]);
    }
    take_many(scene, session);
    for (int i = 0; i < MANY; i++) {
        s3a_lock_free(locks[i]);
    }
    assert_int_equal(s3a_session_close(session, &error), S3A_OK); /* waits for them */
    all_are_free(scene);
    s3a_session_free(session);
}

static void what_waits_for_its_turn_ends_with_a_session_that_is_lost(void **state)
{
    struct scene *scene = *state;
    const struct s3a_session_options short_lived = {.heartbeat_ms = 200, .lease_ms = 1000};
    struct s3a_session *session = open_session(scene->ours, &short_lived);
    static struct s3a_future *futures[MANY];
    struct s3a_error error;

    take_many(scene, session);
    int gate = scene_close_gate(scene);
    for (int i = 0; i < MANY; i++) {
        futures[i] = s3a_lock_release_async(locks[i]);
    }
    /* The last have waited for their turn until the session's end: nothing was sent for them. */
    assert_int_equal(s3a_future_wait(futures[MANY - 1], S3A_WAIT_FOREVER, &error), S3A_LOST);
    assert_int_equal(s3a_lock_lost_reason(locks[MANY - 1]), S3A_LOST_SESSION);
    close(gate);
    for (int i = 0; i < MANY; i++) {
        /* Those that were sent may have been answered by then, or not. */
        assert_int_not_equal(s3a_future_wait(futures[i], S3A_WAIT_FOREVER, &error), S3A_NO_MEMORY);
        s3a_future_free(futures[i]);
        s3a_lock_free(locks[i]);
    }
    assert_int_equal(s3a_session_close(session, &error), S3A_LOST);
    s3a_session_free(session);
}

static void closing_gives_up_what_is_being_acquired(void **state)
{
    struct scene *scene = *state;
    struct s3a_lock *theirs;
    struct s3a_lock *wanted;
    struct s3a_error error;

    assert_int_equal(s3a_lock_acquire(scene->other, BUCKET, "job", NULL, &theirs, &error), S3A_OK);
    struct s3a_session *session = open_session(scene->ours, NULL);
    const struct s3a_lock_options options = {.session = session, .wait_ms = S3A_WAIT_FOREVER};
    struct s3a_future *future =
        s3a_lock_acquire_async(scene->ours, BUCKET, "job", &options, &wanted);
    assert_int_equal(s3a_session_close(session, &error), S3A_OK);
    assert_int_equal(s3a_future_wait(future, S3A_WAIT_FOREVER, &error), S3A_CANCELLED);
    assert_null(wanted);
    assert_true(s3a_lock_is_held(theirs));
    s3a_future_free(future);
    s3a_session_free(session);
    s3a_lock_free(theirs);
}

static void opening_does_not_have_to_block(void **state)
{
    struct scene *scene = *state;
    struct s3a_session *session;
    struct s3a_error error;

    struct s3a_future *future = s3a_session_open_async(scene->ours, BUCKET, NULL, &session);
    assert_int_equal(s3a_future_wait(future, S3A_WAIT_FOREVER, &error), S3A_OK);
    s3a_future_free(future);
    assert_true(s3a_session_is_good(session));
    assert_true(s3a_session_remaining_ms(session) > 0);
    struct s3a_future *closing = s3a_session_close_async(session);
    assert_false(s3a_session_is_good(session));
    assert_int_equal(s3a_future_wait(closing, S3A_WAIT_FOREVER, &error), S3A_OK);
    s3a_future_free(closing);
    s3a_session_free(session);

    int gate = scene_close_gate(scene);
    future = s3a_session_open_async(scene->ours, BUCKET, NULL, &session);
    s3a_future_cancel(future);
    assert_int_equal(s3a_future_wait(future, 0, &error), S3A_TIMEOUT); /* it is cleared up first */
    close(gate);
    assert_int_equal(s3a_future_wait(future, S3A_WAIT_FOREVER, &error), S3A_CANCELLED);
    assert_null(session);
    s3a_future_free(future);
}

/* In the child: a session of its own, beside the parent's, which it cannot touch. */
static int be_child(const struct scene *scene, struct s3a_session *theirs, struct s3a_lock *lock)
{
    struct s3a_client *client = scene_client(scene);
    struct s3a_session *session = open_session(client, NULL);
    const struct s3a_lock_options options = {.session = theirs};
    struct s3a_error error;

    bool good = !s3a_lock_is_held(lock) && s3a_session_remaining_ms(theirs) == 0 &&
                try(client, "job", &options, &error) == S3A_INVALID &&
                try(client, "job", NULL, &error) == S3A_HELD;
    s3a_lock_free(take(client, "of the child", session));
    good = good && s3a_session_close(session, &error) == S3A_OK;
    s3a_session_free(session);
    s3a_lock_free(lock);
    s3a_session_free(theirs);
    s3a_client_free(client);
    return good ? 0 : 1;
}

static void a_child_may_have_a_session_of_its_own(void **state)
{
    struct scene *scene = *state;
    struct s3a_session *session = open_session(scene->ours, NULL);
    struct s3a_lock *lock = take(scene->ours, "job", session);
    struct s3a_error error;
    int result;

    pid_t pid = fork();
    if (pid == 0) {
        _exit(be_child(scene, session, lock));
    }
    assert_int_equal(waitpid(pid, &result, 0), pid);
    assert_int_equal(result, 0);
    assert_true(s3a_lock_is_held(lock));
    assert_int_equal(s3a_lock_release(lock, &error), S3A_OK);
    s3a_lock_free(lock);
    assert_int_equal(s3a_session_close(session, &error), S3A_OK);
    s3a_session_free(session);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        STORY(a_session_of_many_closes_in_turns),
        STORY(many_releases_and_frees_at_once_all_come_to_their_turn),
        STORY(what_waits_for_its_turn_ends_with_a_session_that_is_lost),
        STORY(closing_gives_up_what_is_being_acquired),
        STORY(opening_does_not_have_to_block),
        STORY(a_child_may_have_a_session_of_its_own),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
