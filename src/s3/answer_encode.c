/* SPDX-License-Identifier: MIT */
#include <inttypes.h>
#include <stdio.h>

#include "answer_write.h"
#include "check.h"
#include "date.h"
#include "xml.h"

/* An answer on its way to the wire. status is that of the first failure. */
struct encoder {
    const struct s3a_op *op;
    const struct s3a_answer *answer;
    struct s3a_pool *pool;
    struct s3a_http_response *response;
    enum s3a_status status;
};

static void add(struct encoder *encoder, struct s3a_str name, struct s3a_str value)
{
    struct s3a_http_response *response = encoder->response;

    s3a_check(response->header_count < S3A_HTTP_HEADERS_MAX);
    response->headers[response->header_count++] = (struct s3a_header){name, value};
}

static void add_copy(struct encoder *encoder, struct s3a_str name, const char *value)
{
    struct s3a_str copy = s3a_pool_copy(encoder->pool, s3a_str_of(value));

    if (!copy.data) {
        encoder->status = S3A_NO_MEMORY;
        return;
    }
    add(encoder, name, copy);
}

static void add_date(struct encoder *encoder, struct s3a_str name, int64_t time_ms)
{
    char text[S3A_DATE_HTTP_SIZE + 1];

    if (time_ms != S3A_TIME_NONE) {
        s3a_date_http(time_ms, text);
        add_copy(encoder, name, text);
    }
}

/* The validators of an object; a 304 has them as the full answer would. */
static void add_validators(struct encoder *encoder)
{
    if (encoder->answer->etag[0] != '\0') {
        add(encoder, S3A_STR("etag"), s3a_str_of(encoder->answer->etag));
    }
    add_date(encoder, S3A_STR("last-modified"), encoder->answer->modified_ms);
}

static void add_content_range(struct encoder *encoder)
{
    const struct s3a_answer *answer = encoder->answer;
    char text[80];

    if (answer->http_status == 206) {
        uint64_t last = answer->range_offset + answer->range_size - 1;
        snprintf(text, sizeof(text), "bytes %" PRIu64 "-%" PRIu64 "/%" PRIu64, answer->range_offset,
                 last, answer->object_size);
    } else if (answer->http_status == 416) {
        snprintf(text, sizeof(text), "bytes */%" PRIu64, answer->object_size);
    } else {
        return;
    }
    add_copy(encoder, S3A_STR("content-range"), text);
}

/* Does the request give this header of the answer a value of its own? */
static bool is_replaced(const struct s3a_op *op, struct s3a_str name)
{
    for (size_t i = 0; i < op->headers.count; i++) {
        if (s3a_str_equal(op->headers.items[i].name, name)) {
            return true;
        }
    }
    return false;
}

static void add_tag_count(struct encoder *encoder)
{
    char text[24];

    if (encoder->answer->tag_count > 0) {
        snprintf(text, sizeof(text), "%zu", encoder->answer->tag_count);
        add_copy(encoder, S3A_STR("x-amz-tagging-count"), text);
    }
}

static void add_object_headers(struct encoder *encoder)
{
    const struct s3a_headers *headers = &encoder->answer->headers;
    char count[16];

    add_validators(encoder);
    add(encoder, S3A_STR("accept-ranges"), S3A_STR("bytes"));
    add_content_range(encoder);
    if (encoder->op->part_number > 0 && encoder->answer->part_total > 0) {
        snprintf(count, sizeof(count), "%" PRIu32, encoder->answer->part_total);
        add_copy(encoder, S3A_STR("x-amz-mp-parts-count"), count);
    }
    add_tag_count(encoder);
    for (size_t i = 0; i < headers->count; i++) {
        if (!is_replaced(encoder->op, headers->items[i].name)) {
            add(encoder, headers->items[i].name, headers->items[i].value);
        }
    }
    for (size_t i = 0; i < encoder->op->headers.count; i++) {
        const struct s3a_header *header = &encoder->op->headers.items[i];
        add(encoder, header->name, header->value);
    }
    if (!s3a_headers_find(headers, "content-type").data &&
        !is_replaced(encoder->op, S3A_STR("content-type"))) {
        add(encoder, S3A_STR("content-type"), S3A_STR("binary/octet-stream"));
    }
}

