/* SPDX-License-Identifier: MIT */
#include "op_decode.h"

/*
 * <AccessControlPolicy><Owner><ID/></Owner><AccessControlList>
 *     <Grant><Grantee><ID/> or <URI/></Grantee><Permission/></Grant>...
 *
 * Only a list that says what a canned one says can be kept.
 */

#define GRANT "AccessControlPolicy/AccessControlList/Grant"
#define GROUPS "http://acs.amazonaws.com/groups/global/"

struct list {
    struct s3a_pool *pool;
    struct s3a_str grantee; /* of the grant that we are in */
    struct s3a_str permission;
    bool owner_has_all;
    bool anyone_reads;
    bool anyone_writes;
    bool authenticated_read;
    bool is_more; /* something that no canned one has */
    bool is_whole;
    bool has_memory;
};

static void keep(struct list *list, struct s3a_str text, struct s3a_str *ret_text)
{
    *ret_text = s3a_pool_copy(list->pool, text);
    list->has_memory = list->has_memory && ret_text->data;
}

static void on_grant(struct list *list)
{
    bool reads = s3a_str_is(list->permission, "READ");
    bool writes = s3a_str_is(list->permission, "WRITE");

    if (s3a_str_equal(list->grantee, S3A_OWNER_ID) &&
        s3a_str_is(list->permission, "FULL_CONTROL")) {
        list->owner_has_all = true;
    } else if (s3a_str_is(list->grantee, GROUPS "AllUsers") && (reads || writes)) {
        list->anyone_reads |= reads;
        list->anyone_writes |= writes;
    } else if (s3a_str_is(list->grantee, GROUPS "AuthenticatedUsers") && reads) {
        list->authenticated_read = true;
    } else {
        list->is_more = true;
    }
    list->grantee = list->permission = s3a_str_make(NULL, 0);
}

static void on_close(void *user, const char *path, struct s3a_str text)
{
    struct list *list = user;
    struct s3a_str name = s3a_str_of(path);

    if (s3a_str_is(name, GRANT "/Grantee/ID") || s3a_str_is(name, GRANT "/Grantee/URI")) {
        list->is_more = list->is_more || list->grantee.data;
        keep(list, text, &list->grantee);
    } else if (s3a_str_is(name, GRANT "/Permission")) {
        keep(list, text, &list->permission);
    } else if (s3a_str_is(name, GRANT)) {
        on_grant(list);
    } else if (s3a_str_is(name, "AccessControlPolicy/Owner/ID")) {
        list->is_more = list->is_more || !s3a_str_equal(text, S3A_OWNER_ID);
    } else if (s3a_str_is(name, GRANT "/Grantee/EmailAddress")) {
        list->is_more = true;
    } else if (s3a_str_is(name, "AccessControlPolicy")) {
        list->is_whole = true;
    }
}

static enum s3a_canned_acl canned(const struct list *list)
{
    bool is_known = list->owner_has_all && !list->is_more;

    if (is_known && !list->anyone_writes && !list->authenticated_read) {
        return list->anyone_reads ? S3A_ACL_PUBLIC_READ : S3A_ACL_PRIVATE;
    }
    if (is_known && list->anyone_reads && list->anyone_writes && !list->authenticated_read) {
        return S3A_ACL_PUBLIC_READ_WRITE;
    }
    if (is_known && list->authenticated_read && !list->anyone_reads && !list->anyone_writes) {
        return S3A_ACL_AUTHENTICATED_READ;
    }
    return S3A_ACL_NOT_GIVEN;
}

enum s3a_code s3a_op_decode_acl(struct s3a_op_decoder *decoder, struct s3a_str document)
{
    static const struct s3a_xml_events events = {.close = on_close};
    struct list list = {.pool = decoder->pool, .has_memory = true};
    struct s3a_op *op = decoder->op;

    if (op->acl != S3A_ACL_NOT_GIVEN) {
        return document.size == 0
                   ? S3A_CODE_NONE
                   : s3a_op_refuse(decoder, S3A_CODE_INVALID_REQUEST,
                                   "Either x-amz-acl or a document may say what the ACL is");
    }
    enum s3a_code code = s3a_op_read_document(decoder, document, &events, &list);
    if (code != S3A_CODE_NONE) {
        return code;
    }
    if (!list.has_memory) {
        return s3a_op_refuse(decoder, S3A_CODE_INTERNAL_ERROR, "out of memory");
    }
    if (!list.is_whole) {
        return s3a_op_refuse_document(decoder);
    }
    op->acl = canned(&list);
    return op->acl != S3A_ACL_NOT_GIVEN
               ? S3A_CODE_NONE
               : s3a_op_refuse(decoder, S3A_CODE_NOT_IMPLEMENTED,
                               "This server knows ACLs that say what private, public-read, "
                               "public-read-write or authenticated-read says");
}
