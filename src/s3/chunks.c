/* SPDX-License-Identifier: MIT */
#include "chunks.h"

#include <string.h>

#define PREFIX "STREAMING-"
#define CHUNK_ALGORITHM "AWS4-HMAC-SHA256-PAYLOAD"
#define TRAILER_ALGORITHM "AWS4-HMAC-SHA256-TRAILER"
#define EMPTY_SHA256 "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"

/* Amazon S3 takes chunks of any size up to that of a body; this is beyond any body. */
#define CHUNK_DIGITS_MAX 12

/* A string to sign: five or six lines, none long. */
#define TO_SIGN_SIZE_MAX                                                                           \
    (sizeof(CHUNK_ALGORITHM) + S3A_DATE_BASIC_SIZE + S3A_SIGV4_SCOPE_SIZE_MAX +                    \
     3 * S3A_SHA256_HEX_SIZE + 6)

static const struct {
    const char *payload_hash;
    bool is_signed;
    bool has_trailer;
} kinds[] = {
    {"STREAMING-AWS4-HMAC-SHA256-PAYLOAD", true, false},
    {"STREAMING-AWS4-HMAC-SHA256-PAYLOAD-TRAILER", true, true},
    {"STREAMING-UNSIGNED-PAYLOAD-TRAILER", false, true},
};

bool s3a_chunks_are_announced(struct s3a_str payload_hash)
{
    return s3a_str_starts_with(payload_hash, PREFIX);
}

/* Everything that the signatures of chunks are made of, beside the chunks. */
static bool keep_signing(struct s3a_chunks *chunks, const struct s3a_sigv4_claim *claim,
                         const struct s3a_sigv4_key *key)
{
    const struct s3a_sigv4_scope scope = {claim->date, claim->region, claim->service};
    struct s3a_buf text;

    s3a_buf_init(&text, S3A_SIGV4_SCOPE_SIZE_MAX);
    s3a_sigv4_scope_text(&text, &scope);
    bool is_good = text.status == S3A_OK && claim->date.size == S3A_DATE_BASIC_SIZE &&
                   claim->signature.size == S3A_SHA256_HEX_SIZE;
    if (is_good) {
        chunks->scope_size = text.size;
        memcpy(chunks->scope, text.data, text.size);
    }
    s3a_buf_fini(&text);
    if (!is_good) {
        return false;
    }
    memcpy(chunks->date, claim->date.data, S3A_DATE_BASIC_SIZE);
    memcpy(chunks->signature, claim->signature.data, S3A_SHA256_HEX_SIZE);
    memcpy(chunks->key, key->key, sizeof(chunks->key));
    return s3a_digest_init(&chunks->digest, S3A_DIGEST_SHA256) == S3A_OK;
}

enum s3a_code s3a_chunks_init(struct s3a_chunks *chunks, const struct s3a_sigv4_claim *claim,
                              const struct s3a_sigv4_key *key)
{
    memset(chunks, 0, sizeof(*chunks));
    for (size_t i = 0; i < sizeof(kinds) / sizeof(kinds[0]); i++) {
        if (!s3a_str_is(claim->payload_hash, kinds[i].payload_hash)) {
            continue;
        }
        chunks->is_signed = kinds[i].is_signed;
        chunks->has_trailer = kinds[i].has_trailer;
        return !chunks->is_signed || keep_signing(chunks, claim, key) ? S3A_CODE_NONE
                                                                      : S3A_CODE_INTERNAL_ERROR;
    }
    return S3A_CODE_NOT_IMPLEMENTED;
}

void s3a_chunks_fini(struct s3a_chunks *chunks)
{
    explicit_bzero(chunks, sizeof(*chunks));
}

static size_t append(char *text, size_t size, const char *bytes, size_t count)
{
    memcpy(text + size, bytes, count);
    text[size + count] = '\n';
    return size + count + 1;
}

/*
 * Is the announced signature that of algorithm, what came before, and hashes? It then is the one
 * that the next is signed with.
 */
