/* SPDX-License-Identifier: MIT */
#include <string.h>

#include "date.h"
#include "op_decode.h"

/* Headers that ask for what there is not: those that begin so, unless the value is the one that
 * asks for nothing. Passing over them would promise what is not kept. */
static const struct {
    struct s3a_str prefix;
    const char *harmless; /* NULL: no value is */
} unsupported[] = {
    {S3A_STR_INIT("x-amz-acl"), "private"},
    {S3A_STR_INIT("x-amz-bucket-object-lock-"), "false"},
    {S3A_STR_INIT("x-amz-copy-source"), NULL},
    {S3A_STR_INIT("x-amz-grant-"), NULL},
    {S3A_STR_INIT("x-amz-if-match-"), NULL},
    {S3A_STR_INIT("x-amz-mfa"), NULL},
    {S3A_STR_INIT("x-amz-object-lock-"), NULL},
    {S3A_STR_INIT("x-amz-object-ownership"), "BucketOwnerEnforced"},
    {S3A_STR_INIT("x-amz-rename-source"), NULL},
    {S3A_STR_INIT("x-amz-server-side-encryption"), NULL},
    {S3A_STR_INIT("x-amz-storage-class"), "STANDARD"},
    {S3A_STR_INIT("x-amz-tagging"), NULL},
    {S3A_STR_INIT("x-amz-website-redirect-location"), NULL},
    {S3A_STR_INIT("x-amz-write-offset-bytes"), NULL},
};

static enum s3a_code refuse_no_memory(struct s3a_op_decoder *decoder)
{
    return s3a_op_refuse(decoder, S3A_CODE_INTERNAL_ERROR, "out of memory");
}

/* A header that comes twice means what one with both values would mean (RFC 9110, section 5.3).
 * value may be one that has come already. */
enum s3a_code s3a_op_join(struct s3a_op_decoder *decoder, struct s3a_str *value,
                          struct s3a_str more)
{
    if (!value->data) {
        *value = more;
        return S3A_CODE_NONE;
    }
    char *joined = s3a_pool_alloc(decoder->pool, value->size + 1 + more.size);
    if (!joined) {
        return refuse_no_memory(decoder);
    }
    memcpy(joined, value->data, value->size);
    joined[value->size] = ',';
    memcpy(joined + value->size + 1, more.size > 0 ? more.data : "", more.size);
    *value = s3a_str_make(joined, value->size + 1 + more.size);
    return S3A_CODE_NONE;
}

/* "aws-chunked" is how the body travelled, not what it is. */
static enum s3a_code without_aws_chunked(struct s3a_op_decoder *decoder, struct s3a_str *value)
{
    struct s3a_str rest = *value;
    struct s3a_str kept = s3a_str_make(NULL, 0);
    bool is_chunked = false;

    while (rest.data) {
        struct s3a_str coding = s3a_str_trim(s3a_str_split(&rest, ','));
        if (s3a_str_is_nocase(coding, "aws-chunked")) {
            is_chunked = true;
            continue;
        }
        enum s3a_code code = s3a_op_join(decoder, &kept, coding);
        if (code != S3A_CODE_NONE) {
            return code;
        }
    }
    *value = is_chunked ? kept : *value;
    return S3A_CODE_NONE;
}

static enum s3a_code store_header(struct s3a_op_decoder *decoder, struct s3a_str name,
                                  struct s3a_str value)
{
    struct s3a_headers *headers = &decoder->op->headers;

    if (!s3a_header_is_valid(name, value)) {
        return s3a_op_refuse(decoder, S3A_CODE_INVALID_ARGUMENT,
                             "A header holds a character that headers may not hold");
    }
    value = value.data ? value : S3A_STR("");
    if (s3a_str_is(name, "content-encoding")) {
        enum s3a_code code = without_aws_chunked(decoder, &value);
        if (code != S3A_CODE_NONE) {
            return code;
        }
    }
    if (value.size == 0 && !s3a_header_is_metadata(name)) {
        return S3A_CODE_NONE;
    }
    for (size_t i = 0; i < headers->count; i++) {
        if (s3a_str_equal(headers->items[i].name, name)) {
            return s3a_op_join(decoder, &headers->items[i].value, value);
        }
    }
    if (!s3a_headers_add(headers, name, value)) {
        return s3a_op_refuse(decoder, S3A_CODE_METADATA_TOO_LARGE,
                             "An object keeps at most %d headers", S3A_STORED_HEADERS_MAX);
    }
    return S3A_CODE_NONE;
}

