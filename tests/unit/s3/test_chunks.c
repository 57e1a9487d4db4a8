/* SPDX-License-Identifier: MIT */
#include "test.h"

#include <stdlib.h>
#include <string.h>

#include "chunks.h"
#include "fail_malloc.h"
#include "sigv4_examples.h"

/* The worked examples: 66 560 times 'a' in two chunks, and the end. */
#define FIRST_SIZE 65536
#define SECOND_SIZE 1024

struct example_body {
    const char *payload_hash;
    const char *seed;
    const char *signatures[3];
    const char *end;
};

static const struct example_body signed_body = {
    "STREAMING-AWS4-HMAC-SHA256-PAYLOAD",
    "4f232c4386841ef735655705268965c44a0e4690baa4adea153f7db9fa80a0a9",
    {"ad80c730a21e5b8d04586a2213dd63b9a0e99e0e2307b0ade35a65485a288648",
     "0055627c9e194cb4542bae2aa5492e3c1575bbb81b612b7d234b86a503ef5497",
     "b6c6ea8a5354eaf15b3cb7646744f4275b71ea724fed81ceb9323e279d449df9"},
    "\r\n",
};

#define TRAILER_SIGNATURE                                                                          \
    "x-amz-trailer-signature:"                                                                     \
    "d81f82fc3505edab99d459891051a732e8730629a2e4a59689829ca17fe2e435\r\n"

static const struct example_body trailer_body = {
    "STREAMING-AWS4-HMAC-SHA256-PAYLOAD-TRAILER",
    "106e2a8a18243abcf37539882f36619c00e2dfc72633413f02d3b74544bfeb8e",
    {"b474d8862b1487a5145d686f57f013e54db672cee1c953b3010fb58501ef5aa2",
     "1c1344b170168f8e65b41376b44b20fe354e373826ccbbe2c1d40a8cae51e5c7",
     "2ca2aba2005185cf7159c6277faf83795951dd77a3a99e6e65d5c9f85863f992"},
    "x-amz-checksum-crc32c:sOO8/Q==\r\n" TRAILER_SIGNATURE "\r\n",
};

static struct s3a_buf write_example(const struct example_body *body)
{
    static const size_t sizes[] = {FIRST_SIZE, SECOND_SIZE, 0};
    struct s3a_buf buf;

    s3a_buf_init(&buf, 1000000);
    for (size_t i = 0; i < 3; i++) {
        s3a_buf_append_format(&buf, "%zx;chunk-signature=%s\r\n", sizes[i], body->signatures[i]);
        char *bytes = s3a_buf_reserve(&buf, sizes[i]);
        assert_non_null(bytes);
        memset(bytes, 'a', sizes[i]);
        s3a_buf_added(&buf, sizes[i]);
        s3a_buf_append_text(&buf, sizes[i] > 0 ? "\r\n" : body->end);
    }
    return buf;
}

static enum s3a_code begin(struct s3a_chunks *chunks, const char *payload_hash, const char *seed)
{
    struct s3a_sigv4_key key = {0};
    char signature[S3A_SHA256_HEX_SIZE + 1];
    const struct s3a_sigv4_claim claim = {.date = example_scope.date,
                                          .region = example_scope.region,
                                          .service = example_scope.service,
                                          .signature = s3a_str_of(seed),
                                          .payload_hash = s3a_str_of(payload_hash)};

    s3a_sigv4_signature(&key, example_credentials.secret_key, &example_scope, S3A_STR(""),
                        signature);
    return s3a_chunks_init(chunks, &claim, &key);
}

/* Feeds it in pieces, and returns what came of it. The content is what it should be: only 'a'. */
static enum s3a_code feed(struct s3a_chunks *chunks, struct s3a_str bytes, size_t piece_size)
{
    enum s3a_code code = S3A_CODE_NONE;

    while (bytes.size > 0 && code == S3A_CODE_NONE) {
        size_t size = bytes.size < piece_size ? bytes.size : piece_size;
        struct s3a_str piece = s3a_str_make(bytes.data, size);
        bytes = s3a_str_skip(bytes, size);
        while (piece.size > 0 && code == S3A_CODE_NONE) {
            struct s3a_str content;
            code = s3a_chunks_take(chunks, &piece, &content);
            for (size_t i = 0; i < content.size; i++) {
                assert_int_equal(content.data[i], 'a');
            }
        }
    }
    return code == S3A_CODE_NONE ? s3a_chunks_end(chunks) : code;
}

