/* SPDX-License-Identifier: MIT */
#include "loop.h"

#include <errno.h>
#include <limits.h>
#include <pthread.h>
#include <stdlib.h>
#include <sys/epoll.h>
#include <sys/eventfd.h>
#include <unistd.h>

#include "check.h"
#include "clock.h"
#include "error.h"
#include "thread.h"

#define EVENTS_MAX 64

/* Posted tasks that run in one turn; most take microseconds. */
#define TASKS_MAX 64

struct s3a_loop {
    int epoll_fd;
    int event_fd; /* wakes the thread for posted tasks */
    pthread_t thread;
    pid_t pid;
    bool stopped;
    uint64_t now_ms;
    struct s3a_timers timers;
    bool has_more; /* posted, perhaps: more than one turn runs */

    pthread_mutex_t mutex;
    struct s3a_list posted; /* under the mutex, as are: */
    bool ending;
};

static void wake(struct s3a_loop *loop)
{
    uint64_t one = 1;
    ssize_t written;

    do {
        written = write(loop->event_fd, &one, sizeof(one));
    } while (written < 0 && errno == EINTR);
    /* A counter that is full wakes as well. */
    s3a_check(written == sizeof(one) || errno == EAGAIN);
}

void s3a_loop_post(struct s3a_loop *loop, struct s3a_task *task)
{
    pthread_mutex_lock(&loop->mutex);
    bool was_empty = s3a_list_is_empty(&loop->posted);
    if (!task->posted) {
        task->posted = true;
        s3a_list_init(&task->link);
        s3a_list_append(&loop->posted, &task->link);
    }
    pthread_mutex_unlock(&loop->mutex);
    if (was_empty) {
        wake(loop);
    }
}

static struct s3a_task *next_task(struct s3a_loop *loop, bool *ret_ending)
{
    struct s3a_task *task = NULL;

    pthread_mutex_lock(&loop->mutex);
    struct s3a_list *link = s3a_list_pop(&loop->posted);
    if (link) {
        task = s3a_list_entry(link, struct s3a_task, link);
        task->posted = false;
    }
    *ret_ending = loop->ending;
    pthread_mutex_unlock(&loop->mutex);
    return task;
}

/* True once the loop is to end and nothing is posted any more. Whoever posts without end holds up
 * neither timers nor descriptors: they have their turn in between. */
static bool run_tasks(struct s3a_loop *loop)
{
    struct s3a_task *task = NULL;
    bool ending = false;

    for (int i = 0; i < TASKS_MAX; i++) {
        task = next_task(loop, &ending);
        if (!task) {
            break;
        }
        task->run(task);
    }
    loop->has_more = task != NULL;
    return !task && ending;
}

static void run_timers(struct s3a_loop *loop)
{
    struct s3a_timer *timer;

    while ((timer = s3a_timers_pop(&loop->timers, loop->now_ms)) != NULL) {
        timer->fire(timer);
    }
}

static int timeout_ms(const struct s3a_loop *loop)
{
    uint64_t next_ms = s3a_timers_next_ms(&loop->timers);
    uint64_t now_ms = s3a_clock_ms();

    if (loop->has_more || next_ms <= now_ms) {
        return 0;
    }
    if (next_ms == UINT64_MAX) {
        return -1;
    }
    return next_ms - now_ms > INT_MAX ? INT_MAX : (int)(next_ms - now_ms);
}

static void drain(struct s3a_loop *loop)
{
    uint64_t count;
    ssize_t got = read(loop->event_fd, &count, sizeof(count));
    (void)got;
}

static void *run(void *arg)
{
    struct s3a_loop *loop = arg;
    struct epoll_event events[EVENTS_MAX];

    for (;;) {
        int count = epoll_wait(loop->epoll_fd, events, EVENTS_MAX, timeout_ms(loop));
        s3a_check(count >= 0 || errno == EINTR);
        loop->now_ms = s3a_clock_ms();
        for (int i = 0; i < count; i++) {
            struct s3a_watch *watch = events[i].data.ptr;
            if (watch) {
                watch->ready(watch, events[i].events);
            } else {
                drain(loop);
            }
        }
        run_timers(loop);
        if (run_tasks(loop)) {
            return NULL;
        }
    }
}

static void close_all(struct s3a_loop *loop)
{
    if (loop->event_fd >= 0) {
        close(loop->event_fd);
    }
    if (loop->epoll_fd >= 0) {
        close(loop->epoll_fd);
    }
    pthread_mutex_destroy(&loop->mutex);
    free(loop);
}

enum s3a_status s3a_loop_new(struct s3a_loop **ret_loop, struct s3a_error *error)
{
    struct s3a_loop *loop = calloc(1, sizeof(*loop));
    struct epoll_event wakes = {.events = EPOLLIN};
    int failed = 0;

    *ret_loop = NULL;
    if (!loop) {
        return s3a_error_set_no_memory(error);
    }
    s3a_list_init(&loop->posted);
    s3a_check(pthread_mutex_init(&loop->mutex, NULL) == 0);
    loop->now_ms = s3a_clock_ms();
    loop->pid = getpid();
    loop->epoll_fd = epoll_create1(EPOLL_CLOEXEC);
    loop->event_fd = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
    if (loop->epoll_fd < 0 || loop->event_fd < 0 ||
        epoll_ctl(loop->epoll_fd, EPOLL_CTL_ADD, loop->event_fd, &wakes) != 0) {
        failed = errno;
    } else {
        failed = s3a_thread_start(&loop->thread, run, loop);
    }
    if (failed) {
        close_all(loop);
        return s3a_error_set_errno(error, failed, "cannot start the I/O thread");
    }
    *ret_loop = loop;
    return S3A_OK;
}

void s3a_loop_stop(struct s3a_loop *loop)
{
    if (loop->stopped) {
        return;
    }
    pthread_mutex_lock(&loop->mutex);
    loop->ending = true;
    pthread_mutex_unlock(&loop->mutex);
    wake(loop);
    s3a_check(pthread_join(loop->thread, NULL) == 0);
    loop->stopped = true;
}

void s3a_loop_free(struct s3a_loop *loop)
{
    if (!loop) {
        return;
    }
    s3a_loop_stop(loop);
    close_all(loop);
}

bool s3a_loop_is_ours(const struct s3a_loop *loop)
{
    return loop->pid == getpid();
}

bool s3a_loop_is_inside(const struct s3a_loop *loop)
{
    return pthread_equal(pthread_self(), loop->thread) != 0;
}

uint64_t s3a_loop_now_ms(const struct s3a_loop *loop)
{
    return loop->now_ms;
}

void s3a_loop_timer_set(struct s3a_loop *loop, struct s3a_timer *timer, uint64_t at_ms)
{
    s3a_timers_set(&loop->timers, timer, at_ms);
}

void s3a_loop_timer_clear(struct s3a_loop *loop, struct s3a_timer *timer)
{
    s3a_timers_clear(&loop->timers, timer);
}

bool s3a_loop_watch(struct s3a_loop *loop, struct s3a_watch *watch, uint32_t epoll_events,
                    bool is_new)
{
    struct epoll_event event = {.events = epoll_events, .data.ptr = watch};
    int what = is_new ? EPOLL_CTL_ADD : epoll_events ? EPOLL_CTL_MOD : EPOLL_CTL_DEL;

    return epoll_ctl(loop->epoll_fd, what, watch->fd, &event) == 0;
}
