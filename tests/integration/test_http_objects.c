/* SPDX-License-Identifier: MIT */
#include "test.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "objects.h"
#include "stage.h"

/* The store's semantics, as they come over the wire. */

#define ETAG_OF_HELLO "\"5d41402abc4b2a76b9719d911017c592\""
#define ETAG_OF_OTHER "\"795f3202b17cb6bc3d4b771d8c6c9eaf\""
#define LARGE_SIZE (5 * 1024 * 1024)
#define CONTENDERS 32

static const struct call put_hello = {
    .method = "PUT", .path = "/bucket/k", .body = S3A_STR_INIT("hello")};

static void an_object_comes_back_as_it_was_put(void **state)
{
    struct stage *stage = *state;
    struct peer_answer answer = {0};
    struct call put = put_hello;

    put.headers[0].name = "content-type";
    put.headers[0].value = "text/plain";
    put.headers[1].name = "x-amz-meta-colour";
    put.headers[1].value = "green";
    put.headers[2].name = "expires";
    put.headers[2].value = "Tue, 24 Nov 2026 03:58:52 GMT";
    stage_expect(stage, &put, 200);
    stage_call(stage, &(struct call){.path = "/bucket/k"}, 200, &answer);
    assert_str(s3a_buf_str(&answer.body), "hello");
    assert_str(peer_header(&answer, "etag"), ETAG_OF_HELLO);
    assert_str(peer_header(&answer, "content-type"), "text/plain");
    assert_str(peer_header(&answer, "x-amz-meta-colour"), "green");
    assert_str(peer_header(&answer, "expires"), "Tue, 24 Nov 2026 03:58:52 GMT");
    assert_int_equal(peer_header(&answer, "last-modified").size, S3A_DATE_HTTP_SIZE);
    stage_call(stage, &(struct call){.method = "HEAD", .path = "/bucket/k"}, 200, &answer);
    assert_str(peer_header(&answer, "x-amz-meta-colour"), "green");
    peer_answer_fini(&answer);
}

static void an_empty_object_is_one_too(void **state)
{
    struct stage *stage = *state;
    struct peer_answer answer = {0};

    stage_expect(stage, &(struct call){.method = "PUT", .path = "/bucket/k"}, 200);
    stage_call(stage, &(struct call){.path = "/bucket/k"}, 200, &answer);
    assert_int_equal(answer.body.size, 0);
    assert_str(peer_header(&answer, "etag"), "\"d41d8cd98f00b204e9800998ecf8427e\"");
    peer_answer_fini(&answer);
}

static void a_condition_is_kept(void **state)
{
    struct stage *stage = *state;
    struct call create = put_hello;
    struct call replace = {.method = "PUT", .path = "/bucket/k", .body = S3A_STR_INIT("other")};
    struct call take = {.method = "DELETE", .path = "/bucket/k"};

    create.headers[0].name = "if-none-match";
    create.headers[0].value = "*";
    replace.headers[0].name = take.headers[0].name = "if-match";
    replace.headers[0].value = ETAG_OF_HELLO;
    take.headers[0].value = ETAG_OF_HELLO;

    stage_expect_error(stage, &replace, 404, "NoSuchKey");
    stage_expect(stage, &create, 200);
    stage_expect_error(stage, &create, 412, "PreconditionFailed");
    stage_expect(stage, &replace, 200);
    stage_expect_error(stage, &replace, 412, "PreconditionFailed");
    stage_expect_error(stage, &take, 412, "PreconditionFailed");
    take.headers[0].value = ETAG_OF_OTHER;
    stage_expect(stage, &take, 204);
    stage_expect_error(stage, &take, 404, "NoSuchKey");
}

