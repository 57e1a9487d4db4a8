/* SPDX-License-Identifier: MIT */
#include "admit.h"

#include "admin.h"
#include "clock.h"
#include "intake.h"

static enum MHD_Result add_header(void *user, enum MHD_ValueKind kind, const char *name,
                                  const char *value)
{
    (void)kind;
    s3a_head_add(user, s3a_str_of(name), s3a_str_of(value));
    return MHD_YES;
}

/* A browser asks what pages of others may do: nothing, since no bucket has rules for that. */
static enum s3a_code answer_preflight(const struct s3a_head *head, const char **ret_message)
{
    for (size_t i = 0; i < head->request.header_count; i++) {
        if (s3a_str_is(head->headers[i].name, "origin")) {
            return S3A_CODE_CORS_FORBIDDEN;
        }
    }
    *ret_message = "Insufficient information. Origin request header needed.";
    return S3A_CODE_BAD_REQUEST;
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
    if (code == S3A_CODE_NONE && s3a_str_is(head->request.method, "OPTIONS")) {
        return answer_preflight(head, ret_message);
    }
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

    enum s3a_code code =
        s3a_auth_check(&exchange->front->auth, &exchange->pool, &incoming, s3a_clock_wall_ms(),
                       s3a_objects_now_ms(exchange->front->objects), ret_claim, ret_message);
    if (code == S3A_CODE_NONE) {
        exchange->user = s3a_pool_copy(&exchange->pool, ret_claim->access_key);
    }
    return code;
}

static bool is_read(struct s3a_str method)
{
    return s3a_str_is(method, "GET") || s3a_str_is(method, "HEAD");
}

static enum s3a_code admit_to_page(struct s3a_exchange *exchange, struct s3a_sigv4_claim *ret_claim,
                                   const char **ret_message)
{
    enum s3a_code code = s3a_admin_find(exchange, ret_message);

    if (code != S3A_CODE_NONE) {
        return code;
    }
    if (exchange->page->access == S3A_PAGE_FOR_ALL || s3a_admin_is_local(exchange)) {
        *ret_claim = (struct s3a_sigv4_claim){.payload_hash = S3A_STR(S3A_UNSIGNED_PAYLOAD)};
        return S3A_CODE_NONE;
    }
    code = authenticate(exchange, ret_claim, ret_message);
    if (code != S3A_CODE_NONE) {
        return code;
    }
    const struct s3a_rights *rights = s3a_auth_rights(&exchange->front->auth, ret_claim);
    if (rights->read_only && !is_read(exchange->head.request.method)) {
        *ret_message = "A key pair that may only read changes nothing here, either";
        return S3A_CODE_ACCESS_DENIED;
    }
    if (rights->bucket_count > 0) {
        *ret_message = "A key pair that is limited to some buckets does not see the whole server";
        return S3A_CODE_ACCESS_DENIED;
    }
    return code;
}

static bool sees_bucket(const void *rights, struct s3a_str bucket)
{
    return s3a_rights_cover(rights, bucket);
}

/* The keys may be others by the time that the request is carried out. */
static enum s3a_code limit_listing(struct s3a_exchange *exchange, const struct s3a_rights *rights)
{
    struct s3a_rights *own = s3a_pool_alloc(&exchange->pool, sizeof(*own));

    if (!own || !s3a_rights_copy(rights, &exchange->pool, own)) {
        return S3A_CODE_INTERNAL_ERROR;
    }
    exchange->op.sees_bucket = sees_bucket;
    exchange->op.viewer = own;
    return S3A_CODE_NONE;
}

static enum s3a_code apply_rights(struct s3a_exchange *exchange, const struct s3a_rights *rights)
{
    const struct s3a_op *op = &exchange->op;

    if (!s3a_rights_allow(rights, op->kind, op->bucket)) {
        return S3A_CODE_ACCESS_DENIED;
    }
    /* What is copied is read, too. */
    if (op->source.bucket.data && !s3a_rights_cover(rights, op->source.bucket)) {
        return S3A_CODE_ACCESS_DENIED;
    }
    if (op->kind == S3A_OP_LIST_BUCKETS && rights->bucket_count > 0) {
        return limit_listing(exchange, rights);
    }
    return S3A_CODE_NONE;
}

/* Nobody has signed it, nor any part of its body. */
static bool may_be_anyone(const struct s3a_sigv4_claim *claim)
{
    return claim->is_anonymous && !s3a_str_starts_with(claim->payload_hash, "STREAMING-AWS4-");
}

static enum s3a_code admit_to_store(struct s3a_exchange *exchange,
                                    struct s3a_sigv4_claim *ret_claim, const char **ret_message)
{
    enum s3a_code code = authenticate(exchange, ret_claim, ret_message);

    if (code != S3A_CODE_NONE && !may_be_anyone(ret_claim)) {
        return code;
    }
    code = s3a_op_decode(&exchange->head.request, exchange->front->settings->base_domain,
                         &exchange->pool, &exchange->op, &exchange->answer);
    exchange->is_explained = code != S3A_CODE_NONE;
    exchange->is_decoded = code == S3A_CODE_NONE;
    if (code != S3A_CODE_NONE) {
        return code;
    }
    exchange->op.is_anonymous = ret_claim->is_anonymous;
    if (ret_claim->is_anonymous) {
        /* The store knows what anyone may do. */
        *ret_message = NULL;
        return S3A_CODE_NONE;
    }
    return apply_rights(exchange, s3a_auth_rights(&exchange->front->auth, ret_claim));
}

enum s3a_code s3a_admit(struct s3a_exchange *exchange, const char *method, const char **ret_message)
{
    struct s3a_sigv4_claim claim;
    enum s3a_code code;

    *ret_message = NULL;
    code = read_head(exchange, method, ret_message);
    if (code == S3A_CODE_NONE && exchange->is_surplus) {
        code = S3A_CODE_SLOW_DOWN;
        *ret_message = "There are as many connections from this address as may be";
    }
    if (code == S3A_CODE_NONE && exchange->front->is_closing) {
        code = S3A_CODE_SERVICE_UNAVAILABLE;
        *ret_message = "The server is about to stop";
    }
    if (code == S3A_CODE_NONE) {
        code = s3a_admin_is_at(exchange->head.request.path)
                   ? admit_to_page(exchange, &claim, ret_message)
                   : admit_to_store(exchange, &claim, ret_message);
    }
    if (code == S3A_CODE_NONE) {
        const struct s3a_intake intake = {
            .objects = exchange->front->objects,
            .head = &exchange->head,
            .claim = &claim,
            .key = s3a_auth_signing_key(&exchange->front->auth, &claim),
        };
        code = s3a_intake_begin(&intake, &exchange->op, &exchange->body, ret_message);
    }
    return code;
}
