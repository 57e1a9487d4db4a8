/* SPDX-License-Identifier: MIT */
#include <stdio.h>
#include <string.h>

#include "date.h"
#include "http.h"
#include "listing_decode.h"

/* The headers that say something of the answer as a whole, each of which may come once. */
struct head {
    struct s3a_str etag;
    struct s3a_str length;
    struct s3a_str range;
    struct s3a_str modified;
    struct s3a_str date;
    struct s3a_str request_id;
    struct s3a_str host_id;
    struct s3a_str retry_after;
    struct s3a_str region;
    struct s3a_str location;
    struct s3a_str age;
};

/* The answer is none: not an error of the store's, but of what lies between. */
static void give_up(struct s3a_answer *answer, enum s3a_status status, const char *message)
{
    answer->code = S3A_CODE_OTHER;
    answer->code_text = s3a_str_make(NULL, 0);
    answer->status = status;
    answer->message = s3a_str_of(message);
}

static struct s3a_str *find_single(struct head *head, struct s3a_str name)
{
    const struct {
        const char *name;
        struct s3a_str *value;
    } rows[] = {
        {"etag", &head->etag},
        {"content-length", &head->length},
        {"content-range", &head->range},
        {"last-modified", &head->modified},
        {"date", &head->date},
        {"x-amz-request-id", &head->request_id},
        {"x-amz-id-2", &head->host_id},
        {"x-amz-retry-after", &head->retry_after},
        {"x-amz-bucket-region", &head->region},
        {"location", &head->location},
        {"age", &head->age},
    };

    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        if (s3a_str_is(name, rows[i].name)) {
            return rows[i].value;
        }
    }
    return NULL;
}

/* False where one of them comes twice and says two things. */
static bool read_head(const struct s3a_header *headers, size_t header_count, struct head *ret_head)
{
    *ret_head = (struct head){0};
    for (size_t i = 0; i < header_count; i++) {
        struct s3a_str value = s3a_str_trim(headers[i].value);
        struct s3a_str *single = find_single(ret_head, headers[i].name);
        if (!single) {
            continue;
        }
        if (single->data && !s3a_str_equal(*single, value)) {
            return false;
        }
        *single = value.data ? value : S3A_STR("");
    }
    return true;
}

static enum s3a_status keep_headers(const struct s3a_header *headers, size_t header_count,
                                    struct s3a_answer *answer)
{
    for (size_t i = 0; i < header_count; i++) {
        if (!s3a_header_is_stored(headers[i].name)) {
            continue;
        }
        struct s3a_str name = s3a_pool_copy(&answer->pool, headers[i].name);
        struct s3a_str value = s3a_pool_copy(&answer->pool, s3a_str_trim(headers[i].value));
        if (!name.data || !value.data) {
            return S3A_NO_MEMORY;
        }
        if (!s3a_headers_add(&answer->headers, name, value)) {
            return S3A_PROTOCOL;
        }
    }
    return S3A_OK;
}

/* "bytes 0-9/100": false for anything else, and for what cannot be. */
static bool parse_content_range(struct s3a_str text, struct s3a_answer *answer)
{
    uint64_t first;
    uint64_t last;
    uint64_t size;

    if (!s3a_str_starts_with_nocase(text, "bytes ")) {
        return false;
    }
    struct s3a_str total = s3a_str_trim(s3a_str_skip(text, strlen("bytes ")));
    struct s3a_str last_text = s3a_str_split(&total, '/');
    struct s3a_str first_text = s3a_str_split(&last_text, '-');
    if (!s3a_str_to_uint64(first_text, UINT64_MAX, &first) ||
        !s3a_str_to_uint64(last_text, UINT64_MAX, &last) ||
        !s3a_str_to_uint64(total, UINT64_MAX, &size) || first > last || last >= size) {
        return false;
    }
    answer->range_offset = first;
    answer->range_size = last - first + 1;
    answer->object_size = size;
    return true;
}

/* How long the object is, and which part of it this is. NULL, or what is wrong. */
static const char *decode_sizes(const struct s3a_op *op, const struct head *head,
                                struct s3a_answer *answer)
{
    bool is_head = op->kind == S3A_OP_HEAD_OBJECT;
    uint64_t length = answer->body.size;

