/* SPDX-License-Identifier: MIT */
#include "front.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <sys/eventfd.h>
#include <unistd.h>

#include "check.h"
#include "clock.h"
#include "connection.h"
#include "error.h"
#include "exchange.h"
#include "held.h"
#include "patrol.h"
#include "random.h"
#include "thread.h"

/*
 * Where there is no descriptor for another connection, libmicrohttpd waits until one of its own was
 * closed. If it has none it tries for ever, as fast as it can. After some rounds of that, it is
 * given a rest before each further one. (A few in a row may be somebody else's work: all fronts are
 * woken, and one accepts.)
 */
#define VAIN_ROUNDS_MAX 8
#define REST_MS 10

/* Nothing needs the thread to look round on its own; this bounds what poll() is given. */
#define WAIT_MS_MAX 60000

static void wake(struct s3a_front *front)
{
    const uint64_t one = 1;

    /* It fails only where the counter is full, and then the thread is woken anyway. */
    while (write(front->wake_fd, &one, sizeof(one)) < 0 && errno == EINTR) {
    }
}

/* In whatever thread lifts faults. */
static void on_lifted(void *user)
{
    wake(user);
}

void s3a_front_complete(struct s3a_front *front, struct s3a_list *link)
{
    bool is_first;

    pthread_mutex_lock(&front->mutex);
    is_first = s3a_list_is_empty(&front->completed);
    s3a_list_append(&front->completed, link);
    pthread_mutex_unlock(&front->mutex);
    if (is_first) {
        wake(front);
    }
}

/*
 * Where there were as many connections as there may be, or no descriptor for another, libmicrohttpd
 * has stopped to listen; it begins again at the next run after one was closed, for which it does
 * not ask.
 */
static int wait_ms(struct s3a_front *front)
{
    MHD_UNSIGNED_LONG_LONG timeout_ms;
    uint64_t wait = WAIT_MS_MAX;

    if (front->has_closed) {
        front->has_closed = false;
        return 0;
    }
    if (MHD_get_timeout(front->daemon, &timeout_ms) == MHD_YES && timeout_ms < wait) {
        wait = timeout_ms;
    }
    if (front->is_closing && !front->has_given_up) {
        uint64_t now_ms = s3a_clock_ms();
        uint64_t left_ms = front->give_up_ms > now_ms ? front->give_up_ms - now_ms : 0;
        wait = left_ms < wait ? left_ms : wait;
    }
    return (int)s3a_held_wait_ms(front, s3a_patrol_wait_ms(front, wait));
}

static void wait_for_events(struct s3a_front *front)
{
    struct pollfd fds[] = {
        {front->wake_fd, POLLIN, 0}, {front->poll_fd, POLLIN, 0}, {front->hangups.fd, POLLIN, 0}};
    bool rests = front->vain_rounds >= VAIN_ROUNDS_MAX;
    int wait = wait_ms(front);
    uint64_t count;

    if (rests && wait > REST_MS) {
        wait = REST_MS;
    }
    int ready = poll(fds, rests ? 1 : 3, wait);
    if (ready > 0 && (fds[0].revents & POLLIN)) {
        (void)!read(front->wake_fd, &count, sizeof(count));
    }
    if (ready > 0 && (fds[2].revents & POLLIN)) {
        s3a_hangups_take(&front->hangups);
    }
    front->has_opened = false;
    front->vain_rounds += rests || (fds[1].revents & POLLIN) ? 1 : 0;
}

/* What the other threads have to say. */
static void take_messages(struct s3a_front *front)
{
    struct s3a_list completed;
    struct s3a_list *link;

    s3a_list_init(&completed);
    pthread_mutex_lock(&front->mutex);
    s3a_list_move(&completed, &front->completed);
    front->is_to_stop = front->is_stopping;
    if (front->next_auth) {
        struct s3a_auth before = front->auth;
        front->auth = *front->next_auth;
        *front->next_auth = before;
        front->next_auth = NULL;
        pthread_cond_signal(&front->auth_exchanged);
    }
    pthread_mutex_unlock(&front->mutex);
    while ((link = s3a_list_pop(&completed))) {
        s3a_exchange_resume(s3a_list_entry(link, struct s3a_exchange, completed));
    }
}

static void close_to_new_ones(struct s3a_front *front)
{
    int listen_fd = MHD_quiesce_daemon(front->daemon);

    if (listen_fd >= 0) {
        close(listen_fd);
    }
    front->is_closing = true;
    front->give_up_ms = s3a_clock_ms() + S3A_STOP_MS;
}

/* What the writer has not begun is taken back from it. What it has begun comes back by itself. */
static void give_up(struct s3a_front *front)
{
    struct s3a_list *link;

    for (link = front->requests.next; link != &front->requests; link = link->next) {
        s3a_exchange_withdraw(s3a_list_entry(link, struct s3a_exchange, under_way));
    }
    front->has_given_up = true;
}

static bool is_anything_committing(struct s3a_front *front)
{
    struct s3a_list *link;

    for (link = front->requests.next; link != &front->requests; link = link->next) {
        if (s3a_list_entry(link, struct s3a_exchange, under_way)->state ==
            S3A_EXCHANGE_COMMITTING) {
            return true;
        }
    }
    return false;
}

