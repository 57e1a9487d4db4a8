/* SPDX-License-Identifier: MIT */
#include <string.h>

#include "op_decode.h"

static enum s3a_code decode_part_number(struct s3a_op_decoder *decoder, struct s3a_str value)
{
    uint64_t number;

    if (!s3a_str_to_uint64(value, S3A_PARTS_MAX, &number) || number == 0) {
        return s3a_op_refuse(decoder, S3A_CODE_INVALID_ARGUMENT,
                             "Part number must be an integer between 1 and %d, inclusive",
                             S3A_PARTS_MAX);
    }
    decoder->op->part_number = (uint32_t)number;
    return S3A_CODE_NONE;
}

/* A number of parts may be beyond all that there are. */
static enum s3a_code decode_marker(struct s3a_op_decoder *decoder, const char *name,
                                   struct s3a_str value)
{
    uint64_t marker;

    if (!s3a_str_to_uint64(value, INT32_MAX, &marker)) {
        return s3a_op_refuse(decoder, S3A_CODE_INVALID_ARGUMENT, "The value of %s is not valid",
                             name);
    }
    decoder->op->part_marker = (uint32_t)marker;
    return S3A_CODE_NONE;
}

/* What LIST_UPLOADS does not share with LIST_OBJECTS. */
static bool decode_list_parameter(struct s3a_op_decoder *decoder, struct s3a_str name,
                                  struct s3a_str value, enum s3a_code *ret_code)
{
    struct s3a_op *op = decoder->op;

    if (s3a_str_is(name, "max-uploads")) {
        *ret_code = s3a_op_decode_max(decoder, "max-uploads", value);
    } else if (s3a_str_is(name, "key-marker")) {
        *ret_code = s3a_op_decode_text(decoder, "key-marker", value, &op->start_after);
    } else if (s3a_str_is(name, "upload-id-marker")) {
        *ret_code = s3a_op_decode_text(decoder, "upload-id-marker", value, &op->upload_id);
    } else {
        return false;
    }
    return true;
}

bool s3a_op_decode_upload_parameter(struct s3a_op_decoder *decoder, struct s3a_str name,
                                    struct s3a_str value, enum s3a_code *ret_code)
{
    struct s3a_op *op = decoder->op;

    *ret_code = S3A_CODE_NONE;
    if (op->kind == S3A_OP_LIST_UPLOADS) {
        return decode_list_parameter(decoder, name, value, ret_code);
    }
    if (s3a_str_is(name, "uploadId")) {
        op->upload_id = value.data ? value : S3A_STR("");
    } else if (s3a_str_is(name, "partNumber")) {
        *ret_code = decode_part_number(decoder, value);
    } else if (op->kind == S3A_OP_LIST_PARTS && s3a_str_is(name, "part-number-marker")) {
        *ret_code = decode_marker(decoder, "part-number-marker", value);
    } else if (op->kind == S3A_OP_LIST_PARTS && s3a_str_is(name, "max-parts")) {
        *ret_code = s3a_op_decode_max(decoder, "max-parts", value);
    } else {
        return false;
    }
    return true;
}

/* "/bucket/key?versionId=null", encoded, with or without the first '/'. */
static enum s3a_code decode_source(struct s3a_op_decoder *decoder, struct s3a_str value)
{
    struct s3a_source *source = &decoder->op->source;
    struct s3a_str path = s3a_str_starts_with(value, "/") ? s3a_str_skip(value, 1) : value;
    size_t query_at = s3a_str_find(path, '?');
    struct s3a_str query = s3a_str_skip(path, query_at);