    if (head->length.data && !s3a_str_to_uint64(head->length, UINT64_MAX, &length)) {
        return "The answer has a Content-Length that is no number";
    }
    if (!head->length.data && is_head) {
        return "The answer has no Content-Length";
    }
    if (!is_head && length != answer->body.size) {
        return "The answer's body is not as long as its Content-Length";
    }
    answer->range_offset = 0;
    answer->range_size = length;
    answer->object_size = length;
    if (answer->http_status != 206) {
        return NULL;
    }
    if (op->range.kind == S3A_RANGE_NONE) {
        return "The answer is a part of the object, although all of it was asked for";
    }
    return parse_content_range(head->range, answer) && answer->range_size == length
               ? NULL
               : "The answer is a part of the object, but does not say which";
}

static const char *decode_etag(const struct head *head, struct s3a_answer *answer)
{
    if (head->etag.size == 0) {
        return "The answer has no ETag";
    }
    if (head->etag.size > S3A_ETAG_SIZE_MAX) {
        return "The answer's ETag is too long";
    }
    /* It will be sent back, in a condition. */
    if (!s3a_header_is_valid(S3A_STR("etag"), head->etag)) {
        return "The answer's ETag holds a character that headers may not hold";
    }
    memcpy(answer->etag, head->etag.data, head->etag.size);
    answer->etag[head->etag.size] = '\0';
    return NULL;
}

/* A success is one only if it carries what it must. */
static void decode_object(const struct s3a_op *op, const struct head *head,
                          const struct s3a_header *headers, size_t header_count,
                          struct s3a_answer *answer)
{
    const char *wrong = decode_etag(head, answer);

    if (!wrong && op->kind != S3A_OP_PUT_OBJECT) {
        wrong = decode_sizes(op, head, answer);
    }
    if (wrong) {
        give_up(answer, S3A_PROTOCOL, wrong);
        return;
    }
    if (op->kind == S3A_OP_PUT_OBJECT) {
        return;
    }
    enum s3a_status status = keep_headers(headers, header_count, answer);
    if (status != S3A_OK) {
        give_up(answer, status,
                status == S3A_PROTOCOL ? "The object has more headers than can be kept" : NULL);
    }
}

/* What comes in the body of a 200 is an error all the same: it goes by its code alone. */
static void fail_by_code(struct s3a_answer *answer)
{
    answer->http_status = s3a_code_http_status(answer->code);
    answer->status = s3a_code_status(answer->code, answer->http_status);
}

static void decode_listing(const struct s3a_op *op, struct s3a_answer *answer)
{
    bool is_error;
    const char *message;
    enum s3a_status status =
        s3a_listing_decode(op, s3a_buf_str(&answer->body), answer, &is_error, &message);

    if (status == S3A_OK && is_error) {
        if (s3a_error_decode(s3a_buf_str(&answer->body), answer)) {
            fail_by_code(answer);
            return;
        }
        status = S3A_PROTOCOL;
        message = "The answer is an error without a code";
    }
    if (status != S3A_OK) {
        answer->entries = NULL;
        answer->entry_count = 0;
        give_up(answer, status, message);
    }
}

static void decode_success(const struct s3a_op *op, const struct head *head,
                           const struct s3a_header *headers, size_t header_count,
                           struct s3a_answer *answer)
{
    switch (op->kind) {
    case S3A_OP_LIST_BUCKETS:
    case S3A_OP_LIST_OBJECTS:
        decode_listing(op, answer);
        return;
    case S3A_OP_PUT_OBJECT:
        if (answer->body.size > 0 && s3a_error_decode(s3a_buf_str(&answer->body), answer)) {
            fail_by_code(answer);
            return;
        }
        decode_object(op, head, headers, header_count, answer);
        return;
    case S3A_OP_GET_OBJECT:
    case S3A_OP_HEAD_OBJECT:
        decode_object(op, head, headers, header_count, answer);
        return;
    default:
        if (answer->body.size > 0 && s3a_error_decode(s3a_buf_str(&answer->body), answer)) {
            fail_by_code(answer);
        }
        return;
    }
}

