/* SPDX-License-Identifier: MIT */
#include "test.h"

#include <stdio.h>
#include <stdlib.h>

#include "fault_page.h"
#include "stage.h"

#define GET (&(struct call){.path = "/bucket/k"})

static void open_server(struct stage *stage, const struct s3a_server_options *options)
{
    struct s3a_error error;

    assert_int_equal(s3a_server_start(options, &stage->server, &error), S3A_OK);
    peer_open(&stage->peer, stage->server);
}

static int open_willing(void **state)
{
    static const char *const buckets[] = {"bucket"};
    const struct s3a_server_options options = {
        .buckets = buckets, .bucket_count = 1, .allow_faults = true};
    struct stage *stage = calloc(1, sizeof(*stage));

    assert_non_null(stage);
    open_server(stage, &options);
    *state = stage;
    return 0;
}

/* Does everybody connect from this machine? */
static bool all_are_local = true;

bool __wrap_s3a_admin_is_local(const struct s3a_exchange *exchange);

bool __wrap_s3a_admin_is_local(const struct s3a_exchange *exchange)
{
    (void)exchange;
    return all_are_local;
}

/* Not signed, as curl does it on this machine. */
static void ask(struct stage *stage, const char *method, const char *body, const char *more,
                struct peer_answer *ret_answer)
{
    char head[300];

    peer_answer_fini(ret_answer);
    snprintf(head, sizeof(head),
             "%s /-/faults HTTP/1.1\r\nHost: h\r\nContent-Length: %zu\r\n%s\r\n", method,
             strlen(body), more);
    peer_send_text(&stage->peer, head);
    peer_send_text(&stage->peer, body);
    peer_receive(&stage->peer, false, ret_answer);
}

static void expect(struct stage *stage, const char *method, const char *body, const char *json)
{
    struct peer_answer answer = {0};

    ask(stage, method, body, "", &answer);
    assert_int_equal(answer.status, 200);
    assert_str(peer_header(&answer, "content-type"), "application/json");
    assert_str(s3a_buf_str(&answer.body), json);
    peer_answer_fini(&answer);
}

#define NONE "{\"faults\":[]}\n"

static void faults_come_and_go_while_it_runs(void **state)
{
    struct stage *stage = *state;

    expect(stage, "GET", "", NONE);
    expect(stage, "PUT", "error=503 op=GetObject first=1\n# more\nreset op=PutObject",
           "{\"faults\":[{\"fault\":\"error=503 op=GetObject first=1\",\"matched\":0,"
           "\"injected\":0},{\"fault\":\"reset op=PutObject\",\"matched\":0,\"injected\":0}]}\n");
    stage_expect(stage, GET, 503);
    stage_expect(stage, GET, 404);
    expect(stage, "GET", "",
           "{\"faults\":[{\"fault\":\"error=503 op=GetObject first=1\",\"matched\":2,"
           "\"injected\":1},{\"fault\":\"reset op=PutObject\",\"matched\":0,\"injected\":0}]}\n");
    expect(stage, "PUT", "freeze key=other",
           "{\"faults\":[{\"fault\":\"freeze key=other\",\"matched\":0,\"injected\":0}]}\n");
    expect(stage, "POST", "error=500",
           "{\"faults\":[{\"fault\":\"freeze key=other\",\"matched\":0,\"injected\":0},"
           "{\"fault\":\"error=500\",\"matched\":0,\"injected\":0}]}\n");
    stage_expect(stage, GET, 500);
    /* The page itself is never struck. */
    expect(stage, "DELETE", "", NONE);
    stage_expect(stage, GET, 404);
}

static void whoever_signs_may_as_well(void **state)
{
    struct stage *stage = *state;
    struct peer_answer answer = {0};

    stage_call(
        stage,
        &(struct call){.method = "POST", .path = "/-/faults", .body = S3A_STR_INIT("error=500")},
        200, &answer);
    assert_true(peer_body_has(&answer, "error=500"));
    peer_answer_fini(&answer);
    stage_expect(stage, GET, 500);
}

/* From another machine. */
static void who_may_only_read_may_not(void **state)
{
    static const struct s3a_server_key keys[] = {
        {.access_key = "writer", .secret_key = "secret"},
        {.access_key = "reader", .secret_key = "secret", .read_only = true}};
    const struct s3a_server_options options = {.keys = keys, .key_count = 2, .allow_faults = true};
    struct call call = {.method = "PUT", .path = "/-/faults", .body = S3A_STR_INIT("error=500")};
    struct stage stage;
    struct peer_answer answer = {0};

    (void)state;
    open_server(&stage, &options);
    all_are_local = false;
    ask(&stage, "PUT", "error=500", "", &answer);
    assert_int_equal(answer.status, 403);
    peer_answer_fini(&answer);
    call.access_key = "reader";
    call.secret_key = "secret";
    stage_expect_error(&stage, &call, 403, "AccessDenied");
    call.method = "GET";
    stage_expect(&stage, &call, 200);
    call.method = "PUT";
    call.access_key = "writer";
    stage_expect(&stage, &call, 200);
    all_are_local = true;
    peer_close(&stage.peer);
    s3a_server_stop(stage.server);
}

