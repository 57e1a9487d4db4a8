/* SPDX-License-Identifier: MIT */
#include "test.h"

#include <pthread.h>
#include <semaphore.h>
#include <sys/epoll.h>
#include <sys/wait.h>
#include <unistd.h>

#include "clock.h"
#include "fail_malloc.h"
#include "loop.h"

static struct s3a_loop *loop;

static int start(void **state)
{
    (void)state;
    assert_int_equal(s3a_loop_new(&loop, NULL), S3A_OK);
    return 0;
}

static int end(void **state)
{
    (void)state;
    s3a_loop_free(loop);
    return 0;
}

static void await(sem_t *event)
{
    while (sem_wait(event) != 0) {
    }
}

struct counter {
    struct s3a_task task;
    struct s3a_timer timer;
    struct s3a_watch watch;
    sem_t is_done;
    unsigned count;
    unsigned count_max;
    bool was_inside;
};

static void counter_init(struct counter *counter)
{
    *counter = (struct counter){.count_max = 1};
    sem_init(&counter->is_done, 0, 0);
}

static void count(struct counter *counter)
{
    counter->was_inside = s3a_loop_is_inside(loop);
    if (++counter->count == counter->count_max) {
        sem_post(&counter->is_done);
    }
}

static void count_task(struct s3a_task *task)
{
    count(s3a_list_entry(task, struct counter, task));
}

static void a_task_runs_in_the_loops_own_thread(void **state)
{
    struct counter counter;

    (void)state;
    counter_init(&counter);
    counter.task.run = count_task;
    assert_false(s3a_loop_is_inside(loop));
    assert_true(s3a_loop_is_ours(loop));
    s3a_loop_post(loop, &counter.task);
    await(&counter.is_done);
    assert_true(counter.was_inside);
}

static void post_again(struct s3a_task *task)
{
    struct counter *counter = s3a_list_entry(task, struct counter, task);

    if (counter->count + 1 < counter->count_max) {
        s3a_loop_post(loop, task);
    }
    count(counter);
}

static void a_task_may_be_posted_while_it_runs(void **state)
{
    struct counter counter;

    (void)state;
    counter_init(&counter);
    counter.task.run = post_again;
    counter.count_max = 1000;
    s3a_loop_post(loop, &counter.task);
    await(&counter.is_done);
    assert_int_equal(counter.count, 1000);
}

struct order {
    struct s3a_task tasks[3];
    unsigned seen[3];
    unsigned count;
};

static struct order order;

static void note_order(struct s3a_task *task)
{
    order.seen[order.count++] = (unsigned)(task - order.tasks);
}

static void post_three(struct s3a_task *task)
{
    for (int i = 0; i < 3; i++) {
        order.tasks[i].run = note_order;
        s3a_loop_post(loop, &order.tasks[i]);
    }
    s3a_loop_post(loop, &order.tasks[0]); /* is there already: stays where it is */
    count_task(task);
}

static void tasks_run_once_and_in_their_order(void **state)
{
    struct counter counter;
    struct counter last;

    (void)state;
    counter_init(&counter);
    counter_init(&last);
    counter.task.run = post_three;
    last.task.run = count_task;
    s3a_loop_post(loop, &counter.task);
    await(&counter.is_done);
    s3a_loop_post(loop, &last.task);
    await(&last.is_done);
    assert_int_equal(order.count, 3);
    for (unsigned i = 0; i < 3; i++) {
        assert_int_equal(order.seen[i], i);
    }
}

#define POSTERS 4
#define POSTS 2000

static struct counter posted[POSTERS];

static void *post_and_wait(void *arg)
{
    struct counter *counter = arg;

    for (unsigned i = 1; i <= POSTS; i++) {
        counter->count_max = i;
        s3a_loop_post(loop, &counter->task);
        await(&counter->is_done);
    }
    return NULL;
}

static void no_task_of_any_thread_is_lost(void **state)
{
    pthread_t threads[POSTERS];

    (void)state;
    for (int i = 0; i < POSTERS; i++) {
        counter_init(&posted[i]);
        posted[i].task.run = count_task;
        assert_int_equal(pthread_create(&threads[i], NULL, post_and_wait, &posted[i]), 0);
    }
    for (int i = 0; i < POSTERS; i++) {
        assert_int_equal(pthread_join(threads[i], NULL), 0);
        assert_int_equal(posted[i].count, POSTS);
    }
}

static void count_timer(struct s3a_timer *timer)
{
    count(s3a_list_entry(timer, struct counter, timer));
}

static uint64_t due_ms;
static uint64_t fired_ms;

static void note_time(struct s3a_timer *timer)
{
    fired_ms = s3a_loop_now_ms(loop);
    count_timer(timer);
}

static void set_timer(struct s3a_task *task)
{
    struct counter *counter = s3a_list_entry(task, struct counter, task);

    due_ms = s3a_loop_now_ms(loop) + 3;
    s3a_loop_timer_set(loop, &counter->timer, UINT64_MAX);
    s3a_loop_timer_set(loop, &counter->timer, due_ms);
}

static void a_timer_fires_no_earlier_than_it_is_due(void **state)
{
    struct counter counter;

    (void)state;
    counter_init(&counter);
    counter.task.run = set_timer;
    counter.timer.fire = note_time;
    s3a_loop_post(loop, &counter.task);
    await(&counter.is_done);
    assert_true(fired_ms >= due_ms);
    assert_true(counter.was_inside);
}

