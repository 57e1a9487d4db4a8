/* SPDX-License-Identifier: MIT */
#include "test.h"

#include <stdlib.h>

#include "date.h"
#include "misbehave.h"
#include "stage.h"

#define PUT(key, text)                                                                             \
    (&(struct call){.method = "PUT", .path = "/bucket/" key, .body = S3A_STR_INIT(text)})
#define GET(key) (&(struct call){.path = "/bucket/" key})

#define ETAG_HELLO "\"5d41402abc4b2a76b9719d911017c592\""

static void add_fault(struct stage *stage, const char *text)
{
    struct s3a_error error;

    assert_int_equal(s3a_server_fault_add(stage->server, text, &error), S3A_OK);
}

static void send_call(struct stage *stage, const struct call *call)
{
    struct s3a_buf buf;

    s3a_buf_init(&buf, 100000);
    call_write_head(stage->server, call, &buf);
    s3a_buf_append(&buf, call->body);
    peer_send(&stage->peer, s3a_buf_str(&buf));
    s3a_buf_fini(&buf);
}

static void reconnect(struct stage *stage)
{
    peer_close(&stage->peer);
    peer_open(&stage->peer, stage->server);
}

static void expect_injected(struct stage *stage, uint64_t count)
{
    struct s3a_server_fault_count fault;

    assert_true(s3a_server_fault_count(stage->server, 0, &fault));
    assert_int_equal(fault.injected, count);
}

static void a_request_is_lost_by_a_reset(void **state)
{
    struct stage *stage = *state;

    add_fault(stage, "reset op=PutObject");
    send_call(stage, PUT("k", "hello"));
    assert_true(peer_is_reset(&stage->peer));
    reconnect(stage);
    stage_expect(stage, GET("k"), 404);
    expect_injected(stage, 1);
}

static void an_answer_is_lost_after_the_write_was_applied(void **state)
{
    struct stage *stage = *state;

    add_fault(stage, "reset-after op=PutObject");
    send_call(stage, PUT("k", "hello"));
    assert_true(peer_is_reset(&stage->peer));
    reconnect(stage);
    stage_expect(stage, GET("k"), 200);
    add_fault(stage, "reset-after op=GetObject");
    send_call(stage, GET("k"));
    assert_true(peer_is_reset(&stage->peer));
    reconnect(stage);
}

static void errors_come_before_and_after_the_write(void **state)
{
    struct stage *stage = *state;

    add_fault(stage, "error=503 key=before");
    add_fault(stage, "error-after=500 key=after");
    add_fault(stage, "error=429 key=many");
    add_fault(stage, "error=OperationAborted key=aborted");
    stage_expect_error(stage, PUT("before", "hello"), 503, "SlowDown");
    stage_expect_error(stage, PUT("after", "hello"), 500, "InternalError");
    stage_expect_error(stage, PUT("many", "hello"), 429, "SlowDown");
    stage_expect_error(stage, GET("aborted"), 409, "OperationAborted");
    stage_expect(stage, &(struct call){.method = "HEAD", .path = "/bucket/many"}, 429);
    s3a_server_faults_clear(stage->server);
    stage_expect(stage, GET("before"), 404);
    stage_expect(stage, GET("after"), 200);
    assert_int_equal(stage_count_files(stage, "incoming"), 0);
}

