/* SPDX-License-Identifier: MIT */
#include "test.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "objects.h"
#include "siege.h"

/* Bytes of somebody who has a key, or pretends to. */

#define COUNT_OF(array) (sizeof(array) / sizeof((array)[0]))

static void a_forged_signature_lets_nobody_in(void **state)
{
    struct siege *siege = *state;
    static const struct {
        const char *from;
        const char *to;
    } edits[] = {
        {"AWS4-HMAC-SHA256", "AWS4-HMAC-SHA512"},
        {"AWS4-HMAC-SHA256", "AWS4-ECDSA-P256-SHA256"},
        {"AWS4-HMAC-SHA256", "aws4-hmac-sha256"},
        {"AWS4-HMAC-SHA256", "AWS"},
        {"Credential=", "Credential"},
        {"Credential=", "Credential=/"},
        {"Credential=", "Credential==="},
        {"us-east-1/s3/aws4", "eu-west-1/s3/aws4"},
        {"us-east-1/s3/aws4", "/s3/aws4"},
        {"/s3/aws4_request", "/sts/aws4_request"},
        {"/aws4_request", ""},
        {"/aws4_request", "/aws4_request/aws4_request"},
        {"SignedHeaders=host;", "SignedHeaders="},
        {"SignedHeaders=host;", "SignedHeaders=Host;"},
        {", SignedHeaders", ", Credential=a/b/c/d/e, SignedHeaders"},
        {", SignedHeaders", ", Version=2, SignedHeaders"},
        {", Signature=", ", Signature=0"},
        {", Signature=", ", Signature=, Signature="},
        {", Signature=", ", Signature= \t"},
        {"GET /bucket", "HEAD /bucket"},
        {"GET /bucket", "GET /bucke%74/"},
        {"GET /bucket", "GET /bucket?acl"},
        {"GET /bucket", "GET http://elsewhere/other"},
        {"host: ", "host: x"},
        {"host: ", "host: h\r\nhost: "},
        {"x-amz-date: ", "x-amz-date: 20"},
        {"x-amz-date: ", "x-amz-date: 20000101T000000Z\r\nx-amz-date: "},
        {"x-amz-date: ", "date: "},
        {"x-amz-content-sha256: ", "x-amz-content-sha256: 0"},
        {"x-amz-content-sha256: ", "x-amz-content-sha256: UNSIGNED-PAYLOAD\r\nx-other: "},
        {"x-amz-content-sha256: ", "x-amz-acl: public-read\r\nx-amz-content-sha256: "},
        {"Authorization: ", "x-amz-security-token: t\r\nAuthorization: "},
        {"Authorization: ", "Authorization: x\r\nAuthorization: "},
        {"Authorization: ", "Authorization:\r\nX: "},
    };
    struct s3a_buf heads[COUNT_OF(edits)];
    struct s3a_str bytes[COUNT_OF(edits)];

    for (size_t i = 0; i < COUNT_OF(edits); i++) {
        siege_write_edited(siege, &(struct call){.path = "/bucket"}, edits[i].from, edits[i].to,
                           &heads[i]);
        bytes[i] = s3a_buf_str(&heads[i]);
    }
    siege_expect_refused(siege, bytes, COUNT_OF(edits));
    for (size_t i = 0; i < COUNT_OF(edits); i++) {
        s3a_buf_fini(&heads[i]);
    }
}

/* Of all that is signed, and of the signature, no byte may be another. */
static void no_byte_of_what_is_signed_may_change(void **state)
{
    struct siege *siege = *state;
    struct s3a_buf head;

    s3a_buf_init(&head, 10000);
    call_write_head(siege->stage.server, &(struct call){.path = "/bucket/none"}, &head);
    size_t start = (size_t)(strstr(head.data, "\r\n") + 2 - head.data);
    for (size_t at = start; at < head.size - 4; at++) {
        head.data[at] ^= 1;
        siege_break_off(siege, s3a_buf_str(&head));
        head.data[at] ^= 1;
    }
    struct siege_answers answers = siege_throw(siege, s3a_buf_str(&head));
    assert_int_equal(answers.first, 404); /* it is let in as it was, for there is no such key */
    s3a_buf_fini(&head);
}

