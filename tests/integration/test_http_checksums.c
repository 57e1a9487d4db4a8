/* SPDX-License-Identifier: MIT */
#include "test.h"

#include <stdio.h>
#include <string.h>

#include "stage.h"

/* Checksums of uploads in parts, over the wire. */

#define OF_HELLO "NhCmhg=="

static bool has_text(const struct peer_answer *answer, const char *text)
{
    return memmem(answer->body.data, answer->body.size, text, strlen(text)) != NULL;
}

struct upload {
    char of_parts[100]; /* its query */
    char of_first[100]; /* that of its first part */
};

static void upload_begin(struct stage *stage, struct upload *upload, const char *algorithm,
                         const char *type)
{
    static const char open[] = "<UploadId>";
    struct peer_answer answer = {0};
    struct call create = {.method = "POST",
                          .path = "/bucket/k",
                          .query = "uploads",
                          .headers = {{"x-amz-checksum-algorithm", algorithm}}};

    if (type) {
        create.headers[1].name = "x-amz-checksum-type";
        create.headers[1].value = type;
    }
    stage_call(stage, &create, 200, &answer);
    assert_str(peer_header(&answer, "x-amz-checksum-algorithm"), algorithm);
    assert_str(peer_header(&answer, "x-amz-checksum-type"), type ? type : "COMPOSITE");
    struct s3a_str body = s3a_buf_str(&answer.body);
    const char *at = memmem(body.data, body.size, open, strlen(open));
    assert_non_null(at);
    struct s3a_str id = s3a_str_skip(body, (size_t)(at - body.data) + strlen(open));
    id.size = s3a_str_find(id, '<');
    snprintf(upload->of_parts, sizeof(upload->of_parts), "uploadId=%.*s", S3A_STR_ARG(id));
    snprintf(upload->of_first, sizeof(upload->of_first), "partNumber=1&%s", upload->of_parts);
    peer_answer_fini(&answer);
}

static struct call part_call(const struct upload *upload)
{
    return (struct call){.method = "PUT",
                         .path = "/bucket/k",
                         .query = upload->of_first,
                         .body = S3A_STR("hello"),
                         .headers = {{"x-amz-checksum-crc32", OF_HELLO}}};
}

static struct call complete_call(const struct upload *upload)
{
    return (struct call){.method = "POST",
                         .path = "/bucket/k",
                         .query = upload->of_parts,
                         .body = S3A_STR("<CompleteMultipartUpload><Part><PartNumber>1</PartNumber>"
                                         "<ETag>5d41402abc4b2a76b9719d911017c592</ETag>"
                                         "<ChecksumCRC32>" OF_HELLO "</ChecksumCRC32>"
                                         "</Part></CompleteMultipartUpload>")};
}

static void assert_tells(struct stage *stage, const struct call *call, const char *text)
{
    struct peer_answer answer = {0};

    stage_call(stage, call, 200, &answer);
    assert_true(has_text(&answer, text));
    peer_answer_fini(&answer);
}

/* The composite of one part, computed elsewhere. */
static void an_object_of_parts_has_the_checksum_of_theirs(void **state)
{
    static const char attributes[] =
        "<Checksum><ChecksumCRC32>FKTmaw==</ChecksumCRC32><ChecksumType>COMPOSITE";
    struct stage *stage = *state;
    struct upload upload;
    struct peer_answer answer = {0};

    upload_begin(stage, &upload, "CRC32", NULL);
    struct call part = part_call(&upload);
    stage_call(stage, &part, 200, &answer);
    assert_str(peer_header(&answer, "x-amz-checksum-crc32"), OF_HELLO);
    assert_tells(stage, &(struct call){.path = "/bucket/k", .query = upload.of_parts},
                 "<ChecksumCRC32>" OF_HELLO "</ChecksumCRC32>");
    assert_tells(stage, &(struct call){.path = "/bucket", .query = "uploads"},
                 "<ChecksumAlgorithm>CRC32</ChecksumAlgorithm>");
    struct call complete = complete_call(&upload);
    complete.headers[0].name = "x-amz-checksum-crc32";
    complete.headers[0].value = "FKTmaw==-1";
    complete.headers[1].name = "x-amz-checksum-type";
    complete.headers[1].value = "COMPOSITE";
    assert_tells(stage, &complete, "<ChecksumCRC32>FKTmaw==-1</ChecksumCRC32>");
    assert_tells(stage, &complete, "<ChecksumCRC32>FKTmaw==-1</ChecksumCRC32>");
    assert_tells(stage,
                 &(struct call){.path = "/bucket/k",
                                .query = "attributes",
                                .headers = {{"x-amz-object-attributes", "Checksum"}}},
                 attributes);
    struct call get = {.path = "/bucket/k", .headers = {{"x-amz-checksum-mode", "ENABLED"}}};
    stage_call(stage, &get, 200, &answer);
    assert_str(peer_header(&answer, "x-amz-checksum-crc32"), "FKTmaw==-1");
    assert_str(peer_header(&answer, "x-amz-checksum-type"), "COMPOSITE");
    get.query = "partNumber=1";
    stage_call(stage, &get, 206, &answer);
    assert_str(peer_header(&answer, "x-amz-checksum-crc32"), OF_HELLO);
    assert_str(peer_header(&answer, "x-amz-checksum-type"), "COMPOSITE");
    peer_answer_fini(&answer);
}

