/* SPDX-License-Identifier: MIT */
#include "test.h"

#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "harbour.h"

/* What takes long: large bodies, listings, and what becomes of them when nobody waits any more. */

static void a_body_of_any_size_comes_back(void **state)
{
    static const size_t sizes[] = {0, 1, 64 * 1024, 64 * 1024 + 1, LARGE_SIZE};

    for (size_t i = 0; i < sizeof(sizes) / sizeof(sizes[0]); i++) {
        struct s3a_str body = body_make("cargo", sizes[i]);
        struct trip trip;
        assert_int_equal(harbour_put(*state, "k", body), S3A_OK);
        trip_init(&trip, *state, S3A_OP_GET_OBJECT, "k");
        assert_int_equal(trip_make(&trip), S3A_OK);
        assert_int_equal(trip.call.answer.body.size, sizes[i]);
        assert_int_equal(trip.call.answer.object_size, sizes[i]);
        assert_true(sizes[i] == 0 || !memcmp(trip.call.answer.body.data, body.data, sizes[i]));
        assert_int_equal(trip.call.answer.file.fd, -1);
        trip_fini(&trip);
        free((void *)(uintptr_t)body.data);
    }
}

static void a_body_that_is_too_large_for_the_caller_is_refused(void **state)
{
    static const size_t sizes[] = {1000, LARGE_SIZE};

    for (size_t i = 0; i < sizeof(sizes) / sizeof(sizes[0]); i++) {
        struct s3a_str body = body_make("cargo", sizes[i]);
        struct trip trip;
        assert_int_equal(harbour_put(*state, "k", body), S3A_OK);
        trip_init(&trip, *state, S3A_OP_GET_OBJECT, "k");
        s3a_answer_fini(&trip.call.answer);
        s3a_answer_init(&trip.call.answer, sizes[i] - 1);
        assert_int_equal(trip_make(&trip), S3A_TOO_LARGE);
        trip_fini(&trip);
        free((void *)(uintptr_t)body.data);
    }
}

static void a_listing_is_complete(void **state)
{
    struct trip trip;

    assert_int_equal(harbour_put(*state, "a/1", S3A_STR("x")), S3A_OK);
    assert_int_equal(harbour_put(*state, "a/2", S3A_STR("x")), S3A_OK);
    assert_int_equal(harbour_put(*state, "b", S3A_STR("x")), S3A_OK);
    trip_init(&trip, *state, S3A_OP_LIST_OBJECTS, NULL);
    trip.call.op.prefix = S3A_STR("a/");
    assert_int_equal(trip_make(&trip), S3A_OK);
    assert_int_equal(trip.call.answer.entry_count, 2);
    assert_str(trip.call.answer.entries[1].name, "a/2");
    trip_fini(&trip);
}

/* Sends a call and abandons it, with all that it was made of. */
struct desertion {
    struct harbour *harbour;
    struct s3a_task task;
    enum s3a_op_kind kind;
    size_t body_size;
    struct s3a_call *call;
    char *texts;
    char *body;
    sem_t is_over;
};

static void never_done(struct s3a_call *call)
{
    (void)call;
    abort();
}

static void desert(struct desertion *desertion)
{
    struct s3a_transport *transport = desertion->harbour->transport;

    transport->abandon(transport, desertion->call);
    s3a_call_fini(desertion->call);
    free(desertion->call);
    memset(desertion->texts, '?', strlen(desertion->texts));
    free(desertion->texts);
    free(desertion->body);
    sem_post(&desertion->is_over);
}

static void depart(struct s3a_task *task)
{
    struct desertion *desertion = s3a_list_entry(task, struct desertion, task);
    struct s3a_transport *transport = desertion->harbour->transport;
    struct s3a_call *call = calloc(1, sizeof(*call));

    desertion->call = call;
    desertion->texts = strdup("key-of-a-deserter");
    desertion->body = calloc(1, desertion->body_size + 1);
    s3a_call_init(call, BODY_BYTES_MAX, never_done);
    call->op = op_of(desertion->kind, desertion->texts);
    if (desertion->kind == S3A_OP_PUT_OBJECT) {
        call->body = s3a_str_make(desertion->body, desertion->body_size);
    }
    call->timeout_ms = PATIENCE_MS;
    transport->send(transport, call);
    desert(desertion);
}

static void run_desertion(struct harbour *harbour, enum s3a_op_kind kind, size_t body_size)
{
    struct desertion desertion = {
        .harbour = harbour,
        .task.run = depart,
        .kind = kind,
        .body_size = body_size,
    };

    sem_init(&desertion.is_over, 0, 0);
    s3a_loop_post(harbour->loop, &desertion.task);
    await(&desertion.is_over);
    sem_destroy(&desertion.is_over);
}

static void an_abandoned_call_can_be_freed_at_once(void **state)
{
    struct s3a_str body = body_make("cargo", LARGE_SIZE);

    assert_int_equal(harbour_put(*state, "key-of-a-deserter", body), S3A_OK);
    free((void *)(uintptr_t)body.data);
    for (int i = 0; i < 20; i++) {
        run_desertion(*state, S3A_OP_GET_OBJECT, 0);
        run_desertion(*state, S3A_OP_LIST_OBJECTS, 0);
        run_desertion(*state, S3A_OP_HEAD_OBJECT, 0);
        run_desertion(*state, S3A_OP_PUT_OBJECT, 100);
        run_desertion(*state, S3A_OP_PUT_OBJECT, LARGE_SIZE);
    }
    assert_int_equal(harbour_put(*state, "key", S3A_STR("x")), S3A_OK);
}

static void the_file_of_a_refused_body_goes_away(void **state)
{
    struct harbour *harbour = *state;
    struct s3a_str body = body_make("cargo", LARGE_SIZE);
    struct trip trip;

    assert_int_equal(harbour_put(harbour, "k", S3A_STR("x")), S3A_OK);
    trip_init(&trip, harbour, S3A_OP_PUT_OBJECT, "k");
    trip.call.op.if_none_match = S3A_STR("*");
    trip.call.body = body;
    assert_int_equal(trip_make(&trip), S3A_CONFLICT);
    trip_fini(&trip);
    free((void *)(uintptr_t)body.data);
    /* The worker does one thing after another. */
    trip_init(&trip, harbour, S3A_OP_LIST_BUCKETS, NULL);
    assert_int_equal(trip_make(&trip), S3A_OK);
    trip_fini(&trip);
    assert_int_equal(directory_count(harbour->path, "incoming"), 0);
    assert_int_equal(blob_count(harbour->path), 0);
}

static void a_transport_is_freed_with_abandoned_writes_under_way(void **state)
{
    struct harbour *harbour = *state;
    int gate = harbour_close_gate(harbour);

    for (int i = 0; i < 10; i++) {
        run_desertion(harbour, S3A_OP_PUT_OBJECT, 100);
        run_desertion(harbour, S3A_OP_PUT_OBJECT, LARGE_SIZE);
    }
    close(gate);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        HARBOUR_TEST(a_body_of_any_size_comes_back),
        HARBOUR_TEST(a_body_that_is_too_large_for_the_caller_is_refused),
        HARBOUR_TEST(a_listing_is_complete),
        HARBOUR_TEST(an_abandoned_call_can_be_freed_at_once),
        HARBOUR_TEST(the_file_of_a_refused_body_goes_away),
        HARBOUR_TEST(a_transport_is_freed_with_abandoned_writes_under_way),
    };
    return cmocka_run_group_tests_name("worker", tests, NULL, NULL);
}