/* A body too long to be kept in the database, so that it gets a file. */
static struct s3a_str large_body(void)
{
    static char bytes[S3A_INLINE_SIZE_MAX + 1000];

    memset(bytes, 'x', sizeof(bytes));
    return s3a_str_make(bytes, sizeof(bytes));
}

static void no_name_leads_out_of_the_directory(void **state)
{
    struct siege *siege = *state;
    static const struct {
        const char *path;
        int status;
    } names[] = {
        {"/bucket/../../../etc/passwd", 200},
        {"/bucket/%2e%2e/%2E%2E/%2e./x", 200},
        {"/bucket/..%2f..%2f..%2fx", 200},
        {"/bucket/..", 200},
        {"/bucket/.", 200},
        {"/bucket//", 200},
        {"/bucket/%2F%2Fetc%2Fpasswd", 200},
        {"/bucket/..%5c..%5cx", 200},
        {"/bucket/..\\..\\x", 200},
        {"/bucket/C:%5Cx", 200},
        {"/bucket/store.db", 200},
        {"/bucket/%0d%0aX-Injected:%20yes", 200},
        {"/bucket/%3Cscript%3E&amp;", 200},
        {"/../bucket/k", 400},
        {"/%2e%2e/k", 400},
        {"/./k", 400},
        {"/bucket%2Fk", 400},
        {"/bucket%00/k", 400},
        {"//bucket/k", 400},
        {"/BUCKET/k", 400},
        {"/bucket/a%00b", 400},
        {"/bucket/%00", 400},
        {"/bucket/%c0%af", 400},
        {"/bucket/%c0%ae%c0%ae/", 400},
        {"/bucket/%e0%80%af", 400},
        {"/bucket/%ed%a0%80", 400},
        {"/bucket/%f4%90%80%80", 400},
        {"/bucket/%ff%fe", 400},
        {"/bucket/\xff", 400},
        {"/bucket/%", 400},
        {"/bucket/%1", 400},
        {"/bucket/%zz", 400},
    };

    for (size_t i = 0; i < COUNT_OF(names); i++) {
        struct call put = {.method = "PUT", .path = names[i].path, .body = S3A_STR_INIT("x")};
        if (names[i].status == 200) {
            put.body = large_body();
        }
        stage_expect(&siege->stage, &put, names[i].status);
        stage_expect(&siege->stage, &(struct call){.path = names[i].path}, names[i].status);
    }
}

static void a_key_has_1024_bytes_at_the_most(void **state)
{
    struct siege *siege = *state;
    char path[4000] = "/bucket/";
    size_t start = strlen(path);

    for (int i = 0; i < S3A_KEY_SIZE_MAX; i++) {
        strcat(path, "%2e");
    }
    stage_expect(&siege->stage, &(struct call){.method = "PUT", .path = path}, 200);
    strcat(path, "x");
    stage_expect_error(&siege->stage, &(struct call){.method = "PUT", .path = path}, 400,
                       "KeyTooLongError");
    memset(path + start, '/', 1024);
    path[start + 1024] = '\0';
    stage_expect(&siege->stage, &(struct call){.method = "PUT", .path = path}, 200);
}

