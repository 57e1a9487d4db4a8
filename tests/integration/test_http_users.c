/* SPDX-License-Identifier: MIT */
/* Several people and one server: what each of them may do, and what each of them sees. */
#include "test.h"

#include <string.h>

#include "stage.h"

static const char *const buckets[] = {"ci-one", "ci-two", "jobs", "secret"};
static const char *const some[] = {"jobs", "ci-*"};
static const struct s3a_server_key keys[] = {
    {"root", "secret-root"},
    {"reader", "secret-reader", .read_only = true},
    {"worker", "secret-worker", .buckets = some, .bucket_count = 2},
    {"watcher", "secret-watcher", .read_only = true, .buckets = some, .bucket_count = 2},
};
static const struct s3a_server_options options = {
    .buckets = buckets, .bucket_count = 4, .keys = keys, .key_count = 4, .create_buckets = true};

#define AS(name) .access_key = name, .secret_key = "secret-" name
#define PUT(key) .method = "PUT", .path = key, .body = S3A_STR_INIT("x")

static int open_stage(void **state)
{
    static struct stage stage;
    struct s3a_error error;

    if (s3a_server_start(&options, &stage.server, &error) != S3A_OK) {
        fail_msg("%s", error.message);
    }
    peer_open(&stage.peer, stage.server);
    *state = &stage;
    return 0;
}

static int close_stage(void **state)
{
    struct stage *stage = *state;

    peer_close(&stage->peer);
    s3a_server_stop(stage->server);
    return 0;
}

static void expect(struct stage *stage, struct call call, int status)
{
    if (status == 403) {
        stage_expect_error(stage, &call, 403, "AccessDenied");
    } else {
        stage_expect(stage, &call, status);
    }
}

static void whoever_only_reads_changes_nothing(void **state)
{
    expect(*state, (struct call){PUT("/jobs/k"), AS("root")}, 200);
    expect(*state, (struct call){.path = "/jobs/k", AS("reader")}, 200);
    expect(*state, (struct call){.path = "/jobs", AS("reader")}, 200);
    expect(*state, (struct call){PUT("/jobs/k"), AS("reader")}, 403);
    expect(*state, (struct call){.method = "DELETE", .path = "/jobs/k", AS("reader")}, 403);
    expect(*state, (struct call){.method = "PUT", .path = "/another", AS("reader")}, 403);
    expect(*state, (struct call){.method = "DELETE", .path = "/secret", AS("reader")}, 403);
    expect(*state, (struct call){.path = "/jobs/k", AS("root")}, 200);
}

static void whoever_is_limited_to_buckets_finds_no_others(void **state)
{
    expect(*state, (struct call){PUT("/secret/k"), AS("root")}, 200);
    expect(*state, (struct call){PUT("/jobs/k"), AS("worker")}, 200);
    expect(*state, (struct call){PUT("/ci-one/k"), AS("worker")}, 200);
    expect(*state, (struct call){PUT("/ci-new/k"), AS("worker")}, 200);
    expect(*state, (struct call){.path = "/secret/k", AS("worker")}, 403);
    expect(*state,
           (struct call){.method = "PUT",
                         .path = "/jobs/stolen",
                         .headers = {{"x-amz-copy-source", "/secret/k"}},
                         AS("worker")},
           403);
    expect(*state, (struct call){.path = "/secret", AS("worker")}, 403);
    expect(*state, (struct call){PUT("/other/k"), AS("worker")}, 403);
    expect(*state, (struct call){.path = "/jobs/k", AS("watcher")}, 200);
    expect(*state, (struct call){PUT("/jobs/k"), AS("watcher")}, 403);
    expect(*state, (struct call){.path = "/secret/k", AS("watcher")}, 403);
    /* He learns nothing of what there is: */
    expect(*state, (struct call){.path = "/no-such-bucket/k", AS("worker")}, 403);
}

static void whoever_copies_reads_too(void **state)
{
    expect(*state, (struct call){PUT("/secret/k"), AS("root")}, 200);
    expect(*state, (struct call){PUT("/jobs/k"), AS("root")}, 200);
    expect(*state,
           (struct call){.method = "PUT",
                         .path = "/jobs/copy",
                         AS("worker"),
                         .headers = {{"x-amz-copy-source", "/secret/k"}}},
           403);
    expect(*state,
           (struct call){.method = "PUT",
                         .path = "/jobs/copy",
                         AS("watcher"),
                         .headers = {{"x-amz-copy-source", "/jobs/k"}}},
           403);
    expect(*state,
           (struct call){.method = "PUT",
                         .path = "/jobs/copy",
                         AS("worker"),
                         .headers = {{"x-amz-copy-source", "/jobs/k"}}},
           200);
}

