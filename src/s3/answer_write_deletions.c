/* SPDX-License-Identifier: MIT */
#include "answer_write.h"
#include "xml.h"

void s3a_write_deletions(const struct s3a_op *op, const struct s3a_answer *answer,
                         struct s3a_buf *body)
{
    s3a_xml_begin(body, "DeleteResult");
    for (size_t i = 0; i < op->deletion_count; i++) {
        const struct s3a_deletion *deletion = &op->deletions[i];
        enum s3a_code code = answer->deleted[i].code;
        const char *element = code == S3A_CODE_NONE ? "Deleted" : "Error";

        if (code == S3A_CODE_NONE && op->is_quiet) {
            continue;
        }
        s3a_xml_open(body, element);
        s3a_xml_text(body, "Key", deletion->key);
        s3a_xml_given(body, "VersionId", deletion->version_id);
        if (code != S3A_CODE_NONE) {
            s3a_xml_text(body, "Code", s3a_str_of(s3a_code_wire(code)));
            s3a_xml_text(body, "Message", s3a_str_of(s3a_code_message(code)));
        }
        s3a_xml_close(body, element);
    }
    s3a_xml_close(body, "DeleteResult");
}