static void an_object_of_parts_may_have_the_checksum_of_its_bytes(void **state)
{
    struct stage *stage = *state;
    struct upload upload;
    struct peer_answer answer = {0};
    struct call get = {.path = "/bucket/k",
                       .headers = {{"x-amz-checksum-mode", "ENABLED"}, {"range", "bytes=0-4"}}};

    upload_begin(stage, &upload, "CRC32", "FULL_OBJECT");
    struct call part = part_call(&upload);
    stage_expect(stage, &part, 200);
    struct call complete = complete_call(&upload);
    assert_tells(stage, &complete,
                 "<ChecksumCRC32>" OF_HELLO "</ChecksumCRC32>"
                 "<ChecksumType>FULL_OBJECT</ChecksumType>");
    stage_call(stage, &get, 206, &answer); /* all of it */
    assert_str(peer_header(&answer, "x-amz-checksum-crc32"), OF_HELLO);
    assert_str(peer_header(&answer, "x-amz-checksum-type"), "FULL_OBJECT");
    get.headers[1].value = "bytes=0-3";
    stage_call(stage, &get, 206, &answer);
    assert_int_equal(peer_header(&answer, "x-amz-checksum-crc32").size, 0);
    assert_tells(stage,
                 &(struct call){.method = "PUT",
                                .path = "/bucket/copy",
                                .headers = {{"x-amz-copy-source", "bucket/k"}}},
                 "<ChecksumCRC32>" OF_HELLO "</ChecksumCRC32>");
    peer_answer_fini(&answer);
}

static void what_does_not_match_is_refused(void **state)
{
    struct stage *stage = *state;
    struct upload upload;
    struct call create = {.method = "POST",
                          .path = "/bucket/k",
                          .query = "uploads",
                          .headers = {{"x-amz-checksum-type", "COMPOSITE"}}};

    stage_expect_error(stage, &create, 400, "InvalidRequest");
    upload_begin(stage, &upload, "CRC32", NULL);
    struct call part = part_call(&upload);
    part.headers[0].name = "content-type";
    part.headers[0].value = "text/plain";
    stage_expect_error(stage, &part, 400, "InvalidRequest");
    part = part_call(&upload);
    stage_expect(stage, &part, 200);
    struct call complete = complete_call(&upload);
    complete.headers[0].name = "x-amz-checksum-crc32";
    complete.headers[0].value = "AAAAAA==-1";
    stage_expect_error(stage, &complete, 400, "BadDigest");
    complete.headers[0].value = "bad";
    stage_expect_error(stage, &complete, 400, "InvalidRequest");
    complete.headers[0].name = "x-amz-checksum-type";
    complete.headers[0].value = "FULL_OBJECT";
    stage_expect_error(stage, &complete, 400, "InvalidRequest");
    complete.headers[0].value = "COMPOSITE";
    stage_expect(stage, &complete, 200);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        STAGE_TEST(an_object_of_parts_has_the_checksum_of_theirs),
        STAGE_TEST(an_object_of_parts_may_have_the_checksum_of_its_bytes),
        STAGE_TEST(what_does_not_match_is_refused),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