static void conditions_are_ignored_on_request(void **state)
{
    const struct call create = {.method = "PUT",
                                .path = "/bucket/k",
                                .body = S3A_STR_INIT("hello"),
                                .headers = {{"if-none-match", "*"}}};
    const struct call replace = {.method = "PUT",
                                 .path = "/bucket/k",
                                 .body = S3A_STR_INIT("hello"),
                                 .headers = {{"if-match", "\"other\""}}};
    const struct call delete = {
        .method = "DELETE", .path = "/bucket/k", .headers = {{"if-match", "\"other\""}}};
    struct stage *stage = *state;

    stage_expect(stage, &create, 200);
    stage_expect(stage, &create, 412);
    stage_expect(stage, &replace, 412);
    stage_expect(stage, &delete, 412);
    add_fault(stage, "ignore-if-none-match");
    stage_expect(stage, &create, 200);
    stage_expect(stage, &replace, 412);
    s3a_server_faults_clear(stage->server);
    add_fault(stage, "ignore-if-match op=PutObject");
    stage_expect(stage, &create, 412);
    stage_expect(stage, &replace, 200);
    stage_expect(stage, &delete, 412);
    s3a_server_faults_clear(stage->server);
    add_fault(stage, "ignore-if-match op=DeleteObject");
    stage_expect(stage, &replace, 412);
    stage_expect(stage, &delete, 204);
    stage_expect(stage, GET("k"), 404);
}

/* Each deletion of a list has a condition of its own. */
static void those_of_many_deletions_as_well(void **state)
{
    struct stage *stage = *state;
    struct peer_answer answer = {0};
    const struct call call = {
        .method = "POST",
        .path = "/bucket",
        .query = "delete",
        .body = S3A_STR_INIT("<Delete><Object><Key>k</Key><ETag>&quot;0&quot;</ETag></Object>"
                             "<Object><Key>l</Key></Object></Delete>"),
        .headers = {{"content-md5", "t3EwN/PdZWwB59RDwGtPSQ=="}}};

    stage_expect(stage, PUT("k", "hello"), 200);
    add_fault(stage, "ignore-if-match op=DeleteObject");
    stage_call(stage, &call, 200, &answer);
    assert_true(peer_body_has(&answer, "<Code>PreconditionFailed</Code>"));
    stage_expect(stage, GET("k"), 200);
    s3a_server_faults_clear(stage->server);
    add_fault(stage, "ignore-if-match op=DeleteObjects");
    stage_call(stage, &call, 200, &answer);
    assert_true(peer_body_has(&answer, "<Deleted><Key>k</Key></Deleted>"));
    peer_answer_fini(&answer);
    stage_expect(stage, GET("k"), 404);
}

static void etags_take_other_forms(void **state)
{
    static const struct {
        const char *fault;
        const char *etag;
    } table[] = {{"etag=bare", "5d41402abc4b2a76b9719d911017c592"},
                 {"etag=weak", "W/" ETAG_HELLO},
                 {"etag=missing", ""}};
    struct stage *stage = *state;
    struct peer_answer answer = {0};

    for (size_t i = 0; i < sizeof(table) / sizeof(table[0]); i++) {
        s3a_server_faults_clear(stage->server);
        add_fault(stage, table[i].fault);
        stage_call(stage, PUT("k", "hello"), 200, &answer);
        assert_str(peer_header(&answer, "etag"), table[i].etag);
        stage_call(stage, GET("k"), 200, &answer);
        assert_str(peer_header(&answer, "etag"), table[i].etag);
    }
    peer_answer_fini(&answer);
}

static int64_t date_of(struct stage *stage, const char *name)
{
    struct peer_answer answer = {0};
    int64_t ms;

    stage_call(stage, GET("k"), 200, &answer);
    assert_true(s3a_date_http_parse(peer_header(&answer, name), &ms));
    peer_answer_fini(&answer);
    return ms;
}

static void the_date_is_off(void **state)
{
    struct stage *stage = *state;

    stage_expect(stage, PUT("k", "hello"), 200);
    int64_t date_ms = date_of(stage, "date");
    int64_t modified_ms = date_of(stage, "last-modified");
    add_fault(stage, "date=-2h");
    assert_true(date_of(stage, "date") < date_ms - 3600 * 1000);
    assert_int_equal(date_of(stage, "last-modified"), modified_ms);
}