static void add_checksum(struct encoder *encoder)
{
    const struct s3a_checksum_value *checksum = &encoder->answer->checksum;

    if (checksum->kind != S3A_CHECKSUM_NONE) {
        add(encoder, s3a_str_of(s3a_checksum_header(checksum->kind)), s3a_str_of(checksum->text));
    }
}

static void add_checksum_type(struct encoder *encoder, enum s3a_checksum_type type)
{
    if (type != S3A_CHECKSUM_TYPE_NOT_GIVEN) {
        add(encoder, S3A_STR("x-amz-checksum-type"), s3a_str_of(s3a_checksum_type_name(type)));
    }
}

/* Of all that it is of, the object or the part: whoever gets less could not check it. */
static void add_read_checksum(struct encoder *encoder)
{
    const struct s3a_answer *answer = encoder->answer;
    bool is_whole = answer->range_size == answer->object_size || encoder->op->part_number > 0;

    if (encoder->op->wants_checksum && is_whole && answer->checksum.kind != S3A_CHECKSUM_NONE) {
        add_checksum(encoder);
        add_checksum_type(encoder, answer->checksum_choice.type);
    }
}

static void add_checksum_choice(struct encoder *encoder)
{
    const struct s3a_checksum_choice *choice = &encoder->answer->checksum_choice;

    if (choice->kind != S3A_CHECKSUM_NONE) {
        add(encoder, S3A_STR("x-amz-checksum-algorithm"),
            s3a_str_of(s3a_checksum_upper_name(choice->kind)));
        add_checksum_type(encoder, choice->type);
    }
}

static void add_location(struct encoder *encoder)
{
    char text[S3A_BUCKET_SIZE_MAX + 2];

    snprintf(text, sizeof(text), "/%.*s", S3A_STR_ARG(encoder->op->bucket));
    add_copy(encoder, S3A_STR("location"), text);
}

static void write_error(const struct s3a_op *op, const struct s3a_answer *answer,
                        struct s3a_str resource, struct s3a_buf *body)
{
    bool is_other = answer->code == S3A_CODE_OTHER;

    s3a_xml_begin_plain(body, "Error");
    s3a_xml_text(body, "Code",
                 is_other ? answer->code_text : s3a_str_of(s3a_code_wire(answer->code)));
    s3a_xml_text(body, "Message",
                 answer->message.size > 0 ? answer->message
                                          : s3a_str_of(s3a_code_message(answer->code)));
    s3a_xml_given(body, "Condition", answer->condition);
    s3a_xml_given(body, "Header", answer->header);
    s3a_xml_given(body, "BucketName", op->bucket);
    s3a_xml_given(body, "Key", op->key);
    if (answer->http_status == 416) {
        s3a_xml_uint64(body, "ActualObjectSize", answer->object_size);
    }
    s3a_xml_text(body, "Resource", resource);
    s3a_xml_text(body, "RequestId", s3a_str_of(answer->request_id));
    s3a_xml_close(body, "Error");
}

