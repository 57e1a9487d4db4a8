/* SPDX-License-Identifier: MIT */
#include "test.h"

#include <pthread.h>
#include <string.h>

#include "error.h"
#include "future.h"

/* Something in the loop's thread that completes a future when it is told to. */
struct maker {
    struct s3a_loop *loop;
    struct s3a_future *future;
    struct s3a_task task;
    unsigned cancels;
};

static struct maker *maker_of(void **state)
{
    return *state;
}

static void cancelled(void *producer)
{
    struct maker *maker = producer;

    maker->cancels++;
    s3a_future_complete(maker->future, S3A_CANCELLED, NULL);
}

static void complete(struct s3a_task *task)
{
    struct maker *maker = s3a_list_entry(task, struct maker, task);
    struct s3a_error error;

    (void)s3a_error_set(&error, S3A_NOT_FOUND, "nothing there");
    s3a_future_complete(maker->future, S3A_NOT_FOUND, &error);
}

static void finish(struct maker *maker)
{
    s3a_loop_post(maker->loop, &maker->task);
}

static int open_maker(void **state)
{
    static struct maker maker;
    struct s3a_error error;

    maker = (struct maker){.task.run = complete};
    assert_int_equal(s3a_loop_new(&maker.loop, &error), S3A_OK);
    maker.future = s3a_future_new(maker.loop, cancelled, &maker);
    assert_non_null(maker.future);
    *state = &maker;
    return 0;
}

static int close_maker(void **state)
{
    s3a_loop_free(maker_of(state)->loop);
    return 0;
}

#define STORY(name) cmocka_unit_test_setup_teardown(name, open_maker, close_maker)

static void it_tells_its_story_as_often_as_it_is_asked(void **state)
{
    struct maker *maker = maker_of(state);
    struct s3a_future *future = maker->future;
    struct s3a_error error;

    assert_false(s3a_future_is_done(future));
    assert_int_equal(s3a_future_wait(future, 0, &error), S3A_TIMEOUT);
    assert_string_equal(error.message, "still under way");
    finish(maker);
    for (int i = 0; i < 2; i++) {
        assert_int_equal(s3a_future_wait(future, S3A_WAIT_FOREVER, &error), S3A_NOT_FOUND);
        assert_int_equal(error.status, S3A_NOT_FOUND);
        assert_string_equal(error.message, "nothing there");
    }
    assert_true(s3a_future_is_done(future));
    s3a_future_free(future);
}

static void a_short_wait_ends_by_itself(void **state)
{
    struct maker *maker = maker_of(state);
    struct s3a_error error;

    assert_int_equal(s3a_future_wait(maker->future, 1, &error), S3A_TIMEOUT);
    finish(maker);
    assert_int_equal(s3a_future_wait(maker->future, INT64_MAX, &error), S3A_NOT_FOUND);
    s3a_future_free(maker->future);
}

static void *wait_in_thread(void *future)
{
    struct s3a_error error;

    return s3a_future_wait(future, S3A_WAIT_FOREVER, &error) == S3A_NOT_FOUND ? future : NULL;
}

static void any_number_of_threads_may_wait(void **state)
{
    struct maker *maker = maker_of(state);
    pthread_t threads[8];
    void *result;

    for (int i = 0; i < 8; i++) {
        assert_int_equal(pthread_create(&threads[i], NULL, wait_in_thread, maker->future), 0);
    }
    finish(maker);
    for (int i = 0; i < 8; i++) {
        assert_int_equal(pthread_join(threads[i], &result), 0);
        assert_ptr_equal(result, maker->future);
    }
    s3a_future_free(maker->future);
}

struct heard {
    pthread_mutex_t mutex;
    pthread_cond_t changed;
    unsigned count;
    bool inside;
    enum s3a_status outcome;
    struct s3a_loop *loop;
};

static void hear(struct s3a_future *future, void *user)
{
    struct heard *heard = user;
    struct s3a_error error;

    pthread_mutex_lock(&heard->mutex);
    heard->count++;
    heard->inside = s3a_loop_is_inside(heard->loop);
    heard->outcome = s3a_future_wait(future, 0, &error);
    s3a_future_free(future);
    pthread_cond_signal(&heard->changed);
    pthread_mutex_unlock(&heard->mutex);
}

static void wait_to_hear(struct heard *heard)
{
    pthread_mutex_lock(&heard->mutex);
    while (heard->count == 0) {
        pthread_cond_wait(&heard->changed, &heard->mutex);
    }
    pthread_mutex_unlock(&heard->mutex);
}

static void a_callback_may_free_it_whenever_it_comes(void **state)
{
    struct maker *maker = maker_of(state);
    struct heard heard = {.mutex = PTHREAD_MUTEX_INITIALIZER,
                          .changed = PTHREAD_COND_INITIALIZER,
                          .loop = maker->loop};

    s3a_future_on_done(maker->future, hear, &heard);
    finish(maker);
    wait_to_hear(&heard);
    assert_int_equal(heard.count, 1);
    assert_true(heard.inside);
    assert_int_equal(heard.outcome, S3A_NOT_FOUND);

    struct s3a_future *done = s3a_future_failed(maker->loop, S3A_INVALID, NULL);
    heard.count = 0;
    s3a_future_on_done(done, hear, &heard);
    assert_int_equal(heard.count, 1);
    assert_int_equal(heard.outcome, S3A_INVALID);
}

static void cancelling_asks_the_producer_once(void **state)
{
    struct maker *maker = maker_of(state);
    struct s3a_error error;

    s3a_future_cancel(maker->future);
    s3a_future_cancel(maker->future);
    assert_int_equal(s3a_future_wait(maker->future, S3A_WAIT_FOREVER, &error), S3A_CANCELLED);
    assert_string_equal(error.message, "cancelled");
    s3a_future_cancel(maker->future);
    s3a_future_free(maker->future);
    assert_int_equal(maker->cancels, 1);
}

static void one_that_nobody_waits_for_is_freed_all_the_same(void **state)
{
    struct maker *maker = maker_of(state);

    s3a_future_free(maker->future);
    finish(maker);
}

static void nothing_is_asked_of_nothing(void **state)
{
    struct maker *maker = maker_of(state);
    struct s3a_error error;

    assert_int_equal(s3a_future_wait(NULL, 0, &error), S3A_INVALID);
    assert_int_equal(s3a_future_join(NULL, &error), S3A_NO_MEMORY);
    assert_false(s3a_future_is_done(NULL));
    s3a_future_cancel(NULL);
    s3a_future_on_done(NULL, hear, NULL);
    s3a_future_free(NULL);
    finish(maker);
    assert_int_equal(s3a_future_join(maker->future, &error), S3A_NOT_FOUND);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        STORY(it_tells_its_story_as_often_as_it_is_asked),
        STORY(a_short_wait_ends_by_itself),
        STORY(any_number_of_threads_may_wait),
        STORY(a_callback_may_free_it_whenever_it_comes),
        STORY(cancelling_asks_the_producer_once),
        STORY(one_that_nobody_waits_for_is_freed_all_the_same),
        STORY(nothing_is_asked_of_nothing),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
