/* SPDX-License-Identifier: MIT */
#ifndef S3A_GLOBALS_H
#define S3A_GLOBALS_H

/* What holds for every command: the global options, and what the process was started with. */

#include "args.h"
#include "signals.h"

struct s3a_globals {
    const char *endpoint; /* NULL: left to the library */
    const char *region;   /* NULL: left to the library */
    const char *profile;  /* NULL: left to the library */
    bool unsafe_store;
    bool json;
    bool quiet;
    bool verbose;
    bool help;
    bool version;
    struct s3a_inherited inherited;
};

/* Filled by main() before any command runs, and by s3a_args_parse(). */
extern struct s3a_globals s3a_globals;

extern const struct s3a_option_group s3a_global_options;

#endif
