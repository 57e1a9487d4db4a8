/* SPDX-License-Identifier: MIT */
#include "test.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>

#include "objects.h"
#include "stage.h"
#include "uploads.h"

/* Uploads in parts and copies, as they come over the wire. */

#define PART_SIZE S3A_PART_SIZE_MIN

struct upload {
    const char *path;
    char query[128];
    char id[64];
    struct s3a_buf list;
};

/* The text of an element of an answer. */
static struct s3a_str element(const struct peer_answer *answer, const char *name)
{
    char open[64];
    struct s3a_str body = s3a_buf_str(&answer->body);

    snprintf(open, sizeof(open), "<%s>", name);
    const char *at = memmem(body.data, body.size, open, strlen(open));
    assert_non_null(at);
    struct s3a_str rest = s3a_str_skip(body, (size_t)(at - body.data) + strlen(open));
    return s3a_str_make(rest.data, s3a_str_find(rest, '<'));
}

static bool has_text(const struct peer_answer *answer, const char *text)
{
    return memmem(answer->body.data, answer->body.size, text, strlen(text)) != NULL;
}

static void upload_begin(struct stage *stage, struct upload *upload, const char *path)
{
    struct peer_answer answer = {0};

    upload->path = path;
    stage_call(stage, &(struct call){.method = "POST", .path = path, .query = "uploads"}, 200,
               &answer);
    snprintf(upload->id, sizeof(upload->id), "%.*s", S3A_STR_ARG(element(&answer, "UploadId")));
    s3a_buf_init(&upload->list, 100000);
    s3a_buf_append_text(&upload->list, "<CompleteMultipartUpload>");
    peer_answer_fini(&answer);
}

static const char *upload_query(struct upload *upload, int number)
{
    if (number > 0) {
        snprintf(upload->query, sizeof(upload->query), "partNumber=%d&uploadId=%s", number,
                 upload->id);
    } else {
        snprintf(upload->query, sizeof(upload->query), "uploadId=%s", upload->id);
    }
    return upload->query;
}

static void list_part(struct upload *upload, int number, struct s3a_str etag)
{
    s3a_buf_append_format(&upload->list,
                          "<Part><ETag>%.*s</ETag><PartNumber>%d</PartNumber></Part>",
                          S3A_STR_ARG(etag), number);
}

static void upload_part(struct stage *stage, struct upload *upload, int number, struct s3a_str body)
{
    struct peer_answer answer = {0};

    stage_call(stage,
               &(struct call){.method = "PUT",
                              .path = upload->path,
                              .query = upload_query(upload, number),
                              .body = body},
               200, &answer);
    list_part(upload, number, peer_header(&answer, "etag"));
    peer_answer_fini(&answer);
}

static void upload_complete(struct stage *stage, struct upload *upload,
                            struct peer_answer *ret_answer)
{
    s3a_buf_append_text(&upload->list, "</CompleteMultipartUpload>");
    stage_call(stage,
               &(struct call){.method = "POST",
                              .path = upload->path,
                              .query = upload_query(upload, 0),
                              .body = s3a_buf_str(&upload->list)},
               200, ret_answer);
    s3a_buf_fini(&upload->list);
}

static char *make_body(size_t size, char seed)
{
    char *body = malloc(size);

    assert_non_null(body);
    for (size_t i = 0; i < size; i++) {
        body[i] = (char)(seed + (char)(i * 31 % 97 % 26));
    }
    return body;
}

/* 5 MiB and 70 000 bytes. */
static void make_object(struct stage *stage, const char *path, char **ret_body)
{
    struct upload upload;
    struct peer_answer answer = {0};
    char *body = make_body(PART_SIZE + 70000, 'a');

    upload_begin(stage, &upload, path);
    upload_part(stage, &upload, 1, s3a_str_make(body, PART_SIZE));
    upload_part(stage, &upload, 2, s3a_str_make(body + PART_SIZE, 70000));
    upload_complete(stage, &upload, &answer);
    peer_answer_fini(&answer);
    *ret_body = body;
}

