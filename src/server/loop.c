/* SPDX-License-Identifier: MIT */
#include "loop.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <string.h>
#include <sys/eventfd.h>
#include <unistd.h>

#include "check.h"
#include "clock.h"
#include "error.h"
#include "random.h"
#include "request.h"

/* Nothing needs the thread to look round on its own; this bounds what poll() is given. */
#define WAIT_MS_MAX 60000

/*
 * The query must stay as it was sent, and s3a_request_new() keeps it so. libmicrohttpd would go on
 * to take it apart, for nothing, with a record for each parameter; where these exceed the
 * connection's memory, 0.9.75 neither answers nor closes it. So it gets an empty one.
 */
static void *on_target(void *user, const char *target, struct MHD_Connection *connection)
{
    struct s3a_loop *loop = user;
    char *query = target ? strchr(target, '?') : NULL;
    struct s3a_request *request = s3a_request_new(loop, connection, target ? target : "");

    if (query) {
        query[1] = '\0';
    }
    return request;
}

static size_t leave_target(void *user, struct MHD_Connection *connection, char *text)
{
    (void)user;
    (void)connection;
    return strlen(text);
}

static enum MHD_Result on_request(void *user, struct MHD_Connection *connection, const char *url,
                                  const char *method, const char *version, const char *bytes,
                                  size_t *size, void **request)
{
    (void)user;
    (void)connection;
    (void)url;
    (void)version;
    return *request ? s3a_request_handle(*request, method, bytes, size) : MHD_NO;
}

static void on_request_end(void *user, struct MHD_Connection *connection, void **request,
                           enum MHD_RequestTerminationCode reason)
{
    (void)user;
    (void)connection;
    (void)reason;
    s3a_request_free(*request);
    *request = NULL;
}

static struct MHD_Daemon *start_daemon(struct s3a_loop *loop, int listen_fd, size_t connections_max)
{
    return MHD_start_daemon(
        MHD_USE_EPOLL | MHD_ALLOW_SUSPEND_RESUME | MHD_USE_SUPPRESS_DATE_NO_CLOCK, 0, NULL, NULL,
        on_request, loop, MHD_OPTION_LISTEN_SOCKET, listen_fd, MHD_OPTION_URI_LOG_CALLBACK,
        on_target, loop, MHD_OPTION_UNESCAPE_CALLBACK, leave_target, NULL,
        MHD_OPTION_NOTIFY_COMPLETED, on_request_end, NULL, MHD_OPTION_CONNECTION_LIMIT,
        (unsigned)connections_max, MHD_OPTION_CONNECTION_TIMEOUT, (unsigned)S3A_CONNECTION_IDLE_S,
        MHD_OPTION_CONNECTION_MEMORY_LIMIT, (size_t)S3A_CONNECTION_MEMORY,
        MHD_OPTION_STRICT_FOR_CLIENT, 1, MHD_OPTION_SIGPIPE_HANDLED_BY_APP, 1, MHD_OPTION_END);
}

static void wake(struct s3a_loop *loop)
{
    const uint64_t one = 1;

    /* It fails only where the counter is full, and then the thread is woken anyway. */
    while (write(loop->wake_fd, &one, sizeof(one)) < 0 && errno == EINTR) {
    }
}

void s3a_loop_complete(struct s3a_loop *loop, struct s3a_list *link)
{
    bool is_first;

    pthread_mutex_lock(&loop->mutex);
    is_first = s3a_list_is_empty(&loop->completed);
    s3a_list_append(&loop->completed, link);
    pthread_mutex_unlock(&loop->mutex);
    if (is_first) {
        wake(loop);
    }
}

static int wait_ms(struct s3a_loop *loop)
{
    MHD_UNSIGNED_LONG_LONG timeout_ms;
    uint64_t wait = WAIT_MS_MAX;

    if (MHD_get_timeout(loop->daemon, &timeout_ms) == MHD_YES && timeout_ms < wait) {
        wait = timeout_ms;
    }
    if (loop->is_closing && !loop->has_given_up) {
        uint64_t now_ms = s3a_clock_ms();
        uint64_t left_ms = loop->give_up_ms > now_ms ? loop->give_up_ms - now_ms : 0;
        wait = left_ms < wait ? left_ms : wait;
    }
    return (int)wait;
}

static void wait_for_events(struct s3a_loop *loop)
{
    struct pollfd fds[] = {{loop->poll_fd, POLLIN, 0}, {loop->wake_fd, POLLIN, 0}};
    int wait = wait_ms(loop);
    uint64_t count;

    if (poll(fds, 2, wait) > 0 && (fds[1].revents & POLLIN)) {
        (void)!read(loop->wake_fd, &count, sizeof(count));
    }
}

/* What the other threads have to say. */
static void take_messages(struct s3a_loop *loop)
{
    struct s3a_list completed;
    struct s3a_list *link;

    s3a_list_init(&completed);
    pthread_mutex_lock(&loop->mutex);
    s3a_list_move(&completed, &loop->completed);
    loop->is_to_stop = loop->is_stopping;
    pthread_mutex_unlock(&loop->mutex);
    while ((link = s3a_list_pop(&completed))) {
        s3a_request_resume(s3a_list_entry(link, struct s3a_request, completed));
    }
}

