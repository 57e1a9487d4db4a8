/* SPDX-License-Identifier: MIT */
#include "op_decode.h"

/*
 * Which operation is it? The method says so, what the path names, and at the most one parameter of
 * the query, the "sub-resource". Source: the operations of the Amazon S3 API Reference.
 */

struct route {
    const char *sub_resource; /* "": none */
    const char *method;
    enum s3a_op_target target;
    enum s3a_op_kind kind;
};

static const struct route routes[] = {
    {"", "GET", S3A_TARGET_SERVICE, S3A_OP_LIST_BUCKETS},
    {"", "GET", S3A_TARGET_BUCKET, S3A_OP_LIST_OBJECTS},
    {"", "HEAD", S3A_TARGET_BUCKET, S3A_OP_HEAD_BUCKET},
    {"", "PUT", S3A_TARGET_BUCKET, S3A_OP_CREATE_BUCKET},
    {"", "DELETE", S3A_TARGET_BUCKET, S3A_OP_DELETE_BUCKET},
    {"", "GET", S3A_TARGET_OBJECT, S3A_OP_GET_OBJECT},
    {"", "HEAD", S3A_TARGET_OBJECT, S3A_OP_HEAD_OBJECT},
    {"", "PUT", S3A_TARGET_OBJECT, S3A_OP_PUT_OBJECT},
    {"", "DELETE", S3A_TARGET_OBJECT, S3A_OP_DELETE_OBJECT},
    {"delete", "POST", S3A_TARGET_BUCKET, S3A_OP_DELETE_OBJECTS},
    {"acl", "GET", S3A_TARGET_BUCKET, S3A_OP_GET_BUCKET_ACL},
    {"acl", "PUT", S3A_TARGET_BUCKET, S3A_OP_PUT_BUCKET_ACL},
    {"acl", "GET", S3A_TARGET_OBJECT, S3A_OP_GET_OBJECT_ACL},
    {"acl", "PUT", S3A_TARGET_OBJECT, S3A_OP_PUT_OBJECT_ACL},
    {"tagging", "GET", S3A_TARGET_BUCKET, S3A_OP_GET_BUCKET_TAGGING},
    {"tagging", "PUT", S3A_TARGET_BUCKET, S3A_OP_PUT_BUCKET_TAGGING},
    {"tagging", "DELETE", S3A_TARGET_BUCKET, S3A_OP_DELETE_BUCKET_TAGGING},
    {"tagging", "GET", S3A_TARGET_OBJECT, S3A_OP_GET_OBJECT_TAGGING},
    {"tagging", "PUT", S3A_TARGET_OBJECT, S3A_OP_PUT_OBJECT_TAGGING},
    {"tagging", "DELETE", S3A_TARGET_OBJECT, S3A_OP_DELETE_OBJECT_TAGGING},
    {"versions", "GET", S3A_TARGET_BUCKET, S3A_OP_LIST_VERSIONS},
    {"uploads", "GET", S3A_TARGET_BUCKET, S3A_OP_LIST_UPLOADS},
    {"uploads", "POST", S3A_TARGET_OBJECT, S3A_OP_CREATE_UPLOAD},
    {"uploadId", "PUT", S3A_TARGET_OBJECT, S3A_OP_UPLOAD_PART},
    {"uploadId", "POST", S3A_TARGET_OBJECT, S3A_OP_COMPLETE_UPLOAD},
    {"uploadId", "DELETE", S3A_TARGET_OBJECT, S3A_OP_ABORT_UPLOAD},
    {"uploadId", "GET", S3A_TARGET_OBJECT, S3A_OP_LIST_PARTS},
    {"attributes", "GET", S3A_TARGET_OBJECT, S3A_OP_GET_ATTRIBUTES},
};

/* What makes another operation of a request, or another answer, and stands in no route: it is not
 * known here, and must not be passed over. What aspect.h knows need not stand here. */
static const char *const unsupported[] = {
    "abac",
    "append",
    "metadataConfiguration",
    "metadataTable",
    "metadataInventoryTable",
    "metadataJournalTable",
    "renameObject",
    "restore",
    "select",
    "session",
    "torrent",
};

