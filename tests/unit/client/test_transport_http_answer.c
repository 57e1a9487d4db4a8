/* SPDX-License-Identifier: MIT */
#include "test.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "puppet.h"

#define ENVELOPE(code) "<?xml version=\"1.0\"?><Error><Code>" code "</Code></Error>"

/* What the store does after it has read the request. */
struct scene {
    const char *reply;
    void (*then)(struct line *line);
    enum s3a_status of_read;
    enum s3a_status of_write;
    const char *word; /* of the story */
};

static void play(struct puppet *puppet, const struct scene *scene, enum s3a_op_kind kind,
                 enum s3a_status expected)
{
    struct errand errand;
    struct line line;

    errand_init(&errand, puppet, kind, "k");
    errand.call.body = S3A_STR("body");
    errand_send(&errand);
    line_accept(puppet, &line);
    line_read(&line);
    line_send(&line, scene->reply);
    scene->then(&line);
    enum s3a_status status = errand_wait(&errand);
    if (status != expected || !strstr(errand_story(&errand), scene->word)) {
        fail_msg("%.60s: %s, \"%s\"", scene->reply, s3a_status_name(status), errand_story(&errand));
    }
    assert_true(puppet_is_left_alone(puppet));
    errand_fini(&errand);
}

static void play_all(struct puppet *puppet, const struct scene scenes[], size_t count)
{
    for (size_t i = 0; i < count; i++) {
        play(puppet, &scenes[i], S3A_OP_GET_OBJECT, scenes[i].of_read);
        play(puppet, &scenes[i], S3A_OP_PUT_OBJECT, scenes[i].of_write);
    }
}

/* On a connection that is new: here libcurl repeats nothing by itself. */
static void an_answer_that_breaks_off_is_none(void **state)
{
    static const struct scene scenes[] = {
        {"", line_close, S3A_UNREACHABLE, S3A_IN_DOUBT, "127.0.0.1"},
        {"", line_reset, S3A_UNREACHABLE, S3A_IN_DOUBT, "127.0.0.1"},
        {"HTTP/1.1 2", line_close, S3A_UNREACHABLE, S3A_IN_DOUBT, "127.0.0.1"},
        {"HTTP/1.1 200 OK\r\nETag: \"e\"\r\nContent-Le", line_close, S3A_UNREACHABLE, S3A_IN_DOUBT,
         "in the middle of its head"},
        {"HTTP/1.1 412 Precondition Failed\r\n", line_close, S3A_UNREACHABLE, S3A_IN_DOUBT,
         "in the middle of its head"},
        {"HTTP/1.1 100 Continue\r\n\r\n", line_close, S3A_UNREACHABLE, S3A_IN_DOUBT, "127.0.0.1"},
        {"HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 200 OK\r\nETag: \"e\"\r\n", line_close,
         S3A_UNREACHABLE, S3A_IN_DOUBT, "in the middle of its head"},
        {"HTTP/1.1 200 OK\r\nETag: \"e\"\r\nContent-Length: 5\r\n\r\nab", line_close,
         S3A_UNREACHABLE, S3A_IN_DOUBT, "bytes remaining"},
        {"HTTP/1.1 200 OK\r\nETag: \"e\"\r\nContent-Length: 5\r\n\r\nab", line_reset,
         S3A_UNREACHABLE, S3A_IN_DOUBT, "127.0.0.1"},
        {"HTTP/1.1 200 OK\r\nETag: \"e\"\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nabcde\r\n",
         line_close, S3A_UNREACHABLE, S3A_IN_DOUBT, "127.0.0.1"},
        {"HTTP/1.1 412 Precondition Failed\r\nContent-Length: 50\r\n\r\n<Error>", line_close,
         S3A_UNREACHABLE, S3A_IN_DOUBT, "127.0.0.1"},
    };

    play_all(*state, scenes, sizeof(scenes) / sizeof(scenes[0]));
}

static void what_is_no_http_is_no_answer(void **state)
{
    static const struct scene scenes[] = {
        {"SSH-2.0-OpenSSH_9.2\r\n", line_close, S3A_PROTOCOL, S3A_IN_DOUBT, "is it a store"},
        {"\x15\x03\x01\x02\x02", line_close, S3A_PROTOCOL, S3A_IN_DOUBT, "is it a store"},
        {"HTTP/1.1 200 OK\r\nETag: \"e\"\r\nContent-Length: -7\r\n\r\n", line_close, S3A_PROTOCOL,
         S3A_IN_DOUBT, "127.0.0.1"},
        {"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nxy", line_close, S3A_PROTOCOL, S3A_IN_DOUBT,
         "no ETag"},
        {"HTTP/1.1 200 OK\r\nETag: \"e\"\r\nContent-Length: 2\r\nContent-Length: 1\r\n\r\nxy",
         line_close, S3A_PROTOCOL, S3A_IN_DOUBT, "twice"},
    };

    play_all(*state, scenes, sizeof(scenes) / sizeof(scenes[0]));
}

