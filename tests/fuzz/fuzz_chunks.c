/* SPDX-License-Identifier: MIT */
#include <stdio.h>

#include "chunks.h"
#include "fuzz.h"

#define BODY_SIZE_MAX (1024 * 1024)
#define DATE "20130524T000000Z"

static const char *const payload_hashes[] = {
    "STREAMING-UNSIGNED-PAYLOAD-TRAILER",
    "STREAMING-AWS4-HMAC-SHA256-PAYLOAD",
    "STREAMING-AWS4-HMAC-SHA256-PAYLOAD-TRAILER",
};
#define SEED "4f232c4386841ef735655705268965c44a0e4690baa4adea153f7db9fa80a0a9"

struct outcome {
    enum s3a_code code;
    struct s3a_buf content;
    char trailer[S3A_CHUNK_LINE_SIZE_MAX + 2];
};

static void begin(struct s3a_chunks *chunks, const char *payload_hash)
{
    struct s3a_sigv4_key key = {0};
    char signature[S3A_SHA256_HEX_SIZE + 1];
    const struct s3a_sigv4_scope scope = {S3A_STR(DATE), S3A_STR("us-east-1"), S3A_STR("s3")};
    const struct s3a_sigv4_claim claim = {.date = scope.date,
                                          .region = scope.region,
                                          .service = scope.service,
                                          .signature = S3A_STR(SEED),
                                          .payload_hash = s3a_str_of(payload_hash)};

    s3a_check(s3a_chunks_are_announced(claim.payload_hash));
    s3a_sigv4_signature(&key, S3A_STR("secret"), &scope, S3A_STR(""), signature);
    s3a_check(s3a_chunks_init(chunks, &claim, &key) == S3A_CODE_NONE);
}

/* Reads a body that comes in pieces, of which each may have a size of its own. */
static void read_body(const char *payload_hash, struct s3a_str body, size_t piece_size,
                      struct outcome *outcome)
{
    struct s3a_chunks chunks;

    outcome->code = S3A_CODE_NONE;
    s3a_buf_init(&outcome->content, BODY_SIZE_MAX);
    begin(&chunks, payload_hash);
    while (body.size > 0 && outcome->code == S3A_CODE_NONE) {
        size_t size = body.size < piece_size ? body.size : piece_size;
        struct s3a_str copy = fuzz_copy(s3a_str_make(body.data, size));
        struct s3a_str piece = copy;
        body = s3a_str_skip(body, size);
        while (piece.size > 0 && outcome->code == S3A_CODE_NONE) {
            struct s3a_str content;
            size_t before = piece.size;
            outcome->code = s3a_chunks_take(&chunks, &piece, &content);
            s3a_check(piece.size < before || outcome->code != S3A_CODE_NONE);
            s3a_check(content.size == 0 || (content.data >= copy.data &&
                                            content.data + content.size <= copy.data + copy.size));
            s3a_buf_append(&outcome->content, content);
        }
        fuzz_free(copy);
    }
    s3a_check(chunks.size == outcome->content.size);
    if (outcome->code == S3A_CODE_NONE) {
        outcome->code = s3a_chunks_end(&chunks);
    }
    struct s3a_header trailer = s3a_chunks_trailer(&chunks);
    snprintf(outcome->trailer, sizeof(outcome->trailer), "%.*s:%.*s", S3A_STR_ARG(trailer.name),
             S3A_STR_ARG(trailer.value));
    s3a_chunks_fini(&chunks);
}

/* It does not matter how a body is cut into pieces by the way it comes. */
static void check_pieces(const char *payload_hash, struct s3a_str body, size_t piece_size)
{
    struct outcome whole;
    struct outcome pieces;

    read_body(payload_hash, body, SIZE_MAX, &whole);
    read_body(payload_hash, body, piece_size, &pieces);
    s3a_check(whole.code == pieces.code);
    if (whole.code == S3A_CODE_NONE) {
        s3a_check(s3a_str_equal(s3a_buf_str(&whole.content), s3a_buf_str(&pieces.content)));
        s3a_check(whole.content.size < body.size);
        s3a_check(strcmp(whole.trailer, pieces.trailer) == 0);
    }
    s3a_buf_fini(&whole.content);
    s3a_buf_fini(&pieces.content);
}

/* What a sender makes of any content is read as that content. */
static void check_sending(struct s3a_str content, size_t chunk_size)
{
    struct s3a_buf body;
    struct outcome outcome;
    struct s3a_str rest = content;

    s3a_buf_init(&body, BODY_SIZE_MAX);
    while (rest.size > 0) {
        size_t size = rest.size < chunk_size ? rest.size : chunk_size;
        s3a_buf_append_format(&body, "%zx\r\n", size);
        s3a_buf_append(&body, s3a_str_make(rest.data, size));
        s3a_buf_append_text(&body, "\r\n");
        rest = s3a_str_skip(rest, size);
    }
    s3a_buf_append_text(&body, "0\r\nx-amz-checksum-crc32:AAAAAA==\r\n\r\n");
    if (body.status == S3A_OK) {
        read_body(payload_hashes[0], s3a_buf_str(&body), 1 + chunk_size / 2, &outcome);
        s3a_check(outcome.code == S3A_CODE_NONE);
        s3a_check(s3a_str_equal(s3a_buf_str(&outcome.content), content));
        s3a_check(strcmp(outcome.trailer, "x-amz-checksum-crc32:AAAAAA==") == 0);
        s3a_buf_fini(&outcome.content);
    }
    s3a_buf_fini(&body);
}

/* A byte for the way it is signed, one for the size of the pieces, and the body. */
int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size)
{
    struct s3a_str body = s3a_str_make(bytes, size);
    unsigned char kind = fuzz_take_byte(&body);
    size_t piece_size = 1 + (size_t)fuzz_take_byte(&body);

    check_pieces(payload_hashes[kind % 3], body, piece_size);
    check_sending(body, piece_size);
    return 0;
}
