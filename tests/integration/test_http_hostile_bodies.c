/* SPDX-License-Identifier: MIT */
#include "test.h"

#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>

#include "siege.h"

/* Bodies that are not what was announced, and clients that do not come to the point. */

#define COUNT_OF(array) (sizeof(array) / sizeof((array)[0]))
#define CLIENTS 100
#define HUGE_SIZE (1024 * 1024)

static void expect_nothing_there(struct siege *siege)
{
    stage_expect_error(&siege->stage, &(struct call){.path = "/bucket/k"}, 404, "NoSuchKey");
    assert_int_equal(stage_count_files(&siege->stage, "incoming"), 0);
}

static void chunks_that_are_none_store_nothing(void **state)
{
    struct siege *siege = *state;
    static const char *const bodies[] = {
        "hello",
        "5\r\nhel",
        "5\r\nhello",
        "5\r\nhello\r\n",
        "5\r\nhello\r\n0\r\n",
        "5\r\nhello\r\n0\r\nx-amz-checksum-crc32:NhCmhg==\r\n",
        "5\r\nhelloX\r\n0\r\n\r\n",
        "4\r\nhello\r\n0\r\n\r\n",
        "-5\r\nhello\r\n0\r\n\r\n",
        "+5\r\nhello\r\n0\r\n\r\n",
        "0x5\r\nhello\r\n0\r\n\r\n",
        " 5\r\nhello\r\n0\r\n\r\n",
        "fffffffffffffffff\r\nhello",
        "ffffffffffffffff\r\nhello\r\n0\r\n\r\n",
        "5\r\nhello\r\n5\r\nhello\r\n0\r\n\r\n",
        "5\r\nhello\r\n0\r\n\r\nmore",
        "5\r\nhello\r\n0\r\nx-amz-checksum-crc32:AAAAAA==\r\n\r\n",
        "5\r\nhello\r\n0\r\nx-amz-checksum-crc32:NhCm\r\n\r\n",
        "5\r\nhello\r\n0\r\nx-amz-checksum-crc32\r\n\r\n",
        "5\r\nhello\r\n0\r\nx-amz-checksum-sha1:qvTGHdzF6KLavt4PO0gs2a6pQ00=\r\n\r\n",
        "5\r\nhello\r\n0\r\na:b\r\nc:d\r\n\r\n",
        "5;chunk-signature=00\r\nhello\r\n0\r\n\r\n",
    };

    for (size_t i = 0; i < COUNT_OF(bodies); i++) {
        struct call put = {.method = "PUT",
                           .path = "/bucket/k",
                           .payload_hash = "STREAMING-UNSIGNED-PAYLOAD-TRAILER",
                           .body = s3a_str_of(bodies[i]),
                           .headers = {{"x-amz-decoded-content-length", "5"},
                                       {"x-amz-trailer", "x-amz-checksum-crc32"}}};
        struct s3a_buf bytes;
        siege_write_edited(siege, &put, "", "", &bytes);
        siege_break_off(siege, s3a_buf_str(&bytes));
        s3a_buf_fini(&bytes);
        expect_nothing_there(siege);
    }
}