static void parts_become_an_object(void **state)
{
    struct stage *stage = *state;
    struct peer_answer answer = {0};
    struct call range = {.path = "/bucket/k", .headers = {{"range", "bytes=5242870-5242889"}}};
    char *body;

    make_object(stage, "/bucket/k", &body);
    stage_call(stage, &(struct call){.path = "/bucket/k"}, 200, &answer);
    assert_int_equal(answer.body.size, PART_SIZE + 70000);
    assert_memory_equal(answer.body.data, body, answer.body.size);
    stage_call(stage, &range, 206, &answer); /* over the seam */
    assert_int_equal(answer.body.size, 20);
    assert_memory_equal(answer.body.data, body + 5242870, 20);
    assert_str(peer_header(&answer, "content-range"), "bytes 5242870-5242889/5312880");
    range.headers[0].value = "bytes=5242880-";
    stage_call(stage, &range, 206, &answer);
    assert_int_equal(answer.body.size, 70000);
    assert_memory_equal(answer.body.data, body + PART_SIZE, 70000);
    stage_call(stage, &(struct call){.path = "/bucket/k", .query = "partNumber=2"}, 206, &answer);
    assert_str(peer_header(&answer, "x-amz-mp-parts-count"), "2");
    assert_str(peer_header(&answer, "content-range"), "bytes 5242880-5312879/5312880");
    assert_memory_equal(answer.body.data, body + PART_SIZE, 70000);
    stage_call(stage,
               &(struct call){.method = "HEAD", .path = "/bucket/k", .query = "partNumber=1"}, 206,
               &answer);
    assert_str(peer_header(&answer, "content-length"), "5242880");
    stage_expect_error(stage, &(struct call){.path = "/bucket/k", .query = "partNumber=3"}, 416,
                       "InvalidPartNumber");
    peer_answer_fini(&answer);
    free(body);
}

static void its_end_is_told_as_amazon_tells_it(void **state)
{
    struct stage *stage = *state;
    struct upload upload;
    struct peer_answer answer = {0};

    upload_begin(stage, &upload, "/bucket/a%20b");
    upload_part(stage, &upload, 1, S3A_STR("hello"));
    upload_complete(stage, &upload, &answer);
    assert_str(element(&answer, "Bucket"), "bucket");
    assert_str(element(&answer, "Key"), "a b");
    assert_str(element(&answer, "ETag"), "&quot;62109206880d38a4010a98e11243924a-1&quot;");
    peer_answer_fini(&answer);
}

static void what_is_under_way_is_listed(void **state)
{
    struct stage *stage = *state;
    struct upload upload;
    struct upload other;
    struct peer_answer answer = {0};

    upload_begin(stage, &upload, "/bucket/dir/k");
    upload_begin(stage, &other, "/bucket/k");
    upload_part(stage, &upload, 1, S3A_STR("hello"));
    upload_part(stage, &upload, 9, S3A_STR("world"));
    stage_call(stage, &(struct call){.path = "/bucket/dir/k", .query = upload_query(&upload, 0)},
               200, &answer);
    assert_str(element(&answer, "PartNumber"), "1");
    assert_str(element(&answer, "Size"), "5");
    assert_str(element(&answer, "IsTruncated"), "false");
    assert_true(has_text(&answer, "<PartNumber>9</PartNumber>"));
    stage_call(stage,
               &(struct call){.path = "/bucket", .query = "uploads&delimiter=/&max-uploads=1"}, 200,
               &answer);
    assert_str(element(&answer, "IsTruncated"), "true");
    assert_str(element(&answer, "NextKeyMarker"), "dir/");
    assert_true(has_text(&answer, "<CommonPrefixes><Prefix>dir/</Prefix></CommonPrefixes>"));
    stage_call(stage,
               &(struct call){.path = "/bucket", .query = "uploads&delimiter=/&key-marker=dir/"},
               200, &answer);
    assert_str(element(&answer, "UploadId"), other.id);
    stage_expect(
        stage,
        &(struct call){.method = "DELETE", .path = "/bucket/k", .query = upload_query(&other, 0)},
        204);
    stage_expect_error(stage, &(struct call){.path = "/bucket/k", .query = upload_query(&other, 0)},
                       404, "NoSuchUpload");
    s3a_buf_fini(&upload.list);
    s3a_buf_fini(&other.list);
    peer_answer_fini(&answer);
}

