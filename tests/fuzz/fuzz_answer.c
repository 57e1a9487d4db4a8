/* SPDX-License-Identifier: MIT */
#include "fuzz.h"

#include "fuzz_request.h"
#include "listing_decode.h"

#define BODY_SIZE_MAX (1024 * 1024)

/* What a store that is none of ours may answer to. */
static const struct s3a_op ops[] = {
    {.kind = S3A_OP_LIST_OBJECTS, .bucket = S3A_STR_INIT("bucket")},
    {.kind = S3A_OP_LIST_BUCKETS},
    {.kind = S3A_OP_GET_OBJECT, .bucket = S3A_STR_INIT("bucket"), .key = S3A_STR_INIT("k")},
    {.kind = S3A_OP_GET_OBJECT,
     .bucket = S3A_STR_INIT("bucket"),
     .key = S3A_STR_INIT("k"),
     .range = {S3A_RANGE_FROM_TO, 0, 9}},
    {.kind = S3A_OP_HEAD_OBJECT, .bucket = S3A_STR_INIT("bucket"), .key = S3A_STR_INIT("k")},
    {.kind = S3A_OP_PUT_OBJECT, .bucket = S3A_STR_INIT("bucket"), .key = S3A_STR_INIT("k")},
    {.kind = S3A_OP_DELETE_OBJECT, .bucket = S3A_STR_INIT("bucket"), .key = S3A_STR_INIT("k")},
    {.kind = S3A_OP_CREATE_BUCKET, .bucket = S3A_STR_INIT("bucket")},
};
static const int statuses[] = {200, 204, 206, 301, 304, 400, 403, 404, 409, 412, 416, 500, 503};

#define COUNT_OF(array) (sizeof(array) / sizeof((array)[0]))

static bool is_listing(const struct s3a_op *op)
{
    return op->kind == S3A_OP_LIST_OBJECTS || op->kind == S3A_OP_LIST_BUCKETS;
}

static bool is_read(const struct s3a_op *op)
{
    return op->kind == S3A_OP_GET_OBJECT || op->kind == S3A_OP_HEAD_OBJECT;
}

/* A success carries what it must, and a failure what is to be done about it. */
static void check_answer(const struct s3a_op *op, const struct s3a_answer *answer)
{
    struct s3a_error error;

    s3a_check(memchr(answer->etag, '\0', sizeof(answer->etag)));
    s3a_check(memchr(answer->request_id, '\0', sizeof(answer->request_id)));
    if (answer->status != S3A_OK) {
        s3a_check(answer->code != S3A_CODE_NONE);
        s3a_check(s3a_answer_error(op, answer, &error) == answer->status);
        s3a_check(memchr(error.message, '\0', sizeof(error.message)) && error.message[0]);
        return;
    }
    s3a_check(answer->code == S3A_CODE_NONE && answer->http_status / 100 == 2);
    if (is_read(op) || op->kind == S3A_OP_PUT_OBJECT) {
        s3a_check(answer->etag[0] != '\0');
    }
    if (is_read(op)) {
        s3a_check(answer->range_size <= answer->object_size);
        s3a_check(answer->range_offset <= answer->object_size - answer->range_size);
        s3a_check(op->kind == S3A_OP_HEAD_OBJECT || answer->range_size == answer->body.size);
        s3a_check(op->range.kind != S3A_RANGE_NONE || answer->range_size == answer->object_size);
    }
    if (is_listing(op)) {
        s3a_check(!answer->truncated || answer->next_continuation.size > 0);
        for (size_t i = 0; i < answer->entry_count; i++) {
            s3a_check(answer->entries[i].name.size > 0);
            s3a_check(i == 0 ||
                      s3a_str_compare(answer->entries[i - 1].name, answer->entries[i].name) <= 0);
        }
    }
}

/* What was read out of a listing, written by our server, is read as the same. */
static void check_listing(struct s3a_op op, struct s3a_answer *answer)
{
    struct s3a_pool pool = {0};
    struct s3a_http_response response;
    struct s3a_answer again;
    const char *message;
    bool is_error;

    op.encode_keys = op.kind == S3A_OP_LIST_OBJECTS;
    op.keys_max = S3A_LIST_KEYS_MAX;
    for (size_t i = 0; i < answer->entry_count; i++) {
        /* Names of buckets are no more than that, and are not encoded. */
        if (op.kind == S3A_OP_LIST_BUCKETS &&
            s3a_str_find(answer->entries[i].name, '\r') < answer->entries[i].name.size) {
            return;
        }
        if (answer->entries[i].modified_ms == S3A_TIME_NONE) {
            answer->entries[i].modified_ms = 0;
        }
    }
    s3a_answer_init(&again, BODY_SIZE_MAX * 8);
    s3a_check(s3a_answer_encode(&op, answer, S3A_STR("/"), &pool, &response, &again.body) ==
              S3A_OK);
    s3a_check(s3a_listing_decode(&op, s3a_buf_str(&again.body), &again, &is_error, &message) ==
              S3A_OK);
    s3a_check(!is_error && again.entry_count == answer->entry_count);
    s3a_check(s3a_str_equal(again.next_continuation, answer->next_continuation));
    for (size_t i = 0; i < answer->entry_count; i++) {
        s3a_check(s3a_str_equal(again.entries[i].name, answer->entries[i].name));
    }
    s3a_answer_fini(&again);
    s3a_pool_fini(&pool);
}

/* A byte for what was asked, one for the status, headers, an empty line, and the body. */
int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size)
{
    struct s3a_str input = s3a_str_make(bytes, size);
    const struct s3a_op *op = &ops[fuzz_take_byte(&input) % COUNT_OF(ops)];
    int http_status = statuses[fuzz_take_byte(&input) % COUNT_OF(statuses)];
    struct s3a_str all = fuzz_copy(input);
    struct s3a_str body = all;
    struct s3a_header headers[FUZZ_HEADERS_MAX];
    struct s3a_answer answer;
    size_t header_count = 0;

    while (body.size > 0 && header_count < FUZZ_HEADERS_MAX) {
        struct s3a_str value = fuzz_take_line(&body);
        if (value.size == 0) {
            break;
        }
        struct s3a_str name = s3a_str_split(&value, ':');
        headers[header_count++] = (struct s3a_header){name, value};
    }
    s3a_answer_init(&answer, BODY_SIZE_MAX);
    s3a_buf_append(&answer.body, body);
    s3a_answer_decode(op, http_status, headers, header_count, &answer);
    check_answer(op, &answer);
    if (answer.status == S3A_OK && is_listing(op)) {
        check_listing(*op, &answer);
    }
    s3a_answer_fini(&answer);
    fuzz_free(all);
    return 0;
}