    if (query.size > 0 && !s3a_str_is(query, "?versionId=null") && !s3a_str_is(query, "?")) {
        return s3a_op_refuse(decoder, S3A_CODE_NOT_IMPLEMENTED,
                             "This server keeps one version of an object: its id is null");
    }
    path = s3a_str_make(path.data, query_at < path.size ? query_at : path.size);
    enum s3a_status status = s3a_uri_decode(decoder->pool, path, false, &path);
    if (status == S3A_NO_MEMORY) {
        return s3a_op_refuse(decoder, S3A_CODE_INTERNAL_ERROR, "out of memory");
    }
    /* Some encode the first '/', too. */
    path = s3a_str_starts_with(path, "/") ? s3a_str_skip(path, 1) : path;
    source->bucket = s3a_str_split(&path, '/');
    source->key = path;
    if (status != S3A_OK || source->bucket.size == 0 || source->key.size == 0) {
        return s3a_op_refuse(decoder, S3A_CODE_INVALID_ARGUMENT,
                             "Copy Source must mention the source bucket and key: "
                             "sourcebucket/sourcekey");
    }
    return S3A_CODE_NONE;
}

static enum s3a_code decode_source_range(struct s3a_op_decoder *decoder, struct s3a_str value)
{
    decoder->op->source.range = s3a_op_range(value);
    return decoder->op->source.range.kind == S3A_RANGE_FROM_TO
               ? S3A_CODE_NONE
               : s3a_op_refuse(decoder, S3A_CODE_INVALID_ARGUMENT,
                               "The x-amz-copy-source-range value must be of the form "
                               "bytes=first-last where first and last are the zero-based offsets "
                               "of the first and last bytes to copy");
}

/* "x-amz-copy-source-..."; false where it is none that is known here. */
static bool decode_source_header(struct s3a_op_decoder *decoder, struct s3a_str name,
                                 struct s3a_str value, enum s3a_code *ret_code)
{
    struct s3a_source *source = &decoder->op->source;

    value = value.data ? value : S3A_STR("");
    if (s3a_str_is(name, "x-amz-copy-source")) {
        *ret_code = decode_source(decoder, value);
    } else if (s3a_str_is(name, "x-amz-copy-source-if-match")) {
        *ret_code = s3a_op_join(decoder, &source->if_match, value);
    } else if (s3a_str_is(name, "x-amz-copy-source-if-none-match")) {
        *ret_code = s3a_op_join(decoder, &source->if_none_match, value);
    } else if (s3a_str_is(name, "x-amz-copy-source-if-modified-since")) {
        source->if_modified_since_ms = s3a_op_condition_date(value);
    } else if (s3a_str_is(name, "x-amz-copy-source-if-unmodified-since")) {
        source->if_unmodified_since_ms = s3a_op_condition_date(value);
    } else if (s3a_str_is(name, "x-amz-copy-source-range")) {
        *ret_code = decode_source_range(decoder, value);
    } else {
        return false;
    }
    return true;
}

static enum s3a_code decode_directive(struct s3a_op_decoder *decoder, struct s3a_str value)
{
    decoder->op->replaces_headers = s3a_str_is_nocase(value, "REPLACE");
    return decoder->op->replaces_headers || s3a_str_is_nocase(value, "COPY")
               ? S3A_CODE_NONE
               : s3a_op_refuse(decoder, S3A_CODE_INVALID_ARGUMENT, "Unknown metadata directive.");
}

static enum s3a_code decode_attributes(struct s3a_op_decoder *decoder, struct s3a_str list)
{
    static const struct {
        const char *name;
        unsigned attribute;
    } names[] = {{"ETag", S3A_ATTRIBUTE_ETAG},
                 {"Checksum", S3A_ATTRIBUTE_CHECKSUM},
                 {"ObjectParts", S3A_ATTRIBUTE_PARTS},
                 {"StorageClass", S3A_ATTRIBUTE_STORAGE_CLASS},
                 {"ObjectSize", S3A_ATTRIBUTE_SIZE}};

    while (list.data) {
        struct s3a_str name = s3a_str_trim(s3a_str_split(&list, ','));
        unsigned attribute = 0;
        for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
            attribute |= s3a_str_is(name, names[i].name) ? names[i].attribute : 0;
        }
        if (attribute == 0) {
            return s3a_op_refuse(decoder, S3A_CODE_INVALID_ARGUMENT,
                                 "Invalid attribute name specified.");
        }
        decoder->op->attributes |= attribute;
    }
    return S3A_CODE_NONE;
}

