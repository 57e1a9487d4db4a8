/* SPDX-License-Identifier: MIT */
#ifndef S3A_COMMAND_H
#define S3A_COMMAND_H

/* The commands: a table, from which they are found, parsed and explained. */

#include <stddef.h>
#include <stdio.h>

#include "args.h"

#define S3A_OPERANDS_ANY SIZE_MAX

struct s3a_command {
    const char *name;
    const char *operands; /* for people: "s3://BUCKET/KEY [FILE]" */
    const char *summary;  /* "prints an object" */
    const char *more;     /* what else there is to say, in paragraphs; NULL: nothing */

    const struct s3a_option *options;
    size_t option_count;
    bool stops_at_operand; /* what stands behind the first operand belongs to somebody else */
    size_t operands_min;
    size_t operands_max; /* S3A_OPERANDS_ANY */

    /* Returns the exit code. Not called before the options are in their places. */
    int (*run)(char **operands, size_t count);
};

extern const struct s3a_command s3a_cmd_lock;
extern const struct s3a_command s3a_cmd_acquire;
extern const struct s3a_command s3a_cmd_renew;
extern const struct s3a_command s3a_cmd_release;
extern const struct s3a_command s3a_cmd_check;
extern const struct s3a_command s3a_cmd_status;
extern const struct s3a_command s3a_cmd_unlock;
extern const struct s3a_command s3a_cmd_get;
extern const struct s3a_command s3a_cmd_put;
extern const struct s3a_command s3a_cmd_head;
extern const struct s3a_command s3a_cmd_rm;
extern const struct s3a_command s3a_cmd_ls;
extern const struct s3a_command s3a_cmd_mb;
extern const struct s3a_command s3a_cmd_update;
extern const struct s3a_command s3a_cmd_serve;
extern const struct s3a_command s3a_cmd_fsck;
extern const struct s3a_command s3a_cmd_backup;
extern const struct s3a_command s3a_cmd_credentials;
extern const struct s3a_command s3a_cmd_doctor;
extern const struct s3a_command s3a_cmd_help;

/* NULL where there is none of that name; error then says which one may have been meant. */
const struct s3a_command *s3a_command_find(const char *name, struct s3a_error *error);

/* The text of `s3atomic --help` and of `s3atomic COMMAND --help`. */
void s3a_command_print_all(FILE *out);
void s3a_command_print(const struct s3a_command *command, FILE *out);

/*
 * Runs a whole command line, the program's own name left out: global options, a command, its
 * options and operands. words ends with NULL. Returns the exit code.
 */
int s3a_command_line(char **words, size_t count);

#endif