static void of_many_that_create_one_wins(void **state)
{
    struct stage *stage = *state;
    struct peer peers[CONTENDERS];
    char text[32];
    char winner[32] = "";
    struct peer_answer answer = {0};

    for (size_t i = 0; i < CONTENDERS; i++) {
        struct s3a_buf buf;
        snprintf(text, sizeof(text), "contender %zu", i);
        struct call put = {.method = "PUT",
                           .path = "/bucket/prize",
                           .body = s3a_str_of(text),
                           .headers = {{"if-none-match", "*"}}};
        peer_open(&peers[i], stage->server);
        s3a_buf_init(&buf, 10000);
        call_write_head(stage->server, &put, &buf);
        s3a_buf_append(&buf, put.body);
        peer_send(&peers[i], s3a_buf_str(&buf));
        s3a_buf_fini(&buf);
    }
    for (size_t i = 0; i < CONTENDERS; i++) {
        peer_receive(&peers[i], false, &answer);
        if (answer.status == 200) {
            assert_string_equal(winner, "");
            snprintf(winner, sizeof(winner), "contender %zu", i);
        } else {
            assert_int_equal(answer.status, 412);
        }
        peer_answer_fini(&answer);
        peer_close(&peers[i]);
    }
    stage_call(stage, &(struct call){.path = "/bucket/prize"}, 200, &answer);
    assert_str(s3a_buf_str(&answer.body), winner);
    peer_answer_fini(&answer);
}

static void a_digest_that_does_not_fit_is_noticed(void **state)
{
    struct stage *stage = *state;
    struct call put = put_hello;

    put.headers[0].name = "content-md5";
    put.headers[0].value = "XUFAKrxLKna5cZ2REBfFkg==";
    stage_expect(stage, &put, 200);
    put.headers[0].value = "XUFAKrxLKna5cZ2REBfFkQ==";
    stage_expect_error(stage, &put, 400, "BadDigest");
    put.headers[0].value = "hello";
    stage_expect_error(stage, &put, 400, "InvalidDigest");
    put = put_hello;
    put.path = "/bucket/other";
    put.payload_hash = "0000000000000000000000000000000000000000000000000000000000000000";
    stage_expect_error(stage, &put, 400, "XAmzContentSHA256Mismatch");
    stage_expect_error(stage, &(struct call){.path = "/bucket/other"}, 404, "NoSuchKey");
}

static void expect_range(struct stage *stage, const char *path, const char *range,
                         const char *content_range, struct s3a_str bytes)
{
    struct peer_answer answer = {0};

    stage_call(stage, &(struct call){.path = path, .headers = {{"range", range}}}, 206, &answer);
    assert_str(peer_header(&answer, "content-range"), content_range);
    assert_true(s3a_str_equal(s3a_buf_str(&answer.body), bytes));
    peer_answer_fini(&answer);
}

static void parts_are_given_out(void **state)
{
    struct stage *stage = *state;
    struct peer_answer answer = {0};

    stage_expect(stage, &put_hello, 200);
    expect_range(stage, "/bucket/k", "bytes=1-3", "bytes 1-3/5", S3A_STR("ell"));
    expect_range(stage, "/bucket/k", "bytes=3-", "bytes 3-4/5", S3A_STR("lo"));
    expect_range(stage, "/bucket/k", "bytes=-1", "bytes 4-4/5", S3A_STR("o"));
    stage_expect_error(stage,
                       &(struct call){.path = "/bucket/k", .headers = {{"range", "bytes=5-"}}}, 416,
                       "InvalidRange");
    stage_call(
        stage,
        &(struct call){.method = "HEAD", .path = "/bucket/k", .headers = {{"range", "bytes=1-3"}}},
        206, &answer);
    assert_str(peer_header(&answer, "content-length"), "3");
    peer_answer_fini(&answer);
}

static void a_large_object_goes_through_a_file(void **state)
{
    struct stage *stage = *state;
    struct peer_answer answer = {0};
    char *bytes = malloc(LARGE_SIZE);

    for (size_t i = 0; i < LARGE_SIZE; i++) {
        bytes[i] = (char)(i * 2654435761U >> 24);
    }
    struct call put = {.method = "PUT", .path = "/bucket/large", .body = {bytes, LARGE_SIZE}};
    stage_expect(stage, &put, 200);
    stage_call(stage, &(struct call){.path = "/bucket/large"}, 200, &answer);
    assert_true(s3a_str_equal(s3a_buf_str(&answer.body), put.body));
    peer_answer_fini(&answer);
    expect_range(stage, "/bucket/large", "bytes=1000000-4000000", "bytes 1000000-4000000/5242880",
                 s3a_str_make(bytes + 1000000, 3000001));
    expect_range(stage, "/bucket/large", "bytes=-10", "bytes 5242870-5242879/5242880",
                 s3a_str_make(bytes + LARGE_SIZE - 10, 10));
    stage_call(stage, &(struct call){.method = "HEAD", .path = "/bucket/large"}, 200, &answer);
    assert_str(peer_header(&answer, "content-length"), "5242880");
    peer_answer_fini(&answer);
    put.payload_hash = "0000000000000000000000000000000000000000000000000000000000000000";
    stage_expect_error(stage, &put, 400, "XAmzContentSHA256Mismatch");
    assert_int_equal(stage_count_files(stage, "incoming"), 0);
    free(bytes);
}

