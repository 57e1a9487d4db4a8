/* SPDX-License-Identifier: MIT */
#ifndef S3A_ANSWER_WRITE_H
#define S3A_ANSWER_WRITE_H

/* The parts of s3a_answer_encode() that write XML; see http.h. */

#include "http.h"

/* <name>2026-11-24T03:58:52.000Z</name> */
void s3a_xml_date(struct s3a_buf *body, const char *name, int64_t time_ms);

/* Nothing where the text is empty. */
void s3a_xml_given(struct s3a_buf *body, const char *name, struct s3a_str text);

/* <Owner>: the store has one. */
void s3a_xml_owner(struct s3a_buf *body);

/* <ChecksumCRC32> and <ChecksumType>; nothing where there is none. */
void s3a_xml_checksum(struct s3a_buf *body, const struct s3a_checksum_value *checksum);

/* <Checksum> with both of them: here, and only here, Amazon S3 leaves out how many parts there are.
 */
void s3a_xml_checksum_digest(struct s3a_buf *body, const struct s3a_checksum_value *checksum);

/* <ChecksumCRC32> of a part, of what its entry says; nothing where that is none of this kind. */
void s3a_xml_part_checksum(struct s3a_buf *body, enum s3a_checksum_kind kind,
                           struct s3a_str stored);

/* <ChecksumAlgorithm> and <ChecksumType>; nothing where none was made. */
void s3a_xml_checksum_choice(struct s3a_buf *body, const struct s3a_checksum_choice *choice);

/* A key, or a part of one, encoded where the request wants it so. */
void s3a_xml_key(const struct s3a_op *op, struct s3a_buf *body, const char *name,
                 struct s3a_str key);

/* Whole documents. */
void s3a_write_objects(const struct s3a_op *op, const struct s3a_answer *answer,
                       struct s3a_buf *body);
void s3a_write_buckets(const struct s3a_op *op, const struct s3a_answer *answer,
                       struct s3a_buf *body);
/* ListObjectVersions: each object is the only version of itself. */
void s3a_write_versions(const struct s3a_op *op, const struct s3a_answer *answer,
                        struct s3a_buf *body);
void s3a_write_deletions(const struct s3a_op *op, const struct s3a_answer *answer,
                         struct s3a_buf *body);
/* What comes of the operations on uploads, of copies and of GET_ATTRIBUTES. */
void s3a_write_upload(const struct s3a_op *op, const struct s3a_answer *answer,
                      struct s3a_str resource, struct s3a_buf *body);
void s3a_write_acl(const struct s3a_answer *answer, struct s3a_buf *body);
S3A_MUST_CHECK enum s3a_status s3a_write_tags(const struct s3a_answer *answer,
                                              struct s3a_pool *pool, struct s3a_buf *body);
void s3a_write_aspect(const struct s3a_aspect *aspect, struct s3a_buf *body);

#endif
