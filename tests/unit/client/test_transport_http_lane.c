/* SPDX-License-Identifier: MIT */
#include "test.h"

#include <stdlib.h>
#include <string.h>

#include "puppet.h"
#include "sigv4.h"

#define HEADERS_MAX 64

/* A request taken apart, as a server would. */
struct received {
    struct s3a_pool pool;
    struct s3a_sigv4_incoming request;
    struct s3a_header headers[HEADERS_MAX];
    struct s3a_str body;
};

static void take_apart(struct received *received, const char *text)
{
    struct s3a_str rest = s3a_pool_copy(&received->pool, s3a_str_of(text));
    struct s3a_str line = s3a_str_trim(s3a_str_split(&rest, '\n'));

    received->request.headers = received->headers;
    received->request.method = s3a_str_split(&line, ' ');
    received->request.query = s3a_str_split(&line, ' ');
    received->request.path = s3a_str_split(&received->request.query, '?');
    for (;;) {
        line = s3a_str_split(&rest, '\n');
        line.size--;
        if (line.size == 0) {
            break;
        }
        struct s3a_header *header = &received->headers[received->request.header_count++];
        header->name = s3a_str_split(&line, ':');
        header->value = s3a_str_trim(line);
        char *name = (char *)(uintptr_t)header->name.data;
        for (size_t i = 0; i < header->name.size; i++) {
            name[i] = name[i] >= 'A' && name[i] <= 'Z' ? (char)(name[i] | 0x20) : name[i];
        }
    }
    received->body = rest;
}

static struct s3a_str header_of(const struct received *received, const char *name)
{
    struct s3a_str value = {NULL, 0};

    for (size_t i = 0; i < received->request.header_count; i++) {
        if (s3a_str_is(received->headers[i].name, name)) {
            assert_null(value.data); /* it comes once */
            value = received->headers[i].value;
        }
    }
    return value;
}

/* What came is what was signed, as the server's side of the signature sees it. */
static void assert_signed(const struct received *received)
{
    struct s3a_pool pool = {NULL};
    struct s3a_sigv4_claim claim;
    struct s3a_sigv4_key key = {{0}};
    struct s3a_buf scratch;
    const char *message = NULL;
    char hash[S3A_SHA256_HEX_SIZE + 1];
    uint8_t bytes[S3A_SHA256_SIZE];

    assert_int_equal(s3a_sigv4_claim_parse(&pool, &received->request, &claim, &message),
                     S3A_CODE_NONE);
    s3a_buf_init(&scratch, S3A_CANONICAL_SIZE_MAX);
    assert_int_equal(
        s3a_sigv4_claim_verify(&claim, &received->request, &key, S3A_STR("secret"), &scratch),
        S3A_CODE_NONE);
    s3a_buf_fini(&scratch);
    s3a_sha256(received->body, bytes);
    s3a_hex(bytes, sizeof(bytes), hash);
    assert_str(header_of(received, "x-amz-content-sha256"), hash);
    s3a_pool_fini(&pool);
}

static void receive(struct puppet *puppet, struct errand *errand, const char *reply,
                    enum s3a_status status, struct received *received)
{
    struct line line;

    *received = (struct received){{NULL}};
    errand_send(errand);
    line_accept(puppet, &line);
    take_apart(received, line_read(&line));
    line_send(&line, reply);
    assert_int_equal(errand_wait(errand), status);
    line_close(&line);
}

static void a_put_is_what_was_signed(void **state)
{
    struct errand errand;
    struct received received;

    errand_init(&errand, *state, S3A_OP_PUT_OBJECT, "a/b/../c d+\xc3\xa9?#%41");
    errand.call.body = S3A_STR("hello");
    errand.call.op.if_match = S3A_STR("\"etag\"");
    s3a_headers_add(&errand.call.op.headers, S3A_STR("content-type"), S3A_STR("text/plain"));
    s3a_headers_add(&errand.call.op.headers, S3A_STR("x-amz-meta-empty"), S3A_STR(""));
    receive(*state, &errand, DONE, S3A_OK, &received);
    assert_signed(&received);
    assert_str(received.request.method, "PUT");
    assert_str(received.request.path, "/bucket/a/b/../c%20d%2B%C3%A9%3F%23%2541");
    assert_str(received.body, "hello");
    assert_str(header_of(&received, "content-length"), "5");
    assert_str(header_of(&received, "content-type"), "text/plain");
    assert_str(header_of(&received, "if-match"), "\"etag\"");
    assert_str(header_of(&received, "user-agent"), "s3atomic/" S3A_VERSION);
    assert_non_null(header_of(&received, "x-amz-meta-empty").data);
    assert_null(header_of(&received, "expect").data);
    assert_null(header_of(&received, "accept").data);
    s3a_pool_fini(&received.pool);
    errand_fini(&errand);
}