static void a_part_with_the_wrong_digest_is_no_part(void **state)
{
    struct stage *stage = *state;
    struct upload upload;
    struct peer_answer answer = {0};

    upload_begin(stage, &upload, "/bucket/k");
    stage_expect_error(stage,
                       &(struct call){.method = "PUT",
                                      .path = "/bucket/k",
                                      .query = upload_query(&upload, 1),
                                      .body = S3A_STR("hello"),
                                      .headers = {{"content-md5", "XUFAKrxLKna5cZ2REBfFkQ=="}}},
                       400, "BadDigest");
    stage_call(stage, &(struct call){.path = "/bucket/k", .query = upload_query(&upload, 0)}, 200,
               &answer);
    assert_false(has_text(&answer, "<Part>"));
    s3a_buf_fini(&upload.list);
    peer_answer_fini(&answer);
}

static void a_copy_is_like_its_source(void **state)
{
    struct stage *stage = *state;
    struct peer_answer answer = {0};
    struct call copy = {.method = "PUT",
                        .path = "/bucket/copy",
                        .headers = {{"x-amz-copy-source", "/bucket/a%2Fk"}}};
    struct call put = {.method = "PUT",
                       .path = "/bucket/a/k",
                       .body = S3A_STR("hello"),
                       .headers = {{"x-amz-meta-colour", "green"}}};

    stage_expect_error(stage, &copy, 404, "NoSuchKey");
    stage_expect(stage, &put, 200);
    stage_call(stage, &copy, 200, &answer);
    assert_str(element(&answer, "ETag"), "&quot;5d41402abc4b2a76b9719d911017c592&quot;");
    stage_call(stage, &(struct call){.path = "/bucket/copy"}, 200, &answer);
    assert_str(s3a_buf_str(&answer.body), "hello");
    assert_str(peer_header(&answer, "x-amz-meta-colour"), "green");
    copy.headers[0].value = "bucket/copy?versionId=null";
    stage_expect_error(stage, &copy, 400, "InvalidRequest"); /* onto itself */
    copy.headers[1].name = "x-amz-metadata-directive";
    copy.headers[1].value = "REPLACE";
    copy.headers[2].name = "x-amz-meta-colour";
    copy.headers[2].value = "blue";
    stage_expect(stage, &copy, 200);
    stage_call(stage, &(struct call){.path = "/bucket/copy"}, 200, &answer);
    assert_str(s3a_buf_str(&answer.body), "hello");
    assert_str(peer_header(&answer, "x-amz-meta-colour"), "blue");
    copy.headers[3].name = "x-amz-copy-source-if-match";
    copy.headers[3].value = "\"other\"";
    stage_call(stage, &copy, 412, &answer);
    assert_str(element(&answer, "Condition"), "x-amz-copy-source-If-Match");
    copy.headers[3].name = "if-none-match";
    copy.headers[3].value = "*";
    stage_call(stage, &copy, 412, &answer);
    assert_str(element(&answer, "Condition"), "If-None-Match");
    peer_answer_fini(&answer);
}

