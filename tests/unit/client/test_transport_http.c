/* SPDX-License-Identifier: MIT */
#include "test.h"

#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "clock.h"
#include "date.h"
#include "puppet.h"

static void nothing(void *arg)
{
    (void)arg;
}

/* Whatever the loop had to begin has begun. */
static void let_the_loop_turn(struct puppet *puppet)
{
    for (int i = 0; i < 3; i++) {
        puppet_in_loop(puppet, nothing, NULL);
    }
}

static void no_more_than_so_many_are_under_way(void **state)
{
    struct puppet puppet;
    struct errand errands[6];
    struct line lines[2];

    (void)state;
    puppet_open(&puppet, &(struct puppet_options){.requests_max = 2});
    for (int i = 0; i < 6; i++) {
        char key[2] = {(char)('0' + i), '\0'};
        errand_init(&errands[i], &puppet, S3A_OP_GET_OBJECT, NULL);
        errands[i].call.op.key = s3a_pool_copy(&puppet.pool, s3a_str_of(key));
        errand_send(&errands[i]);
    }
    line_accept(&puppet, &lines[0]);
    line_accept(&puppet, &lines[1]);
    let_the_loop_turn(&puppet);
    assert_true(puppet_is_left_alone(&puppet));
    /* In the order in which they came, on the connections that there are. */
    for (int i = 0; i < 6; i++) {
        char expected[32];
        snprintf(expected, sizeof(expected), "GET /bucket/%d HTTP", i);
        assert_true(strncmp(line_read(&lines[i % 2]), expected, strlen(expected)) == 0);
        line_send(&lines[i % 2], DONE_XY);
        assert_int_equal(errand_wait(&errands[i]), S3A_OK);
        errand_fini(&errands[i]);
    }
    assert_true(puppet_is_left_alone(&puppet));
    line_close(&lines[0]);
    line_close(&lines[1]);
    puppet_close(&puppet);
}

static void a_heartbeat_does_not_wait_for_its_turn(void **state)
{
    struct puppet puppet;
    struct errand errands[2];
    struct errand heartbeat;
    struct line lines[2];

    (void)state;
    puppet_open(&puppet, &(struct puppet_options){.requests_max = 1});
    for (int i = 0; i < 2; i++) {
        errand_init(&errands[i], &puppet, S3A_OP_GET_OBJECT, "k");
        errand_send(&errands[i]);
    }
    errand_init(&heartbeat, &puppet, S3A_OP_PUT_OBJECT, "heartbeat");
    heartbeat.call.urgent = true;
    errand_send(&heartbeat);
    for (int i = 0; i < 2; i++) {
        line_accept(&puppet, &lines[i]);
    }
    bool is_first = strncmp(line_read(&lines[0]), "PUT ", 4) == 0;
    line_read(&lines[1]);
    line_send(&lines[is_first ? 0 : 1], DONE);
    assert_int_equal(errand_wait(&heartbeat), S3A_OK);
    line_send(&lines[is_first ? 1 : 0], DONE_XY);
    assert_int_equal(errand_wait(&errands[0]), S3A_OK);
    errand_abandon(&errands[1]);
    for (int i = 0; i < 2; i++) {
        errand_fini(&errands[i]);
        line_close(&lines[i]);
    }
    errand_fini(&heartbeat);
    puppet_close(&puppet);
}