static bool check_signature(struct s3a_chunks *chunks, const char *algorithm, bool has_empty_hash,
                            const uint8_t sha256[S3A_SHA256_SIZE])
{
    char text[TO_SIGN_SIZE_MAX];
    char hex[S3A_SHA256_HEX_SIZE + 1];
    uint8_t mac[S3A_SHA256_SIZE];
    size_t size = append(text, 0, algorithm, strlen(algorithm));

    size = append(text, size, chunks->date, S3A_DATE_BASIC_SIZE);
    size = append(text, size, chunks->scope, chunks->scope_size);
    size = append(text, size, chunks->signature, S3A_SHA256_HEX_SIZE);
    if (has_empty_hash) {
        size = append(text, size, EMPTY_SHA256, S3A_SHA256_HEX_SIZE);
    }
    s3a_hex(sha256, S3A_SHA256_SIZE, hex);
    size = append(text, size, hex, S3A_SHA256_HEX_SIZE);
    s3a_hmac_sha256(s3a_str_make(chunks->key, sizeof(chunks->key)), s3a_str_make(text, size - 1),
                    mac);
    s3a_hex(mac, sizeof(mac), hex);
    memcpy(chunks->signature, hex, S3A_SHA256_HEX_SIZE);
    return s3a_equal_secret(s3a_str_make(chunks->announced, S3A_SHA256_HEX_SIZE),
                            s3a_str_make(hex, S3A_SHA256_HEX_SIZE));
}

/* All bytes of a chunk are there. */
static enum s3a_code end_chunk(struct s3a_chunks *chunks)
{
    uint8_t sha256[S3A_SHA256_SIZE];

    if (!chunks->is_signed) {
        return S3A_CODE_NONE;
    }
    s3a_digest_end(&chunks->digest, sha256);
    return check_signature(chunks, CHUNK_ALGORITHM, true, sha256)
               ? S3A_CODE_NONE
               : S3A_CODE_SIGNATURE_DOES_NOT_MATCH;
}

static bool parse_hex(struct s3a_str text, uint64_t *ret_value)
{
    static const char digits[] = "0123456789abcdef0123456789ABCDEF";
    uint64_t value = 0;

    for (size_t i = 0; i < text.size; i++) {
        const char *digit = text.data[i] ? strchr(digits, text.data[i]) : NULL;
        if (!digit) {
            return false;
        }
        value = value << 4 | ((uint64_t)(digit - digits) & 15);
    }
    *ret_value = value;
    return text.size > 0 && text.size <= CHUNK_DIGITS_MAX;
}

static bool take_signature(struct s3a_chunks *chunks, struct s3a_str signature)
{
    if (signature.size != S3A_SHA256_HEX_SIZE) {
        return false;
    }
    memcpy(chunks->announced, signature.data, S3A_SHA256_HEX_SIZE);
    return true;
}

/* "400;chunk-signature=0055..." */
static enum s3a_code on_size_line(struct s3a_chunks *chunks, struct s3a_str line)
{
    struct s3a_str value = line;
    struct s3a_str size = s3a_str_split(&value, ';');
    struct s3a_str name = s3a_str_split(&value, '=');

    if (!parse_hex(size, &chunks->left)) {
        return S3A_CODE_INVALID_REQUEST;
    }
    if (chunks->is_signed &&
        (!s3a_str_is(name, "chunk-signature") || !take_signature(chunks, value))) {
        return S3A_CODE_INVALID_REQUEST;
    }
    if (chunks->left > 0) {
        chunks->state = S3A_CHUNKS_DATA;
        return S3A_CODE_NONE;
    }
    chunks->state = S3A_CHUNKS_TRAILER;
    return end_chunk(chunks);
}

/* "x-amz-trailer-signature:d81f...": of the line before, as it is sent but for the line break. */
static enum s3a_code on_trailer_signature(struct s3a_chunks *chunks, struct s3a_str value)
{
    uint8_t sha256[S3A_SHA256_SIZE];
    struct s3a_digest digest;

    if (!chunks->is_signed || !take_signature(chunks, value)) {
        return S3A_CODE_INVALID_REQUEST;
    }
    if (s3a_digest_init(&digest, S3A_DIGEST_SHA256) != S3A_OK) {
        return S3A_CODE_INTERNAL_ERROR;
    }
    s3a_digest_add(&digest, s3a_str_make(chunks->trailer, chunks->trailer_size));
    s3a_digest_add(&digest, S3A_STR("\n"));
    s3a_digest_end(&digest, sha256);
    if (!check_signature(chunks, TRAILER_ALGORITHM, false, sha256)) {
        return S3A_CODE_SIGNATURE_DOES_NOT_MATCH;
    }
    chunks->is_trailer_signed = true;
    return S3A_CODE_NONE;
}

static enum s3a_code on_trailer_line(struct s3a_chunks *chunks, struct s3a_str line)
{
    struct s3a_str value = line;
    struct s3a_str name = s3a_str_split(&value, ':');

