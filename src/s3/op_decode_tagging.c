/* SPDX-License-Identifier: MIT */
#include "op_decode.h"

/* <Tagging><TagSet><Tag><Key/><Value/></Tag>...</TagSet></Tagging> */

struct set {
    struct s3a_pool *pool;
    struct s3a_tags tags;
    struct s3a_str key;   /* of the tag that we are in */
    struct s3a_str value; /* data NULL: not given yet */
    bool is_whole;
    enum s3a_code code;
};

static void keep(struct set *set, struct s3a_str text, struct s3a_str *ret_text)
{
    if (ret_text->data) {
        set->code = S3A_CODE_MALFORMED_XML;
        return;
    }
    *ret_text = s3a_pool_copy(set->pool, text);
    if (!ret_text->data) {
        set->code = S3A_CODE_INTERNAL_ERROR;
    }
}

static void on_close(void *user, const char *path, struct s3a_str text)
{
    struct set *set = user;
    struct s3a_str name = s3a_str_of(path);

    if (set->code != S3A_CODE_NONE) {
        return;
    }
    if (s3a_str_is(name, "Tagging/TagSet/Tag/Key")) {
        keep(set, text, &set->key);
    } else if (s3a_str_is(name, "Tagging/TagSet/Tag/Value")) {
        keep(set, text, &set->value);
    } else if (s3a_str_is(name, "Tagging/TagSet/Tag")) {
        set->code = set->key.data && set->value.data
                        ? s3a_tags_add(&set->tags, set->key, set->value)
                        : S3A_CODE_MALFORMED_XML;
        set->key = set->value = s3a_str_make(NULL, 0);
    } else if (s3a_str_is(name, "Tagging/TagSet")) {
        set->is_whole = true;
    } else if (!s3a_str_is(name, "Tagging")) {
        set->code = S3A_CODE_MALFORMED_XML;
    }
}

/* Puts the set into the op, or says what is wrong with it. */
static enum s3a_code take(struct s3a_op_decoder *decoder, const struct s3a_tags *tags,
                          enum s3a_code code)
{
    if (code == S3A_CODE_MALFORMED_XML) {
        return s3a_op_refuse_document(decoder);
    }
    if (code != S3A_CODE_NONE) {
        return s3a_op_refuse(decoder, code, "%s",
                             tags->message ? tags->message : s3a_code_message(code));
    }
    decoder->op->tags = s3a_pool_copy(decoder->pool, s3a_buf_str(&tags->text));
    return decoder->op->tags.data
               ? S3A_CODE_NONE
               : s3a_op_refuse(decoder, S3A_CODE_INTERNAL_ERROR, "out of memory");
}

enum s3a_code s3a_op_decode_tagging(struct s3a_op_decoder *decoder, struct s3a_str document)
{
    static const struct s3a_xml_events events = {.close = on_close};
    struct set set = {.pool = decoder->pool};
    bool is_object = decoder->op->kind == S3A_OP_PUT_OBJECT_TAGGING;

    s3a_tags_init(&set.tags, is_object ? S3A_TAGS_OF_OBJECT_MAX : S3A_TAGS_OF_BUCKET_MAX);
    enum s3a_code code = s3a_op_read_document(decoder, document, &events, &set);
    if (code == S3A_CODE_NONE) {
        bool is_set = set.is_whole || set.code != S3A_CODE_NONE;
        code = take(decoder, &set.tags, is_set ? set.code : S3A_CODE_MALFORMED_XML);
    }
    s3a_tags_fini(&set.tags);
    return code;
}

enum s3a_code s3a_op_decode_tagging_header(struct s3a_op_decoder *decoder, struct s3a_str value)
{
    struct s3a_tags tags;

    s3a_tags_init(&tags, S3A_TAGS_OF_OBJECT_MAX);
    enum s3a_code code = take(decoder, &tags, s3a_tags_add_query(&tags, decoder->pool, value));
    s3a_tags_fini(&tags);
    return code;
}
