/* SPDX-License-Identifier: MIT */
#include "test.h"

#include <semaphore.h>
#include <stdatomic.h>
#include <stdio.h>
#include <unistd.h>

#include "scene.h"

#define MANY 1000

/* A lease that is over soon once no write gets through. */
static const struct s3a_session_options short_lived = {.heartbeat_ms = 200, .lease_ms = 1000};

struct news {
    atomic_uint locks_lost;
    atomic_uint sessions_lost;
    atomic_uint dangers;
    atomic_uint wrong; /* not as it should be, or not in the order that is promised */
    unsigned expected; /* of locks */
    enum s3a_lost_reason session_reason;
    sem_t session_lost;
    sem_t in_danger;
};

static void init(struct news *news, unsigned expected)
{
    *news = (struct news){.expected = expected};
    sem_init(&news->session_lost, 0, 0);
    sem_init(&news->in_danger, 0, 0);
}

static void lock_lost(struct s3a_lock *lock, enum s3a_lost_reason reason, void *user)
{
    struct news *news = user;
    bool is_wrong = reason != S3A_LOST_SESSION || s3a_lock_is_held(lock) ||
                    atomic_load(&news->sessions_lost) > 0;

    atomic_fetch_add(&news->wrong, is_wrong);
    atomic_fetch_add(&news->locks_lost, 1);
}

static void session_lost(struct s3a_session *session, enum s3a_lost_reason reason, void *user)
{
    struct news *news = user;
    bool is_wrong =
        s3a_session_is_good(session) || atomic_load(&news->locks_lost) != news->expected;

    atomic_fetch_add(&news->wrong, is_wrong);
    atomic_fetch_add(&news->sessions_lost, 1);
    news->session_reason = reason;
    sem_post(&news->session_lost);
}

static void in_danger(struct s3a_session *session, int64_t remaining_ms, void *user)
{
    struct news *news = user;
    bool is_wrong = remaining_ms > 1000 || s3a_session_lost_reason(session) != S3A_LOST_NOT;

    atomic_fetch_add(&news->wrong, is_wrong);
    atomic_fetch_add(&news->dangers, 1);
    sem_post(&news->in_danger);
}

static void await(sem_t *event)
{
    while (sem_wait(event) != 0) {
    }
}

static struct s3a_session *open_with_news(const struct scene *scene, struct news *news)
{
    struct s3a_session_options options = short_lived;

    options.on_danger = in_danger;
    options.on_lost = session_lost;
    options.user = news;
    return open_session(scene->ours, &options);
}

static void with_a_store_that_stands_still_all_is_lost_once_and_in_order(void **state)
{
    struct scene *scene = *state;
    static struct s3a_lock *locks[MANY];
    struct news news;
    struct s3a_error error;

    init(&news, MANY);
    struct s3a_session *session = open_with_news(scene, &news);
    const struct s3a_lock_options options = {
        .session = session, .on_lost = lock_lost, .user = &news};
    for (int i = 0; i < MANY; i++) {
        char name[16];
        snprintf(name, sizeof(name), "job-%d", i);
        assert_int_equal(s3a_lock_acquire(scene->ours, BUCKET, name, &options, &locks[i], &error),
                         S3A_OK);
    }
    int gate = scene_close_gate(scene);
    await(&news.in_danger);
    await(&news.session_lost);
    assert_int_equal(atomic_load(&news.locks_lost), MANY);
    assert_int_equal(news.session_reason, S3A_LOST_UNREACHABLE);
    for (int i = 0; i < MANY; i++) {
        assert_false(s3a_lock_is_held(locks[i]));
        assert_int_equal(s3a_lock_lost_reason(locks[i]), S3A_LOST_SESSION);
        assert_int_equal(s3a_lock_release(locks[i], &error), S3A_LOST); /* sends nothing */
        s3a_lock_free(locks[i]);
    }
    close(gate);
    assert_int_equal(s3a_session_close(session, &error), S3A_LOST);
    assert_int_equal(s3a_session_lost_reason(session), S3A_LOST_UNREACHABLE);
    s3a_session_free(session);
    assert_int_equal(atomic_load(&news.locks_lost), MANY);
    assert_int_equal(atomic_load(&news.sessions_lost), 1);
    assert_true(atomic_load(&news.dangers) >= 1);
    assert_int_equal(atomic_load(&news.wrong), 0);
}

static void danger_that_passes_is_no_loss(void **state)
{
    struct scene *scene = *state;
    struct news news;
    struct s3a_error error;
    struct s3a_session_options options = short_lived;

    init(&news, 0);
    options.lease_ms = 60000;
    options.warn_ms = 59000;
    options.on_danger = in_danger;
    options.on_lost = session_lost;
    options.user = &news;
    struct s3a_session *session = open_session(scene->ours, &options);
    struct s3a_lock *lock = take(scene->ours, "job", session);
    int gate = scene_close_gate(scene);
    await(&news.in_danger);
    close(gate);
    assert_true(s3a_session_is_good(session));
    assert_true(s3a_lock_is_held(lock));
    assert_int_equal(s3a_lock_release(lock, &error), S3A_OK);
    assert_int_equal(s3a_session_close(session, &error), S3A_OK);
    assert_int_equal(atomic_load(&news.sessions_lost), 0);
    s3a_lock_free(lock);
    s3a_session_free(session);
}

static void what_is_acquired_when_the_session_is_lost_ends_as_lost(void **state)
{
    struct scene *scene = *state;
    struct news news;
    struct s3a_lock *theirs;
    struct s3a_lock *wanted;
    struct s3a_error error;

    init(&news, 0);
    assert_int_equal(s3a_lock_acquire(scene->other, BUCKET, "job", NULL, &theirs, &error), S3A_OK);
    struct s3a_session *session = open_with_news(scene, &news);
    const struct s3a_lock_options options = {
        .session = session, .wait_ms = S3A_WAIT_FOREVER, .on_lost = lock_lost, .user = &news};
    struct s3a_future *future =
        s3a_lock_acquire_async(scene->ours, BUCKET, "job", &options, &wanted);
    int gate = scene_close_gate(scene);
    await(&news.session_lost);
    assert_int_equal(s3a_future_wait(future, S3A_WAIT_FOREVER, &error), S3A_LOST);
    assert_null(wanted);
    s3a_future_free(future);
    close(gate);
    assert_int_equal(s3a_session_close(session, &error), S3A_LOST);
    assert_int_equal(atomic_load(&news.locks_lost), 0);
    s3a_session_free(session);
    s3a_lock_free(theirs);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        STORY(with_a_store_that_stands_still_all_is_lost_once_and_in_order),
        STORY(danger_that_passes_is_no_loss),
        STORY(what_is_acquired_when_the_session_is_lost_ends_as_lost),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