/* As many again as others; more of them wait, but not behind others. */
static void heartbeats_have_a_limit_of_their_own(void **state)
{
    struct puppet puppet;
    struct errand errands[5];
    struct line lines[2];
    static const bool is_urgent[] = {false, false, true, true, true};

    (void)state;
    puppet_open(&puppet, &(struct puppet_options){.requests_max = 1});
    for (int i = 0; i < 5; i++) {
        char key[2] = {(char)('0' + i), '\0'};
        errand_init(&errands[i], &puppet, S3A_OP_GET_OBJECT, NULL);
        errands[i].call.op.key = s3a_pool_copy(&puppet.pool, s3a_str_of(key));
        errands[i].call.urgent = is_urgent[i];
        errand_send(&errands[i]);
        if (i == 0) {
            line_accept(&puppet, &lines[0]);
            assert_true(strncmp(line_read(&lines[0]), "GET /bucket/0 HTTP", 18) == 0);
        }
    }
    line_accept(&puppet, &lines[1]);
    assert_true(strncmp(line_read(&lines[1]), "GET /bucket/2 HTTP", 18) == 0);
    let_the_loop_turn(&puppet);
    assert_true(puppet_is_left_alone(&puppet));
    for (int i = 2; i < 5; i++) {
        char expected[32];
        snprintf(expected, sizeof(expected), "GET /bucket/%d HTTP", i);
        assert_true(i == 2 || strncmp(line_read(&lines[1]), expected, strlen(expected)) == 0);
        line_send(&lines[i == 4 ? 0 : 1],
                  DONE_XY); /* at last there is room for urgent ones alone */
        assert_int_equal(errand_wait(&errands[i == 4 ? 0 : i]), S3A_OK);
    }
    let_the_loop_turn(&puppet);
    assert_true(puppet_is_left_alone(&puppet));
    line_send(&lines[1], DONE_XY);
    assert_int_equal(errand_wait(&errands[4]), S3A_OK);
    errand_abandon(&errands[1]);
    for (int i = 0; i < 5; i++) {
        errand_fini(&errands[i]);
    }
    line_close(&lines[0]);
    line_close(&lines[1]);
    puppet_close(&puppet);
}

static void a_turn_that_does_not_come_ends_in_time(void **state)
{
    struct puppet puppet;
    struct errand first;
    struct errand second;
    struct line line;

    (void)state;
    puppet_open(&puppet, &(struct puppet_options){.requests_max = 1});
    errand_init(&first, &puppet, S3A_OP_PUT_OBJECT, "first");
    errand_init(&second, &puppet, S3A_OP_PUT_OBJECT, "second");
    second.call.timeout_ms = 5;
    errand_send(&first);
    errand_send(&second);
    assert_int_equal(errand_wait(&second), S3A_TIMEOUT);
    assert_non_null(strstr(errand_story(&second), "for its turn"));
    line_accept(&puppet, &line);
    answer(&line, DONE, &first, S3A_OK);
    assert_true(puppet_is_left_alone(&puppet));
    errand_fini(&first);
    errand_fini(&second);
    line_close(&line);
    puppet_close(&puppet);
}

static void an_answer_that_does_not_come_leaves_a_write_in_doubt(void **state)
{
    static const struct {
        enum s3a_op_kind kind;
        enum s3a_status status;
    } all[] = {
        {S3A_OP_GET_OBJECT, S3A_TIMEOUT},     {S3A_OP_LIST_OBJECTS, S3A_TIMEOUT},
        {S3A_OP_PUT_OBJECT, S3A_IN_DOUBT},    {S3A_OP_DELETE_OBJECT, S3A_IN_DOUBT},
        {S3A_OP_CREATE_BUCKET, S3A_IN_DOUBT},
    };

    for (size_t i = 0; i < sizeof(all) / sizeof(all[0]); i++) {
        struct errand errand;
        struct line line;
        errand_init(&errand, *state, all[i].kind, "k");
        errand.call.timeout_ms = 50;
        errand_send(&errand);
        line_accept(*state, &line);
        assert_int_equal(errand_wait(&errand), all[i].status);
        assert_non_null(strstr(errand_story(&errand), "no answer from http://127.0.0.1"));
        assert_non_null(strstr(errand_story(&errand), "within 50 ms"));
        /* The connection is of no use any more: what may still come is nobody's. */
        line_read(&line);
        assert_int_equal(line_read_some(&line), 0);
        line_close(&line);
        errand_fini(&errand);
    }
}

