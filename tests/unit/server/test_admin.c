/* SPDX-License-Identifier: MIT */
#include "test.h"

#include <string.h>

#include "admin.h"
#include "stage.h"

/* Not signed, as curl and whoever watches a server ask. */
static void ask(struct stage *stage, const char *line, const char *more,
                struct peer_answer *ret_answer)
{
    peer_send_text(&stage->peer, line);
    peer_send_text(&stage->peer, " HTTP/1.1\r\nHost: h\r\n");
    peer_send_text(&stage->peer, more);
    peer_send_text(&stage->peer, "\r\n");
    peer_receive(&stage->peer, strncmp(line, "HEAD", 4) == 0, ret_answer);
}

static void whether_it_is_there_is_told_to_everybody(void **state)
{
    struct stage *stage = *state;
    struct peer_answer answer;

    ask(stage, "GET /-/health", "", &answer);
    assert_int_equal(answer.status, 200);
    assert_str(s3a_buf_str(&answer.body), "ok\n");
    assert_str(peer_header(&answer, "content-type"), "text/plain");
    assert_str(peer_header(&answer, "cache-control"), "no-store");
    assert_int_equal(peer_header(&answer, "x-amz-request-id").size, 16);
    peer_answer_fini(&answer);
    ask(stage, "HEAD /-/health?verbose", "", &answer);
    assert_int_equal(answer.status, 200);
    assert_str(peer_header(&answer, "content-length"), "3");
    peer_answer_fini(&answer);
    stage_expect(stage, &(struct call){.path = "/-/health"}, 200);
}

static void what_is_no_page_is_not_found(void **state)
{
    struct stage *stage = *state;

    stage_expect_error(stage, &(struct call){.path = "/-/"}, 404, "NoSuchKey");
    stage_expect_error(stage, &(struct call){.path = "/-/health/"}, 404, "NoSuchKey");
    stage_expect_error(stage, &(struct call){.path = "/-/healthy"}, 404, "NoSuchKey");
    stage_expect_error(stage, &(struct call){.method = "PUT", .path = "/-/health"}, 405,
                       "MethodNotAllowed");
    /* A bucket of that name is none. */
    stage_expect_error(stage, &(struct call){.path = "/-"}, 400, "InvalidBucketName");
}

static void a_body_that_nobody_asked_for_is_read_and_forgotten(void **state)
{
    struct stage *stage = *state;
    struct peer_answer answer;

    peer_send_text(&stage->peer, "GET /-/health HTTP/1.1\r\nHost: h\r\nContent-Length: 5\r\n\r\n");
    peer_send_text(&stage->peer, "hello");
    peer_receive(&stage->peer, false, &answer);
    assert_int_equal(answer.status, 200);
    peer_answer_fini(&answer);
    stage_expect(stage, &(struct call){.path = "/-/health"}, 200);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        STAGE_TEST(whether_it_is_there_is_told_to_everybody),
        STAGE_TEST(what_is_no_page_is_not_found),
        STAGE_TEST(a_body_that_nobody_asked_for_is_read_and_forgotten),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
