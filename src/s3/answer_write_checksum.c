/* SPDX-License-Identifier: MIT */
#include "answer_write.h"

#include <stdio.h>

static void write_value(struct s3a_buf *body, enum s3a_checksum_kind kind, struct s3a_str text)
{
    char name[32];

    if (kind != S3A_CHECKSUM_NONE) {
        snprintf(name, sizeof(name), "Checksum%s", s3a_checksum_upper_name(kind));
        s3a_xml_text(body, name, text);
    }
}

static void write_type(struct s3a_buf *body, enum s3a_checksum_type type)
{
    s3a_xml_given(body, "ChecksumType", s3a_str_of(s3a_checksum_type_name(type)));
}

void s3a_xml_checksum(struct s3a_buf *body, const struct s3a_checksum_value *checksum)
{
    if (checksum->kind != S3A_CHECKSUM_NONE) {
        write_value(body, checksum->kind, s3a_str_of(checksum->text));
        write_type(body, s3a_checksum_value_type(checksum));
    }
}

void s3a_xml_checksum_digest(struct s3a_buf *body, const struct s3a_checksum_value *checksum)
{
    if (checksum->kind != S3A_CHECKSUM_NONE) {
        s3a_xml_open(body, "Checksum");
        write_value(body, checksum->kind, s3a_checksum_value_digest(checksum));
        write_type(body, s3a_checksum_value_type(checksum));
        s3a_xml_close(body, "Checksum");
    }
}

void s3a_xml_part_checksum(struct s3a_buf *body, enum s3a_checksum_kind kind, struct s3a_str stored)
{
    struct s3a_checksum_value value;

    if (s3a_checksum_value_read(stored, &value) && value.kind == kind) {
        write_value(body, kind, s3a_str_of(value.text));
    }
}

void s3a_xml_checksum_choice(struct s3a_buf *body, const struct s3a_checksum_choice *choice)
{
    s3a_xml_given(body, "ChecksumAlgorithm", s3a_str_of(s3a_checksum_upper_name(choice->kind)));
    write_type(body, choice->type);
}