static enum s3a_code decode_object_size(struct s3a_op_decoder *decoder, struct s3a_str value)
{
    struct s3a_op *op = decoder->op;

    op->has_object_size = s3a_str_to_uint64(value, UINT64_MAX, &op->object_size);
    return op->has_object_size ? S3A_CODE_NONE
                               : s3a_op_refuse(decoder, S3A_CODE_INVALID_ARGUMENT,
                                               "The value of x-amz-mp-object-size is not valid");
}

bool s3a_op_decode_upload_header(struct s3a_op_decoder *decoder, struct s3a_str name,
                                 struct s3a_str value, enum s3a_code *ret_code)
{
    struct s3a_op *op = decoder->op;

    *ret_code = S3A_CODE_NONE;
    switch (op->kind) {
    case S3A_OP_PUT_OBJECT:
    case S3A_OP_UPLOAD_PART:
    case S3A_OP_COPY_OBJECT:
    case S3A_OP_COPY_PART:
        if (s3a_str_is(name, "x-amz-metadata-directive")) {
            *ret_code = decode_directive(decoder, value);
            return true;
        }
        return decode_source_header(decoder, name, value, ret_code);
    case S3A_OP_COMPLETE_UPLOAD:
        if (s3a_str_is(name, "x-amz-mp-object-size")) {
            *ret_code = decode_object_size(decoder, value);
        } else {
            return false;
        }
        return true;
    case S3A_OP_GET_ATTRIBUTES:
        if (s3a_str_is(name, "x-amz-object-attributes")) {
            *ret_code = decode_attributes(decoder, value);
        } else if (s3a_str_is(name, "x-amz-max-parts")) {
            *ret_code = s3a_op_decode_max(decoder, "x-amz-max-parts", value);
        } else if (s3a_str_is(name, "x-amz-part-number-marker")) {
            *ret_code = decode_marker(decoder, "x-amz-part-number-marker", value);
        } else {
            return false;
        }
        return true;
    default:
        return false;
    }
}

enum s3a_code s3a_op_check_upload(struct s3a_op_decoder *decoder)
{
    struct s3a_op *op = decoder->op;
    bool is_part = op->kind == S3A_OP_UPLOAD_PART;

    if (is_part ? op->part_number == 0 : op->kind == S3A_OP_PUT_OBJECT && op->part_number > 0) {
        return s3a_op_refuse(decoder, S3A_CODE_INVALID_REQUEST,
                             "A part needs both of the parameters partNumber and uploadId");
    }
    if (op->part_number > 0 && !is_part && op->kind != S3A_OP_GET_OBJECT &&
        op->kind != S3A_OP_HEAD_OBJECT) {
        return s3a_op_refuse(decoder, S3A_CODE_NOT_IMPLEMENTED,
                             "%.*s with partNumber is not implemented by this server",
                             S3A_STR_ARG(decoder->request->method));
    }
    if (op->source.bucket.data && op->kind == S3A_OP_PUT_OBJECT) {
        op->kind = S3A_OP_COPY_OBJECT;
    } else if (op->source.bucket.data && op->kind == S3A_OP_UPLOAD_PART) {
        op->kind = S3A_OP_COPY_PART;
    }
    if (op->kind == S3A_OP_COPY_OBJECT && op->source.range.kind != S3A_RANGE_NONE) {
        return s3a_op_refuse_header(decoder, S3A_STR("x-amz-copy-source-range"));
    }
    if (op->kind == S3A_OP_GET_ATTRIBUTES && op->attributes == 0) {
        return s3a_op_refuse(decoder, S3A_CODE_INVALID_REQUEST,
                             "The x-amz-object-attributes header specifying the attributes to be "
                             "retrieved is either missing or empty");
    }
    if (op->part_number > 0 && op->range.kind != S3A_RANGE_NONE) {
        return s3a_op_refuse(decoder, S3A_CODE_INVALID_REQUEST,
                             "Cannot specify both Range header and partNumber query parameter");
    }
    return S3A_CODE_NONE;
}