static void others_are_served_while_one_is_frozen(void **state)
{
    struct stage *stage = *state;
    struct peer frozen = stage->peer;
    struct peer_answer answer = {0};

    add_fault(stage, "freeze op=PutObject key=k");
    add_fault(stage, "latency=1h op=PutObject key=slow");
    send_call(stage, PUT("k", "hello"));
    peer_open(&stage->peer, stage->server);
    struct peer slow = stage->peer;
    send_call(stage, PUT("slow", "hello"));
    peer_open(&stage->peer, stage->server);
    stage_expect(stage, GET("k"), 404);
    stage_expect(stage, PUT("other", "hello"), 200);
    stage_expect(stage, GET("slow"), 404);
    assert_true(peer_is_silent(&frozen));
    assert_true(peer_is_silent(&slow));
    s3a_server_faults_clear(stage->server);
    peer_receive(&frozen, false, &answer);
    assert_int_equal(answer.status, 200);
    peer_answer_fini(&answer);
    stage_expect(stage, GET("k"), 200);
    peer_close(&frozen);
    peer_close(&slow);
}

static void an_applied_write_can_be_frozen_as_well(void **state)
{
    struct stage *stage = *state;
    struct peer frozen = stage->peer;
    int status;

    add_fault(stage, "freeze-after op=PutObject");
    send_call(stage, PUT("k", "hello"));
    peer_open(&stage->peer, stage->server);
    do {
        status = call_status(stage->server, GET("k"));
        assert_true(status == 200 || status == 404);
    } while (status == 404);
    assert_true(peer_is_silent(&frozen));
    peer_close(&frozen);
}

static void delays_end(void **state)
{
    struct stage *stage = *state;

    add_fault(stage, "latency=1ms..3ms");
    add_fault(stage, "latency-after=exponential:2ms");
    for (int i = 0; i < 20; i++) {
        stage_expect(stage, PUT("k", "hello"), 200);
        stage_expect(stage, GET("k"), 200);
    }
    expect_injected(stage, 40);
}

/* Frozen requests are dropped, delayed ones are answered at once. */
static void a_server_that_stops_waits_for_nobody(void **state)
{
    struct stage *stage = *state;
    struct peer frozen = stage->peer;
    struct peer_answer answer = {0};

    add_fault(stage, "freeze key=frozen");
    add_fault(stage, "latency=1h key=slow");
    add_fault(stage, "latency-after=1h key=slow");
    send_call(stage, PUT("frozen", "hello"));
    peer_open(&stage->peer, stage->server);
    send_call(stage, PUT("slow", "hello"));
    struct s3a_server_fault_count count;
    do {
        assert_true(s3a_server_fault_count(stage->server, 2, &count));
    } while (count.injected == 0);
    do {
        assert_true(s3a_server_fault_count(stage->server, 0, &count));
    } while (count.injected == 0);
    s3a_server_stop(stage->server);
    stage->server = NULL;
    peer_receive(&stage->peer, false, &answer);
    assert_int_equal(answer.status, 200);
    peer_answer_fini(&answer);
    assert_true(peer_is_closed(&frozen));
    peer_close(&frozen);
}

static void what_is_refused_is_not_counted(void **state)
{
    struct stage *stage = *state;
    struct s3a_server_fault_count count;

    add_fault(stage, "reset");
    stage_expect(stage, &(struct call){.path = "/bucket/k", .is_broken = true}, 403);
    assert_true(s3a_server_fault_count(stage->server, 0, &count));
    assert_int_equal(count.matched, 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        STAGE_TEST(a_request_is_lost_by_a_reset),
        STAGE_TEST(an_answer_is_lost_after_the_write_was_applied),
        STAGE_TEST(errors_come_before_and_after_the_write),
        STAGE_TEST(conditions_are_ignored_on_request),
        STAGE_TEST(those_of_many_deletions_as_well),
        STAGE_TEST(etags_take_other_forms),
        STAGE_TEST(the_date_is_off),
        STAGE_TEST(others_are_served_while_one_is_frozen),
        STAGE_TEST(an_applied_write_can_be_frozen_as_well),
        STAGE_TEST(delays_end),
        STAGE_TEST(a_server_that_stops_waits_for_nobody),
        STAGE_TEST(what_is_refused_is_not_counted),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
