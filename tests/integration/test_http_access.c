/* SPDX-License-Identifier: MIT */
#include "test.h"

#include <string.h>

#include "stage.h"

/* What may be done without a signature, and what tags and ACLs look like over the wire. */

/* A request that nobody has signed, and its answer's status. */
static int anyone(struct stage *stage, const char *method, const char *target, const char *body,
                  struct peer_answer *answer)
{
    struct s3a_buf text;

    s3a_buf_init(&text, 10000);
    s3a_buf_append_format(&text, "%s %s HTTP/1.1\r\nHost: localhost\r\n", method, target);
    if (body) {
        s3a_buf_append_format(&text, "Content-Length: %zu\r\n", strlen(body));
    }
    s3a_buf_append_format(&text, "\r\n%s", body ? body : "");
    peer_answer_fini(answer);
    peer_send(&stage->peer, s3a_buf_str(&text));
    peer_receive(&stage->peer, strcmp(method, "HEAD") == 0, answer);
    s3a_buf_fini(&text);
    return answer->status;
}

static void nothing_is_open_to_anyone_unless_it_is_said(void **state)
{
    struct stage *stage = *state;
    struct peer_answer answer = {0};

    stage_expect(stage, &(struct call){.method = "PUT", .path = "/bucket/k"}, 200);
    assert_int_equal(anyone(stage, "GET", "/bucket/k", NULL, &answer), 403);
    assert_true(peer_body_has(&answer, "<Code>AccessDenied</Code>"));
    assert_int_equal(anyone(stage, "GET", "/bucket/none", NULL, &answer), 403);
    assert_int_equal(anyone(stage, "HEAD", "/bucket", NULL, &answer), 403);
    assert_int_equal(anyone(stage, "GET", "/bucket", NULL, &answer), 403);
    assert_int_equal(anyone(stage, "GET", "/", NULL, &answer), 403);
    assert_int_equal(anyone(stage, "PUT", "/bucket/k", "mine", &answer), 403);
    assert_int_equal(anyone(stage, "DELETE", "/bucket/k", NULL, &answer), 403);
    assert_int_equal(anyone(stage, "PUT", "/other", "", &answer), 403);
    stage_expect(stage, &(struct call){.path = "/bucket/k"}, 200);
    peer_answer_fini(&answer);
}

static void a_public_object_is_read_by_anyone_and_a_public_bucket_is_listed(void **state)
{
    struct stage *stage = *state;
    struct peer_answer answer = {0};
    struct call put = {.method = "PUT",
                       .path = "/bucket/k",
                       .body = S3A_STR_INIT("hello"),
                       .headers = {{"x-amz-acl", "public-read"}}};

    stage_expect(stage, &put, 200);
    assert_int_equal(anyone(stage, "GET", "/bucket/k", NULL, &answer), 200);
    assert_str(s3a_buf_str(&answer.body), "hello");
    assert_int_equal(anyone(stage, "GET", "/bucket?list-type=2", NULL, &answer), 403);
    put = (struct call){.method = "PUT",
                        .path = "/bucket",
                        .query = "acl",
                        .headers = {{"x-amz-acl", "public-read"}}};
    stage_expect(stage, &put, 200);
    assert_int_equal(anyone(stage, "GET", "/bucket?list-type=2", NULL, &answer), 200);
    assert_true(peer_body_has(&answer, "<Key>k</Key>"));
    assert_int_equal(anyone(stage, "GET", "/bucket/none", NULL, &answer), 404);
    assert_int_equal(anyone(stage, "PUT", "/bucket/new", "mine", &answer), 403);
    assert_int_equal(anyone(stage, "GET", "/bucket?acl", NULL, &answer), 403);
    put.headers[0].value = "public-read-write";
    stage_expect(stage, &put, 200);
    assert_int_equal(anyone(stage, "PUT", "/bucket/new", "mine", &answer), 200);
    assert_int_equal(anyone(stage, "DELETE", "/bucket/new", NULL, &answer), 204);
    peer_answer_fini(&answer);
}