static void encode_success(struct encoder *encoder, struct s3a_str resource, struct s3a_buf *body)
{
    const struct s3a_op *op = encoder->op;

    switch (op->kind) {
    case S3A_OP_LIST_BUCKETS:
        s3a_write_buckets(op, encoder->answer, body);
        break;
    case S3A_OP_LIST_OBJECTS:
        s3a_write_objects(op, encoder->answer, body);
        break;
    case S3A_OP_LIST_VERSIONS:
        s3a_write_versions(op, encoder->answer, body);
        break;
    case S3A_OP_DELETE_OBJECTS:
        s3a_write_deletions(op, encoder->answer, body);
        break;
    case S3A_OP_GET_BUCKET_ACL:
    case S3A_OP_GET_OBJECT_ACL:
        s3a_write_acl(encoder->answer, body);
        break;
    case S3A_OP_GET_BUCKET_TAGGING:
    case S3A_OP_GET_OBJECT_TAGGING:
        encoder->status = s3a_write_tags(encoder->answer, encoder->pool, body);
        break;
    case S3A_OP_CREATE_BUCKET:
        add_location(encoder);
        break;
    case S3A_OP_HEAD_BUCKET:
        add(encoder, S3A_STR("x-amz-bucket-region"), S3A_STR("us-east-1"));
        break;
    case S3A_OP_GET_ASPECT:
        s3a_write_aspect(op->aspect, body);
        break;
    case S3A_OP_GET_OBJECT:
    case S3A_OP_HEAD_OBJECT:
        add_object_headers(encoder);
        add_read_checksum(encoder);
        break;
    case S3A_OP_GET_ATTRIBUTES:
        add_date(encoder, S3A_STR("last-modified"), encoder->answer->modified_ms);
        s3a_write_upload(op, encoder->answer, resource, body);
        break;
    case S3A_OP_CREATE_UPLOAD:
        add_checksum_choice(encoder);
        s3a_write_upload(op, encoder->answer, resource, body);
        break;
    case S3A_OP_COPY_OBJECT:
    case S3A_OP_COPY_PART:
    case S3A_OP_COMPLETE_UPLOAD:
    case S3A_OP_LIST_PARTS:
    case S3A_OP_LIST_UPLOADS:
        s3a_write_upload(op, encoder->answer, resource, body);
        break;
    case S3A_OP_PUT_OBJECT:
    case S3A_OP_UPLOAD_PART:
        add(encoder, S3A_STR("etag"), s3a_str_of(encoder->answer->etag));
        add_checksum(encoder);
        if (op->kind == S3A_OP_PUT_OBJECT && encoder->answer->checksum.kind != S3A_CHECKSUM_NONE) {
            add_checksum_type(encoder, s3a_checksum_value_type(&encoder->answer->checksum));
        }
        break;
    default:
        break;
    }
}

static bool is_head(const struct s3a_op *op)
{
    return op->kind == S3A_OP_HEAD_OBJECT || op->kind == S3A_OP_HEAD_BUCKET;
}

enum s3a_status s3a_answer_encode(const struct s3a_op *op, const struct s3a_answer *answer,
                                  struct s3a_str resource, struct s3a_pool *pool,
                                  struct s3a_http_response *ret_response, struct s3a_buf *body)
{
    struct encoder encoder = {
        .op = op, .answer = answer, .pool = pool, .response = ret_response, .status = S3A_OK};

    ret_response->http_status = answer->http_status;
    ret_response->header_count = 0;
    s3a_check(answer->code != S3A_CODE_NONE || answer->http_status < 300);
    if (answer->request_id[0] != '\0') {
        add(&encoder, S3A_STR("x-amz-request-id"), s3a_str_of(answer->request_id));
    }
    add_date(&encoder, S3A_STR("date"), answer->date_ms);
    if (answer->http_status < 300) {
        if (op->names_version) {
            add(&encoder, S3A_STR("x-amz-version-id"), S3A_STR("null"));
        }
        encode_success(&encoder, resource, body);
    } else if (answer->http_status == 304) {
        add_validators(&encoder);
    } else {
        add_content_range(&encoder);
        if (!is_head(op)) {
            write_error(op, answer, resource, body);
        }
    }
    if (body->size > 0) {
        add(&encoder, S3A_STR("content-type"), S3A_STR("application/xml"));
    }
    return encoder.status != S3A_OK ? encoder.status : body->status;
}