/* What may still be answered: a client that is gone in the middle of a body has no use for it. */
static bool is_anything_under_way(struct s3a_front *front)
{
    struct s3a_list *link;

    for (link = front->requests.next; link != &front->requests; link = link->next) {
        if (!s3a_exchange_is_abandoned(s3a_list_entry(link, struct s3a_exchange, under_way))) {
            return true;
        }
    }
    return false;
}

/* Serves all that is ready. Where that was several reads, more are likely to have come meanwhile:
 * to look for them costs less than to wait. (Writes are better off when they gather.) */
static void serve(struct s3a_front *front)
{
    MHD_run(front->daemon);
    front->is_busy = front->reads.count > 1;
    s3a_objects_end_turn(front->objects, &front->reads);
    if (front->has_opened || front->connection_count > 0) {
        front->vain_rounds = 0;
    }
}

/* Moves on towards the end, where the end was asked for; true once it is reached. */
static bool advance_stop(struct s3a_front *front)
{
    if (!front->is_to_stop) {
        return false;
    }
    if (!front->is_closing) {
        close_to_new_ones(front);
    }
    if (!is_anything_under_way(front)) {
        return true;
    }
    if (!front->has_given_up && s3a_clock_ms() >= front->give_up_ms) {
        give_up(front);
        serve(front);
    }
    return front->has_given_up && !is_anything_committing(front);
}

static void *run(void *user)
{
    struct s3a_front *front = user;

    s3a_connections_enter(front);
    while (!advance_stop(front)) {
        if (!front->is_busy) {
            wait_for_events(front);
        }
        take_messages(front);
        s3a_held_release(front);
        serve(front);
        s3a_patrol(front);
    }
    serve(front); /* the last answers leave */
    MHD_stop_daemon(front->daemon);
    s3a_exchange_free_spares(front);
    return NULL;
}

enum s3a_status s3a_front_start(struct s3a_front *front, struct s3a_shared *shared, int listen_fd,
                                size_t connections_max, struct s3a_error *error)
{
    enum s3a_status status;
    int own_fd;
    int result;

    *front = (struct s3a_front){.shared = shared,
                                .settings = shared->settings,
                                .objects = shared->objects,
                                .faults = shared->faults};
    front->hangups.fd = -1;
    s3a_buf_init(&front->line, S3A_ACCESS_LINE_MAX);
    s3a_list_init(&front->requests);
    s3a_list_init(&front->held);
    s3a_list_init(&front->spares);
    s3a_list_init(&front->connections);
    front->watcher = (struct s3a_fault_watcher){.lifted = on_lifted, .user = front};
    s3a_list_init(&front->watcher.link);
    s3a_list_init(&front->completed);
    front->request_id_start = s3a_random_uint64();
    s3a_check(pthread_mutex_init(&front->mutex, NULL) == 0);
    s3a_check(pthread_cond_init(&front->auth_exchanged, NULL) == 0);
    front->wake_fd = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
    own_fd = fcntl(listen_fd, F_DUPFD_CLOEXEC, 0);
    if (front->wake_fd < 0 || own_fd < 0 || s3a_hangups_init(&front->hangups) != S3A_OK) {
        status = s3a_error_set_errno(error, errno, "make the server's descriptors");
        goto out;
    }
    s3a_faults_watch(shared->faults, &front->watcher);
    status = s3a_auth_init(&front->auth, shared->settings->keyring);
    if (status != S3A_OK) {
        status = s3a_error_set_no_memory(error);
        goto out;
    }
    front->daemon = s3a_connections_serve(front, own_fd, connections_max);
    if (!front->daemon) {
        status = s3a_error_set(error, S3A_NO_MEMORY, "libmicrohttpd does not start");
        goto out;
    }
    own_fd = -1; /* the daemon's now */
    front->poll_fd = MHD_get_daemon_info(front->daemon, MHD_DAEMON_INFO_EPOLL_FD)->epoll_fd;
    result = s3a_thread_start(&front->thread, run, front);
    if (result != 0) {
        status = s3a_error_set_errno(error, result, "start the server's thread");
        MHD_stop_daemon(front->daemon);
        goto out;
    }
    front->is_running = true;
out:
    if (own_fd >= 0) {
        close(own_fd);
    }
    return status;
}

void s3a_front_stop(struct s3a_front *front)
{
    if (!front->is_running) {
        return;
    }
    pthread_mutex_lock(&front->mutex);
    front->is_stopping = true;
    pthread_mutex_unlock(&front->mutex);
    wake(front);
}

void s3a_front_exchange_auth(struct s3a_front *front, struct s3a_auth *auth)
{
    pthread_mutex_lock(&front->mutex);
    front->next_auth = auth;
    wake(front);
    while (front->next_auth) {
        pthread_cond_wait(&front->auth_exchanged, &front->mutex);
    }
    pthread_mutex_unlock(&front->mutex);
}

void s3a_front_join(struct s3a_front *front)
{
    if (!front->settings) {
        return;
    }
    if (front->is_running) {
        pthread_join(front->thread, NULL);
    }
    s3a_faults_unwatch(front->faults, &front->watcher);
    if (front->wake_fd >= 0) {
        close(front->wake_fd);
    }
    s3a_hangups_fini(&front->hangups);
    s3a_auth_fini(&front->auth);
    s3a_buf_fini(&front->line);
    pthread_cond_destroy(&front->auth_exchanged);
    pthread_mutex_destroy(&front->mutex);
    *front = (struct s3a_front){0};
}