static void what_is_said_of_a_body_must_be_true(void **state)
{
    struct siege *siege = *state;
    static const struct {
        const char *payload_hash;
        const char *name;
        const char *value;
    } lies[] = {
        {"0000000000000000000000000000000000000000000000000000000000000000", NULL, NULL},
        {"e3b0", NULL, NULL},
        {"", NULL, NULL},
        {"STREAMING-AWS4-HMAC-SHA256-PAYLOAD", "x-amz-decoded-content-length", "5"},
        {"STREAMING-AWS4-ECDSA-P256-SHA256-PAYLOAD", "x-amz-decoded-content-length", "5"},
        {"STREAMING-UNSIGNED-PAYLOAD-TRAILER", NULL, NULL},
        {"STREAMING-UNSIGNED-PAYLOAD-TRAILER", "x-amz-decoded-content-length", "-1"},
        {"STREAMING-UNSIGNED-PAYLOAD-TRAILER", "x-amz-decoded-content-length",
         "18446744073709551615"},
        {"UNSIGNED-PAYLOAD", "content-md5", "AAAA"},
        {"UNSIGNED-PAYLOAD", "content-md5", "1B2M2Y8AsgTpgAmY7PhCfg=="},
        {"UNSIGNED-PAYLOAD", "content-md5", "!!!!!!!!!!!!!!!!!!!!!!=="},
        {"UNSIGNED-PAYLOAD", "x-amz-checksum-crc32", "AAAAAA=="},
        {"UNSIGNED-PAYLOAD", "x-amz-checksum-crc32", ""},
        {"UNSIGNED-PAYLOAD", "x-amz-checksum-sha256", "AAAA"},
        {"UNSIGNED-PAYLOAD", "x-amz-checksum-crc64nvme", "AAAAAAAAAAA="},
    };

    for (size_t i = 0; i < COUNT_OF(lies); i++) {
        struct call put = {.method = "PUT",
                           .path = "/bucket/k",
                           .payload_hash = lies[i].payload_hash,
                           .body = S3A_STR_INIT("hello"),
                           .headers = {{lies[i].name, lies[i].value}}};
        struct s3a_buf bytes;
        siege_write_edited(siege, &put, "", "", &bytes);
        siege_break_off(siege, s3a_buf_str(&bytes));
        s3a_buf_fini(&bytes);
        expect_nothing_there(siege);
    }
}

/* The document of a request: entities, depth, length, and what is no XML. */
static void throw_document(struct siege *siege, struct s3a_str document)
{
    static const struct {
        const char *method;
        const char *path;
        const char *query;
    } requests[] = {
        {"PUT", "/another", NULL},
        {"POST", "/bucket", "delete"},
        {"POST", "/bucket/k", "uploadId=none"},
        {"PUT", "/bucket", "versioning"},
        {"PUT", "/bucket", "acl"},
        {"PUT", "/bucket", "policy"},
    };

    for (size_t i = 0; i < COUNT_OF(requests); i++) {
        struct s3a_buf bytes;
        struct call call = {.method = requests[i].method,
                            .path = requests[i].path,
                            .query = requests[i].query,
                            .body = document};
        siege_write_edited(siege, &call, "", "", &bytes);
        siege_break_off(siege, s3a_buf_str(&bytes));
        s3a_buf_fini(&bytes);
    }
}

static void documents_cannot_explode(void **state)
{
    struct siege *siege = *state;
    static const char *const documents[] = {
        "<",
        "<a>",
        "{}",
        "<Delete/>x",
        "<a></b>",
        "<Delete><Object><Key>&lol;</Key></Object></Delete>",
        "<!DOCTYPE a SYSTEM \"http://127.0.0.1:1/\"><a/>",
        "<!DOCTYPE Delete [<!ENTITY x SYSTEM \"file:///etc/passwd\">]>"
        "<Delete><Object><Key>&x;</Key></Object></Delete>",
        "<!DOCTYPE l [<!ENTITY a \"aaaaaaaaaa\"><!ENTITY b \"&a;&a;&a;&a;&a;&a;&a;&a;\">"
        "<!ENTITY c \"&b;&b;&b;&b;&b;&b;&b;&b;\"><!ENTITY d \"&c;&c;&c;&c;&c;&c;&c;&c;\">]>"
        "<l>&d;&d;&d;&d;&d;&d;&d;&d;</l>",
        "<?xml version=\"1.0\" encoding=\"UTF-32\"?><a/>",
        "<?xml version=\"1.0\" encoding=\"none\"?><a/>",
        "<Delete><Object><Key>\x01</Key></Object></Delete>",
        "<Delete><Object><Key>\xff</Key></Object></Delete>",
        "<CompleteMultipartUpload><Part><PartNumber>99999999999999999999</PartNumber>"
        "<ETag>x</ETag></Part></CompleteMultipartUpload>",
        "<CompleteMultipartUpload/>",
        "<other/>",
    };

    for (size_t i = 0; i < COUNT_OF(documents); i++) {
        throw_document(siege, s3a_str_of(documents[i]));
    }
    char *deep = malloc(HUGE_SIZE);
    assert_non_null(deep);
    for (size_t i = 0; i < HUGE_SIZE; i++) {
        deep[i] = "<a>"[i % 3];
    }
    throw_document(siege, s3a_str_make(deep, 3000));
    throw_document(siege, s3a_str_make(deep, HUGE_SIZE));
    memset(deep, 'x', HUGE_SIZE);
    memcpy(deep, "<Delete>", 8);
    throw_document(siege, s3a_str_make(deep, HUGE_SIZE));
    free(deep);
}