static void a_put_of_nothing_says_so(void **state)
{
    struct errand errand;
    struct received received;

    errand_init(&errand, *state, S3A_OP_PUT_OBJECT, "k");
    receive(*state, &errand, DONE, S3A_OK, &received);
    assert_signed(&received);
    assert_str(header_of(&received, "content-length"), "0");
    assert_null(header_of(&received, "content-type").data);
    s3a_pool_fini(&received.pool);
    errand_fini(&errand);
}

static void a_token_is_sent_and_signed(void **state)
{
    struct puppet puppet;
    struct errand errand;
    struct received received;

    (void)state;
    puppet_open(&puppet, &(struct puppet_options){.session_token = "a+token/="});
    errand_init(&errand, &puppet, S3A_OP_GET_OBJECT, "k");
    receive(&puppet, &errand, DONE, S3A_OK, &received);
    assert_signed(&received);
    assert_str(header_of(&received, "x-amz-security-token"), "a+token/=");
    s3a_pool_fini(&received.pool);
    errand_fini(&errand);
    puppet_close(&puppet);
}

struct expectation {
    enum s3a_op_kind kind;
    const char *key;
    const char *method;
    const char *path;
    const char *reply;
};

static void every_operation_has_its_method(void **state)
{
    static const struct expectation all[] = {
        {S3A_OP_GET_OBJECT, "k", "GET", "/bucket/k", DONE_XY},
        {S3A_OP_HEAD_OBJECT, "k", "HEAD", "/bucket/k",
         "HTTP/1.1 200 OK\r\nETag: \"e\"\r\nContent-Length: 7\r\n\r\n"},
        {S3A_OP_PUT_OBJECT, "k", "PUT", "/bucket/k", DONE},
        {S3A_OP_DELETE_OBJECT, "k", "DELETE", "/bucket/k", "HTTP/1.1 204 No Content\r\n\r\n"},
        {S3A_OP_CREATE_BUCKET, NULL, "PUT", "/bucket", DONE},
        {S3A_OP_HEAD_BUCKET, NULL, "HEAD", "/bucket", DONE},
        {S3A_OP_DELETE_BUCKET, NULL, "DELETE", "/bucket", "HTTP/1.1 204 No Content\r\n\r\n"},
    };

    /* One after another, so that each finds a handle that another kind has used. */
    for (size_t i = 0; i < 2 * sizeof(all) / sizeof(all[0]); i++) {
        const struct expectation *expected = &all[(i * 3) % (sizeof(all) / sizeof(all[0]))];
        struct errand errand;
        struct received received;
        errand_init(&errand, *state, expected->kind, expected->key);
        receive(*state, &errand, expected->reply, S3A_OK, &received);
        assert_signed(&received);
        assert_str(received.request.method, expected->method);
        assert_str(received.request.path, expected->path);
        assert_int_equal(received.body.size, 0);
        assert_int_equal(header_of(&received, "content-length").data != NULL,
                         strcmp(expected->method, "PUT") == 0);
        s3a_pool_fini(&received.pool);
        errand_fini(&errand);
    }
}

static void a_listing_keeps_its_query(void **state)
{
    struct errand errand;
    struct received received;

    errand_init(&errand, *state, S3A_OP_LIST_OBJECTS, NULL);
    errand.call.op.prefix = S3A_STR("a b/");
    receive(*state, &errand,
            "HTTP/1.1 200 OK\r\nContent-Length: 57\r\n\r\n"
            "<ListBucketResult><KeyCount>0</KeyCount></ListBucketResult>",
            S3A_PROTOCOL, &received);
    assert_signed(&received);
    assert_str(received.request.query, "list-type=2&prefix=a%20b%2F");
    s3a_pool_fini(&received.pool);
    errand_fini(&errand);
}

static char *make_large(size_t size)
{
    char *bytes = malloc(size);

    assert_non_null(bytes);
    for (size_t i = 0; i < size; i++) {
        bytes[i] = (char)('a' + i % 23);
    }
    return bytes;
}

static void a_large_body_is_not_sent_before_it_is_wanted(void **state)
{
    size_t size = 3 * 1024 * 1024;
    char *bytes = make_large(size);
    struct errand errand;
    struct line line;
    struct s3a_str head;

    errand_init(&errand, *state, S3A_OP_PUT_OBJECT, "k");
    errand.call.body = s3a_str_make(bytes, size);
    errand_send(&errand);
    line_accept(*state, &line);
    while (!strstr(s3a_buf_text(&line.in), "\r\n\r\n")) {
        assert_true(line_read_some(&line) > 0);
    }
    head = s3a_buf_str(&line.in);
    assert_true(s3a_str_ends_with(head, "\r\n\r\n"));
    assert_non_null(strcasestr(head.data, "\r\nexpect: 100-continue\r\n"));
    line_send(&line, "HTTP/1.1 100 Continue\r\n\r\n");
    s3a_buf_clear(&line.in);
    while (line.in.size < size) {
        assert_true(line_read_some(&line) > 0);
    }
    assert_memory_equal(line.in.data, bytes, size);
    line_send(&line, DONE);
    assert_int_equal(errand_wait(&errand), S3A_OK);
    assert_string_equal(errand.call.answer.etag, "\"e\"");
    line_close(&line);
    errand_fini(&errand);
    free(bytes);
}

