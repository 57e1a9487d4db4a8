/* SPDX-License-Identifier: MIT */
#include "test.h"

#include <stdio.h>
#include <string.h>

#include "digest.h"
#include "stage.h"

/* What S3 has besides putting, getting and deleting objects one by one, as it comes over the
 * wire. */

#define ETAG_OF_HELLO "&quot;5d41402abc4b2a76b9719d911017c592&quot;"

static void put_each(struct stage *stage, const char *const *paths, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        struct call put = {.method = "PUT", .path = paths[i], .body = S3A_STR_INIT("hello")};
        stage_expect(stage, &put, 200);
    }
}

/* The body with a header that vouches for it, whose value lives in text. */
static struct call delete_call(const char *document, struct s3a_buf *text)
{
    struct s3a_str body = s3a_str_of(document);
    uint8_t md5[S3A_MD5_SIZE];

    s3a_md5(body, md5);
    s3a_buf_init(text, 100);
    s3a_base64_encode(text, s3a_str_make(md5, sizeof(md5)));
    return (struct call){.method = "POST",
                         .path = "/bucket",
                         .query = "delete",
                         .body = body,
                         .headers = {{"content-md5", s3a_buf_text(text)}}};
}

static void many_objects_are_deleted_at_once(void **state)
{
    struct stage *stage = *state;
    static const char *const paths[] = {"/bucket/a", "/bucket/b", "/bucket/c"};
    struct peer_answer answer = {0};
    struct s3a_buf text;
    struct call call =
        delete_call("<Delete><Object><Key>a</Key></Object><Object><Key>b</Key>"
                    "<ETag>&quot;0&quot;</ETag></Object><Object><Key>c</Key><ETag>" ETAG_OF_HELLO
                    "</ETag></Object></Delete>",
                    &text);

    put_each(stage, paths, 3);
    stage_call(stage, &call, 200, &answer);
    assert_true(peer_body_has(&answer, "<Deleted><Key>a</Key></Deleted><Error><Key>b</Key>"
                                       "<Code>PreconditionFailed</Code>"));
    assert_true(peer_body_has(&answer, "<Deleted><Key>c</Key></Deleted></DeleteResult>"));
    stage_expect_error(stage, &(struct call){.path = "/bucket/a"}, 404, "NoSuchKey");
    stage_expect(stage, &(struct call){.path = "/bucket/b"}, 200);
    s3a_buf_fini(&text);
    peer_answer_fini(&answer);
}

static void a_list_that_nothing_vouches_for_deletes_nothing(void **state)
{
    struct stage *stage = *state;
    static const char *const paths[] = {"/bucket/a"};
    struct s3a_buf text;
    struct call call = delete_call("<Delete><Object><Key>a</Key></Object></Delete>", &text);

    put_each(stage, paths, 1);
    call.headers[0].name = NULL;
    stage_expect_error(stage, &call, 400, "InvalidRequest");
    call.headers[0].name = "content-md5";
    call.headers[0].value = "XUFAKrxLKna5cZ2REBfFkg==";
    stage_expect_error(stage, &call, 400, "BadDigest");
    call.headers[0].name = "x-amz-checksum-crc32";
    call.headers[0].value = "AAAAAA==";
    stage_expect_error(stage, &call, 400, "BadDigest");
    s3a_buf_fini(&text);
    call = delete_call("<Delete><Object><Key>a</Key></Object>", &text);
    stage_expect_error(stage, &call, 400, "MalformedXML");
    s3a_buf_fini(&text);
    stage_expect(stage, &(struct call){.path = "/bucket/a"}, 200);
}

static void versions_are_listed_page_by_page(void **state)
{
    struct stage *stage = *state;
    static const char *const paths[] = {"/bucket/a", "/bucket/b"};
    struct peer_answer answer = {0};
    struct call call = {.path = "/bucket", .query = "max-keys=1&versions="};

    put_each(stage, paths, 2);
    stage_call(stage, &call, 200, &answer);
    assert_true(peer_body_has(&answer, "<NextKeyMarker>a</NextKeyMarker>"
                                       "<NextVersionIdMarker>null</NextVersionIdMarker>"));
    call.query = "key-marker=a&max-keys=1&version-id-marker=null&versions=";
    stage_call(stage, &call, 200, &answer);
    assert_true(peer_body_has(&answer, "<Key>b</Key><VersionId>null</VersionId>"
                                       "<IsLatest>true</IsLatest>"));
    assert_true(peer_body_has(&answer, "<IsTruncated>false</IsTruncated>"));
    call = (struct call){.method = "HEAD", .path = "/bucket/a", .query = "versionId=null"};
    stage_call(stage, &call, 200, &answer);
    assert_str(peer_header(&answer, "x-amz-version-id"), "null");
    call.method = "DELETE";
    stage_call(stage, &call, 204, &answer);
    assert_str(peer_header(&answer, "x-amz-version-id"), "null");
    peer_answer_fini(&answer);
}

