/* SPDX-License-Identifier: MIT */
#include "test.h"

#include <stdlib.h>
#include <string.h>

#include "siege.h"

/* Bytes that no client of good will sends: before and around what is signed. */

#define HUGE_SIZE (2 * 1024 * 1024)

#define HOST "Host: 127.0.0.1\r\n"
#define BYTES(literal)                                                                             \
    {                                                                                              \
        (literal), sizeof(literal) - 1                                                             \
    }

#define COUNT_OF(array) (sizeof(array) / sizeof((array)[0]))

static const struct s3a_str no_requests[] = {
    BYTES("\r\n\r\n"),
    BYTES("GET /\r\n\r\n"),
    BYTES("GET / HTTP/9.9\r\n" HOST "\r\n"),
    BYTES("GET / HTTP/1.1.1\r\n" HOST "\r\n"),
    BYTES("GET / HTTP\r\n" HOST "\r\n"),
    BYTES("\0\0\0\0\r\n\r\n"),
    BYTES("\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03\r\n\r\n"),
    BYTES("PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n"),
    BYTES(" GET / HTTP/1.1\r\n" HOST "\r\n"),
    BYTES("GET  /  HTTP/1.1\r\n" HOST "\r\n"),
    BYTES("GET\t/\tHTTP/1.1\r\n" HOST "\r\n"),
    BYTES("GET / HTTP/1.1\n\n"),
    BYTES("GET http:// HTTP/1.1\r\n" HOST "\r\n"),
    BYTES("GET http://[::1 HTTP/1.1\r\n" HOST "\r\n"),
    BYTES("GET * HTTP/1.1\r\n" HOST "\r\n"),
    BYTES("GET ? HTTP/1.1\r\n" HOST "\r\n"),
    BYTES("GET bucket/k HTTP/1.1\r\n" HOST "\r\n"),
    BYTES("CONNECT a:1 HTTP/1.1\r\n" HOST "\r\n"),
    BYTES("OPTIONS * HTTP/1.1\r\n" HOST "\r\n"),
    BYTES("TRACE / HTTP/1.1\r\n" HOST "\r\n"),
    BYTES("get /bucket HTTP/1.1\r\n" HOST "\r\n"),
    BYTES("GET /\x01\x02 HTTP/1.1\r\n" HOST "\r\n"),
    BYTES("GET /\xff\xfe HTTP/1.1\r\n" HOST "\r\n"),
    BYTES("GET /bucket/\0/k HTTP/1.1\r\n" HOST "\r\n"),
    BYTES("GET /bucket?\0=\0 HTTP/1.1\r\n" HOST "\r\n"),
    BYTES("GET / HTTP/1.1\r\n\r\n"),
    BYTES("GET / HTTP/1.1\r\nno colon\r\n\r\n"),
    BYTES("GET / HTTP/1.1\r\n: no name\r\n\r\n"),
    BYTES("GET / HTTP/1.1\r\nHost : h\r\n\r\n"),
    BYTES("GET / HTTP/1.1\r\n folded: h\r\n" HOST "\r\n"),
    BYTES("GET / HTTP/1.1\r\nHost: a\r\n\tb\r\n\r\n"),
    BYTES("GET / HTTP/1.1\r\nHost: a\r\nHost: b\r\n\r\n"),
    BYTES("GET / HTTP/1.1\r\nHost: a\0b\r\n\r\n"),
    BYTES("GET / HTTP/1.1\r\nHo\0st: a\r\n\r\n"),
    BYTES("GET / HTTP/1.1\r\nHost: \x7f\x01\r\n\r\n"),
    BYTES("GET / HTTP/1.1\r\nHost: a\rX: b\r\n\r\n"),
    BYTES("PUT /bucket/k HTTP/1.1\r\n" HOST "Content-Length: -1\r\n\r\n"),
    BYTES("PUT /bucket/k HTTP/1.1\r\n" HOST "Content-Length: +5\r\n\r\nhello"),
    BYTES("PUT /bucket/k HTTP/1.1\r\n" HOST "Content-Length: 5,5\r\n\r\nhello"),
    BYTES("PUT /bucket/k HTTP/1.1\r\n" HOST "Content-Length: 5 5\r\n\r\nhello"),
    BYTES("PUT /bucket/k HTTP/1.1\r\n" HOST "Content-Length: 0x5\r\n\r\nhello"),
    BYTES("PUT /bucket/k HTTP/1.1\r\n" HOST "Content-Length: \r\n\r\nhello"),
    BYTES("PUT /bucket/k HTTP/1.1\r\n" HOST "Content-Length: 5\r\nContent-Length: 6\r\n\r\nhello!"),
    BYTES("PUT /bucket/k HTTP/1.1\r\n" HOST "Content-Length: 18446744073709551615\r\n\r\n"),
    BYTES("PUT /bucket/k HTTP/1.1\r\n" HOST "Content-Length: 18446744073709551616\r\n\r\n"),
    BYTES("PUT /bucket/k HTTP/1.1\r\n" HOST
          "Content-Length: 99999999999999999999999999999999\r\n\r\n"),
    BYTES("PUT /bucket/k HTTP/1.1\r\n" HOST
          "Content-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n"),
    BYTES("PUT /bucket/k HTTP/1.1\r\n" HOST "Transfer-Encoding: gzip\r\n\r\nhello"),
    BYTES("PUT /bucket/k HTTP/1.1\r\n" HOST "Transfer-Encoding: chunked, gzip\r\n\r\nhello"),
    BYTES("PUT /bucket/k HTTP/1.1\r\n" HOST
          "Transfer-Encoding: chunked\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n"),
    BYTES("PUT /bucket/k HTTP/1.1\r\n" HOST "Transfer-Encoding: chunked\r\n\r\nzz\r\n"),
    BYTES("PUT /bucket/k HTTP/1.1\r\n" HOST "Transfer-Encoding: chunked\r\n\r\n-1\r\n"),
    BYTES("PUT /bucket/k HTTP/1.1\r\n" HOST
          "Transfer-Encoding: chunked\r\n\r\nffffffffffffffffffff\r\n"),
    BYTES("PUT /bucket/k HTTP/1.1\r\n" HOST "Transfer-Encoding: chunked\r\n\r\n5\r\nhelloX"),
    BYTES("PUT /bucket/k HTTP/1.1\r\n" HOST "Transfer-Encoding: chunked\r\n\r\n5;a=b\r\nhel"),
    BYTES("PUT /bucket/k HTTP/1.1\r\n" HOST "Expect: 200-ok\r\nContent-Length: 5\r\n\r\nhello"),
    BYTES("PUT /bucket/k HTTP/1.1\r\n" HOST
          "Expect: 100-continue\r\nExpect: 100-continue\r\nContent-Length: 5\r\n\r\nhello"),
    BYTES("GET / HTTP/1.1\r\n" HOST "Connection: Upgrade\r\nUpgrade: h2c\r\n\r\n"),
    BYTES("GET / HTTP/1.1\r\n" HOST "Authorization: \r\n\r\n"),
    BYTES("GET / HTTP/1.1\r\n" HOST "Authorization: Basic YTpi\r\n\r\n"),
    BYTES("GET / HTTP/1.1\r\n" HOST "Authorization: AWS4-HMAC-SHA256\r\n\r\n"),
    BYTES("GET / HTTP/1.1\r\n" HOST "Authorization: AWS4-HMAC-SHA256 ,,,===,;;;\r\n\r\n"),
    BYTES("GET /?X-Amz-Signature=%zz HTTP/1.1\r\n" HOST "\r\n"),
    BYTES("GET /?X-Amz-Algorithm&X-Amz-Algorithm HTTP/1.1\r\n" HOST "\r\n"),
};

