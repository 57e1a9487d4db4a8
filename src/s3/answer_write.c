/* SPDX-License-Identifier: MIT */
#include "answer_write.h"

#include "date.h"
#include "uri.h"
#include "xml.h"

void s3a_xml_date(struct s3a_buf *body, const char *name, int64_t time_ms)
{
    char text[S3A_DATE_ISO_SIZE + 1];

    s3a_date_iso(time_ms, text);
    s3a_xml_text(body, name, s3a_str_of(text));
}

void s3a_xml_given(struct s3a_buf *body, const char *name, struct s3a_str text)
{
    if (text.size > 0) {
        s3a_xml_text(body, name, text);
    }
}

void s3a_xml_owner(struct s3a_buf *body)
{
    s3a_xml_open(body, "Owner");
    s3a_xml_text(body, "ID", S3A_OWNER_ID);
    s3a_xml_text(body, "DisplayName", S3A_OWNER_ID);
    s3a_xml_close(body, "Owner");
}

void s3a_xml_key(const struct s3a_op *op, struct s3a_buf *body, const char *name,
                 struct s3a_str key)
{
    if (!op->encode_keys) {
        s3a_xml_text(body, name, key);
        return;
    }
    s3a_xml_open(body, name);
    s3a_uri_encode(body, key, true);
    s3a_xml_close(body, name);
}

void s3a_write_aspect(const struct s3a_aspect *aspect, struct s3a_buf *body)
{
    s3a_xml_begin(body, aspect->root);
    s3a_buf_append_text(body, aspect->content);
    s3a_xml_close(body, aspect->root);
}