static void parts_may_be_copied_too(void **state)
{
    struct stage *stage = *state;
    struct upload upload;
    struct peer_answer answer = {0};
    char *body;

    make_object(stage, "/bucket/source", &body);
    upload_begin(stage, &upload, "/bucket/k");
    struct call copy = {.method = "PUT",
                        .path = "/bucket/k",
                        .query = upload_query(&upload, 1),
                        .headers = {{"x-amz-copy-source", "bucket/source"},
                                    {"x-amz-copy-source-range", "bytes=1-5242880"}}};
    stage_call(stage, &copy, 200, &answer);
    struct s3a_str etag = element(&answer, "ETag");
    list_part(&upload, 1, etag);
    upload_part(stage, &upload, 2, S3A_STR("end"));
    copy.headers[1].value = "bytes=1-5312880";
    stage_expect_error(stage, &copy, 400, "InvalidArgument");
    upload_complete(stage, &upload, &answer);
    stage_call(stage, &(struct call){.path = "/bucket/k"}, 200, &answer);
    assert_int_equal(answer.body.size, PART_SIZE + 3);
    assert_memory_equal(answer.body.data, body + 1, PART_SIZE);
    assert_memory_equal(answer.body.data + PART_SIZE, "end", 3);
    peer_answer_fini(&answer);
    free(body);
}

static void attributes_tell_of_the_parts(void **state)
{
    struct stage *stage = *state;
    struct peer_answer answer = {0};
    struct call attributes = {
        .path = "/bucket/k",
        .query = "attributes",
        .headers = {{"x-amz-object-attributes", "ETag,ObjectParts, ObjectSize"}}};
    char *body;

    make_object(stage, "/bucket/k", &body);
    stage_call(stage, &attributes, 200, &answer);
    assert_str(element(&answer, "ObjectSize"), "5312880");
    assert_str(element(&answer, "PartsCount"), "2");
    assert_int_equal(element(&answer, "ETag").data[0] == '&', 0);
    assert_true(peer_header(&answer, "last-modified").size > 0);
    attributes.headers[0].value = "Colour";
    stage_expect_error(stage, &attributes, 400, "InvalidArgument");
    peer_answer_fini(&answer);
    free(body);
}

static void receive_some(struct peer *peer, struct s3a_buf *got)
{
    char *into = s3a_buf_reserve(got, 65536);
    ssize_t size = recv(peer->fd, into, 65536, 0);

    assert_true(size > 0);
    s3a_buf_added(got, (size_t)size);
}

static bool ends_with(const struct s3a_buf *got, const char *body, size_t size)
{
    return got->size > size && memcmp(got->data + got->size - size, body, size) == 0;
}

/* Whoever has begun to read goes on, whatever becomes of the object. */
static void a_reader_is_not_disturbed_by_who_replaces_it(void **state)
{
    struct stage *stage = *state;
    struct peer_answer answer = {0};
    struct peer reader;
    struct s3a_buf head;
    struct s3a_buf got;
    char *body;
    const struct call get = {.path = "/bucket/k"};

    make_object(stage, "/bucket/k", &body);
    peer_open(&reader, stage->server);
    s3a_buf_init(&head, 10000);
    call_write_head(stage->server, &get, &head);
    peer_send(&reader, s3a_buf_str(&head));
    s3a_buf_fini(&head);
    s3a_buf_init(&got, 2 * PART_SIZE);
    receive_some(&reader, &got); /* it has begun */
    stage_expect(stage,
                 &(struct call){.method = "PUT", .path = "/bucket/k", .body = S3A_STR("new")}, 200);
    while (got.size < PART_SIZE + 70000 || !ends_with(&got, body, PART_SIZE + 70000)) {
        receive_some(&reader, &got);
    }
    peer_close(&reader);
    s3a_buf_fini(&got);
    stage_call(stage, &get, 200, &answer);
    assert_str(s3a_buf_str(&answer.body), "new");
    peer_answer_fini(&answer);
    free(body);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        STAGE_TEST(parts_become_an_object),
        STAGE_TEST(its_end_is_told_as_amazon_tells_it),
        STAGE_TEST(what_is_under_way_is_listed),
        STAGE_TEST(a_part_with_the_wrong_digest_is_no_part),
        STAGE_TEST(a_copy_is_like_its_source),
        STAGE_TEST(parts_may_be_copied_too),
        STAGE_TEST(attributes_tell_of_the_parts),
        STAGE_TEST(a_reader_is_not_disturbed_by_who_replaces_it),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
