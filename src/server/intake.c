/* SPDX-License-Identifier: MIT */
#include "intake.h"

#include "follower.h"
#include "http.h"

static struct s3a_str find_header(const struct s3a_head *head, const char *name)
{
    for (size_t i = 0; i < head->request.header_count; i++) {
        if (s3a_str_is(head->headers[i].name, name)) {
            return head->headers[i].value;
        }
    }
    return s3a_str_make(NULL, 0);
}

static enum s3a_code begin_body(const struct s3a_intake *intake, struct s3a_body *body)
{
    const struct s3a_head *head = intake->head;
    struct s3a_str content_md5 = find_header(head, "content-md5");
    struct s3a_str payload_hash = intake->claim->payload_hash;

    if (!s3a_chunks_are_announced(payload_hash)) {
        return s3a_body_init(body, intake->objects, payload_hash, content_md5);
    }
    const struct s3a_body_chunks chunks = {
        .claim = intake->claim,
        .key = intake->key,
        .size = find_header(head, "x-amz-decoded-content-length"),
        .trailer = find_header(head, "x-amz-trailer"),
    };
    return s3a_body_init_chunks(body, intake->objects, &chunks, content_md5);
}

/* What the client's library says that it has computed must be there, and be that. */
static enum s3a_code match_algorithm(const struct s3a_head *head, struct s3a_body *body)
{
    struct s3a_str name = find_header(head, "x-amz-sdk-checksum-algorithm");

    if (!name.data) {
        return S3A_CODE_NONE;
    }
    if (body->checksum.kind == S3A_CHECKSUM_NONE) {
        body->message = "x-amz-sdk-checksum-algorithm specified, but no corresponding "
                        "x-amz-checksum-* or x-amz-trailer headers were found.";
        return S3A_CODE_INVALID_REQUEST;
    }
    if (s3a_checksum_kind_of_name(name) != body->checksum.kind) {
        body->message = "Value for x-amz-sdk-checksum-algorithm header is invalid.";
        return S3A_CODE_INVALID_REQUEST;
    }
    return S3A_CODE_NONE;
}

static enum s3a_code expect_checksums(const struct s3a_head *head, struct s3a_body *body)
{
    enum s3a_code code = S3A_CODE_NONE;

    for (size_t i = 0; code == S3A_CODE_NONE && i < head->request.header_count; i++) {
        code = s3a_body_expect(body, &head->headers[i]);
    }
    return code == S3A_CODE_NONE ? match_algorithm(head, body) : code;
}

static uint64_t size_max(enum s3a_op_body kind)
{
    switch (kind) {
    case S3A_BODY_OBJECT:
        return S3A_BODY_SIZE_MAX;
    case S3A_BODY_DOCUMENT:
        return S3A_DOCUMENT_SIZE_MAX;
    case S3A_BODY_NOTHING:
        break;
    }
    return S3A_BODY_SMALL_SIZE_MAX;
}

enum s3a_code s3a_intake_begin(const struct s3a_intake *intake, struct s3a_op *op,
                               struct s3a_body *body, const char **ret_message)
{
    const struct s3a_head *head = intake->head;
    bool is_object = s3a_op_body(op->kind) == S3A_BODY_OBJECT;
    enum s3a_code code = S3A_CODE_NONE;

    *ret_message = NULL;
    op->body_size = head->length;
    if (is_object || head->length > 0 || head->is_chunked) {
        code = begin_body(intake, body);
        /* There, such a header would be about the object. */
        if (code == S3A_CODE_NONE && op->kind != S3A_OP_COMPLETE_UPLOAD) {
            code = expect_checksums(head, body);
        }
        *ret_message = body->message;
    }
    if (code != S3A_CODE_NONE) {
        return code;
    }
    if (body->is_in_chunks) {
        op->body_size = body->size_announced;
    } else if (head->is_chunked || (is_object && !head->has_length)) {
        return S3A_CODE_MISSING_CONTENT_LENGTH;
    }
    if (is_object && op->body_size >= S3A_FOLLOWED_SIZE && !body->has_md5) {
        s3a_spool_follow(&body->spool);
    }
    if (op->kind == S3A_OP_DELETE_OBJECTS && !body->has_md5 &&
        body->checksum.kind == S3A_CHECKSUM_NONE) {
        *ret_message = "Missing required header for this request: Content-MD5 OR x-amz-checksum-*";
        return S3A_CODE_INVALID_REQUEST;
    }
    return op->body_size > size_max(s3a_op_body(op->kind)) ? S3A_CODE_ENTITY_TOO_LARGE
                                                           : S3A_CODE_NONE;
}