static void a_listing_shows_what_one_may_see(void **state)
{
    struct peer_answer answer = {0};

    stage_call(*state, &(struct call){.path = "/", AS("worker")}, 200, &answer);
    assert_true(peer_body_has(&answer, "<Name>ci-one</Name>"));
    assert_true(peer_body_has(&answer, "<Name>ci-two</Name>"));
    assert_true(peer_body_has(&answer, "<Name>jobs</Name>"));
    assert_false(peer_body_has(&answer, "secret"));
    stage_call(*state, &(struct call){.path = "/", AS("reader")}, 200, &answer);
    assert_true(peer_body_has(&answer, "<Name>secret</Name>"));
    /* A page is full of what one may see. */
    stage_call(*state, &(struct call){.path = "/", .query = "max-buckets=3", AS("worker")}, 200,
               &answer);
    assert_true(peer_body_has(&answer, "<Name>jobs</Name>"));
    assert_false(peer_body_has(&answer, "<ContinuationToken>"));
    peer_answer_fini(&answer);
}

static void keys_are_exchanged_and_nobody_is_cut_off(void **state)
{
    struct stage *stage = *state;
    static const struct s3a_server_key others[] = {{"root", "secret-changed", .read_only = true},
                                                   {"new", "secret-new"}};
    struct s3a_server_options reload = {.keys = others, .key_count = 2};
    struct call put = {PUT("/jobs/k"), AS("worker"), .headers = {{"expect", "100-continue"}}};
    struct peer_answer answer;
    struct s3a_buf head;
    struct peer busy;

    s3a_buf_init(&head, 100000);
    call_write_head(stage->server, &put, &head);
    peer_open(&busy, stage->server);
    peer_send(&busy, s3a_buf_str(&head));
    peer_receive(&busy, false, &answer);
    assert_int_equal(answer.status, 100);
    peer_answer_fini(&answer);
    s3a_buf_fini(&head);
    stage_expect(stage, &(struct call){.path = "/", AS("root")}, 200);

    assert_int_equal(s3a_server_reload(stage->server, &reload, NULL), S3A_OK);
    stage_expect(stage, &(struct call){.path = "/", AS("new")}, 200);
    stage_expect_error(stage, &(struct call){.path = "/", AS("root")}, 403,
                       "SignatureDoesNotMatch");
    stage_expect_error(stage, &(struct call){.path = "/", AS("worker")}, 403, "InvalidAccessKeyId");
    expect(stage,
           (struct call){PUT("/jobs/k"), .access_key = "root", .secret_key = "secret-changed"},
           403);
    /* What had begun goes on. */
    peer_send_text(&busy, "x");
    peer_receive(&busy, false, &answer);
    assert_int_equal(answer.status, 200);
    peer_answer_fini(&answer);
    peer_close(&busy);
}

static void keys_that_cannot_be_change_nothing(void **state)
{
    struct stage *stage = *state;
    static const struct s3a_server_key bad[] = {{"good", "s"}, {"b/d", "s"}};
    struct s3a_error error;

    assert_int_equal(s3a_server_reload(stage->server,
                                       &(struct s3a_server_options){.keys = bad, .key_count = 2},
                                       &error),
                     S3A_INVALID);
    assert_non_null(strstr(error.message, "keys[1].access_key"));
    assert_int_equal(s3a_server_reload(stage->server, NULL, &error), S3A_INVALID);
    assert_int_equal(s3a_server_reload(NULL, &options, &error), S3A_INVALID);
    /* Those that there are stay. */
    assert_int_equal(s3a_server_reload(stage->server, &(struct s3a_server_options){0}, NULL),
                     S3A_OK);
    stage_expect(stage, &(struct call){.path = "/", AS("root")}, 200);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(whoever_only_reads_changes_nothing, open_stage,
                                        close_stage),
        cmocka_unit_test_setup_teardown(whoever_is_limited_to_buckets_finds_no_others, open_stage,
                                        close_stage),
        cmocka_unit_test_setup_teardown(whoever_copies_reads_too, open_stage, close_stage),
        cmocka_unit_test_setup_teardown(a_listing_shows_what_one_may_see, open_stage, close_stage),
        cmocka_unit_test_setup_teardown(keys_are_exchanged_and_nobody_is_cut_off, open_stage,
                                        close_stage),
        cmocka_unit_test_setup_teardown(keys_that_cannot_be_change_nothing, open_stage,
                                        close_stage),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
