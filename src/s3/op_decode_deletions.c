/* SPDX-License-Identifier: MIT */
#include "op_decode.h"

/*
 * <Delete><Object><Key/><VersionId/><ETag/></Object>...<Quiet/></Delete>
 *
 * What is not known is refused: it could be a condition, and to pass over one would delete what was
 * meant to stay.
 */
struct list {
    struct s3a_op_decoder *decoder;
    struct s3a_deletion *deletions;
    size_t count;
    struct s3a_deletion current; /* the one we are in */
    bool is_quiet;
    bool is_whole; /* the outermost element has come to its end */
    enum s3a_code code;
};

static void stop(struct list *list, enum s3a_code code)
{
    if (list->code == S3A_CODE_NONE) {
        list->code = code;
    }
}

static void keep(struct list *list, struct s3a_str text, struct s3a_str *ret_text)
{
    if (ret_text->data) {
        stop(list, S3A_CODE_MALFORMED_XML);
    }
    *ret_text = s3a_pool_copy(list->decoder->pool, text);
    if (!ret_text->data) {
        stop(list, S3A_CODE_INTERNAL_ERROR);
    }
}

static void on_object(struct list *list)
{
    if (list->current.key.size == 0 || list->count == S3A_DELETIONS_MAX) {
        stop(list, S3A_CODE_MALFORMED_XML);
        return;
    }
    list->deletions[list->count++] = list->current;
    list->current = (struct s3a_deletion){0};
}

static void on_quiet(struct list *list, struct s3a_str text)
{
    list->is_quiet = s3a_str_is(text, "true");
    if (!list->is_quiet && !s3a_str_is(text, "false")) {
        stop(list, S3A_CODE_MALFORMED_XML);
    }
}

static void on_close(void *user, const char *path, struct s3a_str text)
{
    struct list *list = user;
    struct s3a_str name = s3a_str_of(path);

    if (list->code != S3A_CODE_NONE) {
        return;
    }
    if (s3a_str_is(name, "Delete/Object/Key")) {
        keep(list, text, &list->current.key);
    } else if (s3a_str_is(name, "Delete/Object/ETag")) {
        keep(list, text, &list->current.if_match);
    } else if (s3a_str_is(name, "Delete/Object/VersionId")) {
        keep(list, text, &list->current.version_id);
    } else if (s3a_str_is(name, "Delete/Object")) {
        on_object(list);
    } else if (s3a_str_is(name, "Delete/Quiet")) {
        on_quiet(list, text);
    } else if (s3a_str_is(name, "Delete")) {
        list->is_whole = true;
    } else if (s3a_str_is(name, "Delete/Object/LastModifiedTime") ||
               s3a_str_is(name, "Delete/Object/Size")) {
        stop(list, S3A_CODE_NOT_IMPLEMENTED);
    } else {
        stop(list, S3A_CODE_MALFORMED_XML);
    }
}

enum s3a_code s3a_op_decode_deletions(struct s3a_op_decoder *decoder, struct s3a_str document)
{
    static const struct s3a_xml_events events = {.close = on_close};
    struct list list = {.decoder = decoder};

    list.deletions = s3a_pool_alloc(decoder->pool, S3A_DELETIONS_MAX * sizeof(list.deletions[0]));
    if (!list.deletions) {
        return s3a_op_refuse(decoder, S3A_CODE_INTERNAL_ERROR, "out of memory");
    }
    enum s3a_code code = s3a_op_read_document(decoder, document, &events, &list);
    if (code != S3A_CODE_NONE) {
        return code;
    }
    switch (list.code) {
    case S3A_CODE_NONE:
        break;
    case S3A_CODE_NOT_IMPLEMENTED:
        return s3a_op_refuse(decoder, S3A_CODE_NOT_IMPLEMENTED,
                             "LastModifiedTime and Size are conditions of directory buckets: in "
                             "this one, use ETag");
    case S3A_CODE_INTERNAL_ERROR:
        return s3a_op_refuse(decoder, S3A_CODE_INTERNAL_ERROR, "out of memory");
    default:
        return s3a_op_refuse_document(decoder);
    }
    if (!list.is_whole || list.count == 0) {
        return s3a_op_refuse_document(decoder);
    }
    decoder->op->deletions = list.deletions;
    decoder->op->deletion_count = list.count;
    decoder->op->is_quiet = list.is_quiet;
    return S3A_CODE_NONE;
}