static _Atomic bool is_flood_over;

static void post_for_ever(struct s3a_task *task)
{
    if (!is_flood_over) {
        s3a_loop_post(loop, task);
    }
}

static void end_flood(struct s3a_timer *timer)
{
    is_flood_over = true;
    count_timer(timer);
}

static void set_timer_in_flood(struct s3a_task *task)
{
    struct counter *counter = s3a_list_entry(task, struct counter, task);

    s3a_loop_timer_set(loop, &counter->timer, s3a_loop_now_ms(loop) + 3);
}

/* Else a heartbeat would come as late as the last who asks for something likes. */
static void a_flood_of_tasks_holds_up_no_timer(void **state)
{
    struct counter counter;
    struct counter flood;

    (void)state;
    is_flood_over = false;
    counter_init(&counter);
    counter_init(&flood);
    counter.task.run = set_timer_in_flood;
    counter.timer.fire = end_flood;
    flood.task.run = post_for_ever;
    s3a_loop_post(loop, &flood.task);
    s3a_loop_post(loop, &counter.task);
    await(&counter.is_done);
    assert_true(counter.was_inside);
    counter.count = 0;
    counter.task.run = count_task;
    s3a_loop_post(loop, &counter.task);
    await(&counter.is_done); /* behind the last of the flood */
}

static int pipe_ends[2];

static void read_byte(struct s3a_watch *watch, uint32_t epoll_events)
{
    struct counter *counter = s3a_list_entry(watch, struct counter, watch);
    char byte;

    assert_true(epoll_events & EPOLLIN);
    assert_int_equal(read(watch->fd, &byte, 1), 1);
    if (counter->count + 1 == counter->count_max) {
        assert_true(s3a_loop_watch(loop, watch, 0, false));
    }
    count(counter);
}

static void begin_to_watch(struct s3a_task *task)
{
    struct counter *counter = s3a_list_entry(task, struct counter, task);

    assert_true(s3a_loop_watch(loop, &counter->watch, EPOLLIN, true));
    assert_false(s3a_loop_watch(loop, &counter->watch, EPOLLIN, true)); /* is watched already */
}

static void a_descriptor_is_told_for_as_long_as_it_is_ready(void **state)
{
    struct counter counter;

    (void)state;
    assert_int_equal(pipe(pipe_ends), 0);
    counter_init(&counter);
    counter.count_max = 3;
    counter.task.run = begin_to_watch;
    counter.watch = (struct s3a_watch){.ready = read_byte, .fd = pipe_ends[0]};
    /* One byte is read at a time: the fourth is no longer watched for. */
    assert_int_equal(write(pipe_ends[1], "abcd", 4), 4);
    s3a_loop_post(loop, &counter.task);
    await(&counter.is_done);
    assert_int_equal(counter.count, 3);
    close(pipe_ends[0]);
    close(pipe_ends[1]);
}

static void what_is_posted_before_the_end_still_runs(void **state)
{
    struct counter counter;

    (void)state;
    assert_int_equal(s3a_loop_new(&loop, NULL), S3A_OK);
    counter_init(&counter);
    counter.task.run = post_again;
    counter.count_max = 100;
    s3a_loop_post(loop, &counter.task);
    s3a_loop_stop(loop);
    assert_int_equal(counter.count, 100);
    s3a_loop_post(loop, &counter.task);
    s3a_loop_stop(loop);
    assert_int_equal(counter.count, 100);
    s3a_loop_free(loop);
    s3a_loop_free(NULL);
}

static void a_forked_child_knows_that_it_has_no_loop(void **state)
{
    int status = 1;

    (void)state;
    pid_t child = fork();
    if (child == 0) {
        _exit(s3a_loop_is_ours(loop) ? 1 : 0);
    }
    assert_int_equal(waitpid(child, &status, 0), child);
    assert_true(WIFEXITED(status) && WEXITSTATUS(status) == 0);
}

static void make_one(void *arg)
{
    struct s3a_loop *one;

    (void)arg;
    enum s3a_status status = s3a_loop_new(&one, NULL);
    assert_true(status == S3A_OK || status == S3A_NO_MEMORY);
    s3a_loop_free(one);
}

static void without_memory_there_is_none(void **state)
{
    (void)state;
    fail_malloc_sweep(make_one, NULL);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(a_task_runs_in_the_loops_own_thread, start, end),
        cmocka_unit_test_setup_teardown(a_task_may_be_posted_while_it_runs, start, end),
        cmocka_unit_test_setup_teardown(tasks_run_once_and_in_their_order, start, end),
        cmocka_unit_test_setup_teardown(no_task_of_any_thread_is_lost, start, end),
        cmocka_unit_test_setup_teardown(a_timer_fires_no_earlier_than_it_is_due, start, end),
        cmocka_unit_test_setup_teardown(a_flood_of_tasks_holds_up_no_timer, start, end),
        cmocka_unit_test_setup_teardown(a_descriptor_is_told_for_as_long_as_it_is_ready, start,
                                        end),
        cmocka_unit_test(what_is_posted_before_the_end_still_runs),
        cmocka_unit_test_setup_teardown(a_forked_child_knows_that_it_has_no_loop, start, end),
        cmocka_unit_test(without_memory_there_is_none),
    };
    return cmocka_run_group_tests_name("loop", tests, NULL, NULL);
}
