/* SPDX-License-Identifier: MIT */
#include <string.h>

#include "op_decode.h"

#define KEYS_MAX_ASKED INT32_MAX
#define VERSION_ID_SIZE 32
#define RESPONSE_PREFIX "response-"

/* The parameters of a signature, and those that presigning clients make of headers that only
 * concern the body's checksum: not ours to read. */
static const char *const passing[] = {
    "x-amz-algorithm",      "x-amz-credential",     "x-amz-date",
    "x-amz-expires",        "x-amz-signedheaders",  "x-amz-signature",
    "x-amz-security-token", "x-amz-content-sha256", "x-amz-user-agent",
};

static bool is_one_of(struct s3a_str name, const char *const *names, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        if (s3a_str_is(name, names[i])) {
            return true;
        }
    }
    return false;
}

static enum s3a_code refuse_argument(struct s3a_op_decoder *decoder, const char *name)
{
    return s3a_op_refuse(decoder, S3A_CODE_INVALID_ARGUMENT, "The value of %s is not valid", name);
}

enum s3a_code s3a_op_decode_max(struct s3a_op_decoder *decoder, const char *name,
                                struct s3a_str value)
{
    uint64_t max;

    if (!s3a_str_to_uint64(value, KEYS_MAX_ASKED, &max)) {
        return refuse_argument(decoder, name);
    }
    decoder->op->keys_max = max > S3A_LIST_KEYS_MAX ? S3A_LIST_KEYS_MAX : (uint32_t)max;
    decoder->op->has_keys_max = true;
    return S3A_CODE_NONE;
}

enum s3a_code s3a_op_decode_text(struct s3a_op_decoder *decoder, const char *name,
                                 struct s3a_str value, struct s3a_str *ret_text)
{
    if (!s3a_str_is_utf8(value)) {
        return refuse_argument(decoder, name);
    }
    *ret_text = value.data ? value : S3A_STR("");
    return S3A_CODE_NONE;
}

static bool is_named_anew(const struct s3a_op *op, struct s3a_str name)
{
    for (size_t i = 0; i < op->headers.count; i++) {
        if (s3a_str_equal(op->headers.items[i].name, name)) {
            return true;
        }
    }
    return false;
}

/* "response-content-type=text/plain": how the answer to a GET names the content. Once each, so
 * that there is room for all that an answer may be asked for. */
static enum s3a_code decode_response_parameter(struct s3a_op_decoder *decoder, struct s3a_str name,
                                               struct s3a_str value)
{
    struct s3a_op *op = decoder->op;

    if (op->kind != S3A_OP_GET_OBJECT && op->kind != S3A_OP_HEAD_OBJECT) {
        return S3A_CODE_NONE;
    }
    struct s3a_str header = s3a_str_skip(name, strlen(RESPONSE_PREFIX));
    value = value.data ? value : S3A_STR("");
    if (s3a_header_is_metadata(header) || !s3a_header_is_stored(header) ||
        is_named_anew(op, header) || !s3a_header_is_valid(header, value) ||
        !s3a_headers_add(&op->headers, header, value)) {
        return s3a_op_refuse(decoder, S3A_CODE_INVALID_ARGUMENT,
                             "The answer cannot have what response-... asks for");
    }
    return S3A_CODE_NONE;
}

/* What both listings have. */
static enum s3a_code decode_list_parameter(struct s3a_op_decoder *decoder, struct s3a_str name,
                                           struct s3a_str value)
{
    struct s3a_op *op = decoder->op;

    if (s3a_str_is(name, "prefix")) {
        return s3a_op_decode_text(decoder, "prefix", value, &op->prefix);
    }
    if (s3a_str_is(name, "continuation-token")) {
        return value.size == 0
                   ? refuse_argument(decoder, "continuation-token")
                   : s3a_op_decode_text(decoder, "continuation-token", value, &op->continuation);
    }
    return S3A_CODE_NONE;
}

/* The two versions of ListObjects go on from different parameters. */
struct version {
    bool is_2;
    struct s3a_str marker;
    struct s3a_str start_after;
};

static enum s3a_code decode_objects_parameter(struct s3a_op_decoder *decoder, struct s3a_str name,
                                              struct s3a_str value, struct version *version)
{
    struct s3a_op *op = decoder->op;