static void sizes_around_the_limit_come_back(void **state)
{
    struct stage *stage = *state;
    struct peer_answer answer = {0};
    char *bytes = calloc(1, S3A_INLINE_SIZE_MAX + 1);

    for (size_t size = S3A_INLINE_SIZE_MAX - 1; size <= S3A_INLINE_SIZE_MAX + 1; size++) {
        bytes[size - 1] = (char)size;
        stage_expect(stage,
                     &(struct call){.method = "PUT", .path = "/bucket/k", .body = {bytes, size}},
                     200);
        stage_call(stage, &(struct call){.path = "/bucket/k"}, 200, &answer);
        assert_true(s3a_str_equal(s3a_buf_str(&answer.body), s3a_str_make(bytes, size)));
        peer_answer_fini(&answer);
    }
    free(bytes);
}

static void keys_are_listed(void **state)
{
    struct stage *stage = *state;
    struct peer_answer answer = {0};
    static const char *const paths[] = {"/bucket/a/1", "/bucket/a/2", "/bucket/b%26", "/bucket/c"};

    for (size_t i = 0; i < sizeof(paths) / sizeof(paths[0]); i++) {
        stage_expect(stage, &(struct call){.method = "PUT", .path = paths[i]}, 200);
    }
    stage_call(stage, &(struct call){.path = "/bucket", .query = "delimiter=%2F&list-type=2"}, 200,
               &answer);
    assert_str(peer_header(&answer, "content-type"), "application/xml");
    assert_true(peer_body_has(&answer, "<KeyCount>3</KeyCount>"));
    assert_true(peer_body_has(&answer, "<Prefix>a/</Prefix>"));
    assert_true(peer_body_has(&answer, "<Key>b&amp;</Key>"));
    stage_call(stage, &(struct call){.path = "/bucket", .query = "list-type=2&max-keys=1"}, 200,
               &answer);
    assert_true(peer_body_has(&answer, "<IsTruncated>true</IsTruncated>"));
    assert_true(peer_body_has(&answer, "<Key>a/1</Key>"));
    stage_call(stage, &(struct call){.path = "/"}, 200, &answer);
    assert_true(peer_body_has(&answer, "<Name>bucket</Name>"));
    peer_answer_fini(&answer);
}

static void buckets_come_and_go(void **state)
{
    struct stage *stage = *state;
    struct call make = {.method = "PUT", .path = "/another"};
    struct call remove = {.method = "DELETE", .path = "/another"};

    stage_expect(stage, &make, 200);
    stage_expect(stage, &make, 200); /* as Amazon S3 in us-east-1 */
    stage_expect(stage, &(struct call){.method = "PUT", .path = "/another/k"}, 200);
    stage_expect_error(stage, &remove, 409, "BucketNotEmpty");
    stage_expect(stage, &(struct call){.method = "DELETE", .path = "/another/k"}, 204);
    stage_expect(stage, &remove, 204);
    stage_expect_error(stage, &remove, 404, "NoSuchBucket");
    stage_expect_error(stage, &(struct call){.method = "PUT", .path = "/another/k"}, 404,
                       "NoSuchBucket");
    stage_expect_error(stage, &(struct call){.method = "PUT", .path = "/No_Bucket"}, 400,
                       "InvalidBucketName");
    make.body =
        S3A_STR("<CreateBucketConfiguration><LocationConstraint>eu-west-1</LocationConstraint>"
                "</CreateBucketConfiguration>");
    stage_expect(stage, &make, 200);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        STAGE_TEST(an_object_comes_back_as_it_was_put),
        STAGE_TEST(an_empty_object_is_one_too),
        STAGE_TEST(a_condition_is_kept),
        STAGE_TEST(of_many_that_create_one_wins),
        STAGE_TEST(a_digest_that_does_not_fit_is_noticed),
        STAGE_TEST(parts_are_given_out),
        STAGE_TEST(a_large_object_goes_through_a_file),
        STAGE_TEST(sizes_around_the_limit_come_back),
        STAGE_TEST(keys_are_listed),
        STAGE_TEST(buckets_come_and_go),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