static void an_answer_that_does_not_end_is_none(void **state)
{
    struct errand errand;
    struct line line;

    errand_init(&errand, *state, S3A_OP_PUT_OBJECT, "k");
    errand.call.timeout_ms = 50;
    errand_send(&errand);
    line_accept(*state, &line);
    line_send(&line, "HTTP/1.1 200 OK\r\nETag: \"e\"\r\nContent-Length: 2\r\n\r\nx");
    assert_int_equal(errand_wait(&errand), S3A_IN_DOUBT);
    line_close(&line);
    errand_fini(&errand);
}

static void what_cannot_be_put_into_words_is_told_later(void **state)
{
    struct errand errand;

    errand_init(&errand, *state, S3A_OP_PUT_OBJECT, "k");
    s3a_headers_add(&errand.call.op.headers, S3A_STR("content-type"), S3A_STR("a\r\nb: c"));
    errand_send(&errand);
    assert_int_equal(errand_wait(&errand), S3A_INVALID);
    assert_true(puppet_is_left_alone(*state));
    errand_fini(&errand);
}

/* One allocation after another fails while a call is sent: each time it is told so, later. */
static void without_memory_nothing_is_sent(void **state)
{
    struct errand errand;
    struct line line;

    for (unsigned nth = 1;; nth++) {
        errand_init(&errand, *state, S3A_OP_PUT_OBJECT, "k");
        errand.call.body = S3A_STR("body");
        errand.failing_allocation = nth;
        errand_send(&errand);
        if (!errand.failed_on_purpose) {
            break;
        }
        assert_int_equal(errand_wait(&errand), S3A_NO_MEMORY);
        assert_true(puppet_is_left_alone(*state));
        errand_fini(&errand);
    }
    line_accept(*state, &line);
    answer(&line, DONE, &errand, S3A_OK);
    errand_fini(&errand);
    line_close(&line);
}

#define CROWD 1000
#define CROWD_AT_ONCE 100

static void a_thousand_calls_all_end(void **state)
{
    struct errand *errands = calloc(CROWD, sizeof(*errands));
    struct line *lines = calloc(CROWD_AT_ONCE, sizeof(*lines));
    struct pollfd polls[CROWD_AT_ONCE];
    struct puppet puppet;

    (void)state;
    assert_non_null(errands);
    assert_non_null(lines);
    puppet_open(&puppet, &(struct puppet_options){.requests_max = CROWD_AT_ONCE});
    for (size_t i = 0; i < CROWD; i++) {
        errand_init(&errands[i], &puppet, i % 2 ? S3A_OP_GET_OBJECT : S3A_OP_PUT_OBJECT, "k");
        errands[i].call.body = S3A_STR("body");
        errand_send(&errands[i]);
    }
    for (size_t i = 0; i < CROWD_AT_ONCE; i++) {
        line_accept(&puppet, &lines[i]);
        polls[i] = (struct pollfd){.fd = lines[i].fd, .events = POLLIN};
    }
    for (size_t answered = 0; answered < CROWD;) {
        assert_true(poll(polls, CROWD_AT_ONCE, -1) > 0);
        for (size_t i = 0; i < CROWD_AT_ONCE; i++) {
            if (polls[i].revents) {
                line_read(&lines[i]);
                line_send(&lines[i], DONE_XY);
                answered++;
            }
        }
    }
    for (size_t i = 0; i < CROWD; i++) {
        assert_int_equal(errand_wait(&errands[i]), S3A_OK);
        errand_fini(&errands[i]);
    }
    assert_true(puppet_is_left_alone(&puppet));
    for (size_t i = 0; i < CROWD_AT_ONCE; i++) {
        line_close(&lines[i]);
    }
    puppet_close(&puppet);
    free(lines);
    free(errands);
}

#define AHEAD_MS (2 * 60 * 60 * 1000)
#define SKEWED_BODY "<Error><Code>RequestTimeTooSkewed</Code></Error>"

static void say_too_skewed(struct line *line, int64_t ahead_ms)
{
    char date[S3A_DATE_HTTP_SIZE + 1];
    char reply[512];

    s3a_date_http(s3a_clock_wall_ms() + ahead_ms, date);
    snprintf(reply, sizeof(reply),
             "HTTP/1.1 403 Forbidden\r\nDate: %s\r\nContent-Length: %zu\r\n\r\n" SKEWED_BODY, date,
             strlen(SKEWED_BODY));
    line_send(line, reply);
}