    if (s3a_str_is(name, "list-type")) {
        version->is_2 = s3a_str_is(value, "2");
        return version->is_2 ? S3A_CODE_NONE : refuse_argument(decoder, "list-type");
    }
    if (s3a_str_is(name, "marker")) {
        return s3a_op_decode_text(decoder, "marker", value, &version->marker);
    }
    if (s3a_str_is(name, "key-marker") && op->kind == S3A_OP_LIST_VERSIONS) {
        return s3a_op_decode_text(decoder, "key-marker", value, &op->start_after);
    }
    if (s3a_str_is(name, "version-id-marker") && op->kind == S3A_OP_LIST_VERSIONS) {
        return s3a_op_decode_text(decoder, "version-id-marker", value, &op->version_marker);
    }
    if (s3a_str_is(name, "delimiter")) {
        return s3a_op_decode_text(decoder, "delimiter", value, &op->delimiter);
    }
    if (s3a_str_is(name, "start-after")) {
        return s3a_op_decode_text(decoder, "start-after", value, &version->start_after);
    }
    if (s3a_str_is(name, "max-keys")) {
        return s3a_op_decode_max(decoder, "max-keys", value);
    }
    if (s3a_str_is(name, "encoding-type")) {
        op->encode_keys = s3a_str_is(value, "url");
        return op->encode_keys ? S3A_CODE_NONE : refuse_argument(decoder, "encoding-type");
    }
    if (s3a_str_is(name, "fetch-owner")) {
        op->fetch_owner = s3a_str_is(value, "true");
        return S3A_CODE_NONE;
    }
    return decode_list_parameter(decoder, name, value);
}

static enum s3a_code decode_buckets_parameter(struct s3a_op_decoder *decoder, struct s3a_str name,
                                              struct s3a_str value)
{
    if (s3a_str_is(name, "max-buckets")) {
        enum s3a_code code = s3a_op_decode_max(decoder, "max-buckets", value);
        return code == S3A_CODE_NONE && decoder->op->keys_max == 0
                   ? refuse_argument(decoder, "max-buckets")
                   : code;
    }
    if (s3a_str_is(name, "bucket-region")) {
        return s3a_op_refuse(decoder, S3A_CODE_NOT_IMPLEMENTED,
                             "GET ?bucket-region is not implemented by this server");
    }
    return decode_list_parameter(decoder, name, value);
}

/* A presigned URL carries headers as parameters, their names in any case. */
static enum s3a_code decode_amz_parameter(struct s3a_op_decoder *decoder, struct s3a_str name,
                                          struct s3a_str value)
{
    char *lower = s3a_pool_alloc(decoder->pool, name.size);

    if (!lower) {
        return s3a_op_refuse(decoder, S3A_CODE_INTERNAL_ERROR, "out of memory");
    }
    for (size_t i = 0; i < name.size; i++) {
        char byte = name.data[i];
        lower[i] = byte >= 'A' && byte <= 'Z' ? (char)(byte - 'A' + 'a') : byte;
    }
    name = s3a_str_make(lower, name.size);
    return is_one_of(name, passing, sizeof(passing) / sizeof(passing[0]))
               ? S3A_CODE_NONE
               : s3a_op_decode_amz_header(decoder, name, value.data ? value : S3A_STR(""));
}

/* The form of those that Amazon S3 makes. */
static bool is_version_id(struct s3a_str id)
{
    const struct s3a_str others = S3A_STR("._-");

    for (size_t i = 0; i < id.size; i++) {
        char byte = id.data[i];
        if (!((byte >= '0' && byte <= '9') || (byte >= 'a' && byte <= 'z') ||
              (byte >= 'A' && byte <= 'Z') || s3a_str_find(others, byte) < others.size)) {
            return false;
        }
    }
    return id.size == VERSION_ID_SIZE;
}

/* In a bucket without versions, each object has one, called "null". */
static enum s3a_code decode_version_id(struct s3a_op_decoder *decoder, struct s3a_str value)
{
    struct s3a_op *op = decoder->op;
    bool is_read = op->kind == S3A_OP_GET_OBJECT || op->kind == S3A_OP_HEAD_OBJECT;

