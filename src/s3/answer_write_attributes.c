/* SPDX-License-Identifier: MIT */
#include "answer_write.h"

#include "tags.h"
#include "xml.h"

#define GRANTEE "<Grantee xmlns:xsi=\"http://www.w3.org/2001/XMLSchema-instance\" xsi:type=\"%s\">"
#define GROUPS "http://acs.amazonaws.com/groups/global/"

static void write_grant_to_owner(struct s3a_buf *body)
{
    s3a_xml_open(body, "Grant");
    s3a_buf_append_format(body, GRANTEE, "CanonicalUser");
    s3a_xml_text(body, "ID", S3A_OWNER_ID);
    s3a_xml_text(body, "DisplayName", S3A_OWNER_ID);
    s3a_xml_close(body, "Grantee");
    s3a_xml_text(body, "Permission", S3A_STR("FULL_CONTROL"));
    s3a_xml_close(body, "Grant");
}

static void write_grant_to_group(struct s3a_buf *body, struct s3a_str group, struct s3a_str what)
{
    s3a_xml_open(body, "Grant");
    s3a_buf_append_format(body, GRANTEE, "Group");
    s3a_xml_text(body, "URI", group);
    s3a_xml_close(body, "Grantee");
    s3a_xml_text(body, "Permission", what);
    s3a_xml_close(body, "Grant");
}

void s3a_write_acl(const struct s3a_answer *answer, struct s3a_buf *body)
{
    s3a_xml_begin(body, "AccessControlPolicy");
    s3a_xml_owner(body);
    s3a_xml_open(body, "AccessControlList");
    write_grant_to_owner(body);
    if (s3a_canned_acl_lets_anyone_read(answer->acl)) {
        write_grant_to_group(body, S3A_STR(GROUPS "AllUsers"), S3A_STR("READ"));
    }
    if (s3a_canned_acl_lets_anyone_write(answer->acl)) {
        write_grant_to_group(body, S3A_STR(GROUPS "AllUsers"), S3A_STR("WRITE"));
    }
    if (answer->acl == S3A_ACL_AUTHENTICATED_READ) {
        write_grant_to_group(body, S3A_STR(GROUPS "AuthenticatedUsers"), S3A_STR("READ"));
    }
    s3a_xml_close(body, "AccessControlList");
    s3a_xml_close(body, "AccessControlPolicy");
}

enum s3a_status s3a_write_tags(const struct s3a_answer *answer, struct s3a_pool *pool,
                               struct s3a_buf *body)
{
    struct s3a_str rest = answer->tags;
    struct s3a_str key;
    struct s3a_str value;

    s3a_xml_begin(body, "Tagging");
    s3a_xml_open(body, "TagSet");
    while (s3a_query_next(&rest, &key, &value)) {
        if (s3a_uri_decode(pool, key, false, &key) == S3A_NO_MEMORY ||
            s3a_uri_decode(pool, value, false, &value) == S3A_NO_MEMORY) {
            return S3A_NO_MEMORY;
        }
        s3a_xml_open(body, "Tag");
        s3a_xml_text(body, "Key", key);
        s3a_xml_text(body, "Value", value);
        s3a_xml_close(body, "Tag");
    }
    s3a_xml_close(body, "TagSet");
    s3a_xml_close(body, "Tagging");
    return S3A_OK;
}