    if (line.size == 0) {
        /* The signature of a trailer comes in the line behind it, or behind an empty one. */
        bool is_due = chunks->is_signed && chunks->trailer_size > 0 && !chunks->is_trailer_signed;
        chunks->state = is_due ? S3A_CHUNKS_TRAILER : S3A_CHUNKS_DONE;
        return S3A_CODE_NONE;
    }
    if (!chunks->has_trailer || !value.data) {
        return S3A_CODE_INVALID_REQUEST;
    }
    if (s3a_str_is_nocase(name, "x-amz-trailer-signature")) {
        return on_trailer_signature(chunks, s3a_str_trim(value));
    }
    if (chunks->trailer_size > 0) {
        return S3A_CODE_INVALID_REQUEST; /* one checksum, no more */
    }
    memcpy(chunks->trailer, line.data, line.size);
    chunks->trailer_size = line.size;
    return S3A_CODE_NONE;
}

static enum s3a_code on_line(struct s3a_chunks *chunks, struct s3a_str line)
{
    switch (chunks->state) {
    case S3A_CHUNKS_SIZE:
        return on_size_line(chunks, line);
    case S3A_CHUNKS_DATA_END:
        chunks->state = S3A_CHUNKS_SIZE;
        return line.size == 0 ? S3A_CODE_NONE : S3A_CODE_INVALID_REQUEST;
    case S3A_CHUNKS_TRAILER:
        return on_trailer_line(chunks, line);
    case S3A_CHUNKS_DONE:
        return line.size == 0 ? S3A_CODE_NONE : S3A_CODE_INVALID_REQUEST;
    case S3A_CHUNKS_DATA:
        break;
    }
    return S3A_CODE_INVALID_REQUEST;
}

/* Lines end with "\r\n", but for that of the trailer, which some senders end with "\n" and follow
 * by an empty one. */
static enum s3a_code take_line(struct s3a_chunks *chunks, struct s3a_str *bytes)
{
    size_t size = s3a_str_find(*bytes, '\n');
    bool is_whole = size < bytes->size;
    struct s3a_str line;

    if (size > sizeof(chunks->line) - chunks->line_size) {
        return S3A_CODE_INVALID_REQUEST;
    }
    memcpy(chunks->line + chunks->line_size, bytes->data, size);
    chunks->line_size += size;
    *bytes = s3a_str_skip(*bytes, is_whole ? size + 1 : size);
    if (!is_whole) {
        return S3A_CODE_NONE;
    }
    line = s3a_str_make(chunks->line, chunks->line_size);
    if (line.size > 0 && line.data[line.size - 1] == '\r') {
        line.size--;
    }
    chunks->line_size = 0;
    return on_line(chunks, line);
}

enum s3a_code s3a_chunks_take(struct s3a_chunks *chunks, struct s3a_str *bytes,
                              struct s3a_str *ret_content)
{
    *ret_content = s3a_str_make(bytes->data, 0);
    if (bytes->size == 0) {
        return S3A_CODE_NONE;
    }
    if (chunks->state != S3A_CHUNKS_DATA) {
        return take_line(chunks, bytes);
    }
    ret_content->size = bytes->size < chunks->left ? bytes->size : (size_t)chunks->left;
    *bytes = s3a_str_skip(*bytes, ret_content->size);
    chunks->left -= ret_content->size;
    chunks->size += ret_content->size;
    if (chunks->is_signed) {
        s3a_digest_add(&chunks->digest, *ret_content);
    }
    if (chunks->left > 0) {
        return S3A_CODE_NONE;
    }
    chunks->state = S3A_CHUNKS_DATA_END;
    return end_chunk(chunks);
}

enum s3a_code s3a_chunks_end(const struct s3a_chunks *chunks)
{
    return chunks->state == S3A_CHUNKS_DONE && chunks->line_size == 0 ? S3A_CODE_NONE
                                                                      : S3A_CODE_INCOMPLETE_BODY;
}

struct s3a_header s3a_chunks_trailer(const struct s3a_chunks *chunks)
{
    struct s3a_header header = {.value = s3a_str_make(chunks->trailer, chunks->trailer_size)};

    if (chunks->trailer_size == 0) {
        return (struct s3a_header){{NULL, 0}, {NULL, 0}};
    }
    header.name = s3a_str_split(&header.value, ':');
    header.value = s3a_str_trim(header.value);
    return header;
}