/* A signature that is wrong does not make somebody anyone. */
static void a_broken_signature_is_no_missing_one(void **state)
{
    struct stage *stage = *state;
    struct call get = {.path = "/bucket/k", .is_broken = true};
    struct call put = {
        .method = "PUT", .path = "/bucket/k", .headers = {{"x-amz-acl", "public-read"}}};

    stage_expect(stage, &put, 200);
    stage_expect_error(stage, &get, 403, "SignatureDoesNotMatch");
}

static void an_acl_is_told_and_taken_back(void **state)
{
    struct stage *stage = *state;
    struct peer_answer answer = {0};
    struct call get = {.path = "/bucket", .query = "acl"};
    struct call put = {.method = "PUT", .path = "/bucket", .query = "acl"};
    struct s3a_buf text;

    s3a_buf_init(&text, 10000);
    stage_call(stage, &get, 200, &answer);
    assert_false(peer_body_has(&answer, "AllUsers"));
    s3a_buf_append(&text, s3a_buf_str(&answer.body));
    put.headers[0].name = "x-amz-acl";
    put.headers[0].value = "public-read";
    stage_expect(stage, &put, 200);
    stage_call(stage, &get, 200, &answer);
    assert_true(peer_body_has(&answer, "global/AllUsers</URI></Grantee><Permission>READ<"));
    put.headers[0].name = NULL;
    put.body = s3a_buf_str(&text);
    stage_expect(stage, &put, 200);
    stage_call(stage, &get, 200, &answer);
    assert_false(peer_body_has(&answer, "AllUsers"));
    put.headers[0].name = "x-amz-grant-read";
    put.headers[0].value = "id=1";
    stage_expect_error(stage, &put, 501, "NotImplemented");
    s3a_buf_fini(&text);
    peer_answer_fini(&answer);
}

static void tags_are_put_counted_and_taken_away(void **state)
{
    struct stage *stage = *state;
    struct peer_answer answer = {0};
    struct call put = {
        .method = "PUT", .path = "/bucket/k", .headers = {{"x-amz-tagging", "a=1&b=2"}}};
    struct call tags = {.method = "PUT",
                        .path = "/bucket/k",
                        .query = "tagging",
                        .body = S3A_STR_INIT("<Tagging><TagSet><Tag><Key>c</Key><Value>3</Value>"
                                             "</Tag></TagSet></Tagging>")};

    stage_expect(stage, &put, 200);
    stage_call(stage, &(struct call){.path = "/bucket/k"}, 200, &answer);
    assert_str(peer_header(&answer, "x-amz-tagging-count"), "2");
    stage_expect(stage, &tags, 200);
    stage_call(stage, &(struct call){.path = "/bucket/k", .query = "tagging"}, 200, &answer);
    assert_true(peer_body_has(&answer, "<TagSet><Tag><Key>c</Key><Value>3</Value></Tag></TagSet>"));
    tags.path = "/bucket";
    stage_expect(stage, &tags, 204);
    tags.method = "DELETE";
    tags.body = S3A_STR("");
    stage_expect(stage, &tags, 204);
    tags.method = "GET";
    stage_expect_error(stage, &tags, 404, "NoSuchTagSet");
    put.headers[0].value = "a=1&a=2";
    stage_expect_error(stage, &put, 400, "InvalidTag");
    peer_answer_fini(&answer);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        STAGE_TEST(nothing_is_open_to_anyone_unless_it_is_said),
        STAGE_TEST(a_public_object_is_read_by_anyone_and_a_public_bucket_is_listed),
        STAGE_TEST(a_broken_signature_is_no_missing_one),
        STAGE_TEST(an_acl_is_told_and_taken_back),
        STAGE_TEST(tags_are_put_counted_and_taken_away),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