/* How far ahead of us the request was signed, in milliseconds. */
static int64_t signed_ahead_ms(const char *request)
{
    const char *date = strstr(request, "x-amz-date: ") + strlen("x-amz-date: ");
    int64_t time_ms = 0;

    assert_true(s3a_date_basic_parse(s3a_str_make(date, S3A_DATE_BASIC_SIZE), &time_ms));
    return time_ms - s3a_clock_wall_ms();
}

static void a_clock_that_is_wrong_is_made_up_for(void **state)
{
    struct errand errand;
    struct line line;

    errand_init(&errand, *state, S3A_OP_PUT_OBJECT, "k");
    errand_send(&errand);
    line_accept(*state, &line);
    assert_true(llabs(signed_ahead_ms(line_read(&line))) < 60 * 60 * 1000);
    say_too_skewed(&line, AHEAD_MS);
    assert_true(llabs(signed_ahead_ms(line_read(&line)) - AHEAD_MS) < 60 * 60 * 1000);
    line_send(&line, DONE);
    assert_int_equal(errand_wait(&errand), S3A_OK);
    errand_fini(&errand);
    /* It remembers. */
    errand_init(&errand, *state, S3A_OP_PUT_OBJECT, "k");
    errand_send(&errand);
    assert_true(llabs(signed_ahead_ms(line_read(&line)) - AHEAD_MS) < 60 * 60 * 1000);
    /* A store that is never content is not asked for ever. */
    say_too_skewed(&line, 2 * AHEAD_MS);
    line_read(&line);
    say_too_skewed(&line, 3 * AHEAD_MS);
    enum s3a_status status = errand_wait(&errand);
    assert_int_equal(errand.call.answer.code, S3A_CODE_REQUEST_TIME_TOO_SKEWED);
    assert_int_equal(status, s3a_code_status(S3A_CODE_REQUEST_TIME_TOO_SKEWED, 403));
    errand_fini(&errand);
    line_close(&line);
}

static unsigned rounds_left;

static void send_again(struct s3a_call *call)
{
    struct errand *errand = s3a_list_entry(call, struct errand, call);
    struct s3a_transport *transport = errand->puppet->transport;

    if (--rounds_left > 0) {
        s3a_call_clear_answer(call);
        transport->send(transport, call);
    } else {
        errand->done_count++;
        sem_post(&errand->is_done);
    }
}

static void a_call_may_be_sent_again_from_its_end(void **state)
{
    struct errand errand;
    struct line line;

    rounds_left = 50;
    errand_init(&errand, *state, S3A_OP_PUT_OBJECT, "k");
    errand.call.done = send_again;
    errand_send(&errand);
    line_accept(*state, &line);
    for (int i = 0; i < 50; i++) {
        line_read(&line);
        line_send(&line, DONE);
    }
    assert_int_equal(errand_wait(&errand), S3A_OK);
    errand_fini(&errand);
    line_close(&line);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(no_more_than_so_many_are_under_way),
        cmocka_unit_test(a_heartbeat_does_not_wait_for_its_turn),
        cmocka_unit_test(heartbeats_have_a_limit_of_their_own),
        cmocka_unit_test(a_turn_that_does_not_come_ends_in_time),
        PUPPET_TEST(an_answer_that_does_not_come_leaves_a_write_in_doubt),
        PUPPET_TEST(an_answer_that_does_not_end_is_none),
        PUPPET_TEST(what_cannot_be_put_into_words_is_told_later),
        PUPPET_TEST(without_memory_nothing_is_sent),
        cmocka_unit_test(a_thousand_calls_all_end),
        PUPPET_TEST(a_clock_that_is_wrong_is_made_up_for),
        PUPPET_TEST(a_call_may_be_sent_again_from_its_end),
    };
    return cmocka_run_group_tests_name("transport_http", tests, NULL, NULL);
}
