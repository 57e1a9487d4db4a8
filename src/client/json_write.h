/* SPDX-License-Identifier: MIT */
#ifndef S3A_JSON_WRITE_H
#define S3A_JSON_WRITE_H

/* JSON as it is written: compact, or pretty with a line for every item. */

#include "buf.h"

struct s3a_json_writer {
    struct s3a_buf *buf;
    bool is_pretty;
    int depth;
    int deepest; /* that it was */
};

/* The bracket that opens; then s3a_json_write_next() before each item. */
void s3a_json_write_begin(struct s3a_json_writer *writer, char bracket);
void s3a_json_write_next(struct s3a_json_writer *writer, bool is_first);
void s3a_json_write_end(struct s3a_json_writer *writer, char bracket, bool is_empty);

void s3a_json_write_string(struct s3a_json_writer *writer, struct s3a_str text);
void s3a_json_write_integer(struct s3a_json_writer *writer, bool is_negative, uint64_t magnitude);

/* The colon behind a name. */
void s3a_json_write_colon(struct s3a_json_writer *writer);

/* A value that s3a_json_check() has accepted: strings and numbers as they stand there, without its
 * white space. */
void s3a_json_write_text(struct s3a_json_writer *writer, struct s3a_str value);

#endif