/* An answer without a body that says its code. Only where the status can mean but one thing. */
static enum s3a_code code_of_status(const struct s3a_op *op, int http_status)
{
    switch (http_status) {
    case 304:
        return S3A_CODE_NOT_MODIFIED;
    case 404:
        return op->kind == S3A_OP_HEAD_BUCKET ? S3A_CODE_NO_SUCH_BUCKET : S3A_CODE_OTHER;
    case 412:
        return S3A_CODE_PRECONDITION_FAILED;
    default:
        return S3A_CODE_OTHER;
    }
}

static void decode_failure(const struct s3a_op *op, const struct head *head,
                           struct s3a_answer *answer)
{
    if (answer->body.status != S3A_OK || !s3a_error_decode(s3a_buf_str(&answer->body), answer)) {
        answer->code = code_of_status(op, answer->http_status);
    }
    answer->status = s3a_code_status(answer->code, answer->http_status);
    if (answer->code == S3A_CODE_OTHER && s3a_code_is_throttling(answer->code_text)) {
        answer->status = S3A_LATER;
    }
    if (answer->http_status == 304) {
        (void)decode_etag(head, answer);
    }
}

static int64_t parse_date(struct s3a_str text)
{
    int64_t time_ms = S3A_TIME_NONE;

    (void)s3a_date_http_parse(text, &time_ms);
    return time_ms;
}

/* Both are cut rather than refused: they are for people. */
static void keep_ids(const struct head *head, struct s3a_answer *answer)
{
    snprintf(answer->request_id, sizeof(answer->request_id), "%.*s", S3A_STR_ARG(head->request_id));
    snprintf(answer->host_id, sizeof(answer->host_id), "%.*s", S3A_STR_ARG(head->host_id));
}

/* Without memory for them, they were not told. */
static void keep_advice(const struct head *head, struct s3a_answer *answer)
{
    uint64_t retry_after_ms;

    if (s3a_str_to_uint64(head->retry_after, UINT32_MAX, &retry_after_ms)) {
        answer->retry_after_ms = (uint32_t)retry_after_ms;
    }
    answer->is_aged = head->age.data != NULL;
    if (head->region.size > 0) {
        answer->region = s3a_pool_copy(&answer->pool, head->region);
    }
    if (head->location.size > 0) {
        answer->location = s3a_pool_copy(&answer->pool, head->location);
    }
}

/* As far as it is told and there is memory. A proxy may add its own name behind the store's. */
static void keep_origin(const struct s3a_header *headers, size_t header_count,
                        struct s3a_answer *answer)
{
    for (size_t i = 0; i < header_count; i++) {
        struct s3a_str value = s3a_str_trim(headers[i].value);
        if (s3a_str_is(headers[i].name, "server") && !answer->server.data) {
            answer->server = s3a_pool_copy(&answer->pool, value);
        }
        if (s3a_str_is(headers[i].name, "x-amz-version-id")) {
            answer->has_version = value.size > 0 && !s3a_str_is(value, "null");
        }
    }
}

void s3a_answer_decode(const struct s3a_op *op, int http_status, const struct s3a_header *headers,
                       size_t header_count, struct s3a_answer *answer)
{
    struct head head;
    bool is_clear = read_head(headers, header_count, &head);
    bool is_success = http_status >= 200 && http_status < 300;

    answer->code = S3A_CODE_NONE;
    answer->http_status = http_status;
    answer->status = S3A_OK;
    answer->date_ms = parse_date(head.date);
    answer->modified_ms = parse_date(head.modified);
    keep_ids(&head, answer);
    if (op->wants_origin) {
        keep_origin(headers, header_count, answer);
    }
    if (!is_success) {
        keep_advice(&head, answer);
        decode_failure(op, &head, answer);
    } else if (!is_clear) {
        give_up(answer, S3A_PROTOCOL, "The answer has a header twice, with different values");
    } else if (answer->body.status != S3A_OK) {
        give_up(answer, answer->body.status, NULL);
    } else {
        decode_success(op, &head, headers, header_count, answer);
    }
}