static bool keeps_headers(enum s3a_op_kind kind)
{
    return kind == S3A_OP_PUT_OBJECT || kind == S3A_OP_COPY_OBJECT || kind == S3A_OP_CREATE_UPLOAD;
}

static bool keeps_acl(enum s3a_op_kind kind)
{
    return keeps_headers(kind) || kind == S3A_OP_CREATE_BUCKET || kind == S3A_OP_PUT_BUCKET_ACL ||
           kind == S3A_OP_PUT_OBJECT_ACL;
}

static enum s3a_code decode_acl(struct s3a_op_decoder *decoder, struct s3a_str value)
{
    if (s3a_canned_acl_is_foreign(value)) {
        return s3a_op_refuse_header(decoder, S3A_STR("x-amz-acl"));
    }
    decoder->op->acl = s3a_canned_acl_of(value);
    return decoder->op->acl != S3A_ACL_NOT_GIVEN
               ? S3A_CODE_NONE
               : s3a_op_refuse(decoder, S3A_CODE_INVALID_ARGUMENT,
                               "The value of x-amz-acl is not valid");
}

static enum s3a_code decode_tagging_directive(struct s3a_op_decoder *decoder, struct s3a_str value)
{
    decoder->op->replaces_tags = s3a_str_is_nocase(value, "REPLACE");
    return decoder->op->replaces_tags || s3a_str_is_nocase(value, "COPY")
               ? S3A_CODE_NONE
               : s3a_op_refuse(decoder, S3A_CODE_INVALID_ARGUMENT, "Unknown tagging directive.");
}

enum s3a_code s3a_op_decode_amz_header(struct s3a_op_decoder *decoder, struct s3a_str name,
                                       struct s3a_str value)
{
    enum s3a_code code;

    if (s3a_header_is_metadata(name)) {
        return keeps_headers(decoder->op->kind) ? store_header(decoder, name, value)
                                                : S3A_CODE_NONE;
    }
    if (s3a_op_decode_checksum_header(decoder, name, value, &code) ||
        s3a_op_decode_upload_header(decoder, name, value, &code)) {
        return code;
    }
    if (s3a_str_is(name, "x-amz-acl") && keeps_acl(decoder->op->kind)) {
        return decode_acl(decoder, value);
    }
    if (s3a_str_is(name, "x-amz-tagging-directive") && keeps_headers(decoder->op->kind)) {
        return decode_tagging_directive(decoder, value);
    }
    if (s3a_str_is(name, "x-amz-tagging") && keeps_headers(decoder->op->kind)) {
        return s3a_op_decode_tagging_header(decoder, value);
    }
    for (size_t i = 0; i < sizeof(unsupported) / sizeof(unsupported[0]); i++) {
        struct s3a_str prefix = unsupported[i].prefix;
        if (name.size < prefix.size || memcmp(name.data, prefix.data, prefix.size) != 0) {
            continue;
        }
        if (!unsupported[i].harmless || !s3a_str_is_nocase(value, unsupported[i].harmless)) {
            return s3a_op_refuse_header(decoder, name);
        }
    }
    return S3A_CODE_NONE;
}

/* Digits only; more than there are numbers for is the largest number. */
static bool parse_position(struct s3a_str text, uint64_t *ret_position)
{
    if (text.size == 0) {
        return false;
    }
    for (size_t i = 0; i < text.size; i++) {
        if (text.data[i] < '0' || text.data[i] > '9') {
            return false;
        }
    }
    *ret_position = UINT64_MAX;
    (void)s3a_str_to_uint64(text, UINT64_MAX, ret_position);
    return true;
}

/* One range, or none: a Range that is not well formed, or that asks for several, may be passed over
 * (RFC 9110, section 14.2), and S3 does so. */
struct s3a_range s3a_op_range(struct s3a_str value)
{
    const struct s3a_range none = {0};
    struct s3a_range range = {0};

