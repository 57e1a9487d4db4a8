/* SPDX-License-Identifier: MIT */
#include "test.h"

#include <stdio.h>
#include <stdlib.h>

#include "broken_body.h"
#include "uploads.h"
#include "stage.h"

#define PUT(key, text)                                                                             \
    (&(struct call){.method = "PUT", .path = "/bucket/" key, .body = S3A_STR_INIT(text)})

static void add_fault(struct stage *stage, const char *text)
{
    struct s3a_error error;

    assert_int_equal(s3a_server_fault_add(stage->server, text, &error), S3A_OK);
}

/* Sends it, and takes what comes until the connection ends. */
static struct s3a_buf fragment_of(struct stage *stage, const struct call *call)
{
    struct s3a_buf buf;

    s3a_buf_init(&buf, 100000);
    call_write_head(stage->server, call, &buf);
    peer_send(&stage->peer, s3a_buf_str(&buf));
    s3a_buf_fini(&buf);
    peer_receive_fragment(&stage->peer, &buf);
    peer_close(&stage->peer);
    peer_open(&stage->peer, stage->server);
    return buf;
}

/* The body of a fragment whose head announces that many bytes. */
static struct s3a_str body_of(const struct s3a_buf *fragment, const char *announced)
{
    const char *end = strstr(s3a_buf_text(fragment), "\r\n\r\n");

    assert_non_null(end);
    assert_non_null(strstr(fragment->data, announced));
    end += 4;
    return s3a_str_make(end, fragment->size - (size_t)(end - fragment->data));
}

static void half_of_an_object_comes(void **state)
{
    struct stage *stage = *state;

    stage_expect(stage, PUT("k", "hello, world"), 200);
    add_fault(stage, "truncate op=GetObject");
    struct s3a_buf fragment = fragment_of(stage, &(struct call){.path = "/bucket/k"});
    assert_str(body_of(&fragment, "Content-Length: 12\r\n"), "hello,");
    assert_non_null(strcasestr(fragment.data, "etag: \"e4d7f1b4ed2e42d15898f4b27b019da4\""));
    s3a_buf_fini(&fragment);
}

static void as_many_bytes_as_were_asked_for_come(void **state)
{
    static const struct {
        const char *fault;
        const char *body;
    } table[] = {{"truncate=0", ""},
                 {"truncate=1", "h"},
                 {"truncate=4", "hell"},
                 {"truncate=5", "hell"},
                 {"truncate=99", "hell"}};
    struct stage *stage = *state;

    stage_expect(stage, PUT("k", "hello"), 200);
    for (size_t i = 0; i < sizeof(table) / sizeof(table[0]); i++) {
        s3a_server_faults_clear(stage->server);
        add_fault(stage, table[i].fault);
        struct s3a_buf fragment = fragment_of(stage, &(struct call){.path = "/bucket/k"});
        assert_str(body_of(&fragment, "Content-Length: 5\r\n"), table[i].body);
        s3a_buf_fini(&fragment);
    }
}

static void a_large_object_breaks_off_as_well(void **state)
{
    static char content[3 * 1024 * 1024];
    struct stage *stage = *state;

    for (size_t i = 0; i < sizeof(content); i++) {
        content[i] = (char)(i * 31 % 251);
    }
    stage_expect(stage,
                 &(struct call){.method = "PUT",
                                .path = "/bucket/k",
                                .body = s3a_str_make(content, sizeof(content))},
                 200);
    add_fault(stage, "truncate=100000 op=GetObject");
    struct s3a_buf fragment = fragment_of(
        stage, &(struct call){.path = "/bucket/k", .headers = {{"range", "bytes=1000-"}}});
    struct s3a_str body = body_of(&fragment, "206 ");
    assert_int_equal(body.size, 100000);
    assert_memory_equal(body.data, content + 1000, body.size);
    s3a_buf_fini(&fragment);
}

/* What stands between <tag> and the next element. */
static struct s3a_str element(const struct peer_answer *answer, const char *tag)
{
    const char *at = strstr(s3a_buf_text(&answer->body), tag);

    assert_non_null(at);
    return s3a_str_make(at + strlen(tag), strcspn(at + strlen(tag), "<"));
}