static enum s3a_code read_text(const char *payload_hash, const char *text)
{
    struct s3a_chunks chunks;

    assert_int_equal(begin(&chunks, payload_hash, signed_body.seed), S3A_CODE_NONE);
    enum s3a_code code = feed(&chunks, s3a_str_of(text), 1000);
    s3a_chunks_fini(&chunks);
    return code;
}

static void the_worked_examples_are_read_in_pieces_of_any_size(void **state)
{
    (void)state;
    static const struct example_body *const bodies[] = {&signed_body, &trailer_body};
    static const size_t pieces[] = {1, 7, 1000, 65536, 1000000};
    struct s3a_chunks chunks;

    for (size_t i = 0; i < 2; i++) {
        struct s3a_buf buf = write_example(bodies[i]);
        for (size_t j = 0; j < sizeof(pieces) / sizeof(pieces[0]); j++) {
            assert_int_equal(begin(&chunks, bodies[i]->payload_hash, bodies[i]->seed),
                             S3A_CODE_NONE);
            assert_int_equal(feed(&chunks, s3a_buf_str(&buf), pieces[j]), S3A_CODE_NONE);
            assert_int_equal(chunks.size, FIRST_SIZE + SECOND_SIZE);
            s3a_chunks_fini(&chunks);
        }
        s3a_buf_fini(&buf);
    }
}

static void the_trailer_is_given_out(void **state)
{
    (void)state;
    struct s3a_buf buf = write_example(&trailer_body);
    struct s3a_chunks chunks;

    assert_int_equal(begin(&chunks, trailer_body.payload_hash, trailer_body.seed), S3A_CODE_NONE);
    assert_null(s3a_chunks_trailer(&chunks).name.data);
    assert_int_equal(feed(&chunks, s3a_buf_str(&buf), 10000), S3A_CODE_NONE);
    assert_str(s3a_chunks_trailer(&chunks).name, "x-amz-checksum-crc32c");
    assert_str(s3a_chunks_trailer(&chunks).value, "sOO8/Q==");
    s3a_chunks_fini(&chunks);
    s3a_buf_fini(&buf);
}

/* A chunk, its place, its size and the trailer are all under one signature after the other. */
static void whatever_is_changed_breaks_a_signature(void **state)
{
    (void)state;
    static const char *const words[] = {"ad80c", "0055", "b6c6", "aaaa"};
    struct s3a_chunks chunks;

    for (size_t i = 0; i < sizeof(words) / sizeof(words[0]); i++) {
        struct s3a_buf buf = write_example(&signed_body);
        char *at = strstr(buf.data, words[i]);
        assert_non_null(at);
        at[0] = at[0] == 'b' ? 'c' : 'b';
        assert_int_equal(begin(&chunks, signed_body.payload_hash, signed_body.seed), S3A_CODE_NONE);
        enum s3a_code code = S3A_CODE_NONE;
        struct s3a_str bytes = s3a_buf_str(&buf);
        while (bytes.size > 0 && code == S3A_CODE_NONE) {
            struct s3a_str content;
            code = s3a_chunks_take(&chunks, &bytes, &content);
        }
        assert_int_equal(code, S3A_CODE_SIGNATURE_DOES_NOT_MATCH);
        s3a_chunks_fini(&chunks);
        s3a_buf_fini(&buf);
    }
    struct s3a_buf buf = write_example(&trailer_body);
    char *at = strstr(buf.data, "sOO8");
    at[0] = 't';
    assert_int_equal(begin(&chunks, trailer_body.payload_hash, trailer_body.seed), S3A_CODE_NONE);
    assert_int_equal(feed(&chunks, s3a_buf_str(&buf), 10000), S3A_CODE_SIGNATURE_DOES_NOT_MATCH);
    s3a_chunks_fini(&chunks);
    s3a_buf_fini(&buf);
}

static void a_trailer_without_its_signature_is_not_whole(void **state)
{
    (void)state;
    struct s3a_buf buf = write_example(&trailer_body);
    struct s3a_chunks chunks;

    buf.size -= strlen(TRAILER_SIGNATURE "\r\n");
    s3a_buf_append_text(&buf, "\r\n\r\n");
    assert_int_equal(begin(&chunks, trailer_body.payload_hash, trailer_body.seed), S3A_CODE_NONE);
    assert_int_equal(feed(&chunks, s3a_buf_str(&buf), 10000), S3A_CODE_INCOMPLETE_BODY);
    s3a_chunks_fini(&chunks);
    s3a_buf_fini(&buf);
}

