/* SPDX-License-Identifier: MIT */
#include "access_log.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <poll.h>
#include <string.h>
#include <unistd.h>

#include "check.h"
#include "clock.h"
#include "error.h"
#include "thread.h"

#define MODE 0640
/* How often a log that is stuck looks whether it is to end. */
#define TICK_MS 50

static int open_file(const char *path)
{
    if (strcmp(path, "-") == 0) {
        return fcntl(STDOUT_FILENO, F_DUPFD_CLOEXEC, 0);
    }
    return open(path, O_WRONLY | O_APPEND | O_CREAT | O_CLOEXEC, MODE);
}

/* Is there room for a piece of PIPE_BUF bytes? A file always says so. False: it is time to end. */
static bool wait_for_room(const struct s3a_access_log *log)
{
    struct pollfd polled = {.fd = log->fd, .events = POLLOUT};

    while (poll(&polled, 1, TICK_MS) <= 0) {
        if (atomic_load(&log->is_stopping) && s3a_clock_ms() >= log->stop_ms) {
            return false;
        }
    }
    return true;
}

static uint64_t count_lines(struct s3a_str text)
{
    uint64_t count = 0;

    while (text.size > 0) {
        (void)s3a_str_split(&text, '\n');
        count++;
    }
    return count;
}

static void write_out(struct s3a_access_log *log, struct s3a_str text)
{
    while (text.size > 0 && wait_for_room(log)) {
        size_t piece = text.size < PIPE_BUF ? text.size : PIPE_BUF;
        ssize_t size = write(log->fd, text.data, piece);
        if (size < 0 && errno != EINTR && errno != EAGAIN) {
            break;
        }
        text = s3a_str_skip(text, size > 0 ? (size_t)size : 0);
    }
    atomic_fetch_add(&log->dropped, count_lines(text));
}

/* False: it is time to end. */
static bool take(struct s3a_access_log *log, struct s3a_buf *ret_lines)
{
    struct s3a_buf empty = *ret_lines;

    pthread_mutex_lock(&log->mutex);
    while (log->waiting.size == 0 && log->next_fd < 0 && !atomic_load(&log->is_stopping)) {
        pthread_cond_wait(&log->wake, &log->mutex);
    }
    if (log->next_fd >= 0) {
        close(log->fd);
        log->fd = log->next_fd;
        log->next_fd = -1;
    }
    *ret_lines = log->waiting;
    log->waiting = empty;
    pthread_mutex_unlock(&log->mutex);
    return ret_lines->size > 0 || !atomic_load(&log->is_stopping);
}

static void *run(void *user)
{
    struct s3a_access_log *log = user;
    struct s3a_buf lines;

    s3a_buf_init(&lines, S3A_ACCESS_LOG_WAITING_MAX);
    while (take(log, &lines)) {
        write_out(log, s3a_buf_str(&lines));
        s3a_buf_clear(&lines);
    }
    s3a_buf_fini(&lines);
    return NULL;
}

enum s3a_status s3a_access_log_init(struct s3a_access_log *log, const char *path,
                                    struct s3a_error *error)
{
    int result;

    *log = (struct s3a_access_log){.path = path, .next_fd = -1};
    s3a_check(pthread_mutex_init(&log->mutex, NULL) == 0);
    s3a_check(pthread_cond_init(&log->wake, NULL) == 0);
    s3a_buf_init(&log->waiting, S3A_ACCESS_LOG_WAITING_MAX);
    log->fd = open_file(path);
    if (log->fd < 0) {
        return s3a_error_set_errno(error, errno, "access_log: open %s", path);
    }
    result = s3a_thread_start(&log->thread, run, log);
    if (result != 0) {
        return s3a_error_set_errno(error, result, "start the access log's thread");
    }
    log->is_running = true;
    return S3A_OK;
}

void s3a_access_log_fini(struct s3a_access_log *log)
{
    if (!log->path) {
        return;
    }
    if (log->is_running) {
        pthread_mutex_lock(&log->mutex);
        log->stop_ms = s3a_clock_ms() + S3A_ACCESS_LOG_STOP_MS;
        atomic_store(&log->is_stopping, true);
        pthread_cond_signal(&log->wake);
        pthread_mutex_unlock(&log->mutex);
        pthread_join(log->thread, NULL);
    }
    if (log->fd >= 0) {
        close(log->fd);
    }
    if (log->next_fd >= 0) {
        close(log->next_fd);
    }
    s3a_buf_fini(&log->waiting);
    pthread_cond_destroy(&log->wake);
    pthread_mutex_destroy(&log->mutex);
    *log = (struct s3a_access_log){0};
}

void s3a_access_log_write(struct s3a_access_log *log, struct s3a_str line)
{
    pthread_mutex_lock(&log->mutex);
    if (log->waiting.size + line.size <= S3A_ACCESS_LOG_WAITING_MAX) {
        size_t size = log->waiting.size;
        s3a_buf_append(&log->waiting, line);
        if (log->waiting.status != S3A_OK) {
            /* No memory: what was there before is whole, and more may fit later. */
            log->waiting.size = size;
            log->waiting.status = S3A_OK;
            atomic_fetch_add(&log->dropped, 1);
        }
        if (size == 0) {
            pthread_cond_signal(&log->wake);
        }
    } else {
        atomic_fetch_add(&log->dropped, 1);
    }
    pthread_mutex_unlock(&log->mutex);
}

void s3a_access_log_drop(struct s3a_access_log *log)
{
    atomic_fetch_add(&log->dropped, 1);
}

enum s3a_status s3a_access_log_open_next(const struct s3a_access_log *log, int *ret_fd,
                                         struct s3a_error *error)
{
    *ret_fd = open_file(log->path);
    return *ret_fd >= 0 ? S3A_OK
                        : s3a_error_set_errno(error, errno, "access_log: open %s", log->path);
}

void s3a_access_log_continue(struct s3a_access_log *log, int fd)
{
    pthread_mutex_lock(&log->mutex);
    if (log->next_fd >= 0) {
        close(log->next_fd);
    }
    log->next_fd = fd;
    pthread_cond_signal(&log->wake);
    pthread_mutex_unlock(&log->mutex);
}