static void what_the_store_says_is_what_it_is(void **state)
{
    static const struct scene scenes[] = {
        {"HTTP/1.1 503 Slow Down\r\nContent-Length: 0\r\n\r\n", line_close, S3A_LATER, S3A_LATER,
         "503"},
        {"HTTP/1.1 500 Oh\r\nContent-Length: 0\r\n\r\n", line_close, S3A_SERVER, S3A_IN_DOUBT,
         "500"},
        {"HTTP/1.1 412 Precondition Failed\r\nConnection: close\r\n\r\n" ENVELOPE(
             "PreconditionFailed"),
         line_close, S3A_CONFLICT, S3A_CONFLICT, "PreconditionFailed"},
        {"HTTP/1.1 403 Forbidden\r\nConnection: close\r\n\r\n" ENVELOPE("AccessDenied"), line_close,
         S3A_DENIED, S3A_DENIED, "AccessDenied"},
        /* Not followed: what is signed is for one host alone. */
        {"HTTP/1.1 307 Elsewhere\r\nLocation: http://127.0.0.1:1/\r\nContent-Length: 0\r\n\r\n",
         line_close, S3A_REFUSED, S3A_REFUSED, "307"},
    };

    play_all(*state, scenes, sizeof(scenes) / sizeof(scenes[0]));
}

static void a_read_without_a_length_may_be_cut_short(void **state)
{
    static const struct scene scene = {
        "HTTP/1.1 200 OK\r\nETag: \"e\"\r\n\r\nab", line_close, S3A_PROTOCOL, S3A_OK,
        "does not say how long its answer is",
    };

    play(*state, &scene, S3A_OP_GET_OBJECT, S3A_PROTOCOL);
}

static void one_answer(struct puppet *puppet, struct errand *errand, const char *reply,
                       enum s3a_status status)
{
    struct line line;

    errand_send(errand);
    line_accept(puppet, &line);
    line_read(&line);
    line_send(&line, reply);
    line_close(&line);
    assert_int_equal(errand_wait(errand), status);
}

static void chunks_are_put_together(void **state)
{
    struct errand errand;

    errand_init(&errand, *state, S3A_OP_GET_OBJECT, "k");
    one_answer(*state, &errand,
               "HTTP/1.1 200 OK\r\neTAG:  \"e\" \r\nX-Amz-Meta-A: b:c\r\n"
               "Transfer-Encoding: chunked\r\n\r\n"
               "3\r\nabc\r\n2\r\nde\r\n0\r\nETag: \"of the trailer\"\r\n\r\n",
               S3A_OK);
    assert_str(s3a_buf_str(&errand.call.answer.body), "abcde");
    assert_string_equal(errand.call.answer.etag, "\"e\"");
    assert_str(s3a_headers_find(&errand.call.answer.headers, "x-amz-meta-a"), "b:c");
    assert_int_equal(errand.call.answer.object_size, 5);
    errand_fini(&errand);
}

static void what_comes_before_the_answer_is_no_part_of_it(void **state)
{
    struct errand errand;

    errand_init(&errand, *state, S3A_OP_PUT_OBJECT, "k");
    one_answer(*state, &errand,
               "HTTP/1.1 103 Early Hints\r\nETag: \"early\"\r\n\r\n"
               "HTTP/1.1 100 Continue\r\n\r\n" DONE,
               S3A_OK);
    assert_string_equal(errand.call.answer.etag, "\"e\"");
    assert_int_equal(errand.call.answer.http_status, 200);
    errand_fini(&errand);
}

static void a_body_that_comes_byte_by_byte_is_whole(void **state)
{
    struct errand errand;
    struct line line;

    errand_init(&errand, *state, S3A_OP_GET_OBJECT, "k");
    errand_send(&errand);
    line_accept(*state, &line);
    line_read(&line);
    for (const char *byte = DONE_XY; *byte; byte++) {
        line_send_bytes(&line, s3a_str_make(byte, 1));
    }
    assert_int_equal(errand_wait(&errand), S3A_OK);
    assert_str(s3a_buf_str(&errand.call.answer.body), "xy");
    line_close(&line);
    errand_fini(&errand);
}

static void a_body_longer_than_its_bound_is_refused(void **state)
{
    struct errand errand;

    errand_init(&errand, *state, S3A_OP_GET_OBJECT, "k");
    errand.call.answer.body.size_max = 4;
    one_answer(*state, &errand, "HTTP/1.1 200 OK\r\nETag: \"e\"\r\nContent-Length: 5\r\n\r\nabcde",
               S3A_TOO_LARGE);
    assert_non_null(strstr(errand_story(&errand), "longer than 4 bytes"));
    s3a_call_clear_answer(&errand.call);
    one_answer(*state, &errand, "HTTP/1.1 200 OK\r\nETag: \"e\"\r\nContent-Length: 4\r\n\r\nabcd",
               S3A_OK);
    errand_fini(&errand);
}

static void an_error_may_say_more_than_there_is_room_for(void **state)
{
    struct errand errand;

    errand_init(&errand, *state, S3A_OP_GET_OBJECT, "k");
    errand.call.answer.body.size_max = 4;
    one_answer(*state, &errand,
               "HTTP/1.1 404 Not Found\r\nConnection: close\r\n\r\n" ENVELOPE("NoSuchBucket"),
               S3A_NO_BUCKET);
    assert_int_equal(errand.call.answer.body.size_max, 4);
    errand_fini(&errand);
}