/* An object of two parts, which lie in two files. */
static void upload(struct stage *stage, const struct s3a_str parts[2])
{
    struct peer_answer answer = {0};
    struct s3a_buf list;
    char id[200];
    char query[300];
    struct call call = {.method = "POST", .path = "/bucket/parts", .query = "uploads"};

    stage_call(stage, &call, 200, &answer);
    snprintf(id, sizeof(id), "%.*s", S3A_STR_ARG(element(&answer, "<UploadId>")));
    s3a_buf_init(&list, 10000);
    s3a_buf_append_text(&list, "<CompleteMultipartUpload>");
    call.query = query;
    call.method = "PUT";
    for (int i = 0; i < 2; i++) {
        snprintf(query, sizeof(query), "partNumber=%d&uploadId=%s", i + 1, id);
        call.body = parts[i];
        stage_call(stage, &call, 200, &answer);
        s3a_buf_append_format(&list, "<Part><PartNumber>%d</PartNumber><ETag>%.*s</ETag></Part>",
                              i + 1, S3A_STR_ARG(peer_header(&answer, "etag")));
    }
    s3a_buf_append_text(&list, "</CompleteMultipartUpload>");
    snprintf(query, sizeof(query), "uploadId=%s", id);
    call.method = "POST";
    call.body = s3a_buf_str(&list);
    stage_call(stage, &call, 200, &answer);
    peer_answer_fini(&answer);
    s3a_buf_fini(&list);
}

static void an_object_in_several_files_breaks_off_as_well(void **state)
{
    static char content[S3A_PART_SIZE_MIN + 100000];
    struct stage *stage = *state;

    for (size_t i = 0; i < sizeof(content); i++) {
        content[i] = (char)(i * 31 % 251);
    }
    upload(stage,
           (struct s3a_str[]){{content, S3A_PART_SIZE_MIN}, {content + S3A_PART_SIZE_MIN, 100000}});
    add_fault(stage, "truncate=1500 op=GetObject");
    /* From 1000 bytes before the seam on. */
    struct s3a_buf fragment = fragment_of(
        stage, &(struct call){.path = "/bucket/parts", .headers = {{"range", "bytes=5241880-"}}});
    struct s3a_str body = body_of(&fragment, "Content-Length: 101000\r\n");
    assert_int_equal(body.size, 1500);
    assert_memory_equal(body.data, content + 5241880, body.size);
    s3a_buf_fini(&fragment);
    s3a_server_faults_clear(stage->server);
    add_fault(stage, "truncate op=GetObject");
    fragment = fragment_of(
        stage, &(struct call){.path = "/bucket/parts", .headers = {{"range", "bytes=-100002"}}});
    body = body_of(&fragment, "Content-Length: 100002\r\n");
    assert_int_equal(body.size, 50001);
    s3a_buf_fini(&fragment);
}

static void listings_and_errors_break_off_as_well(void **state)
{
    struct stage *stage = *state;

    stage_expect(stage, PUT("k", "hello"), 200);
    add_fault(stage, "truncate=10");
    struct s3a_buf fragment = fragment_of(stage, &(struct call){.path = "/bucket"});
    assert_str(body_of(&fragment, "200 "), "<?xml vers");
    s3a_buf_fini(&fragment);
    fragment = fragment_of(stage, &(struct call){.path = "/bucket/nothing"});
    assert_str(body_of(&fragment, "404 "), "<?xml vers");
    s3a_buf_fini(&fragment);
}

/* There is nothing to break off: nothing comes at all. */
static void an_answer_without_a_body_does_not_come(void **state)
{
    struct stage *stage = *state;
    struct s3a_buf buf;

    add_fault(stage, "truncate first=1");
    s3a_buf_init(&buf, 100000);
    call_write_head(stage->server, PUT("k", "hello"), &buf);
    s3a_buf_append_text(&buf, "hello");
    peer_send(&stage->peer, s3a_buf_str(&buf));
    s3a_buf_fini(&buf);
    assert_true(peer_is_closed(&stage->peer));
    peer_close(&stage->peer);
    peer_open(&stage->peer, stage->server);
    stage_expect(stage, &(struct call){.path = "/bucket/k"}, 200);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        STAGE_TEST(half_of_an_object_comes),
        STAGE_TEST(as_many_bytes_as_were_asked_for_come),
        STAGE_TEST(a_large_object_breaks_off_as_well),
        STAGE_TEST(an_object_in_several_files_breaks_off_as_well),
        STAGE_TEST(listings_and_errors_break_off_as_well),
        STAGE_TEST(an_answer_without_a_body_does_not_come),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