static void what_is_no_request_of_ours_is_refused_or_dropped(void **state)
{
    struct siege *siege = *state;

    siege_expect_refused(siege, no_requests, COUNT_OF(no_requests));
}

/* Who goes away in the middle, and who only says that no more will come. */
static void a_request_may_end_anywhere(void **state)
{
    struct siege *siege = *state;
    const struct s3a_str whole = S3A_STR(
        "PUT http://h/bucket/k?a=b HTTP/1.1\r\n" HOST
        "Transfer-Encoding: chunked\r\nX-Long: a\r\n\r\n5;x=y\r\nhello\r\n0\r\nT: v\r\n\r\n");

    struct s3a_str parts[200];

    assert_true(whole.size < COUNT_OF(parts));
    for (size_t size = 0; size <= whole.size; size++) {
        parts[size] = s3a_str_make(whole.data, size);
        siege_break_off(siege, parts[size]);
    }
    siege_expect_refused(siege, parts, whole.size + 1);
}

/* A head with huge bytes at the place of the '@'. */
static void throw_huge(struct siege *siege, const char *head, char byte)
{
    struct s3a_buf buf;
    const char *place = strchr(head, '@');

    s3a_buf_init(&buf, 2 * HUGE_SIZE);
    s3a_buf_append(&buf, s3a_str_make(head, (size_t)(place - head)));
    char *huge = s3a_buf_reserve(&buf, HUGE_SIZE);
    assert_non_null(huge);
    memset(huge, byte, HUGE_SIZE);
    s3a_buf_added(&buf, HUGE_SIZE);
    s3a_buf_append_text(&buf, place + 1);
    siege_break_off(siege, s3a_buf_str(&buf));
    s3a_buf_fini(&buf);
}

