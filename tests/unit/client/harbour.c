/* SPDX-License-Identifier: MIT */
#include "harbour.h"

#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/file.h>
#include <unistd.h>

#include "fail_malloc.h"

int harbour_open(void **state)
{
    static struct harbour harbour;
    struct s3a_error error;

    directory_make(harbour.path);
    assert_int_equal(s3a_loop_new(&harbour.loop, &error), S3A_OK);
    assert_int_equal(s3a_transport_embedded_new(harbour.loop, harbour.path, PATIENCE_MS,
                                                &harbour.transport, &error),
                     S3A_OK);
    *state = &harbour;
    return 0;
}

int harbour_close(void **state)
{
    struct harbour *harbour = *state;

    s3a_loop_stop(harbour->loop);
    harbour->transport->free(harbour->transport);
    s3a_loop_free(harbour->loop);
    directory_remove(harbour->path);
    return 0;
}

static void note_done(struct s3a_call *call)
{
    struct trip *trip = s3a_list_entry(call, struct trip, call);

    trip->was_done_in_send = trip->is_sending;
    sem_post(&trip->is_done);
}

static void send_it(struct s3a_task *task)
{
    struct trip *trip = s3a_list_entry(task, struct trip, task);
    struct s3a_transport *transport = trip->harbour->transport;

    trip->is_sending = true;
    fail_malloc_at(trip->failing_allocation);
    transport->send(transport, &trip->call);
    trip->failed_on_purpose = fail_malloc_happened();
    trip->is_sending = false;
}

void trip_init(struct trip *trip, struct harbour *harbour, enum s3a_op_kind kind, const char *key)
{
    memset(trip, 0, sizeof(*trip));
    trip->harbour = harbour;
    s3a_call_init(&trip->call, BODY_BYTES_MAX, note_done);
    trip->call.op = op_of(kind, key);
    trip->task.run = send_it;
    sem_init(&trip->is_done, 0, 0);
}

void await(sem_t *event)
{
    while (sem_wait(event) != 0) {
    }
}

enum s3a_status trip_make(struct trip *trip)
{
    s3a_loop_post(trip->harbour->loop, &trip->task);
    await(&trip->is_done);
    assert_false(trip->was_done_in_send);
    return trip->call.answer.status;
}

void trip_fini(struct trip *trip)
{
    s3a_call_fini(&trip->call);
    sem_destroy(&trip->is_done);
}

enum s3a_status harbour_put(struct harbour *harbour, const char *key, struct s3a_str body)
{
    struct trip trip;

    trip_init(&trip, harbour, S3A_OP_PUT_OBJECT, key);
    trip.call.body = body;
    enum s3a_status status = trip_make(&trip);
    trip_fini(&trip);
    return status;
}

int harbour_close_gate(const struct harbour *harbour)
{
    char path[128];

    snprintf(path, sizeof(path), "%s/gate", harbour->path);
    int fd = open(path, O_RDWR | O_CLOEXEC);
    assert_true(fd >= 0);
    assert_int_equal(flock(fd, LOCK_EX), 0);
    return fd;
}