static void odd_questions_have_answers(void **state)
{
    struct siege *siege = *state;
    static const struct {
        const char *path;
        const char *query;
        int status;
    } questions[] = {
        {"/bucket", "list-type=2&max-keys=-1", 400},
        {"/bucket", "list-type=2&max-keys=99999999999999999999", 400},
        {"/bucket", "list-type=2&max-keys=2147483648", 400},
        {"/bucket", "list-type=2&max-keys=0", 200},
        {"/bucket", "list-type=3", 400},
        {"/bucket", "list-type=2&continuation-token=%00%01%ff", 400},
        {"/bucket", "list-type=2&continuation-token=Li4vLi4v", 400},
        {"/bucket", "prefix=%ff", 400},
        {"/bucket", "prefix=%00", 200},
        {"/bucket", "delimiter=%f0%9f%98%80&prefix=..%2f", 200},
        {"/bucket", "marker=%ff", 400},
        {"/bucket", "prefix=%zz", 400},
        {"/bucket", "=&=&=&&&&", 200},
        {"/bucket/k", "response-content-type=a%0d%0aSet-Cookie:%20b", 400},
        {"/bucket/k", "response-expires=a&response-expires=b", 400},
        {"/", "max-buckets=0", 400},
    };

    stage_expect(&siege->stage, &(struct call){.method = "PUT", .path = "/bucket/k"}, 200);
    for (size_t i = 0; i < COUNT_OF(questions); i++) {
        stage_expect(&siege->stage,
                     &(struct call){.path = questions[i].path, .query = questions[i].query},
                     questions[i].status);
    }
}

/* Every header that an object may have, and an answer that is asked to have more still. */
static void an_answer_never_has_more_headers_than_there_is_room_for(void **state)
{
    struct siege *siege = *state;
    char query[3000] = "";
    struct call put = {.method = "PUT", .path = "/bucket/k"};
    static char names[CALL_HEADERS_MAX][32];

    for (int i = 0; i < CALL_HEADERS_MAX; i++) {
        snprintf(names[i], sizeof(names[i]), "x-amz-meta-%d", i);
        put.headers[i].name = names[i];
        put.headers[i].value = "v";
    }
    stage_expect(&siege->stage, &put, 200);
    for (int i = 0; i < 60; i++) {
        strcat(query, "response-cache-control=no-cache&");
    }
    stage_expect_error(&siege->stage, &(struct call){.path = "/bucket/k", .query = query}, 400,
                       "InvalidArgument");
}

static void odd_headers_have_answers(void **state)
{
    struct siege *siege = *state;
    static const struct {
        const char *name;
        const char *value;
        int status; /* of a GET of an object of 5 bytes */
    } headers[] = {
        {"range", "bytes=0-0,1-1,2-2", 200},
        {"range", "bytes=-", 200},
        {"range", "bytes=5-4", 200},
        {"range", "bytes=-0", 416},
        {"range", "bytes=5-", 416},
        {"range", "bytes=99999999999999999999999999-", 416},
        {"range", "bytes=0-99999999999999999999999999", 206},
        {"range", "bytes=-99999999999999999999999999", 206},
        {"range", "lines=1-2", 200},
        {"if-match", "\"", 412},
        {"if-match", ",,,,", 412},
        {"if-none-match", "W/\"x\", \"y", 200},
        {"if-none-match", "*", 304},
        {"if-modified-since", "yesterday", 200},
        {"if-modified-since", "Sat, 31 Dec 9999 23:59:60 GMT", 200},
        {"if-unmodified-since", "Thu, 01 Jan 1970 00:00:00 GMT", 412},
        {"accept-encoding", "gzip;q=1.0, *;q=0", 200},
        {"x-amz-checksum-mode", "SOMETIMES", 400},
    };

    struct call put = {.method = "PUT", .path = "/bucket/k", .body = S3A_STR_INIT("hello")};
    stage_expect(&siege->stage, &put, 200);
    for (size_t i = 0; i < COUNT_OF(headers); i++) {
        struct call get = {.path = "/bucket/k"};
        struct peer_answer answer = {0};
        get.headers[0].name = headers[i].name;
        get.headers[0].value = headers[i].value;
        stage_call(&siege->stage, &get, headers[i].status, &answer);
        peer_answer_fini(&answer);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        SIEGE_TEST(a_forged_signature_lets_nobody_in),
        SIEGE_TEST(no_byte_of_what_is_signed_may_change),
        SIEGE_TEST(no_name_leads_out_of_the_directory),
        SIEGE_TEST(a_key_has_1024_bytes_at_the_most),
        SIEGE_TEST(odd_questions_have_answers),
        SIEGE_TEST(an_answer_never_has_more_headers_than_there_is_room_for),
        SIEGE_TEST(odd_headers_have_answers),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