static void a_store_that_does_not_know_expect_gets_the_body_all_the_same(void **state)
{
    size_t size = 2 * 1024 * 1024;
    char *bytes = make_large(size);
    struct errand errand;
    struct line line;

    errand_init(&errand, *state, S3A_OP_PUT_OBJECT, "k");
    errand.call.body = s3a_str_make(bytes, size);
    errand_send(&errand);
    line_accept(*state, &line);
    while (!strstr(s3a_buf_text(&line.in), "\r\n\r\n")) {
        assert_true(line_read_some(&line) > 0);
    }
    /* It says that it has not taken the request: the one case in which a write is sent again. */
    line_send(&line, "HTTP/1.1 417 Expectation Failed\r\nContent-Length: 0\r\n\r\n");
    const char *text = line_read(&line);
    assert_null(strcasestr(text, "\r\nexpect:"));
    assert_memory_equal(strstr(text, "\r\n\r\n") + 4, bytes, size);
    line_send(&line, DONE);
    assert_int_equal(errand_wait(&errand), S3A_OK);
    line_close(&line);
    errand_fini(&errand);
    free(bytes);
}

/* A connection that has been used once. */
static void warm_up(struct puppet *puppet, struct line *line)
{
    struct errand errand;

    errand_init(&errand, puppet, S3A_OP_GET_OBJECT, "first");
    errand_send(&errand);
    line_accept(puppet, line);
    answer(line, DONE_XY, &errand, S3A_OK);
    errand_fini(&errand);
}

static void break_under(struct puppet *puppet, void (*end)(struct line *line))
{
    struct errand errand;
    struct line line;

    warm_up(puppet, &line);
    errand_init(&errand, puppet, S3A_OP_PUT_OBJECT, "k");
    errand.call.body = S3A_STR("once");
    errand.call.op.if_none_match = S3A_STR("*");
    errand_send(&errand);
    line_read(&line);
    end(&line);
    assert_int_equal(errand_wait(&errand), S3A_IN_DOUBT);
    assert_non_null(strstr(errand_story(&errand), "closed the connection instead of answering"));
    assert_true(puppet_is_left_alone(puppet));
    errand_fini(&errand);
}

static void a_write_is_not_repeated_on_a_connection_that_ends_without_an_answer(void **state)
{
    break_under(*state, line_close);
    break_under(*state, line_reset);
}

static void a_large_write_is_not_repeated_either(void **state)
{
    size_t size = 900 * 1024;
    char *bytes = make_large(size);
    struct errand errand;
    struct line line;

    warm_up(*state, &line);
    errand_init(&errand, *state, S3A_OP_PUT_OBJECT, "k");
    errand.call.body = s3a_str_make(bytes, size);
    errand_send(&errand);
    s3a_buf_clear(&line.in);
    assert_true(line_read_some(&line) > 0);
    line_reset(&line);
    assert_int_equal(errand_wait(&errand), S3A_IN_DOUBT);
    assert_true(puppet_is_left_alone(*state));
    errand_fini(&errand);
    free(bytes);
}

static void a_read_is_repeated_on_a_new_connection(void **state)
{
    struct errand errand;
    struct line line;

    warm_up(*state, &line);
    errand_init(&errand, *state, S3A_OP_GET_OBJECT, "k");
    errand_send(&errand);
    line_read(&line);
    line_close(&line);
    line_accept(*state, &line);
    answer(&line, DONE_XY, &errand, S3A_OK);
    assert_str(s3a_buf_str(&errand.call.answer.body), "xy");
    line_close(&line);
    errand_fini(&errand);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        PUPPET_TEST(a_put_is_what_was_signed),
        PUPPET_TEST(a_put_of_nothing_says_so),
        cmocka_unit_test(a_token_is_sent_and_signed),
        PUPPET_TEST(every_operation_has_its_method),
        PUPPET_TEST(a_listing_keeps_its_query),
        PUPPET_TEST(a_large_body_is_not_sent_before_it_is_wanted),
        PUPPET_TEST(a_store_that_does_not_know_expect_gets_the_body_all_the_same),
        PUPPET_TEST(a_write_is_not_repeated_on_a_connection_that_ends_without_an_answer),
        PUPPET_TEST(a_large_write_is_not_repeated_either),
        PUPPET_TEST(a_read_is_repeated_on_a_new_connection),
    };
    return cmocka_run_group_tests_name("transport_http_lane", tests, NULL, NULL);
}
