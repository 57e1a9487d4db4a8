/* SPDX-License-Identifier: MIT */
#include "admit.h"

#include "clock.h"

static enum MHD_Result add_header(void *user, enum MHD_ValueKind kind, const char *name,
                                  const char *value)
{
    (void)kind;
    s3a_head_add(user, s3a_str_of(name), s3a_str_of(value));
    return MHD_YES;
}

static enum s3a_code read_head(struct s3a_exchange *exchange, const char *method,
                               const char **ret_message)
{
    int count = MHD_get_connection_values(exchange->connection, MHD_HEADER_KIND, NULL, NULL);
    struct s3a_head *head = &exchange->head;

    s3a_head_init(head, &exchange->pool, s3a_str_of(method), exchange->target,
                  count > 0 ? (size_t)count : 0);
    MHD_get_connection_values(exchange->connection, MHD_HEADER_KIND, add_header, head);
    enum s3a_code code = s3a_head_end(head);
    *ret_message = head->message;
    if (code == S3A_CODE_NONE && !s3a_head_method_is_known(head)) {
        code = S3A_CODE_METHOD_NOT_ALLOWED;
    }
    return code;
}

static enum s3a_code authenticate(struct s3a_exchange *exchange, struct s3a_sigv4_claim *ret_claim,
                                  const char **ret_message)
{
    const struct s3a_http_incoming *head = &exchange->head.request;
    struct s3a_sigv4_incoming incoming = {head->method, head->path, head->query, head->headers,
                                          head->header_count};

    return s3a_auth_check(&exchange->front->auth, &exchange->pool, &incoming, s3a_clock_wall_ms(),
                          s3a_objects_now_ms(exchange->front->objects), ret_claim, ret_message);
}

static struct s3a_str find_header(const struct s3a_head *head, const char *name)
{
    for (size_t i = 0; i < head->request.header_count; i++) {
        if (s3a_str_is(head->headers[i].name, name)) {
            return head->headers[i].value;
        }
    }
    return s3a_str_make(NULL, 0);
}

static enum s3a_code begin_body(struct s3a_exchange *exchange, const struct s3a_sigv4_claim *claim)
{
    const struct s3a_head *head = &exchange->head;
    struct s3a_objects *objects = exchange->front->objects;
    struct s3a_str content_md5 = find_header(head, "content-md5");

    if (!s3a_chunks_are_announced(claim->payload_hash)) {
        return s3a_body_init(&exchange->body, objects, claim->payload_hash, content_md5);
    }
    const struct s3a_body_chunks chunks = {
        .claim = claim,
        .key = s3a_auth_signing_key(&exchange->front->auth, claim),
        .size = find_header(head, "x-amz-decoded-content-length"),
        .trailer = find_header(head, "x-amz-trailer"),
    };
    return s3a_body_init_chunks(&exchange->body, objects, &chunks, content_md5);
}

/* May this body be sent, and how will it be checked? */
static enum s3a_code announce_body(struct s3a_exchange *exchange,
                                   const struct s3a_sigv4_claim *claim, const char **ret_message)
{
    const struct s3a_head *head = &exchange->head;
    bool is_put = exchange->op.kind == S3A_OP_PUT_OBJECT;
    enum s3a_code code = S3A_CODE_NONE;

    exchange->op.body_size = head->length;
    if (is_put || head->length > 0 || head->is_chunked) {
        code = begin_body(exchange, claim);
        for (size_t i = 0; code == S3A_CODE_NONE && i < head->request.header_count; i++) {
            code = s3a_body_expect(&exchange->body, &head->headers[i]);
        }
        *ret_message = exchange->body.message;
    }
    bool in_chunks = exchange->body.is_in_chunks;
    if (in_chunks) {
        exchange->op.body_size = exchange->body.size_announced;
    }
    if (code == S3A_CODE_NONE && !in_chunks &&
        (head->is_chunked || (is_put && !head->has_length))) {
        code = S3A_CODE_MISSING_CONTENT_LENGTH;
    }
    if (code == S3A_CODE_NONE &&
        exchange->op.body_size > (is_put ? S3A_BODY_SIZE_MAX : S3A_BODY_SMALL_SIZE_MAX)) {
        code = S3A_CODE_ENTITY_TOO_LARGE;
    }
    return code;
}

enum s3a_code s3a_admit(struct s3a_exchange *exchange, const char *method, const char **ret_message)
{
    struct s3a_sigv4_claim claim;
    enum s3a_code code;

    *ret_message = NULL;
    code = read_head(exchange, method, ret_message);
    if (code == S3A_CODE_NONE && exchange->front->is_closing) {
        code = S3A_CODE_SERVICE_UNAVAILABLE;
        *ret_message = "The server is about to stop";
    }
    if (code == S3A_CODE_NONE) {
        code = authenticate(exchange, &claim, ret_message);
    }
    if (code == S3A_CODE_NONE) {
        code = s3a_op_decode(&exchange->head.request, exchange->front->settings->base_domain,
                             &exchange->pool, &exchange->op, &exchange->answer);
        exchange->is_explained = code != S3A_CODE_NONE;
    }
    if (code == S3A_CODE_NONE) {
        code = announce_body(exchange, &claim, ret_message);
    }
    return code;
}
