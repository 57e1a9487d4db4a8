/* SPDX-License-Identifier: MIT */
#ifndef S3A_FAULT_READER_H
#define S3A_FAULT_READER_H

/* A fault's text on its way into its rule, word by word. */

#include "fault_rule.h"

struct s3a_fault_reader {
    struct s3a_fault_rule *rule;
    struct s3a_error *error;
    unsigned number;     /* of the word, from 1 */
    struct s3a_str word; /* all of it */
    uint32_t given;      /* a bit for each setting */
};

/* The first word: name or name=value, value's data NULL where there is no '='. */
S3A_MUST_CHECK enum s3a_status s3a_fault_take_kind(struct s3a_fault_reader *reader,
                                                   struct s3a_str name, struct s3a_str value);

/* S3A_INVALID, with a message that names the word. */
enum s3a_status s3a_fault_bad(const struct s3a_fault_reader *reader, const char *format, ...)
    __attribute__((format(printf, 2, 3)));

/* So much of it as has room in a message. */
struct s3a_str s3a_fault_shown(struct s3a_str word);

#endif
