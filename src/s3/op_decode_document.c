/* SPDX-License-Identifier: MIT */
#include "op_decode.h"

#define CREATE_ROOT "CreateBucketConfiguration"

enum s3a_code s3a_op_refuse_document(struct s3a_op_decoder *decoder)
{
    s3a_answer_fail(decoder->answer, S3A_CODE_MALFORMED_XML);
    return S3A_CODE_MALFORMED_XML;
}

enum s3a_code s3a_op_read_document(struct s3a_op_decoder *decoder, struct s3a_str document,
                                   const struct s3a_xml_events *events, void *user)
{
    switch (s3a_xml_read(document, events, user)) {
    case S3A_OK:
        return S3A_CODE_NONE;
    case S3A_NO_MEMORY:
        return s3a_op_refuse(decoder, S3A_CODE_INTERNAL_ERROR, "out of memory");
    default:
        return s3a_op_refuse_document(decoder);
    }
}

/* What a new bucket should be like: anywhere, and nothing else. */
struct wish {
    bool is_known; /* the root is what it should be */
    bool is_more;
};

static void on_wish(void *user, const char *path, struct s3a_str text)
{
    struct wish *wish = user;
    struct s3a_str name = s3a_str_of(path);

    (void)text;
    if (s3a_str_is(name, CREATE_ROOT)) {
        wish->is_known = true;
    } else if (!s3a_str_is(name, CREATE_ROOT "/LocationConstraint")) {
        wish->is_more = true;
    }
}

static enum s3a_code decode_create_bucket(struct s3a_op_decoder *decoder, struct s3a_str document)
{
    static const struct s3a_xml_events events = {.close = on_wish};
    struct wish wish = {0};

    if (document.size == 0) {
        return S3A_CODE_NONE;
    }
    enum s3a_code code = s3a_op_read_document(decoder, document, &events, &wish);
    if (code != S3A_CODE_NONE) {
        return code;
    }
    if (!wish.is_known) {
        return s3a_op_refuse_document(decoder);
    }
    return wish.is_more ? s3a_op_refuse(decoder, S3A_CODE_NOT_IMPLEMENTED,
                                        "Of what " CREATE_ROOT
                                        " may hold, this server knows LocationConstraint only")
                        : S3A_CODE_NONE;
}

enum s3a_code s3a_op_decode_document(struct s3a_str document, struct s3a_pool *pool,
                                     struct s3a_op *op, struct s3a_answer *answer)
{
    struct s3a_op_decoder decoder = {.pool = pool, .op = op, .answer = answer};

    switch (op->kind) {
    case S3A_OP_CREATE_BUCKET:
        return decode_create_bucket(&decoder, document);
    case S3A_OP_DELETE_OBJECTS:
        return s3a_op_decode_deletions(&decoder, document);
    case S3A_OP_COMPLETE_UPLOAD:
        return s3a_op_decode_part_list(&decoder, document);
    case S3A_OP_PUT_BUCKET_ACL:
    case S3A_OP_PUT_OBJECT_ACL:
        return s3a_op_decode_acl(&decoder, document);
    case S3A_OP_PUT_BUCKET_TAGGING:
    case S3A_OP_PUT_OBJECT_TAGGING:
        return s3a_op_decode_tagging(&decoder, document);
    default:
        return S3A_CODE_NONE;
    }
}