/* A body that is longer than announced begins the next request, which is none. */
static void what_is_sent_beyond_the_body_is_no_body(void **state)
{
    struct siege *siege = *state;
    struct peer_answer answer = {0};
    struct s3a_buf bytes;
    struct call put = {.method = "PUT", .path = "/bucket/k", .body = S3A_STR_INIT("hello")};

    siege_write_edited(siege, &put, "", "", &bytes);
    s3a_buf_append_text(&bytes, " and much more\r\n\r\n");
    struct siege_answers answers = siege_throw(siege, s3a_buf_str(&bytes));
    assert_int_equal(answers.first, 200);
    s3a_buf_fini(&bytes);
    stage_call(&siege->stage, &(struct call){.path = "/bucket/k"}, 200, &answer);
    assert_str(s3a_buf_str(&answer.body), "hello");
    peer_answer_fini(&answer);
}

static void open_all(struct siege *siege, struct peer peers[CLIENTS])
{
    for (int i = 0; i < CLIENTS; i++) {
        peer_open(&peers[i], siege->stage.server);
    }
}

static void close_all(struct peer peers[CLIENTS])
{
    for (int i = 0; i < CLIENTS; i++) {
        if (i % 2) {
            peer_abort(&peers[i]);
        } else {
            peer_close(&peers[i]);
        }
    }
}

static void the_silent_keep_nobody_waiting(void **state)
{
    struct siege *siege = *state;
    struct peer peers[CLIENTS];

    open_all(siege, peers);
    siege_expect_alive(siege);
    close_all(peers);
}

/* All of them at once, a byte at a time, with others served in between. */
static void the_slow_keep_nobody_waiting(void **state)
{
    struct siege *siege = *state;
    struct peer peers[CLIENTS];
    struct peer_answer answer;
    struct s3a_buf head;
    struct call put = {.method = "PUT", .path = "/bucket/slow", .body = S3A_STR_INIT("hello")};

    siege_write_edited(siege, &put, "", "", &head);
    open_all(siege, peers);
    for (size_t at = 0; at < head.size; at++) {
        for (int i = 0; i < CLIENTS; i++) {
            peer_send(&peers[i], s3a_str_make(head.data + at, 1));
        }
        if (at % 50 == 0) {
            siege_expect_alive(siege);
        }
    }
    for (int i = 0; i < CLIENTS; i++) {
        peer_receive(&peers[i], false, &answer);
        assert_int_equal(answer.status, 200);
        peer_answer_fini(&answer);
    }
    close_all(peers);
    s3a_buf_fini(&head);
}

/* Who asks for much and reads nothing of it. */
static void who_does_not_listen_keeps_nobody_waiting(void **state)
{
    struct siege *siege = *state;
    struct peer peers[CLIENTS];
    struct s3a_buf head;
    char *large = calloc(1, 4 * HUGE_SIZE);

    assert_non_null(large);
    struct call put = {.method = "PUT", .path = "/bucket/l"};
    put.body = s3a_str_make(large, 4 * HUGE_SIZE);
    stage_expect(&siege->stage, &put, 200);
    siege_write_edited(siege, &(struct call){.path = "/bucket/l"}, "", "", &head);
    open_all(siege, peers);
    for (int i = 0; i < CLIENTS; i++) {
        peer_send(&peers[i], s3a_buf_str(&head));
    }
    siege_expect_alive(siege);
    close_all(peers);
    s3a_buf_fini(&head);
    free(large);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        SIEGE_TEST(chunks_that_are_none_store_nothing),
        SIEGE_TEST(what_is_said_of_a_body_must_be_true),
        SIEGE_TEST(documents_cannot_explode),
        SIEGE_TEST(what_is_sent_beyond_the_body_is_no_body),
        SIEGE_TEST(the_silent_keep_nobody_waiting),
        SIEGE_TEST(the_slow_keep_nobody_waiting),
        SIEGE_TEST(who_does_not_listen_keeps_nobody_waiting),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