static void nothing_is_kept_that_is_too_long(void **state)
{
    struct siege *siege = *state;
    static const char *const heads[] = {
        "@ / HTTP/1.1\r\n" HOST "\r\n",
        "GET /@ HTTP/1.1\r\n" HOST "\r\n",
        "GET /bucket?@ HTTP/1.1\r\n" HOST "\r\n",
        "GET / HTTP/1.1@\r\n" HOST "\r\n",
        "GET / HTTP/1.1\r\n@: v\r\n" HOST "\r\n",
        "GET / HTTP/1.1\r\nHost: @\r\n\r\n",
        "GET / HTTP/1.1\r\n" HOST "Authorization: AWS4-HMAC-SHA256 @\r\n\r\n",
        "GET / HTTP/1.1\r\n" HOST "Range: bytes=@-1\r\n\r\n",
        "PUT /b/k HTTP/1.1\r\n" HOST "Content-Length: @\r\n\r\n",
        "PUT /b/k HTTP/1.1\r\n" HOST "Transfer-Encoding: chunked\r\n\r\n@\r\n",
        "PUT /b/k HTTP/1.1\r\n" HOST "Transfer-Encoding: chunked\r\n\r\n1;@\r\n",
        "PUT /b/k HTTP/1.1\r\n" HOST "Transfer-Encoding: chunked\r\n\r\n0\r\nT: @\r\n\r\n",
    };

    for (size_t i = 0; i < COUNT_OF(heads); i++) {
        throw_huge(siege, heads[i], '1');
        throw_huge(siege, heads[i], ' ');
        throw_huge(siege, heads[i], '\0');
        throw_huge(siege, heads[i], '&');
        siege_expect_alive(siege);
    }
}

static void a_flood_is_dammed(struct siege *siege, const char *start, const char *again)
{
    struct s3a_buf buf;

    s3a_buf_init(&buf, 2 * HUGE_SIZE);
    s3a_buf_append_text(&buf, start);
    while (buf.size < HUGE_SIZE) {
        s3a_buf_append_text(&buf, again);
    }
    s3a_buf_append_text(&buf, "\r\n\r\n");
    siege_break_off(siege, s3a_buf_str(&buf));
    s3a_buf_fini(&buf);
}

