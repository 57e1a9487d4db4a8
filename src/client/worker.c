/* SPDX-License-Identifier: MIT */
#include <errno.h>
#include <string.h>
#include <unistd.h>

#include "check.h"
#include "error.h"
#include "flight.h"
#include "thread.h"

/* Short enough to be copied while the loop's thread may wait for the mutex. */
#define COPY_SIZE (64 * 1024)
#define READ_SIZE (1024 * 1024)

static void fail(struct s3a_flight *flight, enum s3a_status status, const char *what)
{
    flight->failure = status;
    flight->failure_text = what;
}

/* What the body was read from. */
static void let_go(struct s3a_answer *answer)
{
    if (answer->stream) {
        answer->stream->free(answer->stream);
        answer->stream = NULL;
    } else {
        close(answer->file.fd);
        answer->file.fd = -1;
    }
}

/* All of answer->file, or of answer->stream, into answer->body. */
static void read_file(struct s3a_flight *flight)
{
    struct s3a_answer *answer = &flight->answer;
    struct s3a_file *file = &answer->file;
    uint64_t size = answer->range_size;
    uint64_t done = 0;

    if (size > answer->body.size_max || !s3a_buf_reserve(&answer->body, (size_t)size)) {
        fail(flight, answer->body.status == S3A_NO_MEMORY ? S3A_NO_MEMORY : S3A_TOO_LARGE,
             answer->body.status == S3A_NO_MEMORY
                 ? "out of memory"
                 : "the object is larger than the client's body_bytes_max");
        return;
    }
    while (done < size && !atomic_load(&flight->is_unwanted)) {
        size_t part = size - done < READ_SIZE ? (size_t)(size - done) : READ_SIZE;
        char *into = s3a_buf_reserve(&answer->body, part);
        s3a_check(into != NULL);
        ssize_t got = answer->stream ? answer->stream->read(answer->stream, done, into, part)
                                     : pread(file->fd, into, part, (off_t)(file->offset + done));
        if (got < 0 && errno == EINTR) {
            continue;
        }
        if (got <= 0) {
            fail(flight, got < 0 ? S3A_SYSTEM : S3A_CORRUPT,
                 got < 0 ? "the file of its body cannot be read"
                         : "the file of its body is shorter than it was");
            return;
        }
        s3a_buf_added(&answer->body, (size_t)got);
        done += (uint64_t)got;
    }
    let_go(answer);
}

/* The next piece of the body; 0 where there is none, or where it is not wanted any more. */
static size_t copy_piece(struct s3a_worker *worker, struct s3a_flight *flight,
                         char ret_piece[COPY_SIZE])
{
    pthread_mutex_lock(&worker->mutex);
    size_t size = flight->body.size < COPY_SIZE ? flight->body.size : COPY_SIZE;
    if (size > 0) {
        memcpy(ret_piece, flight->body.data, size);
        flight->body = s3a_str_skip(flight->body, size);
    }
    pthread_mutex_unlock(&worker->mutex);
    return size;
}

static void spool_body(struct s3a_worker *worker, struct s3a_flight *flight)
{
    static const char what[] = "its body cannot be written into the store's directory";
    char piece[COPY_SIZE];
    size_t size;

    while ((size = copy_piece(worker, flight, piece)) > 0) {
        enum s3a_status status = s3a_spool_append(&flight->spool, s3a_str_make(piece, size));
        if (status != S3A_OK) {
            fail(flight, status, status == S3A_TOO_LARGE ? "its body is too large" : what);
            return;
        }
    }
    s3a_spool_end(&flight->spool);
}

static void work(struct s3a_worker *worker, struct s3a_flight *flight)
{
    if (flight->is_discarded) {
        s3a_spool_fini(&flight->spool);
        return;
    }
    switch (flight->op.kind) {
    case S3A_OP_PUT_OBJECT:
        spool_body(worker, flight);
        break;
    case S3A_OP_GET_OBJECT:
        read_file(flight);
        break;
    default:
        s3a_objects_read(flight->embedded->objects, &flight->op, &flight->answer);
        break;
    }
}

static void *run(void *arg)
{
    struct s3a_worker *worker = arg;

    pthread_mutex_lock(&worker->mutex);
    for (;;) {
        struct s3a_list *link = s3a_list_pop(&worker->queue);
        if (link) {
            struct s3a_flight *flight = s3a_list_entry(link, struct s3a_flight, queue_link);
            pthread_mutex_unlock(&worker->mutex);
            work(worker, flight);
            s3a_flight_back(flight);
            pthread_mutex_lock(&worker->mutex);
        } else if (worker->is_ending) {
            break;
        } else {
            pthread_cond_wait(&worker->wake, &worker->mutex);
        }
    }
    pthread_mutex_unlock(&worker->mutex);
    return NULL;
}

enum s3a_status s3a_worker_start(struct s3a_worker *worker, struct s3a_error *error)
{
    s3a_list_init(&worker->queue);
    s3a_check(pthread_mutex_init(&worker->mutex, NULL) == 0);
    s3a_check(pthread_cond_init(&worker->wake, NULL) == 0);
    int failed = s3a_thread_start(&worker->thread, run, worker);
    if (failed) {
        pthread_cond_destroy(&worker->wake);
        pthread_mutex_destroy(&worker->mutex);
        return s3a_error_set_errno(error, failed, "cannot start a thread");
    }
    return S3A_OK;
}

void s3a_worker_stop(struct s3a_worker *worker)
{
    pthread_mutex_lock(&worker->mutex);
    worker->is_ending = true;
    pthread_cond_signal(&worker->wake);
    pthread_mutex_unlock(&worker->mutex);
    s3a_check(pthread_join(worker->thread, NULL) == 0);
    pthread_cond_destroy(&worker->wake);
    pthread_mutex_destroy(&worker->mutex);
}

void s3a_worker_enqueue(struct s3a_worker *worker, struct s3a_flight *flight)
{
    pthread_mutex_lock(&worker->mutex);
    s3a_list_append(&worker->queue, &flight->queue_link);
    pthread_cond_signal(&worker->wake);
    pthread_mutex_unlock(&worker->mutex);
}

bool s3a_worker_withdraw(struct s3a_worker *worker, struct s3a_flight *flight)
{
    pthread_mutex_lock(&worker->mutex);
    bool is_queued = !s3a_list_is_empty(&flight->queue_link);
    s3a_list_remove(&flight->queue_link);
    flight->body = s3a_str_make(NULL, 0);
    atomic_store(&flight->is_unwanted, true);
    pthread_mutex_unlock(&worker->mutex);
    return is_queued;
}