static void what_was_never_configured_is_told_so(void **state)
{
    struct stage *stage = *state;
    struct peer_answer answer = {0};
    struct call call = {.path = "/bucket", .query = "versioning"};

    stage_call(stage, &call, 200, &answer);
    assert_true(peer_body_has(&answer, "<VersioningConfiguration "));
    call.query = "cors";
    stage_expect_error(stage, &call, 404, "NoSuchCORSConfiguration");
    call.path = "/other-bucket";
    stage_expect_error(stage, &call, 404, "NoSuchBucket");
    call = (struct call){.method = "DELETE", .path = "/bucket", .query = "cors"};
    stage_expect(stage, &call, 204);
    call = (struct call){.method = "PUT", .path = "/bucket", .query = "versioning"};
    stage_expect_error(stage, &call, 501, "NotImplemented");
    peer_answer_fini(&answer);
}

static void a_checksum_is_kept_and_told_to_those_who_ask(void **state)
{
    struct stage *stage = *state;
    struct peer_answer answer = {0};
    struct call put = {.method = "PUT",
                       .path = "/bucket/k",
                       .body = S3A_STR_INIT("hello"),
                       .headers = {{"x-amz-checksum-crc32", "NhCmhg=="},
                                   {"x-amz-sdk-checksum-algorithm", "CRC32"}}};
    struct call get = {.path = "/bucket/k", .headers = {{"x-amz-checksum-mode", "ENABLED"}}};

    stage_call(stage, &put, 200, &answer);
    assert_str(peer_header(&answer, "x-amz-checksum-crc32"), "NhCmhg==");
    stage_call(stage, &get, 200, &answer);
    assert_str(peer_header(&answer, "x-amz-checksum-crc32"), "NhCmhg==");
    assert_str(peer_header(&answer, "x-amz-checksum-type"), "FULL_OBJECT");
    get.headers[1].name = "range";
    get.headers[1].value = "bytes=0-1";
    stage_call(stage, &get, 206, &answer);
    assert_int_equal(peer_header(&answer, "x-amz-checksum-crc32").size, 0);
    get.headers[0].name = get.headers[1].name = NULL;
    stage_call(stage, &get, 200, &answer);
    assert_int_equal(peer_header(&answer, "x-amz-checksum-crc32").size, 0);

    /* An object that is put anew has none of the old one's. */
    put.headers[0].name = put.headers[1].name = NULL;
    stage_call(stage, &put, 200, &answer);
    get.headers[0].name = "x-amz-checksum-mode";
    stage_call(stage, &get, 200, &answer);
    assert_int_equal(peer_header(&answer, "x-amz-checksum-crc32").size, 0);
    peer_answer_fini(&answer);
}

static void checksums_that_contradict_each_other_are_refused(void **state)
{
    struct stage *stage = *state;
    struct call put = {.method = "PUT",
                       .path = "/bucket/k",
                       .body = S3A_STR_INIT("hello"),
                       .headers = {{"x-amz-sdk-checksum-algorithm", "SHA1"}}};

    stage_expect_error(stage, &put, 400, "InvalidRequest");
    put.headers[1].name = "x-amz-checksum-crc32";
    put.headers[1].value = "NhCmhg==";
    stage_expect_error(stage, &put, 400, "InvalidRequest");
    put.headers[0].value = "CRC32";
    stage_expect(stage, &put, 200);
    put.headers[0].name = "x-amz-checksum-xxhash64";
    stage_expect_error(stage, &put, 400, "InvalidRequest");
    put.headers[0].name = "x-amz-checksum-crc32c";
    stage_expect_error(stage, &put, 400, "InvalidRequest");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        STAGE_TEST(many_objects_are_deleted_at_once),
        STAGE_TEST(a_list_that_nothing_vouches_for_deletes_nothing),
        STAGE_TEST(versions_are_listed_page_by_page),
        STAGE_TEST(what_was_never_configured_is_told_so),
        STAGE_TEST(a_checksum_is_kept_and_told_to_those_who_ask),
        STAGE_TEST(checksums_that_contradict_each_other_are_refused),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