static void floods_are_dammed(void **state)
{
    struct siege *siege = *state;

    a_flood_is_dammed(siege, "GET / HTTP/1.1\r\n", "a: b\r\n");
    a_flood_is_dammed(siege, "GET / HTTP/1.1\r\n", ":\r\n");
    a_flood_is_dammed(siege, "GET / HTTP/1.1\r\nHost: h\r\n", " folded\r\n");
    a_flood_is_dammed(siege, "GET / HTTP/1.1\r\n" HOST, "Content-Length: 0\r\n");
    a_flood_is_dammed(siege, "GET / HTTP/1.1\r\n" HOST "Cookie: ", "a=b; ");
    a_flood_is_dammed(siege, "GET /bucket?", "a=b&");
    a_flood_is_dammed(siege, "", "\r\n");
    a_flood_is_dammed(siege, "", "GET / HTTP/1.0\r\n\r\n");
}

/* What stands behind a refused request in the same connection is not taken for its body, nor the
 * other way round: whoever is behind a proxy must not be given the answer to another's request. */
static void one_request_is_not_smuggled_in_another(void **state)
{
    struct siege *siege = *state;
    struct s3a_buf buf;
    static const char *const ambiguous[] = {
        "Content-Length: 0\r\nTransfer-Encoding: chunked\r\n",
        "Content-Length: 4\r\nContent-Length: 0\r\n",
        "Transfer-Encoding: chunked\r\nContent-Length: 3\r\n",
        "Transfer-Encoding: xchunked\r\n",
        "Transfer-Encoding : chunked\r\n",
        "Transfer-Encoding:\vchunked\r\n",
    };

    for (size_t i = 0; i < COUNT_OF(ambiguous); i++) {
        s3a_buf_init(&buf, 10000);
        s3a_buf_append_format(&buf, "PUT /bucket/k HTTP/1.1\r\n" HOST "%s\r\n0\r\n\r\n",
                              ambiguous[i]);
        call_write_head(siege->stage.server, &(struct call){.path = "/bucket"}, &buf);
        struct siege_answers answers = siege_throw(siege, s3a_buf_str(&buf));
        assert_true(answers.count <= 2);
        assert_true(answers.count == 0 || (answers.first >= 400 && answers.last >= 400));
        s3a_buf_fini(&buf);
    }
}

static void good_and_bad_may_come_in_one_piece(void **state)
{
    struct siege *siege = *state;
    struct s3a_buf buf;

    s3a_buf_init(&buf, 1000000);
    for (int i = 0; i < 50; i++) {
        call_write_head(siege->stage.server, &(struct call){.path = "/bucket"}, &buf);
        s3a_buf_append_text(&buf, "GET /bucket HTTP/1.1\r\n" HOST "\r\n");
        call_write_head(siege->stage.server,
                        &(struct call){.path = "/bucket/none", .is_broken = true}, &buf);
    }
    struct siege_answers answers = siege_throw(siege, s3a_buf_str(&buf));
    assert_int_equal(answers.count, 150);
    assert_int_equal(answers.first, 200);
    assert_int_equal(answers.last, 403);
    s3a_buf_append_text(&buf, "garbage\r\n\r\n");
    answers = siege_throw(siege, s3a_buf_str(&buf));
    assert_true(answers.count >= 150);
    s3a_buf_fini(&buf);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        SIEGE_TEST(what_is_no_request_of_ours_is_refused_or_dropped),
        SIEGE_TEST(a_request_may_end_anywhere),
        SIEGE_TEST(nothing_is_kept_that_is_too_long),
        SIEGE_TEST(floods_are_dammed),
        SIEGE_TEST(one_request_is_not_smuggled_in_another),
        SIEGE_TEST(good_and_bad_may_come_in_one_piece),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