    if (!s3a_str_starts_with_nocase(value, "bytes=")) {
        return none;
    }
    struct s3a_str last = s3a_str_trim(s3a_str_skip(value, strlen("bytes=")));
    struct s3a_str first = s3a_str_split(&last, '-');
    if (!last.data) {
        return none;
    }
    if (first.size == 0) {
        range.kind = S3A_RANGE_SUFFIX;
        return parse_position(last, &range.first) ? range : none;
    }
    if (!parse_position(first, &range.first)) {
        return none;
    }
    if (last.size == 0) {
        range.kind = S3A_RANGE_FROM;
        return range;
    }
    range.kind = S3A_RANGE_FROM_TO;
    return parse_position(last, &range.last) && range.first <= range.last ? range : none;
}

/* 0, which stands for "not given", for a date that cannot be read: such a condition is to be passed
 * over (RFC 9110, section 13.1.3). */
int64_t s3a_op_condition_date(struct s3a_str value)
{
    int64_t time_ms;

    if (!s3a_date_http_parse(value, &time_ms)) {
        return 0;
    }
    return time_ms == 0 ? 1 : time_ms;
}

static void decode_read_header(struct s3a_op *op, struct s3a_str name, struct s3a_str value,
                               bool *ret_has_if_range)
{
    if (s3a_str_is(name, "range")) {
        op->range = s3a_op_range(value);
    } else if (s3a_str_is(name, "if-modified-since")) {
        op->if_modified_since_ms = s3a_op_condition_date(value);
    } else if (s3a_str_is(name, "if-unmodified-since")) {
        op->if_unmodified_since_ms = s3a_op_condition_date(value);
    } else if (s3a_str_is(name, "if-range")) {
        *ret_has_if_range = true;
    }
}

static enum s3a_code decode_header(struct s3a_op_decoder *decoder, struct s3a_str name,
                                   struct s3a_str value, bool *ret_has_if_range)
{
    struct s3a_op *op = decoder->op;

    if (s3a_str_starts_with(name, "x-amz-")) {
        return s3a_op_decode_amz_header(decoder, name, value);
    }
    switch (op->kind) {
    case S3A_OP_PUT_OBJECT:
    case S3A_OP_COPY_OBJECT:
    case S3A_OP_CREATE_UPLOAD:
        if (s3a_header_is_stored(name)) {
            return store_header(decoder, name, value);
        }
        break;
    case S3A_OP_GET_OBJECT:
    case S3A_OP_HEAD_OBJECT:
        decode_read_header(op, name, value, ret_has_if_range);
        break;
    case S3A_OP_DELETE_OBJECT:
    case S3A_OP_COMPLETE_UPLOAD:
        break;
    default:
        return S3A_CODE_NONE;
    }
    if (s3a_str_is(name, "if-match")) {
        return s3a_op_join(decoder, &op->if_match, value.data ? value : S3A_STR(""));
    }
    if (s3a_str_is(name, "if-none-match")) {
        return s3a_op_join(decoder, &op->if_none_match, value.data ? value : S3A_STR(""));
    }
    return S3A_CODE_NONE;
}

static enum s3a_code check_metadata_size(struct s3a_op_decoder *decoder)
{
    const struct s3a_headers *headers = &decoder->op->headers;
    size_t size = 0;

    for (size_t i = 0; i < headers->count; i++) {
        if (s3a_header_is_metadata(headers->items[i].name)) {
            size += headers->items[i].name.size - strlen("x-amz-meta-");
            size += headers->items[i].value.size;
        }
    }
    if (size > S3A_METADATA_SIZE_MAX) {
        return s3a_op_refuse(decoder, S3A_CODE_METADATA_TOO_LARGE, "%s",
                             s3a_code_message(S3A_CODE_METADATA_TOO_LARGE));
    }
    return S3A_CODE_NONE;
}

enum s3a_code s3a_op_decode_headers(struct s3a_op_decoder *decoder)
{
    const struct s3a_http_incoming *request = decoder->request;
    bool has_if_range = false;

    for (size_t i = 0; i < request->header_count; i++) {
        struct s3a_header header = request->headers[i];
        enum s3a_code code = decode_header(decoder, header.name, header.value, &has_if_range);
        if (code != S3A_CODE_NONE) {
            return code;
        }
    }
    if (has_if_range) {
        /* The whole object is right whatever the condition would have come to. */
        decoder->op->range = (struct s3a_range){0};
    }
    return check_metadata_size(decoder);
}