/* A proxy's page, for instance. */
static void an_error_of_any_length_is_known_by_its_status(void **state)
{
    char *page = malloc(200 * 1024);
    struct errand errand;

    assert_non_null(page);
    strcpy(page, "HTTP/1.1 412 Precondition Failed\r\nContent-Length: 150000\r\n\r\n");
    size_t head = strlen(page);
    memset(page + head, 'x', 150000);
    page[head + 150000] = '\0';
    errand_init(&errand, *state, S3A_OP_PUT_OBJECT, "k");
    one_answer(*state, &errand, page, S3A_CONFLICT);
    errand_fini(&errand);
    free(page);
}

static void a_head_of_any_length_ends(void **state)
{
    struct s3a_buf head;
    struct scene scene = {.then = line_close, .word = "head of http://127.0.0.1"};

    s3a_buf_init(&head, 1 << 20);
    s3a_buf_append_text(&head, "HTTP/1.1 200 OK\r\nETag: \"e\"\r\nContent-Length: 0\r\n");
    for (int i = 0; i < 200; i++) {
        s3a_buf_append_format(&head, "x-%d: y\r\n", i);
    }
    s3a_buf_append_text(&head, "\r\n");
    scene.reply = head.data;
    play(*state, &scene, S3A_OP_GET_OBJECT, S3A_PROTOCOL);
    play(*state, &scene, S3A_OP_PUT_OBJECT, S3A_IN_DOUBT);
    s3a_buf_clear(&head);
    s3a_buf_append_text(&head, "HTTP/1.1 200 OK\r\nx: ");
    for (int i = 0; i < 70 * 1024; i++) {
        s3a_buf_append_byte(&head, 'y');
    }
    s3a_buf_append_text(&head, "\r\n\r\n");
    scene.reply = head.data;
    play(*state, &scene, S3A_OP_GET_OBJECT, S3A_PROTOCOL);
    s3a_buf_fini(&head);
}

static void a_listing_is_read(void **state)
{
    static const char xml[] = "<ListBucketResult><Contents><Key>a</Key><Size>1</Size>"
                              "<LastModified>2026-01-01T00:00:00Z</LastModified><ETag>\"e\"</ETag>"
                              "</Contents><IsTruncated>false</IsTruncated></ListBucketResult>";
    char reply[512];
    struct errand errand;

    snprintf(reply, sizeof(reply), "HTTP/1.1 200 OK\r\nContent-Length: %zu\r\n\r\n%s", strlen(xml),
             xml);
    errand_init(&errand, *state, S3A_OP_LIST_OBJECTS, NULL);
    one_answer(*state, &errand, reply, S3A_OK);
    assert_int_equal(errand.call.answer.entry_count, 1);
    assert_str(errand.call.answer.entries[0].name, "a");
    errand_fini(&errand);
}

/* A store that repeats what it was sent: its word is not passed on. */
static void a_secret_that_the_store_repeats_is_not_shown(void **state)
{
    static const char body[] = "<Error><Code>InvalidToken</Code><Message>The token "
                               "hush-token-0123456789 is none</Message></Error>";
    char reply[512];
    struct puppet puppet;
    struct errand errand;
    struct line line;

    (void)state;
    puppet_open(&puppet, &(struct puppet_options){.session_token = "hush-token-0123456789"});
    snprintf(reply, sizeof(reply), "HTTP/1.1 400 Bad Request\r\nContent-Length: %zu\r\n\r\n%s",
             strlen(body), body);
    errand_init(&errand, &puppet, S3A_OP_PUT_OBJECT, "k");
    errand_send(&errand);
    line_accept(&puppet, &line);
    answer(&line, reply, &errand, S3A_CREDENTIALS);
    assert_null(strstr(errand_story(&errand), "hush"));
    assert_non_null(strstr(errand_story(&errand), "InvalidToken"));
    errand_fini(&errand);
    line_close(&line);
    puppet_close(&puppet);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        PUPPET_TEST(an_answer_that_breaks_off_is_none),
        PUPPET_TEST(what_is_no_http_is_no_answer),
        PUPPET_TEST(what_the_store_says_is_what_it_is),
        PUPPET_TEST(a_read_without_a_length_may_be_cut_short),
        PUPPET_TEST(chunks_are_put_together),
        PUPPET_TEST(what_comes_before_the_answer_is_no_part_of_it),
        PUPPET_TEST(a_body_that_comes_byte_by_byte_is_whole),
        PUPPET_TEST(a_body_longer_than_its_bound_is_refused),
        PUPPET_TEST(an_error_may_say_more_than_there_is_room_for),
        PUPPET_TEST(an_error_of_any_length_is_known_by_its_status),
        PUPPET_TEST(a_head_of_any_length_ends),
        PUPPET_TEST(a_listing_is_read),
        cmocka_unit_test(a_secret_that_the_store_repeats_is_not_shown),
    };
    return cmocka_run_group_tests_name("transport_http_answer", tests, NULL, NULL);
}