#define UNSIGNED "STREAMING-UNSIGNED-PAYLOAD-TRAILER"

static void chunks_may_come_unsigned(void **state)
{
    (void)state;
    static const char *const good[] = {
        "5\r\naaaaa\r\n0\r\nx-amz-checksum-crc32:NhCmhg==\r\n\r\n",
        "5\r\naaaaa\r\n0\r\nx-amz-checksum-crc32:NhCmhg==\n\r\n\r\n",
        "A\r\naaaaaaaaaa\r\n00\r\n\r\n",
        "5;extension=1\r\naaaaa\r\n0\r\n\r\n",
        "0\r\n\r\n",
    };

    for (size_t i = 0; i < sizeof(good) / sizeof(good[0]); i++) {
        assert_int_equal(read_text(UNSIGNED, good[i]), S3A_CODE_NONE);
    }
}

static void what_are_no_chunks_is_refused(void **state)
{
    (void)state;
    static const char *const bad[] = {
        "hello\r\n\r\n",
        "x\r\n",
        "\r\n",
        "-5\r\n",
        "5 \r\naaaaa",
        "1000000000000\r\n",
        "5\r\naaaaaa\r\n",
        "0\r\nno trailer\r\n\r\n",
        "0\r\na:1\r\nb:2\r\n\r\n",
        "0\r\nx-amz-trailer-signature:0\r\n\r\n",
        "0\r\n\r\nmore\r\n",
    };
    static const char *const incomplete[] = {"",
                                             "5",
                                             "5\r\n",
                                             "5\r\naaa",
                                             "5\r\naaaaa",
                                             "5\r\naaaaa\r\n",
                                             "0\r\n",
                                             "0\r\na:1\r\n",
                                             "0\r\n\r\nmore"};
    char line[2 * S3A_CHUNK_LINE_SIZE_MAX + 1];

    for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
        assert_int_equal(read_text(UNSIGNED, bad[i]), S3A_CODE_INVALID_REQUEST);
    }
    for (size_t i = 0; i < sizeof(incomplete) / sizeof(incomplete[0]); i++) {
        assert_int_equal(read_text(UNSIGNED, incomplete[i]), S3A_CODE_INCOMPLETE_BODY);
    }
    assert_int_equal(read_text(signed_body.payload_hash, "5\r\naaaaa\r\n"),
                     S3A_CODE_INVALID_REQUEST);
    assert_int_equal(read_text(signed_body.payload_hash, "5;chunk-signature=12\r\naaaaa\r\n"),
                     S3A_CODE_INVALID_REQUEST);
    memset(line, '0', sizeof(line));
    line[sizeof(line) - 1] = '\0';
    assert_int_equal(read_text(UNSIGNED, line), S3A_CODE_INVALID_REQUEST);
}

static void other_kinds_are_not_implemented(void **state)
{
    (void)state;
    struct s3a_chunks chunks;

    assert_true(s3a_chunks_are_announced(S3A_STR("STREAMING-AWS4-ECDSA-P256-SHA256-PAYLOAD")));
    assert_false(s3a_chunks_are_announced(S3A_STR(S3A_UNSIGNED_PAYLOAD)));
    assert_int_equal(begin(&chunks, "STREAMING-AWS4-ECDSA-P256-SHA256-PAYLOAD", signed_body.seed),
                     S3A_CODE_NOT_IMPLEMENTED);
    s3a_chunks_fini(&chunks);
}

static void without_memory_no_chunk_is_read(void **state)
{
    (void)state;
    struct s3a_chunks chunks;

    fail_malloc_at(1);
    assert_int_equal(begin(&chunks, signed_body.payload_hash, signed_body.seed),
                     S3A_CODE_INTERNAL_ERROR);
    assert_true(fail_malloc_happened());
    s3a_chunks_fini(&chunks);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_worked_examples_are_read_in_pieces_of_any_size),
        cmocka_unit_test(the_trailer_is_given_out),
        cmocka_unit_test(whatever_is_changed_breaks_a_signature),
        cmocka_unit_test(a_trailer_without_its_signature_is_not_whole),
        cmocka_unit_test(chunks_may_come_unsigned),
        cmocka_unit_test(what_are_no_chunks_is_refused),
        cmocka_unit_test(other_kinds_are_not_implemented),
        cmocka_unit_test(without_memory_no_chunk_is_read),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