static void close_to_new_ones(struct s3a_loop *loop)
{
    int listen_fd = MHD_quiesce_daemon(loop->daemon);

    if (listen_fd >= 0) {
        close(listen_fd);
    }
    loop->is_closing = true;
    loop->give_up_ms = s3a_clock_ms() + S3A_STOP_MS;
}

/* What the writer has not begun is taken back from it. What it has begun comes back by itself. */
static void give_up(struct s3a_loop *loop)
{
    struct s3a_list *link;

    for (link = loop->requests.next; link != &loop->requests; link = link->next) {
        s3a_request_withdraw(s3a_list_entry(link, struct s3a_request, under_way));
    }
    loop->has_given_up = true;
}

static bool is_anything_committing(struct s3a_loop *loop)
{
    struct s3a_list *link;

    for (link = loop->requests.next; link != &loop->requests; link = link->next) {
        if (s3a_list_entry(link, struct s3a_request, under_way)->state == S3A_REQUEST_COMMITTING) {
            return true;
        }
    }
    return false;
}

/* Moves on towards the end, where the end was asked for; true once it is reached. */
static bool advance_stop(struct s3a_loop *loop)
{
    if (!loop->is_to_stop) {
        return false;
    }
    if (!loop->is_closing) {
        close_to_new_ones(loop);
    }
    if (s3a_list_is_empty(&loop->requests)) {
        return true;
    }
    if (!loop->has_given_up && s3a_clock_ms() >= loop->give_up_ms) {
        give_up(loop);
        MHD_run(loop->daemon);
    }
    return loop->has_given_up && !is_anything_committing(loop);
}

static void *run(void *user)
{
    struct s3a_loop *loop = user;

    while (!advance_stop(loop)) {
        wait_for_events(loop);
        take_messages(loop);
        MHD_run(loop->daemon);
    }
    MHD_run(loop->daemon); /* the last answers leave */
    MHD_stop_daemon(loop->daemon);
    return NULL;
}

/* Signals are for the program's threads, and a client that went away is no reason for one. */
static int start_thread(struct s3a_loop *loop)
{
    sigset_t all;
    sigset_t before;
    int result;

    sigfillset(&all);
    pthread_sigmask(SIG_SETMASK, &all, &before);
    result = pthread_create(&loop->thread, NULL, run, loop);
    pthread_sigmask(SIG_SETMASK, &before, NULL);
    return result;
}

enum s3a_status s3a_loop_start(struct s3a_loop *loop, const struct s3a_settings *settings,
                               struct s3a_objects *objects, int listen_fd, size_t connections_max,
                               struct s3a_error *error)
{
    enum s3a_status status;
    int own_fd;
    int result;

    *loop = (struct s3a_loop){.settings = settings, .objects = objects};
    s3a_list_init(&loop->requests);
    s3a_list_init(&loop->completed);
    loop->request_id_start = s3a_random_uint64();
    s3a_check(pthread_mutex_init(&loop->mutex, NULL) == 0);
    loop->wake_fd = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
    own_fd = fcntl(listen_fd, F_DUPFD_CLOEXEC, 0);
    if (loop->wake_fd < 0 || own_fd < 0) {
        status = s3a_error_set_errno(error, errno, "make the server's descriptors");
        goto out;
    }
    status = s3a_auth_init(&loop->auth, settings);
    if (status != S3A_OK) {
        status = s3a_error_set_no_memory(error);
        goto out;
    }
    loop->daemon = start_daemon(loop, own_fd, connections_max);
    if (!loop->daemon) {
        status = s3a_error_set(error, S3A_NO_MEMORY, "libmicrohttpd does not start");
        goto out;
    }
    own_fd = -1; /* the daemon's now */
    loop->poll_fd = MHD_get_daemon_info(loop->daemon, MHD_DAEMON_INFO_EPOLL_FD)->epoll_fd;
    result = start_thread(loop);
    if (result != 0) {
        status = s3a_error_set_errno(error, result, "start the server's thread");
        MHD_stop_daemon(loop->daemon);
        goto out;
    }
    loop->is_running = true;
out:
    if (own_fd >= 0) {
        close(own_fd);
    }
    return status;
}

void s3a_loop_stop(struct s3a_loop *loop)
{
    if (!loop->is_running) {
        return;
    }
    pthread_mutex_lock(&loop->mutex);
    loop->is_stopping = true;
    pthread_mutex_unlock(&loop->mutex);
    wake(loop);
}

void s3a_loop_join(struct s3a_loop *loop)
{
    if (!loop->settings) {
        return;
    }
    if (loop->is_running) {
        pthread_join(loop->thread, NULL);
    }
    if (loop->wake_fd >= 0) {
        close(loop->wake_fd);
    }
    s3a_auth_fini(&loop->auth);
    pthread_mutex_destroy(&loop->mutex);
    *loop = (struct s3a_loop){0};
}
