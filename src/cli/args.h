/* SPDX-License-Identifier: MIT */
#ifndef S3A_ARGS_H
#define S3A_ARGS_H

/*
 * Options of the command line, described by tables. The same tables make the text of --help (see
 * usage.h), so that what is parsed and what is explained cannot differ.
 */

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <s3atomic/status.h>

#define S3A_TEXTS_MAX 64

/* What an option collects that may be given several times. */
struct s3a_texts {
    const char *items[S3A_TEXTS_MAX];
    size_t count;
};

/* One option. Exactly one of the pointers is set: it says of which kind the option is, and where
 * its value goes. What stands there before is the default. */
struct s3a_option {
    char letter; /* 0: it has none */
    const char *name;
    const char *value_name; /* for people; NULL for a flag */
    const char *help;

    bool *flag;
    const char **text;
    struct s3a_texts *texts;
    int64_t *duration_ms; /* between min and max, in milliseconds */
    int64_t *number;      /* between min and max */
    unsigned *choice;     /* index of one of choices */

    const char *const *choices; /* ends with NULL */
    int64_t min;
    int64_t max;
};

struct s3a_option_group {
    const char *title;
    const struct s3a_option *options;
    size_t count;
};

#define S3A_GROUPS_MAX 2

struct s3a_syntax {
    struct s3a_option_group groups[S3A_GROUPS_MAX];
    bool stops_at_operand; /* the first word that is no option ends the options */
};

/*
 * Parses words[0..count): "-x", "-xVALUE", "-x VALUE", "-xyz" for flags, "--name", "--name=VALUE",
 * "--name VALUE". "--" ends the options and is dropped; a lone "-" is an operand. The operands are
 * moved to the front of words, in their order, and counted in *ret_operands.
 *
 * S3A_INVALID: the error names the option, says what is wrong with it, and what would be right.
 */
enum s3a_status s3a_args_parse(const struct s3a_syntax *syntax, char **words, size_t count,
                               size_t *ret_operands, struct s3a_error *error);

#endif
