/* SPDX-License-Identifier: MIT */
#include "test.h"

#include <stdlib.h>
#include <string.h>

#include "metrics.h"
#include "stage.h"

#define PUT(name, text) .method = "PUT", .path = "/bucket/" name, .body = S3A_STR_INIT(text)

/* An outcome is counted when its answer has left; who has the next answer of the same connection
 * knows that the one before was counted. */
static void scrape(struct stage *stage, struct peer_answer *answer)
{
    stage_call(stage, &(struct call){.path = "/-/metrics"}, 200, answer);
}

static void assert_line(const struct peer_answer *answer, const char *line)
{
    const char *text = s3a_buf_text(&answer->body);
    const char *found = strstr(text, line);

    if (!found || found[strlen(line)] != '\n' || found == text || found[-1] != '\n') {
        fail_msg("\"%s\" is not in: %s", line, text);
    }
}

static void every_answer_counts_by_operation_and_status(void **state)
{
    struct stage *stage = *state;
    struct peer_answer answer = {0};

    stage_expect(stage, &(struct call){PUT("a", "hello")}, 200);
    stage_expect(stage, &(struct call){PUT("b", "hello"), .headers = {{"if-none-match", "*"}}},
                 200);
    stage_expect(stage, &(struct call){PUT("b", "again"), .headers = {{"if-none-match", "*"}}},
                 412);
    stage_expect(stage, &(struct call){.path = "/bucket/a"}, 200);
    stage_expect(stage, &(struct call){.path = "/bucket/none"}, 404);
    stage_expect(stage, &(struct call){.path = "/bucket/a", .is_broken = true}, 403);
    stage_expect(stage, &(struct call){.path = "/-/health"}, 200);
    scrape(stage, &answer);
    assert_str(peer_header(&answer, "content-type"), "text/plain; version=0.0.4");
    assert_line(&answer, "s3atomic_requests_total{operation=\"PutObject\",status=\"200\"} 2");
    assert_line(&answer, "s3atomic_requests_total{operation=\"PutObject\",status=\"412\"} 1");
    assert_line(&answer, "s3atomic_requests_total{operation=\"GetObject\",status=\"200\"} 1");
    assert_line(&answer, "s3atomic_requests_total{operation=\"GetObject\",status=\"404\"} 1");
    assert_line(&answer, "s3atomic_requests_total{operation=\"Unknown\",status=\"403\"} 1");
    assert_line(&answer, "s3atomic_requests_total{operation=\"Operate\",status=\"200\"} 1");
    assert_line(&answer, "s3atomic_request_duration_seconds_count{operation=\"PutObject\"} 3");
    assert_line(&answer,
                "s3atomic_request_duration_seconds_bucket{operation=\"PutObject\",le=\"+Inf\"} 3");
    assert_line(&answer, "s3atomic_conditions_failed_total 1");
    assert_line(&answer, "s3atomic_received_bytes_total 15");
    assert_line(&answer, "s3atomic_connections 1");
    assert_line(&answer, "s3atomic_connections_opened_total 1");
    peer_answer_fini(&answer);
}

static void commits_count_with_what_is_in_them(void **state)
{
    struct stage *stage = *state;
    struct s3a_server_statistics statistics;
    struct peer_answer answer = {0};

    stage_expect(stage, &(struct call){PUT("a", "hello")}, 200);
    stage_expect(stage, &(struct call){.path = "/bucket/a"}, 200);
    scrape(stage, &answer);
    /* The bucket was the first. */
    assert_line(&answer, "s3atomic_commit_writes_count 2");
    assert_line(&answer, "s3atomic_commit_writes_sum 2");
    assert_line(&answer, "s3atomic_commit_writes_bucket{le=\"1\"} 2");
    s3a_server_statistics(stage->server, &statistics);
    assert_int_equal(statistics.commits, 2);
    assert_int_equal(statistics.writes, 2);
    assert_true(statistics.requests >= 2);
    assert_int_equal(statistics.client_errors, 0);
    assert_int_equal(statistics.server_errors, 0);
    assert_int_equal(statistics.bytes_in, 5);
    assert_true(statistics.bytes_out >= 5);
    assert_int_equal(statistics.connections, 1);
    peer_answer_fini(&answer);
    s3a_server_statistics(NULL, &statistics);
    assert_int_equal(statistics.requests, 0);
    s3a_server_statistics(stage->server, NULL);
}

static void a_histogram_holds_each_request_once(void **state)
{
    (void)state;
    static const uint64_t durations_us[] = {0, 100, 101, 10000000, 10000001, UINT64_MAX / 2};
    struct s3a_metrics *metrics = calloc(1, sizeof(*metrics));

    for (size_t i = 0; i < sizeof(durations_us) / sizeof(durations_us[0]); i++) {
        s3a_metrics_count(metrics, &(struct s3a_request_outcome){.kind = S3A_OP_GET_OBJECT,
                                                                 .http_status = 200,
                                                                 .duration_us = durations_us[i]});
    }
    const _Atomic uint64_t *counts = metrics->durations[S3A_OP_GET_OBJECT];
    assert_int_equal(s3a_count_read(&counts[0]), 2);
    assert_int_equal(s3a_count_read(&counts[1]), 1);
    assert_int_equal(s3a_count_read(&counts[S3A_METRICS_BOUNDS - 1]), 1);
    assert_int_equal(s3a_count_read(&counts[S3A_METRICS_BOUNDS]), 2);
    assert_int_equal(s3a_metrics_requests(metrics, 200, 200), 6);
    assert_int_equal(s3a_count_read(&metrics->aborted), 6);
    /* What cannot be, does no harm. */
    s3a_metrics_count(metrics, &(struct s3a_request_outcome){.kind = 1000, .http_status = 7});
    assert_int_equal(s3a_metrics_requests(metrics, 100, 599), 6);
    free(metrics);
}

static void there_is_room_for_every_operation(void **state)
{
    (void)state;
    for (unsigned kind = 0; kind < S3A_METRICS_OTHER; kind++) {
        if (!s3a_op_name((enum s3a_op_kind)kind)) {
            return;
        }
    }
    assert_null(s3a_op_name((enum s3a_op_kind)S3A_METRICS_OTHER));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        STAGE_TEST(every_answer_counts_by_operation_and_status),
        STAGE_TEST(commits_count_with_what_is_in_them),
        cmocka_unit_test(a_histogram_holds_each_request_once),
        cmocka_unit_test(there_is_room_for_every_operation),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
