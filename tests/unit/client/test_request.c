/* SPDX-License-Identifier: MIT */
#include "test.h"

#include <string.h>

#include "desk.h"
#include "error.h"
#include "request.h"

#define LONG_MS (10 * 60 * 1000)

static unsigned released;

static void count_release(struct s3a_request *request)
{
    (void)request;
    released++;
}

static struct s3a_request *make(struct desk *desk, enum s3a_op_kind kind)
{
    struct s3a_request *request;

    assert_int_equal(
        s3a_request_new(desk->fake.client, kind, DESK_BUCKET, DESK_KEY, &request, NULL), S3A_OK);
    request->release = count_release;
    released = 0;
    return request;
}

static enum s3a_status wait_for(struct s3a_future *future, struct s3a_error *error)
{
    return s3a_future_join(future, error);
}

static void the_answers_status_is_the_futures(void **state)
{
    struct desk *desk = *state;
    struct s3a_error error;

    fake_store_put(&desk->fake, "text", NULL);
    struct s3a_request *request = make(desk, S3A_OP_HEAD_OBJECT);
    assert_int_equal(wait_for(s3a_request_start(request), &error), S3A_OK);
    fake_store_delete(&desk->fake);
    request = make(desk, S3A_OP_HEAD_OBJECT);
    assert_int_equal(wait_for(s3a_request_start(request), &error), S3A_NOT_FOUND);
    assert_int_equal(error.http_status, 404);
    assert_int_equal(released, 1);
}

static void a_request_may_pause_first(void **state)
{
    struct desk *desk = *state;
    struct s3a_request *request = make(desk, S3A_OP_HEAD_OBJECT);

    request->pause_ms = 1;
    assert_int_equal(wait_for(s3a_request_start(request), NULL), S3A_NOT_FOUND);
    assert_requests(desk, "H");
}

static void a_pause_can_be_cancelled(void **state)
{
    struct desk *desk = *state;
    struct s3a_request *request = make(desk, S3A_OP_PUT_OBJECT);

    request->pause_ms = LONG_MS;
    struct s3a_future *future = s3a_request_start(request);
    s3a_future_cancel(future);
    assert_int_equal(wait_for(future, NULL), S3A_CANCELLED);
    assert_int_equal(released, 1);
    assert_requests(desk, "");
}

static enum s3a_status cancel_in_flight(struct desk *desk, enum s3a_op_kind kind)
{
    struct s3a_request *request = make(desk, kind);

    desk_script(desk, FAKE_SILENCE);
    struct s3a_future *future = s3a_request_start(request);
    fake_store_wait(&desk->fake, 1);
    s3a_future_cancel(future);
    enum s3a_status status = wait_for(future, NULL);
    assert_int_equal(released, 1);
    assert_int_equal(desk->fake.silent.next == &desk->fake.silent, true);
    desk->fake.request_count = 0;
    return status;
}

static void a_write_that_was_sent_is_in_doubt_when_cancelled(void **state)
{
    assert_int_equal(cancel_in_flight(*state, S3A_OP_GET_OBJECT), S3A_CANCELLED);
    assert_int_equal(cancel_in_flight(*state, S3A_OP_PUT_OBJECT), S3A_IN_DOUBT);
}

/* Three looks with a pause between, whatever they see. */
static void look_three_times(struct s3a_request *request, enum s3a_request_event event)
{
    unsigned *looks = request->user;

    switch (event) {
    case S3A_REQUEST_STARTED:
    case S3A_REQUEST_WOKEN:
        s3a_request_send(request);
        break;
    case S3A_REQUEST_ANSWERED:
        if (++*looks < 3) {
            s3a_request_rest(request, s3a_loop_now_ms(request->client->loop) + 1);
            break;
        }
        s3a_request_end(request, S3A_OK, NULL);
        break;
    case S3A_REQUEST_CANCELLED:
        s3a_request_abandon(request);
        s3a_request_end(request, S3A_FAILED, NULL);
        break;
    }
}

static bool is_never_applied(const struct s3a_request *request)
{
    (void)request;
    return false;
}

static struct s3a_request *make_three_looks(struct desk *desk, unsigned *looks)
{
    struct s3a_request *request = make(desk, S3A_OP_HEAD_OBJECT);

    *looks = 0;
    request->user = looks;
    request->step = look_three_times;
    request->may_be_applied = is_never_applied;
    return request;
}

static void a_request_may_take_several_steps(void **state)
{
    struct desk *desk = *state;
    unsigned looks;
    struct s3a_request *request = make_three_looks(desk, &looks);

    assert_int_equal(wait_for(s3a_request_start(request), NULL), S3A_OK);
    assert_int_equal(looks, 3);
    assert_requests(desk, "HHH");

    request = make_three_looks(desk, &looks);
    desk_script(desk, FAKE_NONE, FAKE_SILENCE);
    struct s3a_future *future = s3a_request_start(request);
    fake_store_wait(&desk->fake, 2);
    s3a_future_cancel(future);
    assert_int_equal(wait_for(future, NULL), S3A_FAILED);
    assert_int_equal(released, 1);
}

static void note_status(struct s3a_future *future, void *user)
{
    *(enum s3a_status *)user = s3a_future_wait(future, 0, NULL);
    s3a_future_free(future);
}

static void at_the_clients_end_all_ends(void **state)
{
    struct desk *desk = *state;
    enum s3a_status status[3] = {S3A_OK, S3A_OK, S3A_OK};
    unsigned looks;
    struct s3a_request *resting = make(desk, S3A_OP_PUT_OBJECT);
    struct s3a_request *stepping = make_three_looks(desk, &looks);
    struct s3a_request *sent = make(desk, S3A_OP_PUT_OBJECT);

    desk_script(desk, FAKE_SILENCE, FAKE_SILENCE);
    resting->pause_ms = LONG_MS;
    s3a_future_on_done(s3a_request_start(resting), note_status, &status[0]);
    s3a_future_on_done(s3a_request_start(stepping), note_status, &status[1]);
    s3a_future_on_done(s3a_request_start(sent), note_status, &status[2]);
    fake_store_wait(&desk->fake, 2);
    fake_store_close(&desk->fake);
    desk->fake.client = NULL;
    assert_int_equal(status[0], S3A_CANCELLED);
    assert_int_equal(status[1], S3A_CANCELLED);
    assert_int_equal(status[2], S3A_IN_DOUBT);
    assert_int_equal(released, 3);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        DESK_TEST(the_answers_status_is_the_futures),
        DESK_TEST(a_request_may_pause_first),
        DESK_TEST(a_pause_can_be_cancelled),
        DESK_TEST(a_write_that_was_sent_is_in_doubt_when_cancelled),
        DESK_TEST(a_request_may_take_several_steps),
        DESK_TEST(at_the_clients_end_all_ends),
    };
    return cmocka_run_group_tests_name("request", tests, NULL, NULL);
}