static void what_is_wrong_changes_nothing(void **state)
{
    struct stage *stage = *state;
    struct peer_answer answer = {0};

    expect(stage, "PUT", "error=500 key=k",
           "{\"faults\":[{\"fault\":\"error=500 key=k\",\"matched\":0,\"injected\":0}]}\n");
    ask(stage, "PUT", "reset\nfreez\n", "", &answer);
    assert_int_equal(answer.status, 400);
    assert_true(peer_body_has(&answer, "<Code>InvalidArgument</Code>"));
    assert_true(peer_body_has(&answer, "line 2: word 1, &quot;freez&quot;: the first word says") ||
                peer_body_has(&answer, "line 2: word 1, \"freez\": the first word says"));
    peer_answer_fini(&answer);
    expect(stage, "GET", "",
           "{\"faults\":[{\"fault\":\"error=500 key=k\",\"matched\":0,\"injected\":0}]}\n");
}

static void expect_denied(struct stage *stage, const char *method, const char *more)
{
    struct peer_answer answer = {0};

    ask(stage, method, "error=500", more, &answer);
    assert_int_equal(answer.status, 403);
    assert_true(peer_body_has(&answer, "<Code>AccessDenied</Code>"));
    peer_answer_fini(&answer);
    stage_expect(stage, GET, 404);
}

static void a_page_in_a_browser_may_not(void **state)
{
    expect_denied(*state, "POST", "Origin: https://evil.example\r\n");
    expect_denied(*state, "GET", "Origin: null\r\n");
}

/* Whoever signs, and wherever he is. */
static void a_server_that_was_not_asked_to_cannot_be_made_to_lie(void **state)
{
    struct stage *stage = *state;

    expect_denied(stage, "PUT", "");
    expect_denied(stage, "POST", "");
    expect_denied(stage, "DELETE", "");
    expect_denied(stage, "GET", "");
    stage_expect(
        stage,
        &(struct call){.method = "PUT", .path = "/-/faults", .body = S3A_STR_INIT("error=500")},
        403);
    stage_expect(stage, GET, 404);
}

static void faults_given_at_the_start_allow_for_more(void **state)
{
    static const char *const faults[] = {"error=503 op=GetObject", "reset op=PutObject"};
    const struct s3a_server_options options = {.faults = faults, .fault_count = 2};
    struct stage stage;
    struct s3a_server_fault_count count;

    (void)state;
    open_server(&stage, &options);
    stage_expect(&stage, GET, 503);
    assert_true(s3a_server_fault_count(stage.server, 1, &count));
    assert_string_equal(count.text, faults[1]);
    expect(&stage, "DELETE", "", NONE);
    peer_close(&stage.peer);
    s3a_server_stop(stage.server);
}

static void a_fault_that_is_none_is_told_at_the_start(void **state)
{
    static const char *const faults[] = {"reset", "reset rate=5"};
    struct s3a_server_options options = {.faults = faults, .fault_count = 2};
    struct s3a_server *server;
    struct s3a_error error;

    (void)state;
    assert_int_equal(s3a_server_start(&options, &server, &error), S3A_INVALID);
    assert_string_equal(error.message, "faults[1]: word 2, \"rate=5\": a rate is a percentage such "
                                       "as 5% or 0.25%, up to 100%");
    options.faults = NULL;
    assert_int_equal(s3a_server_start(&options, &server, &error), S3A_INVALID);
    assert_string_equal(error.message, "fault_count: 2, with no faults");
    assert_int_equal(s3a_server_fault_add(NULL, "reset", &error), S3A_INVALID);
    s3a_server_faults_clear(NULL);
    assert_false(s3a_server_fault_count(NULL, 0, NULL));
}

#define WILLING_TEST(name) cmocka_unit_test_setup_teardown(name, open_willing, stage_close)

int main(void)
{
    const struct CMUnitTest tests[] = {
        WILLING_TEST(faults_come_and_go_while_it_runs),
        WILLING_TEST(whoever_signs_may_as_well),
        cmocka_unit_test(who_may_only_read_may_not),
        WILLING_TEST(what_is_wrong_changes_nothing),
        WILLING_TEST(a_page_in_a_browser_may_not),
        STAGE_TEST(a_server_that_was_not_asked_to_cannot_be_made_to_lie),
        cmocka_unit_test(faults_given_at_the_start_allow_for_more),
        cmocka_unit_test(a_fault_that_is_none_is_told_at_the_start),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
