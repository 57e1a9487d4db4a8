/* SPDX-License-Identifier: MIT */
#ifndef S3A_HOME_H
#define S3A_HOME_H

/* The directory that a server keeps its store in, and what becomes of it at the end. */

#include <stdbool.h>

#include <s3atomic/status.h>

struct s3a_home {
    char *path; /* absolute, so that chdir() does not move it */
    bool made;  /* a temporary one, or one that was not there before */
    bool keep_files;
};

/*
 * path NULL: a new directory below TMPDIR, else /tmp. Otherwise it may be missing: the
 * store makes it. Without keep_files a directory in which a store lies already is S3A_INVALID.
 * S3A_SYSTEM and S3A_FULL: it cannot be made or looked into.
 */
S3A_MUST_CHECK enum s3a_status s3a_home_init(struct s3a_home *home, const char *path,
                                             bool keep_files, struct s3a_error *error);

/*
 * Without keep_files: removes what a store keeps in it, and the directory itself where that leaves
 * it empty. Other people's files stay. The store must have been closed. All zero is accepted.
 */
void s3a_home_fini(struct s3a_home *home);

#endif
