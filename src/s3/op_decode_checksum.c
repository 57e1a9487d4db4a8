/* SPDX-License-Identifier: MIT */
#include "op_decode.h"

/*
 * What is said of checksums apart from those of the body, which whoever takes the body in reads:
 * how an upload is to be checked, and what the object that it becomes is to have. Messages are as
 * Amazon S3 words them.
 */

#define UNSUPPORTED                                                                                \
    "Checksum algorithm provided is unsupported. Please try again with any of the valid types: "   \
    "[CRC32, CRC32C, CRC64NVME, SHA1, SHA256]"

static enum s3a_code refuse_value(struct s3a_op_decoder *decoder, struct s3a_str name)
{
    return s3a_op_refuse(decoder, S3A_CODE_INVALID_REQUEST, "Value for %.*s header is invalid.",
                         S3A_STR_ARG(name));
}

static enum s3a_code decode_type(struct s3a_op_decoder *decoder, struct s3a_str name,
                                 struct s3a_str value)
{
    enum s3a_checksum_type type = s3a_checksum_type_of(value);

    decoder->op->checksum_choice.type = type;
    return type == S3A_CHECKSUM_TYPE_NOT_GIVEN ? refuse_value(decoder, name) : S3A_CODE_NONE;
}

static enum s3a_code decode_algorithm(struct s3a_op_decoder *decoder, struct s3a_str value)
{
    enum s3a_checksum_kind kind = s3a_checksum_kind_of_name(value);

    decoder->op->checksum_choice.kind = kind;
    return kind == S3A_CHECKSUM_NONE ? s3a_op_refuse(decoder, S3A_CODE_INVALID_REQUEST, UNSUPPORTED)
                                     : S3A_CODE_NONE;
}

/* Of the object that an upload becomes. */
static enum s3a_code decode_value(struct s3a_op_decoder *decoder, struct s3a_str name,
                                  struct s3a_str value)
{
    struct s3a_checksum_value *checksum = &decoder->op->checksum;
    enum s3a_checksum_kind kind = s3a_checksum_kind_of(name);

    if (checksum->kind != S3A_CHECKSUM_NONE) {
        return s3a_op_refuse(decoder, S3A_CODE_INVALID_REQUEST,
                             "Expecting a single x-amz-checksum- header. Multiple checksum Types "
                             "are not allowed.");
    }
    if (kind == S3A_CHECKSUM_NONE) {
        return s3a_op_refuse(decoder, S3A_CODE_INVALID_REQUEST, UNSUPPORTED);
    }
    return s3a_checksum_value_parse(checksum, kind, value) ? S3A_CODE_NONE
                                                           : refuse_value(decoder, name);
}

static enum s3a_code decode_mode(struct s3a_op_decoder *decoder, struct s3a_str name,
                                 struct s3a_str value)
{
    decoder->op->wants_checksum = s3a_str_is_nocase(value, "ENABLED");
    return decoder->op->wants_checksum ? S3A_CODE_NONE : refuse_value(decoder, name);
}

bool s3a_op_decode_checksum_header(struct s3a_op_decoder *decoder, struct s3a_str name,
                                   struct s3a_str value, enum s3a_code *ret_code)
{
    enum s3a_op_kind kind = decoder->op->kind;
    bool creates = kind == S3A_OP_CREATE_UPLOAD;
    bool completes = kind == S3A_OP_COMPLETE_UPLOAD;

    *ret_code = S3A_CODE_NONE;
    if (!s3a_str_starts_with(name, S3A_CHECKSUM_PREFIX)) {
        return false;
    }
    if (s3a_str_is(name, S3A_CHECKSUM_PREFIX "mode")) {
        if (kind == S3A_OP_GET_OBJECT || kind == S3A_OP_HEAD_OBJECT) {
            *ret_code = decode_mode(decoder, name, value);
        }
    } else if (s3a_str_is(name, S3A_CHECKSUM_PREFIX "type")) {
        *ret_code = creates || completes ? decode_type(decoder, name, value) : S3A_CODE_NONE;
    } else if (s3a_str_is(name, S3A_CHECKSUM_PREFIX "algorithm")) {
        bool chooses = creates || kind == S3A_OP_COPY_OBJECT;
        *ret_code = chooses ? decode_algorithm(decoder, value) : S3A_CODE_NONE;
    } else if (completes) {
        *ret_code = decode_value(decoder, name, value);
    }
    return true;
}

enum s3a_code s3a_op_check_checksums(struct s3a_op_decoder *decoder)
{
    struct s3a_checksum_choice *choice = &decoder->op->checksum_choice;

    if (decoder->op->kind != S3A_OP_CREATE_UPLOAD) {
        return S3A_CODE_NONE;
    }
    if (choice->kind == S3A_CHECKSUM_NONE) {
        return choice->type == S3A_CHECKSUM_TYPE_NOT_GIVEN
                   ? S3A_CODE_NONE
                   : s3a_op_refuse(decoder, S3A_CODE_INVALID_REQUEST,
                                   "The x-amz-checksum-type header can only be used with the "
                                   "x-amz-checksum-algorithm header.");
    }
    if (choice->type == S3A_CHECKSUM_TYPE_NOT_GIVEN) {
        choice->type = s3a_checksum_type_default(choice->kind);
    }
    return s3a_checksum_choice_is_valid(choice)
               ? S3A_CODE_NONE
               : s3a_op_refuse(decoder, S3A_CODE_INVALID_REQUEST,
                               "The %s checksum type cannot be used with the %s checksum "
                               "algorithm.",
                               s3a_checksum_type_name(choice->type),
                               s3a_checksum_name(choice->kind));
}
