/* SPDX-License-Identifier: MIT */
#include "test.h"

#include <semaphore.h>
#include <stdatomic.h>

#include "client_state.h"
#include "fail_malloc.h"
#include "scene.h"

/* An allocation of the loop's thread that is to fail. */
struct shortage {
    struct s3a_task task;
    unsigned nth; /* from now on; 0: none, and has that happened which was to? */
    bool happened;
    sem_t is_set;
};

static void set_in_loop(struct s3a_task *task)
{
    struct shortage *shortage = s3a_list_entry(task, struct shortage, task);

    shortage->happened = fail_malloc_happened();
    fail_malloc_at(shortage->nth);
    sem_post(&shortage->is_set);
}

/* What the loop's thread is told after this meets it. True: the one before has happened. */
static bool make_short(struct s3a_client *client, unsigned nth)
{
    struct shortage shortage = {.task.run = set_in_loop, .nth = nth};

    sem_init(&shortage.is_set, 0, 0);
    s3a_loop_post(client->loop, &shortage.task);
    while (sem_wait(&shortage.is_set) != 0) {
    }
    return shortage.happened;
}

/* Something that takes memory may say that there is none; a second time there is. */
static bool again(enum s3a_status status)
{
    assert_true(status == S3A_OK || status == S3A_NO_MEMORY);
    return status == S3A_NO_MEMORY;
}

/* One allocation of it fails, wherever: nothing hangs, nothing leaks, and all can be had again. */
static void live_under_a_session(void *arg)
{
    struct scene *scene = arg;
    const struct s3a_lock_options plain = {.label = "label", .data = "data"};
    struct s3a_lock_options options = plain;
    struct s3a_session *session = NULL;
    struct s3a_lock *lock = NULL;

    while (again(s3a_session_open(scene->ours, BUCKET, NULL, &session, NULL))) {
        assert_null(session);
    }
    options.session = session;
    while (again(s3a_lock_acquire(scene->ours, BUCKET, "job", &options, &lock, NULL))) {
        assert_null(lock);
    }
    assert_true(s3a_lock_is_held(lock));
    while (again(s3a_lock_release(lock, NULL))) {
        assert_true(s3a_lock_is_held(lock)); /* as if nothing had been asked */
    }
    assert_false(s3a_lock_is_held(lock));
    s3a_lock_free(lock);
    while (again(s3a_lock_acquire(scene->ours, BUCKET, "plain", &plain, &lock, NULL))) {
        assert_null(lock);
    }
    while (again(s3a_lock_release(lock, NULL))) {
        assert_true(s3a_lock_is_held(lock));
    }
    s3a_lock_free(lock);
    while (again(s3a_lock_acquire(scene->ours, BUCKET, "left", &options, &lock, NULL))) {
        assert_null(lock);
    }
    while (again(s3a_session_close(session, NULL))) {
    }
    s3a_lock_free(lock);
    s3a_session_free(session);
}

static void a_life_goes_on_whatever_the_caller_lacks(void **state)
{
    fail_malloc_sweep(live_under_a_session, *state);
}

static void a_life_goes_on_whatever_the_loop_lacks(void **state)
{
    struct scene *scene = *state;
    unsigned nth = 0;

    do {
        (void)make_short(scene->ours, ++nth);
        live_under_a_session(scene);
        assert_in_range(nth, 1, 10000);
    } while (make_short(scene->ours, 0));
    assert_true(nth > 20);
}

static void a_release_that_cannot_be_sent_says_so_and_can_be_asked_again(void **state)
{
    struct scene *scene = *state;
    struct s3a_session *session = open_session(scene->ours, NULL);
    struct s3a_lock *lock = take(scene->ours, "job", session);
    struct s3a_error error;

    (void)make_short(scene->ours, 1);
    assert_int_equal(s3a_lock_release(lock, &error), S3A_NO_MEMORY);
    assert_true(make_short(scene->ours, 0));
    assert_true(s3a_lock_is_held(lock));
    assert_int_equal(try(scene->other, "job", NULL, &error), S3A_HELD);
    assert_int_equal(s3a_lock_release(lock, &error), S3A_OK);
    assert_int_equal(try(scene->other, "job", NULL, &error), S3A_OK);
    s3a_lock_free(lock);
    s3a_session_free(session);
}

static void a_handle_given_back_is_released_as_soon_as_there_is_memory(void **state)
{
    struct scene *scene = *state;
    struct s3a_session *session = open_session(scene->ours, NULL);
    struct s3a_lock *lock = take(scene->ours, "job", session);
    const struct s3a_lock_options patient = {.wait_ms = S3A_WAIT_FOREVER};
    struct s3a_error error;

    (void)make_short(scene->ours, 1);
    s3a_lock_free(lock);
    assert_int_equal(try(scene->other, "job", &patient, &error), S3A_OK);
    assert_true(make_short(scene->ours, 0));
    assert_int_equal(s3a_session_close(session, &error), S3A_OK);
    s3a_session_free(session);
}

static void a_close_that_lacks_memory_for_a_lock_still_frees_it(void **state)
{
    struct scene *scene = *state;
    struct s3a_session *session = open_session(scene->ours, NULL);
    struct s3a_lock *lock = take(scene->ours, "job", session);
    struct s3a_error error;

    (void)make_short(scene->ours, 1);
    assert_int_equal(s3a_session_close(session, &error), S3A_OK);
    assert_true(make_short(scene->ours, 0));
    assert_int_equal(s3a_lock_release(lock, &error), S3A_OK);
    assert_int_equal(try(scene->other, "job", NULL, &error), S3A_OK);
    s3a_lock_free(lock);
    s3a_session_free(session);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        STORY(a_life_goes_on_whatever_the_caller_lacks),
        STORY(a_life_goes_on_whatever_the_loop_lacks),
        STORY(a_release_that_cannot_be_sent_says_so_and_can_be_asked_again),
        STORY(a_handle_given_back_is_released_as_soon_as_there_is_memory),
        STORY(a_close_that_lacks_memory_for_a_lock_still_frees_it),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