    if (s3a_op_target(op->kind) != S3A_TARGET_OBJECT || op->kind == S3A_OP_PUT_OBJECT) {
        return s3a_op_refuse(decoder, S3A_CODE_INVALID_ARGUMENT,
                             "This operation does not accept a version-id.");
    }
    if (s3a_str_is(value, "null")) {
        op->names_version = true;
        return S3A_CODE_NONE;
    }
    if (is_read && is_version_id(value)) {
        return s3a_op_refuse(decoder, S3A_CODE_NO_SUCH_VERSION, "%s",
                             s3a_code_message(S3A_CODE_NO_SUCH_VERSION));
    }
    return s3a_op_refuse(decoder, S3A_CODE_INVALID_ARGUMENT, "Invalid version id specified");
}

static enum s3a_code decode_parameter(struct s3a_op_decoder *decoder, struct s3a_str name,
                                      struct s3a_str value, struct version *version)
{
    struct s3a_op *op = decoder->op;
    enum s3a_code code;

    if (s3a_op_decode_upload_parameter(decoder, name, value, &code)) {
        return code;
    }
    if (s3a_str_starts_with_nocase(name, "x-amz-")) {
        return decode_amz_parameter(decoder, name, value);
    }
    if (s3a_str_starts_with(name, RESPONSE_PREFIX)) {
        return decode_response_parameter(decoder, name, value);
    }
    if (s3a_str_is(name, "versionId")) {
        return decode_version_id(decoder, value);
    }
    if (op->kind == S3A_OP_LIST_OBJECTS || op->kind == S3A_OP_LIST_VERSIONS ||
        op->kind == S3A_OP_LIST_UPLOADS) {
        return decode_objects_parameter(decoder, name, value, version);
    }
    if (op->kind == S3A_OP_LIST_BUCKETS) {
        return decode_buckets_parameter(decoder, name, value);
    }
    if (op->aspect && op->aspect->has_ids && s3a_str_is(name, "id")) {
        op->aspect_id = value.data ? value : S3A_STR("");
    }
    return S3A_CODE_NONE;
}

/* A token of version 2 means nothing in version 1. */
static void decode_version(struct s3a_op *op, const struct version *version)
{
    if (op->kind != S3A_OP_LIST_OBJECTS) {
        return;
    }
    op->is_version_1 = !version->is_2;
    op->start_after = version->is_2 ? version->start_after : version->marker;
    if (op->is_version_1) {
        op->continuation = s3a_str_make(NULL, 0);
    }
}

enum s3a_code s3a_op_decode_query_part(struct s3a_op_decoder *decoder, struct s3a_str *part)
{
    switch (s3a_uri_decode(decoder->pool, *part, true, part)) {
    case S3A_OK:
        return S3A_CODE_NONE;
    case S3A_NO_MEMORY:
        return s3a_op_refuse(decoder, S3A_CODE_INTERNAL_ERROR, "out of memory");
    default:
        return s3a_op_refuse(decoder, S3A_CODE_INVALID_URI,
                             "The query has a '%%' without two hexadecimal digits");
    }
}

enum s3a_code s3a_op_decode_query(struct s3a_op_decoder *decoder)
{
    struct s3a_str rest = decoder->request->query;
    struct s3a_str name;
    struct s3a_str value;
    struct version version = {0};

    while (s3a_query_next(&rest, &name, &value)) {
        enum s3a_code code = s3a_op_decode_query_part(decoder, &name);
        if (code == S3A_CODE_NONE) {
            code = s3a_op_decode_query_part(decoder, &value);
        }
        if (code == S3A_CODE_NONE) {
            code = decode_parameter(decoder, name, value, &version);
        }
        if (code != S3A_CODE_NONE) {
            return code;
        }
    }
    if (decoder->op->version_marker.size > 0 && decoder->op->start_after.size == 0) {
        return s3a_op_refuse(decoder, S3A_CODE_INVALID_ARGUMENT,
                             "A version-id marker cannot be specified without a key marker.");
    }
    decode_version(decoder->op, &version);
    return S3A_CODE_NONE;
}
