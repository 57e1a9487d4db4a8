/* SPDX-License-Identifier: MIT */
#ifndef S3A_JSON_LINE_H
#define S3A_JSON_LINE_H

/* Prints one JSON object (RFC 8259) on a line of its own, member by member. */

#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>

struct s3a_json_line {
    FILE *out;
    bool comma;
};

void s3a_json_begin(struct s3a_json_line *line, FILE *out);

/* NULL is null. Bytes that are not UTF-8 come out as U+FFFD. */
void s3a_json_text(struct s3a_json_line *line, const char *name, const char *text);
void s3a_json_int(struct s3a_json_line *line, const char *name, int64_t value);
void s3a_json_uint(struct s3a_json_line *line, const char *name, uint64_t value);
void s3a_json_bool(struct s3a_json_line *line, const char *name, bool value);

void s3a_json_end(struct s3a_json_line *line);

#endif
