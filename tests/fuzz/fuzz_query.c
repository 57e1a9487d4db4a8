/* SPDX-License-Identifier: MIT */
#include "fuzz.h"

#include "fuzz_request.h"
#include "name.h"

#define BASE_DOMAIN "s3.example.com"

/* A request as a server reads it. */
struct reading {
    struct s3a_pool pool;
    struct s3a_op op;
    struct s3a_answer answer;
    enum s3a_code code;
};

static void begin(struct reading *reading, const struct s3a_http_incoming *incoming)
{
    memset(reading, 0, sizeof(*reading));
    s3a_answer_init(&reading->answer, 0);
    reading->code = s3a_op_decode(incoming, S3A_STR(BASE_DOMAIN), &reading->pool, &reading->op,
                                  &reading->answer);
    s3a_check(reading->answer.code == reading->code);
}

static void end(struct reading *reading)
{
    s3a_answer_fini(&reading->answer);
    s3a_pool_fini(&reading->pool);
}

static bool has_no_nul(struct s3a_str text)
{
    return s3a_str_find(text, '\0') == text.size;
}

/* What is let through is what the store may rely on. */
static void check_operation(const struct s3a_op *op)
{
    size_t metadata_size = 0;

    s3a_check(s3a_op_method(op->kind) != NULL);
    if (op->bucket.size > 0) {
        s3a_check(s3a_bucket_check(op->bucket, NULL) == S3A_OK);
    }
    if (op->key.size > 0) {
        s3a_check(op->bucket.size > 0 && s3a_key_check(op->key, NULL) == S3A_OK);
        s3a_check(op->key.size <= S3A_KEY_SIZE_MAX && has_no_nul(op->key));
    }
    s3a_check(s3a_str_is_utf8(op->prefix) && s3a_str_is_utf8(op->delimiter) &&
              s3a_str_is_utf8(op->start_after) && s3a_str_is_utf8(op->continuation));
    s3a_check(op->keys_max <= S3A_LIST_KEYS_MAX && op->headers.count <= S3A_STORED_HEADERS_MAX);
    for (size_t i = 0; i < op->headers.count; i++) {
        const struct s3a_header *header = &op->headers.items[i];
        s3a_check(s3a_header_is_stored(header->name));
        s3a_check(s3a_header_is_valid(header->name, header->value));
        for (size_t j = 0; j < i; j++) {
            s3a_check(!s3a_str_equal(op->headers.items[j].name, header->name));
        }
        if (s3a_header_is_metadata(header->name)) {
            metadata_size += header->name.size - strlen("x-amz-meta-") + header->value.size;
        }
    }
    s3a_check(metadata_size <= S3A_METADATA_SIZE_MAX);
    s3a_check(op->range.kind != S3A_RANGE_FROM_TO || op->range.first <= op->range.last);
}

static void check_same(const struct s3a_op *a, const struct s3a_op *b)
{
    s3a_check(a->kind == b->kind);
    s3a_check(s3a_str_equal(a->bucket, b->bucket) && s3a_str_equal(a->key, b->key));
    s3a_check(s3a_str_equal(a->if_match, b->if_match));
    s3a_check(s3a_str_equal(a->if_none_match, b->if_none_match));
    s3a_check(a->if_modified_since_ms / 1000 == b->if_modified_since_ms / 1000);
    s3a_check(a->if_unmodified_since_ms / 1000 == b->if_unmodified_since_ms / 1000);
    s3a_check(a->range.kind == b->range.kind && a->range.first == b->range.first &&
              a->range.last == b->range.last);
    s3a_check(s3a_str_equal(a->prefix, b->prefix) && s3a_str_equal(a->delimiter, b->delimiter));
    s3a_check(s3a_str_equal(a->start_after, b->start_after));
    s3a_check(s3a_str_equal(a->continuation, b->continuation));
    s3a_check(a->keys_max == b->keys_max && a->encode_keys == b->encode_keys);
    s3a_check(a->kind != S3A_OP_PUT_OBJECT || a->headers.count == b->headers.count);
}

/* Does our own client ask so? */
static bool is_ours(const struct s3a_op *op)
{
    switch (op->kind) {
    case S3A_OP_LIST_OBJECTS:
        return !op->is_version_1;
    case S3A_OP_LIST_BUCKETS:
    case S3A_OP_CREATE_BUCKET:
    case S3A_OP_HEAD_BUCKET:
    case S3A_OP_DELETE_BUCKET:
    case S3A_OP_GET_OBJECT:
    case S3A_OP_HEAD_OBJECT:
    case S3A_OP_PUT_OBJECT:
    case S3A_OP_DELETE_OBJECT:
        return true;
    default:
        return false;
    }
}

/* Our own client, asked for the same, would be understood as asking for the same. */
static void check_round_trip(const struct s3a_op *op)
{
    static const struct s3a_addressing addressing = {
        .endpoint = {.scheme = S3A_SCHEME_HTTP,
                     .host = S3A_STR_INIT(BASE_DOMAIN),
                     .authority = S3A_STR_INIT(BASE_DOMAIN),
                     .port = 80},
        .virtual_host = true};
    struct s3a_pool pool = {0};
    struct s3a_http_request request;
    struct reading again;

    if (!is_ours(op)) {
        return;
    }
    if (s3a_op_encode(op, &addressing, &pool, &request) == S3A_OK) {
        const struct s3a_http_incoming incoming = {s3a_str_of(request.method), request.path,
                                                   request.query, request.headers,
                                                   request.header_count};
        begin(&again, &incoming);
        s3a_check(again.code == S3A_CODE_NONE);
        check_same(op, &again.op);
        end(&again);
    }
    s3a_pool_fini(&pool);
}

/* A refusal is an answer that can be sent. */
static void check_refusal(const struct reading *reading, struct s3a_str path)
{
    struct s3a_pool pool = {0};
    struct s3a_http_response response;
    struct s3a_buf body;

    s3a_check(reading->answer.http_status >= 400 && reading->answer.http_status < 600);
    s3a_buf_init(&body, S3A_XML_SIZE_MAX);
    s3a_check(s3a_answer_encode(&reading->op, &reading->answer, path, &pool, &response, &body) ==
              S3A_OK);
    for (size_t i = 0; i < response.header_count; i++) {
        s3a_check(s3a_header_is_valid(response.headers[i].name, response.headers[i].value));
    }
    s3a_buf_fini(&body);
    s3a_pool_fini(&pool);
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size)
{
    struct s3a_pool pool = {0};
    struct fuzz_request request;
    struct reading reading;
    struct s3a_str input = fuzz_copy(s3a_str_make(bytes, size));

    fuzz_request_read(&request, input, &pool);
    const struct s3a_http_incoming incoming = fuzz_request_incoming(&request);
    begin(&reading, &incoming);
    if (reading.code == S3A_CODE_NONE) {
        check_operation(&reading.op);
        check_round_trip(&reading.op);
    } else {
        check_refusal(&reading, incoming.path);
    }
    end(&reading);
    fuzz_free(input);
    s3a_pool_fini(&pool);
    return 0;
}