static const struct route *find_route(struct s3a_str sub_resource, struct s3a_str method,
                                      enum s3a_op_target target)
{
    for (size_t i = 0; i < sizeof(routes) / sizeof(routes[0]); i++) {
        const struct route *route = &routes[i];
        if (route->target == target && s3a_str_is(method, route->method) &&
            s3a_str_is(sub_resource, route->sub_resource)) {
            return route;
        }
    }
    return NULL;
}

static bool is_sub_resource(struct s3a_str name)
{
    for (size_t i = 0; i < sizeof(routes) / sizeof(routes[0]); i++) {
        if (s3a_str_is(name, routes[i].sub_resource)) {
            return name.size > 0;
        }
    }
    for (size_t i = 0; i < sizeof(unsupported) / sizeof(unsupported[0]); i++) {
        if (s3a_str_is(name, unsupported[i])) {
            return true;
        }
    }
    return s3a_aspect_of_bucket(name) || s3a_aspect_of_object(name);
}

/* Data NULL: there is none. */
static enum s3a_code find_sub_resource(struct s3a_op_decoder *decoder, struct s3a_str *ret_name)
{
    struct s3a_str rest = decoder->request->query;
    struct s3a_str name;
    struct s3a_str value;

    *ret_name = s3a_str_make(NULL, 0);
    while (s3a_query_next(&rest, &name, &value)) {
        enum s3a_code code = s3a_op_decode_query_part(decoder, &name);
        if (code != S3A_CODE_NONE) {
            return code;
        }
        if (!is_sub_resource(name)) {
            continue;
        }
        if (ret_name->data && !s3a_str_equal(*ret_name, name)) {
            return s3a_op_refuse(decoder, S3A_CODE_INVALID_ARGUMENT,
                                 "Conflicting query string parameters: %.*s, %.*s",
                                 S3A_STR_ARG(*ret_name), S3A_STR_ARG(name));
        }
        *ret_name = name;
    }
    return S3A_CODE_NONE;
}

static enum s3a_op_target target_of(const struct s3a_op *op)
{
    return op->key.size > 0      ? S3A_TARGET_OBJECT
           : op->bucket.size > 0 ? S3A_TARGET_BUCKET
                                 : S3A_TARGET_SERVICE;
}

static bool route_to_aspect(struct s3a_op_decoder *decoder, struct s3a_str name)
{
    struct s3a_op *op = decoder->op;
    struct s3a_str method = decoder->request->method;

    switch (target_of(op)) {
    case S3A_TARGET_SERVICE:
        break;
    case S3A_TARGET_BUCKET:
        op->aspect = s3a_aspect_of_bucket(name);
        break;
    case S3A_TARGET_OBJECT:
        op->aspect = s3a_aspect_of_object(name);
        break;
    }
    if (!op->aspect) {
        return false;
    }
    op->kind = s3a_str_is(method, "GET") ? S3A_OP_GET_ASPECT : S3A_OP_DELETE_ASPECT;
    return s3a_str_is(method, "GET") || (op->aspect->is_removable && s3a_str_is(method, "DELETE"));
}

enum s3a_code s3a_op_route(struct s3a_op_decoder *decoder)
{
    struct s3a_str method = decoder->request->method;
    struct s3a_str name;
    enum s3a_code code = find_sub_resource(decoder, &name);

    if (code != S3A_CODE_NONE) {
        return code;
    }
    const struct route *route = find_route(name, method, target_of(decoder->op));
    if (route) {
        decoder->op->kind = route->kind;
        return S3A_CODE_NONE;
    }
    if (!name.data) {
        return s3a_op_refuse(decoder, S3A_CODE_METHOD_NOT_ALLOWED, "%s",
                             s3a_code_message(S3A_CODE_METHOD_NOT_ALLOWED));
    }
    if (route_to_aspect(decoder, name)) {
        return S3A_CODE_NONE;
    }
    return s3a_op_refuse(decoder, S3A_CODE_NOT_IMPLEMENTED,
                         "%.*s ?%.*s is not implemented by this server", S3A_STR_ARG(method),
                         S3A_STR_ARG(name));
}
